//! What has bitten clients of Janus before; the numbers are those of the project's list of pitfalls. Those
//! that fit elsewhere are in the files about their subject.

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Found, Output, Reply, State};
use janus_wasm::protocol::Json;
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::protocol::videoroom::{RoomData, RoomEvent};
use janus_wasm::protocol::{Candidate, HandleId, SessionId};
use janus_wasm::{Error, ErrorCode};

use super::support::*;

fn ready() -> Bench {
    Bench::ready(Config::default())
}

fn detached(outputs: &[Output]) -> usize {
    let is = |it: &&Output| matches!(it, Output::Handle(HANDLE, HandleEvent::Detached));
    outputs.iter().filter(is).count()
}

#[test]
fn candidates_do_not_wait_behind_messages() {
    // Pitfall 3: messages of a handle go one at a time, and nothing else has to.
    let mut bench = ready();
    bench.ask(message("{}"));
    bench.ask(message("{}"));
    bench.ask(Request::trickle(SESSION, HANDLE, vec![Candidate::end()]));
    bench.ask(Request::handle(Verb::Hangup, SESSION, HANDLE));
    bench.ask(Request::message(SESSION, HandleId(10), Json::parse("{}").unwrap(), None));
    assert_eq!(verbs(&bench.drain()), ["message", "trickle", "hangup", "message"]);
}

#[test]
fn a_plugins_error_may_look_like_success() {
    // Pitfall 4.
    let mut bench = ready();
    let token = bench.ask(message("{}"));
    bench.hear(
        r#"{"janus":"success","session_id":7,"sender":9,"transaction":"t3","plugindata":{"plugin":"janus.plugin.videoroom",
            "data":{"videoroom":"event","error_code":426,"error":"No such room (1)"}}}"#,
    );
    let mut outputs = bench.drain();
    let Some(Output::Settle(settled, Ok(Reply::Success(message)))) = outputs.pop() else {
        panic!()
    };
    assert_eq!(settled, token);
    let data: RoomData = message.plugindata.unwrap().data.read().unwrap();
    assert!(matches!(data.classify(true), RoomEvent::Failed { status: 426, .. }));
}

#[test]
fn an_unknown_session_is_lost_whatever_was_asked_of_it() {
    // Pitfall 6: 458 on anything is the loss of the session.
    let all = [
        Request::session(Verb::Keepalive, SESSION),
        Request::session(Verb::Destroy, SESSION),
        Request::session(Verb::Claim, SESSION),
        Request::attach(SESSION, PLUGIN, None),
        Request::trickle(SESSION, HANDLE, vec![Candidate::end()]),
        Request::handle(Verb::Hangup, SESSION, HANDLE),
        Request::handle(Verb::Detach, SESSION, HANDLE),
    ];
    for request in all {
        let (mut bench, verb) = (ready(), request.verb.as_str());
        let token = bench.ask(request);
        bench.refuse("t3", 458);
        let outputs = bench.drain();
        let lost = ErrorCode::SessionNotFound;
        assert_eq!(lost_session(&outputs), Some(lost), "{verb}");
        assert_eq!(settled(&outputs), [(token, Err(lost))], "{verb}");
    }
}

#[test]
fn a_keepalive_that_slept_leaves_at_once() {
    // Pitfall 7: the session may still be there, and if not, 458 says so.
    let mut bench = ready();
    bench.now = 55_000;
    bench.engine.tick(Millis(bench.now));
    assert_eq!(verbs(&bench.drain()), ["ping", "keepalive"]);
    bench.refuse("t4", 458);
    assert_eq!(lost_session(&bench.drain()), Some(ErrorCode::SessionNotFound));
}

