//! An engine with a clock, and its outputs in short.

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, LinkId, Output, Server, Signalling, State, Token};
use janus_wasm::protocol::codec::decode;
use janus_wasm::protocol::request::Request;
use janus_wasm::protocol::{HandleId, Json, SessionId};
use janus_wasm::{Error, ErrorCode};

pub(crate) const SESSION: SessionId = SessionId(7);
pub(crate) const HANDLE: HandleId = HandleId(9);
pub(crate) const PLUGIN: &str = "janus.plugin.videoroom";

/// An engine, the time, and the connection it works with.
pub(crate) struct Bench {
    pub(crate) engine: Signalling,
    pub(crate) now: u64,
    pub(crate) link: LinkId,
}

impl Bench {
    /// Before the connection is open.
    pub(crate) fn new(config: Config) -> Self {
        let engine = Signalling::new(config, "t".to_owned(), Millis(0));
        let mut bench = Self { engine, now: 0, link: LinkId::default() };
        bench.see_link();
        bench
    }

    /// Connected.
    pub(crate) fn open(config: Config) -> Self {
        let mut bench = Self::new(config);
        bench.opened();
        bench.drain();
        bench
    }

    /// With a session and a handle, nothing pending; two transactions used.
    pub(crate) fn ready(config: Config) -> Self {
        let mut bench = Self::open(config);
        bench.ask(Request::create(SESSION));
        bench.ask(Request::attach(SESSION, PLUGIN, None));
        bench.success_with_id(1, 7);
        bench.drain();
        bench.success_with_id(2, 9);
        bench.drain();
        bench
    }

    /// Takes the outputs up to the next connection that is to be opened.
    fn see_link(&mut self) {
        while let Some(output) = self.engine.poll() {
            if let Output::Open(link, _) = output {
                self.link = link;
                return;
            }
        }
    }

    pub(crate) fn opened(&mut self) {
        self.engine.opened(Millis(self.now), self.link);
    }

    pub(crate) fn ask(&mut self, request: Request) -> Token {
        self.engine.request(Millis(self.now), request)
    }

    pub(crate) fn hear(&mut self, text: &str) {
        self.engine.message(Millis(self.now), self.link, decode(text).expect(text));
    }

    pub(crate) fn success_with_id(&mut self, transaction: u64, id: u64) {
        self.hear(&format!(
            r#"{{"janus":"success","session_id":7,"transaction":"t{transaction}","data":{{"id":{id}}}}}"#
        ));
    }

    pub(crate) fn success(&mut self, transaction: &str) {
        self.hear(&format!(
            r#"{{"janus":"success","session_id":7,"transaction":"{transaction}"}}"#
        ));
    }

    pub(crate) fn refuse(&mut self, transaction: &str, code: u16) {
        self.hear(&format!(
            r#"{{"janus":"error","session_id":7,"transaction":"{transaction}","error":{{"code":{code},"reason":"no"}}}}"#
        ));
    }

    pub(crate) fn answer(&mut self, transaction: &str) {
        self.hear(&event(transaction));
    }

    pub(crate) fn lose(&mut self) {
        let error = Error::new(ErrorCode::ConnectionLost, "gone");
        self.engine.lost(Millis(self.now), self.link, &error);
    }

    pub(crate) fn retry(&mut self, delay: Option<u64>) {
        self.engine.retry(Millis(self.now), delay.map(Millis));
        if delay == Some(0) {
            self.engine.tick(Millis(self.now));
        }
    }

    /// Lets time pass to the given moment, with a tick at every deadline on the way, and what came out.
    pub(crate) fn run_to(&mut self, end: u64) -> Vec<Output> {
        let mut outputs = self.drain();
        while let Some(Millis(deadline)) = self.engine.deadline().filter(|it| it.0 <= end) {
            self.now = self.now.max(deadline);
            self.engine.tick(Millis(self.now));
            outputs.extend(self.drain());
        }
        self.now = end;
        outputs
    }

    /// Everything the engine wants done; the connection in use follows.
    pub(crate) fn drain(&mut self) -> Vec<Output> {
        let outputs: Vec<_> = std::iter::from_fn(|| self.engine.poll()).collect();
        for output in &outputs {
            if let Output::Open(link, _) = output {
                self.link = *link;
            }
        }
        outputs
    }
}

pub(crate) fn rest() -> Config {
    Config { servers: vec![Server { ordered: false }], ..Config::default() }
}

pub(crate) fn event(transaction: &str) -> String {
    format!(
        r#"{{"janus":"event","session_id":7,"sender":9,"transaction":"{transaction}","plugindata":{{"plugin":"p","data":{{}}}}}}"#
    )
}

pub(crate) fn message(text: &str) -> Request {
    Request::message(SESSION, HANDLE, Json::parse(text).unwrap(), None)
}

pub(crate) fn requests(outputs: &[Output]) -> Vec<&Request> {
    let mut sent = Vec::new();
    for output in outputs {
        if let Output::Send(request) = output {
            sent.push(request);
        }
    }
    sent
}

/// The verbs of what was sent.
pub(crate) fn verbs(outputs: &[Output]) -> Vec<&'static str> {
    requests(outputs).iter().map(|request| request.verb.as_str()).collect()
}

/// What was sent, as text.
pub(crate) fn sent(outputs: &[Output]) -> Vec<String> {
    let text = |request: &&Request| Json::write(*request).to_string();
    requests(outputs).iter().map(text).collect()
}

/// How requests ended: well, or with a code.
pub(crate) fn settled(outputs: &[Output]) -> Vec<(Token, Result<(), ErrorCode>)> {
    let end = |output: &Output| match output {
        Output::Settle(token, result) => {
            Some((*token, result.as_ref().map(|_| ()).map_err(Error::code)))
        }
        _ => None,
    };
    outputs.iter().filter_map(end).collect()
}

/// The error a request ended with.
pub(crate) fn failure(outputs: &[Output], wanted: Token) -> Option<Error> {
    outputs.iter().find_map(|output| match output {
        Output::Settle(token, Err(error)) if *token == wanted => Some(error.clone()),
        _ => None,
    })
}

pub(crate) fn states(outputs: &[Output]) -> Vec<State> {
    let state = |output: &Output| match output {
        Output::State(state, _) => Some(*state),
        _ => None,
    };
    outputs.iter().filter_map(state).collect()
}

/// Which servers were to be opened.
pub(crate) fn opens(outputs: &[Output]) -> Vec<usize> {
    let server = |output: &Output| match output {
        Output::Open(_, server) => Some(*server),
        _ => None,
    };
    outputs.iter().filter_map(server).collect()
}

pub(crate) fn lost_session(outputs: &[Output]) -> Option<ErrorCode> {
    outputs.iter().find_map(|output| match output {
        Output::SessionLost(SESSION, error) => Some(error.code()),
        _ => None,
    })
}
