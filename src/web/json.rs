//! JSON as JavaScript values and as types of serde, for applications in Rust.
//!
//! The library itself reads text (`docs/adr/0012-json-as-text.md`); nothing here is part of the npm
//! package, whose facade uses the same `json.js`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::prelude::*;

use super::describe;
use crate::protocol::Json;
use crate::{Error, ErrorCode};

#[wasm_bindgen(module = "/src/web/json.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn parse(text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn stringify(value: &JsValue) -> Result<String, JsValue>;
}

/// The JavaScript value of JSON text; integers beyond 2^53 are `BigInt`s.
///
/// # Errors
/// `Protocol` if the browser refuses what this library let pass.
pub fn to_value(json: &Json) -> Result<JsValue, Error> {
    parse(json.as_str()).map_err(|thrown| Error::new(ErrorCode::Protocol, describe(&thrown)))
}

/// The JSON text of a JavaScript value, `BigInt`s as integers.
///
/// # Errors
/// `InvalidArgument` for what has none: cycles, `NaN`, functions, symbols, getters that throw.
pub fn from_js(value: &JsValue) -> Result<Json, Error> {
    let text = stringify(value);
    Json::parse(text.map_err(|thrown| Error::new(ErrorCode::InvalidArgument, describe(&thrown)))?)
}

/// Reads JSON into a type of the application's.
///
/// ```no_run
/// # use janus_wasm::protocol::Json;
/// #[derive(serde::Deserialize)]
/// struct Echo { audio: bool }
/// let answer = Json::parse(r#"{"audio":true}"#)?;
/// let echo: Echo = janus_wasm::web::read(&answer)?;
/// # Ok::<(), janus_wasm::Error>(())
/// ```
///
/// # Errors
/// `Protocol`, with serde's words.
pub fn read<T: DeserializeOwned>(json: &Json) -> Result<T, Error> {
    from_value(to_value(json)?).map_err(|error| Error::new(ErrorCode::Protocol, error.to_string()))
}

/// Writes a value of the application's as JSON: objects for maps, nothing for `None`.
///
/// # Errors
/// `InvalidArgument`, with serde's words.
pub fn write<T: Serialize>(value: &T) -> Result<Json, Error> {
    let written = value.serialize(&Serializer::json_compatible());
    from_js(&written.map_err(|error| Error::new(ErrorCode::InvalidArgument, error.to_string()))?)
}
