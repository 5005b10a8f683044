//! How good everybody's connection is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::quality_score::{ConnectionQuality, Health, Layers, Record, Steady, Verdict, blame};
use super::stalls::{Standing, flows, published};
use super::stats::{RoomStats, Whose};
use super::ticker::{StatsWatch, watch_stats};
use crate::engine::Millis;
use crate::room::{
    Events, Listeners, LocalPublication, RemoteStream, Room, RoomEvent, RoomState, Source,
    StreamRef, Watching, WeakRoom,
};
use crate::{Id, Map, web};

/// For how long a hint of the server's holds.
const HINT: Millis = Millis(5_000);

/// What [`Quality`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QualityEvent {
    /// Our own connection is better or worse.
    OwnChanged(ConnectionQuality),
    /// Somebody else's is.
    Changed {
        /// Whose.
        id: Id,
        /// How good it is now.
        quality: ConnectionQuality,
    },
}

/// What is kept from one read to the next.
#[derive(Debug, Default)]
struct Memory {
    standing: Standing,
    records: Map<StreamRef, Record>,
    /// When the server complained last.
    hints: Vec<(Whose, Millis)>,
    /// The layers that come, as far as the server says: spatial and temporal.
    layers: Map<StreamRef, [Option<u32>; 2]>,
}

impl Memory {
    fn is_hinted(&self, publication: &Whose, now: Millis) -> bool {
        let about = |(other, _): &&(Whose, Millis)| other == publication;
        self.hints.iter().find(about).is_some_and(|(_, when)| when.until(now) < HINT)
    }

    fn hint(&mut self, publication: Whose, now: Millis) {
        self.hints.retain(|(other, when)| *other != publication && when.until(now) < HINT);
        self.hints.push((publication, now));
    }

    fn layers_of(&self, room: &Room, stream: &StreamRef) -> Layers {
        let terms = room.terms(stream);
        let [spatial, temporal] = self.layers.get(stream).copied().unwrap_or_default();
        [spatial, temporal, terms.spatial, terms.temporal]
    }

    /// The worst of what each of the others sends us.
    fn received(&mut self, room: &Room, stats: &RoomStats) -> Map<Id, ConnectionQuality> {
        let streams = published(room);
        let is_here = |stream: &StreamRef| streams.iter().any(|(other, _)| other == stream);
        self.records.retain(|stream, _| is_here(stream));
        self.layers.retain(|stream, _| is_here(stream));
        let mut others: Map<Id, (ConnectionQuality, bool)> = Map::new();
        for (stream, published) in &streams {
            if !flows(room, stream, published) {
                continue;
            }
            let stalled = self.standing.is_stalled(stream);
            let grade = if stalled {
                ConnectionQuality::Poor
            } else {
                self.stream(room, stream, published, stats)
            };
            let before = others.get(&stream.feed).copied();
            let (worst, all_stalled) = before.unwrap_or((grade, true));
            others.insert(stream.feed.clone(), (worst.max(grade), all_stalled && stalled));
        }
        let grade = |(id, (worst, all_stalled))| {
            (id, if all_stalled { ConnectionQuality::Lost } else { worst })
        };
        others.into_iter().map(grade).collect()
    }

    fn stream(
        &mut self,
        room: &Room,
        stream: &StreamRef,
        published: &RemoteStream,
        stats: &RoomStats,
    ) -> ConnectionQuality {
        let Some(track) = stats.of_stream(stream) else { return ConnectionQuality::Excellent };
        let hinted = self.is_hinted(&Whose::Theirs(stream.clone()), stats.at);
        let watched = published.source == Source::Camera && !web::is_hidden();
        let layers = self.layers_of(room, stream);
        let mut record = self.records.get(stream).copied().unwrap_or_default();
        let health = record.read(track, layers, stats.at, hinted, watched);
        self.records.insert(stream.clone(), record);
        health.grade()
    }

