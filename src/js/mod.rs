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
mod publication;
mod room;
mod track;

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use self::error::to_js_error;
use crate::protocol::Json;
use crate::protocol::id::MAX_SAFE_INTEGER;
use crate::protocol::json::Decode;
use crate::room::Failure;
use crate::{Error, ErrorCode, Id};

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

/// Reads an options object, which the facade gives as JSON; what does not fit is the caller's mistake.
fn options<T: Decode>(text: &str) -> Result<T, Error> {
    T::decode(text).map_err(|unfit| unfit.into_error(ErrorCode::InvalidArgument))
}

/// Options of the browser's words, which the facade checked and gives as JSON.
fn json(text: String) -> Result<Json, Error> {
    Json::parse(text)
}

/// An id as JavaScript has it: integers beyond 2^53 are `BigInt`s.
fn id_value(id: &Id) -> JsValue {
    match id {
        Id::Number(number) => number_value(*number),
        Id::Text(text) => text.as_str().into(),
    }
}

/// An integer as JavaScript has it, a `BigInt` beyond 2^53.
#[expect(clippy::cast_precision_loss, reason = "what would lose precision is a BigInt")]
fn number_value(number: u64) -> JsValue {
    if number > MAX_SAFE_INTEGER { number.into() } else { (number as f64).into() }
}
