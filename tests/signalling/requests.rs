//! Requests and answers on a connection that holds.

use janus_wasm::ErrorCode;
use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Found, Output};
use janus_wasm::protocol::Json;
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::request::{Request, Verb};

use super::support::*;

fn ready() -> Bench {
    Bench::ready(Config::default())
}

#[test]
fn create_and_attaches_share_one_flight() {
    let mut bench = Bench::new(Config::default());
    bench.ask(Request::info());
    bench.ask(Request::create(SESSION));
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    assert!(bench.drain().is_empty(), "nothing leaves before the connection is open");
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["info", "create", "attach", "attach"]);
}

#[test]
fn where_order_is_not_kept_the_session_comes_first() {
    // Pitfall 20c: over REST an `attach` may overtake its `create`.
    let mut bench = Bench::new(rest());
    bench.ask(Request::create(SESSION));
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["info"], "only an answer shows that somebody is there");
    bench.hear(r#"{"janus":"server_info","transaction":"t3"}"#);
    assert_eq!(verbs(&bench.drain()), ["create"]);
    bench.success_with_id(1, 7);
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["attach"]);
    assert!(outputs.iter().any(|it| matches!(it, Output::SessionUp(SESSION, Found::Made))));
}

#[test]
fn an_answer_may_come_before_its_ack() {
    // Pitfall 3.
    let mut bench = ready();
    let token = bench.ask(message("{}"));
    bench.answer("t3");
    bench.hear(r#"{"janus":"ack","session_id":7,"transaction":"t3"}"#);
    assert_eq!(settled(&bench.drain()), [(token, Ok(()))]);
}

#[test]
fn messages_of_a_handle_go_one_at_a_time() {
    // Pitfall 3: the server runs pipelined messages in any order.
    let mut bench = ready();
    bench.ask(message(r#"{"n":1}"#));
    bench.ask(message(r#"{"n":2}"#));
    assert_eq!(sent(&bench.drain()).len(), 1);
    bench.hear(r#"{"janus":"ack","session_id":7,"transaction":"t3"}"#);
    assert!(sent(&bench.drain()).is_empty(), "an ack is no answer");
    bench.answer("t3");
    let next = sent(&bench.drain());
    assert!(next[0].contains(r#""n":2"#), "{next:?}");
}

#[test]
fn an_answer_to_an_offer_waits_for_nothing() {
    // Pitfall 5: until the server has it, it may keep silent on what was asked before.
    let mut bench = ready();
    let jsep = |text: &str| Some(Json::parse(text).unwrap());
    let body = || Json::parse("{}").unwrap();
    bench.ask(message(r#"{"restart":true}"#));
    bench.ask(Request::message(SESSION, HANDLE, body(), jsep(r#"{"type":"offer","sdp":""}"#)));
    bench.ask(Request::message(SESSION, HANDLE, body(), jsep(r#"{"type":"answer","sdp":""}"#)));
    let asked = sent(&bench.drain());
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].contains(r#""type":"answer""#), "{asked:?}");
}

#[test]
fn nothing_waits_for_what_is_unordered() {
    let mut bench = ready();
    bench.ask(Request { unordered: true, ..message("{}") });
    bench.ask(message(r#"{"n":2}"#));
    bench.ask(message(r#"{"n":3}"#));
    let asked = sent(&bench.drain());
    assert!(matches!(&asked[..], [_, second] if second.contains(r#""n":2"#)), "{asked:?}");
}

#[test]
fn a_second_answer_to_one_request_is_an_event() {
    // Pitfall 5: `switch` may be answered twice.
    let mut bench = ready();
    bench.ask(message("{}"));
    bench.answer("t3");
    bench.answer("t3");
    let outputs = bench.drain();
    assert_eq!(settled(&outputs).len(), 1);
    let is_event = |output: &Output| {
        matches!(output, Output::Handle(HANDLE, HandleEvent::Plugin { answers: true, .. }))
    };
    assert!(outputs.iter().any(is_event), "and is told apart from the server's own words");
}

#[test]
fn events_of_a_handle_wait_for_the_answer_to_its_attach() {
    let mut bench = Bench::open(Config::default());
    bench.ask(Request::create(SESSION));
    bench.success_with_id(1, 7);
    bench.ask(Request::attach(SESSION, "p", None));
    bench.drain();
    bench.hear(r#"{"janus":"webrtcup","session_id":7,"sender":9}"#);
    assert!(bench.drain().is_empty());
    bench.success_with_id(2, 9);
    let outputs = bench.drain();
    assert!(matches!(
        outputs[..],
        [Output::Settle(..), Output::Handle(HANDLE, HandleEvent::WebrtcUp)]
    ));
}

#[test]
fn a_late_request_times_out_and_lets_the_next_go() {
    // Pitfall 5: `configure` with `restart` can stay without an event.
    let mut bench = ready();
    let token = bench.ask(message("{}"));
    bench.ask(message("{}"));
    bench.drain();
    // The server lives: it answers what else it is asked.
    for at in (1_000..15_000).step_by(1_000) {
        bench.run_to(at);
        bench.hear(r#"{"janus":"media","session_id":7,"sender":9,"mid":"0"}"#);
    }
    let outputs = bench.run_to(15_000);
    assert_eq!(settled(&outputs), [(token, Err(ErrorCode::Timeout))]);
    assert!(failure(&outputs, token).unwrap().may_have_executed());
    assert_eq!(verbs(&outputs), ["message"]);
    // Its answer, after all, is nobody's event: `unpublished: "ok"` may be somebody's name.
    bench.answer("t3");
    let late = bench.drain();
    assert!(
        matches!(late[..], [Output::Handle(HANDLE, HandleEvent::Plugin { answers: true, .. })]),
        "{late:?}"
    );
}

#[test]
fn an_unknown_session_takes_its_requests_with_it() {
    // Pitfall 6.
    let mut bench = ready();
    let token = bench.ask(message("{}"));
    bench.ask(message("{}"));
    bench.drain();
    bench.refuse("t3", 458);
    let outputs = bench.drain();
    assert_eq!(settled(&outputs).len(), 2);
    assert_eq!(settled(&outputs)[0], (token, Err(ErrorCode::SessionNotFound)));
    assert_eq!(lost_session(&outputs), Some(ErrorCode::SessionNotFound));
    let detached = |it: &Output| matches!(it, Output::Handle(HANDLE, HandleEvent::Detached));
    assert!(outputs.iter().any(detached), "its handles are gone with it");
    assert!(verbs(&outputs).is_empty(), "the second is not said to nobody");
}

#[test]
fn a_session_that_expires_is_reported_on_an_open_socket() {
    // Pitfall 6: the socket stays open, and only `timeout` tells.
    let mut bench = ready();
    bench.hear(r#"{"janus":"timeout","session_id":7}"#);
    assert_eq!(lost_session(&bench.drain()), Some(ErrorCode::SessionNotFound));
}

#[test]
fn a_long_poll_that_finds_no_session_reports_it() {
    // Pitfall 6: over REST it is the status 404.
    let mut bench = ready();
    bench.engine.session_gone(Millis(bench.now), bench.link, SESSION);
    assert_eq!(lost_session(&bench.drain()), Some(ErrorCode::SessionNotFound));
}

#[test]
fn two_sessions_share_a_connection_and_no_fate() {
    let mut bench = ready();
    bench.ask(Request::create(janus_wasm::protocol::SessionId(8)));
    bench.hear(r#"{"janus":"success","transaction":"t3","data":{"id":8}}"#);
    bench.drain();
    bench.hear(r#"{"janus":"timeout","session_id":8}"#);
    let outputs = bench.drain();
    assert_eq!(lost_session(&outputs), None);
    let token = bench.ask(message("{}"));
    bench.answer("t4");
    assert_eq!(settled(&bench.drain()), [(token, Ok(()))]);
}

#[test]
fn a_session_id_that_is_taken_fails_what_was_asked_of_it() {
    let mut bench = Bench::open(Config::default());
    let create = bench.ask(Request::create(SESSION));
    let attach = bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.drain();
    bench.refuse("t1", 468);
    let conflict = Err(ErrorCode::SessionConflict);
    assert_eq!(settled(&bench.drain()), [(attach, conflict), (create, conflict)]);
}

#[test]
fn credentials_go_with_every_request() {
    let secrets = Config {
        token: Some("tok".to_owned()),
        api_secret: Some("sec".to_owned()),
        ..Config::default()
    };
    let mut bench = Bench::open(secrets);
    bench.ask(Request::create(SESSION));
    bench.ask(Request::session(Verb::Destroy, SESSION));
    let all = sent(&bench.drain());
    let has_both =
        |text: &String| text.contains(r#""token":"tok""#) && text.contains(r#""apisecret":"sec""#);
    assert!(all.len() == 2 && all.iter().all(has_both), "{all:?}");
}

#[test]
fn what_is_unknown_is_passed_over() {
    // Pitfall 19: `ice-failed` was new once.
    let mut bench = ready();
    bench.hear(r#"{"janus":"brand-new","session_id":7,"sender":9,"with":{"more":[1]}}"#);
    bench.hear(r#"{"janus":"ack","transaction":"not-ours","unheard":true}"#);
    bench.hear(r#"{"janus":"ice-failed","session_id":7,"sender":9}"#);
    let outputs = bench.drain();
    assert!(matches!(outputs[..], [Output::Handle(HANDLE, HandleEvent::IceFailed)]));
}

#[test]
fn every_error_code_of_the_core_keeps_its_number() {
    let codes = [
        403, 405, 450, 452, 453, 454, 455, 456, 457, 460, 461, 462, 463, 464, 465, 466, 467, 469,
        470, 471, 472, 490,
    ];
    for code in codes {
        let mut bench = ready();
        let token = bench.ask(message("{}"));
        bench.refuse("t3", code);
        let error = failure(&bench.drain(), token).unwrap();
        assert_eq!((error.status(), error.message()), (Some(code), "no"));
        assert!(!error.may_have_executed(), "{code}: a refusal is an answer");
    }
}

#[test]
fn nothing_is_written_as_null_or_with_a_line_end() {
    // Pitfalls 1 and 2.
    let mut bench = ready();
    bench.ask(message("{}"));
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    for text in sent(&bench.drain()) {
        assert!(!text.contains("null") && text.trim_end() == text, "{text}");
    }
}
