//! What real servers said, decoded: Janus 1.1.2 and 1.4.2, with integer and with string ids.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

use std::fs;

use janus_wasm::protocol::codec::{decode, decode_all};
use janus_wasm::protocol::json::Decode;
use janus_wasm::protocol::message::{HandleEvent, Incoming, Message};
use janus_wasm::protocol::videoroom::event::SubStreams;
use janus_wasm::protocol::videoroom::{RoomData, RoomEvent};
use janus_wasm::protocol::{Id, Json};
use serde_json::Value;

#[path = "shared/printout.rs"]
mod printout;

const SERVERS: [&str; 4] = [
    "janus-1.1.2-integer-ids",
    "janus-1.1.2-string-ids",
    "janus-1.4.2-integer-ids",
    "janus-1.4.2-string-ids",
];

/// Everything the server said, as text.
fn received(server: &str) -> Vec<String> {
    let path = format!("{}/tests/fixtures/{server}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = fs::read_to_string(path).unwrap();
    let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["dir"] == "<").map(|entry| entry["msg"].to_string()).collect()
}

fn value(json: &Json) -> Value {
    serde_json::from_str(json.as_str()).unwrap()
}

fn messages(server: &str) -> Vec<Message> {
    received(server).iter().map(|text| decode(text).expect(text)).collect()
}

/// Every plugin message with what it is taken for.
fn room_events(server: &str) -> Vec<(Value, RoomEvent)> {
    let mut events = Vec::new();
    for message in messages(server) {
        let answer = message.transaction.is_some();
        let Some(plugin) = message.plugindata else { continue };
        if value(&plugin.data)["videoroom"] == "forwarders" {
            continue; // its `publishers` are of another kind
        }
        let data: RoomData = plugin.data.read().unwrap();
        events.push((value(&plugin.data), data.classify(answer)));
    }
    events
}

/// Whether everything in `part` is in `whole`, with the same values.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|other| is_part(value, other))),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(a, b)| is_part(a, b))
        }
        (part, whole) => part == whole,
    }
}

#[test]
fn every_message_is_understood() {
    for server in SERVERS {
        let all = messages(server);
        assert!(all.len() > 100, "{server} has only {} messages", all.len());
        for message in all {
            let kind = message.janus.clone();
            assert!(!matches!(message.classify(), Incoming::Unknown), "{server}: {kind}");
        }
    }
}

#[test]
fn what_was_read_is_written_as_it_was() {
    for server in SERVERS {
        for text in received(server) {
            let message: Message = decode(&text).unwrap();
            let written = value(&Json::write(&message));
            let original: Value = serde_json::from_str(&text).unwrap();
            assert!(is_part(&written, &original), "{server}: {text}\nbecame {written}");
        }
    }
}

#[test]
fn every_known_room_event_was_said() {
    for server in SERVERS {
        let events = room_events(server);
        let has = |wanted: fn(&RoomEvent) -> bool| events.iter().any(|(_, event)| wanted(event));
        assert!(has(|event| matches!(event, RoomEvent::Failed { .. })), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Joined(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Publishers(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Joining(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Unpublished(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Leaving(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Kicked(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::KickedOurselves)), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Changed(_))), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Moderated { .. })), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Talking { .. })), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Destroyed)), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Mapping)), "{server}");
        assert!(has(|event| matches!(event, RoomEvent::Updating)), "{server}");
    }
}

#[test]
fn own_answers_are_not_taken_for_other_people() {
    for server in SERVERS {
        for (data, event) in room_events(server) {
            let about_us = data["unpublished"] == "ok" || data["leaving"] == "ok";
            let about_others = matches!(event, RoomEvent::Unpublished(_) | RoomEvent::Leaving(_));
            assert!(!(about_us && about_others), "{server}: {data} became {event:?}");
        }
    }
}

#[test]
fn mappings_name_feeds_and_mids() {
    for server in SERVERS {
        let mut seen = 0;
        for (data, event) in room_events(server) {
            if event == RoomEvent::Mapping {
                let streams = SubStreams::decode(&data.to_string()).unwrap();
                seen += streams.streams.iter().flatten().filter(|s| s.feed_id.is_some()).count();
            }
        }
        assert!(seen > 10, "{server}: {seen}");
    }
}

#[test]
fn handles_tell_of_media_and_hangups() {
    for server in SERVERS {
        let mut kinds = [false; 3];
        for message in messages(server) {
            if let Incoming::Handle(_, event) = message.classify() {
                kinds[0] |= matches!(event, HandleEvent::WebrtcUp);
                kinds[1] |= matches!(event, HandleEvent::Media { receiving: true, .. });
                kinds[2] |= matches!(&event, HandleEvent::Hangup { reason } if !reason.is_empty());
            }
        }
        assert_eq!(kinds, [true; 3], "{server}: webrtcup, media, hangup");
    }
}

#[test]
fn ids_beyond_what_javascript_counts_survive() {
    let text = r#"{"janus":"event","sender":18446744073709551615,"plugindata":{"plugin":"janus.plugin.videoroom",
        "data":{"videoroom":"event","room":9007199254740993,"leaving":18446744073709551615}}}"#;
    let message: Message = decode(text).unwrap();
    let data: RoomData = message.plugindata.unwrap().data.read().unwrap();
    assert_eq!(data.room, Some(Id::from(9_007_199_254_740_993)));
    let RoomEvent::Leaving(who) = data.classify(false) else { panic!("nobody left") };
    assert_eq!(who.id, Id::from(u64::MAX));
}

#[test]
fn hostile_messages_are_errors_or_nothing() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}",
        r#"{"janus":7}"#,
        r#"{"janus":"event","sender":-1}"#,
    ] {
        assert!(decode(text).is_err(), "{text}");
    }
    for text in [
        r#"{"janus":"event"}"#,
        r#"{"janus":"event","sender":1}"#,
        r#"{"janus":"novelty","sender":1}"#,
    ] {
        let message: Message = decode(text).unwrap();
        assert!(matches!(message.classify(), Incoming::Unknown), "{text}");
    }
}

/// What the browser makes of it is compared with the same file: `tests/web/printout.rs`.
#[test]
fn every_recorded_line_prints_as_it_always_did() {
    let printed = printout::printouts();
    if std::env::var_os("UPDATE_PRINTOUTS").is_some() {
        let lines: Vec<_> = printed.iter().map(|(line, _)| format!("{line}\n")).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/printouts.txt");
        return fs::write(path, lines.concat()).unwrap();
    }
    let expected: Vec<_> = printout::EXPECTED.lines().collect();
    assert_eq!(printed.len(), expected.len());
    for ((line, words), expected) in printed.iter().zip(expected) {
        let hint = "if this is meant to be: UPDATE_PRINTOUTS=1 cargo test --test replay";
        assert_eq!(line, expected, "{hint}\nthis is printed now:\n{words}");
    }
}

#[test]
fn one_bad_message_of_a_long_poll_costs_no_other() {
    let all = |text: &str| decode_all(text).map(|messages| messages.len());
    let good = r#"{"janus":"webrtcup","session_id":7,"sender":9}"#;
    assert_eq!(all(&format!(r#"[{good},{{"janus":"media","mid":7}},null,{good}]"#)), Ok(2));
    assert_eq!(all("[]"), Ok(0));
    assert_eq!(all(good), Ok(1));
    assert!(all("[1]").is_err(), "not the words of Janus");
    let info = decode_all(r#"{"janus":"server_info","novelty":1}"#).unwrap();
    assert_eq!(value(info[0].raw.as_ref().unwrap())["novelty"], 1);
}
