//! What we publish: one slot per track.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;

use super::event::Failure;
use super::toggle::Toggle;
use super::track::Track;
use crate::engine::conference::LocalStream;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::videoroom::StreamKind;
use crate::protocol::wire::wire;
use crate::web::{Listener, MediaStreamTrack, Peer, Sender, Thrown, random_u32};
use crate::{Error, ErrorCode, Map};

/// How a device is opened, be it again.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) is_camera: bool,
    /// `CameraOptions` or `MicrophoneOptions` as JSON.
    pub(crate) settings: Json,
}

/// Of `PublishOptions`: what others are told.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) source: Option<String>,
    pub(super) name: Option<String>,
    codec: Option<String>,
}

wire!(Named { ; optional source, name, codec });

impl Named {
    pub(super) fn of(settings: &Json) -> Self {
        settings.read().unwrap_or_default()
    }
}

/// One thing we publish.
#[derive(Debug)]
pub(super) struct Slot {
    /// What the application knows it by, whatever mid it has.
    pub(super) key: u32,
    pub(super) track: Rc<Track>,
    /// `PublishOptions` as JSON.
    pub(super) settings: RefCell<Json>,
    /// The room refused the codec we preferred.
    pub(super) any_codec: Cell<bool>,
    pub(super) muted: Cell<bool>,
    /// What changes the slot does it one after the other, and the last wish wins.
    pub(super) toggle: Toggle,
    /// The same for how it is sent.
    pub(super) tuning: Toggle,
    /// Set where we opened the device, and so close it.
    pub(super) device: RefCell<Option<Device>>,
    /// Whether the track is ours to stop.
    ours: Cell<bool>,
    /// How a track that is not ours was given to us, and is given back.
    enabled: bool,
    sender: RefCell<Option<Sender>>,
    /// The mid under which the application knows it.
    announced: RefCell<Option<String>>,
    waiting: RefCell<Vec<oneshot::Sender<Result<(), Failure>>>>,
    pub(super) ended: RefCell<Option<Listener>>,
}

impl Slot {
    pub(super) fn new(track: Track, device: Option<Device>, settings: Json) -> Self {
        let enabled = track.media().enabled();
        Self {
            key: random_u32(),
            track: Rc::new(track),
            settings: RefCell::new(settings),
            any_codec: Cell::new(false),
            muted: Cell::new(!enabled),
            toggle: Toggle::default(),
            tuning: Toggle::default(),
            ours: Cell::new(device.is_some()),
            device: RefCell::new(device),
            enabled,
            sender: RefCell::default(),
            announced: RefCell::default(),
            waiting: RefCell::default(),
            ended: RefCell::default(),
        }
    }

    /// Of a shared screen, which is ours to stop and cannot be opened again.
    pub(super) fn screen(track: Track, settings: Json) -> Self {
        Self { ours: Cell::new(true), ..Self::new(track, None, settings) }
    }

    pub(super) fn source(&self) -> Source {
        self.track.source()
    }

    pub(super) fn kind(&self) -> StreamKind {
        if self.track.is_video() { StreamKind::Video } else { StreamKind::Audio }
    }

    pub(super) fn name(&self) -> Option<String> {
        Named::of(&self.settings.borrow()).name
    }

    /// Whether a codec is preferred.
    pub(super) fn has_codec(&self) -> bool {
        Named::of(&self.settings.borrow()).codec.is_some()
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
    pub(super) fn add_to(&self, peer: &Peer) -> Result<(), Thrown> {
        let sender = if self.is_live() {
            let settings = self.settings.borrow();
            Some(peer.add_sender_as(&self.track.media(), &settings, self.any_codec.get())?)
        } else {
            None
        };
        self.sender.replace(sender);
        Ok(())
    }

    /// Another track in the same place. `ours`: it is ours to stop.
    pub(super) fn replaced(&self, media: MediaStreamTrack, ours: bool) -> Result<(), Thrown> {
        if self.ours.replace(ours) {
            self.track.stop();
        }
        self.track.replace(media)
    }

    /// The server will not have it on this peer connection.
    pub(super) fn give_up(&self) {
        self.sender.take();
    }

    /// It is published no longer: devices we opened are closed, others are left as they were given.
    pub(super) fn close(&self, why: &Failure) {
        self.ended.take();
        if self.ours.get() {
            self.track.stop();
        } else {
            self.track.media().set_enabled(self.enabled);
        }
        if let Some(sender) = self.sender.take() {
            sender.remove();
        }
        self.settle(&Err(why.clone()));
    }

    /// Whether the application has not been told of it under this mid.
    pub(super) fn announce(&self, mid: &str) -> bool {
        self.announced.replace(Some(mid.to_owned())).as_deref() != Some(mid)
    }

    pub(super) fn is_announced(&self) -> bool {
        self.announced.borrow().is_some()
    }

    /// Comes when the server has it, or will not take it.
    pub(super) fn published(&self) -> oneshot::Receiver<Result<(), Failure>> {
        let (sender, published) = oneshot::channel();
        self.waiting.borrow_mut().push(sender);
        if self.is_announced() {
            self.settle(&Ok(()));
        }
        published
    }

    pub(super) fn settle(&self, result: &Result<(), Failure>) {
        for waiting in self.waiting.take() {
            // Whoever stopped waiting does not want to know.
            waiting.send(result.clone()).ok();
        }
    }
}

/// The failure of what was given up because the room was left.
pub(super) fn left() -> Failure {
    Error::new(ErrorCode::Aborted, "the room was left").into()
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

    pub(super) fn has(&self, slot: &Rc<Slot>) -> bool {
        self.0.borrow().iter().any(|one| Rc::ptr_eq(one, slot))
    }

    /// Whether it was there.
    pub(super) fn remove(&self, slot: &Rc<Slot>) -> bool {
        let mut slots = self.0.borrow_mut();
        let before = slots.len();
        slots.retain(|one| !Rc::ptr_eq(one, slot));
        slots.len() < before
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

    pub(super) fn with(&self, media: &MediaStreamTrack) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.track.media() == *media).cloned()
    }

    /// What an offer made now holds.
    pub(super) fn streams(&self) -> Map<String, LocalStream> {
        let slots = self.0.borrow();
        let stream = |slot: &Rc<Slot>| {
            let (kind, source, name) = (slot.kind(), slot.source(), slot.name());
            let muted = slot.muted.get();
            slot.mid().map(|mid| (mid, LocalStream { kind, source, name, muted }))
        };
        slots.iter().filter_map(stream).collect()
    }
}
