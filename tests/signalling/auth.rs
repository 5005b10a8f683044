//! Tokens that are asked for, and asked for again.

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Found, Output, Server};
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::{Error, ErrorCode};

use super::support::*;

fn on_demand() -> Config {
    Config { token_on_demand: true, ..Config::default() }
}

fn asks(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::AskToken)).count()
}

fn token(bench: &mut Bench, token: &str) {
    bench.engine.token(Millis(bench.now), Ok(token.to_owned()));
}

fn no_token(bench: &mut Bench) {
    bench.engine.token(Millis(bench.now), Err(Error::new(ErrorCode::Unauthorized, "none")));
}

/// Whether the session is polled for with the token that came.
fn polls_again(outputs: &[Output]) -> bool {
    outputs.iter().any(|it| matches!(it, Output::SessionUp(SESSION, Found::Reauthorised)))
}

/// Time passes, and the server lets itself be heard.
fn live_to(bench: &mut Bench, end: u64) -> Vec<Output> {
    let mut outputs = Vec::new();
    while bench.now < end {
        outputs.extend(bench.run_to(end.min(bench.now + 1_000)));
        bench.hear(r#"{"janus":"keepalive"}"#);
    }
    outputs
}

#[test]
fn what_needs_a_token_waits_for_it() {
    let mut bench = Bench::open(on_demand());
    bench.ask(Request::info());
    bench.ask(Request::create(SESSION));
    assert_eq!(verbs(&bench.drain()), ["info"], "the server asks nobody for a token for that");
    token(&mut bench, "one");
    let text = sent(&bench.drain());
    assert!(text[0].contains(r#""token":"one""#), "{text:?}");
}

#[test]
fn a_refused_token_is_replaced_and_the_request_sent_again_once() {
    let mut bench = Bench::open(on_demand());
    token(&mut bench, "old");
    let create = bench.ask(Request::create(SESSION));
    let attach = bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.drain();
    bench.refuse("t1", 403);
    bench.refuse("t2", 403);
    let outputs = bench.drain();
    assert_eq!(asks(&outputs), 1);
    assert!(settled(&outputs).is_empty());
    token(&mut bench, "new");
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["create", "attach"]);
    assert!(sent(&outputs).iter().all(|text| text.contains(r#""token":"new""#)));
    bench.success_with_id(1, 7);
    bench.success_with_id(2, 9);
    let ends = settled(&bench.drain());
    assert_eq!(ends, [(create, Ok(())), (attach, Ok(()))]);
    let second = bench.ask(message("{}"));
    bench.drain();
    bench.refuse("t3", 403);
    token(&mut bench, "newer");
    bench.drain();
    bench.refuse("t3", 403);
    assert_eq!(settled(&bench.drain()), [(second, Err(ErrorCode::Unauthorized))], "not for ever");
}

#[test]
fn without_a_provider_a_refusal_is_final() {
    let mut bench = Bench::ready(Config { token: Some("t".to_owned()), ..Config::default() });
    let asked = bench.ask(message("{}"));
    bench.drain();
    bench.refuse("t3", 403);
    assert_eq!(settled(&bench.drain()), [(asked, Err(ErrorCode::Unauthorized))]);
}

#[test]
fn no_token_is_an_error_of_what_needs_one() {
    let mut bench = Bench::open(on_demand());
    let info = bench.ask(Request::info());
    let create = bench.ask(Request::create(SESSION));
    bench.drain();
    let error = Error::new(ErrorCode::Unauthorized, "no token");
    bench.engine.token(Millis(0), Err(error));
    assert_eq!(settled(&bench.drain()), [(create, Err(ErrorCode::Unauthorized))]);
    bench.hear(r#"{"janus":"server_info","transaction":"t1"}"#);
    assert_eq!(settled(&bench.drain()), [(info, Ok(()))]);
    bench.ask(Request::create(SESSION));
    assert_eq!(asks(&bench.drain()), 1, "the next request asks again");
}

#[test]
fn a_handles_own_token_is_not_touched() {
    let mut bench = Bench::open(on_demand());
    token(&mut bench, "general");
    bench.ask(Request::create(SESSION));
    bench.success_with_id(1, 7);
    bench.drain();
    let mut request = Request::attach(SESSION, PLUGIN, None);
    request.token = Some("own".to_owned());
    let asked = bench.ask(request);
    let text = sent(&bench.drain());
    assert!(text[0].contains(r#""token":"own""#), "{text:?}");
    bench.refuse("t2", 403);
    let outputs = bench.drain();
    assert_eq!(asks(&outputs), 0);
    assert_eq!(settled(&outputs), [(asked, Err(ErrorCode::Unauthorized))]);
}

/// A session whose claim was refused for its token, on the connection after the one it was made on.
fn session_refused_its_claim() -> Bench {
    let mut bench = Bench::open(on_demand());
    token(&mut bench, "old");
    bench.ask(Request::create(SESSION));
    bench.success_with_id(1, 7);
    bench.drain();
    bench.lose();
    bench.drain();
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["claim"]);
    bench.refuse("t2", 403);
    bench
}

#[test]
fn a_token_that_expired_meanwhile_is_replaced_before_the_session_is_claimed_again() {
    let mut bench = session_refused_its_claim();
    assert_eq!(asks(&bench.drain()), 1);
    token(&mut bench, "new");
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["claim"]);
    assert!(sent(&outputs)[0].contains(r#""token":"new""#));
    bench.success("t2");
    let resumed = |it: &Output| matches!(it, Output::SessionUp(SESSION, Found::Resumed));
    assert!(bench.drain().iter().any(resumed));
}

/// A session whose events are polled for with this token.
fn session_over_rest(first: &str) -> Bench {
    let config = Config { servers: vec![Server { ordered: false }], ..on_demand() };
    let mut bench = Bench::open(config);
    bench.hear(r#"{"janus":"server_info","transaction":"t1"}"#);
    token(&mut bench, first);
    bench.ask(Request::create(SESSION));
    bench.success_with_id(2, 7);
    bench.drain();
    bench
}

#[test]
fn a_long_poll_refused_for_its_token_begins_again_with_another() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    assert_eq!(asks(&bench.drain()), 1);
    token(&mut bench, "new");
    assert!(polls_again(&bench.drain()));
    assert_eq!(bench.engine.current_token(), Some("new"));
}

#[test]
fn a_token_that_is_no_better_is_not_asked_for_again_and_again() {
    let mut bench = session_over_rest("wrong");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    token(&mut bench, "wrong");
    bench.drain();
    bench.engine.poll_refused(Millis(20), bench.link, SESSION);
    let outputs = bench.drain();
    assert_eq!(asks(&outputs), 0);
    assert_eq!(lost_session(&outputs), Some(ErrorCode::Unauthorized));
}

#[test]
fn tokens_may_expire_again_and_again() {
    let mut bench = session_over_rest("first");
    for _ in 0..3 {
        bench.engine.poll_refused(Millis(0), bench.link, SESSION);
        assert_eq!(asks(&bench.drain()), 1);
        token(&mut bench, "next");
        bench.drain();
        bench.hear(r#"{"janus":"keepalive"}"#);
    }
}

#[test]
fn a_session_whose_poll_is_refused_outlives_a_while_without_a_token() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    bench.drain();
    for second in 0..3 {
        no_token(&mut bench);
        let outputs = bench.run_to(second * 1_000 + 999);
        assert_eq!((lost_session(&outputs), asks(&outputs)), (None, 0), "nor is anybody pestered");
        assert_eq!(asks(&bench.run_to(second * 1_000 + 1_000)), 1);
    }
    token(&mut bench, "new");
    assert!(polls_again(&bench.drain()));
    assert_eq!(asks(&bench.run_to(9_000)), 0);
}

#[test]
fn a_session_whose_poll_is_refused_ends_when_there_is_no_other_token_for_long() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    let patience = Config::default().connect_timeout.0;
    live_to(&mut bench, patience - 1);
    no_token(&mut bench);
    assert_eq!(lost_session(&bench.drain()), None);
    assert_eq!(asks(&live_to(&mut bench, patience + 999)), 1);
    no_token(&mut bench);
    assert_eq!(lost_session(&bench.drain()), Some(ErrorCode::Unauthorized));
    assert_eq!(asks(&live_to(&mut bench, 3 * patience)), 0);
}

/// What is asked of a session that is gone would wait in vain: the server may have it still, and answer nobody.
#[test]
fn what_is_asked_of_a_session_that_is_gone_fails_at_once() {
    let mut bench = session_over_rest("wrong");
    for at in [0, 1] {
        bench.engine.poll_refused(Millis(at), bench.link, SESSION);
        token(&mut bench, "wrong");
    }
    assert!(lost_session(&bench.drain()).is_some());
    let asked = bench.ask(Request::session(Verb::Keepalive, SESSION));
    assert_eq!(settled(&bench.drain()), [(asked, Err(ErrorCode::SessionNotFound))]);
    bench.ask(Request::handle(Verb::Detach, SESSION, HANDLE));
    bench.ask(Request::session(Verb::Destroy, SESSION));
    assert_eq!(
        verbs(&bench.drain()),
        ["detach", "destroy"],
        "what the server has of it may be ended"
    );
}

#[test]
fn a_session_that_is_polled_for_again_has_nothing_to_fear_of_the_next_token() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    token(&mut bench, "new");
    live_to(&mut bench, 20_000);
    let asked = bench.ask(message("{}"));
    let outputs = bench.drain();
    let transaction = &requests(&outputs)[0].transaction;
    bench.refuse(transaction, 403);
    assert_eq!(asks(&bench.drain()), 1);
    no_token(&mut bench);
    assert_eq!(settled(&bench.drain()), [(asked, Err(ErrorCode::Unauthorized))]);
    assert_eq!(lost_session(&live_to(&mut bench, 60_000)), None);
}

#[test]
fn what_another_session_hears_does_not_help_one_that_nobody_polls_for() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    bench.hear(r#"{"janus":"keepalive"}"#);
    no_token(&mut bench);
    bench.drain();
    assert_eq!(asks(&bench.run_to(1_000)), 1);
}

#[test]
fn nobody_is_asked_for_a_token_while_there_is_no_connection() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    no_token(&mut bench);
    bench.drain();
    bench.lose();
    assert_eq!(asks(&bench.run_to(5_000)), 0);
}

/// The same, and there was no other token.
fn session_without_claim() -> Bench {
    let mut bench = session_refused_its_claim();
    no_token(&mut bench);
    bench.drain();
    bench
}

#[test]
fn a_session_whose_claim_went_for_want_of_a_token_is_claimed_with_the_next() {
    let mut bench = session_without_claim();
    assert_eq!(asks(&bench.run_to(1_000)), 1);
    token(&mut bench, "new");
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["claim"]);
    assert!(sent(&outputs)[0].contains(r#""token":"new""#));
}

#[test]
fn want_of_a_token_does_not_hide_that_the_server_is_gone() {
    let mut bench = session_without_claim();
    let patience = Config::default().connect_timeout.0;
    for second in 1..patience / 1_000 {
        assert_eq!(asks(&bench.run_to(second * 1_000)), 1);
        no_token(&mut bench);
    }
    let is_shut = |outputs: &[Output]| outputs.iter().any(|it| matches!(it, Output::Shut(_)));
    assert!(!is_shut(&bench.run_to(patience - 1)));
    assert!(is_shut(&bench.run_to(patience)), "it is looked for anew");
}

#[test]
fn a_token_that_comes_too_late_is_as_good_as_the_next() {
    let mut bench = session_over_rest("old");
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    no_token(&mut bench);
    token(&mut bench, "late");
    assert!(polls_again(&bench.drain()));
    assert_eq!(asks(&bench.run_to(5_000)), 0);
}

#[test]
fn a_long_poll_refused_for_good_ends_the_session() {
    let mut bench = Bench::ready(Config::default());
    bench.engine.poll_refused(Millis(0), bench.link, SESSION);
    assert_eq!(lost_session(&bench.drain()), Some(ErrorCode::Unauthorized));
}

#[test]
fn a_token_that_never_comes_is_not_waited_for_for_ever() {
    let mut bench = Bench::open(on_demand());
    bench.drain();
    let asked = bench.ask(Request::create(SESSION));
    let patience = Config::default().connect_timeout.0;
    assert!(settled(&bench.run_to(patience - 1)).is_empty());
    assert_eq!(settled(&bench.run_to(patience)), [(asked, Err(ErrorCode::Timeout))]);
    token(&mut bench, "late");
    assert_eq!(bench.engine.current_token(), None, "nobody asks any more");
    bench.ask(Request::create(SESSION));
    assert_eq!(asks(&bench.drain()), 1, "but the next request asks again");
}
