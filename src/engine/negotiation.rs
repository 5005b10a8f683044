//! The serial queue of one peer connection.
//!
//! A publisher's connection offers and the server answers; a subscriber's answers every offer of the
//! server, whichever event carries it. Either way one round is finished before the next begins, our
//! candidates leave in batches after the description they belong to, and the server's wait until its
//! description is in place.
//!
//! ```
//! use janus_wasm::engine::Millis;
//! use janus_wasm::engine::negotiation::{Negotiation, Role, Step};
//! use janus_wasm::protocol::Jsep;
//!
//! let mut peer = Negotiation::new(Role::Answerer);
//! peer.remote(Jsep::offer("first".to_owned()));
//! peer.remote(Jsep::offer("second".to_owned()));
//! assert!(matches!(peer.poll(Millis(0)), Some(Step::Answer(jsep)) if jsep.sdp == "first"));
//! assert!(peer.poll(Millis(0)).is_none(), "one at a time");
//! peer.described(Jsep::answer("mine".to_owned()));
//! assert!(matches!(peer.poll(Millis(1)), Some(Step::Send(_))));
//! peer.finished();
//! assert!(matches!(peer.poll(Millis(2)), Some(Step::Answer(jsep)) if jsep.sdp == "second"));
//! ```

use std::collections::VecDeque;

use super::Millis;
use crate::protocol::{Candidate, Jsep, SdpType};

/// How long candidates are gathered into one request, ms: they come in bursts a few ms apart.
const BATCH: Millis = Millis(20);

/// Who offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We do (publishing).
    Offerer,
    /// The server does (subscribing).
    Answerer,
}

/// What has to be done next with the peer connection or the handle.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Create an offer and set it as local description, then report [`Negotiation::described`].
    Offer {
        /// With new ICE credentials (`restartIce`).
        restart: bool,
    },
    /// Apply this offer, answer it, set the answer, then report [`Negotiation::described`].
    Answer(Jsep),
    /// Apply this answer, then report [`Negotiation::finished`].
    Apply(String),
    /// Hand our description to the server.
    Send(Jsep),
    /// Hand our candidates to the server.
    Trickle(Vec<Candidate>),
    /// Add the server's candidates to the peer connection.
    AddCandidates(Vec<Candidate>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing under way.
    Idle,
    /// Our description is being made.
    Describing,
    /// Our description is at the server: an offerer waits for the answer, an answerer for `started`.
    Sent,
    /// The server's answer is being applied.
    Applying,
}

/// The machine of one peer connection.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub struct Negotiation {
    role: Role,
    state: State,
    offer_wanted: bool,
    restart_wanted: bool,
    /// This round gives new ICE credentials.
    restarting: bool,
    /// Our media, or the server's, is end-to-end encrypted; Janus wants to be told in each description.
    e2ee: bool,
    /// The server's offers, each with the candidates that came behind it.
    offers: VecDeque<(Jsep, Vec<Candidate>)>,
    steps: VecDeque<Step>,
    /// Our candidates, and since when the oldest waits.
    local: Vec<Candidate>,
    local_since: Option<Millis>,
    local_may_leave: bool,
    /// The server's candidates that came before its description.
    remote: Vec<Candidate>,
    remote_described: bool,
}

impl Negotiation {
    /// A fresh peer connection.
    pub fn new(role: Role) -> Self {
        Self {
            role,
            state: State::Idle,
            offer_wanted: false,
            restart_wanted: false,
            restarting: false,
            e2ee: false,
            offers: VecDeque::new(),
            steps: VecDeque::new(),
            local: Vec::new(),
            local_since: None,
            local_may_leave: false,
            remote: Vec::new(),
            remote_described: false,
        }
    }

