//! JSON text as JavaScript values and as types of serde.

use janus_wasm::ErrorCode;
use janus_wasm::protocol::Json;
use janus_wasm::web::{from_js, read, to_value, write};
use js_sys::{BigInt, Function, Object, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// What this JavaScript gives.
fn js(source: &str) -> JsValue {
    let function = Function::new_no_args(&format!("return {source}"));
    function.call0(&JsValue::NULL).unwrap()
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn integers_beyond_javascript_survive_both_ways() {
    for id in [0, 9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_993, u64::MAX] {
        let text = format!(r#"{{"a":"\"{id}","room":{id},"list":[{id},"{id}"],"less":-{id}}}"#);
        let value = to_value(&Json::parse(text.clone()).unwrap()).unwrap();
        let room = field(&value, "room");
        assert_eq!(room.is_bigint(), id > 9_007_199_254_740_991);
        assert!(Object::is(&js(&format!("Number({id}n)")), &js(&format!("Number({id})"))));
        let expected = if room.is_bigint() { BigInt::from(id).into() } else { js(&id.to_string()) };
        assert!(room == expected, "{id}");
        let back = from_js(&value).unwrap();
        assert_eq!(back.as_str(), if id == 0 { text.replace("-0", "0") } else { text });
    }
}

#[wasm_bindgen_test]
fn numbers_that_are_no_integers_stay_numbers() {
    let text = r#"[1.2345678901234567,1e300,12345678901234567e-3,"x1234567890123456789"]"#;
    let value = to_value(&Json::parse(text).unwrap()).unwrap();
    assert!(js_sys::Array::from(&value).iter().take(3).all(|item| item.as_f64().is_some()));
}

#[wasm_bindgen_test]
fn no_text_of_a_server_is_taken_for_an_integer() {
    let text = r#"["\u0000int:x",12345678901234567890]"#;
    let value = js_sys::Array::from(&to_value(&Json::parse(text).unwrap()).unwrap());
    assert_eq!(value.get(0).as_string().as_deref(), Some("\0int:x"));
    assert!(value.get(1).is_bigint());
}

#[wasm_bindgen_test]
fn a_page_that_gives_bigints_a_to_json_changes_nothing() {
    js("BigInt.prototype.toJSON = function () { return this.toString(); }");
    let text = from_js(&js("({ room: 12345678901234567890n })"));
    js("delete BigInt.prototype.toJSON");
    assert_eq!(text.unwrap().as_str(), r#"{"room":12345678901234567890}"#);
}

#[wasm_bindgen_test]
fn what_has_no_json_is_refused() {
    for source in [
        "NaN",
        "({ bitrate: Infinity })",
        "undefined",
        "Symbol('x')",
        "() => 1",
        "(() => { const a = {}; a.a = a; return a; })()",
        "({ get candidate() { throw new Error('trap'); } })",
        "({ toJSON() { throw 'no error'; } })",
    ] {
        assert_eq!(
            from_js(&js(source)).unwrap_err().code(),
            ErrorCode::InvalidArgument,
            "{source}"
        );
    }
    assert_eq!(from_js(&js("({ a: undefined, b: null })")).unwrap().as_str(), r#"{"b":null}"#);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Echo {
    audio: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<u32>,
}

#[wasm_bindgen_test]
fn types_of_the_application_are_read_and_written() {
    let json = Json::parse(r#"{"echotest":"event","audio":true}"#).unwrap();
    let echo: Echo = read(&json).unwrap();
    assert_eq!(echo, Echo { audio: true, bitrate: None });
    assert_eq!(write(&echo).unwrap().as_str(), r#"{"audio":true}"#);
    let error = read::<Echo>(&Json::parse("{}").unwrap()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Protocol);
}
