//! What the browser throws, in words.

use wasm_bindgen::{JsCast, JsValue};

/// What the browser threw, usually a `DOMException`: media errors stay what they are.
#[derive(Clone, Debug)]
pub struct Thrown(pub JsValue);

impl Thrown {
    /// The `name` of a `DOMException`: `NotAllowedError`, `NotFoundError`, ...; empty for others.
    pub fn name(&self) -> String {
        // A `DOMException` is an `Error` as well.
        self.0.dyn_ref::<js_sys::Error>().map_or(String::new(), |error| error.name().into())
    }

    /// The message.
    pub fn message(&self) -> String {
        describe(&self.0)
    }
}

/// The message of a thrown value, which may be anything.
pub fn describe(thrown: &JsValue) -> String {
    if let Some(error) = thrown.dyn_ref::<js_sys::Error>() {
        return String::from(error.message());
    }
    thrown.as_string().unwrap_or_else(|| "unknown".to_owned())
}
