//! Sessions and handles that come and go.

use janus_wasm::ErrorCode;
use janus_wasm::engine::signalling::{Config, Output, State};
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::request::{Request, Verb};

use super::support::*;

fn events(outputs: &[Output]) -> usize {
    outputs.iter().filter(|it| matches!(it, Output::Handle(..))).count()
}

#[test]
fn detached_may_come_before_or_after_the_answer_to_detach() {
    for first in [true, false] {
        let mut bench = Bench::ready(Config::default());
        let token = bench.ask(Request::handle(Verb::Detach, SESSION, HANDLE));
        let event = r#"{"janus":"detached","session_id":7,"sender":9}"#;
        if first {
            bench.hear(event);
        }
        bench.success("t3");
        bench.hear(event);
        let outputs = bench.drain();
        assert_eq!(settled(&outputs), [(token, Ok(()))], "{first}");
        assert_eq!(events(&outputs), usize::from(first), "after the end there is nobody to tell");
    }
}

#[test]
fn handles_of_the_past_take_no_room_from_new_ones() {
    let mut bench = Bench::ready(Config::default());
    for past in 1_000..1_100 {
        bench.hear(&format!(r#"{{"janus":"detached","session_id":7,"sender":{past}}}"#));
    }
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.hear(r#"{"janus":"webrtcup","session_id":7,"sender":10}"#);
    bench.success_with_id(3, 10);
    let outputs = bench.drain();
    assert!(matches!(
        outputs[..],
        [Output::Send(_), Output::Settle(..), Output::Handle(_, HandleEvent::WebrtcUp)]
    ));
}

#[test]
fn a_handle_the_server_closes_takes_its_requests_with_it() {
    let mut bench = Bench::ready(Config::default());
    let asked = [bench.ask(message("{}")), bench.ask(message("{}"))];
    bench.drain();
    bench.hear(r#"{"janus":"detached","session_id":7,"sender":9}"#);
    let gone = Err(ErrorCode::HandleNotFound);
    assert_eq!(settled(&bench.drain()), asked.map(|token| (token, gone)));
}

#[test]
fn the_end_of_a_session_is_the_end_of_what_was_asked_of_it() {
    let mut bench = Bench::ready(Config::default());
    let asked = [bench.ask(message("{}")), bench.ask(message("{}"))];
    let destroy = bench.ask(Request::session(Verb::Destroy, SESSION));
    bench.drain();
    bench.success("t5");
    let outputs = bench.drain();
    let over = Err(ErrorCode::SessionNotFound);
    assert_eq!(settled(&outputs), [(destroy, Ok(())), (asked[0], over), (asked[1], over)]);
    assert!(matches!(outputs[0], Output::SessionEnded(SESSION)));
    assert!(verbs(&outputs).is_empty());
}

#[test]
fn a_creation_that_was_given_up_keeps_nobody_waiting() {
    let mut bench = Bench::new(rest());
    let create = bench.ask(Request::create(SESSION));
    let attach = bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.engine.abandon(janus_wasm::engine::Millis(0), create);
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(attach, Err(ErrorCode::Aborted))]);
    assert!(bench.engine.sessions().is_empty());
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["info"]);
}

#[test]
fn an_ack_or_an_event_creates_nothing() {
    // Only `success` has an id in it; over REST everything on the session waits for it.
    let mut bench = Bench::new(rest());
    bench.opened();
    bench.hear(r#"{"janus":"server_info","transaction":"t1"}"#);
    let create = bench.ask(Request::create(SESSION));
    bench.ask(Request::attach(SESSION, PLUGIN, None));
    bench.drain();
    bench.hear(r#"{"janus":"ack","transaction":"t2"}"#);
    bench.answer("t2");
    assert!(bench.drain().is_empty());
    bench.success_with_id(2, 7);
    let outputs = bench.drain();
    assert_eq!(settled(&outputs), [(create, Ok(()))]);
    assert_eq!(verbs(&outputs), ["attach"]);
}

#[test]
fn a_claim_that_is_said_again_comes_first_again() {
    let mut bench = Bench::ready(Config {
        token: Some("old".to_owned()),
        token_on_demand: true,
        ..Config::default()
    });
    bench.lose();
    bench.ask(message("{}"));
    bench.retry(Some(0));
    bench.drain();
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["claim", "message"]);
    bench.refuse("t4", 403);
    bench.refuse("t3", 403);
    bench.drain();
    bench.engine.token(janus_wasm::engine::Millis(0), Ok("new".to_owned()));
    let outputs = bench.drain();
    assert_eq!(verbs(&outputs), ["claim", "message"]);
    assert_eq!(states(&outputs), [], "it is not there before the claim is answered");
    bench.success("t4");
    assert_eq!(states(&bench.drain()), [State::Connected]);
}

#[test]
fn a_token_that_comes_late_asks_nothing_twice() {
    let mut bench = Bench::new(Config { token_on_demand: true, ..rest() });
    bench.opened();
    assert_eq!(verbs(&bench.drain()), ["info"]);
    bench.engine.token(janus_wasm::engine::Millis(0), Ok("new".to_owned()));
    assert!(verbs(&bench.drain()).is_empty());
}
