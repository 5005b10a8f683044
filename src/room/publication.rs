//! What we publish, as the application holds it.

use std::fmt;
use std::rc::{Rc, Weak};

use super::call::Call;
use super::event::{Failure, RoomEvent};
use super::local::{Named, Slot, left};
use super::track::Track;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::web::{
    self, Listener, MediaStreamTrack, PublishOptions, RtcRtpTransceiver, spawn_local,
};
use crate::{Error, ErrorCode};

/// One of our tracks in the room. It keeps its identity while its device is closed and opened again, while
/// another track is sent in its place, and while connections are made anew.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room, canvas: janus_wasm::web::MediaStreamTrack) -> Result<(), janus_wasm::room::Failure> {
/// use janus_wasm::web::PublishOptions;
/// let options = PublishOptions { name: Some("Whiteboard".to_owned()), ..PublishOptions::default() };
/// let whiteboard = room.publish_track(canvas, &options).await?;
/// whiteboard.mute(false).await?;
/// whiteboard.unpublish();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct LocalPublication {
    call: Weak<Call>,
    pub(super) slot: Rc<Slot>,
}

impl fmt::Debug for LocalPublication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slot.fmt(f)
    }
}

impl LocalPublication {
    pub(super) fn new(call: &Rc<Call>, slot: Rc<Slot>) -> Self {
        Self { call: Rc::downgrade(call), slot }
    }

    fn call(&self) -> Result<Rc<Call>, Failure> {
        let published = |call: &Rc<Call>| !call.is_over() && call.slots.has(&self.slot);
        let text = "this track is published no longer";
        let error = || Error::new(ErrorCode::InvalidState, text).into();
        self.call.upgrade().filter(published).ok_or_else(error)
    }

    /// The track.
    pub fn track(&self) -> Rc<Track> {
        Rc::clone(&self.slot.track)
    }

    /// What tells it from others: a mid may change when a peer connection is made anew.
    pub fn key(&self) -> u32 {
        self.slot.key
    }

    /// Its m-line; not known before the first offer.
    pub fn mid(&self) -> Option<String> {
        self.slot.mid()
    }

    /// Whether it is muted.
    pub fn is_muted(&self) -> bool {
        self.slot.muted.get()
    }

    /// How it is published: [`PublishOptions`] as JSON.
    pub fn settings(&self) -> Json {
        self.slot.settings.borrow().clone()
    }

    /// The browser's transceiver, for what the library has no word for. Another one takes its place when the
    /// peer connection is made anew.
    pub fn transceiver(&self) -> Option<RtcRtpTransceiver> {
        self.slot.sender().map(|sender| sender.transceiver())
    }

    /// Ceases to send, and tells the others. `release`: closes the device too, if it is ours to close: its
    /// light goes out. Called again before it is done, the last wish wins.
    pub async fn mute(&self, release: bool) -> Result<(), Failure> {
        self.change(Change::Mute { release }).await
    }

    /// Sends again, and opens the device if it was closed.
    ///
    /// # Errors
    /// The browser's, if the device cannot be opened; it stays muted then.
    pub async fn unmute(&self) -> Result<(), Failure> {
        self.change(Change::Unmute).await
    }

    /// Sends another track of the same kind in its place, without negotiating anew. The new one is the
    /// application's to stop.
    pub async fn replace_track(&self, media: MediaStreamTrack) -> Result<(), Failure> {
        self.change(Change::Replace(media)).await
    }

    /// Opens another camera or microphone in its place, without negotiating anew. If that fails, what was there
    /// goes on. While muted, the device is only remembered.
    ///
    /// # Errors
    /// The browser's; `InvalidState` for tracks whose device was opened by somebody else.
    pub async fn switch_device(&self, device_id: &str) -> Result<(), Failure> {
        self.change(Change::Device(device_id.to_owned())).await
    }

