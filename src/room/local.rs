//! What we publish: one slot per source.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::track::Track;
use crate::Map;
use crate::engine::conference::LocalStream;
use crate::protocol::description::Source;
use crate::protocol::videoroom::StreamKind;
use crate::web::{Encoding, MediaStreamTrack, Peer, Sender, Thrown};

/// The layers of a simulcast, best first as Janus expects them.
const LAYERS: [Encoding; 3] = [
    Encoding { rid: "h", max_bitrate: 1_500_000, scale_down: 1 },
    Encoding { rid: "m", max_bitrate: 450_000, scale_down: 2 },
    Encoding { rid: "l", max_bitrate: 150_000, scale_down: 4 },
];

/// One thing we publish.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) track: Rc<Track>,
    pub(super) muted: Cell<bool>,
    /// Whether we opened the device, and so close it.
    ours: Cell<bool>,
    /// How a track that is not ours was given to us, and is given back.
    enabled: bool,
    simulcast: bool,
    sender: RefCell<Option<Sender>>,
    /// The mid under which the application knows it.
    announced: RefCell<Option<String>>,
}

impl Slot {
    pub(super) fn new(track: Track, ours: bool, simulcast: bool) -> Self {
        let enabled = track.media().enabled();
        Self {
            track: Rc::new(track),
            muted: Cell::new(!enabled),
            ours: Cell::new(ours),
            enabled,
            simulcast,
            sender: RefCell::default(),
            announced: RefCell::default(),
        }
    }

    pub(super) fn source(&self) -> Source {
        self.track.source()
    }

    pub(super) fn kind(&self) -> StreamKind {
        if self.track.is_video() { StreamKind::Video } else { StreamKind::Audio }
    }

    pub(super) fn mid(&self) -> Option<String> {
        self.sender().and_then(|sender| sender.mid())
    }

    pub(super) fn sender(&self) -> Option<Sender> {
        self.sender.borrow().clone()
    }

    /// Whether the device is open.
    pub(super) fn is_live(&self) -> bool {
        self.track.is_live()
    }

    /// Adds the track to a peer connection. A closed camera is added when it opens again.
    pub(super) fn add_to(&self, peer: &Peer) {
        let layers: &[Encoding] =
            if self.simulcast && self.track.is_video() { &LAYERS } else { &[] };
        let sender = self.is_live().then(|| peer.add_sender(&self.track.media(), layers));
        self.sender.replace(sender);
    }

    /// Another device in the same place.
    pub(super) fn reopened(&self, media: MediaStreamTrack) -> Result<(), Thrown> {
        self.ours.set(true);
        self.track.replace(media)
    }

    /// The room is over: devices we opened are closed, others are left as they were given.
    pub(super) fn close(&self) {
        if self.ours.get() {
            self.track.stop();
        } else {
            self.track.media().set_enabled(self.enabled);
        }
        self.sender.replace(None);
    }

    /// Whether the application has not been told of it under this mid.
    pub(super) fn announce(&self, mid: &str) -> bool {
        self.announced.replace(Some(mid.to_owned())).as_deref() != Some(mid)
    }
}

/// Everything we publish.
#[derive(Debug, Default)]
pub(super) struct Slots(RefCell<Vec<Rc<Slot>>>);

impl Slots {
    pub(super) fn add(&self, slot: Slot) -> Rc<Slot> {
        let slot = Rc::new(slot);
        self.0.borrow_mut().push(Rc::clone(&slot));
        slot
    }

    pub(super) fn all(&self) -> Vec<Rc<Slot>> {
        self.0.borrow().clone()
    }

    pub(super) fn of(&self, source: Source) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.source() == source).cloned()
    }

    pub(super) fn at(&self, mid: &str) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.mid().as_deref() == Some(mid)).cloned()
    }

    /// What an offer made now holds.
    pub(super) fn streams(&self) -> Map<String, LocalStream> {
        let slots = self.0.borrow();
        let stream = |slot: &Rc<Slot>| {
            let (kind, source, muted) = (slot.kind(), slot.source(), slot.muted.get());
            slot.mid().map(|mid| (mid, LocalStream { kind, source, muted }))
        };
        slots.iter().filter_map(stream).collect()
    }
}
