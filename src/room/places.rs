//! Places held ready for a screen and its sound: m-lines of the first offer, which a screen takes and leaves without
//! another one. The room is told by words of ours what there is ([`SCREEN_OFF`](crate::protocol::description::SCREEN_OFF)).

use std::cell::RefCell;
use std::rc::Rc;

use super::call::Call;
use super::local::Slot;
use crate::Map;
use crate::engine::conference::LocalStream;
use crate::protocol::description::Source;
use crate::web::{Peer, Sender};

/// Those of the peer connection that publishes.
#[derive(Debug)]
pub(super) struct Places {
    wanted: bool,
    senders: RefCell<Vec<Sender>>,
}

impl Places {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, senders: RefCell::default() }
    }

    /// Whether they were asked for.
    pub(super) fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// Makes them on a peer connection that has none yet; the next offer holds them.
    pub(super) fn make(&self, peer: &Peer) {
        if self.wanted && self.senders.borrow().is_empty() {
            let made = peer.reserve_screen();
            self.senders.replace(made);
        }
    }

    /// Their peer connection is gone.
    pub(super) fn clear(&self) {
        self.senders.take();
    }

    /// The mid of the place that this has taken, if there was an offer of it.
    pub(super) fn taken_by(&self, slot: &Slot) -> Option<String> {
        let sender = slot.sender()?;
        if self.senders.borrow().contains(&sender) { sender.mid() } else { None }
    }
}

impl Call {
    /// What an offer holds: what is published, in places or elsewhere, and the places that are free.
    pub(super) fn streams(&self, offer: &str) -> Map<String, LocalStream> {
        let mut streams = self.slots.streams(offer);
        for mid in self.places.senders.borrow().iter().filter_map(Sender::mid) {
            if !streams.contains_key(&mid) {
                streams.insert(mid, LocalStream::off());
            }
        }
        streams
    }

    /// Makes places before a screen is added, which takes them.
    pub(super) fn make_places(&self, peer: &Peer, slot: &Slot) {
        if slot.source() == Source::Screen {
            self.places.make(peer);
        }
    }

    /// Has the room told that a place is taken, if it is; an offer is due otherwise.
    pub(super) fn occupy(&self, slot: &Slot) {
        let is_told = self.restate(slot, slot.stream());
        self.offer_due.set(self.offer_due.get() || is_told != Some(true));
    }

    /// Has the room told of what was added.
    pub(super) fn offer_due(self: &Rc<Self>) {
        if self.offer_due.take() { self.negotiate() } else { self.pump() }
    }

    /// A slot that is about to close leaves its place, if it has one, and the room is told so. Whether it had.
    pub(super) fn vacate(&self, slot: &Slot) -> bool {
        self.restate(slot, LocalStream::off()).is_some()
    }

    /// Says what there is at the place of a slot, if it has one. Whether words are enough.
    fn restate(&self, slot: &Slot, stream: LocalStream) -> Option<bool> {
        let mid = self.places.taken_by(slot)?;
        Some(self.conference.borrow_mut().restate(&mid, stream))
    }
}
