//! What real servers said, read into types and written again: nothing known is lost.

use std::collections::HashMap;
use std::fs;

use janus_wasm::protocol::Json;
use janus_wasm::protocol::json::{Decode, Encode};
use janus_wasm::protocol::videoroom::event::{OwnStreams, RoomDetails, SubStreams};
use janus_wasm::protocol::videoroom::types::{StreamDetails, SubStreamDetails};
use janus_wasm::protocol::videoroom::{RoomData, RoomEvent, answers};
use serde_json::{Value, json};

const SERVERS: [&str; 4] = [
    "janus-1.1.2-integer-ids",
    "janus-1.1.2-string-ids",
    "janus-1.4.2-integer-ids",
    "janus-1.4.2-string-ids",
];

/// What the library does not know on purpose: words of the old API, which say less than the new ones beside
/// them.
const LEGACY: [&str; 3] = ["audio_codec", "video_codec", "warning"];

/// The plugin's words of a recording, each with the request it answers.
fn recorded(server: &str) -> Vec<(Option<String>, Value)> {
    let path = format!("{}/tests/fixtures/{server}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = fs::read_to_string(path).unwrap();
    let mut asked: HashMap<String, String> = HashMap::new();
    let mut said = Vec::new();
    for line in lines.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let message = &entry["msg"];
        let transaction = message["transaction"].as_str().map(str::to_owned);
        if let (Some(transaction), Some(request)) =
            (&transaction, message["body"]["request"].as_str())
        {
            asked.insert(transaction.clone(), request.to_owned());
        }
        if entry["dir"] == "<" && message["plugindata"]["plugin"] == "janus.plugin.videoroom" {
            let request = transaction.and_then(|transaction| asked.get(&transaction).cloned());
            said.push((request, message["plugindata"]["data"].clone()));
        }
    }
    assert!(said.len() > 100, "{server} has only {} messages", said.len());
    said
}

fn parse(value: &Value) -> Json {
    Json::parse(value.to_string()).unwrap()
}

fn rewritten<T: Decode + Encode>(value: &Value) -> Value {
    let typed: T = parse(value).read().unwrap_or_else(|error| panic!("{error}: {value}"));
    serde_json::from_str(Json::write(&typed).as_str()).unwrap()
}

/// The fields of both.
fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(more)) if into.len() == more.len() => {
            for (into, more) in into.iter_mut().zip(more) {
                merge(into, more);
            }
        }
        (into, more) => *into = more,
    }
}

fn list_of<T: Decode + Encode>(name: &str, data: &Value) -> Value {
    let items = data[name].as_array().unwrap().iter().map(rewritten::<T>).collect::<Vec<_>>();
    json!({ name: items })
}

/// With what is asked rarely, which streams keep as it came.
fn with_details<T: Decode + Encode>(typed: &mut Value, data: &Value) {
    if let Some(streams) = data["streams"].as_array() {
        let details = streams.iter().map(rewritten::<T>).collect::<Vec<_>>();
        merge(typed, json!({ "streams": details }));
    }
}

/// All that the types know of a message.
fn typed(request: Option<&str>, data: &Value) -> Value {
    let kind = data["videoroom"].as_str().unwrap();
    match (request, kind) {
        (_, "event") | (None, _) => {}
        (Some("create" | "edit" | "destroy"), _) => return rewritten::<answers::RoomChanged>(data),
        (Some("list"), _) => return list_of::<answers::RoomInfo>("list", data),
        (Some("listparticipants"), _) => {
            return list_of::<answers::ParticipantInfo>("participants", data);
        }
        (Some("rtp_forward"), _) => return rewritten::<answers::RtpForwarded>(data),
        (Some("listforwarders"), _) => {
            return list_of::<answers::PublisherForwarders>("publishers", data);
        }
        (Some("listremotes"), _) => return list_of::<answers::Remote>("list", data),
        (Some("add_remote_publisher"), _) => return rewritten::<answers::RemotePublisher>(data),
        _ => {}
    }
    let mut all = rewritten::<RoomData>(data);
    merge(&mut all, rewritten::<RoomDetails>(data));
    if let Some(publishers) = data["publishers"].as_array() {
        for (index, publisher) in publishers.iter().enumerate() {
            with_details::<StreamDetails>(&mut all["publishers"][index], publisher);
        }
    }
    if data["streams"].is_array() {
        let subscription = matches!(kind, "attached" | "updated") || data["switched"] == "ok";
        if subscription {
            merge(&mut all, rewritten::<SubStreams>(data));
            with_details::<SubStreamDetails>(&mut all, data);
        } else {
            merge(&mut all, rewritten::<OwnStreams>(data));
            with_details::<StreamDetails>(&mut all, data);
        }
    }
    all
}

