//! The signalling engine against a server that delays, drops, repeats, reorders and dies.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

use std::collections::BTreeMap;

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Output, Reply, Signalling, Token};
use janus_wasm::protocol::codec::{HostBody, decode};
use janus_wasm::protocol::message::HandleEvent;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::protocol::{Body, HandleId, SessionId};
use janus_wasm::{Error, ErrorCode};
use proptest::prelude::*;

type Engine = Signalling<HostBody>;

const SESSION: SessionId = SessionId(7);
const HANDLE: HandleId = HandleId(9);

fn engine() -> Engine {
    Engine::new(Config::default(), "t".to_owned())
}

fn hear(engine: &mut Engine, now: u64, text: &str) {
    engine.message(Millis(now), decode(text).unwrap());
}

fn drain(engine: &mut Engine) -> Vec<Output<HostBody>> {
    std::iter::from_fn(|| engine.poll()).collect()
}

fn sent(outputs: &[Output<HostBody>]) -> Vec<String> {
    let text = |output: &Output<HostBody>| match output {
        Output::Send(request) => Some(HostBody::write(request).unwrap().text().unwrap()),
        _ => None,
    };
    outputs.iter().filter_map(text).collect()
}

fn settled(outputs: &[Output<HostBody>]) -> Vec<(Token, Result<(), ErrorCode>)> {
    let end = |output: &Output<HostBody>| match output {
        Output::Settle(token, result) => {
            Some((*token, result.as_ref().map(|_| ()).map_err(Error::code)))
        }
        _ => None,
    };
    outputs.iter().filter_map(end).collect()
}

fn message(text: &str) -> Request<HostBody> {
    Request::message(SESSION, HANDLE, HostBody::parse(text).unwrap(), None)
}

