//! What each request takes: `src/js/videoroom/requests.json`, which the npm package checks by.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
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
    /// The first version that takes it, and the first that does no more.
    since: Option<u32>,
    until: Option<u32>,
}

fn kind(text: &str) -> Kind<'_> {
    let end = text.find(['!', '@', '~']).unwrap_or(text.len());
    let version = |mark: char| {
        let (_, rest) = text.split_once(mark)?;
        rest.split(['@', '~']).next()?.parse().ok()
    };
    let required = text.contains('!');
    Kind { name: &text[..end], required, since: version('@'), until: version('~') }
}

/// A request with a field that not all servers take.
#[derive(Debug)]
pub(crate) struct Versioned {
    /// The field, as errors name it.
    pub(crate) path: String,
    pub(crate) request: Value,
    /// A version that refuses it, and one that takes it.
    pub(crate) refused: u32,
    pub(crate) taken: u32,
}

/// Every field of a request, or of the objects in it, that not all servers take, in a request with little else.
pub(crate) fn versioned(schema: &Value, method: &str) -> Vec<Versioned> {
    let shape = schema["requests"][method]["fields"].as_object().unwrap();
    let mut found = Vec::new();
    for (name, text) in shape {
        let of = kind(text.as_str().unwrap());
        let mut add = |path: String, of: &Kind<'_>, put: &dyn Fn(&mut Value)| {
            let (refused, taken) = match (of.since, of.until) {
                (Some(since), _) => (since - 1, since),
                (None, Some(until)) => (until, until - 1),
                (None, None) => return,
            };
            let mut request = smallest(schema, shape, "");
            put(&mut request);
            found.push(Versioned { path, request, refused, taken });
        };
        add(name.clone(), &of, &|request| {
            request[name] = sample(schema, of.name);
            for other in
                SEALED.iter().filter(|other| SEALED.contains(&name.as_str()) && *other != name)
            {
                request[*other] = sample(schema, kind(shape[*other].as_str().unwrap()).name);
            }
        });
        let Some(object) = list_of(of.name) else { continue };
        for (inner, text) in schema["objects"][object].as_object().unwrap() {
            let field = kind(text.as_str().unwrap());
            add(format!("{name}.{inner}"), &field, &|request| {
                let mut entry =
                    smallest(schema, schema["objects"][object].as_object().unwrap(), object);
                entry[inner] = sample(schema, field.name);
                request[name] = json!([entry]);
            });
        }
    }
    found
}

/// Neither goes without the other.
const SEALED: [&str; 2] = ["srtp_suite", "srtp_crypto"];

fn list_of(kind: &str) -> Option<&str> {
    kind.strip_suffix("[]").or_else(|| kind.strip_suffix("[0]"))
}

fn sample(schema: &Value, kind: &str) -> Value {
    let Some(object) = list_of(kind) else {
        return value(schema, kind).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    };
    json!([smallest(schema, schema["objects"][object].as_object().unwrap(), object)])
}

/// What is required, and the codec that audio and video need.
fn smallest(schema: &Value, shape: &Shape, object: &str) -> Value {
    let needed =
        |name: &str, of: &Kind<'_>| of.required || (object, name) == ("RemoteStream", "codec");
    let fields = shape.iter().filter_map(|(name, text)| {
        let of = kind(text.as_str().unwrap());
        needed(name, &of).then(|| (name.clone(), sample(schema, of.name)))
    });
    Value::Object(fields.collect())
}

pub(crate) fn required(shape: &Shape) -> Vec<String> {
    let needed = shape.iter().filter(|(_, text)| kind(text.as_str().unwrap()).required);
    needed.map(|(name, _)| name.clone()).collect()
}

fn word() -> impl Strategy<Value = Value> {
    "[a-zA-Z0-9 \"\\\\ö-]{0,12}".prop_map(Value::from)
}

fn value(schema: &Value, name: &str) -> BoxedStrategy<Value> {
    if let Some(object) = list_of(name) {
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
        let Kind { name: kind, required, .. } = kind(text.as_str().unwrap());
        let name = name.clone();
        let there = value(schema, kind).prop_map(move |value| Some((name.clone(), value)));
        let absent = Just(None);
        fields.push(if required { there.boxed() } else { prop_oneof![there, absent].boxed() });
    }
    fields.prop_map(|fields| Value::Object(fields.into_iter().flatten().collect())).boxed()
}
