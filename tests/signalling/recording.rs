//! The flight recorder: complete enough to be replayed, and without secrets.

use std::collections::VecDeque;

use janus_wasm::engine::recorder::{Kind, Recorder};
use janus_wasm::engine::signalling::{Config, Output};
use janus_wasm::engine::{Millis, redact, redact_words};
use janus_wasm::protocol::Json;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::protocol::{HandleId, SessionId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::*;

/// Fields whose values must not be seen.
const SECRET_FIELDS: [&str; 14] = [
    "pin",
    "new_pin",
    "secret",
    "new_secret",
    "token",
    "apisecret",
    "admin_key",
    "admin_secret",
    "allowed",
    "credential",
    "password",
    "rtsp_pwd",
    "srtp_crypto",
    "srtcp_crypto",
];

#[test]
fn it_keeps_the_latest() {
    let mut recorder = Recorder::new(3);
    for at in 0..5 {
        recorder.record(Millis(at), Kind::State, "connected");
    }
    let log: Value = serde_json::from_str(&recorder.export()).unwrap();
    let times: Vec<_> = log["entries"].as_array().unwrap().iter().map(|it| &it["at"]).collect();
    assert_eq!(times, [2, 3, 4]);
}

#[test]
fn secrets_in_descriptions_and_addresses_are_left_out() {
    let sdp = "v=0\r\na=ice-ufrag:u\r\na=ice-pwd:hunter2\r\na=crypto:1 AES inline:hunter2|2^20\r\n";
    let message = json!({"janus": "event", "jsep": {"type": "offer", "sdp": sdp}}).to_string();
    let shown = redact(&message);
    assert!(!shown.contains("hunter2") && shown.contains("a=ice-ufrag:u"), "{shown}");
    let address = "http://host/janus/7?maxev=10&token=hunter2&apisecret=hunter2";
    assert!(!redact_words(address).contains("hunter2"));
}

proptest! {
    #[test]
    fn no_secret_is_seen_wherever_it_stands(
        field in proptest::sample::select(&SECRET_FIELDS[..]),
        depth in 0_usize..4,
        listed in any::<bool>(),
        around in ".{0,12}",
    ) {
        let secret = "hunter2-\"quoted\"-and\\more";
        let value = if listed { json!([secret, {"x": secret}]) } else { json!(secret) };
        let mut object = json!({"before": around, field: value, "after": around});
        for _ in 0..depth {
            object = json!({"around": around, "inner": [object]});
        }
        let shown = redact(&object.to_string());
        prop_assert!(!shown.contains("hunter2"), "{}", shown);
        let parsed: Value = serde_json::from_str(&shown).expect(&shown);
        let mut inner = &parsed;
        for _ in 0..depth {
            inner = &inner["inner"][0];
        }
        prop_assert_eq!(&inner["after"], &json!(around), "the rest is as it was");
    }

    #[test]
    fn any_text_can_be_shown(text in any::<String>()) {
        redact(&text);
        redact_words(&text);
    }
}

/// Feeds a recorded log to a fresh engine: what was sent is asked for again, what was received is heard
/// again, and the states it goes through come out.
fn replay(log: &str) -> (Vec<String>, Vec<String>) {
    let log: Value = serde_json::from_str(log).unwrap();
    let mut bench = Bench::new(Config::default());
    let (mut recorded, mut replayed) = (Vec::new(), Vec::new());
    // What the engine sent and the log has not come to yet, and the transactions of the log with ours.
    let mut sent = VecDeque::new();
    let mut transactions: Vec<(String, String)> = Vec::new();
    for entry in log["entries"].as_array().unwrap() {
        bench.now = entry["at"].as_u64().unwrap();
        let message = &entry["message"];
        match entry["kind"].as_str().unwrap() {
            "opened" => bench.opened(),
            "dropped" => bench.lose(),
            "state" => {
                let state = entry["text"].as_str().unwrap();
                recorded.push(state.split(':').next().unwrap().to_owned());
            }
            "sent" => {
                if let Some(request) = request_of(message) {
                    bench.ask(request);
                }
            }
            "received" => {
                let mut text = message.to_string();
                for (old, new) in &transactions {
                    text = text.replace(&format!("\"{old}\""), &format!("\"{new}\""));
                }
                bench.hear(&text);
            }
            _ => {}
        }
        for output in bench.drain() {
            match output {
                Output::State(state, _) => replayed.push(state.as_str().to_owned()),
                Output::Send(request) => sent.push_back((request.verb, request.transaction)),
                Output::Ask(_) => {
                    bench.retry(Some(0));
                }
                _ => {}
            }
        }
        if entry["kind"] == "sent" {
            let (verb, transaction) = sent.pop_front().unwrap();
            assert_eq!(message["janus"], verb.as_str());
            transactions.push((message["transaction"].as_str().unwrap().to_owned(), transaction));
        }
    }
    assert!(sent.is_empty(), "the log has less: {sent:?}");
    (recorded, replayed)
}

/// A recorded request as the application asked for it; the engine's own are asked for by the engine.
fn request_of(message: &Value) -> Option<Request> {
    let number = |key: &str| message[key].as_u64();
    let session = number("session_id").map(SessionId);
    let handle = number("handle_id").map(HandleId);
    Some(match message["janus"].as_str().unwrap() {
        "info" => Request::info(),
        "create" => Request::create(SessionId(number("id")?)),
        "attach" => Request::attach(session?, message["plugin"].as_str()?, None),
        "destroy" => Request::session(Verb::Destroy, session?),
        "message" => {
            let body = Json::parse(message["body"].to_string()).unwrap();
            Request::message(session?, handle?, body, None)
        }
        _ => return None,
    })
}

#[test]
fn a_log_of_a_browser_can_be_replayed() {
    let path = format!("{}/tests/fixtures/flight-log.json", env!("CARGO_MANIFEST_DIR"));
    let log = std::fs::read_to_string(path).unwrap();
    let (recorded, replayed) = replay(&log);
    assert!(recorded.contains(&"reconnecting".to_owned()), "{recorded:?}");
    assert_eq!(recorded, replayed);
}
