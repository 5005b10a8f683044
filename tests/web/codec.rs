//! The browser's codec: what JavaScript values become, and what becomes of them.

use janus_wasm::protocol::videoroom::event::RoomData;
use janus_wasm::protocol::videoroom::request::{CreateRoom, JoinPublisher};
use janus_wasm::protocol::videoroom::types::{Stream, StreamKind};
use janus_wasm::protocol::{Body, Candidate, Id, message::Message};
use janus_wasm::web::{CameraOptions, JsBody, to_js};
use js_sys::{BigInt, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let body = JsBody::parse(text).unwrap();
    body.read().map_err(|error| error.message().to_owned())
}

fn refusal<T: DeserializeOwned>(text: &str) -> String {
    read::<T>(text).err().expect("must be refused")
}

#[wasm_bindgen_test]
fn integers_beyond_javascript_survive_both_ways() {
    for id in [0, 9_007_199_254_740_991, 9_007_199_254_740_992, u64::MAX] {
        let text = format!(r#"{{"room":{id}}}"#);
        let body = JsBody::parse(&text).unwrap();
        assert_eq!(body.text().unwrap(), text);
        let data: RoomData = body.read().unwrap();
        assert_eq!(data.room, Some(Id::Number(id)));
        let join = CreateRoom { room: Some(Id::Number(id)), ..CreateRoom::default() };
        assert_eq!(JsBody::write(&join).unwrap().text().unwrap(), text);
    }
}

#[wasm_bindgen_test]
fn a_bigint_of_the_page_is_an_id() {
    let id: Id = JsBody(BigInt::from(7_u64).into()).read().unwrap();
    assert_eq!(id, Id::Number(7));
    let negative = JsBody(BigInt::from(-7_i64).into()).read::<Id>();
    assert_eq!(negative.unwrap_err().message(), "an id cannot be negative");
    let too_large = JsBody(BigInt::new(&"18446744073709551616".into()).unwrap().into());
    assert!(too_large.read::<Id>().is_err());
}

#[wasm_bindgen_test]
fn ids_are_never_rounded() {
    assert_eq!(read::<Id>("12"), Ok(Id::Number(12)));
    assert_eq!(read::<Id>(r#""12""#), Ok(Id::from("12")));
    assert!(read::<Id>("1.5").is_err());
    assert!(read::<Id>("1e300").is_err());
    assert!(JsBody(JsValue::from_f64(9_007_199_254_740_992.0)).read::<Id>().is_err());
    assert!(JsBody(JsValue::from_f64(f64::NAN)).read::<Id>().is_err());
    assert_eq!(refusal::<Id>("-1"), "an id cannot be negative");
    assert!(
        read::<Id>("true").is_err() && read::<Id>("null").is_err() && read::<Id>("{}").is_err()
    );
}

#[wasm_bindgen_test]
fn a_fraction_is_no_integer() {
    let words = refusal::<CameraOptions>(r#"{"width":640.5}"#);
    assert_eq!(words, "width: expected a whole number of at least 0");
    assert!(read::<CameraOptions>(r#"{"width":-1}"#).is_err());
    assert_eq!(refusal::<CameraOptions>(r#"{"width":4294967296}"#), "width: is out of range");
    assert_eq!(
        refusal::<Candidate>(r#"{"sdpMLineIndex":65536}"#),
        "sdpMLineIndex: is out of range"
    );
}

#[wasm_bindgen_test]
fn null_and_absent_are_nothing() {
    let data: RoomData = read(r#"{"videoroom":"event","room":null,"publishers":null}"#).unwrap();
    assert_eq!((data.room, data.publishers), (None, None));
    let camera = Object::new();
    Reflect::set(&camera, &"simulcast".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::set(&camera, &"deviceId".into(), &JsValue::UNDEFINED).unwrap();
    assert_eq!(JsBody(camera.into()).read::<CameraOptions>().unwrap(), CameraOptions::default());
}

#[wasm_bindgen_test]
fn what_is_needed_is_named_when_it_is_missing() {
    assert_eq!(refusal::<JoinPublisher>(r#"{"display":"Ada"}"#), "room: is missing");
    assert_eq!(refusal::<Stream>(r#"{"type":"audio","mindex":0}"#), "mid: is missing");
    assert_eq!(refusal::<Message<JsBody>>(r#"{"transaction":"a"}"#), "janus: is missing");
}

#[wasm_bindgen_test]
fn what_does_not_fit_is_named_from_the_outside_in() {
    assert_eq!(refusal::<JoinPublisher>(r#"{"room":1,"display":5}"#), "display: expected text");
    assert_eq!(refusal::<JoinPublisher>("5"), "expected an object");
    let words = refusal::<RoomData>(r#"{"joining":{"id":1,"display":false}}"#);
    assert_eq!(words, "joining.display: expected text");
    assert_eq!(refusal::<RoomData>(r#"{"publishers":{}}"#), "publishers: expected a list");
    let words = refusal::<CameraOptions>(r#"{"simulcast":"yes"}"#);
    assert_eq!(words, "simulcast: expected true or false");
}

#[wasm_bindgen_test]
fn unknown_fields_and_defaults() {
    let stream: Stream =
        read(r#"{"type":"video","mindex":1,"mid":"v","from":{"newer":["servers"]}}"#).unwrap();
    assert_eq!((stream.kind, stream.mindex, stream.disabled), (StreamKind::Video, 1, false));
    assert!(read::<Stream>(r#"{"type":"smell","mindex":1,"mid":"v"}"#).is_err());
}

#[wasm_bindgen_test]
fn lists_keep_their_order() {
    let text = r#"{"publishers":[{"id":2,"streams":[]},{"id":"b"},{"id":1,"display":"Ada"}]}"#;
    let publishers = read::<RoomData>(text).unwrap().publishers.unwrap();
    let ids: Vec<_> = publishers.iter().map(|publisher| publisher.id.to_string()).collect();
    assert_eq!(ids, ["2", "b", "1"]);
    assert_eq!(read::<Vec<Id>>("[]"), Ok(Vec::new()));
}

#[wasm_bindgen_test]
fn bodies_pass_untouched() {
    let text = r#"{"janus":"event","plugindata":{"plugin":"p","data":{"deep":[{"a":1}]}}}"#;
    let parsed = JsBody::parse(text).unwrap();
    let plugin = Reflect::get(&parsed.0, &"plugindata".into()).unwrap();
    let data = Reflect::get(&plugin, &"data".into()).unwrap();
    let message: Message<JsBody> = parsed.read().unwrap();
    let carried = message.plugindata.unwrap().data;
    assert!(Object::is(&carried.0, &data), "the very same object");
    let written = to_js(&carried).unwrap();
    assert!(Object::is(&written, &data), "on the way out too");
    let missing = refusal::<Message<JsBody>>(r#"{"janus":"event","plugindata":{"plugin":"p"}}"#);
    assert_eq!(missing, "plugindata.data: is missing");
}
