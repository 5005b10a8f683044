//! What a hostile, broken or merely newer server may say: bytes, JSON made of Janus's words, and
//! recorded messages with something wrong.

use std::fs;

use serde_json::{Map, Value, json};

use crate::chance::Chance;

const VERBS: [&str; 16] = [
    "success",
    "ack",
    "error",
    "event",
    "pong",
    "server_info",
    "timeout",
    "keepalive",
    "webrtcup",
    "media",
    "slowlink",
    "ice-failed",
    "hangup",
    "trickle",
    "detached",
    "brand-new",
];

const ROOM_WORDS: [&str; 12] = [
    "joined",
    "event",
    "attached",
    "updated",
    "updating",
    "switched",
    "destroyed",
    "talking",
    "stopped-talking",
    "success",
    "participants",
    "brand-new",
];

const KEYS: [&str; 48] = [
    "janus",
    "transaction",
    "session_id",
    "sender",
    "data",
    "id",
    "plugindata",
    "plugin",
    "jsep",
    "type",
    "sdp",
    "trickle",
    "e2ee",
    "error",
    "code",
    "reason",
    "candidate",
    "sdpMid",
    "sdpMLineIndex",
    "completed",
    "mid",
    "receiving",
    "substream",
    "seconds",
    "media",
    "uplink",
    "lost",
    "hint",
    "version",
    "session-timeout",
    "videoroom",
    "room",
    "error_code",
    "private_id",
    "description",
    "display",
    "publishers",
    "attendees",
    "joining",
    "unpublished",
    "leaving",
    "kicked",
    "configured",
    "started",
    "moderation",
    "streams",
    "feed_id",
    "feed_mid",
];

/// Text that is no JSON, or JSON no reader is fond of.
const SNIPPETS: [&str; 14] = [
    "\u{feff}",
    "\\ud800",
    "\\udfff\\ud800",
    "\\u0000int:18446744073709551616",
    "\0",
    "1e999",
    "-0.0",
    "18446744073709551616",
    "NaN",
    "\"",
    "\\",
    "}{",
    "]",
    "\r\n ",
];

/// Everything servers said while they were recorded, about our sessions and handles.
pub(crate) struct Words {
    recorded: Vec<Value>,
}

impl Words {
    pub(crate) fn load() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
        let mut recorded = Vec::new();
        for version in ["1.1.2", "1.4.2"] {
            for ids in ["integer", "string"] {
                let text = fs::read_to_string(format!("{folder}/janus-{version}-{ids}-ids.jsonl"));
                for line in text.unwrap().lines() {
                    let entry: Value = serde_json::from_str(line).unwrap();
                    if entry["dir"] == "<" {
                        recorded.push(entry["msg"].clone());
                    }
                }
            }
        }
        Self { recorded }
    }

    /// One text of a server.
    pub(crate) fn text(&self, chance: &mut Chance) -> String {
        match chance.below(12) {
            0 => bytes(chance),
            1 => value(chance, 4).to_string(),
            2 => {
                let many: Vec<_> = (0..chance.below(6)).map(|_| self.message(chance)).collect();
                Value::from(many).to_string()
            }
            3 | 4 => {
                let text = self.message(chance).to_string();
                spoil(text, chance)
            }
            _ => self.message(chance).to_string(),
        }
    }

    /// A message, recorded or made up, and changed here and there.
    fn message(&self, chance: &mut Chance) -> Value {
        let mut message = if chance.one_in(3) { invent(chance) } else { self.recording(chance) };
        if chance.one_in(2) {
            for _ in 0..=chance.below(3) {
                self.change(&mut message, chance);
            }
        }
        message
    }

    /// A recorded message as if it were said to us.
    fn recording(&self, chance: &mut Chance) -> Value {
        let mut message = chance.pick(&self.recorded).clone();
        let object = message.as_object_mut().unwrap();
        for (key, known) in [("session_id", session(chance)), ("sender", handle(chance))] {
            if object.contains_key(key) {
                object.insert(key.to_owned(), known);
            }
        }
        if object.contains_key("transaction") {
            object.insert("transaction".to_owned(), transaction(chance));
        }
        message
    }

    /// Somewhere in the message something is missing, of another type, or from another message.
    fn change(&self, whole: &mut Value, chance: &mut Chance) {
        let mut at = whole;
        // A walk down at random.
        while chance.below(4) > 0 {
            let inner = match at {
                Value::Object(object) if !object.is_empty() => {
                    let key = object.keys().nth(chance.below(object.len())).unwrap().clone();
                    object.get(&key).is_some_and(is_inner).then_some(Step::Key(key))
                }
                Value::Array(items) if !items.is_empty() => {
                    let index = chance.below(items.len());
                    is_inner(&items[index]).then_some(Step::Index(index))
                }
                _ => None,
            };
            match inner {
                Some(Step::Key(key)) => at = &mut at[key.as_str()],
                Some(Step::Index(index)) => at = &mut at[index],
                None => break,
            }
        }
        match at {
            Value::Object(object) => self.change_object(object, chance),
            Value::Array(items) if !items.is_empty() => {
                let index = chance.below(items.len());
                match chance.below(3) {
                    0 => drop(items.remove(index)),
                    1 => items.push(items[index].clone()),
                    _ => items[index] = value(chance, 2),
                }
            }
            other => *other = value(chance, 2),
        }
    }

    fn change_object(&self, object: &mut Map<String, Value>, chance: &mut Chance) {
        let Some(key) = object.keys().nth(chance.below(object.len().max(1))).cloned() else {
            object.insert((*chance.pick(&KEYS)).to_owned(), value(chance, 2));
            return;
        };
        match chance.below(5) {
            0 => drop(object.remove(&key)),
            1 => drop(object.insert(key, value(chance, 2))),
            2 => {
                let depth = if chance.one_in(8) { 200 } else { 8 };
                object.insert(key, nested(chance.below(depth)));
            }
            3 => {
                let other = chance.pick(&self.recorded);
                let taken = other.get(&key).or_else(|| other.pointer("/plugindata/data")).cloned();
                object.insert(key, taken.unwrap_or_default());
            }
            _ => drop(object.insert((*chance.pick(&KEYS)).to_owned(), value(chance, 2))),
        }
    }
}

