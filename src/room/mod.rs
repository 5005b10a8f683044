//! The conference: a room with people in it, and ourselves.
//!
//! [`Room::join`] connects, joins, publishes what it was given and subscribes to everybody;
//! [`Room::events`] tells what changes, and the present state can always be read. Decisions are made
//! by [`crate::engine::conference`]; this layer executes them.
//!
//! ```no_run
//! # async fn example() -> Result<(), janus_wasm::room::Failure> {
//! use janus_wasm::room::{JoinOptions, Room, RoomOptions};
//!
//! let room = Room::new(RoomOptions::new(["wss://sfu.example/janus"]));
//! let mut events = room.events();
//! room.join(JoinOptions::new(1234).display("Ada").camera().microphone()).await?;
//! while let Some(event) = events.next().await { /* ... */ }
//! # Ok(()) }
//! ```

mod ahead;
mod bounds;
mod call;
mod changes;
mod channels;
pub(crate) mod checks;
mod credentials;
mod devices;
mod dropping;
mod event;
mod line;
mod listeners;
mod loan;
mod local;
mod memory;
mod moderation;
mod options;
mod parts;
mod places;
mod present;
mod publication;
mod receiving;
mod renewing;
mod signal;
mod speaker;
mod tell;
mod toggle;
mod track;
mod wire;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

pub use self::credentials::Credentials;
pub use self::event::{Failure, Publication, RoomEvent, RoomState};
#[cfg(all(test, not(target_family = "wasm")))]
pub(crate) use self::listeners::tests as listening;
pub use self::listeners::{Events, Watching};
pub(crate) use self::listeners::{Listeners, Tells};
pub use self::moderation::Moderation;
pub use self::options::{GivenTrack, JoinOptions, PrepareOptions, RoomOptions};
pub use self::parts::Parts;
pub(crate) use self::present::WeakRoom;
#[cfg(feature = "npm")]
pub(crate) use self::publication::Change;
pub use self::publication::LocalPublication;
#[cfg(feature = "npm")]
pub(crate) use self::track::create_tracks;
pub(crate) use self::track::on_elements;
pub use self::track::{Track, create_local_tracks};
pub use crate::engine::Millis;
pub use crate::engine::conference::Reason;
pub use crate::engine::devices::{DeviceEvent, DeviceKind, DevicePermission, MediaDevice};
pub use crate::engine::roster::{Person, RemoteStream};
pub use crate::engine::subscriptions::{StreamRef, Terms};
pub use crate::protocol::Json;
pub use crate::protocol::description::Source;
pub use crate::protocol::videoroom::StreamKind;
pub use crate::web::{
    CameraOptions, MicrophoneOptions, PeerConfig, PublishOptions, ScreenOptions, Thrown,
};
pub use crate::web::{DeviceWatch, choose_speaker, device_permission, list_devices, watch_devices};

use self::ahead::Ahead;
use self::call::Call;
pub(crate) use self::local::Device;
use self::local::Slot;
pub use self::memory::CurrentLayers;
pub(crate) use self::memory::{KnownChannel, Past};
use self::toggle::{Wish, begin};
use self::wire::said;
use crate::engine::conference::Asked;
use crate::engine::negotiation::Role;
use crate::engine::requests::Words;
use crate::turns::Turns;
use crate::web::{MediaStreamTrack, Playback};
use crate::{Error, ErrorCode, Id};

pub(crate) struct Inner {
    options: RoomOptions,
    peer: RefCell<PeerConfig>,
    listeners: Listeners<RoomEvent>,
    playback: Rc<Playback>,
    call: RefCell<Option<Rc<Call>>>,
    ahead: RefCell<Rc<Ahead>>,
    /// Whoever joins waits until the server has let go of us.
    goodbyes: Turns,
    state: Cell<RoomState>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room")
    }
}

/// A room of a server. Clones are the same room; with the last of them it is left, though nobody waits for the server's
/// word.
#[derive(Clone, Debug)]
pub struct Room(Rc<Inner>);

impl Room {
    /// A room one has not joined yet; nothing is connected.
    pub fn new(options: RoomOptions) -> Self {
        let room = Self::without_past(options);
        room.remember();
        room
    }

    /// The same, which keeps nothing of what it is told.
    pub(crate) fn without_past(options: RoomOptions) -> Self {
        let inner = Rc::new(Inner {
            peer: RefCell::new(options.peer.clone()),
            options,
            listeners: Listeners::default(),
            playback: Rc::default(),
            call: RefCell::default(),
            ahead: RefCell::default(),
            goodbyes: Turns::default(),
            state: Cell::new(RoomState::Disconnected),
        });
        let weak = Rc::downgrade(&inner);
        inner.playback.on_change(Rc::new(move |allowed| {
            if let Some(inner) = weak.upgrade() {
                inner.listeners.emit(&RoomEvent::PlaybackChanged(allowed));
            }
        }));
        Self(inner)
    }

