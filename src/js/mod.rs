//! What JavaScript sees: small classes without logic.
//!
//! Every exported method takes `&self`, clones what it needs and returns a promise that borrows
//! nothing, so that `free()` and calls from listeners are harmless. The TypeScript files beside these
//! are the package's face; they add object identity, which exported classes do not have.

#![expect(unreachable_pub, reason = "wasm-bindgen exports public items, from private modules too")]

mod error;
mod event;
mod janus;
mod options;
mod room;
mod track;

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use self::error::to_js_error;
use crate::protocol::Body;
use crate::room::Failure;
use crate::web::JsBody;
use crate::{Error, ErrorCode};

/// A promise of what the future comes to; every error is a `JanusError` or a `DOMException`.
fn promise<T: Into<JsValue>, E: Into<Failure>>(
    future: impl Future<Output = Result<T, E>> + 'static,
) -> Promise {
    settle(Box::pin(async move { future.await.map(Into::into).map_err(Into::into) }))
}

/// Boxed, so that what is under a promise is there once and not once for each method.
fn settle(future: Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>) -> Promise {
    future_to_promise(async move { future.await.map_err(|failure| to_js_error(&failure)) })
}

/// A promise of nothing in particular.
fn promise_done<E: Into<Failure>>(
    future: impl Future<Output = Result<(), E>> + 'static,
) -> Promise {
    promise(async move { future.await.map(|()| JsValue::UNDEFINED) })
}

/// Reads an options object; what does not fit is the caller's mistake.
fn options<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    let value = if value.is_undefined() { js_sys::Object::new().into() } else { value };
    JsBody(value).read().map_err(|error| Error::new(ErrorCode::InvalidArgument, error.message()))
}
