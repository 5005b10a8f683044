//! The core API, verb by verb and event by event.

use janus_wasm::engine::signalling::{Config, Output, Reply};
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::protocol::{Candidate, Jsep, Json};
use janus_wasm::{Error, ErrorCode};
use serde_json::{Value, json};

use super::support::*;

/// What a request is on the wire, without its transaction.
fn wire(request: &Request) -> Value {
    let mut value: Value = serde_json::from_str(Json::write(request).as_str()).unwrap();
    value.as_object_mut().unwrap().remove("transaction").expect("every request has one");
    value
}

fn body() -> Json {
    Json::parse(r#"{"request":"list"}"#).unwrap()
}

fn candidate() -> Candidate {
    let candidate = Some("candidate:1 1 udp 1 10.0.0.1 9 typ host".to_owned());
    Candidate { candidate, sdp_m_line_index: Some(0), ..Candidate::default() }
}

#[test]
fn requests_on_no_session() {
    assert_eq!(wire(&Request::info()), json!({"janus": "info"}));
    assert_eq!(wire(&Request::ping()), json!({"janus": "ping"}));
    assert_eq!(wire(&Request::create(SESSION)), json!({"janus": "create", "id": 7}));
}

#[test]
fn requests_on_a_session() {
    for verb in [Verb::Keepalive, Verb::Claim, Verb::Destroy] {
        let expected = json!({"janus": verb.as_str(), "session_id": 7});
        assert_eq!(wire(&Request::session(verb, SESSION)), expected);
    }
    let mut attach = Request::attach(SESSION, PLUGIN, None);
    let plain = json!({"janus": "attach", "session_id": 7, "plugin": PLUGIN});
    assert_eq!(wire(&attach), plain);
    attach.opaque_id = Some("ada".to_owned());
    attach.loop_index = Some(0);
    attach.token = Some("own".to_owned());
    let full = json!({"janus": "attach", "session_id": 7, "plugin": PLUGIN, "opaque_id": "ada",
        "loop_index": 0, "token": "own"});
    assert_eq!(wire(&attach), full);
}

#[test]
fn requests_on_a_handle() {
    for verb in [Verb::Hangup, Verb::Detach] {
        let expected = json!({"janus": verb.as_str(), "session_id": 7, "handle_id": 9});
        assert_eq!(wire(&Request::handle(verb, SESSION, HANDLE)), expected);
    }
    let plain = json!({"janus": "message", "session_id": 7, "handle_id": 9,
        "body": {"request": "list"}});
    assert_eq!(wire(&Request::message(SESSION, HANDLE, body(), None)), plain);
}

#[test]
fn descriptions_keep_their_flags() {
    // Pitfall 38.
    let jsep = |jsep: Jsep| {
        wire(&Request::message(SESSION, HANDLE, body(), Some(Json::write(&jsep))))["jsep"].take()
    };
    let offer = Jsep::offer("v=0\r\n".to_owned());
    assert_eq!(jsep(offer.clone()), json!({"type": "offer", "sdp": "v=0\r\n"}));
    let flags = Jsep { trickle: Some(false), e2ee: Some(true), ..offer };
    assert_eq!(
        jsep(flags),
        json!({"type": "offer", "sdp": "v=0\r\n", "trickle": false, "e2ee": true})
    );
    assert_eq!(jsep(Jsep::answer(String::new()))["type"], "answer");
}

#[test]
fn candidates_one_many_and_no_more() {
    // Pitfall 24: what is not there is absent, not null.
    let trickle = |all| wire(&Request::trickle(SESSION, HANDLE, all))["candidates"].take();
    let one = json!({"candidate": "candidate:1 1 udp 1 10.0.0.1 9 typ host", "sdpMLineIndex": 0});
    assert_eq!(trickle(vec![candidate()]), json!([one]));
    let all = trickle(vec![candidate(), candidate(), Candidate::end()]);
    assert_eq!(all, json!([one, one, {"completed": true}]));
}

/// How the answer to a request of each verb is told, if it is told at all.
fn answer(request: Request, text: &str) -> Option<&'static str> {
    let mut bench = Bench::ready(Config::default());
    let token = bench.ask(request);
    bench.drain();
    bench.hear(text);
    bench.drain().into_iter().find_map(|output| match output {
        Output::Settle(settled, Ok(reply)) if settled == token => Some(match reply {
            Reply::Success(_) => "success",
            Reply::Event { .. } => "event",
            Reply::Ack => "ack",
        }),
        _ => None,
    })
}

