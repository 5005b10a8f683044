//! What a room went through and was told, for apps in Rust.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::dropping::Open;
use super::local::Slot;
use super::speaker::Speaker;
use super::{Inner, LocalPublication, Reason, Room, RoomEvent, RoomState, StreamRef};
use crate::engine::Millis;
use crate::protocol::Json;
use crate::web::{self, JsValue, RtcDataChannel, RtcRtpTransceiver};
use crate::{Error, Id, Map};

/// So many changes of state are kept, and of STUN and TURN servers.
const KEPT: usize = 50;

thread_local! {
    /// Of all rooms there are. Not a part of them, so that a page does not load it, whose package keeps this itself.
    static MEMORIES: RefCell<Vec<Weak<Memory>>> = const { RefCell::new(Vec::new()) };
}

/// A change of state.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// When, by the clock of the page.
    pub(crate) at: Millis,
    pub(crate) state: RoomState,
    pub(crate) reason: Option<Reason>,
    pub(crate) error: Option<Error>,
}

/// A data channel of a call.
#[derive(Clone, Debug)]
pub(crate) struct KnownChannel {
    pub(crate) channel: RtcDataChannel,
    pub(crate) label: String,
    /// Whether we opened it.
    pub(crate) ours: bool,
}

/// What comes of a stream with layers, as far as the server says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CurrentLayers {
    /// The layer of simulcast or SVC: 0 is the smallest.
    pub spatial: Option<u32>,
    /// The temporal layer: 0 has the fewest pictures.
    pub temporal: Option<u32>,
}

/// The room that was joined last, and as whom.
#[derive(Clone, Debug)]
struct Stay {
    description: String,
    display: String,
}

/// Lasts as long as its room, whose first listener has it: what is kept here can be read by all that come behind.
struct Memory {
    room: Weak<Inner>,
    states: RefCell<Vec<Past>>,
    /// What STUN and TURN servers there were after those it was made with: secrets that a report must not hold.
    ice_servers: RefCell<Vec<Json>>,
    /// Of this call.
    channels: RefCell<Vec<KnownChannel>>,
    /// Of what comes now.
    layers: RefCell<Map<StreamRef, CurrentLayers>>,
    stay: RefCell<Option<Stay>>,
    speaker: Rc<Speaker>,
    open: Open,
}

impl Memory {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a room tells of much else")]
    fn heard(&self, event: &RoomEvent) {
        match event {
            RoomEvent::StateChanged { state, reason, error } => {
                self.state_changed(*state, *reason, error.clone());
                self.open.set_call(self.room.upgrade().and_then(|room| room.call()));
                if *state == RoomState::Disconnected {
                    drop((self.channels.take(), self.layers.take()));
                }
            }
            RoomEvent::LocalJoined { description, display, .. } => {
                let (description, display) = (description.clone(), display.clone());
                self.stay.replace(Some(Stay { description, display }));
            }
            RoomEvent::LayerChanged { id, mid, spatial, temporal } => {
                self.layer_changed(stream_of(id, mid), *spatial, *temporal);
            }
            RoomEvent::TrackUnsubscribed { id, mid } => {
                self.layers.borrow_mut().remove(&stream_of(id, mid));
            }
            RoomEvent::TrackMuted { id, mid, moderator: true, muted } => {
                self.moderated(id, mid, *muted);
            }
            RoomEvent::SenderAdded { transceiver, .. } => self.sender_added(transceiver),
            RoomEvent::DataChannel { channel, label, ours } => {
                let (channel, label, ours) = (channel.clone(), label.clone(), *ours);
                let mut channels = self.channels.borrow_mut();
                channels.retain(|known| !web::is_channel_closed(&known.channel));
                channels.push(KnownChannel { channel, label, ours });
            }
            _ => {}
        }
    }

    /// What is not told is as it was.
    fn layer_changed(&self, stream: StreamRef, spatial: Option<u32>, temporal: Option<u32>) {
        let mut layers = self.layers.borrow_mut();
        let before = layers.get(&stream).copied().unwrap_or_default();
        let (spatial, temporal) = (spatial.or(before.spatial), temporal.or(before.temporal));
        layers.insert(stream, CurrentLayers { spatial, temporal });
    }

    fn state_changed(&self, state: RoomState, reason: Option<Reason>, error: Option<Error>) {
        let mut states = self.states.borrow_mut();
        if states.len() >= KEPT {
            states.remove(0);
        }
        states.push(Past { at: web::now(), state, reason, error });
    }

    /// A moderator muted or unmuted a stream, maybe ours.
    fn moderated(&self, id: &Id, mid: &str, muted: bool) {
        let Some(room) = self.room.upgrade().map(Room) else { return };
        if room.local_id().as_ref() == Some(id)
            && let Some(slot) = room.slot(|slot| slot.mid().as_deref() == Some(mid))
        {
            slot.moderated.set(muted);
        }
    }

