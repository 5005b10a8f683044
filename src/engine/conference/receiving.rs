//! The others' half: one subscription for everybody.

use std::collections::VecDeque;

use super::publishing::MAX_RENEWALS;
use super::{Asked, Event, Millis, Output, SubscriberRequest};
use crate::ErrorCode;
use crate::Map;
use crate::engine::negotiation::{Negotiation, Role, Step};
use crate::engine::requests::{JoinRoom, Watch};
use crate::engine::subscriptions::{Plan, StreamRef, Subscriptions};
use crate::protocol::Jsep;
use crate::protocol::videoroom::SubStream;

type Mapping = Map<String, StreamRef>;

#[derive(Debug)]
pub(super) struct Receiving {
    pub(super) negotiation: Negotiation,
    pub(super) subscriptions: Subscriptions,
    pub(super) renewals: u32,
    /// The subscriber handle is there and unspent.
    pub(super) ready: bool,
    join: Option<Watch>,
    /// What each offer in the queue will carry, once answered.
    offered: VecDeque<Mapping>,
    /// What the application was told it can play.
    live: Mapping,
}

impl Receiving {
    pub(super) fn new() -> Self {
        Self {
            negotiation: Negotiation::new(Role::Answerer),
            subscriptions: Subscriptions::default(),
            renewals: 0,
            ready: true,
            join: None,
            offered: VecDeque::new(),
            live: Map::new(),
        }
    }

    /// We are in the room: from now on there is something to subscribe to.
    pub(super) fn joined(&mut self, join: &JoinRoom, private_id: Option<u64>) {
        self.join = Some(Watch {
            room: join.room.clone(),
            streams: Vec::new(),
            private_id,
            pin: join.pin.clone(),
            token: join.token.clone(),
        });
    }

    /// The one request that brings the server closer to what is wanted; none during a round.
    pub(super) fn next_request(&mut self) -> Option<Output> {
        let join = self.join.as_ref()?;
        if !self.ready || !self.negotiation.is_idle() {
            return None;
        }
        let request = match self.subscriptions.plan()? {
            Plan::Join(streams) => SubscriberRequest::Join(Watch { streams, ..join.clone() }),
            Plan::Update(update) => SubscriberRequest::Update(update),
        };
        Some(Output::Subscriber(Asked::Subscribe, request))
    }

    /// The answer to such a request. `updating`: the real one comes with a later offer.
    pub(super) fn answered(
        &mut self,
        mapping: Option<&[SubStream]>,
        jsep: Option<Jsep>,
        updating: bool,
    ) -> Vec<Event> {
        if updating {
            return Vec::new();
        }
        self.subscriptions.answered(mapping);
        self.offer(jsep)
    }

    /// The server changed the subscription of itself, or answers late what it called `updating`.
    pub(super) fn told(&mut self, mapping: Option<&[SubStream]>, jsep: Option<Jsep>) -> Vec<Event> {
        if self.subscriptions.is_busy() {
            self.subscriptions.answered(mapping);
        } else {
            self.subscriptions.mapping(mapping);
        }
        self.offer(jsep)
    }

    fn offer(&mut self, jsep: Option<Jsep>) -> Vec<Event> {
        let mapping = self.subscriptions.confirmed().clone();
        let Some(jsep) = jsep else {
            return if self.offered.is_empty() { self.show(mapping) } else { Vec::new() };
        };
        self.offered.push_back(mapping);
        self.negotiation.remote(jsep);
        Vec::new()
    }

    /// An offer was answered in the browser: its tracks are there.
    pub(super) fn described(&mut self, jsep: Jsep) -> Vec<Event> {
        self.negotiation.described(jsep);
        let mapping = self.offered.pop_front().unwrap_or_default();
        self.show(mapping)
    }

    /// Says what is different between what can be played now and what could before.
    fn show(&mut self, mut mapping: Mapping) -> Vec<Event> {
        let confirmed = self.subscriptions.confirmed();
        mapping.retain(|mid, stream| confirmed.get(mid) == Some(stream));
        let old = std::mem::replace(&mut self.live, mapping);
        let mut events = Vec::new();
        for (mid, stream) in old.iter() {
            if self.live.get(mid) != Some(stream) {
                events.push(Event::Unsubscribed(stream.clone(), mid.clone()));
            }
        }
        for (mid, stream) in self.live.iter() {
            if old.get(mid) != Some(stream) {
                events.push(Event::Subscribed(stream.clone(), mid.clone()));
            }
        }
        events
    }

    /// A stream is over, whatever the server's mapping still says.
    pub(super) fn ended(&mut self, stream: &StreamRef) -> Vec<Event> {
        self.subscriptions.ended(stream);
        let mut live = self.live.clone();
        live.retain(|_, carried| carried != stream);
        self.show(live)
    }

    pub(super) fn unsubscribe_all(&mut self) -> Vec<Event> {
        self.show(Mapping::new())
    }

    /// Whether this handle is still of use after a failed request.
    pub(super) fn failed(&mut self, code: ErrorCode) -> bool {
        self.subscriptions.failed(code)
    }

    /// Handle and peer connection are of no use any longer; whether it is worth another try.
    pub(super) fn renew(&mut self) -> (Vec<Event>, bool) {
        if !self.ready {
            return (Vec::new(), false);
        }
        let events = self.unsubscribe_all();
        self.renewals += 1;
        self.ready = false;
        self.negotiation = Negotiation::new(Role::Answerer);
        self.offered.clear();
        self.subscriptions.reset();
        (events, self.renewals <= MAX_RENEWALS)
    }

    pub(super) fn drain(&mut self, now: Millis, out: &mut VecDeque<Output>) {
        while let Some(step) = self.negotiation.poll(now) {
            out.push_back(if let Step::Send(answer) = step {
                Output::Subscriber(Asked::Start, SubscriberRequest::Start(answer))
            } else {
                Output::Peer(Role::Answerer, step)
            });
        }
    }
}
