//! The connection: which server, how long to wait, whether somebody is there.

use super::super::{Attempt, Mending, Millis, soonest};
use super::types::{Config, LinkId, Server, State};
use crate::Error;

/// So many attempts go to the same server while there are sessions on it, before others are tried.
const LOYALTY: u32 = 3;

/// A connection that held for so long was a good one: the next loss is the first of its kind, ms.
const STABLE: Millis = Millis(5_000);

/// How long the first attempt on the way back may take, ms, and the next twice as long: what it meets may be a network
/// that swallows everything now and is well a moment later.
const QUICK: Millis = Millis(4_000);

#[derive(Debug, PartialEq)]
pub(super) enum Phase {
    /// Being opened.
    Opening(Millis),
    /// Open; the sessions are being claimed, or the first answer is awaited, until then.
    Greeting(Millis),
    /// In use since then.
    Up(Millis),
    /// Somebody decides when to try again.
    Deciding,
    /// Waiting before the next attempt.
    Pausing(Millis),
    /// Over.
    Closed(Error),
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) phase: Phase,
    pub(super) id: LinkId,
    pub(super) server: usize,
    /// The servers with the moment they failed last.
    servers: Vec<(Server, Option<Millis>)>,
    /// How many were tried before one was ever reached; none once it was.
    first: Option<usize>,
    /// Since when it is being made again, and why.
    pub(super) lost: Option<(Millis, Error)>,
    attempts: u32,
    /// When something was heard last.
    heard: Millis,
    /// When it was asked for a sign of life, and until when it may give one.
    probe: Option<(Millis, Millis)>,
    round_trip: Millis,
    /// Whether this connection brought a message of Janus.
    pub(super) understood: bool,
}

