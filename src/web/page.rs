//! The page's life.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::Listener;

/// Watches the page until dropped.
#[derive(Debug)]
pub struct Page {
    _hidden: Listener,
}

impl Page {
    /// Calls `gone` when the page goes away: closed, navigated, or frozen into the back-forward cache.
    /// There is time to send, none to wait.
    pub fn watch(gone: impl Fn() + 'static) -> Self {
        let global: EventTarget = js_sys::global().unchecked_into();
        Self { _hidden: Listener::new(&global, "pagehide", move |_: JsValue| gone()) }
    }
}
