//! Lost connections: made again, sessions claimed, nothing settled twice.

use janus_wasm::engine::signalling::{Config, Found, LinkId, Output, Server, State};
use janus_wasm::engine::{Attempt, Mending, Millis};
use janus_wasm::protocol::request::Request;
use janus_wasm::{Error, ErrorCode};

use super::support::*;

fn servers(count: usize) -> Config {
    Config { servers: vec![Server { ordered: true }; count], ..Config::default() }
}

fn attempt(number: u32, elapsed: Millis) -> Attempt {
    Attempt { what: Mending::Connection, number, elapsed }
}

fn asks(outputs: &[Output]) -> Vec<Attempt> {
    let asked = |output: &Output| match output {
        Output::Ask(attempt) => Some(*attempt),
        _ => None,
    };
    outputs.iter().filter_map(asked).collect()
}

/// Loses the connection and opens the next at once.
fn reopen(bench: &mut Bench) {
    bench.lose();
    bench.drain();
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
}

#[test]
fn a_lost_session_is_claimed_before_anything_else() {
    let mut bench = Bench::ready(Config::default());
    bench.lose();
    let outputs = bench.drain();
    assert_eq!(states(&outputs), [State::Reconnecting]);
    assert_eq!(asks(&outputs), [attempt(1, Millis(0))]);
    let waiting = bench.ask(message("{}"));
    bench.retry(Some(0));
    assert_eq!(opens(&bench.drain()), [0]);
    bench.opened();
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["claim", "message"], "in one flight, in order");
    assert_eq!(states(&outputs), [], "it is not there before the claim is answered");
    bench.success("t4");
    let outputs = bench.drain();
    assert!(outputs.iter().any(|it| matches!(it, Output::SessionUp(SESSION, Found::Resumed))));
    assert_eq!(states(&outputs), [State::Connected]);
    bench.answer("t3");
    assert_eq!(settled(&bench.drain()), [(waiting, Ok(()))]);
}

#[test]
fn the_first_attempts_on_the_way_back_are_given_up_sooner() {
    let mut bench = Bench::ready(Config::default());
    bench.lose();
    bench.drain();
    let mut began = 0;
    for (number, patience) in [(2, 4_000), (3, 8_000), (4, 10_000), (5, 10_000)] {
        bench.retry(Some(0));
        bench.drain();
        assert_eq!(asks(&bench.run_to(began + patience - 1)), [], "there is time left");
        began += patience;
        assert_eq!(asks(&bench.run_to(began)), [attempt(number, Millis(began))]);
    }
}

#[test]
fn what_opens_and_says_nothing_on_the_way_back_is_given_up_sooner_too() {
    let mut bench = Bench::ready(Config::default());
    reopen(&mut bench);
    assert_eq!(verbs(&bench.drain()), ["claim"]);
    assert_eq!(asks(&bench.run_to(3_999)), []);
    assert_eq!(asks(&bench.run_to(4_000)).len(), 1);
}

#[test]
fn over_rest_everything_waits_for_the_claim() {
    let mut bench = Bench::new(rest());
    bench.opened();
    bench.hear(r#"{"janus":"server_info","transaction":"t1"}"#);
    bench.ask(Request::create(SESSION));
    bench.success_with_id(2, 7);
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.success_with_id(3, 9);
    bench.drain();
    bench.lose();
    bench.drain();
    bench.ask(message("{}"));
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["claim"]);
    bench.success("t5");
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["message"]);
    assert!(
        outputs.iter().any(|it| matches!(it, Output::SessionUp(SESSION, Found::Resumed))),
        "a fresh poll after the claim"
    );
}

#[test]
fn what_was_under_way_says_that_it_may_have_been_executed() {
    // Pitfall 9.
    let mut bench = Bench::ready(Config::default());
    let flying = bench.ask(message("{}"));
    let waiting = bench.ask(message("{}"));
    bench.drain();
    bench.lose();
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(flying, Err(ErrorCode::ConnectionLost))]);
    assert!(failure(&outputs, flying).unwrap().may_have_executed());
    bench.engine.close(Millis(1), &Error::new(ErrorCode::Closed, "enough"));
    let outputs = bench.drain();
    assert!(!failure(&outputs, waiting).unwrap().may_have_executed(), "it was never sent");
}

#[test]
fn a_server_that_forgot_the_session_is_reported() {
    for answer in [458, 403] {
        let mut bench = Bench::ready(Config::default());
        reopen(&mut bench);
        assert_eq!(verbs(&bench.drain()), ["claim"]);
        bench.refuse("t3", answer);
        let outputs = bench.drain();
        assert!(lost_session(&outputs).is_some(), "{answer}");
        assert_eq!(states(&outputs), [State::Connected], "the connection itself is there");
    }
}

