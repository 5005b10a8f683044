//! What JavaScript sees: small classes without logic.
//!
//! Every exported method takes `&self`, clones what it needs and returns a promise that borrows
//! nothing, so that `free()` and calls from listeners are harmless. The TypeScript files beside these
//! are the package's face; they add object identity, which exported classes do not have.

#![expect(unreachable_pub, reason = "wasm-bindgen exports public items, from private modules too")]

mod error;
mod event;
mod hooks;
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

/// What a promise comes to.
type Settled = Result<JsValue, Failure>;

/// For promises of nothing in particular.
const DONE: Settled = Ok(JsValue::UNDEFINED);

/// A promise of what the future comes to; every error is a `JanusError` or a `DOMException`.
fn promise(future: impl Future<Output = Settled> + 'static) -> Promise {
    settle(Box::pin(future))
}

/// Boxed, so that what is under a promise is there once and not once for each method.
fn settle(future: Pin<Box<dyn Future<Output = Settled>>>) -> Promise {
    future_to_promise(async move { future.await.map_err(|failure| to_js_error(&failure)) })
}

/// Reads an options object; what does not fit is the caller's mistake.
fn options<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    let value = if value.is_undefined() { js_sys::Object::new().into() } else { value };
    JsBody(value).read().map_err(|error| Error::new(ErrorCode::InvalidArgument, error.message()))
}