    /// Calls `listener` with every event, at once and in order, until the room is dropped.
    pub fn on_event(&self, listener: impl Fn(&RoomEvent) + 'static) {
        self.0.listeners.add(listener);
    }

    /// The same, until what is returned is dropped.
    ///
    /// ```no_run
    /// # fn example(room: &janus_wasm::room::Room) {
    /// let watching = room.watch(|event| { /* ... */ });
    /// drop(watching);
    /// # }
    /// ```
    #[must_use = "nothing is heard once it is dropped"]
    pub fn watch(&self, listener: impl Fn(&RoomEvent) + 'static) -> Watching {
        Watching::new(&self.0, listener)
    }

    /// Every event from now on, as a stream.
    pub fn events(&self) -> Events {
        self.0.listeners.stream()
    }

    /// Where the room stands.
    pub fn state(&self) -> RoomState {
        self.0.state.get()
    }

    /// Everybody else, by id.
    pub fn participants(&self) -> Vec<(Id, Person)> {
        self.0.call().map_or(Vec::new(), |call| call.people())
    }

    /// Connects and makes session and handles, so that joining later takes less time. Joining does it
    /// if this was not called, and waits for it if it is not done. Within a call nothing is prepared.
    ///
    /// # Errors
    /// Those of connecting; `Aborted` if [`Room::leave`] was called meanwhile, which gives up what was made.
    pub async fn prepare(&self) -> Result<(), Failure> {
        self.prepare_with(PrepareOptions::new()).await
    }

    /// The same, and makes the offer of tracks, so that it travels with joining at once. They are published by
    /// joining that names no tracks, until [`Room::leave`] or until something else is prepared.
    ///
    /// ```no_run
    /// # async fn example(room: janus_wasm::room::Room, canvas: janus_wasm::web::MediaStreamTrack) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::room::{JoinOptions, PrepareOptions, PublishOptions};
    /// room.prepare_with(PrepareOptions::new().track(canvas, &PublishOptions::default())).await?;
    /// room.join(JoinOptions::new(1234)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Room::prepare`]; `InvalidArgument` if a track has ended, or an option makes no sense.
    pub async fn prepare_with(&self, options: PrepareOptions) -> Result<(), Failure> {
        self.0.options.check()?;
        options.check()?;
        self.keep_ahead();
        self.prepare_as(options).await
    }

    /// The same with what was looked at before.
    pub(crate) async fn prepare_as(&self, options: PrepareOptions) -> Result<(), Failure> {
        let ahead = Rc::clone(&self.0.ahead.borrow());
        if self.0.call().is_some() || ahead.is_entering() {
            return Ok(());
        }
        ahead.offer(&self.0, options)?;
        ahead.connect(&self.0).await
    }

    /// Joins. Ends when we are in the room; publishing and receiving follow as media comes.
    ///
    /// # Errors
    /// `InvalidArgument` for what makes no sense, of the room's own options too; its message begins with the field, and
    /// nothing has happened then. `Unreachable`, `NotJanus`, `Timeout`, `RoomNotFound`, `Unauthorized`, `IdTaken`;
    /// `InvalidState` if joined already; `Aborted` if [`Room::leave`] was called meanwhile. A camera or
    /// microphone that cannot be had is no error but an event, and so is a room that takes no further
    /// publisher (`RoomFull`): it is joined to listen and watch.
    pub async fn join(&self, options: JoinOptions) -> Result<(), Failure> {
        self.0.options.check()?;
        options.check()?;
        self.enter(options).await
    }

    /// The same with what was looked at before.
    pub(crate) async fn enter(&self, mut options: JoinOptions) -> Result<(), Failure> {
        let ahead = Rc::clone(&self.0.ahead.borrow());
        if self.0.call().is_some() || ahead.is_entering() {
            let text = "this room is joined already, or being joined: leave() first";
            return Err(Error::new(ErrorCode::InvalidState, text).into());
        }
        let (call, joined) = ahead.begin(&self.0, &mut options)?;
        self.0.call.replace(Some(Rc::clone(&call)));
        self.0.set_state(RoomState::Connecting, None, None);
        call.open_devices(options.camera, options.microphone);
        call.get_signal(&self.0, ahead);
        let closed = || Err(Error::new(ErrorCode::Closed, "the room was dropped"));
        joined.await.unwrap_or_else(|_| closed()).map_err(Failure::from)
    }