enum Step {
    Key(String),
    Index(usize),
}

fn is_inner(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn session(chance: &mut Chance) -> Value {
    chance.pick(&[json!(7), json!(7), json!(7), json!(8), json!(5), json!(404)]).clone()
}

fn handle(chance: &mut Chance) -> Value {
    chance.pick(&[json!(9), json!(9), json!(10), json!(11), json!(12), json!(404)]).clone()
}

fn transaction(chance: &mut Chance) -> Value {
    json!(format!("t{}", chance.below(24)))
}

fn number(chance: &mut Chance) -> Value {
    let numbers = [
        json!(0),
        json!(1),
        json!(-1),
        json!(9),
        json!(65_536),
        json!(4_294_967_296_u64),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1.5),
        json!(1e308),
    ];
    chance.pick(&numbers).clone()
}

/// Any JSON, mostly small, with keys Janus knows.
fn value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => json!(chance.one_in(2)),
        2 | 3 => number(chance),
        4 => {
            json!(*chance.pick(&["", "ok", "0", "1", "v", "lobby", "kicked", "muted", "\u{0}é😀"]))
        }
        5 => json!(*chance.pick(&ROOM_WORDS)),
        6 => json!(*chance.pick(&VERBS)),
        7 => (0..chance.below(4)).map(|_| value(chance, depth - 1)).collect(),
        _ => object(chance, depth),
    }
}

fn object(chance: &mut Chance, depth: usize) -> Value {
    let mut made = Map::new();
    for _ in 0..chance.below(6) {
        made.insert((*chance.pick(&KEYS)).to_owned(), value(chance, depth - 1));
    }
    Value::Object(made)
}

/// A message of the right form with anything in it.
fn invent(chance: &mut Chance) -> Value {
    let mut made = object(chance, 2);
    made["janus"] = json!(*chance.pick(&VERBS));
    if chance.below(4) > 0 {
        made["transaction"] = transaction(chance);
    }
    if chance.below(4) > 0 {
        made["session_id"] = session(chance);
        made["sender"] = handle(chance);
    }
    if chance.one_in(2) {
        let codes = [403, 405, 453, 456, 458, 459, 460, 465, 468, 469, 471, 490];
        made["error"] = json!({"code": chance.pick(&codes), "reason": "no"});
        made["data"] = json!({"id": chance.pick(&[9, 10, 11, 12, 13])});
    }
    if chance.one_in(2) {
        let mut data = object(chance, 3);
        data["videoroom"] = json!(*chance.pick(&ROOM_WORDS));
        made["plugindata"] = json!({"plugin": "janus.plugin.videoroom", "data": data});
    }
    if chance.one_in(3) {
        let kind = *chance.pick(&["offer", "answer", "pranswer"]);
        made["jsep"] = json!({"type": kind, "sdp": "v=0\r\n"});
    }
    made
}

fn nested(depth: usize) -> Value {
    (0..depth)
        .fold(json!(1), |inner, at| if at % 2 == 0 { json!([inner]) } else { json!({"a": inner}) })
}

fn bytes(chance: &mut Chance) -> String {
    let count = chance.below(64);
    let raw: Vec<u8> = (0..count).map(|_| u8::try_from(chance.below(256)).unwrap()).collect();
    String::from_utf8_lossy(&raw).into_owned()
}

/// Text with something cut off, put in, said twice or repeated within.
fn spoil(mut text: String, chance: &mut Chance) -> String {
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if boundaries.is_empty() {
        return text;
    }
    let at = *chance.pick(&boundaries);
    match chance.below(5) {
        0 => text.truncate(at),
        1 => text.insert_str(at, chance.pick::<&str>(&SNIPPETS)),
        2 => text = [text.as_str(), text.as_str()].concat(),
        3 => text = text.replacen("\":\"", &format!("\":\"{}", chance.pick(&SNIPPETS)), 1),
        // The same key twice.
        _ => text = text.replacen('{', &format!("{{\"{}\":7,", chance.pick(&KEYS)), 1),
    }
    text
}