/// With a session and a handle, nothing pending.
fn ready() -> Engine {
    let mut engine = engine();
    engine.opened(Millis(0));
    engine.request(Millis(0), Request::create(SESSION));
    engine.request(Millis(0), Request::attach(SESSION, "janus.plugin.videoroom", None));
    hear(&mut engine, 1, r#"{"janus":"success","transaction":"t1","data":{"id":7}}"#);
    hear(
        &mut engine,
        1,
        r#"{"janus":"success","session_id":7,"transaction":"t2","data":{"id":9}}"#,
    );
    drain(&mut engine);
    engine
}

#[test]
fn create_and_attaches_share_one_flight() {
    let mut engine = engine();
    engine.request(Millis(0), Request::info());
    engine.request(Millis(0), Request::create(SESSION));
    engine.request(Millis(0), Request::attach(SESSION, "janus.plugin.videoroom", None));
    engine.request(Millis(0), Request::attach(SESSION, "janus.plugin.videoroom", None));
    assert!(drain(&mut engine).is_empty());
    engine.opened(Millis(5));
    assert_eq!(sent(&drain(&mut engine)).len(), 4);
}

#[test]
fn where_order_is_not_kept_the_session_comes_first() {
    let mut engine = Engine::new(Config { ordered: false, ..Config::default() }, "t".to_owned());
    engine.opened(Millis(0));
    engine.request(Millis(0), Request::create(SESSION));
    engine.request(Millis(0), Request::attach(SESSION, "janus.plugin.videoroom", None));
    assert_eq!(sent(&drain(&mut engine)).len(), 1);
    hear(&mut engine, 9, r#"{"janus":"success","transaction":"t1","data":{"id":7}}"#);
    assert_eq!(sent(&drain(&mut engine)).len(), 1);
}

#[test]
fn an_answer_may_come_before_its_ack() {
    let mut engine = ready();
    let token = engine.request(Millis(2), message("{}"));
    hear(
        &mut engine,
        3,
        r#"{"janus":"event","session_id":7,"sender":9,"transaction":"t3","plugindata":{"plugin":"p","data":{"a":1}}}"#,
    );
    hear(&mut engine, 3, r#"{"janus":"ack","session_id":7,"transaction":"t3"}"#);
    assert_eq!(settled(&drain(&mut engine)), [(token, Ok(()))]);
}

#[test]
fn messages_of_a_handle_go_one_at_a_time() {
    let mut engine = ready();
    engine.request(Millis(2), message(r#"{"n":1}"#));
    engine.request(Millis(2), message(r#"{"n":2}"#));
    assert_eq!(sent(&drain(&mut engine)).len(), 1);
    hear(&mut engine, 3, r#"{"janus":"ack","session_id":7,"transaction":"t3"}"#);
    assert!(sent(&drain(&mut engine)).is_empty(), "an ack is no answer");
    hear(
        &mut engine,
        4,
        r#"{"janus":"event","session_id":7,"sender":9,"transaction":"t3","plugindata":{"plugin":"p","data":{}}}"#,
    );
    let next = sent(&drain(&mut engine));
    assert!(next[0].contains(r#""n":2"#), "{next:?}");
}

#[test]
fn a_second_answer_to_one_request_is_an_event() {
    let mut engine = ready();
    engine.request(Millis(2), message("{}"));
    let text = r#"{"janus":"event","session_id":7,"sender":9,"transaction":"t3","plugindata":{"plugin":"p","data":{}}}"#;
    hear(&mut engine, 3, text);
    hear(&mut engine, 4, text);
    let outputs = drain(&mut engine);
    assert_eq!(settled(&outputs).len(), 1);
    assert!(
        outputs
            .iter()
            .any(|output| matches!(output, Output::Handle(HANDLE, HandleEvent::Plugin { .. })))
    );
}

#[test]
fn events_of_a_handle_wait_for_the_answer_to_its_attach() {
    let mut engine = engine();
    engine.opened(Millis(0));
    engine.request(Millis(0), Request::create(SESSION));
    hear(&mut engine, 1, r#"{"janus":"success","transaction":"t1","data":{"id":7}}"#);
    engine.request(Millis(1), Request::attach(SESSION, "p", None));
    drain(&mut engine);
    hear(&mut engine, 2, r#"{"janus":"webrtcup","session_id":7,"sender":9}"#);
    assert!(drain(&mut engine).is_empty());
    hear(
        &mut engine,
        3,
        r#"{"janus":"success","session_id":7,"transaction":"t2","data":{"id":9}}"#,
    );
    let outputs = drain(&mut engine);
    assert!(matches!(
        outputs[..],
        [Output::Settle(..), Output::Handle(HANDLE, HandleEvent::WebrtcUp)]
    ));
}

#[test]
fn a_late_request_times_out_and_lets_the_next_go() {
    let mut engine = ready();
    let token = engine.request(Millis(1_000), message("{}"));
    engine.request(Millis(1_000), message("{}"));
    drain(&mut engine);
    assert_eq!(engine.deadline(), Some(Millis(16_000)));
    engine.tick(Millis(16_000));
    let outputs = drain(&mut engine);
    assert_eq!(settled(&outputs), [(token, Err(ErrorCode::Timeout))]);
    assert_eq!(sent(&outputs).len(), 1);
}

#[test]
fn an_unknown_session_takes_its_requests_with_it() {
    let mut engine = ready();
    let token = engine.request(Millis(2), message("{}"));
    engine.request(Millis(2), message("{}"));
    drain(&mut engine);
    hear(
        &mut engine,
        3,
        r#"{"janus":"error","session_id":7,"transaction":"t3","error":{"code":458,"reason":"No such session"}}"#,
    );
    let outputs = drain(&mut engine);
    assert_eq!(settled(&outputs).len(), 2);
    assert_eq!(settled(&outputs)[0], (token, Err(ErrorCode::SessionNotFound)));
    assert!(outputs.iter().any(|output| matches!(output, Output::SessionLost(SESSION, _))));
}

#[test]
fn an_idle_session_shows_signs_of_life() {
    let mut engine = ready();
    engine.tick(Millis(24_999));
    assert!(sent(&drain(&mut engine)).is_empty());
    engine.tick(Millis(25_001));
    let text = sent(&drain(&mut engine));
    assert!(text[0].contains("keepalive"), "{text:?}");
}

#[test]
fn a_short_session_timeout_shortens_the_keepalive() {
    let mut engine = ready();
    hear(&mut engine, 2, r#"{"janus":"server_info","session-timeout":10}"#);
    assert_eq!(engine.deadline(), Some(Millis(4_000)));
}

#[test]
fn credentials_go_with_every_request() {
    let secrets = Config {
        token: Some("tok".to_owned()),
        api_secret: Some("sec".to_owned()),
        ..Config::default()
    };
    let mut engine = Engine::new(secrets, "t".to_owned());
    engine.opened(Millis(0));
    engine.request(Millis(0), Request::create(SESSION));
    engine.request(Millis(0), Request::session(Verb::Destroy, SESSION));
    let all = sent(&drain(&mut engine));
    assert!(
        all.iter()
            .all(|text| text.contains(r#""token":"tok""#) && text.contains(r#""apisecret":"sec""#))
    );
}

/// What may happen to the engine in a random story.
#[derive(Clone, Debug)]
enum Happening {
    Message,
    Trickle,
    Ping,
    Abandon(usize),
    Answer(usize),
    Ack(usize),
    Refuse(usize, u16),
    Event,
    Detached,
    Pass(u64),
    Lost,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => Just(Happening::Message),
        1 => Just(Happening::Trickle),
        1 => Just(Happening::Ping),
        1 => (0_usize..8).prop_map(Happening::Abandon),
        4 => (0_usize..8).prop_map(Happening::Answer),
        2 => (0_usize..8).prop_map(Happening::Ack),
        1 => ((0_usize..8), prop_oneof![Just(403_u16), Just(458), Just(459), Just(490)])
            .prop_map(|(at, code)| Happening::Refuse(at, code)),
        1 => Just(Happening::Event),
        1 => Just(Happening::Detached),
        2 => (1_u64..9_000).prop_map(Happening::Pass),
        1 => Just(Happening::Lost),
    ]
}

/// A story told to an engine; what it did, in words.
struct Story {
    engine: Engine,
    now: u64,
    waiting: BTreeMap<Token, u32>,
    abandoned: Vec<Token>,
    transactions: Vec<String>,
    lost: bool,
    words: Vec<String>,
}

impl Story {
    fn new() -> Self {
        Self {
            engine: ready(),
            now: 10,
            waiting: BTreeMap::new(),
            abandoned: Vec::new(),
            transactions: Vec::new(),
            lost: false,
            words: Vec::new(),
        }
    }

    fn ask(&mut self, request: Request<HostBody>) {
        let token = self.engine.request(Millis(self.now), request);
        self.waiting.insert(token, 0);
    }

    fn say(&mut self, at: usize, make: impl Fn(&str) -> String) {
        if let Some(transaction) = self.transactions.get(at).cloned() {
            let text = make(&transaction);
            hear(&mut self.engine, self.now, &text);
        }
    }

    fn tell(&mut self, happening: &Happening) {
        match happening {
            Happening::Message => self.ask(message("{}")),
            Happening::Trickle => self.ask(Request::trickle(SESSION, HANDLE, Vec::new())),
            Happening::Ping => self.ask(Request::ping()),
            Happening::Abandon(at) => {
                if let Some(token) = self.waiting.keys().nth(*at).copied() {
                    self.engine.abandon(Millis(self.now), token);
                    self.abandoned.push(token);
                }
            }
            Happening::Answer(at) => self.say(*at, |t| {
                format!(r#"{{"janus":"event","session_id":7,"sender":9,"transaction":"{t}","plugindata":{{"plugin":"p","data":{{}}}}}}"#)
            }),
            Happening::Ack(at) => {
                self.say(*at, |t| format!(r#"{{"janus":"ack","session_id":7,"transaction":"{t}"}}"#));
            }
            Happening::Refuse(at, code) => self.say(*at, |t| {
                format!(r#"{{"janus":"error","session_id":7,"transaction":"{t}","error":{{"code":{code},"reason":"no"}}}}"#)
            }),
            Happening::Event => {
                let now = self.now;
                hear(&mut self.engine, now, r#"{"janus":"media","session_id":7,"sender":9,"mid":"0"}"#);
            }
            Happening::Detached => {
                let now = self.now;
                hear(&mut self.engine, now, r#"{"janus":"detached","session_id":7,"sender":9}"#);
            }
            Happening::Pass(span) => {
                self.now += span;
                self.engine.tick(Millis(self.now));
            }
            Happening::Lost => {
                let error = Error::new(ErrorCode::ConnectionLost, "gone");
                self.engine.closed(Millis(self.now), &error);
                self.lost = true;
            }
        }
        self.look();
    }

    fn look(&mut self) {
        for output in drain(&mut self.engine) {
            match &output {
                Output::Send(request) => {
                    assert!(!self.lost, "nothing is sent after the connection is lost");
                    self.transactions.push(request.transaction.clone());
                    self.transactions.sort();
                    self.transactions.reverse();
                    self.transactions.truncate(8);
                }
                Output::Settle(token, result) => {
                    let times = self.waiting.get_mut(token).expect("only what was asked settles");
                    *times += 1;
                    assert_eq!(*times, 1, "a request settles once");
                    assert!(!self.abandoned.contains(token), "what was abandoned is silent");
                    assert!(!matches!(result, Ok(Reply::Ack)) || !self.lost);
                }
                _ => {}
            }
            self.words.push(format!("{output:?}"));
        }
    }

    /// The connection ends: everything that was asked has settled, or was given up.
    fn finish(mut self) -> Vec<String> {
        self.tell(&Happening::Lost);
        for (token, times) in &self.waiting {
            let given_up = self.abandoned.contains(token);
            assert!(*times == 1 || given_up, "{token:?} settled {times} times");
        }
        assert_eq!(self.engine.deadline(), None, "nothing is left to wait for");
        self.words
    }
}

fn tell(happenings: &[Happening]) -> Vec<String> {
    let mut story = Story::new();
    for happening in happenings {
        story.tell(happening);
    }
    story.finish()
}

fn cases() -> u32 {
    if std::env::var_os("JANUS_WASM_LONG").is_some() { 100_000 } else { 2_000 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_settles_exactly_once(happenings in proptest::collection::vec(happening(), 0..60)) {
        let words = tell(&happenings);
        prop_assert_eq!(words, tell(&happenings), "outputs are a function of inputs");
    }

    #[test]
    fn no_text_of_a_server_brings_it_down(texts in proptest::collection::vec(any::<String>(), 0..8)) {
        for text in texts {
            if let Ok(message) = decode(&text) {
                ready().message(Millis(1), message);
            }
        }
    }
}
