//! The core API as a state machine: connections, transactions, sessions, handles, deadlines,
//! keepalive, liveness, recovery.
//!
//! Every request settles exactly once: answered, refused, timed out, abandoned, or lost with the
//! connection. Requests given while there is no connection wait for one and leave in one flight. A lost
//! connection is made again, and the sessions are claimed before anything else is said.
//!
//! ```
//! use janus_wasm::engine::Millis;
//! use janus_wasm::engine::signalling::{Config, Output, Signalling};
//! use janus_wasm::protocol::codec::decode;
//! use janus_wasm::protocol::request::Request;
//!
//! let mut engine = Signalling::new(Config::default(), "t".to_owned(), Millis(0));
//! let Some(Output::Open(link, 0)) = engine.poll() else { panic!() };
//! let token = engine.request(Millis(0), Request::ping());
//! assert!(engine.poll().is_none(), "nothing leaves before the connection is open");
//! engine.opened(Millis(5), link);
//! assert!(matches!(engine.poll(), Some(Output::State(..))));
//! assert!(matches!(engine.poll(), Some(Output::Send(request)) if request.transaction == "t1"));
//! let pong = decode(r#"{"janus":"pong","transaction":"t1"}"#).unwrap();
//! engine.message(Millis(9), link, pong);
//! assert!(matches!(engine.poll(), Some(Output::Settle(t, Ok(_))) if t == token));
//! ```

mod answers;
mod link;
mod pending;
mod session;
mod tokens;
mod types;

use std::collections::VecDeque;

use self::link::{Link, Phase};
use self::pending::{Pending, Pendings, Phase as RequestPhase};
use self::session::{Sessions, Standing};
use self::tokens::needs_token;
pub use self::types::{Config, Found, LinkId, Output, Reply, Server, State, Token};
use super::{Millis, soonest};
use crate::protocol::message::HandleEvent;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{HandleId, SessionId};
use crate::{Error, ErrorCode};

/// A tick that comes so late was not late: we slept, ms.
const SLEPT: Millis = Millis(1_500);

/// What the core says to a session it does not know.
const NO_SESSION: u16 = 458;

/// The machine of one connection.
#[derive(Debug)]
pub struct Signalling {
    config: Config,
    link: Link,
    pending: Pendings,
    sessions: Sessions,
    /// A token was asked for, has not come yet, and is waited for until then.
    token_wanted: Option<Millis>,
    /// There was none, and a session waits for it to be polled for or claimed: when to ask again.
    token_again: Option<Millis>,
    told: State,
    out: VecDeque<Output>,
}

impl Signalling {
    /// A machine that begins by opening a connection. `prefix` makes transactions of several
    /// machines differ; it must not end in a digit.
    pub fn new(config: Config, prefix: String, now: Millis) -> Self {
        let mut machine = Self {
            link: Link::new(&config.servers),
            config,
            pending: Pendings::new(prefix),
            sessions: Sessions::default(),
            token_wanted: None,
            token_again: None,
            told: State::Connecting,
            out: VecDeque::new(),
        };
        machine.open(now);
        if machine.config.token.is_none() {
            machine.want_token(now);
        }
        machine
    }

    /// Takes a request. It leaves at once unless there is no connection yet, an earlier asynchronous
    /// request on the same handle has not been answered (the server would run them in any order), or
    /// the session's `create` or `claim` has to be answered first.
    pub fn request(&mut self, now: Millis, request: Request) -> Token {
        if let (Verb::Create, Some(id)) = (request.verb, request.id) {
            self.sessions.begin(id, now);
        }
        let own_token = request.token.is_some();
        let hopeless = self.hopeless(&request);
        let token = self.pending.add(request);
        if let Some(error) = hopeless {
            self.settle(now, token, Err(error));
        } else {
            if self.config.token.is_none() && !own_token {
                self.want_token(now);
            }
            self.release(now);
        }
        token
    }

