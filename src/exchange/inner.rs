//! Joins what a room tells with what is decided about it: who hears us, what arrived, what time it is.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use futures_channel::oneshot;

use super::attributes::{Book, introduced};
use super::event::IncomingRequest;
use super::files::Files;
use super::frames::{Frame, sort, unwrap, wrap};
use super::heads::Heard;
use super::lane::{HEAD_LENGTH, Lane};
use super::reassembly::Reassembly;
use super::recent::Recent;
use super::requests::Requests;
use super::saying::{Introduction, Saying, Settle};
use super::settling::Settling;
use super::stay::settle;
use super::words::Words;
use super::{ChatMessage, DataOptions, ExchangeEvent};
use crate::engine::Millis;
use crate::protocol::Json;
use crate::room::{Failure, KnownChannel, Listeners, Room, RoomEvent, RoomState, Tells, Watching};
use crate::web::{Data, DataEar, RtcDataChannel, Timer, Uint8Array, date, now, spawn_local};
use crate::{Error, ErrorCode, Id, Map};

/// Older servers cut labels that are as long.
const CUT_LABEL: usize = 63;

pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Json, Failure>>>>;
pub(super) type Handler = Rc<dyn Fn(IncomingRequest) -> Answer>;

pub(super) fn left() -> Error {
    Error::new(ErrorCode::Aborted, "the room was left meanwhile")
}

pub(super) fn gone() -> Error {
    Error::new(ErrorCode::ParticipantLeft, "the participant left the room")
}

/// Runs what nobody waits for.
pub(super) fn let_go<T>(future: impl Future<Output = T> + 'static) {
    spawn_local(async move { drop(future.await) });
}

pub(super) struct Inner {
    pub(super) room: Room,
    watching: RefCell<Option<Watching>>,
    pub(super) listeners: Listeners<ExchangeEvent>,
    own_id: RefCell<Option<Id>>,
    /// Who else is here, by id as text.
    people: RefCell<Map<String, Id>>,
    pub(super) is_on: Cell<bool>,
    /// How many stays are over.
    pub(super) stay: Cell<u32>,
    lanes: RefCell<Map<String, Rc<Lane>>>,
    ears: RefCell<Vec<DataEar>>,
    reassembly: RefCell<Reassembly<Uint8Array>>,
    /// Whether a channel of ours is known to be open.
    pub(super) has_said: Cell<bool>,
    pub(super) settling: RefCell<Settling<oneshot::Sender<()>>>,
    pub(super) book: RefCell<Book>,
    pub(super) saying: Cell<Saying>,
    pub(super) introduction: RefCell<Introduction>,
    heard: RefCell<Heard>,
    pub(super) recent: RefCell<Recent<Words>>,
    pub(super) requests: RefCell<Requests<Data, Settle>>,
    pub(super) handlers: RefCell<Map<String, Handler>>,
    pub(super) files: Files,
    timer: RefCell<Timer>,
    /// What the timer is set to.
    wakes: Cell<Option<Millis>>,
}

impl Tells<ExchangeEvent> for Inner {
    fn listeners(&self) -> &Listeners<ExchangeEvent> {
        &self.listeners
    }
}

impl Inner {
    pub(super) fn new(room: &Room) -> Rc<Self> {
        let people = room.participants().into_iter().map(|(id, _)| (id.to_string(), id));
        let inner = Rc::new(Self {
            room: room.clone(),
            watching: RefCell::default(),
            listeners: Listeners::default(),
            own_id: RefCell::default(),
            people: RefCell::new(people.collect()),
            is_on: Cell::default(),
            stay: Cell::default(),
            lanes: RefCell::default(),
            ears: RefCell::default(),
            reassembly: RefCell::default(),
            has_said: Cell::default(),
            settling: RefCell::default(),
            book: RefCell::default(),
            saying: Cell::default(),
            introduction: RefCell::default(),
            heard: RefCell::default(),
            recent: RefCell::default(),
            requests: RefCell::default(),
            handlers: RefCell::default(),
            files: Files::default(),
            timer: RefCell::default(),
            wakes: Cell::default(),
        });
        let weak = Rc::downgrade(&inner);
        let watching = room.watch(move |event| {
            if let Some(inner) = weak.upgrade() {
                inner.room_said(event);
            }
        });
        inner.watching.replace(Some(watching));
        inner.catch_up();
        inner
    }

