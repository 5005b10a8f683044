//! JavaScript values that go through serde untouched.
//!
//! Serde has no word for a foreign value. The decoder lays it into a slot of this module and calls the
//! visitor, which takes it out at once.

use std::cell::RefCell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

use super::JsBody;
use super::unfit::Unfit;

/// The name by which the decoder knows what to pass.
pub(super) const NAME: &str = "janus_wasm::web::JsBody";

thread_local! {
    static SLOT: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Lays a value into the slot. Undefined is no body: the field is missing.
pub(super) fn put(value: &JsValue) -> Result<(), Unfit> {
    if value.is_undefined() {
        return Err(Unfit::new("is missing"));
    }
    SLOT.set(Some(value.clone()));
    Ok(())
}

impl<'de> Deserialize<'de> for JsBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, Taker)
    }
}

struct Taker;

impl Visitor<'_> for Taker {
    type Value = JsBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JavaScript value")
    }

    fn visit_unit<E: Error>(self) -> Result<JsBody, E> {
        let no_value = || E::custom("only the browser's codec reads JavaScript values");
        SLOT.take().map(JsBody).ok_or_else(no_value)
    }
}

impl Serialize for JsBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
    }
}
