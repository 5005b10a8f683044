//! Who speaks, and how loud everybody is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::levels::Levels;
use super::speakers_order::{SpeakerOrder, Turn, Voice};
use super::stalls::{Standing, published};
use super::ticker::{StatsWatch, watch_stats};
use crate::engine::Millis;
use crate::protocol::videoroom::StreamKind;
use crate::room::{
    Events, Listeners, LocalPublication, RemoteStream, Room, RoomEvent, RoomState, Source,
    StreamRef, Watching, WeakRoom,
};
use crate::web::{self, Interval};
use crate::{Id, Map};

/// How often is listened.
const PERIOD: Millis = Millis(100);

/// What [`Speakers`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpeakersEvent {
    /// Somebody began or ceased to speak.
    SpeakingChanged {
        /// Who; it may be us.
        id: Id,
        /// Whether speaking now.
        speaking: bool,
    },
    /// [`Speakers::active`] is another list: of other people, or in another order.
    Changed,
}

/// Whether a microphone is on among these sounds: of each, what it is, and whether it is muted. Clients that do not say
/// what they send are taken at the kind of it.
fn has_microphone(sounds: &[(Source, bool)]) -> bool {
    let is_on = |wanted: Source| {
        let mut of = sounds.iter().filter(|(source, _)| *source == wanted).peekable();
        of.peek().is_some().then(|| of.any(|(_, muted)| !muted))
    };
    is_on(Source::Microphone).or_else(|| is_on(Source::Unknown)).unwrap_or_default()
}

/// Our voice that is heard, and all our sounds.
fn own(room: &Room) -> (Option<LocalPublication>, Vec<(Source, bool)>) {
    let is_muted = |ours: &LocalPublication| ours.is_muted() || ours.is_moderated();
    let ours = room.local_publications().into_iter();
    let ours: Vec<_> = ours.filter(|ours| !ours.track().is_video()).collect();
    let sounds = ours.iter().map(|ours| (ours.track().source(), is_muted(ours))).collect();
    let is_voice =
        |ours: &LocalPublication| ours.track().source() != Source::Screen && !is_muted(ours);
    (ours.into_iter().find(is_voice), sounds)
}

#[derive(Debug)]
struct Inner {
    room: WeakRoom,
    levels: RefCell<Levels>,
    order: RefCell<SpeakerOrder<Id>>,
    standing: RefCell<Standing>,
    /// The server's word about people. It keeps it about somebody who ceases to send: it holds only as long as there is a
    /// microphone.
    announced: RefCell<Map<Id, bool>>,
    last: Cell<Millis>,
    listeners: Listeners<SpeakersEvent>,
}

impl Inner {
    fn listen(&self) {
        let now = web::now();
        let passed = self.last.replace(now).until(now);
        let Some(room) = self.room.upgrade() else { return };
        let published = published(&room);
        let (voice, own) = own(&room);
        let me = room.local_id();
        let (mut levels, standing) = (self.levels.take(), self.standing.take());
        let ourselves = me.clone().map(|id| (id, voice));
        let is_stalled = |stream: &StreamRef| standing.is_stalled(stream);
        levels.step(&room, &published, ourselves, is_stalled, passed);
        let mut voices = Vec::new();
        if let Some(id) = me {
            voices.push(self.voice(id, &levels, !has_microphone(&own)));
        }
        for (id, _) in room.participants() {
            let sounds = || {
                let of = published.iter().filter(|(stream, _)| stream.feed == id);
                of.filter(|(_, published)| published.kind == StreamKind::Audio)
            };
            let is_muted = |it: &RemoteStream| it.muted || it.moderated;
            let each: Vec<_> = sounds().map(|(_, it)| (it.source, is_muted(it))).collect();
            // Whether all that should be heard of somebody has stalled.
            let mut heard = sounds().filter(|(_, it)| !is_muted(it)).peekable();
            let is_gone = heard.peek().is_some() && heard.all(|(stream, _)| is_stalled(stream));
            voices.push(self.voice(id, &levels, is_gone || !has_microphone(&each)));
        }
        self.levels.replace(levels);
        self.standing.replace(standing);
        self.turn(&voices);
    }

    fn voice(&self, id: Id, levels: &Levels, muted: bool) -> (Id, Voice) {
        let mut said = self.announced.borrow_mut();
        if muted {
            said.remove(&id);
        }
        let announced = said.get(&id).copied();
        let level = levels.of(&id);
        (id, Voice { level, announced, muted })
    }

