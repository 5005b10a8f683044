//! What the server says.

use super::pending::{Pending, Phase};
use super::session::Standing;
use super::{Found, LinkId, Millis, Output, Reply, Signalling, Token};
use crate::protocol::message::{ErrorInfo, HandleEvent, Incoming, Message};
use crate::protocol::request::Verb;
use crate::protocol::{HandleId, SessionId};
use crate::{Error, ErrorCode};

/// What the core says to a missing or wrong credential.
const UNAUTHORISED: u16 = 403;

impl Signalling {
    /// A message arrived.
    pub fn message(&mut self, now: Millis, id: LinkId, message: Message) {
        if id != self.link.id || !self.link.is_there() {
            return;
        }
        self.link.hear(now);
        self.link.understood = true;
        let token = message.transaction.as_deref().and_then(|text| self.pending.find(text));
        let session = message.session_id;
        if let Some(timeout) = message.session_timeout {
            self.adopt_session_timeout(timeout);
        }
        let incoming = message.classify();
        if matches!(incoming, Incoming::Handle(..) | Incoming::Idle) {
            self.sessions.polled();
        }
        match incoming {
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
                    self.expire(now, session);
                }
            }
            Incoming::Idle | Incoming::Unknown => {}
        }
        self.arrive(now);
    }

    /// Something arrived that is no message of Janus: passed over, unless nothing else ever came.
    pub fn unreadable(&mut self, now: Millis, id: LinkId, error: &Error) {
        if id != self.link.id {
            return;
        }
        if self.link.understood {
            self.link.hear(now);
        } else {
            self.fail(now, error);
        }
    }

    /// The transport learned that a session is unknown to the server (404 on a long poll).
    pub fn session_gone(&mut self, now: Millis, id: LinkId, session: SessionId) {
        // A session that is being claimed is about to be asked about anyway.
        if id == self.link.id && self.sessions.standing(session) == Some(Standing::Up) {
            self.expire(now, session);
        }
    }

    /// A long poll was refused for its credentials. Where another token is no better, no further one is
    /// asked for: it would go round as fast as the network does.
    pub fn poll_refused(&mut self, now: Millis, id: LinkId, session: SessionId) {
        if id != self.link.id || !self.link.is_there() {
            return;
        }
        let again = self.sessions.refused(session, now);
        if self.config.token_on_demand && !again {
            self.want_token(now);
        } else {
            let error = Error::core(UNAUTHORISED, "the server refused the credentials", "poll");
            self.lose_session(now, session, &error);
        }
    }

    fn expire(&mut self, now: Millis, session: SessionId) {
        let reason = "the server does not know the session any more: it expired or was ended";
        self.lose_session(now, session, &Error::new(ErrorCode::SessionNotFound, reason));
    }

    fn succeed(&mut self, now: Millis, token: Token, message: Box<Message>) {
        let Some(pending) = self.pending.get(token) else { return };
        match pending.verb {
            Verb::Create => {
                if let Some(session) = pending.creates {
                    self.session_up(session, Found::Made);
                }
            }
            Verb::Claim => {
                if let Some(session) = pending.session {
                    self.session_up(session, Found::Resumed);
                }
            }
            Verb::Destroy => {
                if let Some(session) = pending.session {
                    let handles = self.sessions.end(session);
                    self.out.push_back(Output::SessionEnded(session));
                    self.finish(token, Ok(Reply::Success(message)));
                    let error = Error::new(ErrorCode::SessionNotFound, "the session was ended");
                    self.finish_all(|pending| pending.session == Some(session), &error);
                    return self.detached(handles);
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
                    let _was_known = self.sessions.detached(session, handle);
                }
            }
            Verb::Info
            | Verb::Ping
            | Verb::Keepalive
            | Verb::Message
            | Verb::Trickle
            | Verb::Hangup => {}
        }
        self.settle(now, token, Ok(Reply::Success(message)));
    }

    /// A session that is lost already stays lost, whatever is said of it later.
    fn session_up(&mut self, session: SessionId, found: Found) {
        if self.sessions.standing(session).is_some() {
            self.sessions.set(session, Standing::Up);
            self.out.push_back(Output::SessionUp(session, found));
        }
    }

    /// An `ack` ends `keepalive` and `trickle`; a `message` goes on until its event.
    fn acknowledge(&mut self, now: Millis, token: Option<Token>) {
        let ends = |verb| matches!(verb, Verb::Keepalive | Verb::Trickle);
        if let Some(token) = self.sent(token, ends) {
            self.settle(now, token, Ok(Reply::Ack));
        }
    }

    /// The request, if it was sent and is of such a verb.
    fn sent(&self, token: Option<Token>, verb: impl Fn(Verb) -> bool) -> Option<Token> {
        let pending = self.pending.get(token?)?;
        (pending.phase == Phase::Sent && verb(pending.verb)).then_some(token).flatten()
    }

    fn refuse(&mut self, now: Millis, token: Option<Token>, info: &ErrorInfo) {
        let Some(token) = self.sent(token, |_| true) else { return };
        let Some(pending) = self.pending.get(token) else { return };
        let (verb, session, handle) = (pending.verb, pending.session, pending.handle);
        if info.code == UNAUTHORISED && self.config.token_on_demand && self.pending.again(token) {
            return self.want_token(now);
        }
        let error = Error::core(info.code, &info.reason, verb.as_str());
        self.finish(token, Err(error.clone()));
        // A session that cannot be claimed is of no use, whatever the reason.
        let useless = error.code() == ErrorCode::SessionNotFound || verb == Verb::Claim;
        if let (true, Some(session)) = (useless, session) {
            self.lose_session(now, session, &error);
        }
        // The event that told of it was lost, with an earlier connection for example.
        if let (ErrorCode::HandleNotFound, Some(session), Some(handle)) =
            (error.code(), session, handle)
            && self.sessions.detached(session, handle)
        {
            self.fail_requests_on(handle);
            self.out.push_back(Output::Handle(handle, HandleEvent::Detached));
        }
        self.release(now);
    }

    fn happen(
        &mut self,
        now: Millis,
        token: Option<Token>,
        session: Option<SessionId>,
        handle: HandleId,
        event: HandleEvent,
    ) {
        let answered = self.sent(token, |verb| verb == Verb::Message);
        match (answered, event) {
            (Some(token), HandleEvent::Plugin { data, jsep, .. }) => {
                self.settle(now, token, Ok(Reply::Event { data, jsep }));
            }
            (_, event) => {
                if let HandleEvent::Detached = event {
                    self.fail_requests_on(handle);
                }
                let event = match session {
                    Some(id) => {
                        let attaching = self.is_attaching(id);
                        self.sessions.route(id, handle, event, attaching)
                    }
                    None => Some(event),
                };
                self.out.extend(event.map(|event| Output::Handle(handle, event)));
            }
        }
    }

    fn is_attaching(&self, session: SessionId) -> bool {
        let attach = |it: &Pending| it.verb == Verb::Attach && it.session == Some(session);
        !self.pending.matching(attach).is_empty()
    }

    /// A session that shows no sign of life for `timeout` s ends: aim for less than half of that.
    fn adopt_session_timeout(&mut self, timeout: u32) {
        if timeout > 0 {
            let limit = Millis(u64::from(timeout) * 1000 * 2 / 5);
            self.config.keepalive = self.config.keepalive.min(limit).max(Millis(1000));
        }
    }

    fn fail_requests_on(&mut self, handle: HandleId) {
        let error = Error::new(ErrorCode::HandleNotFound, "the server closed the handle");
        let open =
            |pending: &Pending| pending.handle == Some(handle) && pending.verb != Verb::Detach;
        self.finish_all(open, &error);
    }
}
