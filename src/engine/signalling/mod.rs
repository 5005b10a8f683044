//! The core API as a state machine: transactions, sessions, handles, deadlines, keepalive.
//!
//! Every request settles exactly once: answered, refused, timed out, abandoned, or lost with the
//! connection. Requests given before the connection is open wait for it and leave in one flight.
//!
//! ```
//! # #[cfg(not(target_family = "wasm"))] {
//! use janus_wasm::engine::Millis;
//! use janus_wasm::engine::signalling::{Config, Output, Signalling};
//! use janus_wasm::protocol::codec::HostBody;
//! use janus_wasm::protocol::request::Request;
//!
//! let mut engine: Signalling<HostBody> = Signalling::new(Config::default(), "t".to_owned());
//! let token = engine.request(Millis(0), Request::ping());
//! assert!(engine.poll().is_none(), "nothing leaves before the connection is open");
//! engine.opened(Millis(5));
//! assert!(matches!(engine.poll(), Some(Output::Send(request)) if request.transaction == "t1"));
//! engine.message(Millis(9), serde_json::from_str(r#"{"janus":"pong","transaction":"t1"}"#).unwrap());
//! assert!(matches!(engine.poll(), Some(Output::Settle(t, Ok(_))) if t == token));
//! # }
//! ```

mod pending;
mod session;

use std::collections::VecDeque;

use self::pending::{Pending, Pendings, Phase};
use self::session::Sessions;
use super::Millis;
use crate::protocol::message::{ErrorInfo, HandleEvent, Incoming, Message};
use crate::protocol::request::{Request, Verb};
use crate::protocol::{Body, HandleId, Jsep, SessionId};
use crate::{Error, ErrorCode};

/// What the machine is told at its beginning.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a request may take once it was sent, ms. The server itself may need 5 s to gather
    /// candidates while everybody waits, so less than 10 s is asking for trouble.
    pub request_timeout: Millis,
    /// How often an idle session shows a sign of life, ms.
    pub keepalive: Millis,
    /// Whether messages arrive in the order they are sent. If not (REST), requests on a session wait
    /// for the answer to its `create`.
    pub ordered: bool,
    /// Added to every request.
    pub token: Option<String>,
    /// Added to every request.
    pub api_secret: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            request_timeout: Millis(15_000),
            keepalive: Millis(25_000),
            ordered: true,
            token: None,
            api_secret: None,
        }
    }
}

/// Names a request until it settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

/// The answer to a request.
#[derive(Clone, Debug)]
pub enum Reply<B> {
    /// A final answer of the core; for synchronous plugin requests with the plugin's words in it.
    Success(Box<Message<B>>),
    /// The plugin's answer to an asynchronous request.
    Event {
        /// The plugin's words.
        data: B,
        /// A session description that comes with it.
        jsep: Option<Jsep>,
    },
    /// Taken: all there is to know of `keepalive` and `trickle`.
    Ack,
}

/// What the driver has to do.
#[derive(Debug)]
pub enum Output<B> {
    /// Send this.
    Send(Request<B>),
    /// A request is over.
    Settle(Token, Result<Reply<B>, Error>),
    /// A session exists on the server from now on; REST begins to poll.
    SessionUp(SessionId),
    /// A session is gone without having been asked to go.
    SessionLost(SessionId, Error),
    /// A session ended as asked.
    SessionEnded(SessionId),
    /// Something happened on a handle.
    Handle(HandleId, HandleEvent<B>),
}

#[derive(Clone, Debug, PartialEq)]
enum Link {
    Connecting,
    Open,
    Closed(Error),
}

/// The machine of one connection.
#[derive(Debug)]
pub struct Signalling<B> {
    config: Config,
    link: Link,
    pending: Pendings<B>,
    sessions: Sessions<B>,
    out: VecDeque<Output<B>>,
}

impl<B: Body> Signalling<B> {
    /// A machine for a connection that is being opened. `prefix` makes transactions of several
    /// connections differ; it must not end in a digit.
    pub fn new(config: Config, prefix: String) -> Self {
        Self {
            config,
            link: Link::Connecting,
            pending: Pendings::new(prefix),
            sessions: Sessions::default(),
            out: VecDeque::new(),
        }
    }

