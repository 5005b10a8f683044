//! Tracks in elements.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamTrack, MediaStreamTrackState};

use super::{Thrown, globals, spawn_local};

type OnChange = Rc<dyn Fn(bool)>;

/// Whether the browser lets the page play, across all elements of a room.
#[derive(Default)]
pub struct Playback {
    blocked: RefCell<Vec<HtmlMediaElement>>,
    allowed: Cell<Option<bool>>,
    on_change: RefCell<Option<OnChange>>,
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
        self.allowed.get() != Some(false)
    }

    /// Plays everything that was blocked; for use in a click.
    pub async fn start(self: &Rc<Self>) {
        let blocked = self.blocked.take();
        self.set_allowed(true);
        for element in blocked {
            self.play(element).await;
        }
    }

    async fn play(self: &Rc<Self>, element: HtmlMediaElement) {
        let Ok(promise) = element.play() else { return };
        let Err(thrown) = JsFuture::from(promise).await else { return };
        // Anything else, an AbortError above all, only says that the element was given something new.
        if Thrown(thrown).name() == "NotAllowedError" {
            self.blocked.borrow_mut().push(element);
            self.set_allowed(false);
        }
    }

    fn set_allowed(&self, allowed: bool) {
        if self.is_allowed() != allowed {
            self.allowed.set(Some(allowed));
            let listener = self.on_change.borrow().clone();
            if let Some(listener) = listener {
                listener(allowed);
            }
        }
    }
}

/// A track and the elements that play it. Dropping it takes the track out of them.
pub struct Played {
    track: RefCell<MediaStreamTrack>,
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
        Self { track: RefCell::new(track), elements: RefCell::default(), playback }
    }

    /// The browser's track.
    pub fn track(&self) -> MediaStreamTrack {
        // Not `.clone()`: that is the browser's own, which makes a second track.
        Clone::clone(&*self.track.borrow())
    }

    /// Whether the track has not ended.
    pub fn is_live(&self) -> bool {
        self.track().ready_state() == MediaStreamTrackState::Live
    }

    /// Plays another track in the same elements.
    pub fn replace(&self, track: MediaStreamTrack) -> Result<(), Thrown> {
        let elements = self.detach(None);
        self.track.replace(track);
        elements.into_iter().try_for_each(|element| self.attach(Some(element)).map(drop))
    }

    /// Plays the track in `element`, or in a new `<video>` or `<audio>`.
    pub fn attach(&self, element: Option<HtmlMediaElement>) -> Result<HtmlMediaElement, Thrown> {
        let element = match element {
            Some(element) => element,
            None => self.make_element().map_err(Thrown)?,
        };
        let stream = MediaStream::new_with_tracks(&Array::of1(&self.track())).map_err(Thrown)?;
        element.set_src_object(Some(&stream));
        if !self.elements.borrow().contains(&element) {
            self.elements.borrow_mut().push(element.clone());
        }
        if let Some(playback) = self.playback.clone() {
            let element = element.clone();
            spawn_local(async move { playback.play(element).await });
        }
        Ok(element)
    }

    fn make_element(&self) -> Result<HtmlMediaElement, JsValue> {
        let document = globals::document().ok_or_else(|| JsValue::from_str("no document"))?;
        let kind = self.track().kind();
        let element: HtmlMediaElement = document.create_element(&kind)?.unchecked_into();
        element.set_autoplay(true);
        if kind == "video" {
            // Sound comes from audio tracks alone, and browsers play muted video without being asked.
            element.set_muted(true);
            // iOS goes full screen otherwise.
            element.set_attribute("playsinline", "")?;
        }
        Ok(element)
    }

    /// Takes the track out of `element`, or out of all; the elements it was in.
    pub fn detach(&self, element: Option<&HtmlMediaElement>) -> Vec<HtmlMediaElement> {
        let mut out = Vec::new();
        self.elements.borrow_mut().retain(|attached| {
            let leaves = element.is_none_or(|element| element == attached);
            if leaves {
                out.push(attached.clone());
            }
            !leaves
        });
        for element in &out {
            if self.is_in(element) {
                element.set_src_object(None);
            }
        }
        out
    }

    /// An element may have been given something else meanwhile, which stays.
    fn is_in(&self, element: &HtmlMediaElement) -> bool {
        let stream = element.src_object();
        stream.is_some_and(|stream| stream.get_track_by_id(&self.track().id()).is_some())
    }

    /// The elements that play it.
    pub fn elements(&self) -> Vec<HtmlMediaElement> {
        self.elements.borrow().clone()
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.detach(None);
    }
}