    /// Leaves: everything this room opened is closed, on the server too, and what was prepared. Waits for the
    /// server's word, though not for long. Who joins again need not wait: joining does.
    pub async fn leave(&self) {
        let (ahead, goodbye) = (self.0.ahead.take(), self.0.goodbyes.take());
        let ahead = ahead.give_up();
        if let Some(call) = self.0.call() {
            call.leave().await;
        }
        ahead.await;
        drop(goodbye.await);
    }

    /// `given`: the application said how the device is to be opened.
    pub(crate) async fn switch(
        &self,
        device: Device,
        enabled: bool,
        given: bool,
    ) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        let this = Rc::clone(&call);
        let (source, is_camera) = (device.source(), device.is_camera);
        let work = async move {
            let call = Rc::clone(&this);
            let wish = async move { call.switch(device, enabled, given).await };
            this.device(is_camera).turn(enabled, Box::pin(wish)).await?;
            // Outside of the switch: a device can be closed before the server has it.
            if enabled { this.published(source).await } else { Ok(()) }
        };
        let mut work: Wish = Box::pin(work);
        let (toggle, slots) = (call.device(is_camera), call.slots.all_of(source));
        for slot in slots.iter().take(if enabled { 1 } else { slots.len() }) {
            slot.wanted.set(enabled);
        }
        if enabled {
            toggle.claim();
        } else if toggle.is_running() || slots.is_empty() {
            // What is being switched on may take as long as a prompt stays open, and looks then. It is off before.
            begin(call.turned_off(source));
            let this = Rc::clone(&call);
            work = Box::pin(async move { this.switch_off(source, is_camera).await });
        }
        call.answers.of(work).await
    }

    /// Shares a screen, or no longer; the options as JSON.
    pub(crate) async fn share_screen(
        &self,
        enabled: bool,
        screen: Json,
        options: Json,
    ) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        let this = Rc::clone(&call);
        let work = async move {
            let call = Rc::clone(&this);
            let wish = async move { call.share_screen(enabled, &screen, &options).await };
            this.screen.turn(enabled, Box::pin(wish)).await?;
            if enabled { this.screen_published().await } else { Ok(()) }
        };
        if enabled {
            call.screen.claim();
        } else if call.screen.is_running() {
            // As long as somebody takes to choose.
            begin(call.turned_off(Source::Screen));
            call.unshare();
            return Ok(());
        }
        call.answers.of(Box::pin(work)).await
    }

    /// Publishes a track that was looked at before.
    pub(crate) async fn publish(&self, given: GivenTrack) -> Result<LocalPublication, Failure> {
        let call = self.0.call_now()?;
        call.publish(Slot::given(given)).await
    }

    /// Publishes a track no longer, even before the server has it.
    pub fn unpublish_track(&self, track: &MediaStreamTrack) {
        if let Some(call) = self.0.call()
            && let Some(slot) = call.slots.with(track)
        {
            call.unpublish(&slot);
        }
    }

    /// Tells the others something else about us, an object.
    pub(crate) async fn say_metadata(&self, metadata: Json) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        let body = Json::write(&Words { metadata: metadata.clone() });
        // Without a place in the room it is said with taking one.
        let is_there = call.conference.borrow_mut().set_metadata(metadata);
        if let Some(handle) = call.handle(Role::Offerer).filter(|_| is_there) {
            let answer = handle.request(body.with("request", "configure"), None).await?;
            said(Role::Offerer, &answer, Some(Asked::Describe))?;
        }
        Ok(())
    }

    /// Whether the browser lets the page play sound.
    pub fn can_playback(&self) -> bool {
        self.0.playback.is_allowed()
    }

    /// Plays what the browser blocked; for use in a click.
    pub async fn start_playback(&self) {
        self.0.playback.start().await;
    }
}

impl Tells<RoomEvent> for Inner {
    fn listeners(&self) -> &Listeners<RoomEvent> {
        &self.listeners
    }
}

impl Inner {
    fn call(&self) -> Option<Rc<Call>> {
        self.call.borrow().clone()
    }

    fn set_state(&self, state: RoomState, reason: Option<Reason>, error: Option<Error>) {
        self.state.set(state);
        self.listeners.emit(&RoomEvent::StateChanged { state, reason, error });
    }

    /// The call is over, for whatever reason.
    fn call_over(&self, reason: Reason, error: Option<Error>) {
        self.call.replace(None);
        self.set_state(RoomState::Disconnected, Some(reason), error);
    }

    fn call_now(&self) -> Result<Rc<Call>, Failure> {
        let text = "join the room first";
        self.call().ok_or_else(|| Error::new(ErrorCode::InvalidState, text).into())
    }
}