    /// Sends it in another way, without negotiating anew. What needs a negotiation (the codec, the number of
    /// layers, what Opus does) holds from the next one on.
    pub async fn set_options(&self, options: &PublishOptions) -> Result<(), Failure> {
        self.change(Change::Settings(Json::write(options))).await
    }

    pub(crate) async fn change(&self, change: Change) -> Result<(), Failure> {
        // What is sent differently is none the less muted or not.
        let tunes = matches!(change, Change::Settings(_));
        let toggle = if tunes { &self.slot.tuning } else { &self.slot.toggle };
        let this = self.clone();
        let wish = async move { this.call()?.change(&this.slot, change).await };
        toggle.set(Box::pin(wish)).await
    }

    /// Publishes it no longer. A device we opened is closed.
    pub fn unpublish(&self) {
        if let Some(call) = self.call.upgrade() {
            call.unpublish(&self.slot);
        }
    }
}

/// What becomes of a publication.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Mute {
        release: bool,
    },
    Unmute,
    Replace(MediaStreamTrack),
    Device(String),
    /// `PublishOptions` as JSON.
    Settings(Json),
}

impl Call {
    async fn change(self: &Rc<Self>, slot: &Rc<Slot>, change: Change) -> Result<(), Failure> {
        let media = match change {
            Change::Mute { release } => return self.mute_slot(slot, release).await,
            Change::Settings(settings) => return self.tune(slot, settings).await,
            Change::Unmute if slot.is_live() => {
                slot.track.media().set_enabled(true);
                if let Some(sender) = slot.sender() {
                    sender.replace(Some(&slot.track.media())).await?;
                }
                self.mute(slot, false);
                return Ok(());
            }
            Change::Replace(media) => return self.replace_in(slot, media, false).await,
            Change::Unmute => {
                let device = slot.device.borrow().clone();
                let text = "the track has ended: publish another";
                let device = device.ok_or_else(|| Error::new(ErrorCode::InvalidState, text))?;
                self.open(&device).await?
            }
            Change::Device(id) => match self.open_other(slot, &id).await? {
                Some(media) => media,
                None => return Ok(()),
            },
        };
        self.replace_in(slot, media, true).await
    }

    async fn tune(self: &Rc<Self>, slot: &Slot, settings: Json) -> Result<(), Failure> {
        let before = slot.name();
        slot.settings.replace(settings.clone());
        if slot.name() != before {
            self.describe_slot(slot);
        }
        if let Some(sender) = slot.sender() {
            sender.change(&slot.track.media(), &settings).await?;
        }
        Ok(())
    }

    /// Publishes a track, and waits for the server to have it.
    pub(super) async fn publish(self: &Rc<Self>, slot: Slot) -> Result<LocalPublication, Failure> {
        let known = self.slots.with(&slot.track.media());
        let slot = if let Some(slot) = known {
            slot
        } else {
            let slot = self.add(slot)?;
            self.negotiate();
            slot
        };
        let published = slot.published();
        published.await.unwrap_or_else(|_| Err(left()))?;
        Ok(LocalPublication::new(self, slot))
    }

    /// Adds a track to what the next offer holds.
    pub(super) fn add(self: &Rc<Self>, slot: Slot) -> Result<Rc<Slot>, Failure> {
        let peer = self.publisher()?;
        slot.add_to(&peer)?;
        let slot = self.slots.add(slot);
        self.watch(&slot);
        self.emit_sender(&slot);
        Ok(slot)
    }

    /// Adds what is published to a fresh peer connection.
    pub(super) fn add_again(self: &Rc<Self>) {
        let Ok(peer) = self.publisher() else { return };
        for slot in self.slots.all() {
            // What the browser refuses now it would have refused before.
            if slot.add_to(&peer).is_ok() {
                self.emit_sender(&slot);
            }
            if slot.muted.get()
                && let Some(sender) = slot.sender()
            {
                spawn_local(async move {
                    // Fails only with the whole peer connection.
                    sender.replace(None).await.ok();
                });
            }
        }
    }