    /// Why a request can only fail: after the end, or on a session that is gone. The server may have that still,
    /// where it was given up for want of a token, but nobody would hear what comes of it; ending it, or what it
    /// holds, makes sense all the same.
    fn hopeless(&self, request: &Request) -> Option<Error> {
        if let Phase::Closed(error) = &self.link.phase {
            return Some(error.clone());
        }
        let session = request.session_id?;
        let may_leave = matches!(request.verb, Verb::Destroy | Verb::Detach)
            || self.sessions.standing(session).is_some();
        let error = || Error::core(NO_SESSION, "the session was ended", request.verb.as_str());
        (!may_leave).then(error)
    }

    /// Nobody waits for this request any longer. What was not sent never will be.
    pub fn abandon(&mut self, now: Millis, token: Token) {
        if self.pending.abandon(token) {
            self.settle(now, token, Err(Error::new(ErrorCode::Aborted, "it was given up")));
        }
    }

    /// The connection is open.
    pub fn opened(&mut self, now: Millis, id: LinkId) {
        if id == self.link.id && matches!(self.link.phase, Phase::Opening(_)) {
            self.link.phase = Phase::Greeting(now + self.link.patience(&self.config));
            self.greet(now);
        }
    }

    /// The connection is gone, or could not be made.
    pub fn lost(&mut self, now: Millis, id: LinkId, error: &Error) {
        if id == self.link.id {
            self.fail(now, error);
        }
    }

    /// How long to wait before the attempt that was asked about; nothing to give up.
    pub fn retry(&mut self, now: Millis, delay: Option<Millis>) {
        if self.link.phase != Phase::Deciding {
            return;
        }
        match delay {
            // Never at once: an attempt that fails at once would be followed by the next one without end.
            Some(delay) => self.link.phase = Phase::Pausing(now + delay),
            None => self.give_up(now),
        }
    }

    /// The application is done: everything pending settles with `error`.
    pub fn close(&mut self, now: Millis, error: &Error) {
        if matches!(self.link.phase, Phase::Closed(_)) {
            return;
        }
        if self.link.is_there() {
            self.out.push_back(Output::Shut(self.link.is_up()));
        }
        self.link.phase = Phase::Closed(error.clone());
        self.token_wanted = None;
        self.token_again = None;
        self.finish_all(|_| true, error);
        for session in self.sessions.ids() {
            self.lose_session(now, session, error);
        }
        self.tell_state(Some(error));
    }

    /// Something hints that the network changed or the page woke up: looks at once whether the server
    /// is there, or tries at once to reach it.
    pub fn check(&mut self, now: Millis) {
        if matches!(self.link.phase, Phase::Pausing(_)) {
            self.reopen(now);
        } else if self.link.probe(now, &self.config) {
            self.say_first(now, Request::ping());
        }
    }

    /// The sessions there are, or are being made.
    pub fn sessions(&self) -> Vec<SessionId> {
        self.sessions.ids()
    }

    /// The connection there is, or that is being made.
    pub(crate) fn link(&self) -> LinkId {
        self.link.id
    }

    /// Nothing of what the connection there is brings is heard any more, its end included.
    pub(crate) fn deafen(&mut self) {
        self.link.id = LinkId(self.link.id.0 + 1);
    }

    /// Where the connection stands.
    pub fn state(&self) -> State {
        self.link.state()
    }

    /// Time passed.
    pub fn tick(&mut self, now: Millis) {
        let late = self.deadline().map_or(Millis(0), |deadline| deadline.until(now));
        if late > SLEPT {
            self.wake(now, late);
        }
        self.tick_link(now);
        if self.token_wanted.is_some_and(|until| until <= now) {
            let text = "no token was given in time";
            self.token(now, Err(Error::new(ErrorCode::Timeout, text)));
        }
        self.ask_token_again(now);
        for (token, request) in self.pending.overdue(now) {
            let text = "the server took the request and did not answer in time";
            let error = Error::new(ErrorCode::Timeout, text).during(request).after_sending();
            self.settle(now, token, Err(error));
        }
        if self.link.is_up() {
            for session in self.sessions.due(now, self.config.keepalive) {
                let keepalive = Request::session(Verb::Keepalive, session);
                self.say_first(now, keepalive);
            }
        }
    }

