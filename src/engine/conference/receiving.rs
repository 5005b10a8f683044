//! The others' half: one subscription for everybody.

use std::collections::VecDeque;

use super::healing::Healing;
use super::patience::Patience;
use super::{Asked, Event, Millis, Output, Said, SubscriberRequest};
use crate::Map;
use crate::engine::negotiation::{Negotiation, Role, Step};
use crate::engine::requests::{Entries, Entry, Feed, Glance, JoinRoom, Watch};
use crate::engine::soonest;
use crate::engine::subscriptions::{Plan, StreamRef, Subscriptions};
use crate::protocol::Jsep;
use crate::protocol::videoroom::SubStream;
use crate::{Error, ErrorCode};

type Mapping = Map<String, StreamRef>;

/// How long an offer is waited for that the server says it has sent, ms.
const MISSED: Millis = Millis(5_000);

/// What ties the subscription to the publisher handle.
#[derive(Clone, Copy, Debug)]
struct Tie(Option<u64>);

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub(super) struct Receiving {
    pub(super) negotiation: Negotiation,
    pub(super) subscriptions: Subscriptions,
    pub(super) patience: Patience,
    pub(super) healing: Healing,
    /// Nothing is to be relayed for now.
    pub(super) pause: bool,
    paused: bool,
    pausing: bool,
    /// The server may have heard something else after the last of these.
    overtaken: bool,
    /// Other ways for packets are to be looked for.
    pub(super) restart: bool,
    /// The server was asked for the offer that does it.
    restarting: bool,
    /// The request under way was answered, and what it comes to follows with an offer.
    updating: bool,
    /// The server waits for the answer to an offer, one that may have been lost: until when it is waited for.
    lost_by: Option<Millis>,
    /// Offers may have been lost.
    pub(super) was_away: bool,
    /// The server is to be asked what it sends.
    compare: bool,
    /// The stream by which it was asked.
    comparing: Option<StreamRef>,
    /// The subscriber handle is there and unspent.
    pub(super) ready: bool,
    /// Once we are in the room.
    tie: Option<Tie>,
    /// What each offer in the queue will carry, once answered.
    offered: VecDeque<Mapping>,
    /// What the application was told it can play.
    live: Mapping,
    /// The same, while there is no connection it could come over.
    parted: Vec<StreamRef>,
}

impl Receiving {
    pub(super) fn new() -> Self {
        Self {
            negotiation: Negotiation::new(Role::Answerer),
            subscriptions: Subscriptions::default(),
            patience: Patience::default(),
            healing: Healing::default(),
            pause: false,
            paused: false,
            pausing: false,
            overtaken: false,
            restart: false,
            restarting: false,
            updating: false,
            lost_by: None,
            was_away: false,
            compare: false,
            comparing: None,
            ready: true,
            tie: None,
            offered: VecDeque::new(),
            live: Map::new(),
            parted: Vec::new(),
        }
    }

    /// We are in the room: from now on there is something to subscribe to.
    pub(super) fn joined(&mut self, private_id: Option<u64>) {
        self.tie = Some(Tie(private_id));
    }

    /// The one request that brings the server closer to what is wanted.
    pub(super) fn next_request(&mut self, now: Millis, join: &JoinRoom) -> Option<Output> {
        let Tie(private_id) = self.tie.filter(|_| self.ready)?;
        if self.pause != self.paused && !self.pausing && self.subscriptions.is_joined() {
            self.pausing = true;
            self.paused = self.pause;
            let request =
                if self.pause { SubscriberRequest::Pause } else { SubscriberRequest::Start(None) };
            return Some(Output::Subscriber(Asked::Pause, request));
        }
        // A restart that is asked for while an offer is outstanding is never answered.
        let idle = self.negotiation.is_idle() && !self.restarting;
        if idle && !self.subscriptions.is_busy() && std::mem::take(&mut self.compare) {
            self.comparing = self.subscriptions.any();
            if let Some(stream) = self.comparing.clone() {
                let request = SubscriberRequest::Switch(no_switch(stream));
                return Some(Output::Subscriber(Asked::Compare, request));
            }
        }
        if idle && !self.subscriptions.is_busy() && std::mem::take(&mut self.restart) {
            // A server that waits for an answer says nothing to that, nor does one that hung up and was not heard.
            (self.restarting, self.lost_by) = (true, Some(now + MISSED));
            let restart = Entries { streams: Vec::new(), restart: Some(true) };
            let request = SubscriberRequest::Configure(restart);
            return Some(Output::Subscriber(Asked::Restart, request));
        }
        let (asked, request) = match self.subscriptions.plan(now, idle)? {
            Plan::Join(streams) => {
                let JoinRoom { room, pin, token, .. } = join.clone();
                let watch = Watch { room, streams, private_id, pin, token };
                (Asked::Subscribe, SubscriberRequest::Join(watch))
            }
            Plan::Update(update) => (Asked::Subscribe, SubscriberRequest::Update(update)),
            Plan::Switch(swaps) => (Asked::Subscribe, SubscriberRequest::Switch(swaps)),
            Plan::Configure(terms) => (Asked::Configure, SubscriberRequest::Configure(terms)),
        };
        Some(Output::Subscriber(asked, request))
    }