    /// Takes a request. It leaves at once unless the connection is not open yet, an earlier
    /// asynchronous request on the same handle has not been answered (the server would run them in
    /// any order), or the session's `create` has to be answered first.
    pub fn request(&mut self, now: Millis, mut request: Request<B>) -> Token {
        request.token.clone_from(&self.config.token);
        request.apisecret.clone_from(&self.config.api_secret);
        if let (Verb::Create, Some(id)) = (request.verb, request.id) {
            self.sessions.begin(id, now);
        }
        let token = self.pending.add(request);
        if let Link::Closed(error) = &self.link {
            let error = error.clone();
            self.settle(now, token, Err(error));
        } else {
            self.release(now);
        }
        token
    }

    /// Nobody waits for this request any longer. What was not sent never will be.
    pub fn abandon(&mut self, now: Millis, token: Token) {
        self.pending.abandon(token);
        self.release(now);
    }

    /// The connection is open.
    pub fn opened(&mut self, now: Millis) {
        if self.link == Link::Connecting {
            self.link = Link::Open;
            self.release(now);
        }
    }

    /// The connection is gone or could not be made: everything pending settles with `error`.
    pub fn closed(&mut self, now: Millis, error: &Error) {
        if matches!(self.link, Link::Closed(_)) {
            return;
        }
        self.link = Link::Closed(error.clone());
        for token in self.pending.tokens() {
            self.settle(now, token, Err(error.clone()));
        }
        for session in self.sessions.clear() {
            self.out.push_back(Output::SessionLost(session, error.clone()));
        }
    }

    /// The transport learned that a session is unknown to the server (404 on a long poll).
    pub fn session_gone(&mut self, now: Millis, session: SessionId) {
        let reason = "the server does not know the session any more: it expired or was ended";
        self.lose_session(now, session, &Error::new(ErrorCode::SessionNotFound, reason));
    }

    /// The sessions there are, or are being made.
    pub fn sessions(&self) -> Vec<SessionId> {
        self.sessions.ids()
    }

    /// A message arrived.
    pub fn message(&mut self, now: Millis, message: Message<B>) {
        let token = message.transaction.as_deref().and_then(|text| self.pending.find(text));
        let session = message.session_id;
        if let Some(timeout) = message.session_timeout {
            self.adopt_session_timeout(timeout);
        }
        match message.classify() {
            Incoming::Success(message) => {
                if let Some(token) = token {
                    self.succeed(now, token, message);
                }
            }
            Incoming::Ack => self.acknowledge(now, token),
            Incoming::Error(error) => self.refuse(now, token, &error),
            Incoming::Handle(handle, event) => self.happen(now, token, session, handle, event),
            Incoming::SessionTimeout => {
                if let Some(session) = session {
                    self.session_gone(now, session);
                }
            }
            Incoming::Idle | Incoming::Unknown => {}
        }
    }

    /// Time passed.
    pub fn tick(&mut self, now: Millis) {
        for (token, request) in self.pending.overdue(now) {
            let text = "the server took the request and did not answer in time";
            let error = Error::new(ErrorCode::Timeout, text).during(request);
            self.settle(now, token, Err(error));
        }
        if self.link == Link::Open {
            for session in self.sessions.due(now, self.config.keepalive) {
                let token = self.request(now, Request::session(Verb::Keepalive, session));
                self.pending.nobody_waits(token);
            }
        }
    }