    fn turn(&self, voices: &[(Id, Voice)]) {
        // All state first: whoever hears of one can ask for the others.
        let turn = self.order.borrow_mut().step(self.last.get(), voices);
        let Turn { began, ceased, changed } = turn;
        let tell = |id: Id, speaking| {
            self.listeners.emit(&SpeakersEvent::SpeakingChanged { id, speaking });
        };
        for id in ceased {
            tell(id, false);
        }
        for id in began {
            tell(id, true);
        }
        if changed {
            self.listeners.emit(&SpeakersEvent::Changed);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a room tells of much else")]
    fn heard(&self, event: &RoomEvent) {
        let announce = |id: Id, speaking| self.announced.borrow_mut().insert(id, speaking);
        let me = || self.room.upgrade().and_then(|room| room.local_id());
        match event {
            RoomEvent::SpeakingChanged { id, speaking } => {
                announce(id.clone(), *speaking);
            }
            RoomEvent::LocalSpeakingChanged(speaking) => {
                if let Some(id) = me() {
                    announce(id, *speaking);
                }
            }
            // What was said in a stay before is of no use: this room may announce nobody.
            RoomEvent::LocalJoined { .. } => drop(self.announced.take()),
            RoomEvent::ParticipantLeft { id, .. } => {
                self.announced.borrow_mut().remove(id);
            }
            RoomEvent::StateChanged { state: RoomState::Disconnected, .. } => self.over(),
            _ => {}
        }
    }

    /// Nobody speaks in a room that is left.
    fn over(&self) {
        self.levels.take();
        self.standing.take();
        self.announced.take();
        self.turn(&[]);
    }
}

/// Tells who speaks, loudest first, and how loud everybody is; us as well, by our own id ([`Room::local_id`]). The
/// server's word counts where the room announces it (`audiolevel_event`), since everybody in the room has the same and it
/// is there for people whose sound is not received; otherwise what is heard. Who is muted does not speak.
///
/// Keeps to a room until it is dropped, and does not keep the room. Made before joining or during the call.
///
/// ```no_run
/// # async fn example(room: &janus_wasm::room::Room) {
/// use janus_wasm::live::{Speakers, SpeakersEvent};
///
/// let speakers = Speakers::new(room);
/// let mut events = speakers.events();
/// while let Some(event) = events.next().await {
///     if event == SpeakersEvent::Changed
///         && let Some(loudest) = speakers.active().first()
///     {
///         // Show them large; `speakers.level(loudest)` is for the meter.
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Speakers {
    inner: Rc<Inner>,
    _interval: Interval,
    _stats: StatsWatch,
    _watching: Watching,
}

impl Speakers {
    /// Listens to this room.
    pub fn new(room: &Room) -> Self {
        let people = room.participants().into_iter();
        let speaking = people.filter(|(_, person)| person.speaking).map(|(id, _)| (id, true));
        let inner = Rc::new(Inner {
            room: room.downgrade(),
            levels: RefCell::default(),
            order: RefCell::default(),
            standing: RefCell::default(),
            announced: RefCell::new(speaking.collect()),
            last: Cell::new(web::now()),
            listeners: Listeners::default(),
        });
        let (listens, reads) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        let hears = Rc::downgrade(&inner);
        let interval = Interval::new(PERIOD, move || {
            if let Some(inner) = listens.upgrade() {
                inner.listen();
            }
        });
        let stats = watch_stats(room, move |stats| {
            let Some(inner) = reads.upgrade() else { return };
            let Some(room) = inner.room.upgrade() else { return };
            let mut standing = inner.standing.take();
            standing.step(&room, stats);
            inner.standing.replace(standing);
            inner.levels.borrow_mut().read(stats);
        });
        let watching = room.watch(move |event| {
            if let Some(inner) = hears.upgrade() {
                inner.heard(event);
            }
        });
        Self { inner, _interval: interval, _stats: stats, _watching: watching }
    }

    /// Who speaks, loudest first. People change places when it lasts.
    pub fn active(&self) -> Vec<Id> {
        self.inner.order.borrow().speakers().to_vec()
    }

    /// Whether somebody speaks.
    pub fn is_speaking(&self, id: &Id) -> bool {
        self.inner.order.borrow().speakers().contains(id)
    }

    /// How loud somebody is, 0 to 1 on a scale that follows the ear, smooth enough to be drawn; brought up to date ten
    /// times a second.
    pub fn level(&self, id: &Id) -> f64 {
        self.inner.levels.borrow().of(id)
    }

    /// Calls `listener` with every change, at once and in order, until this is dropped. The state can already be read.
    pub fn on_event(&self, listener: impl Fn(&SpeakersEvent) + 'static) {
        self.inner.listeners.add(listener);
    }

    /// Every change from now on, as a stream.
    pub fn events(&self) -> Events<SpeakersEvent> {
        self.inner.listeners.stream()
    }
}

impl Drop for Speakers {
    fn drop(&mut self) {
        self.inner.listeners.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microphone_is_what_says_so_or_what_says_nothing() {
        let (microphone, unknown, screen) = (Source::Microphone, Source::Unknown, Source::Screen);
        assert!(!has_microphone(&[]));
        assert!(!has_microphone(&[(screen, false)]));
        assert!(has_microphone(&[(unknown, false)]));
        assert!(has_microphone(&[(microphone, true), (microphone, false)]));
        assert!(!has_microphone(&[(microphone, true), (unknown, false)]));
    }
}