    /// What a moderator said was about the stream of the peer connection before.
    fn sender_added(&self, transceiver: &RtcRtpTransceiver) {
        let Some(room) = self.room.upgrade().map(Room) else { return };
        let is_it =
            |slot: &Slot| slot.sender().is_some_and(|sender| sender.transceiver() == *transceiver);
        let slot = room.slot(|slot| slot.moderated.get() && is_it(slot));
        if let (Some(slot), Some(id)) = (slot, room.local_id()) {
            slot.moderated.set(false);
            let mid = slot.announced().unwrap_or_default();
            let lifted = RoomEvent::TrackMuted { id, mid, moderator: true, muted: false };
            room.0.listeners.emit(&lifted);
        }
    }
}

fn stream_of(id: &Id, mid: &str) -> StreamRef {
    StreamRef { feed: id.clone(), mid: mid.to_owned() }
}

impl Room {
    /// Keeps what it goes through and is told from now on.
    pub(super) fn remember(&self) {
        let room = Rc::downgrade(&self.0);
        let memory = Rc::new(Memory {
            room,
            states: RefCell::default(),
            ice_servers: RefCell::default(),
            channels: RefCell::default(),
            layers: RefCell::default(),
            stay: RefCell::default(),
            speaker: Rc::default(),
            open: Open::default(),
        });
        MEMORIES.with_borrow_mut(|all| {
            all.retain(|memory| memory.strong_count() > 0);
            all.push(Rc::downgrade(&memory));
        });
        self.on_event(move |event| memory.heard(event));
    }

    fn memory(&self) -> Option<Rc<Memory>> {
        MEMORIES.with_borrow(|all| {
            let mut all = all.iter().filter_map(Weak::upgrade);
            all.find(|memory| memory.room.as_ptr() == Rc::as_ptr(&self.0))
        })
    }

    /// Keeps what there is of servers from now on.
    pub(super) fn remember_ice_servers(&self, servers: &JsValue) {
        if let (Some(memory), Ok(servers)) = (self.memory(), web::from_js(servers)) {
            let mut all = memory.ice_servers.borrow_mut();
            all.retain(|other| *other != servers);
            if all.len() >= KEPT {
                all.remove(0);
            }
            all.push(servers);
        }
    }

    /// The STUN and TURN servers it was told of since it was made, the last ones last. Holds secrets.
    pub(crate) fn later_ice_servers(&self) -> Vec<Json> {
        self.memory().map(|memory| memory.ice_servers.borrow().clone()).unwrap_or_default()
    }

    /// The data channels of this call, for what comes to hear them late; one that took the place of another comes
    /// behind it.
    pub(crate) fn channels(&self) -> Vec<KnownChannel> {
        self.memory().map(|memory| memory.channels.borrow().clone()).unwrap_or_default()
    }

    /// What comes of a stream with layers; nothing of others, and nothing before the server said so.
    ///
    /// ```no_run
    /// # fn example(room: &janus_wasm::room::Room, stream: &janus_wasm::room::StreamRef) {
    /// let is_best = room.current_layers(stream).spatial == Some(2);
    /// # }
    /// ```
    pub fn current_layers(&self, stream: &StreamRef) -> CurrentLayers {
        let memory = self.memory();
        let known = memory.and_then(|memory| memory.layers.borrow().get(stream).copied());
        known.unwrap_or_default()
    }

    fn stay(&self) -> Option<Stay> {
        self.memory()?.stay.borrow().clone()
    }

    /// The name of the room joined last.
    pub fn description(&self) -> Option<String> {
        self.stay().map(|stay| stay.description)
    }

    /// The name we joined with last; empty where we gave none.
    pub fn local_display(&self) -> Option<String> {
        self.stay().map(|stay| stay.display)
    }

    /// What is made ahead is given up with the room.
    pub(super) fn keep_ahead(&self) {
        if let Some(memory) = self.memory() {
            memory.open.set_ahead(Rc::clone(&self.0.ahead.borrow()));
        }
    }

    pub(super) fn speaker(&self) -> Option<Rc<Speaker>> {
        self.memory().map(|memory| Rc::clone(&memory.speaker))
    }

    fn slot(&self, is_it: impl Fn(&Slot) -> bool) -> Option<Rc<Slot>> {
        self.0.call()?.slots.all().into_iter().find(|slot| is_it(slot))
    }

    /// Its last changes of state, the last one last.
    pub(crate) fn past(&self) -> Vec<Past> {
        self.memory().map(|memory| memory.states.borrow().clone()).unwrap_or_default()
    }
}

impl LocalPublication {
    /// Whether a moderator muted it: nobody receives it, whatever we do, until a moderator unmutes it. That ends with
    /// the peer connection it was sent over, and with the m-line: on the next one it is received again, unless we muted
    /// it. [`RoomEvent::TrackMuted`] tells both.
    ///
    /// ```no_run
    /// # fn example(room: &janus_wasm::room::Room) {
    /// let ours = room.local_publications();
    /// let silenced = ours.iter().any(|ours| ours.is_moderated());
    /// # }
    /// ```
    pub fn is_moderated(&self) -> bool {
        self.slot.moderated.get()
    }
}
