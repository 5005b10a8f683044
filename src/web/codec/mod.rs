//! The browser's half of the codec seam: `JSON.parse`, serde-wasm-bindgen's serializer and a decoder of
//! our own (see `docs/adr/0002-two-codecs.md`).

mod decode;
mod pass;
mod unfit;

use std::borrow::Cow;

use js_sys::{BigInt, JSON, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use self::decode::Decode;
use self::unfit::Unfit;

use crate::protocol::{Body, integers};
use crate::{Error, ErrorCode};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn parse_with_reviver(
        text: &str,
        reviver: &Closure<dyn FnMut(JsValue, JsValue) -> JsValue>,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    fn stringify_with_replacer(
        value: &JsValue,
        replacer: &Closure<dyn FnMut(JsValue, JsValue) -> JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// What a protected integer's string looks like once `JSON.parse` has read its escape.
const PARSED_MARK: &str = "\0int:";

/// A JavaScript value as a message body: it goes from `JSON.parse` to the listener untouched.
#[derive(Clone, Debug)]
pub struct JsBody(pub JsValue);

fn wrong(error: &serde_wasm_bindgen::Error) -> Error {
    Error::new(ErrorCode::Protocol, error.to_string())
}

fn unfit(error: &Unfit) -> Error {
    Error::new(ErrorCode::Protocol, error.words())
}

fn not_json<T>(_: T) -> Error {
    Error::new(ErrorCode::Protocol, "not JSON")
}

fn revive(_key: JsValue, value: JsValue) -> JsValue {
    let marked = value.as_string();
    let digits = marked.as_deref().and_then(|text| text.strip_prefix(PARSED_MARK));
    digits.and_then(|digits| BigInt::new(&digits.into()).ok()).map_or(value, JsValue::from)
}

fn replace(_key: JsValue, value: JsValue) -> JsValue {
    let digits = value.dyn_ref::<BigInt>().and_then(|number| number.to_string(10).ok());
    digits.map_or(value, |digits| [PARSED_MARK, &String::from(digits)].concat().into())
}

/// A typed value as a JavaScript one: objects for maps, nothing for `None`, `BigInt` beyond 2^53.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Error> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| wrong(&error))
}

impl Body for JsBody {
    fn parse(text: &str) -> Result<Self, Error> {
        match integers::protect(text) {
            Cow::Borrowed(text) => JSON::parse(text).map_err(not_json),
            Cow::Owned(text) => parse_with_reviver(&text, &Closure::new(revive)).map_err(not_json),
        }
        .map(Self)
    }

    fn text(&self) -> Result<String, Error> {
        // `JSON.stringify` throws on a `BigInt`, which is rare enough to try without first.
        if let Some(text) = JSON::stringify(&self.0).ok().and_then(|text| text.as_string()) {
            return Ok(text);
        }
        let marked = stringify_with_replacer(&self.0, &Closure::new(replace)).map_err(not_json)?;
        marked.as_string().map(|text| integers::unprotect(&text)).ok_or_else(|| not_json(()))
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(Decode(&self.0)).map_err(|error| unfit(&error))
    }

    fn write<T: Serialize>(value: &T) -> Result<Self, Error> {
        to_js(value).map(Self)
    }

    fn with(self, key: &str, value: &str) -> Self {
        // Fails only on frozen or exotic objects, and `write` makes plain ones.
        Reflect::set(&self.0, &key.into(), &value.into()).ok();
        self
    }
}