/// What of `said` is not in `known`, as paths. Absent and false are the same.
fn lost(said: &Value, known: &Value, path: &str, paths: &mut Vec<String>) {
    match (said, known) {
        (Value::Object(said), _) => {
            for (key, value) in said {
                lost(value, &known[key.as_str()], &format!("{path}.{key}"), paths);
            }
        }
        (Value::Array(said), Value::Array(_)) => {
            for (index, value) in said.iter().enumerate() {
                lost(value, &known[index], path, paths);
            }
        }
        (Value::Bool(false), Value::Null) => {}
        (said, Value::Null) if said.as_array().is_some_and(Vec::is_empty) => {}
        (said, known) if said == known => {}
        _ => paths.push(path.to_owned()),
    }
}

/// Answers without anything to learn: that they came is all, and what they repeat was in the request.
fn is_receipt(request: Option<&str>, path: &str) -> bool {
    let repeats = [".room", ".publisher_id", ".stream_id", ".id", ".remote_id", ".videoroom"];
    let told = [".exists", ".record", ".allowed"];
    request.is_some() && (repeats.contains(&path) || told.contains(&path))
        || [".left", ".paused", ".switched", ".changes"].contains(&path)
        || LEGACY.iter().any(|name| path.ends_with(&format!(".{name}")))
}

#[test]
fn nothing_known_is_lost() {
    for server in SERVERS {
        for (request, data) in recorded(server) {
            let mut paths = Vec::new();
            lost(&data, &typed(request.as_deref(), &data), "", &mut paths);
            paths.retain(|path| !is_receipt(request.as_deref(), path));
            assert!(paths.is_empty(), "{server}: {paths:?} of {data}");
        }
    }
}

fn event(data: &Value) -> RoomEvent {
    RoomEvent::read(&parse(data), false).unwrap()
}

fn events(server: &str) -> Vec<RoomEvent> {
    let said = recorded(server).into_iter().filter(|(request, _)| request.is_none());
    said.map(|(_, data)| event(&data)).collect()
}

#[test]
fn every_event_of_a_recording_has_a_name() {
    for server in SERVERS {
        for (request, data) in recorded(server) {
            assert!(request.is_some() || event(&data) != RoomEvent::Unknown, "{server}: {data}");
        }
        let told = events(server);
        let layers = told.iter().filter(|event| matches!(event, RoomEvent::Layer(_))).count();
        assert!(layers > 0, "{server} tells of layers");
        let loud = |event: &&RoomEvent| matches!(event, RoomEvent::Talking { level: Some(level), mindex: Some(_), .. } if level.to_f64() > 0.0);
        assert!(told.iter().any(|event| loud(&event)), "{server} tells how loud");
    }
}

#[test]
fn joining_tells_how_our_level_is_taken() {
    let joined = json!({"videoroom": "joined", "room": 1, "id": 2, "private_id": 3, "publishers": [],
        "audio_active_packets": 50, "audio_level_average": 40});
    let RoomEvent::Joined(joined) = event(&joined) else { panic!("nobody joined") };
    let level = (joined.audio_active_packets, joined.audio_level_average);
    assert_eq!(level, (Some(50), Some(40)));
}

#[test]
fn newer_servers_tell_of_metadata() {
    let told = events("janus-1.4.2-integer-ids");
    let metadata =
        |event: &&RoomEvent| matches!(event, RoomEvent::Changed(who) if who.metadata.is_some());
    assert!(told.iter().any(|event| metadata(&event)));
}

/// As the C code of 1.1.2 and 1.4.2 writes them; they need a lossy path, or a server newer than recorded.
#[test]
fn what_was_not_recorded_is_known_too() {
    let slow = event(&json!({"videoroom": "slow_link", "current-bitrate": 64_000}));
    assert_eq!(slow, RoomEvent::SlowLink { bitrate: Some(64_000) });
    assert_eq!(event(&json!({"videoroom": "slow_link"})), RoomEvent::SlowLink { bitrate: None });
    let changed = event(&json!({"videoroom": "event", "id": 1, "metadata": {"hand": "up"}}));
    assert!(matches!(changed, RoomEvent::Changed(who) if who.metadata.is_some()));
    let left =
        json!({"videoroom": "event", "room": 1, "leaving": 7, "display": "Ada", "metadata": {}});
    let RoomEvent::Leaving(who) = event(&left) else { panic!("nobody left") };
    assert_eq!((who.display.as_deref(), who.metadata.is_some()), (Some("Ada"), true));
    let spatial = event(&json!({"videoroom": "event", "room": 1, "mid": "1", "spatial_layer": 2}));
    assert!(matches!(spatial, RoomEvent::Layer(layer) if layer.spatial_layer == Some(2)));
}