    /// Whether no round is under way or waiting.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle && !self.offer_wanted && self.offers.is_empty()
    }

    /// Whether a round is under way; another may be waiting.
    pub fn is_under_way(&self) -> bool {
        self.state != State::Idle
    }

    /// Something to publish changed. Asked for during a round, it makes one more round, not several.
    /// Answerers never offer.
    pub fn want_offer(&mut self) {
        self.offer_wanted = self.role == Role::Offerer;
    }

    /// The network changed: the next offer is to have new ICE credentials. Answerers ask the server for
    /// such an offer.
    pub fn want_restart(&mut self) {
        self.want_offer();
        self.restart_wanted = self.offer_wanted;
    }

    /// From now on our descriptions say whether our media is end-to-end encrypted.
    pub fn set_e2ee(&mut self, e2ee: bool) {
        self.e2ee = e2ee;
    }

    /// Whether they say so.
    pub fn e2ee(&self) -> bool {
        self.e2ee
    }

    /// The server's description arrived. An answer nobody waits for is ignored.
    pub fn remote(&mut self, jsep: Jsep) {
        match (self.role, jsep.kind) {
            (Role::Answerer, SdpType::Offer) => self.offers.push_back((jsep, Vec::new())),
            (Role::Offerer, SdpType::Answer) if self.state == State::Sent => {
                self.state = State::Applying;
                if std::mem::take(&mut self.restarting) {
                    // The server gathers again behind its answer; what came before is of the old credentials.
                    self.remote.clear();
                }
                self.steps.push_back(Step::Apply(jsep.sdp));
            }
            _ => {}
        }
    }

    /// Our description was made and set.
    pub fn described(&mut self, mut jsep: Jsep) {
        if self.state == State::Describing {
            self.state = State::Sent;
            jsep.e2ee = self.e2ee.then_some(true);
            self.local_may_leave = true;
            self.steps.push_back(Step::Send(jsep));
            if self.role == Role::Answerer {
                self.remote_in_place();
            }
        }
    }

    /// The round is over: the answer is applied, or the server said `started`.
    pub fn finished(&mut self) {
        match self.state {
            State::Applying => self.remote_in_place(),
            State::Sent if self.role == Role::Answerer => {}
            State::Idle | State::Describing | State::Sent => return,
        }
        self.state = State::Idle;
    }

    /// A candidate of ours; `Candidate::end()` when there are no more.
    pub fn local_candidate(&mut self, now: Millis, candidate: Candidate) {
        self.local_since = Some(if candidate.is_end() {
            Millis(0)
        } else {
            self.local_since.map_or(now, |since| since.min(now))
        });
        self.local.push(candidate);
    }

    /// A candidate of the server's.
    pub fn remote_candidate(&mut self, candidate: Candidate) {
        if let Some((_, behind)) = self.offers.back_mut() {
            behind.push(candidate);
        } else if self.remote_described {
            self.steps.push_back(Step::AddCandidates(vec![candidate]));
        } else {
            self.remote.push(candidate);
        }
    }

    /// When candidates want to leave.
    pub fn deadline(&self) -> Option<Millis> {
        if self.local_may_leave { self.local_since.map(|since| since + BATCH) } else { None }
    }

    /// The next step.
    pub fn poll(&mut self, now: Millis) -> Option<Step> {
        if let Some(step) = self.steps.pop_front() {
            return Some(step);
        }
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.local_since = None;
            return Some(Step::Trickle(std::mem::take(&mut self.local)));
        }
        if self.state != State::Idle {
            return None;
        }
        let step = match self.role {
            Role::Offerer => std::mem::take(&mut self.offer_wanted).then(|| self.offer()),
            Role::Answerer => self.offers.pop_front().map(|(offer, candidates)| {
                self.remote.extend(candidates);
                self.e2ee = self.e2ee || offer.e2ee == Some(true);
                Step::Answer(offer)
            }),
        };
        if step.is_some() {
            self.state = State::Describing;
            self.remote_described = false;
        }
        step
    }

    fn offer(&mut self) -> Step {
        self.restarting = std::mem::take(&mut self.restart_wanted);
        if self.restarting {
            // Candidates found under the old credentials are of no use under the new ones.
            self.local.clear();
            self.local_since = None;
        }
        Step::Offer { restart: self.restarting }
    }

    fn remote_in_place(&mut self) {
        self.remote_described = true;
        let waiting = std::mem::take(&mut self.remote);
        if !waiting.is_empty() {
            self.steps.push_back(Step::AddCandidates(waiting));
        }
    }
}