impl Link {
    pub(super) fn new(servers: &[Server]) -> Self {
        Self {
            phase: Phase::Deciding,
            id: LinkId::default(),
            server: 0,
            servers: servers.iter().map(|server| (*server, None)).collect(),
            first: Some(0),
            lost: None,
            attempts: 0,
            heard: Millis(0),
            probe: None,
            round_trip: Millis(0),
            understood: false,
        }
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.servers.get(self.server).is_none_or(|(server, _)| server.ordered)
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up(_))
    }

    /// Whether there is a connection, or one is being opened.
    pub(super) fn is_there(&self) -> bool {
        matches!(self.phase, Phase::Opening(_) | Phase::Greeting(_) | Phase::Up(_))
    }

    pub(super) fn state(&self) -> State {
        match &self.phase {
            Phase::Closed(_) => State::Closed,
            Phase::Up(_) => State::Connected,
            _ if self.lost.is_some() => State::Reconnecting,
            Phase::Opening(_) | Phase::Greeting(_) | Phase::Deciding | Phase::Pausing(_) => {
                State::Connecting
            }
        }
    }

    pub(super) fn open(&mut self, until: Millis) {
        self.id = LinkId(self.id.0 + 1);
        self.phase = Phase::Opening(until);
        self.understood = false;
    }

    pub(super) fn up(&mut self, now: Millis) {
        self.phase = Phase::Up(now);
        self.first = None;
        self.lost = None;
        self.hear(now);
        if let Some((_, failed)) = self.servers.get_mut(self.server) {
            *failed = None;
        }
    }

    /// The connection is gone, or could not be made; whether another server waits for its first try.
    pub(super) fn fail(&mut self, now: Millis, error: &Error) -> bool {
        self.probe = None;
        match self.phase {
            Phase::Up(since) if since + STABLE <= now => self.attempts = 0,
            Phase::Up(_) => {}
            Phase::Opening(_)
            | Phase::Greeting(_)
            | Phase::Deciding
            | Phase::Pausing(_)
            | Phase::Closed(_) => {
                if let Some((_, failed)) = self.servers.get_mut(self.server) {
                    *failed = Some(now);
                }
            }
        }
        self.phase = Phase::Deciding;
        if let Some(tried) = &mut self.first {
            *tried += 1;
            if *tried < self.servers.len() {
                self.server = *tried;
                return true;
            }
        } else if let Some((_, reason)) = &mut self.lost {
            *reason = error.clone();
        } else {
            self.lost = Some((now, error.clone()));
        }
        false
    }

    /// Whether a server was ever reached.
    pub(super) fn was_up(&self) -> bool {
        self.first.is_none()
    }

    /// The next attempt, to be decided on.
    pub(super) fn attempt(&mut self, now: Millis) -> Attempt {
        self.attempts = self.attempts.saturating_add(1);
        let elapsed = self.lost.as_ref().map_or(Millis(0), |(since, _)| since.until(now));
        Attempt { what: Mending::Connection, number: self.attempts, elapsed }
    }

    /// How long the attempt may take.
    pub(super) fn patience(&self, config: &Config) -> Millis {
        if self.lost.is_none() {
            return config.connect_timeout;
        }
        let doublings = self.attempts.saturating_sub(1).min(16);
        // A name, a way, encryption, the upgrade: each takes a round trip, and something may be said twice.
        let quick = QUICK.max(Millis(self.round_trip.0.saturating_mul(8)));
        config.connect_timeout.min(Millis(quick.0 << doublings))
    }

    /// Chooses the server for the attempt. Sessions live on the one they were made on, so that one
    /// comes first, for a while; then the one whose failure is longest ago.
    pub(super) fn choose(&mut self, has_sessions: bool) {
        if has_sessions && self.attempts <= LOYALTY {
            return;
        }
        let count = self.servers.len();
        let best = self.servers.iter().enumerate().min_by_key(|(index, (_, failed))| {
            // Of two that failed at the same time, the next in turn.
            (*failed, (index + count).saturating_sub(self.server + 1) % count)
        });
        self.server = best.map_or(0, |(index, _)| index);
    }

    /// Something was heard, so somebody is there.
    pub(super) fn hear(&mut self, now: Millis) {
        if let Some((asked, _)) = self.probe.take() {
            self.round_trip = asked.until(now);
        }
        self.heard = now;
    }

    /// Asks for a sign of life; whether that is news.
    pub(super) fn probe(&mut self, now: Millis, config: &Config) -> bool {
        if !self.is_up() || self.probe.is_some() {
            return false;
        }
        let patience = config.probe_timeout.max(Millis(self.round_trip.0.saturating_mul(3)));
        self.probe = Some((now, now + patience));
        true
    }

    /// Whether the silence is long enough to ask.
    pub(super) fn is_silent(&self, now: Millis, config: &Config) -> bool {
        self.probe.is_none() && self.heard + config.probe_after <= now
    }

    /// Whether it was asked for a sign of life in vain.
    pub(super) fn is_dead(&self, now: Millis) -> bool {
        self.probe.is_some_and(|(_, until)| until <= now)
    }

    /// We slept: what happened meanwhile says nothing about the server.
    pub(super) fn forgive(&mut self, now: Millis, slept: Millis) {
        self.heard = now;
        self.probe = None;
        if let Some((since, _)) = &mut self.lost {
            *since = *since + slept;
        }
    }

    pub(super) fn deadline(&self, config: &Config) -> Option<Millis> {
        let own = match &self.phase {
            Phase::Opening(until) | Phase::Greeting(until) | Phase::Pausing(until) => Some(*until),
            Phase::Up(_) => {
                Some(self.probe.map_or(self.heard + config.probe_after, |(_, until)| until))
            }
            Phase::Deciding => None,
            Phase::Closed(_) => return None,
        };
        soonest(&[own, self.budget_end(config)])
    }

    /// When trying again is given up.
    pub(super) fn budget_end(&self, config: &Config) -> Option<Millis> {
        self.lost.as_ref().map(|(since, _)| *since + config.reconnect_budget)
    }
}
