//! An engine with much under way hears anything at all, and keeps its promises.

use std::collections::BTreeMap;

use janus_wasm::engine::Millis;
use janus_wasm::engine::signalling::{Config, LinkId, Output, Server, Signalling, State, Token};
use janus_wasm::protocol::codec::decode_all;
use janus_wasm::protocol::json::Object;
use janus_wasm::protocol::request::{Request, Verb};
use janus_wasm::protocol::{Candidate, HandleId, Json, SessionId};
use janus_wasm::{Error, ErrorCode};

use crate::chance::Chance;

const PLUGIN: &str = "janus.plugin.videoroom";
/// More than this from one word of a server is an endless loop.
const MANY: usize = 5_000;

struct Call {
    engine: Signalling,
    now: u64,
    link: LinkId,
    /// Whether there is a connection that may be written to.
    writable: bool,
    asked: BTreeMap<Token, u32>,
    /// The transaction of the latest request.
    latest: String,
    closed: bool,
}

/// Tells the texts to engines in several situations, with everything else by chance.
pub(crate) fn hear(texts: &[String], chance: &mut Chance) {
    let mut call = Call::new(chance);
    call.set_up(chance);
    for text in texts {
        call.hear(text);
        call.see();
        call.live(chance);
    }
    call.finish(texts);
}

fn config(chance: &mut Chance) -> Config {
    Config {
        servers: vec![Server { ordered: !chance.one_in(3) }; 1 + chance.below(2)],
        token_on_demand: chance.one_in(4),
        token: chance.one_in(2).then(|| "tok".to_owned()),
        ..Config::default()
    }
}

impl Call {
    fn new(chance: &mut Chance) -> Self {
        let engine = Signalling::new(config(chance), "t".to_owned(), Millis(0));
        let mut call = Self {
            engine,
            now: 0,
            link: LinkId::default(),
            writable: false,
            asked: BTreeMap::new(),
            latest: String::new(),
            closed: false,
        };
        call.see();
        call
    }

    /// Two sessions and three handles, a session and a handle in the making, and a request of each kind
    /// under way; sometimes over a second connection.
    fn set_up(&mut self, chance: &mut Chance) {
        self.open();
        self.hear(r#"{"janus":"server_info","transaction":"t1"}"#);
        for (session, handles) in [(7, &[9, 10][..]), (8, &[11][..])] {
            self.make(session, handles);
        }
        self.ask(Request::create(SessionId(5)));
        self.ask(Request::attach(SessionId(7), PLUGIN, None));
        self.under_way();
        if chance.one_in(4) {
            self.lose();
            self.engine.retry(Millis(self.now), Some(Millis(0)));
            self.see();
            self.open();
            self.under_way();
        }
    }

    fn make(&mut self, session: u64, handles: &[u64]) {
        self.engine.token(Millis(self.now), Ok("tok".to_owned()));
        self.ask(Request::create(SessionId(session)));
        self.succeed(session, session);
        for handle in handles {
            self.ask(Request::attach(SessionId(session), PLUGIN, None));
            self.succeed(session, *handle);
        }
    }

    /// The request that was sent last is answered.
    fn succeed(&mut self, session: u64, id: u64) {
        self.hear(&format!(
            r#"{{"janus":"success","session_id":{session},"transaction":"{}","data":{{"id":{id}}}}}"#,
            self.latest
        ));
        self.see();
    }

    fn under_way(&mut self) {
        let (session, body) = (SessionId(7), Json::write(&Object::new()));
        for handle in [HandleId(9), HandleId(10)] {
            for _ in 0..2 {
                self.ask(Request::message(session, handle, body.clone(), None));
            }
        }
        self.ask(Request::trickle(session, HandleId(9), vec![Candidate::end()]));
        self.ask(Request::handle(Verb::Hangup, session, HandleId(9)));
        self.ask(Request::handle(Verb::Detach, session, HandleId(10)));
        self.ask(Request::session(Verb::Keepalive, SessionId(8)));
        self.ask(Request::message(SessionId(8), HandleId(11), body, None));
        self.ask(Request::session(Verb::Destroy, SessionId(8)));
        self.ask(Request::ping());
    }

    fn ask(&mut self, request: Request) -> Token {
        let token = self.engine.request(Millis(self.now), request);
        self.asked.insert(token, 0);
        self.see();
        token
    }

    fn open(&mut self) {
        self.writable = true;
        self.engine.opened(Millis(self.now), self.link);
        self.see();
    }

    fn lose(&mut self) {
        let error = Error::new(ErrorCode::ConnectionLost, "gone");
        self.engine.lost(Millis(self.now), self.link, &error);
        self.see();
    }

    /// As the driver does it.
    fn hear(&mut self, text: &str) {
        let now = Millis(self.now);
        if let Ok(messages) = decode_all(text) {
            for message in messages {
                self.engine.message(now, self.link, message);
            }
        } else {
            let error = Error::new(ErrorCode::NotJanus, "what is this");
            self.engine.unreadable(now, self.link, &error);
        }
    }

    /// Something else happens between two words of the server, or nothing.
    fn live(&mut self, chance: &mut Chance) {
        let now = Millis(self.now);
        match chance.below(16) {
            0 => self.lose(),
            1 => self.engine.retry(now, Some(Millis(0))),
            2 => self.open(),
            3 => self.engine.token(now, Ok("tok".to_owned())),
            4 => self.engine.check(now),
            5 => self.engine.session_gone(now, self.link, SessionId(7)),
            6 => self.engine.poll_refused(now, self.link, SessionId(7)),
            7 | 8 => {
                self.now += u64::try_from(chance.below(20_000)).unwrap();
                self.engine.tick(Millis(self.now));
            }
            9 => drop(self.ask(Request::create(SessionId(7)))),
            10 => drop(self.ask(Request::ping())),
            11 => self.engine.token(now, Err(Error::new(ErrorCode::Unauthorized, "none"))),
            _ => {}
        }
        self.see();
    }

    fn see(&mut self) {
        let mut count = 0;
        while let Some(output) = self.engine.poll() {
            count += 1;
            assert!(count < MANY, "an endless loop");
            match output {
                Output::Send(request) => {
                    assert!(self.writable, "{request:?} is sent without a connection");
                    self.latest = request.transaction;
                }
                Output::Open(link, _) => {
                    self.link = link;
                    self.writable = false;
                }
                Output::Shut(_) => self.writable = false,
                Output::Settle(token, result) => {
                    let times = self.asked.get_mut(&token).expect("it was never asked");
                    *times += 1;
                    assert_eq!(*times, 1, "a request settles once, and then {result:?}");
                }
                Output::State(state, _) => {
                    assert!(!self.closed, "the end is the end");
                    self.closed = state == State::Closed;
                }
                _ => {}
            }
        }
    }

    /// Whatever was said, the end leaves nothing behind, and after it nothing happens.
    fn finish(mut self, texts: &[String]) {
        let now = Millis(self.now);
        self.engine.close(now, &Error::new(ErrorCode::Closed, "enough"));
        self.see();
        assert_eq!(self.asked.values().find(|times| **times != 1), None, "all settle");
        assert_eq!((self.engine.deadline(), self.engine.sessions()), (None, Vec::new()));
        for text in texts {
            self.hear(text);
        }
        self.engine.poll_refused(now, self.link, SessionId(7));
        self.engine.tick(now);
        assert!(self.engine.poll().is_none(), "after the end nothing happens");
    }
}
