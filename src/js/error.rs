//! Errors as JavaScript sees them.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::janus::object;
use crate::room::Failure;
use crate::{Error, ErrorCode};

thread_local! {
    static FACTORY: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Takes the function that makes a `JanusError` of a message and its details.
#[wasm_bindgen(js_name = setErrorFactory)]
pub fn set_error_factory(factory: Function) {
    FACTORY.set(Some(factory));
}

/// A `JanusError`, or what the browser threw.
pub(super) fn to_js_error(failure: &Failure) -> JsValue {
    match failure {
        Failure::Media(thrown) => thrown.0.clone(),
        Failure::Janus(error) => janus_error(error),
    }
}

pub(super) fn janus_error(error: &Error) -> JsValue {
    let details = object(&[
        ("code", error.code().as_str().into()),
        ("status", error.status().map_or(JsValue::UNDEFINED, JsValue::from)),
        ("request", error.request().map_or(JsValue::UNDEFINED, JsValue::from)),
        ("retryable", error.is_retryable().into()),
        ("mayHaveExecuted", error.may_have_executed().into()),
    ]);
    let message = JsValue::from(error.to_string());
    let factory = FACTORY.with_borrow(Clone::clone);
    let made = factory.map(|make| make.call2(&JsValue::NULL, &message, &details));
    made.and_then(Result::ok).unwrap_or(message)
}

/// Something thrown that is no `DOMException` of a device is a wrong argument.
pub(super) fn invalid(text: &str) -> JsValue {
    janus_error(&Error::new(ErrorCode::InvalidArgument, text))
}
