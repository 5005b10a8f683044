//! Tokens: asked for when there is none, or the last was refused.

use super::link::Phase;
use super::pending::{Pending, Phase as RequestPhase};
use super::session::Standing;
use super::{Found, Millis, Output, Signalling};
use crate::Error;
use crate::protocol::request::Verb;

/// How long to wait before a token is asked for again that could not be given, ms.
const TOKEN_PAUSE: Millis = Millis(1_000);

impl Signalling {
    /// The token that was asked for, or why there is none.
    pub fn token(&mut self, now: Millis, token: Result<String, Error>) {
        // One that comes too late is as good as the next.
        let is_late = token.is_ok() && self.token_again.is_some();
        if self.token_wanted.take().is_none() && !is_late {
            return;
        }
        match token {
            Ok(token) => {
                self.config.token = Some(token);
                self.sessions.try_again();
                if self.waits_to_claim() {
                    self.greet(now);
                }
                if !self.link.is_ordered() {
                    for session in self.sessions.in_standing(Standing::Up) {
                        self.out.push_back(Output::SessionUp(session, Found::Reauthorised));
                    }
                }
                self.release(now);
            }
            Err(error) => {
                let held = |request: &Pending| {
                    request.phase == RequestPhase::Waiting && needs_token(request.verb)
                };
                self.finish_all(held, &error);
                self.go_on_without_token(now, &error);
            }
        }
    }

    /// Without a token nobody asks for the events of some sessions. The server keeps them for a while, in which
    /// whoever gives tokens may be back.
    fn go_on_without_token(&mut self, now: Millis, error: &Error) {
        for (session, since) in self.sessions.deaf() {
            if since + self.config.connect_timeout <= now {
                self.lose_session(now, session, error);
            }
        }
        // Those whose claim just went for want of it are claimed with the next.
        for session in self.sessions.in_standing(Standing::Claiming) {
            let claim = |it: &Pending| it.verb == Verb::Claim && it.session == Some(session);
            if self.pending.matching(claim).is_empty() {
                self.sessions.set(session, Standing::Adrift);
            }
        }
        self.token_again = self.misses_token().then_some(now + TOKEN_PAUSE);
    }

    /// Whether something waits for a token that no request would ask for.
    fn misses_token(&self) -> bool {
        self.waits_to_claim() || !self.sessions.deaf().is_empty()
    }

    fn waits_to_claim(&self) -> bool {
        let is_adrift = !self.sessions.in_standing(Standing::Adrift).is_empty();
        is_adrift && matches!(self.link.phase, Phase::Greeting(_))
    }

    /// The token of requests that have none of their own.
    pub fn current_token(&self) -> Option<&str> {
        self.config.token.as_deref()
    }

    /// Asks for a token, unless that was done already. A greeting that needs it takes as long as that may.
    pub(super) fn want_token(&mut self, now: Millis) {
        if self.ask_token(now)
            && let Phase::Greeting(end) = &mut self.link.phase
        {
            *end = now + self.config.connect_timeout;
        }
    }

    /// Asks again for what could not be given, if something waits for it still. No greeting waits longer for that: whether
    /// the server is there would be known to nobody.
    pub(super) fn ask_token_again(&mut self, now: Millis) {
        if self.token_again.is_some_and(|at| at <= now) {
            self.token_again = None;
            if self.misses_token() {
                self.ask_token(now);
            }
        }
    }

    fn ask_token(&mut self, now: Millis) -> bool {
        self.token_again = None;
        let asks = self.config.token_on_demand && self.token_wanted.is_none();
        if asks {
            self.token_wanted = Some(now + self.config.connect_timeout);
            self.out.push_back(Output::AskToken);
        }
        asks
    }
}

/// What the server answers to those with a token alone.
pub(super) fn needs_token(verb: Verb) -> bool {
    !matches!(verb, Verb::Info | Verb::Ping)
}