#[test]
fn a_late_word_of_the_old_connection_changes_nothing() {
    // Pitfall 34.
    let mut bench = Bench::ready(Config::default());
    let old = bench.link;
    reopen(&mut bench);
    bench.drain();
    assert_ne!(old, bench.link);
    bench.success("t3");
    bench.drain();
    let error = Error::new(ErrorCode::ConnectionLost, "gone");
    bench.engine.lost(Millis(1), old, &error);
    bench.engine.session_gone(Millis(1), old, SESSION);
    let late =
        janus_wasm::protocol::codec::decode(r#"{"janus":"timeout","session_id":7}"#).unwrap();
    bench.engine.message(Millis(1), old, late);
    bench.engine.opened(Millis(1), old);
    bench.engine.unreadable(Millis(1), LinkId::default(), &error);
    assert!(bench.drain().is_empty());
}

#[test]
fn the_first_time_every_server_is_tried_once() {
    let mut bench = Bench::new(servers(3));
    let mut tried = vec![0];
    loop {
        bench.lose();
        let outputs = bench.drain();
        if states(&outputs) == [State::Closed] {
            break;
        }
        tried.extend(opens(&outputs));
    }
    assert_eq!(tried, [0, 1, 2]);
}

#[test]
fn a_server_with_our_sessions_is_given_some_attempts_before_others() {
    let mut bench = Bench::ready(servers(2));
    let mut tried = Vec::new();
    for _ in 0..6 {
        bench.lose();
        bench.drain();
        bench.retry(Some(0));
        tried.extend(opens(&bench.drain()));
    }
    assert_eq!(tried, [0, 0, 0, 1, 0, 1], "then the one whose failure is longest ago");
}

#[test]
fn pauses_are_decided_by_the_policy_and_cut_short_by_a_hint() {
    let mut bench = Bench::ready(Config::default());
    bench.lose();
    bench.drain();
    bench.retry(Some(4_000));
    assert!(opens(&bench.run_to(3_999)).is_empty());
    assert_eq!(opens(&bench.run_to(4_000)), [0]);
    bench.lose();
    let outputs = bench.drain();
    assert_eq!(asks(&outputs), [attempt(2, Millis(4_000))]);
    bench.retry(Some(60_000));
    bench.engine.check(Millis(4_001));
    assert_eq!(opens(&bench.drain()), [0]);
}

#[test]
fn trying_ends_with_the_budget() {
    let mut bench = Bench::ready(Config { reconnect_budget: Millis(9_000), ..Config::default() });
    let waiting = {
        bench.lose();
        bench.ask(message("{}"))
    };
    bench.drain();
    bench.retry(Some(500));
    let outputs = bench.run_to(8_999);
    assert_eq!(opens(&outputs), [0]);
    assert_eq!(states(&outputs), []);
    let outputs = bench.run_to(9_000);
    assert_eq!(states(&outputs), [State::Closed]);
    assert_eq!(settled(&outputs), [(waiting, Err(ErrorCode::ConnectionLost))]);
    assert_eq!(lost_session(&outputs), Some(ErrorCode::ConnectionLost));
    assert_eq!(bench.engine.deadline(), None);
}

#[test]
fn attempts_without_a_pause_that_fail_at_once_leave_room_for_others_and_end_with_the_budget() {
    let mut bench = Bench::ready(Config { reconnect_budget: Millis(50), ..Config::default() });
    bench.lose();
    while bench.engine.state() != State::Closed {
        bench.drain();
        bench.engine.retry(Millis(bench.now), Some(Millis(0)));
        assert!(opens(&bench.drain()).is_empty(), "only time opens again");
        bench.now += 1;
        bench.engine.tick(Millis(bench.now));
        bench.drain();
        bench.lose();
    }
    assert_eq!(bench.now, 50);
}

#[test]
fn a_policy_or_a_budget_of_nothing_gives_up() {
    let mut bench = Bench::ready(Config::default());
    bench.lose();
    bench.drain();
    bench.retry(None);
    assert_eq!(states(&bench.drain()), [State::Closed]);
    let mut bench = Bench::ready(Config { reconnect_budget: Millis(0), ..Config::default() });
    bench.lose();
    assert_eq!(states(&bench.drain()), [State::Closed]);
}

#[test]
fn a_server_that_accepts_and_hangs_up_is_not_hammered() {
    let mut bench = Bench::ready(Config::default());
    let mut numbers = Vec::new();
    for _ in 0..4 {
        reopen_after_claim(&mut bench, &mut numbers);
    }
    assert_eq!(numbers, [1, 2, 3, 4], "each attempt waits longer, although each succeeded");
    bench.run_to(bench.now + 1_000);
    for at in (1_000..=6_000).step_by(1_000) {
        bench.run_to(at);
        bench.hear(r#"{"janus":"ack"}"#);
    }
    bench.lose();
    assert_eq!(asks(&bench.drain())[0].number, 1, "one that held for 5 s was a good one");
}

fn reopen_after_claim(bench: &mut Bench, numbers: &mut Vec<u32>) {
    bench.lose();
    numbers.extend(asks(&bench.drain()).iter().map(|attempt| attempt.number));
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    let outputs = bench.drain();
    let claim = requests(&outputs)[0].transaction.clone();
    bench.success(&claim);
    bench.drain();
}

#[test]
fn a_claim_that_stays_unanswered_is_a_failed_attempt() {
    let mut bench = Bench::ready(Config::default());
    reopen(&mut bench);
    bench.drain();
    let outputs = bench.run_to(10_000);
    assert_eq!(asks(&outputs).len(), 1);
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["claim"], "claimed anew");
}

#[test]
fn what_is_no_message_of_janus_matters_only_at_first() {
    let error = Error::new(ErrorCode::NotJanus, "what is this");
    let mut bench = Bench::ready(Config::default());
    bench.engine.unreadable(Millis(1), bench.link, &error);
    assert!(bench.drain().is_empty(), "a garbage frame is passed over");
    let mut bench = Bench::open(Config { reconnect_budget: Millis(0), ..Config::default() });
    let asked = bench.ask(Request::info());
    bench.drain();
    bench.engine.unreadable(Millis(1), bench.link, &error);
    assert_eq!(settled(&bench.drain()), [(asked, Err(ErrorCode::NotJanus))]);
}

#[test]
fn a_session_that_was_being_made_is_not_claimed() {
    let mut bench = Bench::open(Config::default());
    let create = bench.ask(Request::create(SESSION));
    bench.drain();
    bench.lose();
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(create, Err(ErrorCode::ConnectionLost))]);
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    assert!(verbs(&bench.drain()).is_empty());
}
