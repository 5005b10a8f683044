//! Event listeners that go away with their owner.

use std::fmt;

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// A listener on an event target; dropping it removes it.
#[must_use = "dropping a listener removes it"]
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(JsValue)>,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)
    }
}

impl Listener {
    /// Calls `listener` with each event of this kind.
    pub fn new<E: JsCast>(
        target: &impl AsRef<EventTarget>,
        kind: &'static str,
        mut listener: impl FnMut(E) + 'static,
    ) -> Self {
        let target = target.as_ref().clone();
        let closure = Closure::new(move |event: JsValue| listener(event.unchecked_into()));
        let callback = closure.as_ref().unchecked_ref();
        // Throws for no input of ours: the kind is text and the listener a function. Untrusted: Firefox keeps from
        // listeners on tracks what a page dispatches, a simulated loss of a device for instance.
        target
            .add_event_listener_with_callback_and_bool_and_wants_untrusted(
                kind,
                callback,
                false,
                Some(true),
            )
            .ok();
        Self { target, kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback(self.kind, callback).ok();
    }
}
