//! Random stories: a server that delays, drops, repeats, reorders and dies, a network that comes and goes,
//! and an application that asks for this and that.

use std::collections::BTreeMap;

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, Found, Output, Reply, Server, State, Token};
use janus_wasm::protocol::codec::decode;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::{Error, ErrorCode};
use proptest::prelude::*;

use super::support::*;

const KEEPALIVE: u64 = 4_000;

/// What may happen next.
#[derive(Clone, Debug)]
enum Happening {
    Create,
    Attach,
    Message,
    Trickle,
    Ping,
    Info,
    Abandon(usize),
    /// The server says something about one of the latest requests.
    Success(usize),
    Event(usize),
    Ack(usize),
    Refuse(usize, u16),
    Spontaneous,
    Detached,
    SessionTimeout,
    Garbage,
    /// Time passes, with a tick at each deadline.
    Pass(u64),
    /// Time passes, and the timer comes late.
    Sleep(u64),
    Opened,
    Lost,
    Retry(Option<u64>),
    Check,
    Token(bool),
    PollRefused,
}

fn happening() -> impl Strategy<Value = Happening> {
    let at = 0_usize..8;
    prop_oneof![
        8 => Just(Happening::Create),
        2 => Just(Happening::Attach),
        4 => Just(Happening::Message),
        1 => Just(Happening::Trickle),
        1 => Just(Happening::Ping),
        1 => Just(Happening::Info),
        1 => at.clone().prop_map(Happening::Abandon),
        8 => at.clone().prop_map(Happening::Success),
        4 => at.clone().prop_map(Happening::Event),
        2 => at.clone().prop_map(Happening::Ack),
        1 => (at, prop_oneof![Just(403_u16), Just(458), Just(459), Just(468), Just(490)])
            .prop_map(|(at, code)| Happening::Refuse(at, code)),
        1 => Just(Happening::Spontaneous),
        1 => Just(Happening::Detached),
        1 => Just(Happening::SessionTimeout),
        1 => Just(Happening::Garbage),
        4 => (1_u64..3_000).prop_map(Happening::Pass),
        1 => (1_u64..200_000).prop_map(Happening::Sleep),
        6 => Just(Happening::Opened),
        2 => Just(Happening::Lost),
        4 => prop_oneof![
            6 => (0_u64..3_000).prop_map(Some),
            1 => Just(None)
        ].prop_map(Happening::Retry),
        1 => Just(Happening::Check),
        2 => any::<bool>().prop_map(Happening::Token),
        1 => Just(Happening::PollRefused),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    (any::<bool>(), any::<bool>(), 1_usize..3).prop_map(|(ordered, token_on_demand, count)| {
        Config {
            servers: vec![Server { ordered }; count],
            token_on_demand,
            keepalive: Millis(KEEPALIVE),
            reconnect_budget: Millis(30_000),
            ..Config::default()
        }
    })
}

/// A story told to an engine, and what must be true of it.
struct Story {
    bench: Bench,
    /// How often each request settled.
    asked: BTreeMap<Token, u32>,
    abandoned: Vec<Token>,
    /// The latest transactions, newest first.
    transactions: Vec<String>,
    /// Whether there is a connection that may be written to.
    writable: bool,
    state: State,
    /// When the server last heard of the session, while it is up.
    active: Option<u64>,
    words: Vec<String>,
}

impl Story {
    fn new(config: Config) -> Self {
        let bench = Bench::new(config);
        let mut story = Self {
            bench,
            asked: BTreeMap::new(),
            abandoned: Vec::new(),
            transactions: Vec::new(),
            writable: false,
            state: State::Connecting,
            active: None,
            words: Vec::new(),
        };
        story.look();
        story
    }

    fn ask(&mut self, request: Request) {
        let token = self.bench.ask(request);
        self.asked.insert(token, 0);
    }

    fn with_transaction(&mut self, at: usize, say: impl Fn(&mut Bench, &str)) {
        if let Some(transaction) = self.transactions.get(at).cloned() {
            say(&mut self.bench, &transaction);
        }
    }

    fn hear(&mut self, text: &str) {
        self.bench.hear(text);
    }

    fn tell(&mut self, happening: &Happening) {
        let now = Millis(self.bench.now);
        match happening {
            Happening::Create => self.ask(Request::create(SESSION)),
            Happening::Attach => self.ask(Request::attach(SESSION, "p", None)),
            Happening::Message => self.ask(message("{}")),
            Happening::Trickle => self.ask(Request::trickle(SESSION, HANDLE, Vec::new())),
            Happening::Ping => self.ask(Request::ping()),
            Happening::Info => self.ask(Request::info()),
            Happening::Abandon(at) => {
                if let Some(token) = self.asked.keys().nth(*at).copied() {
                    self.bench.engine.abandon(now, token);
                    self.abandoned.push(token);
                }
            }
            Happening::Success(at) => self.with_transaction(*at, |bench, transaction| {
                bench.hear(&format!(
                    r#"{{"janus":"success","session_id":7,"transaction":"{transaction}","data":{{"id":9}}}}"#
                ));
            }),
            Happening::Event(at) => self.with_transaction(*at, Bench::answer),
            Happening::Ack(at) => self.with_transaction(*at, |bench, transaction| {
                bench.hear(&format!(
                    r#"{{"janus":"ack","session_id":7,"transaction":"{transaction}"}}"#
                ));
            }),
            Happening::Refuse(at, code) => {
                self.with_transaction(*at, |bench, transaction| bench.refuse(transaction, *code));
            }
            Happening::Spontaneous => {
                self.hear(r#"{"janus":"media","session_id":7,"sender":9,"mid":"0"}"#);
            }
            Happening::Detached => {
                self.hear(r#"{"janus":"detached","session_id":7,"sender":9}"#);
            }
            Happening::SessionTimeout => self.hear(r#"{"janus":"timeout","session_id":7}"#),
            Happening::Garbage => {
                let error = Error::new(ErrorCode::NotJanus, "what is this");
                self.bench.engine.unreadable(now, self.bench.link, &error);
            }
            Happening::Pass(span) => self.pass(*span),
            Happening::Sleep(span) => {
                self.bench.now += span;
                // Nobody could have been on time.
                self.active = self.active.map(|_| self.bench.now);
                self.bench.engine.tick(Millis(self.bench.now));
            }
            Happening::Opened => self.bench.opened(),
            Happening::Lost => self.bench.lose(),
            Happening::Retry(delay) => self.bench.retry(*delay),
            Happening::Check => self.bench.engine.check(now),
            Happening::Token(good) => {
                let none = || Error::new(ErrorCode::Unauthorized, "no token");
                let token = if *good { Ok("tok".to_owned()) } else { Err(none()) };
                self.bench.engine.token(now, token);
            }
            Happening::PollRefused => {
                self.bench.engine.poll_refused(now, self.bench.link, SESSION);
            }
        }
        if matches!(happening, Happening::Opened) && self.state != State::Closed {
            self.writable = true;
        }
        self.look();
    }

    fn pass(&mut self, span: u64) {
        let end = self.bench.now + span;
        while let Some(Millis(deadline)) = self.bench.engine.deadline().filter(|it| it.0 <= end) {
            self.bench.now = self.bench.now.max(deadline);
            self.bench.engine.tick(Millis(self.bench.now));
            self.look();
        }
        self.bench.now = end;
    }

    fn look(&mut self) {
        for output in self.bench.drain() {
            match &output {
                Output::Send(request) => self.see_request(request),
                Output::Settle(token, result) => self.see_end(*token, result),
                Output::Open(..) | Output::Shut(_) => {
                    self.writable = false;
                    self.active = None;
                }
                Output::State(state, _) => {
                    assert_ne!(*state, self.state, "only changes are told");
                    assert_ne!(self.state, State::Closed, "the end is the end");
                    self.state = *state;
                }
                Output::SessionUp(_, Found::Made | Found::Resumed) => {
                    self.active.get_or_insert(self.bench.now);
                }
                Output::SessionLost(..) | Output::SessionEnded(_) => self.active = None,
                _ => {}
            }
            self.words.push(format!("{output:?}"));
        }
        if let Some(active) = self.active {
            assert!(self.bench.now <= active + KEEPALIVE, "the keepalive is never late");
        }
    }

    fn see_request(&mut self, request: &Request) {
        assert!(self.writable, "nothing is sent without a connection");
        if request.session_id == Some(SESSION) {
            self.active = self.active.map(|_| self.bench.now);
        }
        if !matches!(request.verb, Verb::Ping | Verb::Keepalive) {
            self.transactions.insert(0, request.transaction.clone());
            self.transactions.truncate(8);
        }
    }

    fn see_end(&mut self, token: Token, result: &Result<Reply, Error>) {
        let times = self.asked.get_mut(&token).expect("only what was asked settles");
        *times += 1;
        assert_eq!(*times, 1, "a request settles once");
        assert!(!self.abandoned.contains(&token), "what was abandoned is silent");
        assert!(result.is_err() || self.state != State::Closed, "nobody answers after the end");
    }

    /// The application is done: everything that was asked has settled, or was given up.
    fn finish(mut self) -> Vec<String> {
        self.bench.engine.close(Millis(self.bench.now), &Error::new(ErrorCode::Closed, "enough"));
        self.look();
        for (token, times) in &self.asked {
            let given_up = self.abandoned.contains(token);
            assert!(*times == 1 || given_up, "{token:?} settled {times} times");
        }
        assert_eq!(self.bench.engine.deadline(), None, "nothing is left to wait for");
        assert_eq!(self.state, State::Closed);
        self.words
    }
}

fn tell(config: Config, happenings: &[Happening]) -> Vec<String> {
    let mut story = Story::new(config);
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
    fn every_request_settles_exactly_once(
        config in config(),
        happenings in proptest::collection::vec(happening(), 0..80),
    ) {
        let words = tell(config.clone(), &happenings);
        prop_assert_eq!(words, tell(config, &happenings), "outputs are a function of inputs");
    }

    #[test]
    fn left_alone_with_a_dead_server_it_comes_to_an_end(
        config in config(),
        happenings in proptest::collection::vec(happening(), 0..30),
    ) {
        let mut story = Story::new(config);
        for happening in &happenings {
            story.tell(happening);
        }
        // Nobody answers any more; each attempt is decided on, and none succeeds.
        for _ in 0..200 {
            story.tell(&Happening::Lost);
            story.tell(&Happening::Retry(Some(500)));
            story.tell(&Happening::Pass(1_000));
        }
        prop_assert_eq!(story.state, State::Closed);
    }

    #[test]
    fn no_text_of_a_server_brings_it_down(texts in proptest::collection::vec(any::<String>(), 0..8)) {
        let mut bench = Bench::ready(Config::default());
        for text in texts {
            if let Ok(message) = decode(&text) {
                bench.engine.message(Millis(1), bench.link, message);
            }
        }
    }
}
