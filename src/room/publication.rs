//! What we publish, as the application holds it.

use std::fmt;
use std::rc::{Rc, Weak};

use super::call::Call;
use super::event::{Failure, RoomEvent};
use super::local::{Device, Named, Slot, left};
use super::toggle::{Wish, begin};
use super::track::Track;
use crate::engine::conference::KEPT_LINES;
use crate::engine::negotiation::Role;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::turns::Turn;
use crate::web::{
    self, Listener, MediaStreamTrack, MediaStreamTrackState, Needs, Peer, PublishOptions,
    RtcRtpTransceiver, Sender, spawn_local,
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

    /// Whether we muted it.
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

    /// Opens another camera or microphone in its place, looked at before.
    pub(crate) async fn switch_to(&self, device_id: &str) -> Result<(), Failure> {
        let before = self.slot.device.borrow().clone();
        let text = "this track has no device the room opened: use replaceTrack()";
        let before = before.ok_or_else(|| Error::new(ErrorCode::InvalidState, text))?;
        self.reopen(before.with_id(device_id)).await
    }

    pub(super) async fn reopen(&self, device: Device) -> Result<(), Failure> {
        self.change(Change::Device(device)).await
    }

    /// Sends these layers and so many pictures per second at most. Whatever else was asked for meanwhile stays.
    pub(crate) async fn set_limits(
        &self,
        layers: Option<Vec<bool>>,
        max_frame_rate: Option<u32>,
    ) -> Result<(), Failure> {
        let (call, slot) = (self.call()?, Rc::clone(&self.slot));
        let this = Rc::clone(&call);
        let work = async move {
            let limited = |settings: &Json| {
                let options: PublishOptions = settings.read().unwrap_or_default();
                Json::write(&PublishOptions { max_frame_rate, layers, ..options })
            };
            this.tune(&slot, limited).await
        };
        call.answers.of(Box::pin(work)).await
    }

    pub(crate) async fn change(&self, change: Change) -> Result<(), Failure> {
        if let Change::Mute { .. } | Change::Unmute = change {
            self.slot.wanted.set(matches!(change, Change::Unmute));
        }
        self.make(change).await
    }

    async fn make(&self, change: Change) -> Result<(), Failure> {
        let (call, slot) = (self.call()?, Rc::clone(&self.slot));
        let this = Rc::clone(&call);
        let is_off = matches!(change, Change::Mute { .. }) && slot.is_off();
        let work = async move {
            let toggle = match &change {
                Change::Mute { .. } | Change::Unmute => Some(&slot.power),
                Change::Replace(_) | Change::Device(_) => Some(&slot.content),
                Change::Settings(_) => None,
            };
            let changed = Rc::clone(&slot);
            let wish: Wish = Box::pin(async move { this.change(&changed, change).await });
            match toggle {
                Some(toggle) => toggle.set(wish).await,
                None => wish.await,
            }
        };
        if is_off {
            // It stays so, however long a prompt to switch it on stays open.
            begin(Box::pin(work));
            return Ok(());
        }
        call.answers.of(Box::pin(work)).await
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
    Device(Device),
    /// `PublishOptions` as JSON.
    Settings(Json),
}

fn unpublished() -> Failure {
    Error::new(ErrorCode::Aborted, "the track was unpublished meanwhile").into()
}

impl Call {
    async fn change(self: &Rc<Self>, slot: &Rc<Slot>, change: Change) -> Result<(), Failure> {
        match change {
            Change::Mute { release } => self.mute_slot(slot, release).await,
            Change::Unmute => self.unmute_slot(slot).await,
            Change::Device(device) => self.open_other(slot, device).await,
            Change::Replace(media) => {
                let _turn = self.turn(slot, None).await?;
                self.replace_in(slot, media, false).await
            }
            Change::Settings(settings) => self.tune(slot, |_| settings).await,
        }
    }

    /// Waits until nothing else is done with the sender. A device that was opened for what was unpublished meanwhile
    /// is closed.
    pub(super) async fn turn(
        &self,
        slot: &Rc<Slot>,
        opened: Option<&MediaStreamTrack>,
    ) -> Result<Turn, Failure> {
        let turn = slot.turns.take().await;
        if self.slots.has(slot) && !self.is_over() {
            return Ok(turn);
        }
        if let Some(opened) = opened {
            opened.stop();
        }
        Err(unpublished())
    }

    /// `settings`: what is to be made of those it has.
    async fn tune(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        settings: impl FnOnce(&Json) -> Json,
    ) -> Result<(), Failure> {
        let _turn = self.turn(slot, None).await?;
        let settings = settings(&slot.settings.borrow());
        let change = |sender: &Sender| sender.change(&slot.track.media(), &settings);
        let needs = slot.on_sender(&change).await?.as_ref().map(Needs::of);
        let before = slot.settings.replace(settings);
        let named = Named::of(&before).name;
        if needs == Some(Needs::MLine)
            && let Err(failure) = self.send_anew(slot)
        {
            slot.settings.replace(before);
            return Err(failure);
        }
        if needs != Some(Needs::Nothing) {
            slot.accepted.borrow_mut().get_or_insert(before);
        }
        // What nothing sends now is sent so when it is sent again.
        if matches!(needs, Some(Needs::MLine | Needs::Offer)) {
            self.negotiate();
        }
        if slot.name() != named {
            self.describe_slot(slot);
        }
        Ok(())
    }

    /// Sends on another m-line what cannot be sent in another way on the one it has, which it keeps if that fails.
    fn send_anew(self: &Rc<Self>, slot: &Rc<Slot>) -> Result<(), Failure> {
        let (before, any_codec) = (slot.sender(), slot.any_codec.replace(false));
        let Some(peer) = self.present(Role::Offerer) else { return Ok(()) };
        let added = self.add_to(slot, &peer, slot.muted.get());
        if added.is_err() {
            slot.any_codec.set(any_codec);
        } else if let Some(before) = before {
            before.remove();
        }
        added
    }

    /// Publishes a track, and waits for the server to have it.
    pub(super) async fn publish(self: &Rc<Self>, slot: Slot) -> Result<LocalPublication, Failure> {
        let known = self.slots.with(&slot.track.media());
        let is_new = known.is_none();
        let slot = known.map_or_else(|| self.add(slot), Ok)?;
        let published = slot.published();
        if is_new {
            self.offer_due();
        }
        published.await.unwrap_or_else(|_| Err(left()))?;
        Ok(LocalPublication::new(self, slot))
    }

    /// Adds a track to what the next offer holds. If that fails, a device we opened is closed.
    pub(super) fn add(self: &Rc<Self>, slot: Slot) -> Result<Rc<Slot>, Failure> {
        let slot = Rc::new(slot);
        let add = || {
            check_live(&slot.track.media())?;
            let peer = self.publisher()?;
            peer.map_or(Ok(()), |peer| self.add_to(&slot, &peer, slot.muted.get()))
        };
        if let Err(failure) = add() {
            slot.close(&failure);
            return Err(failure);
        }
        self.slots.add(&slot);
        self.occupy(&slot);
        self.watch(&slot);
        Ok(slot)
    }

    fn add_to(&self, slot: &Slot, peer: &Peer, muted: bool) -> Result<(), Failure> {
        self.make_places(peer, slot);
        let sender = slot.add_to(peer)?;
        let (transceiver, source) = (sender.transceiver(), slot.source());
        self.emit(&RoomEvent::SenderAdded { transceiver, source });
        if muted {
            // Begun now: what comes next may be to send again.
            let paused = sender.pause();
            spawn_local(async move {
                // Fails only with the whole peer connection.
                paused.await.ok();
            });
        }
        Ok(())
    }

    /// Adds what is published to a fresh peer connection, under the mids by which others know it.
    pub(super) fn add_again(self: &Rc<Self>) {
        let Ok(Some(peer)) = self.publisher() else { return };
        let slots = self.slots.all();
        for line in 0..=KEPT_LINES {
            for slot in slots.iter().filter(|slot| slot.line() == line) {
                peer.fill(line % KEPT_LINES);
                match self.add_to(slot, &peer, slot.muted.get()) {
                    Err(failure) if !slot.is_announced() => self.refuse(slot, failure),
                    // What was sent before the browser would have refused before.
                    _ => {}
                }
            }
        }
    }

    /// Hears of a device that is unplugged, of a screen that is shared no longer, and of a track that is stopped.
    fn watch(self: &Rc<Self>, slot: &Rc<Slot>) {
        let hear = |event: &'static str| {
            let (call, weak) = (Rc::downgrade(self), Rc::downgrade(slot));
            Listener::new(&slot.track.media(), event, move |_: web::JsValue| {
                if let (Some(call), Some(slot)) = (call.upgrade(), weak.upgrade()) {
                    call.device_ended(&slot, event != web::STOPPED);
                }
            })
        };
        let listeners = ["ended", web::STOPPED].map(hear);
        slot.ended.replace(Some(listeners));
    }

    /// `is_lost`: by itself, and not as the application stopped it.
    fn device_ended(self: &Rc<Self>, slot: &Rc<Slot>, is_lost: bool) {
        let device = slot.device.borrow().clone();
        let Some(device) = device else {
            // A screen, or a track the application gave: there is nothing to open again. With its picture a screen
            // is gone, whatever its sound does.
            let is_screen = slot.source() == Source::Screen && slot.track.is_video();
            let with_it = |one: &Rc<Slot>| is_screen && one.source() == Source::Screen;
            for sound in self.slots.all().into_iter().filter(with_it) {
                self.unpublish(&sound);
            }
            return self.unpublish(slot);
        };
        if is_lost {
            // That one is gone: next time any will do.
            slot.device.replace(Some(device.with_id("")));
        }
        // Unless another is about to take its place.
        if !slot.muted.get() && slot.coming.borrow().is_none() {
            spawn_local(Rc::clone(self).device_gone(Rc::clone(slot), is_lost));
        }
    }

    /// A device brings nothing any more, and there is no other in its place.
    pub(super) async fn device_gone(self: Rc<Self>, slot: Rc<Slot>, is_lost: bool) {
        if is_lost {
            self.emit(&RoomEvent::DeviceLost { source: slot.source() });
        }
        // It is silent already; the others are to know.
        LocalPublication::new(&self, slot).make(Change::Mute { release: true }).await.ok();
    }

    /// Takes a track out of the room.
    pub(super) fn unpublish(self: &Rc<Self>, slot: &Rc<Slot>) {
        let text = "the track was unpublished before the server had it";
        if self.slots.has(slot) {
            let had_place = self.vacate(slot);
            self.take_out(slot, &Error::new(ErrorCode::Aborted, text).into());
            if had_place { self.pump() } else { self.negotiate() }
        }
    }

    /// The same, without an offer that says so. Whoever waits for it to be published hears `why` it will not be;
    /// whether anybody does.
    pub(super) fn take_out(&self, slot: &Rc<Slot>, why: &Failure) -> bool {
        self.slots.remove(slot);
        let is_awaited = slot.close(why);
        if let Some(mid) = slot.announced() {
            self.emit(&RoomEvent::LocalTrackUnpublished { key: slot.key, mid });
        }
        is_awaited
    }

    /// Waits until the server has what is published from a source. A screen is its picture: what becomes of its sound
    /// is told by events.
    pub(super) async fn published(&self, source: Source) -> Result<(), Failure> {
        let mut slots = self.slots.all_of(source);
        if slots.iter().any(|slot| slot.track.is_video()) {
            slots.retain(|slot| slot.track.is_video());
        }
        // Those that end while others are waited for say nothing to who asks later.
        let waiting: Vec<_> = slots.iter().map(|slot| slot.published()).collect();
        for published in waiting {
            published.await.unwrap_or_else(|_| Err(left()))?;
        }
        Ok(())
    }

    /// Waits until the server has the screen. The last wish counts: who does not want it any more took nothing away from
    /// who wanted it before.
    pub(super) async fn screen_published(&self) -> Result<(), Failure> {
        let wishes = self.screen.wishes();
        let published = self.published(Source::Screen).await;
        let is_superseded = wishes != self.screen.wishes();
        let is_taken_back = |failure: &Failure| matches!(failure, Failure::Janus(error) if error.code() == ErrorCode::Aborted);
        published
            .or_else(|why| if is_superseded && is_taken_back(&why) { Ok(()) } else { Err(why) })
    }

    async fn mute_slot(self: &Rc<Self>, slot: &Rc<Slot>, release: bool) -> Result<(), Failure> {
        let _turn = self.turn(slot, None).await?;
        self.mute(slot, true);
        let paused = slot.on_sender(&Sender::pause).await;
        if release {
            slot.release();
        }
        paused?;
        Ok(())
    }

    async fn unmute_slot(self: &Rc<Self>, slot: &Rc<Slot>) -> Result<(), Failure> {
        let mut opened = None;
        if !slot.is_live() && slot.wanted.get() {
            let device = slot.device.borrow().clone();
            let text = "the track has ended: publish another";
            let device = device.ok_or_else(|| Error::new(ErrorCode::InvalidState, text))?;
            opened = Some(self.open(&device).await?);
        }
        let _turn = self.turn(slot, opened.as_ref()).await?;
        // Another track may be there already, or nobody wants to be seen any more.
        let is_superseded = slot.power.is_superseded() || !slot.wanted.get();
        if let Some(spare) = opened.take_if(|_| is_superseded || slot.is_live()) {
            spare.stop();
        }
        if is_superseded {
            return Ok(());
        }
        let is_fresh = opened.is_some();
        if let Some(opened) = opened {
            slot.replaced(opened, true)?;
            self.watch(slot);
        }
        slot.wake();
        if let Err(failure) = self.send(slot, &slot.track.media()).await {
            if is_fresh {
                slot.track.close();
            }
            return Err(failure);
        }
        self.mute(slot, false);
        Ok(())
    }

    /// Has this track sent in its place.
    async fn send(&self, slot: &Rc<Slot>, media: &MediaStreamTrack) -> Result<(), Failure> {
        let replace = |sender: &Sender| sender.replace(media, &slot.settings.borrow());
        slot.on_sender(&replace).await?;
        if self.slots.has(slot) { Ok(()) } else { Err(unpublished()) }
    }

    /// Another track in the place of one; muted stays muted.
    pub(super) async fn replace_in(
        self: &Rc<Self>,
        slot: &Rc<Slot>,
        media: MediaStreamTrack,
        ours: bool,
    ) -> Result<(), Failure> {
        check_live(&media)?;
        if !slot.muted.get() {
            // Not `.clone()`: that is the browser's own, which makes a second track.
            slot.coming.replace(ours.then(|| Clone::clone(&media)));
            // The sender first: if it refuses the track, everything stays as it was.
            let sent = self.send(slot, &media).await;
            let coming = slot.coming.take();
            if let Err(failure) = sent {
                coming.iter().for_each(MediaStreamTrack::stop);
                return Err(failure);
            }
        }
        slot.replaced(media, ours)?;
        self.watch(slot);
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

/// A track that has ended brings nothing any more.
pub(super) fn check_live(media: &MediaStreamTrack) -> Result<(), Failure> {
    if media.ready_state() == MediaStreamTrackState::Live {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidArgument, "track: it has ended").into())
}