    pub(super) fn glance(&self, join: &JoinRoom, streams: Vec<Feed>) -> Option<Glance> {
        let Tie(private_id) = self.tie?;
        let JoinRoom { room, pin, token, .. } = join.clone();
        Some(Glance { room, streams, private_id, pin, token })
    }

    /// A restart was answered, or never will be.
    pub(super) fn restarted(&mut self) {
        (self.restarting, self.lost_by) = (false, None);
    }

    /// `pause` or `start` was answered, or failed. `heard`: the server knows of it.
    pub(super) fn pausing_done(&mut self, heard: bool) {
        // What was undone meanwhile, or may have been, is said once more.
        let sure = heard && !std::mem::take(&mut self.overtaken);
        (self.pausing, self.paused) = (false, if sure { self.paused } else { !self.pause });
    }

    /// Our answer is at the server, which sends again with that, whatever was paused.
    pub(super) fn started(&mut self, now: Millis) {
        self.negotiation.finished();
        // The offer before it was waited for is done; the one that is to come after it may be lost.
        self.lost_by = self.updating.then_some(now + MISSED);
        self.overtaken = self.pausing;
        self.paused &= self.pausing;
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        let subscriptions = self.subscriptions.deadline();
        let renewal = self.patience.deadline();
        soonest(&[self.negotiation.deadline(), subscriptions, self.lost_by, renewal])
    }

    /// Whether the server waits for the answer to an offer that we never saw: an event that was lost while
    /// the connection was made again. It would wait for ever.
    pub(super) fn missed_offer(&mut self, now: Millis) -> bool {
        if !self.negotiation.is_idle() {
            self.lost_by = None;
        }
        self.lost_by.take_if(|until| *until <= now).is_some()
    }

    /// Who is here and what they publish is known again: what is over was taken out. What is missing now was lost.
    pub(super) fn caught_up(&mut self) {
        self.compare |= std::mem::take(&mut self.was_away);
    }

    /// The server said what it sends. Whether it is not what we think, so that an offer was lost: the server waits for the
    /// answer to it, takes nothing else meanwhile, and does not say so.
    pub(super) fn compared(&mut self, answer: Result<Said, Error>) -> bool {
        let asked = self.comparing.take();
        match answer {
            Ok(said) => said.mapping.is_some_and(|streams| {
                // Of data there are no offers: it is asked for again.
                self.subscriptions.compare_data(&streams);
                !self.subscriptions.agrees(&streams)
            }),
            // That is published no longer, and we have not heard of it yet.
            Err(error) if error.code() == ErrorCode::FeedNotFound => {
                asked.is_some_and(|stream| self.subscriptions.carries(&stream))
            }
            // If the connection was lost once more, it is asked again.
            Err(_) => false,
        }
    }

    /// The answer to such a request. `updating`: the real one comes with a later offer.
    pub(super) fn answered(
        &mut self,
        mapping: Option<&[SubStream]>,
        jsep: Option<Jsep>,
        updating: bool,
        now: Millis,
    ) -> Vec<Event> {
        if updating {
            self.updating = true;
            self.lost_by = Some(now + MISSED);
            return Vec::new();
        }
        self.subscriptions.answered(mapping);
        self.offer_and_refused(jsep)
    }

    fn offer_and_refused(&mut self, jsep: Option<Jsep>) -> Vec<Event> {
        let mut events = self.offer(jsep);
        events.extend(self.gone());
        events
    }

    /// What is waited for in vain: another connection does not carry it.
    fn gone(&mut self) -> Vec<Event> {
        let refused = |stream: &mut StreamRef| self.subscriptions.is_refused(stream);
        let gone = self.parted.extract_if(.., refused);
        gone.map(Event::Unsubscribed).collect()
    }

    /// The server changed the subscription of itself, or answers late what it called `updating`.
    pub(super) fn told(&mut self, mapping: Option<&[SubStream]>, jsep: Option<Jsep>) -> Vec<Event> {
        if std::mem::take(&mut self.updating) {
            self.subscriptions.answered(mapping);
        } else {
            self.subscriptions.mapping(mapping);
        }
        self.offer(jsep)
    }