    fn tick_link(&mut self, now: Millis) {
        if !self.link.is_up() && self.link.budget_end(&self.config).is_some_and(|end| end <= now) {
            return self.give_up(now);
        }
        match self.link.phase {
            Phase::Opening(until) | Phase::Greeting(until) if until <= now => {
                let text = "the server did not answer in time";
                self.fail(now, &Error::new(ErrorCode::Timeout, text));
            }
            Phase::Pausing(until) if until <= now => self.reopen(now),
            Phase::Up(_) if self.link.is_dead(now) => {
                let text = "the server does not answer any longer";
                self.fail(now, &Error::new(ErrorCode::ConnectionLost, text));
            }
            Phase::Up(_) if self.link.is_silent(now, &self.config) => self.check(now),
            Phase::Opening(_)
            | Phase::Greeting(_)
            | Phase::Pausing(_)
            | Phase::Up(_)
            | Phase::Deciding
            | Phase::Closed(_) => {}
        }
    }

    /// We slept, and messages may wait to be read: nobody else is to blame for the time that passed.
    fn wake(&mut self, now: Millis, late: Millis) {
        self.pending.postpone(late + SLEPT);
        self.link.forgive(now, late);
        self.check(now);
    }

    /// When [`Signalling::tick`] wants to be called.
    pub fn deadline(&self) -> Option<Millis> {
        let link = self.link.deadline(&self.config);
        let requests = self.pending.deadline();
        let up = self.link.is_up();
        let sessions = up.then(|| self.sessions.deadline(self.config.keepalive)).flatten();
        soonest(&[link, requests, sessions, self.token_wanted, self.token_again])
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    fn open(&mut self, now: Millis) {
        self.link.open(now + self.link.patience(&self.config));
        self.out.push_back(Output::Open(self.link.id, self.link.server));
    }

    fn reopen(&mut self, now: Millis) {
        self.link.choose(!self.sessions.ids().is_empty());
        self.open(now);
    }

    /// The first words on a connection: what moves the sessions to it, or where nothing else shows that
    /// somebody is there, a question.
    fn greet(&mut self, now: Millis) {
        let adrift = self.sessions.in_standing(Standing::Adrift);
        if adrift.is_empty() {
            if self.link.is_ordered() {
                return self.up(now);
            }
            self.say_first(now, Request::info());
        } else if self.token_wanted.is_none() {
            for session in adrift {
                self.sessions.set(session, Standing::Claiming);
                self.say_first(now, Request::session(Verb::Claim, session));
            }
        }
        self.release(now);
    }

    fn up(&mut self, now: Millis) {
        self.link.up(now);
        self.tell_state(None);
        self.release(now);
    }

    /// The connection is gone. What was sent may have been heard; what was not waits for the next.
    fn fail(&mut self, now: Millis, error: &Error) {
        if !self.link.is_there() {
            return;
        }
        self.out.push_back(Output::Shut(self.link.is_up()));
        let another = self.link.fail(now, error);
        let over = |request: &Pending| request.phase == RequestPhase::Sent || !request.awaited;
        self.finish_all(over, &error.clone().after_sending());
        self.sessions.set_adrift();
        self.token_again = None;
        if another {
            self.open(now);
        } else if !self.link.was_up() || self.config.reconnect_budget == Millis(0) {
            self.close(now, error);
        } else {
            self.tell_state(Some(error));
            let attempt = self.link.attempt(now);
            self.out.push_back(Output::Ask(attempt));
        }
    }

    fn give_up(&mut self, now: Millis) {
        let why = self.link.lost.as_ref().map(|(_, error)| error.message().to_owned());
        let text = [
            "the connection was lost and could not be made again: ",
            why.as_deref().unwrap_or_default(),
        ];
        self.close(now, &Error::new(ErrorCode::ConnectionLost, text.concat()));
    }

    fn tell_state(&mut self, error: Option<&Error>) {
        let state = self.link.state();
        if std::mem::replace(&mut self.told, state) != state {
            self.out.push_back(Output::State(state, error.cloned()));
        }
    }

    /// Says something of our own, before anything that waits.
    fn say_first(&mut self, now: Millis, request: Request) {
        self.pending.add_first(request, now + self.config.request_timeout);
        self.send_ready(now);
    }

    /// Sends everything that may leave now, in the order it was asked for.
    fn release(&mut self, now: Millis) {
        let greeting = match self.link.phase {
            Phase::Greeting(_) => true,
            Phase::Up(_) => false,
            Phase::Opening(_) | Phase::Deciding | Phase::Pausing(_) | Phase::Closed(_) => return,
        };
        let (pending, sessions) = (&mut self.pending, &self.sessions);
        let (ordered, token_wanted) = (self.link.is_ordered(), self.token_wanted.is_some());
        let deadline = now + self.config.request_timeout;
        // What a session is asked must not arrive before the `claim` that moves it here, also where the
        // claim has to be said again.
        let claim = |request: &Pending| request.verb == Verb::Claim;
        pending.release(deadline, |request| claim(request) && !token_wanted);
        pending.release(deadline, |request| {
            let standing = request.session.and_then(|session| sessions.standing(session));
            let session_ready = match standing {
                None | Some(Standing::Up) => true,
                Some(Standing::Making | Standing::Claiming) => ordered,
                Some(Standing::Adrift) => false,
            };
            let allowed = !token_wanted || !needs_token(request.verb);
            allowed && session_ready && (ordered || !greeting)
        });
        self.send_ready(now);
    }

    fn send_ready(&mut self, now: Millis) {
        while let Some(mut request) = self.pending.next_to_send() {
            if let Some(session) = request.session_id {
                self.sessions.touch(session, now);
            }
            if request.token.is_none() {
                request.token.clone_from(&self.config.token);
            }
            request.apisecret.clone_from(&self.config.api_secret);
            self.out.push_back(Output::Send(request));
        }
    }

    /// Settles a request, and lets go what waited for it.
    fn settle(&mut self, now: Millis, token: Token, result: Result<Reply, Error>) {
        self.finish(token, result);
        self.release(now);
    }

    /// Settles a request.
    fn finish(&mut self, token: Token, result: Result<Reply, Error>) {
        let Some(done) = self.pending.remove(token) else { return };
        if let (Err(error), Some(session)) = (&result, done.creates)
            && self.sessions.standing(session) == Some(Standing::Making)
        {
            self.sessions.end(session);
            self.finish_all(|pending| pending.session == Some(session), error);
        }
        if done.awaited {
            self.out.push_back(Output::Settle(token, result));
        }
    }

    /// Requests end together: the end of one must not send another that is about to end too.
    fn finish_all(&mut self, over: impl Fn(&Pending) -> bool, error: &Error) {
        for token in self.pending.matching(over) {
            self.finish(token, Err(error.clone()));
        }
    }

    fn lose_session(&mut self, now: Millis, session: SessionId, error: &Error) {
        let Some(handles) = self.sessions.end(session) else { return };
        self.finish_all(|pending| pending.session == Some(session), error);
        self.out.push_back(Output::SessionLost(session, error.clone()));
        self.detached(Some(handles));
        self.arrive(now);
    }

    /// Handles go with their session.
    fn detached(&mut self, handles: Option<Vec<HandleId>>) {
        let gone = |handle| Output::Handle(handle, HandleEvent::Detached);
        self.out.extend(handles.into_iter().flatten().map(gone));
    }

    /// The greeting is over once every session is claimed or lost.
    fn arrive(&mut self, now: Millis) {
        let claimed = |standing| self.sessions.in_standing(standing).is_empty();
        if matches!(self.link.phase, Phase::Greeting(_))
            && claimed(Standing::Adrift)
            && claimed(Standing::Claiming)
        {
            self.up(now);
        }
    }
}