    /// What a call told before we listened to it.
    fn catch_up(self: &Rc<Self>) {
        self.own_id.replace(self.room.local_id());
        for (id, person) in self.room.participants() {
            self.introduced(&id, person.metadata.as_ref());
        }
        for KnownChannel { channel, label, ours } in self.room.channels() {
            if ours {
                self.own_lane(&label).open(channel);
            } else {
                self.listen(channel, label);
            }
        }
        if matches!(self.room.state(), RoomState::Connected | RoomState::Reconnecting) {
            self.connected();
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest of a room is about media")]
    fn room_said(self: &Rc<Self>, event: &RoomEvent) {
        match event {
            RoomEvent::LocalJoined { id, .. } => drop(self.own_id.replace(Some(id.clone()))),
            RoomEvent::StateChanged { state: RoomState::Connected, .. } => self.connected(),
            RoomEvent::StateChanged { state: RoomState::Reconnecting, .. } => self.interrupted(),
            RoomEvent::StateChanged { state: RoomState::Disconnected, .. } => self.over(),
            // Somebody is back, or is seen over another connection: it may have taken with it what we said.
            RoomEvent::TrackReplaced { .. } if self.room.state() == RoomState::Connected => {
                self.disturb();
            }
            RoomEvent::ParticipantJoined { id, metadata, .. } => {
                self.people.borrow_mut().insert(id.to_string(), id.clone());
                self.introduced(id, metadata.as_ref());
                self.disturb();
                self.announce();
            }
            RoomEvent::ParticipantChanged { id, metadata, .. } => {
                self.introduced(id, metadata.as_ref());
            }
            RoomEvent::ParticipantLeft { id, .. } => self.parted(id),
            // Maybe it was the last by which the others know us.
            RoomEvent::LocalTrackUnpublished { .. } => self.announce(),
            RoomEvent::DataChannel { channel, label, ours: true } => {
                self.own_lane(label).open(channel.clone());
            }
            RoomEvent::DataChannel { channel, label, ours: false } => {
                self.listen(channel.clone(), label.clone());
            }
            _ => {}
        }
    }

    fn connected(self: &Rc<Self>) {
        // Maybe another server.
        self.introduction.borrow_mut().returned();
        self.is_on.set(true);
        self.disturb();
        self.announce();
    }

    fn interrupted(self: &Rc<Self>) {
        self.settling.borrow_mut().hold();
        let recent = self.recent.borrow_mut().interrupted(now());
        for words in recent {
            self.repeat(words);
        }
    }

    fn introduced(self: &Rc<Self>, id: &Id, metadata: Option<&Json>) {
        if let Some(all) = metadata.and_then(introduced) {
            self.hear_attributes(id, super::attributes::read(all));
        }
    }

    fn parted(self: &Rc<Self>, id: &Id) {
        let label = id.to_string();
        self.people.borrow_mut().remove(&label);
        // Under a label that an older server cut, too; unless it is somebody else's as well.
        let is_gone = |from: &str| is_of(from, &label) && self.sender(from).is_none();
        self.reassembly.borrow_mut().forget(is_gone);
        self.book.borrow_mut().parted(id);
        // As we leave, everybody is gone a moment before the room is: then it is not they who left.
        let (inner, id) = (Rc::clone(self), id.clone());
        spawn_local(async move { inner.gone(&id) });
    }

    fn gone(&self, id: &Id) {
        self.files.parted(id);
        let asked = self.requests.borrow_mut().parted(id);
        for settle in asked {
            settle.send(Err(gone().into())).ok();
        }
    }

    /// The room was left: everything ends.
    fn over(&self) {
        self.is_on.set(false);
        self.stay.set(self.stay.get().wrapping_add(1));
        self.has_said.set(false);
        self.own_id.take();
        drop(self.people.take());
        let lanes = self.lanes.take();
        for lane in lanes.values() {
            lane.close(&left().into());
        }
        drop(self.ears.take());
        self.reassembly.borrow_mut().clear();
        self.book.borrow_mut().over();
        self.heard.borrow_mut().over();
        self.recent.borrow_mut().clear();
        self.introduction.borrow_mut().over();
        self.files.over();
        let asked = self.requests.borrow_mut().over();
        for settle in asked {
            settle.send(Err(left().into())).ok();
        }
        let waiting = self.settling.borrow_mut().end();
        settle(waiting);
    }

    /// Whoever is in the room.
    ///
    /// # Errors
    /// `InvalidState` outside of a room.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.room.state() != RoomState::Disconnected {
            return Ok(());
        }
        Err(Error::new(ErrorCode::InvalidState, "join the room first").into())
    }

