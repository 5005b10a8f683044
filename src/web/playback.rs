//! Tracks in elements.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStreamTrack, MediaStreamTrackState};

use super::{Thrown, spawn_local};

#[wasm_bindgen(module = "/src/web/media.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn attach(
        track: &MediaStreamTrack,
        owner: usize,
        element: Option<HtmlMediaElement>,
        again: Option<Function>,
    ) -> Result<HtmlMediaElement, JsValue>;

    #[wasm_bindgen(catch)]
    fn keeps(element: &HtmlMediaElement, owner: usize) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch)]
    fn release(element: &HtmlMediaElement, owner: usize, empties: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    fn play(elements: &Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch)]
    fn freed(element: &HtmlMediaElement) -> Result<Promise, JsValue>;
}

type OnChange = Rc<dyn Fn(bool)>;
/// What the browser calls with an element.
type OnElement = Closure<dyn FnMut(JsValue)>;

/// Plays elements; those that are blocked.
async fn attempt(elements: &Array) -> Option<Array> {
    let blocked = JsFuture::from(play(elements).ok()?).await.ok()?;
    blocked.dyn_into().ok()
}

/// Whether the browser lets the page play, across all elements of a room.
#[derive(Default)]
pub struct Playback {
    blocked: RefCell<Array>,
    blocks: Cell<bool>,
    on_change: RefCell<Option<OnChange>>,
    again: RefCell<Option<OnElement>>,
}

impl fmt::Debug for Playback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Playback")
    }
}

impl Playback {
    /// Calls `listener` each time it changes whether the page may play.
    pub fn on_change(&self, listener: OnChange) {
        self.on_change.replace(Some(listener));
    }

    /// False while the browser waits for the person to touch the page.
    pub fn is_allowed(&self) -> bool {
        !self.blocks.get()
    }

    /// Plays everything that was blocked; for use in a click.
    pub async fn start(&self) {
        // What plays leaves the list meanwhile, and what is attached joins it.
        let tried = self.blocked.borrow().slice(0, u32::MAX);
        if let Some(still) = attempt(&tried).await {
            let is_blocked = |one: &JsValue| still.includes(one, 0) || !tried.includes(one, 0);
            let rest = self.blocked.borrow().filter(&mut |one, _, _| is_blocked(&one));
            self.blocked.replace(rest);
        }
        self.look();
    }

    /// Plays an element that the browser paused of itself.
    fn again(self: &Rc<Self>) -> Function {
        let mut again = self.again.borrow_mut();
        let closure = again.get_or_insert_with(|| {
            let weak = Rc::downgrade(self);
            Closure::new(move |element: JsValue| {
                if let Some(playback) = weak.upgrade() {
                    spawn_local(playback.play(element.unchecked_into()));
                }
            })
        });
        closure.as_ref().unchecked_ref::<Function>().clone()
    }

    /// Plays an element. If it is blocked it is kept for the click to come, or until it needs none any longer.
    async fn play(self: Rc<Self>, element: HtmlMediaElement) {
        if attempt(&Array::of1(&element)).await.is_none_or(|blocked| blocked.length() == 0) {
            return;
        }
        self.blocked.borrow().push(&element);
        self.look();
        let playback = Rc::downgrade(&self);
        drop(self);
        let Ok(freed) = freed(&element) else { return };
        // It never rejects.
        JsFuture::from(freed).await.ok();
        if let Some(playback) = playback.upgrade() {
            playback.free(&element);
        }
    }

    fn free(&self, element: &JsValue) {
        let rest = self.blocked.borrow().filter(&mut |one, _, _| one != *element);
        self.blocked.replace(rest);
        self.look();
    }

    fn look(&self) {
        self.tell(self.blocked.borrow().length() > 0);
    }

    /// Once for each change.
    fn tell(&self, blocks: bool) {
        if self.blocks.replace(blocks) != blocks {
            let listener = self.on_change.borrow().clone();
            if let Some(listener) = listener {
                listener(!blocks);
            }
        }
    }
}

/// A track and the elements that play it. Dropping it leaves them as they are: a page that shows something need not keep
/// what it was shown by.
pub struct Played {
    track: Rc<RefCell<MediaStreamTrack>>,
    elements: RefCell<Vec<HtmlMediaElement>>,
    playback: Option<Rc<Playback>>,
}

impl fmt::Debug for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Played")
    }
}

impl Played {
    /// A track nobody plays yet.
    pub fn new(track: MediaStreamTrack, playback: Option<Rc<Playback>>) -> Self {
        Self { track: Rc::new(RefCell::new(track)), elements: RefCell::default(), playback }
    }

    /// The browser's track.
    pub fn track(&self) -> MediaStreamTrack {
        // Not `.clone()`: that is the browser's own, which makes a second track.
        Clone::clone(&*self.track.borrow())
    }

    /// The browser's track at any time, however long this lasts.
    pub fn current(&self) -> impl Fn() -> MediaStreamTrack + use<> {
        let track = Rc::clone(&self.track);
        move || Clone::clone(&*track.borrow())
    }

    /// Whether the track has not ended.
    pub fn is_live(&self) -> bool {
        self.track().ready_state() == MediaStreamTrackState::Live
    }

    /// Plays another track in the same elements.
    pub fn replace(&self, track: MediaStreamTrack) -> Result<(), Thrown> {
        // Emptied first they would be black for a moment.
        let elements = self.elements();
        self.elements.take();
        self.track.replace(track);
        elements.into_iter().try_for_each(|element| self.attach(Some(element)).map(drop))
    }

    /// Plays the track in `element`, or in a new `<video>` or `<audio>`.
    pub fn attach(&self, element: Option<HtmlMediaElement>) -> Result<HtmlMediaElement, Thrown> {
        let again = self.playback.as_ref().map(Playback::again);
        let element = attach(&self.track(), self.owner(), element, again).map_err(Thrown)?;
        if !self.elements.borrow().contains(&element) {
            self.elements.borrow_mut().push(element.clone());
        }
        if let Some(playback) = self.playback.clone() {
            spawn_local(playback.play(element.clone()));
        }
        Ok(element)
    }

    /// Takes the track out of `element`, or out of all; the elements it was in.
    pub fn detach(&self, element: Option<&HtmlMediaElement>) -> Vec<HtmlMediaElement> {
        self.let_go();
        let mut out = Vec::new();
        self.elements.borrow_mut().retain(|attached| {
            let leaves = element.is_none_or(|element| element == attached);
            if leaves {
                out.push(attached.clone());
            }
            !leaves
        });
        self.release(&out, true);
        out
    }

    /// Distinguishes those who attach, for as long as they are there.
    fn owner(&self) -> usize {
        Rc::as_ptr(&self.track).addr()
    }

    fn release(&self, elements: &[HtmlMediaElement], empties: bool) {
        for element in elements {
            // Nothing of it can fail.
            release(element, self.owner(), empties).ok();
        }
    }

    /// The elements that play it.
    pub fn elements(&self) -> Vec<HtmlMediaElement> {
        self.let_go();
        self.elements.borrow().clone()
    }

    /// One that was given something else meanwhile keeps that, and plays this track no more.
    fn let_go(&self) {
        let is_kept = |element: &HtmlMediaElement| keeps(element, self.owner()).unwrap_or(false);
        let mut elements = self.elements.borrow_mut();
        let gone: Vec<_> = elements.extract_if(.., |element| !is_kept(element)).collect();
        self.release(&gone, false);
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.release(&self.elements.take(), false);
    }
}
