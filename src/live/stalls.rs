//! Streams of others that stand still.

use std::cell::RefCell;
use std::rc::Rc;

use super::stalls_rule::{Flow, StallChange, StallWatch};
use super::stats::RoomStats;
use super::ticker::{StatsWatch, watch_stats};
use crate::engine::Millis;
use crate::protocol::videoroom::StreamKind;
use crate::room::{
    Events, Listeners, RemoteStream, Room, RoomEvent, RoomState, Source, StreamRef, Watching,
    WeakRoom,
};
use crate::web;

/// After how long without anything a stream is stalled; pictures that may hold still are given more time.
const PATIENCE: Millis = Millis(2_500);
const STILL_PATIENCE: Millis = Millis(10_000);

/// Which streams stand still, for whoever needs to know.
#[derive(Debug, Default)]
pub(super) struct Standing(StallWatch<StreamRef>);

impl Standing {
    pub(super) fn step(&mut self, room: &Room, stats: &RoomStats) -> StallChange<StreamRef> {
        self.0.step(stats.at, &flowing(room, stats))
    }

    fn heard(&mut self) {
        self.0.heard();
    }

    pub(super) fn is_stalled(&self, stream: &StreamRef) -> bool {
        self.0.is_stalled(stream)
    }
}

/// What others publish, with its kind and whether it is muted.
pub(super) fn published(room: &Room) -> Vec<(StreamRef, RemoteStream)> {
    let of = |(feed, person): (crate::Id, crate::room::Person)| {
        let streams = person.streams.into_iter();
        streams.map(move |(mid, stream)| (StreamRef { feed: feed.clone(), mid }, stream))
    };
    room.participants().into_iter().flat_map(of).collect()
}

/// Whether media of it should be coming now.
pub(super) fn flows(room: &Room, stream: &StreamRef, published: &RemoteStream) -> bool {
    let is_muted = published.muted || published.moderated;
    let is_held = room.is_receiving_paused() || room.terms_in_force(stream).paused;
    !is_muted && !is_held && room.is_subscribed(stream) && room.track(stream).is_some()
}

/// Whether somebody looks at it, so that the browser has to make pictures of it.
fn is_seen(room: &Room, stream: &StreamRef, published: &RemoteStream) -> bool {
    let track = room.track(stream).filter(|_| published.kind == StreamKind::Video);
    let shows = |elements: Vec<web::HtmlMediaElement>| elements.iter().any(web::is_shown);
    !web::is_hidden() && track.is_some_and(|track| shows(track.attached()))
}

/// What should flow, with its packets, and with the pictures made of them where they are looked at.
fn flowing(room: &Room, stats: &RoomStats) -> Vec<(StreamRef, Flow)> {
    let mut all = Vec::new();
    for (stream, published) in published(room) {
        if !flows(room, &stream, &published) {
            continue;
        }
        let read = stats.of_stream(&stream);
        let may_hold = published.kind == StreamKind::Video && published.source != Source::Camera;
        let seen = read.filter(|_| is_seen(room, &stream, &published));
        let flow = Flow {
            count: read.and_then(|read| read.packets),
            pictures: seen.and_then(|read| read.frames),
            patience: if may_hold { STILL_PATIENCE } else { PATIENCE },
        };
        all.push((stream, flow));
    }
    all
}

/// What [`Stalls`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StallsEvent {
    /// Nothing comes of this stream, or no pictures where it is looked at.
    Stalled(StreamRef),
    /// It goes on, or is not to come any longer.
    Resumed(StreamRef),
}

#[derive(Debug)]
struct Inner {
    room: WeakRoom,
    standing: RefCell<Standing>,
    listeners: Listeners<StallsEvent>,
}

impl Inner {
    fn read(&self, stats: &RoomStats) {
        let Some(room) = self.room.upgrade() else { return };
        let mut standing = self.standing.take();
        let StallChange { stalled, resumed, silent } = standing.step(&room, stats);
        if silent && room.receives_nothing() {
            standing.heard();
        }
        self.standing.replace(standing);
        for stream in stalled {
            if room.track(&stream).is_some_and(|track| track.is_video()) {
                // Refused only where the room is over.
                room.request_key_frame(&stream).ok();
            }
            self.listeners.emit(&StallsEvent::Stalled(stream));
        }
        for stream in resumed {
            self.listeners.emit(&StallsEvent::Resumed(stream));
        }
    }
}

/// Tells which streams of others stand still: of which nothing comes for two and a half seconds (of screens for ten), or
/// no picture is made for five where it is attached and can be seen. What is muted, paused or not subscribed to does not
/// stall. A key frame is asked for of pictures that do; the track stays as it is. Where everything has stood still for
/// eight seconds more, recovery is told ([`Room::receives_nothing`]), which knows whether packets get through at all.
///
/// Keeps to a room until it is dropped, and does not keep the room. Made before joining or during the call.
///
/// ```no_run
/// # fn example(room: &janus_wasm::room::Room) {
/// use janus_wasm::live::{Stalls, StallsEvent};
///
/// let stalls = Stalls::new(room);
/// stalls.on_event(|event| match event {
///     StallsEvent::Stalled(stream) => { /* dim the tile of `stream.feed` */ }
///     StallsEvent::Resumed(stream) => { /* as before */ }
/// });
/// # }
/// ```
#[derive(Debug)]
pub struct Stalls {
    inner: Rc<Inner>,
    _stats: StatsWatch,
    _room: Watching,
}

impl Stalls {
    /// Watches this room.
    pub fn new(room: &Room) -> Self {
        let inner = Rc::new(Inner {
            room: room.downgrade(),
            standing: RefCell::default(),
            listeners: Listeners::default(),
        });
        let weak = Rc::downgrade(&inner);
        let stats = watch_stats(room, move |stats| {
            if let Some(inner) = weak.upgrade() {
                inner.read(stats);
            }
        });
        let weak = Rc::downgrade(&inner);
        let watching = room.watch(move |event| {
            // Nothing stands still in a room that is left.
            if let RoomEvent::StateChanged { state: RoomState::Disconnected, .. } = event
                && let Some(inner) = weak.upgrade()
            {
                inner.standing.take();
            }
        });
        Self { inner, _stats: stats, _room: watching }
    }

    /// Whether a stream stands still.
    pub fn is_stalled(&self, stream: &StreamRef) -> bool {
        self.inner.standing.borrow().is_stalled(stream)
    }

    /// The streams that stand still.
    pub fn stalled(&self) -> Vec<StreamRef> {
        self.inner.standing.borrow().0.stalled().cloned().collect()
    }

    /// Calls `listener` with every change, at once and in order, until this is dropped. The state can already be read.
    pub fn on_event(&self, listener: impl Fn(&StallsEvent) + 'static) {
        self.inner.listeners.add(listener);
    }

    /// Every change from now on, as a stream.
    pub fn events(&self) -> Events<StallsEvent> {
        self.inner.listeners.stream()
    }
}

impl Drop for Stalls {
    fn drop(&mut self) {
        self.inner.listeners.end();
    }
}