    pub(super) fn own_label(&self) -> String {
        self.own_id.borrow().as_ref().map(Id::to_string).unwrap_or_default()
    }

    pub(super) fn is_own(&self, id: &Id) -> bool {
        self.own_id.borrow().as_ref() == Some(id)
    }

    pub(super) fn is_here(&self, id: &Id) -> bool {
        self.people.borrow().iter().any(|(_, other)| other == id)
    }

    // What we say.

    fn own_lane(&self, label: &str) -> Rc<Lane> {
        if let Some(lane) = self.lanes.borrow().get(label) {
            return Rc::clone(lane);
        }
        let lane = Rc::new(Lane::default());
        self.lanes.borrow_mut().insert(label.to_owned(), Rc::clone(&lane));
        lane
    }

    /// The lane for messages of this kind, opened with the first of them.
    fn lane(&self, options: DataOptions) -> Result<Rc<Lane>, Failure> {
        self.check()?;
        let (label, settings) = options.channel()?;
        if let Some(lane) = self.lanes.borrow().get(&label) {
            return Ok(Rc::clone(lane));
        }
        let lane = self.own_lane(&label);
        if let Err(failure) = self.room.open_data_channel(label.clone(), settings) {
            self.lanes.borrow_mut().remove(&label);
            return Err(failure);
        }
        Ok(lane)
    }

    /// Sends something, now or when it can be; `is_ours`: what the library says, in one frame. To drop what is
    /// returned calls off what is not on its way yet.
    pub(super) fn post(
        self: &Rc<Self>,
        options: DataOptions,
        data: Data,
        is_ours: bool,
    ) -> impl Future<Output = Result<(), Failure>> + use<> {
        let posted = self.lane(options).map(|lane| lane.add(data, is_ours));
        let (weak, stay) = (Rc::downgrade(self), self.stay.get());
        async move {
            posted?.await.unwrap_or_else(|_| Err(left().into()))?;
            let is_first =
                |inner: &Rc<Self>| is_ours && inner.stay.get() == stay && !inner.has_said.get();
            if let Some(inner) = weak.upgrade().filter(is_first) {
                inner.has_said.set(true);
                inner.disturb();
            }
            Ok(())
        }
    }

    /// Words as they travel.
    ///
    /// # Errors
    /// `InvalidArgument` for what is too long.
    pub(super) fn envelope(words: &Words) -> Result<Data, Error> {
        let text = "too long: at most 59000 bytes; more goes as a file, or as data";
        let envelope = wrap(Json::write(words).as_str());
        let envelope = envelope.ok_or_else(|| Error::new(ErrorCode::InvalidArgument, text))?;
        Ok(Data::from(envelope))
    }

    pub(super) fn say(
        self: &Rc<Self>,
        words: &Words,
    ) -> Result<impl Future<Output = Result<(), Failure>> + use<>, Error> {
        let envelope = Self::envelope(words)?;
        Ok(self.post(DataOptions::default(), envelope, true))
    }

    /// Says it; nobody waits for it.
    pub(super) fn let_say(self: &Rc<Self>, words: &Words) {
        if let Ok(said) = self.say(words) {
            let_go(said);
        }
    }

    // What others say.

    fn listen(self: &Rc<Self>, channel: RtcDataChannel, label: String) {
        let weak = Rc::downgrade(self);
        let ear = DataEar::new(channel, move |data| {
            if let Some(inner) = weak.upgrade() {
                inner.arrived(&label, data);
            }
        });
        let mut ears = self.ears.take();
        ears.retain(|ear| !ear.is_closed());
        ears.push(ear);
        self.ears.replace(ears);
    }

