//! What each request takes: `src/js/videoroom/requests.json`, which the npm package checks by.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// What a request or an object in one takes: names and kinds.
pub(crate) type Shape = Map<String, Value>;

pub(crate) fn schema() -> Value {
    serde_json::from_str(include_str!("../../src/js/videoroom/requests.json")).unwrap()
}

/// A kind as the list writes it: `id!@1300`, `Switch[]!`, `audio|video|data`.
struct Kind<'a> {
    name: &'a str,
    required: bool,
}

fn kind(text: &str) -> Kind<'_> {
    let end = text.find(['!', '@', '~']).unwrap_or(text.len());
    Kind { name: &text[..end], required: text.contains('!') }
}

pub(crate) fn required(shape: &Shape) -> Vec<String> {
    let needed = shape.iter().filter(|(_, text)| kind(text.as_str().unwrap()).required);
    needed.map(|(name, _)| name.clone()).collect()
}

fn word() -> impl Strategy<Value = Value> {
    "[a-zA-Z0-9 \"\\\\ö-]{0,12}".prop_map(Value::from)
}

fn value(schema: &Value, name: &str) -> BoxedStrategy<Value> {
    if let Some(object) = name.strip_suffix("[]").or_else(|| name.strip_suffix("[0]")) {
        let shape = schema["objects"][object].as_object().unwrap();
        return vec(object_of(schema, shape), 1..4).prop_map(Value::from).boxed();
    }
    if name.contains('|') {
        let words: Vec<_> = name.split('|').map(str::to_owned).collect();
        return select(words).prop_map(Value::from).boxed();
    }
    match name {
        "id" => prop_oneof![(0..u64::MAX / 2).prop_map(Value::from), word()].boxed(),
        "text" => word().boxed(),
        "flag" => any::<bool>().prop_map(Value::from).boxed(),
        "count" => any::<u32>().prop_map(Value::from).boxed(),
        "integer" => any::<i32>().prop_map(Value::from).boxed(),
        "layer" => (0..3_u32).prop_map(Value::from).boxed(),
        "port" => (1..=u16::MAX).prop_map(Value::from).boxed(),
        "suite" => select(vec![32, 80]).prop_map(Value::from).boxed(),
        "texts" => vec(word(), 0..3).prop_map(Value::from).boxed(),
        "object" => word().prop_map(|word| json!({"a": word, "b": [1, {"c": true}]})).boxed(),
        "audiocodecs" => select(vec!["opus", "opus,pcmu"]).prop_map(Value::from).boxed(),
        "videocodecs" => select(vec!["vp8", "vp9,h264,av1"]).prop_map(Value::from).boxed(),
        other => panic!("the list has a kind that is not known here: {other}"),
    }
}

/// Any object of that shape: what is required, and some of the rest.
pub(crate) fn object_of(schema: &Value, shape: &Shape) -> BoxedStrategy<Value> {
    let mut fields: Vec<BoxedStrategy<Option<(String, Value)>>> = Vec::new();
    for (name, text) in shape {
        let Kind { name: kind, required } = kind(text.as_str().unwrap());
        let name = name.clone();
        let there = value(schema, kind).prop_map(move |value| Some((name.clone(), value)));
        let absent = Just(None);
        fields.push(if required { there.boxed() } else { prop_oneof![there, absent].boxed() });
    }
    fields.prop_map(|fields| Value::Object(fields.into_iter().flatten().collect())).boxed()
}
