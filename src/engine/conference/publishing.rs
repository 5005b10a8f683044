//! Our half: offers, and what they hold.

use std::collections::VecDeque;

use super::healing::Healing;
use super::{Asked, Event, LocalStream, Millis, Output, PublisherRequest};
use crate::Map;
use crate::engine::negotiation::{Negotiation, Role, Step};
use crate::engine::requests::Describe;
use crate::protocol::videoroom::Stream;
use crate::protocol::videoroom::publishing::StreamDescription;
use crate::protocol::{Jsep, description};

/// How often in a row a peer connection is rebuilt that never comes up.
pub(super) const MAX_RENEWALS: u32 = 3;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub(super) struct Publishing {
    pub(super) negotiation: Negotiation,
    pub(super) renewals: u32,
    pub(super) healing: Healing,
    local: Map<String, LocalStream>,
    announced: Map<String, LocalStream>,
    /// An offer that waits for its request.
    offer: Option<Jsep>,
    /// The server answered an offer on this peer connection.
    published: bool,
    describing: bool,
    /// Data channels are open, which are no stream of ours.
    pub(super) data: bool,
    /// The server has no use for an offer: before the next one both sides need a fresh peer connection.
    pub(super) spent: bool,
}

impl Publishing {
    pub(super) fn new() -> Self {
        Self {
            negotiation: Negotiation::new(Role::Offerer),
            renewals: 0,
            healing: Healing::default(),
            local: Map::new(),
            announced: Map::new(),
            offer: None,
            published: false,
            describing: false,
            data: false,
            spent: false,
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

    /// Whether anything changed.
    pub(super) fn mute(&mut self, mid: &str, muted: bool) -> bool {
        match self.local.get_mut(mid) {
            Some(stream) if stream.muted != muted => {
                stream.muted = muted;
                true
            }
            _ => false,
        }
    }

    pub(super) fn rename(&mut self, mid: &str, name: Option<String>) {
        if let Some(stream) = self.local.get_mut(mid) {
            stream.name = name;
        }
    }

    pub(super) fn descriptions(&mut self) -> Vec<StreamDescription> {
        self.announced.clone_from(&self.local);
        let words = |stream: &LocalStream| {
            description::write(stream.source, stream.name.as_deref(), stream.muted)
        };
        let all = self.local.iter();
        all.map(|(mid, stream)| StreamDescription { mid: mid.clone(), description: words(stream) })
            .collect()
    }

    pub(super) fn offer_to_join(&mut self) -> Option<Jsep> {
        self.offer.take()
    }

    pub(super) fn keep_offer(&mut self, offer: Option<Jsep>) {
        self.offer = offer;
    }

    /// The one request that brings the server closer to what is wanted.
    pub(super) fn next_request(&mut self) -> Option<Output> {
        if let Some(offer) = self.offer.take() {
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
        let events = self.local.keys().map(|mid| {
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
        !self.local.is_empty() && self.offer.is_none()
    }

    /// Whether there is nothing to publish.
    pub(super) fn is_empty(&self) -> bool {
        !self.data && self.local.is_empty() && self.offer.is_none() && self.negotiation.is_idle()
    }

    /// The peer connection is gone; whether it is worth another one.
    pub(super) fn renew(&mut self) -> bool {
        self.renewals += 1;
        let again = self.renewals <= MAX_RENEWALS;
        self.spent = !again;
        again
    }

    pub(super) fn renewed(&mut self) {
        let renewals = self.renewals;
        self.depart();
        self.renewals = renewals;
        self.negotiation.want_offer();
    }

    /// Nothing is published any more.
    pub(super) fn depart(&mut self) {
        let (data, e2ee) = (self.data, self.negotiation.e2ee());
        *self = Self { data, ..Self::new() };
        self.negotiation.set_e2ee(e2ee);
    }

    pub(super) fn drain(&mut self, now: Millis, out: &mut VecDeque<Output>) {
        while let Some(step) = self.negotiation.poll(now) {
            if let Step::Send(offer) = step {
                if self.published || self.data || !self.local.is_empty() {
                    self.offer = Some(offer);
                } else {
                    // Taken back before it was offered: servers refuse offers that hold nothing.
                    self.spent = true;
                }
            } else {
                out.push_back(Output::Peer(Role::Offerer, step));
            }
        }
    }
}