    fn sender(&self, label: &str) -> Option<Id> {
        let people = self.people.borrow();
        let cut = || people.iter().find(|(id, _)| is_of(label, id)).map(|(_, id)| id);
        people.get(label).or_else(cut).cloned()
    }

    fn arrived(self: &Rc<Self>, label: &str, data: Data) {
        let frame = match data.text() {
            Some(_) => Frame::Message,
            None => sort(&data.head(HEAD_LENGTH), data.size()),
        };
        match frame {
            Frame::Message => self.received(label, data),
            Frame::Piece(piece) => {
                let body = data.behind(HEAD_LENGTH);
                let size = body.length() as usize;
                let whole = self.reassembly.borrow_mut().take(label, piece, size, body, now());
                if let Some(whole) = whole {
                    let data = Data::together(whole.length, whole.is_text, &whole.pieces);
                    self.received(label, data);
                }
            }
            Frame::Words => {
                let words = unwrap(&data.to_vec()).and_then(Words::read);
                if let (Some(words), Some(sender)) = (words, self.sender(label)) {
                    self.hear(label, sender, words);
                }
            }
            Frame::FilePiece(number, at) => {
                if let Some(sender) = self.sender(label) {
                    self.files.piece(&sender, number, at, &data.behind(HEAD_LENGTH));
                }
            }
            Frame::Unknown => {}
        }
    }

    fn received(&self, label: &str, data: Data) {
        let (from, sender) = (label.to_owned(), self.sender(label));
        self.listeners.emit(&ExchangeEvent::DataReceived { data, from, sender });
    }

    fn hear(self: &Rc<Self>, label: &str, sender: Id, words: Words) {
        match words {
            Words::Attributes(all) => self.hear_attributes(&sender, Some(all)),
            Words::Chat { number, text } => {
                if self.heard.borrow_mut().hear(&sender, number, &text) {
                    let id = [label, "-", &number.0.to_string()].concat();
                    let (from, sender, time) = (label.to_owned(), Some(sender), date());
                    let message = ChatMessage { id, text, time, from, sender };
                    self.listeners.emit(&ExchangeEvent::ChatMessage(message));
                }
            }
            Words::Ask { number, to, method, payload } if to == self.own_label() => {
                self.asked(sender, number, &method, payload);
            }
            Words::Answer { number, to, outcome } if to == self.own_label() => {
                let settle = self.requests.borrow_mut().answered(&sender, number);
                if let Some(settle) = settle {
                    settle.send(Ok(outcome)).ok();
                }
            }
            Words::Hello | Words::Ask { .. } | Words::Answer { .. } => {}
            Words::File { number, file } => {
                self.file_offered(&sender, number, file);
                self.wake();
            }
            Words::NoFile { number } => self.files.called_off(&sender, number),
        }
    }

    // What time it is.

    fn deadline(&self) -> Option<Millis> {
        let deadlines = [
            self.settling.borrow().deadline(),
            self.book.borrow().deadline(),
            self.requests.borrow().deadline(),
            self.files.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// Sets the timer. One that wakes too early does no harm, and pieces of a file need not set it each.
    pub(super) fn wake(self: &Rc<Self>) {
        let deadline = self.deadline();
        let Some(deadline) = deadline else { return };
        if self.wakes.get().is_some_and(|wakes| wakes <= deadline) {
            return;
        }
        self.wakes.set(Some(deadline));
        let weak = Rc::downgrade(self);
        self.timer.borrow_mut().set(Some(deadline), move || {
            if let Some(inner) = weak.upgrade() {
                inner.timer.borrow_mut().fired();
                inner.wakes.set(None);
                inner.tick();
            }
        });
    }

    fn tick(self: &Rc<Self>) {
        let now = now();
        let waiting = self.settling.borrow_mut().tick(now);
        settle(waiting);
        self.files.tick(now);
        let is_due = self.book.borrow().is_due(now);
        if is_due {
            self.announce_ourselves();
        }
        self.requests_due(now);
        self.wake();
    }
}

/// Whether this is the label of somebody's channels, maybe cut.
fn is_of(label: &str, id: &str) -> bool {
    label == id || label.len() >= CUT_LABEL && id.starts_with(label)
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.over();
    }
}
