//! Our half: offers, and what they hold.

use std::collections::VecDeque;

use super::healing::Healing;
use super::patience::Patience;
use super::{Asked, Conference, Event, LocalStream, Millis, Output, PublisherRequest};
use crate::engine::negotiation::{Negotiation, Role, Step};
use crate::engine::requests::Describe;
use crate::protocol::json::Decode;
use crate::protocol::videoroom::Stream;
use crate::protocol::videoroom::publishing::StreamDescription;
use crate::protocol::{Jsep, description};
use crate::{Error, Map};

/// So many m-lines are kept for what was published before; a mid beyond is not worth the m-lines it takes.
pub const KEPT_LINES: u32 = 32;

/// The m-line on a fresh peer connection of what had this mid on the one before, or [`KEPT_LINES`] if any one will do.
///
/// Others know what we publish by its mid, and browsers number m-lines as they are added. So what is published again is
/// added in this order, and where a line is missing one that holds nothing takes its place: data had it, which comes
/// after all tracks in an offer, or what is published no longer.
pub fn line_again(mid: Option<&str>) -> u32 {
    mid.and_then(|mid| u32::decode(mid).ok()).unwrap_or(KEPT_LINES).min(KEPT_LINES)
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub(super) struct Publishing {
    pub(super) negotiation: Negotiation,
    pub(super) patience: Patience,
    pub(super) healing: Healing,
    /// The peer connection is being made anew; the fresh one will hold whatever is wanted meanwhile.
    renewing: bool,
    /// Offers that the server has not answered, and those of them that were of a former peer connection.
    asked: u32,
    former: u32,
    local: Map<String, LocalStream>,
    announced: Map<String, LocalStream>,
    /// An offer that waits for its request.
    offer: Option<Jsep>,
    /// The server answered an offer on this peer connection.
    published: bool,
    /// It has come up, with what was published.
    up: bool,
    /// The same when the server was asked who publishes, and nothing was made anew since.
    sought: bool,
    describing: bool,
    /// The server hears us speak, as far as it said. Of what takes the place of this connection it says so anew.
    pub(super) speaking: bool,
    /// Data channels are open, which are no stream of ours.
    pub(super) data: bool,
    /// The server has no use for an offer: before the next one both sides need a fresh peer connection.
    pub(super) spent: bool,
}

impl Publishing {
    pub(super) fn new() -> Self {
        Self {
            negotiation: Negotiation::new(Role::Offerer),
            patience: Patience::default(),
            healing: Healing::default(),
            renewing: false,
            asked: 0,
            former: 0,
            local: Map::new(),
            announced: Map::new(),
            offer: None,
            published: false,
            up: false,
            sought: false,
            describing: false,
            speaking: false,
            data: false,
            spent: false,
        }
    }

    /// What is offered already and was not sent says so too.
    pub(super) fn set_e2ee(&mut self, e2ee: bool) {
        self.negotiation.set_e2ee(e2ee);
        if let Some(offer) = &mut self.offer {
            offer.e2ee = e2ee.then_some(true);
        }
    }

    /// Whether the server has our media.
    pub(super) fn is_published(&self) -> bool {
        self.published
    }

    pub(super) fn local(&self) -> &Map<String, LocalStream> {
        &self.local
    }

    pub(super) fn described(&mut self, jsep: Jsep, streams: Map<String, LocalStream>) {
        self.local = streams;
        self.negotiation.described(jsep);
    }

    pub(super) fn mute(&mut self, mid: &str, muted: bool) {
        if let Some(stream) = self.local.get_mut(mid) {
            stream.muted = muted;
        }
    }

    pub(super) fn rename(&mut self, mid: &str, name: Option<String>) {
        if let Some(stream) = self.local.get_mut(mid) {
            stream.name = name;
        }
    }

    /// A place is taken, or free again: words the server has not heard are sent. Whether they are enough.
    pub(super) fn restate(&mut self, mid: &str, stream: LocalStream) -> bool {
        if let Some(before) = self.local.get_mut(mid) {
            *before = stream;
        }
        !self.spent && !self.renewing
    }

    /// Whether anything of what is offered is more than a place for it.
    fn has_streams(&self) -> bool {
        self.local.values().any(|stream| !stream.off)
    }

    pub(super) fn descriptions(&mut self) -> Vec<StreamDescription> {
        self.announced.clone_from(&self.local);
        let words = |stream: &LocalStream| match stream {
            LocalStream { off: true, .. } => description::SCREEN_OFF.to_owned(),
            LocalStream { source, name, muted, .. } => {
                description::write(*source, name.as_deref(), *muted)
            }
        };
        let all = self.local.iter();
        all.map(|(mid, stream)| StreamDescription { mid: mid.clone(), description: words(stream) })
            .collect()
    }

    pub(super) fn offer_to_join(&mut self) -> Option<Jsep> {
        self.offer.take()
    }

    /// An offer goes to the server.
    pub(super) fn asks(&mut self) {
        self.asked += 1;
    }

    /// The server answered one, the oldest; whether it is of the peer connection there is now.
    pub(super) fn is_answer_to_this(&mut self) -> bool {
        self.asked = self.asked.saturating_sub(1);
        let of_former = self.former > 0;
        self.former = self.former.saturating_sub(1);
        !of_former
    }

    pub(super) fn keep_offer(&mut self, offer: Option<Jsep>) {
        self.offer = offer;
    }

    /// The one request that brings the server closer to what is wanted.
    pub(super) fn next_request(&mut self) -> Option<Output> {
        if let Some(offer) = self.offer.take() {
            self.asks();
            let describe = Describe { descriptions: self.descriptions() };
            let request = if self.published {
                PublisherRequest::Offer(describe, offer)
            } else {
                PublisherRequest::Publish(describe, offer)
            };
            return Some(Output::Publisher(Asked::Offer, request));
        }
        let stale = self.announced != self.local;
        if !stale || !self.published || self.describing || !self.negotiation.is_idle() {
            return None;
        }
        self.describing = true;
        let describe = Describe { descriptions: self.descriptions() };
        Some(Output::Publisher(Asked::Describe, PublisherRequest::Describe(describe)))
    }

    pub(super) fn described_again(&mut self) {
        self.describing = false;
    }

    /// What was announced may not have arrived.
    pub(super) fn forgotten(&mut self) {
        self.describing = false;
        self.announced = Map::new();
    }

    /// The server answered a request that may have held an offer.
    pub(super) fn answered(&mut self, jsep: Option<Jsep>, own: Option<&[Stream]>) -> Vec<Event> {
        let Some(jsep) = jsep else { return Vec::new() };
        self.published = true;
        self.negotiation.remote(jsep);
        let refused = |mid: &str| {
            let listed = own.unwrap_or_default().iter().find(|stream| stream.mid == mid);
            listed.is_some_and(|stream| stream.disabled)
        };
        let streams = self.local.iter().filter(|(_, stream)| !stream.off);
        let events = streams.map(|(mid, _)| {
            if refused(mid) {
                Event::LocalRefused(mid.clone())
            } else {
                Event::LocalPublished(mid.clone())
            }
        });
        events.collect()
    }

    /// The server refused the offer.
    pub(super) fn refused(&mut self) {
        self.offer = None;
        self.spent = true;
    }

    /// Whether the server was asked to take something.
    pub(super) fn is_offered(&self) -> bool {
        (self.data || self.has_streams()) && self.offer.is_none()
    }

    /// Whether there is nothing to publish.
    pub(super) fn is_empty(&self) -> bool {
        !self.data && !self.has_streams() && self.offer.is_none() && self.negotiation.is_idle()
    }

    pub(super) fn is_renewing(&self) -> bool {
        self.renewing
    }

    /// Nothing of the peer connection there was counts any more.
    pub(super) fn renew(&mut self) {
        let (patience, asked) = (std::mem::take(&mut self.patience), self.asked);
        self.depart();
        (self.patience, self.asked, self.former) = (patience, asked, asked);
        self.renewing = true;
    }

    /// A fresh peer connection is there, or none is needed now.
    pub(super) fn renewed(&mut self, needed: bool) {
        self.renew();
        self.renewing = false;
        if needed {
            self.negotiation.want_offer();
        } else {
            self.patience.succeeded();
        }
    }

    /// ICE and DTLS are up: the server knows that we publish.
    pub(super) fn came_up(&mut self) {
        self.patience.succeeded();
        self.up = self.published;
    }

    /// The server is asked who publishes.
    pub(super) fn seek(&mut self) {
        self.sought = self.up;
    }

    /// Whether the answer has to name us.
    pub(super) fn is_sought(&self) -> bool {
        self.sought
    }

    /// Somebody wants something published now.
    pub(super) fn hurry(&mut self) {
        self.patience.hurry();
    }

    pub(super) fn deadline(&self, signalling: bool) -> Option<Millis> {
        if self.renewing {
            self.patience.deadline().filter(|_| signalling)
        } else {
            self.negotiation.deadline()
        }
    }

    /// Nothing is published any more.
    pub(super) fn depart(&mut self) {
        let (data, e2ee, healing) = (self.data, self.negotiation.e2ee(), self.healing.anew());
        *self = Self { healing, data, ..Self::new() };
        self.negotiation.set_e2ee(e2ee);
    }

    pub(super) fn drain(&mut self, now: Millis, out: &mut VecDeque<Output>) {
        if self.renewing {
            return;
        }
        while let Some(step) = self.negotiation.poll(now) {
            if let Step::Send(offer) = step {
                if self.published || self.data || self.has_streams() {
                    self.offer = Some(offer);
                } else {
                    // Taken back before it was offered: servers refuse offers that hold nothing. What was published
                    // while it was made is not in it, and goes over the next. What the browser does not take makes
                    // none of them hold anything, and is tried ever later.
                    self.renew();
                    self.patience.failed();
                    return;
                }
            } else {
                out.push_back(Output::Peer(Role::Offerer, step));
            }
        }
    }
}

impl Conference {
    /// The peer connection is of no use any longer. Another one takes its place, at once at first and ever later
    /// while none comes up; what is new is told once to have failed.
    pub(super) fn renew_publisher(&mut self, error: Error) {
        self.hear_ourselves(false);
        let publishing = &mut self.publishing;
        if publishing.renewing {
            return;
        }
        if publishing.is_empty() {
            return publishing.refused();
        }
        publishing.renew();
        if publishing.patience.failed() {
            self.emit(Event::PublishFailed(error));
        }
    }

    /// Another peer connection may be due.
    pub(super) fn retry_publishing(&mut self, now: Millis) {
        if self.signalling && self.publishing.patience.is_due(now) {
            self.out.push_back(Output::Renew(Role::Offerer));
        }
    }
}