    fn offer(&mut self, jsep: Option<Jsep>) -> Vec<Event> {
        let mapping = self.subscriptions.confirmed();
        let Some(jsep) = jsep else {
            return if self.offered.is_empty() { self.show(mapping) } else { Vec::new() };
        };
        // A restart that the server was asked for is part of whichever offer comes next.
        (self.lost_by, self.restarting) = (None, false);
        self.offered.push_back(mapping);
        self.negotiation.remote(jsep);
        Vec::new()
    }

    pub(super) fn offered(&self, mid: &str) -> Option<StreamRef> {
        self.offered.front()?.get(mid).cloned()
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
                events.push(Event::Unsubscribed(stream.clone()));
            }
        }
        for (mid, stream) in self.live.iter() {
            if old.get(mid) == Some(stream) {
                continue;
            }
            let known = self.parted.len();
            self.parted.retain(|parted| parted != stream);
            let tell =
                if self.parted.len() < known { Event::Resubscribed } else { Event::Subscribed };
            events.push(tell(stream.clone(), mid.clone()));
        }
        events
    }

    /// A stream is over, whatever the server's mapping still says.
    pub(super) fn ended(&mut self, stream: &StreamRef) -> Vec<Event> {
        self.subscriptions.ended(stream);
        let mut live = self.live.clone();
        live.retain(|_, carried| carried != stream);
        let mut events = self.show(live);
        if self.forget(stream) {
            events.push(Event::Unsubscribed(stream.clone()));
        }
        events
    }

    /// Whether it was waited for on another connection.
    pub(super) fn forget(&mut self, stream: &StreamRef) -> bool {
        let known = self.parted.len();
        self.parted.retain(|parted| parted != stream);
        self.parted.len() < known
    }

    pub(super) fn unsubscribe_all(&mut self) -> Vec<Event> {
        let mut events = self.show(Mapping::new());
        events.extend(std::mem::take(&mut self.parted).into_iter().map(Event::Unsubscribed));
        events
    }

    /// A request failed; nothing where this handle is of no use after that.
    pub(super) fn failed(&mut self, error: &Error) -> Option<Vec<Event>> {
        let refused = self.subscriptions.refusals();
        if !self.subscriptions.failed(error.code()) {
            return None;
        }
        let mut events = Vec::new();
        // What is not there may be about to come back, and is the same then. What does not mix with the rest never will.
        if self.subscriptions.refusals() > refused && error.code() == ErrorCode::InvalidFeed {
            events = self.gone();
            events.push(Event::MediaFailed(error.clone()));
        }
        Some(events)
    }

    /// Handle and peer connection are of no use any longer. What is played waits for those that take their place.
    /// Whether it takes a pause for the first time.
    pub(super) fn renew(&mut self) -> bool {
        self.part();
        self.ready = false;
        self.patience.failed()
    }

    /// The session is gone, and with it our place in the room.
    pub(super) fn depart(&mut self) {
        self.part();
        (self.patience, self.ready, self.tie) = (Patience::default(), true, None);
    }

    /// Nothing comes any more; what the application plays waits for another connection.
    fn part(&mut self) {
        self.parted.extend(self.live.values().cloned());
        self.live = Map::new();
        let e2ee = self.negotiation.e2ee();
        self.negotiation = Negotiation::new(Role::Answerer);
        self.negotiation.set_e2ee(e2ee);
        self.offered.clear();
        self.subscriptions.reset();
        self.healing = self.healing.anew();
        (self.paused, self.pausing, self.updating, self.lost_by) = (false, false, false, None);
        (self.restart, self.restarting, self.overtaken) = (false, false, false);
        (self.was_away, self.compare, self.comparing) = (false, false, None);
    }

    pub(super) fn drain(&mut self, now: Millis, out: &mut VecDeque<Output>) {
        while let Some(step) = self.negotiation.poll(now) {
            out.push_back(if let Step::Send(answer) = step {
                Output::Subscriber(Asked::Start, SubscriberRequest::Start(Some(answer)))
            } else {
                Output::Peer(Role::Answerer, step)
            });
        }
    }
}

/// A stream for an m-line there is none of. Janus passes over it and answers with what each m-line carries, which no other
/// request does that changes nothing.
fn no_switch(stream: StreamRef) -> Entries {
    let StreamRef { feed, mid } = stream;
    let sub_mid = Some("none".to_owned());
    let entry = Entry { mid, feed: Some(feed), sub_mid, ..Entry::default() };
    Entries { streams: vec![entry], restart: None }
}