    pub(super) fn emit_sender(&self, slot: &Slot) {
        if let Some(sender) = slot.sender() {
            let (transceiver, source) = (sender.transceiver(), slot.source());
            self.emit(&RoomEvent::SenderAdded { transceiver, source });
        }
    }

    /// Hears of a device that is unplugged, or of a screen that is shared no longer.
    fn watch(self: &Rc<Self>, slot: &Rc<Slot>) {
        let (call, weak) = (Rc::downgrade(self), Rc::downgrade(slot));
        let listener = Listener::new(&slot.track.media(), "ended", move |_: web::JsValue| {
            if let (Some(call), Some(slot)) = (call.upgrade(), weak.upgrade()) {
                call.device_ended(&slot);
            }
        });
        slot.ended.replace(Some(listener));
    }

    fn device_ended(self: &Rc<Self>, slot: &Rc<Slot>) {
        if slot.device.borrow().is_none() {
            // A screen, or a track the application gave: there is nothing to open again. With its picture a screen
            // is gone, whatever its sound does.
            let is_screen = slot.source() == Source::Screen && slot.track.is_video();
            let with_it = |one: &Rc<Slot>| is_screen && one.source() == Source::Screen;
            for sound in self.slots.all().into_iter().filter(with_it) {
                self.unpublish(&sound);
            }
            return self.unpublish(slot);
        }
        if !slot.muted.get() {
            let publication = LocalPublication::new(self, Rc::clone(slot));
            let source = slot.source();
            self.emit(&RoomEvent::DeviceLost { source });
            spawn_local(async move {
                // It is silent already; the others are to know.
                publication.mute(true).await.ok();
            });
        }
    }

    /// Takes a track out of the room.
    pub(super) fn unpublish(self: &Rc<Self>, slot: &Rc<Slot>) {
        if !self.slots.remove(slot) {
            return;
        }
        let mid = slot.mid().filter(|_| slot.is_announced());
        let text = "the track was unpublished before the server had it";
        slot.close(&Error::new(ErrorCode::Aborted, text).into());
        if let Some(mid) = mid {
            self.emit(&RoomEvent::LocalTrackUnpublished { mid });
        }
        self.negotiate();
    }

    async fn mute_slot(self: &Rc<Self>, slot: &Slot, release: bool) -> Result<(), Failure> {
        self.mute(slot, true);
        if let Some(sender) = slot.sender() {
            sender.replace(None).await?;
        }
        if release && slot.device.borrow().is_some() {
            slot.track.stop();
        }
        Ok(())
    }

    /// Sends another track in the place of one, and unmutes it.
    pub(super) async fn replace_in(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        media: MediaStreamTrack,
        ours: bool,
    ) -> Result<(), Failure> {
        // The sender first: if it refuses the track, everything stays as it was. Not `.clone()` below: that is
        // the browser's own, which makes a second track.
        let sender = slot.sender();
        if let Some(sender) = &sender {
            sender.replace(Some(&media)).await?;
        }
        slot.replaced(Clone::clone(&media), ours)?;
        self.watch(slot);
        if let Some(sender) = sender {
            let settings = slot.settings.borrow().clone();
            // Other sizes want other rates; the old ones do until the browser takes them.
            sender.change(&media, &settings).await.ok();
        } else {
            let peer = self.publisher()?;
            slot.add_to(&peer)?;
            self.emit_sender(slot);
            self.negotiate();
        }
        self.mute(slot, false);
        Ok(())
    }

    /// Says anew what a stream is.
    fn describe_slot(self: &Rc<Self>, slot: &Slot) {
        if let Some(mid) = slot.mid() {
            self.conference.borrow_mut().rename(&mid, slot.name());
        }
        self.pump();
    }
}

/// What a track is published as: as the options say, or as its kind suggests.
pub(super) fn source_for(media: &MediaStreamTrack, settings: &Json) -> Source {
    let named = Named::of(settings).source.as_deref().and_then(Source::parse);
    named.unwrap_or_else(|| super::track::source_of(media))
}