#[test]
fn each_verb_has_its_answer() {
    let success = r#"{"janus":"success","session_id":7,"transaction":"t3","data":{"id":10}}"#;
    let ack = r#"{"janus":"ack","session_id":7,"transaction":"t3","hint":"later"}"#;
    let pong = r#"{"janus":"pong","transaction":"t3"}"#;
    let info = r#"{"janus":"server_info","transaction":"t3","version":1402}"#;
    let message = || Request::message(SESSION, HANDLE, body(), None);
    let trickle = || Request::trickle(SESSION, HANDLE, vec![Candidate::end()]);
    assert_eq!(answer(Request::info(), info), Some("success"));
    assert_eq!(answer(Request::ping(), pong), Some("success"));
    assert_eq!(answer(Request::create(SESSION), success), Some("success"));
    assert_eq!(answer(Request::attach(SESSION, PLUGIN, None), success), Some("success"));
    assert_eq!(answer(message(), success), Some("success"));
    assert_eq!(answer(message(), ack), None);
    assert_eq!(answer(message(), &event("t3")), Some("event"));
    assert_eq!(answer(trickle(), ack), Some("ack"));
    assert_eq!(answer(trickle(), &event("t3")), None);
    for verb in [Verb::Hangup, Verb::Detach] {
        assert_eq!(answer(Request::handle(verb, SESSION, HANDLE), success), Some("success"));
    }
    for verb in [Verb::Destroy, Verb::Claim] {
        assert_eq!(answer(Request::session(verb, SESSION), success), Some("success"));
        assert_eq!(answer(Request::session(verb, SESSION), ack), None);
    }
    assert_eq!(answer(Request::session(Verb::Keepalive, SESSION), ack), Some("ack"));
}

/// What a handle is told when the server says this about it.
fn told(kind: &str, fields: &Value) -> Option<HandleEvent> {
    let mut text = json!({"janus": kind, "session_id": 7, "sender": 9});
    text.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let mut bench = Bench::ready(Config::default());
    bench.hear(&text.to_string());
    bench.drain().into_iter().find_map(|output| match output {
        Output::Handle(HANDLE, event) => Some(event),
        _ => None,
    })
}

#[test]
fn events_about_media() {
    assert!(matches!(told("webrtcup", &json!({})), Some(HandleEvent::WebrtcUp)));
    assert!(matches!(told("ice-failed", &json!({})), Some(HandleEvent::IceFailed)));
    let fields = json!({"mid": "1", "type": "video", "receiving": true, "substream": 2});
    let Some(HandleEvent::Media { mid, receiving: true, substream: Some(2) }) =
        told("media", &fields)
    else {
        panic!()
    };
    assert_eq!(mid, "1");
    let fields = json!({"mid": "0", "type": "audio", "receiving": false, "seconds": 3});
    let stopped = told("media", &fields);
    assert!(matches!(stopped, Some(HandleEvent::Media { receiving: false, substream: None, .. })));
    let fields = json!({"mid": "1", "media": "video", "uplink": true, "lost": 17});
    let slow = told("slowlink", &fields);
    assert!(matches!(slow, Some(HandleEvent::SlowLink { uplink: true, lost: 17, .. })));
}

#[test]
fn events_about_the_handle() {
    assert!(matches!(told("detached", &json!({})), Some(HandleEvent::Detached)));
    let Some(HandleEvent::Hangup { reason }) = told("hangup", &json!({})) else { panic!() };
    assert_eq!(reason, "", "the reason is optional");
    let fields =
        json!({"candidate": {"sdpMid": "0", "sdpMLineIndex": 0, "candidate": "candidate:1"}});
    let Some(HandleEvent::Trickle(candidate)) = told("trickle", &fields) else { panic!() };
    assert_eq!((candidate.sdp_mid.as_deref(), candidate.is_end()), (Some("0"), false));
    let Some(HandleEvent::Trickle(end)) =
        told("trickle", &json!({"candidate": {"completed": true}}))
    else {
        panic!()
    };
    assert!(end.is_end());
    let fields = json!({"opaque_id": "ada", "plugindata": {"plugin": PLUGIN, "data": {"a": 1}},
        "jsep": {"type": "offer", "sdp": "v=0", "e2ee": true}});
    let Some(HandleEvent::Plugin { data, jsep: Some(jsep), answers: false }) =
        told("event", &fields)
    else {
        panic!()
    };
    assert_eq!((data.as_str(), jsep.e2ee), (r#"{"a":1}"#, Some(true)));
}

#[test]
fn an_idle_long_poll_says_nothing() {
    let mut bench = Bench::ready(Config::default());
    bench.hear(r#"{"janus":"keepalive"}"#);
    assert!(bench.drain().is_empty());
}

#[test]
fn every_error_of_the_core_has_a_code() {
    let server =
        [450, 452, 453, 454, 455, 456, 457, 461, 462, 463, 464, 466, 467, 470, 471, 472, 490];
    let mut table: Vec<_> = server.map(|status| (status, ErrorCode::Server)).to_vec();
    table.extend([
        (403, ErrorCode::Unauthorized),
        (405, ErrorCode::Unauthorized),
        (458, ErrorCode::SessionNotFound),
        (459, ErrorCode::HandleNotFound),
        (460, ErrorCode::PluginNotFound),
        (465, ErrorCode::Negotiation),
        (468, ErrorCode::SessionConflict),
        (469, ErrorCode::Negotiation),
        (499, ErrorCode::Server),
    ]);
    for (status, code) in table {
        let error = Error::core(status, "the server's words", "attach");
        assert_eq!((error.code(), error.status()), (code, Some(status)));
        assert_eq!(error.to_string(), format!("attach: the server's words ({status})"));
    }
}
