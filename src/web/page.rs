//! The page's life.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Document;

use super::{Listener, Metronome, globals};

#[wasm_bindgen(module = "/src/web/media.js")]
extern "C" {
    /// Adds a word to what is left for the next page in this tab about something, or takes it all away with an empty one.
    /// What was there before; nothing where the browser keeps nothing.
    #[wasm_bindgen(js_name = keep)]
    pub fn note(about: &str, word: &str) -> String;
}

/// Watches the page until dropped.
pub struct Page {
    _listeners: Vec<Listener>,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Page")
    }
}

/// Calls `then` when the browser says the network is back, or another one.
pub fn on_online(then: impl Fn() + 'static) -> Listener {
    Listener::new(&globals::global(), "online", move |_: JsValue| then())
}

impl Page {
    /// Calls `gone` at the events that end it (`pagehide`, `freeze`, `beforeunload`): there is time to
    /// send, none to wait. Calls `changed` when the network or the page came back: what was true of
    /// connections may not be any longer. Calls `beat` once a second while the page is hidden, and its own
    /// timers may be late.
    pub fn watch(
        leave_on: impl Iterator<Item = &'static str>,
        gone: impl Fn() + 'static,
        changed: impl Fn() + 'static,
        beat: impl Fn() + 'static,
    ) -> Self {
        let (global, document) = (globals::global(), globals::document());
        let target = |kind: &str| match &document {
            Some(document) if matches!(kind, "freeze" | "resume" | "visibilitychange") => {
                document.clone().unchecked_into()
            }
            _ => global.clone(),
        };
        let listen = |kind: &'static str, then: Rc<dyn Fn()>| {
            Listener::new(&target(kind), kind, move |_: JsValue| then())
        };
        let gone: Rc<dyn Fn()> = Rc::new(gone);
        let mut listeners: Vec<_> = leave_on.map(|kind| listen(kind, Rc::clone(&gone))).collect();
        let changed: Rc<dyn Fn()> = Rc::new(changed);
        for kind in ["online", "pageshow", "resume", "visibilitychange"] {
            listeners.push(listen(kind, Rc::clone(&changed)));
        }
        if let Some(document) = document {
            listeners.push(beat_while_hidden(document, Rc::new(beat)));
        }
        Self { _listeners: listeners }
    }
}

fn beat_while_hidden(document: Document, beat: Rc<dyn Fn()>) -> Listener {
    let metronome = RefCell::new(None);
    let target = document.clone();
    let look = move |_: JsValue| {
        let beat = Rc::clone(&beat);
        let wanted = document.hidden().then(|| Metronome::start(move || beat()));
        metronome.replace(wanted.flatten());
    };
    look(JsValue::UNDEFINED);
    Listener::new(&target, "visibilitychange", look)
}