    /// The worst of what we send.
    fn sent(&self, room: &Room, stats: &RoomStats) -> ConnectionQuality {
        let is_sent = |it: &LocalPublication| !it.is_muted() && !it.is_moderated();
        let ours = room.local_publications().into_iter().filter(is_sent);
        let grade = |ours: LocalPublication| {
            let track = stats.of_ours(ours.key())?;
            let hinted = self.is_hinted(&Whose::Ours(ours.key()), stats.at);
            Some(Health::of(track, hinted).grade())
        };
        ours.filter_map(grade).max().unwrap_or_default()
    }
}

#[derive(Debug)]
struct Inner {
    room: WeakRoom,
    memory: RefCell<Memory>,
    own: RefCell<Steady>,
    others: RefCell<Map<Id, Steady>>,
    /// Whether there is a call.
    within: Cell<bool>,
    listeners: Listeners<QualityEvent>,
}

impl Inner {
    /// `within`: whether there is a call now.
    fn new(room: WeakRoom, within: bool) -> Self {
        Self {
            room,
            memory: RefCell::default(),
            own: RefCell::default(),
            others: RefCell::default(),
            within: Cell::new(within),
            listeners: Listeners::default(),
        }
    }

    fn read(&self, stats: &RoomStats) {
        let Some(room) = self.room.upgrade().filter(|_| self.within.get()) else { return };
        let mut memory = self.memory.take();
        memory.standing.step(&room, stats);
        let others = memory.received(&room, stats);
        let own = memory.sent(&room, stats);
        self.memory.replace(memory);
        let people = room.participants();
        self.others.borrow_mut().retain(|id, _| people.iter().any(|(other, _)| other == id));
        let is_down = room.connections().iter().flatten().any(web::is_down);
        let down = is_down || room.state() != RoomState::Connected;
        self.tell(blame(own, others, down), down);
    }

    fn tell(&self, verdict: Verdict<Id>, down: bool) {
        self.grade_own(verdict.own, down);
        for (id, grade) in verdict.others {
            // Whoever heard of the one before may have left, or dropped this.
            if !self.within.get() {
                return;
            }
            self.grade(id, grade);
        }
    }

    fn grade_own(&self, grade: ConnectionQuality, certain: bool) {
        let certain = certain && grade == ConnectionQuality::Lost;
        let changed = self.own.borrow_mut().step(grade, certain);
        if changed {
            let quality = self.own.borrow().grade();
            self.listeners.emit(&QualityEvent::OwnChanged(quality));
        }
    }