#[test]
fn an_answer_that_came_while_we_slept_is_in_time() {
    // Pitfall 7: what was due soon has to wait for a timer like everything else.
    let mut bench = ready();
    let token = bench.ask(message("{}"));
    for at in (1_000..15_000).step_by(1_000) {
        bench.run_to(at);
        bench.hear(r#"{"janus":"media","session_id":7,"sender":9,"mid":"0"}"#);
    }
    bench.now = 3_600_000;
    bench.engine.tick(Millis(bench.now));
    assert!(settled(&bench.drain()).is_empty());
    bench.answer("t3");
    assert_eq!(settled(&bench.drain()), [(token, Ok(()))]);
}

#[test]
fn whoever_was_away_is_told_that_something_may_be_missed() {
    // Pitfall 8: events of the gap are lost, so the application has to look for itself.
    let mut bench = ready();
    bench.lose();
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    bench.success("t3");
    let outputs = bench.drain();
    assert!(outputs.iter().any(|it| matches!(it, Output::SessionUp(SESSION, Found::Resumed))));
}

#[test]
fn a_handle_that_went_in_the_gap_is_found_out() {
    // Pitfall 8: `detached` was lost, and the first 459 stands for it.
    let mut bench = ready();
    let asked = [bench.ask(message("{}")), bench.ask(message("{}"))];
    bench.drain();
    bench.refuse("t3", 459);
    let outputs = bench.drain();
    let gone = Err(ErrorCode::HandleNotFound);
    assert_eq!(settled(&outputs), asked.map(|token| (token, gone)));
    assert_eq!(detached(&outputs), 1);
    assert_eq!(lost_session(&outputs), None);
    assert!(verbs(&outputs).is_empty(), "the second is not said to nobody");
    bench.ask(message("{}"));
    bench.refuse("t5", 459);
    assert_eq!(detached(&bench.drain()), 0, "once");
}

#[test]
fn ids_of_64_bits_are_not_rounded() {
    // Pitfalls 1 and 17.
    let mut bench = Bench::open(Config::default());
    bench.ask(Request::create(SessionId(u64::MAX)));
    bench.ask(Request::attach(SessionId(u64::MAX), PLUGIN, None));
    let all = sent(&bench.drain());
    assert!(all.iter().all(|text| text.contains("18446744073709551615")), "{all:?}");
}

#[test]
fn a_server_that_says_nothing_of_itself_is_asked() {
    // Pitfall 18: servers ping nobody by default.
    let mut bench = ready();
    assert_eq!(verbs(&bench.run_to(2_000)), ["ping"]);
}

#[test]
fn a_hangup_tells_its_reason() {
    // Pitfall 20: only the reason tells whose hangup it is.
    let mut bench = ready();
    for reason in ["DTLS alert", "Close PC", "Janus API", "ICE failed"] {
        bench.hear(&format!(
            r#"{{"janus":"hangup","session_id":7,"sender":9,"reason":"{reason}"}}"#
        ));
        let outputs = bench.drain();
        let [Output::Handle(HANDLE, HandleEvent::Hangup { reason: told })] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!(told, reason);
    }
}

#[test]
fn nothing_waits_for_a_dead_socket() {
    // Pitfall 35.
    let mut bench = ready();
    let asked = [
        bench.ask(Request::attach(SESSION, PLUGIN, None)),
        bench.ask(message("{}")),
        bench.ask(Request::ping()),
    ];
    bench.drain();
    bench.lose();
    let lost = Err(ErrorCode::ConnectionLost);
    assert_eq!(settled(&bench.drain()), asked.map(|token| (token, lost)));
}

#[test]
fn info_and_destroy_fail_when_they_fail() {
    // Pitfall 36.
    let mut bench = ready();
    let asked = [bench.ask(Request::info()), bench.ask(Request::session(Verb::Destroy, SESSION))];
    bench.refuse("t3", 490);
    bench.refuse("t4", 403);
    let ends = [Err(ErrorCode::Server), Err(ErrorCode::Unauthorized)];
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(asked[0], ends[0]), (asked[1], ends[1])]);
    assert!(!outputs.iter().any(|it| matches!(it, Output::SessionEnded(_))));
}

#[test]
fn destroy_without_a_connection_comes_to_an_end_too() {
    // Pitfall 36.
    let mut bench = ready();
    bench.lose();
    let asked = bench.ask(Request::session(Verb::Destroy, SESSION));
    bench.drain();
    bench.retry(None);
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(asked, Err(ErrorCode::ConnectionLost))]);
    assert_eq!(states(&outputs), [State::Closed]);
}

#[test]
fn nothing_is_sent_into_a_closed_socket() {
    // Pitfall 42.
    let mut bench = ready();
    bench.lose();
    bench.ask(message("{}"));
    bench.ask(Request::ping());
    assert!(verbs(&bench.run_to(60_000)).is_empty());
    bench.engine.close(Millis(60_000), &Error::new(ErrorCode::Closed, "enough"));
    let late = bench.ask(message("{}"));
    let outputs = bench.drain();
    assert!(verbs(&outputs).is_empty());
    assert!(settled(&outputs).contains(&(late, Err(ErrorCode::Closed))));
}

#[test]
fn what_is_refused_of_a_closed_engine_stays_refused() {
    let mut bench = Bench::ready(Config { token_on_demand: true, ..Config::default() });
    bench.engine.close(Millis(1), &Error::new(ErrorCode::Closed, "enough"));
    bench.drain();
    bench.engine.poll_refused(Millis(2), bench.link, SESSION);
    assert!(bench.drain().is_empty());
}
