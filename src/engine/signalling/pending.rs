//! Requests that are not over yet, in the order they were made.

use std::collections::VecDeque;

use super::super::Millis;
use super::types::Token;
use crate::Map;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{HandleId, SessionId};

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not sent yet.
    Waiting,
    /// Sent, not answered.
    Sent,
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) verb: Verb,
    pub(super) session: Option<SessionId>,
    pub(super) handle: Option<HandleId>,
    pub(super) creates: Option<SessionId>,
    pub(super) phase: Phase,
    /// Whether anybody wants to know how it ends.
    pub(super) awaited: bool,
    /// Whether it was refused once for its token.
    reauthorised: bool,
    deadline: Option<Millis>,
    /// What to send, or to send again.
    request: Request,
}

#[derive(Debug)]
pub(super) struct Pendings {
    prefix: String,
    last: u64,
    open: Map<Token, Pending>,
    ready: VecDeque<Request>,
}

impl Pendings {
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix, last: 0, open: Map::new(), ready: VecDeque::new() }
    }

    pub(super) fn add(&mut self, mut request: Request) -> Token {
        self.last += 1;
        let token = Token(self.last);
        request.transaction = [self.prefix.as_str(), &self.last.to_string()].concat();
        let pending = Pending {
            verb: request.verb,
            session: request.session_id,
            handle: request.handle_id,
            creates: request.id,
            phase: Phase::Waiting,
            awaited: true,
            reauthorised: false,
            deadline: None,
            request,
        };
        self.open.insert(token, pending);
        token
    }

    /// Adds a request of our own that leaves before all others.
    pub(super) fn add_first(&mut self, request: Request, deadline: Millis) {
        let token = self.add(request);
        if let Some(pending) = self.open.get_mut(&token) {
            pending.awaited = false;
            pending.phase = Phase::Sent;
            pending.deadline = Some(deadline);
            self.ready.push_back(pending.request.clone());
        }
    }

    /// The open request with this transaction.
    pub(super) fn find(&self, transaction: &str) -> Option<Token> {
        let token = Token(transaction.strip_prefix(self.prefix.as_str())?.parse().ok()?);
        self.open.contains_key(&token).then_some(token)
    }

    pub(super) fn get(&self, token: Token) -> Option<&Pending> {
        self.open.get(&token)
    }

    pub(super) fn remove(&mut self, token: Token) -> Option<Pending> {
        self.open.remove(&token)
    }

    pub(super) fn matching(&self, wanted: impl Fn(&Pending) -> bool) -> Vec<Token> {
        self.open.iter().filter(|(_, pending)| wanted(pending)).map(|(token, _)| *token).collect()
    }

    /// Nobody waits for it any longer; whether it was not sent either. Of a sent one the end still
    /// matters to those behind it.
    pub(super) fn abandon(&mut self, token: Token) -> bool {
        let pending = self.open.get_mut(&token);
        pending.is_some_and(|pending| {
            pending.awaited = false;
            pending.phase == Phase::Waiting
        })
    }

    /// Prepares a request refused for its token to be sent with another one; once.
    pub(super) fn again(&mut self, token: Token) -> bool {
        let refused = self.open.get_mut(&token);
        let Some(pending) = refused.filter(|it| !it.reauthorised && it.request.token.is_none())
        else {
            return false;
        };
        pending.reauthorised = true;
        pending.phase = Phase::Waiting;
        pending.deadline = None;
        true
    }

    /// Moves what may leave to the sending queue. Messages on one handle go one at a time, unless they are unordered.
    pub(super) fn release(&mut self, deadline: Millis, may_leave: impl Fn(&Pending) -> bool) {
        let mut busy: Vec<HandleId> = Vec::new();
        for pending in self.open.values_mut() {
            let ordered = pending.verb == Verb::Message && !pending.request.unordered;
            let serial = pending.handle.filter(|_| ordered);
            if serial.is_some_and(|handle| busy.contains(&handle)) {
                continue;
            }
            busy.extend(serial);
            if pending.phase == Phase::Waiting && may_leave(pending) {
                pending.phase = Phase::Sent;
                pending.deadline = Some(deadline);
                self.ready.push_back(pending.request.clone());
            }
        }
    }

    pub(super) fn next_to_send(&mut self) -> Option<Request> {
        self.ready.pop_front()
    }

    pub(super) fn overdue(&self, now: Millis) -> Vec<(Token, &'static str)> {
        let late = |pending: &Pending| pending.deadline.is_some_and(|deadline| deadline <= now);
        let open = self.open.iter().filter(|(_, pending)| late(pending));
        open.map(|(token, pending)| (*token, pending.verb.as_str())).collect()
    }

    /// Gives what was sent so much longer.
    pub(super) fn postpone(&mut self, span: Millis) {
        for deadline in self.open.values_mut().filter_map(|pending| pending.deadline.as_mut()) {
            *deadline = *deadline + span;
        }
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.open.values().filter_map(|pending| pending.deadline).min()
    }
}