    fn grade(&self, id: Id, grade: ConnectionQuality) {
        let mut steady = self.others.borrow().get(&id).cloned().unwrap_or_default();
        let changed = steady.step(grade, false);
        let quality = steady.grade();
        self.others.borrow_mut().insert(id.clone(), steady);
        if changed {
            self.listeners.emit(&QualityEvent::Changed { id, quality });
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a room tells of much else")]
    fn heard(&self, event: &RoomEvent) {
        match event {
            RoomEvent::StateChanged { state: RoomState::Reconnecting, .. } => {
                self.grade_own(ConnectionQuality::Lost, true);
            }
            RoomEvent::StateChanged { state: RoomState::Disconnected, .. } => self.over(),
            RoomEvent::StateChanged { state: RoomState::Connected, .. } => self.within.set(true),
            RoomEvent::SlowLink { mid, receiving, .. } => self.slow(mid, *receiving),
            RoomEvent::LayerChanged { id, mid, spatial, temporal } => {
                let stream = StreamRef { feed: id.clone(), mid: mid.clone() };
                let mut memory = self.memory.borrow_mut();
                let [before, slower] = memory.layers.get(&stream).copied().unwrap_or_default();
                memory.layers.insert(stream, [spatial.or(before), temporal.or(slower)]);
            }
            _ => {}
        }
    }

    /// Nobody wants to know any longer.
    fn end(&self) {
        self.over();
        self.listeners.end();
    }

    /// What a call told is of no use to the next.
    fn over(&self) {
        self.within.set(false);
        self.memory.take();
        self.own.take();
        self.others.take();
    }

    fn slow(&self, mid: &str, receiving: bool) {
        let Some(room) = self.room.upgrade() else { return };
        let publication = if receiving {
            room.received_on(mid).map(Whose::Theirs)
        } else {
            room.sent_on(mid).map(|ours| Whose::Ours(ours.key()))
        };
        if let Some(publication) = publication {
            self.memory.borrow_mut().hint(publication, web::now());
        }
    }
}

/// Tells how good the connections are, ours and the others', by losses, jitter, round trips, pictures that are missing or
/// stand still, and the server's complaints. It changes when it lasts; a connection of ours that is cut is lost at once.
/// What is bad of everybody, of two at least, is taken for ours.
///
/// Keeps to a room until it is dropped, and does not keep the room. Made before joining or during the call.
///
/// ```no_run
/// # fn example(room: &janus_wasm::room::Room) {
/// use janus_wasm::live::{ConnectionQuality, Quality};
///
/// let quality = Quality::new(room);
/// quality.on_event(|event| { /* show bars */ });
/// let we_are_well = quality.own() == ConnectionQuality::Excellent;
/// # }
/// ```
#[derive(Debug)]
pub struct Quality {
    inner: Rc<Inner>,
    _stats: StatsWatch,
    _watching: Watching,
}

impl Quality {
    /// Watches this room.
    pub fn new(room: &Room) -> Self {
        let within = matches!(room.state(), RoomState::Connected | RoomState::Reconnecting);
        let inner = Rc::new(Inner::new(room.downgrade(), within));
        let (reads, hears) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        let stats = watch_stats(room, move |stats| {
            if let Some(inner) = reads.upgrade() {
                inner.read(stats);
            }
        });
        let watching = room.watch(move |event| {
            if let Some(inner) = hears.upgrade() {
                inner.heard(event);
            }
        });
        Self { inner, _stats: stats, _watching: watching }
    }

    /// Our own.
    pub fn own(&self) -> ConnectionQuality {
        self.inner.own.borrow().grade()
    }

    /// Somebody else's; excellent as long as nothing is known.
    pub fn of(&self, id: &Id) -> ConnectionQuality {
        self.inner.others.borrow().get(id).map_or_else(ConnectionQuality::default, Steady::grade)
    }

    /// Calls `listener` with every change, at once and in order, until this is dropped. The state can already be read.
    pub fn on_event(&self, listener: impl Fn(&QualityEvent) + 'static) {
        self.inner.listeners.add(listener);
    }

    /// Every change from now on, as a stream.
    pub fn events(&self) -> Events<QualityEvent> {
        self.inner.listeners.stream()
    }
}

impl Drop for Quality {
    fn drop(&mut self) {
        self.inner.end();
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    /// Of four whose quality changes in one read, the first is told.
    #[test]
    fn nothing_is_told_or_kept_once_it_is_dropped_by_whoever_hears_of_one() {
        let inner = Rc::new(Inner::new(WeakRoom::default(), true));
        let heard: Rc<RefCell<Vec<QualityEvent>>> = Rc::default();
        for drops in [true, false] {
            let (told, weak) = (Rc::clone(&heard), Rc::downgrade(&inner));
            inner.listeners.add(move |event| {
                told.borrow_mut().push(event.clone());
                if drops {
                    weak.upgrade().unwrap().end();
                }
            });
        }
        let poor = || (1_u64..=4).map(|id| (Id::from(id), ConnectionQuality::Poor)).collect();
        for _ in 0..20 {
            let own = ConnectionQuality::Excellent;
            inner.tell(Verdict { own, others: poor() }, false);
        }
        let (id, quality) = (Id::from(1), ConnectionQuality::Poor);
        assert_eq!(heard.take(), [QualityEvent::Changed { id, quality }]);
        assert!(inner.others.borrow().is_empty());
    }
}