    /// When [`Signalling::tick`] wants to be called.
    pub fn deadline(&self) -> Option<Millis> {
        let requests = self.pending.deadline();
        let open = self.link == Link::Open;
        let sessions = open.then(|| self.sessions.deadline(self.config.keepalive)).flatten();
        [requests, sessions].into_iter().flatten().min()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<B>> {
        self.out.pop_front()
    }

    /// Sends everything that may leave now, in the order it was asked for.
    fn release(&mut self, now: Millis) {
        if self.link != Link::Open {
            return;
        }
        let (pending, sessions) = (&mut self.pending, &self.sessions);
        let ordered = self.config.ordered;
        let deadline = now + self.config.request_timeout;
        pending.release(deadline, |request| {
            ordered || request.session_id.is_none_or(|session| sessions.is_up(session))
        });
        while let Some(request) = self.pending.next_to_send() {
            if let Some(session) = request.session_id {
                self.sessions.touch(session, now);
            }
            self.out.push_back(Output::Send(request));
        }
    }

    /// Settles a request, and lets go what waited for it.
    fn settle(&mut self, now: Millis, token: Token, result: Result<Reply<B>, Error>) {
        let Some(done) = self.pending.remove(token) else { return };
        if let (Err(error), Some(session)) = (&result, done.creates) {
            self.sessions.end(session);
            self.fail_requests_of(now, session, error);
        }
        if done.awaited {
            self.out.push_back(Output::Settle(token, result));
        }
        self.release(now);
    }

    fn succeed(&mut self, now: Millis, token: Token, message: Box<Message<B>>) {
        let Some(pending) = self.pending.get(token) else { return };
        match pending.verb {
            Verb::Create => {
                if let Some(session) = pending.creates {
                    self.sessions.up(session);
                    self.out.push_back(Output::SessionUp(session));
                }
            }
            Verb::Destroy => {
                if let Some(session) = pending.session {
                    self.sessions.end(session);
                    self.out.push_back(Output::SessionEnded(session));
                }
            }
            Verb::Attach => {
                let new = message.data.map(|data| HandleId(data.id));
                if let (Some(session), Some(handle)) = (pending.session, new) {
                    let early = self.sessions.attached(session, handle);
                    self.settle(now, token, Ok(Reply::Success(message)));
                    let events = early.into_iter().map(|event| Output::Handle(handle, event));
                    self.out.extend(events);
                    return;
                }
            }
            Verb::Detach => {
                if let (Some(session), Some(handle)) = (pending.session, pending.handle) {
                    self.sessions.detached(session, handle);
                }
            }
            Verb::Info
            | Verb::Ping
            | Verb::Claim
            | Verb::Keepalive
            | Verb::Message
            | Verb::Trickle
            | Verb::Hangup => {}
        }
        self.settle(now, token, Ok(Reply::Success(message)));
    }

    /// An `ack` ends `keepalive` and `trickle`; a `message` goes on until its event.
    fn acknowledge(&mut self, now: Millis, token: Option<Token>) {
        let Some(token) = token else { return };
        if self.pending.get(token).is_some_and(|pending| pending.verb != Verb::Message) {
            self.settle(now, token, Ok(Reply::Ack));
        }
    }

    fn refuse(&mut self, now: Millis, token: Option<Token>, info: &ErrorInfo) {
        let Some(token) = token else { return };
        let Some(pending) = self.pending.get(token) else { return };
        let error = Error::core(info.code, &info.reason, pending.verb.as_str());
        let session = pending.session;
        self.settle(now, token, Err(error.clone()));
        if let (ErrorCode::SessionNotFound, Some(session)) = (error.code(), session) {
            self.lose_session(now, session, &error);
        }
    }

    fn happen(
        &mut self,
        now: Millis,
        token: Option<Token>,
        session: Option<SessionId>,
        handle: HandleId,
        event: HandleEvent<B>,
    ) {
        let waiting = token.filter(|token| {
            self.pending.get(*token).is_some_and(|pending| pending.phase == Phase::Sent)
        });
        match (waiting, event) {
            (Some(token), HandleEvent::Plugin { data, jsep }) => {
                self.settle(now, token, Ok(Reply::Event { data, jsep }));
            }
            (_, event) => {
                if let HandleEvent::Detached = event {
                    self.fail_requests_on(now, handle);
                }
                if let Some(event) =
                    session.map_or(Some(event.clone()), |id| self.sessions.route(id, handle, event))
                {
                    self.out.push_back(Output::Handle(handle, event));
                }
            }
        }
    }

    /// A session that shows no sign of life for `timeout` s ends: aim for less than half of that.
    fn adopt_session_timeout(&mut self, timeout: u32) {
        if timeout > 0 {
            let limit = Millis(u64::from(timeout) * 1000 * 2 / 5);
            self.config.keepalive = self.config.keepalive.min(limit).max(Millis(1000));
        }
    }

    fn lose_session(&mut self, now: Millis, session: SessionId, error: &Error) {
        if self.sessions.end(session) {
            self.fail_requests_of(now, session, error);
            self.out.push_back(Output::SessionLost(session, error.clone()));
        }
    }

    fn fail_requests_of(&mut self, now: Millis, session: SessionId, error: &Error) {
        for token in self.pending.matching(|pending| pending.session == Some(session)) {
            self.settle(now, token, Err(error.clone()));
        }
    }

    fn fail_requests_on(&mut self, now: Millis, handle: HandleId) {
        let error = Error::new(ErrorCode::HandleNotFound, "the server closed the handle");
        let open =
            |pending: &Pending<B>| pending.handle == Some(handle) && pending.verb != Verb::Detach;
        for token in self.pending.matching(open) {
            self.settle(now, token, Err(error.clone()));
        }
    }
}
