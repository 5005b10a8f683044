//! Keepalive and liveness: two timers with different questions.

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Output, State};
use janus_wasm::protocol::request::Verb;

use super::support::*;

/// Answers every question for a sign of life until the given moment; what came out.
fn live_to(bench: &mut Bench, end: u64) -> Vec<Output> {
    let mut all = Vec::new();
    while bench.now < end {
        let next = bench.engine.deadline().map_or(end, |deadline| deadline.0.min(end));
        let outputs = bench.run_to(next.max(bench.now + 1));
        for request in requests(&outputs) {
            let verb = if request.verb == Verb::Ping { "pong" } else { "ack" };
            bench.hear(&format!(r#"{{"janus":"{verb}","transaction":"{}"}}"#, request.transaction));
        }
        all.extend(outputs);
    }
    all
}

#[test]
fn a_server_that_died_is_noticed_within_five_seconds() {
    for died in [0, 700, 1_999, 2_000, 2_001, 9_000] {
        let mut bench = Bench::ready(Config::default());
        live_to(&mut bench, died);
        let outputs = bench.run_to(died + 5_000);
        assert_eq!(states(&outputs), [State::Reconnecting], "died at {died}");
    }
}

#[test]
fn a_stall_of_two_seconds_is_waited_out() {
    for began in [0, 500, 1_000, 1_500, 1_999] {
        let mut bench = Bench::ready(Config::default());
        bench.now = 10_000;
        bench.hear(r#"{"janus":"ack"}"#);
        bench.run_to(10_000 + began);
        let outputs = bench.run_to(10_000 + began + 2_000);
        assert_eq!(states(&outputs), [], "began at {began}");
        bench.hear(r#"{"janus":"ack"}"#);
        assert_eq!(states(&bench.run_to(bench.now + 1_900)), []);
    }
}

#[test]
fn a_talkative_server_is_not_asked() {
    let mut bench = Bench::ready(Config::default());
    for at in (0..20_000).step_by(500) {
        let outputs = bench.run_to(at);
        assert!(verbs(&outputs).is_empty(), "at {at}: {:?}", verbs(&outputs));
        bench.hear(r#"{"janus":"media","session_id":7,"sender":9,"mid":"0"}"#);
    }
}

#[test]
fn an_idle_session_shows_signs_of_life() {
    let mut bench = Bench::ready(Config::default());
    let outputs = live_to(&mut bench, 24_999);
    assert!(!verbs(&outputs).contains(&"keepalive"));
    let outputs = live_to(&mut bench, 25_001);
    assert!(verbs(&outputs).contains(&"keepalive"), "{:?}", verbs(&outputs));
}

#[test]
fn a_short_session_timeout_shortens_the_keepalive() {
    let mut bench = Bench::ready(Config::default());
    bench.hear(r#"{"janus":"server_info","session-timeout":10}"#);
    let outputs = live_to(&mut bench, 60_000);
    let count = verbs(&outputs).iter().filter(|verb| **verb == "keepalive").count();
    assert_eq!(count, 15, "one every 4 s");
}

#[test]
fn a_server_far_away_gets_more_time() {
    let mut bench = Bench::ready(Config::default());
    let outputs = bench.run_to(2_000);
    let transaction = requests(&outputs)[0].transaction.clone();
    bench.run_to(4_000);
    bench.hear(&format!(r#"{{"janus":"pong","transaction":"{transaction}"}}"#));
    // The next question after a round trip of 2 s: 6 s, not 2.5 s.
    let outputs = bench.run_to(4_000 + 2_000 + 5_900);
    assert_eq!(states(&outputs), []);
    assert_eq!(states(&bench.run_to(12_000)), [State::Reconnecting]);
}

#[test]
fn a_hint_asks_at_once() {
    let mut bench = Bench::ready(Config::default());
    bench.run_to(100);
    bench.engine.check(Millis(100));
    bench.engine.check(Millis(100));
    assert_eq!(verbs(&bench.drain()), ["ping"], "once");
    assert_eq!(states(&bench.run_to(2_700)), [State::Reconnecting]);
}

#[test]
fn time_slept_is_nobodys_fault() {
    // Pitfall 7: timers of background tabs and of sleeping machines come late.
    let mut bench = Bench::ready(Config::default());
    let token = bench.ask(message("{}"));
    bench.drain();
    bench.now = 3_600_000;
    bench.engine.tick(Millis(bench.now));
    let outputs = bench.drain();
    assert_eq!(states(&outputs), []);
    assert!(settled(&outputs).is_empty(), "the answer may wait to be read");
    assert_eq!(verbs(&outputs)[0], "ping", "is somebody still there?");
    bench.answer("t3");
    assert_eq!(settled(&bench.drain()), [(token, Ok(()))]);
}

#[test]
fn asleep_while_reconnecting_the_budget_does_not_run() {
    let mut bench = Bench::ready(Config::default());
    bench.lose();
    bench.drain();
    bench.retry(Some(1_000));
    bench.now = 3_600_000;
    bench.engine.tick(Millis(bench.now));
    let outputs = bench.drain();
    assert_eq!(opens(&outputs), [0]);
    assert!(!states(&outputs).contains(&State::Closed));
}
