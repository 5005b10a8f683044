//! One stay in a room: executes what the conference machine decides, and reports back.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::devices::open_each;
use super::event::{Failure, RoomEvent};
use super::local::{Slot, Slots};
use super::options::JoinOptions;
use super::signal::Signal;
use super::track::{Track, source_of};
use super::wire::{publisher_body, said, subscriber_body};
use super::{Inner, Person, Reason};
use crate::client::Handle;
use crate::engine::conference::{Asked, Conference, Output};
use crate::engine::negotiation::{Role, Step};
use crate::engine::subscriptions::StreamRef;
use crate::protocol::description::Source;
use crate::protocol::{Candidate, Jsep, Json};
use crate::web::{
    self, CameraOptions, MediaStreamTrack, MicrophoneOptions, Peer, PeerConfig, PeerEvent,
    Playback, Thrown, Timer, spawn_local,
};
use crate::{Error, ErrorCode, Id, Map};

type Joined = oneshot::Receiver<Result<(), Error>>;

pub(super) struct Call {
    pub(super) room: Weak<Inner>,
    pub(super) display: String,
    peer_config: PeerConfig,
    pub(super) playback: Rc<Playback>,
    pub(super) conference: RefCell<Conference>,
    pub(super) signal: RefCell<Option<Signal>>,
    /// Candidates found before there was a handle to send them on.
    pub(super) early: RefCell<Vec<(Role, Vec<Candidate>)>>,
    publisher: RefCell<Option<Rc<Peer>>>,
    pub(super) subscriber: RefCell<Option<Rc<Peer>>>,
    pub(super) slots: Slots,
    pub(super) tracks: RefCell<Map<StreamRef, Rc<Track>>>,
    joined: RefCell<Option<oneshot::Sender<Result<(), Error>>>>,
    timer: RefCell<Timer>,
    draining: Cell<bool>,
    pub(super) over: Cell<bool>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

impl Call {
    pub(super) fn begin(
        room: &Rc<Inner>,
        options: &JoinOptions,
    ) -> Result<(Rc<Self>, Joined), Failure> {
        let capturing = options.camera.is_some() || options.microphone.is_some();
        let (sender, joined) = oneshot::channel();
        let call = Rc::new(Self {
            room: Rc::downgrade(room),
            display: options.join.display.clone().unwrap_or_default(),
            peer_config: room.options.peer.clone(),
            playback: Rc::clone(&room.playback),
            conference: RefCell::new(Conference::new(options.join.clone(), capturing)),
            signal: RefCell::default(),
            early: RefCell::default(),
            publisher: RefCell::default(),
            subscriber: RefCell::default(),
            slots: Slots::default(),
            tracks: RefCell::default(),
            joined: RefCell::new(Some(sender)),
            timer: RefCell::default(),
            draining: Cell::new(false),
            over: Cell::new(false),
        });
        for given in options.tracks.clone() {
            let simulcast = options.camera.as_ref().is_some_and(|camera| camera.simulcast);
            call.add(Slot::new(Track::new(given.track, given.source, None), false, simulcast))?;
        }
        if !options.tracks.is_empty() {
            call.negotiate();
        }
        Ok((call, joined))
    }

    /// Opens what joining asked for. Nobody waits for it: a prompt may stay unanswered for ever.
    pub(super) fn open_devices(
        self: &Rc<Self>,
        camera: Option<CameraOptions>,
        microphone: Option<MicrophoneOptions>,
    ) {
        if camera.is_none() && microphone.is_none() {
            return;
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let simulcast = camera.as_ref().is_some_and(|camera| camera.simulcast);
            let (media, failures) = open_each(camera, microphone).await;
            match weak.upgrade().filter(|call| !call.over.get()) {
                Some(call) => call.devices_opened(media, failures, simulcast),
                None => media.iter().for_each(MediaStreamTrack::stop),
            }
        });
    }

    fn devices_opened(
        self: &Rc<Self>,
        media: Vec<MediaStreamTrack>,
        failures: Vec<(Source, Thrown)>,
        simulcast: bool,
    ) {
        self.conference.borrow_mut().captured();
        for (source, thrown) in failures {
            self.emit(&RoomEvent::MediaError { source, failure: thrown.into() });
        }
        let opened = !media.is_empty();
        for media in media {
            let source = source_of(&media);
            if let Err(failure) = self.add_media(media, source, simulcast) {
                self.emit(&RoomEvent::MediaError { source, failure });
            }
        }
        if opened {
            self.negotiate();
        }
        self.pump();
    }

    /// Adds a track to what the next offer holds.
    pub(super) fn add_media(
        self: &Rc<Self>,
        media: MediaStreamTrack,
        source: Source,
        simulcast: bool,
    ) -> Result<(), Failure> {
        self.add(Slot::new(Track::new(media, source, None), true, simulcast))
    }

    fn add(self: &Rc<Self>, slot: Slot) -> Result<(), Failure> {
        let peer = self.peer(Role::Offerer)?;
        self.slots.add(slot).add_to(&peer);
        Ok(())
    }

    pub(super) fn negotiate(self: &Rc<Self>) {
        self.conference.borrow_mut().negotiate();
        self.pump();
    }

    pub(super) fn publisher(self: &Rc<Self>) -> Result<Rc<Peer>, Failure> {
        self.peer(Role::Offerer).map_err(Failure::from)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    /// The user muted or unmuted a slot.
    pub(super) fn mute(self: &Rc<Self>, slot: &Slot, muted: bool) {
        slot.muted.set(muted);
        if let Some(mid) = slot.mid() {
            self.conference.borrow_mut().mute(&mid, muted);
        }
        self.pump();
    }

    pub(super) fn people(&self) -> Vec<(Id, Person)> {
        let conference = self.conference.borrow();
        let people = conference.roster().people().iter();
        people.map(|(id, person)| (id.clone(), person.clone())).collect()
    }

    fn peer(self: &Rc<Self>, role: Role) -> Result<Rc<Peer>, Error> {
        let place = match role {
            Role::Offerer => &self.publisher,
            Role::Answerer => &self.subscriber,
        };
        let present = place.borrow().clone();
        if let Some(peer) = present {
            return Ok(peer);
        }
        let weak = Rc::downgrade(self);
        let peer = Peer::new(&self.peer_config, move |event| {
            if let Some(call) = weak.upgrade() {
                call.peer_event(role, event);
            }
        })?;
        let peer = Rc::new(peer);
        place.replace(Some(Rc::clone(&peer)));
        Ok(peer)
    }

    fn peer_event(self: &Rc<Self>, role: Role, event: PeerEvent) {
        match event {
            PeerEvent::Candidate(candidate) => {
                let mut conference = self.conference.borrow_mut();
                conference.local_candidate(web::now(), role, candidate);
            }
            PeerEvent::Troubled => {
                if let Some(signal) = self.signal.borrow().as_ref() {
                    signal.check();
                }
            }
            PeerEvent::Connected => self.conference.borrow_mut().webrtc_up(role),
        }
        self.pump();
    }

    /// Executes what the machine wants. No borrow outlives a statement: listeners may call back in,
    /// and then this loop, further up the stack, goes on with what they caused.
    pub(super) fn pump(self: &Rc<Self>) {
        if self.draining.replace(true) {
            return;
        }
        loop {
            self.conference.borrow_mut().advance(web::now());
            let next = self.conference.borrow_mut().poll();
            let Some(output) = next else { break };
            self.execute(output);
        }
        self.draining.set(false);
        let deadline = self.conference.borrow().deadline();
        let weak = Rc::downgrade(self);
        self.timer.borrow_mut().set(deadline.filter(|_| !self.over.get()), move || {
            if let Some(call) = weak.upgrade() {
                call.timer.borrow_mut().fired();
                call.pump();
            }
        });
    }

    fn execute(self: &Rc<Self>, output: Output) {
        match output {
            Output::Publisher(asked, request) => {
                let (body, jsep) = publisher_body(request);
                self.ask(Role::Offerer, asked, body, jsep);
            }
            Output::Subscriber(asked, request) => {
                let (body, jsep) = subscriber_body(request);
                self.ask(Role::Answerer, asked, body, jsep);
            }
            Output::Peer(role, Step::Trickle(candidates)) => self.trickle(role, candidates),
            Output::Peer(role, step) => self.step(role, step),
            Output::Renew(role) => self.renew(role),
            Output::Event(event) => self.tell(event),
        }
    }

    pub(super) fn handle(&self, role: Role) -> Option<Handle> {
        let signal = self.signal.borrow();
        signal.as_ref().map(|signal| match role {
            Role::Offerer => signal.publisher.clone(),
            Role::Answerer => signal.subscriber.clone(),
        })
    }

    fn ask(self: &Rc<Self>, role: Role, asked: Asked, body: Json, jsep: Option<Jsep>) {
        let Some(handle) = self.handle(role) else { return };
        let sent = handle.request(body, jsep);
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let answer = sent.await.and_then(|answer| said(role, &answer, Some(asked)));
            let Some(call) = weak.upgrade() else { return };
            // A handle that was replaced meanwhile has nothing to say any more.
            if call.handle(role).is_some_and(|now| now.id() == handle.id()) {
                call.conference.borrow_mut().answer(asked, answer);
                call.pump();
            }
        });
    }

    pub(super) fn trickle(&self, role: Role, candidates: Vec<Candidate>) {
        match self.handle(role) {
            Some(handle) => {
                let sent = handle.trickle(candidates);
                spawn_local(async move {
                    // ICE works out by itself whether what arrived is enough.
                    sent.await.ok();
                });
            }
            None => self.early.borrow_mut().push((role, candidates)),
        }
    }

    /// One step of a peer connection; the machine waits for its end.
    fn step(self: &Rc<Self>, role: Role, step: Step) {
        let peer = match self.peer(role) {
            Ok(peer) => peer,
            Err(error) => return self.conference.borrow_mut().step_failed(role, error),
        };
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let done = match step {
                Step::Offer => peer.offer().await.map(Some),
                Step::Answer(sdp) => peer.answer(&sdp).await.map(Some),
                Step::Apply(sdp) => peer.apply(&sdp).await.map(|()| None),
                Step::AddCandidates(candidates) => {
                    for candidate in &candidates {
                        peer.add_candidate(candidate).await;
                    }
                    return;
                }
                Step::Send(_) | Step::Trickle(_) => return,
            };
            if let Some(call) = weak.upgrade() {
                call.step_done(role, &peer, done);
            }
        });
    }

    fn step_done(self: &Rc<Self>, role: Role, peer: &Rc<Peer>, done: Result<Option<Jsep>, Error>) {
        let current = match role {
            Role::Offerer => self.publisher.borrow().clone(),
            Role::Answerer => self.subscriber.borrow().clone(),
        };
        if !current.is_some_and(|current| Rc::ptr_eq(&current, peer)) {
            return;
        }
        let mut conference = self.conference.borrow_mut();
        match done {
            Ok(Some(jsep)) => conference.described(role, jsep, self.slots.streams()),
            Ok(None) => conference.applied(),
            Err(error) => conference.step_failed(role, error),
        }
        drop(conference);
        self.pump();
    }

    /// A fresh peer connection in place of one that is of no use any longer.
    fn renew(self: &Rc<Self>, role: Role) {
        match role {
            Role::Offerer => drop(self.publisher.take()),
            Role::Answerer => drop(self.subscriber.take()),
        }
        let weak = Rc::downgrade(self);
        let (hangup, attach) = match (role, self.signal.borrow().as_ref()) {
            (Role::Offerer, Some(signal)) => (Some(signal.publisher.hangup()), None),
            (Role::Answerer, Some(signal)) => (None, Some(signal.renew_subscriber())),
            (_, None) => (None, None),
        };
        spawn_local(async move {
            if let Some(hangup) = hangup {
                // Fails only where there is nothing to hang up.
                hangup.await.ok();
            }
            let handle = match attach {
                Some(attach) => attach.await.map(Some),
                None => Ok(None),
            };
            if let Some(call) = weak.upgrade().filter(|call| !call.over.get()) {
                call.renewed(role, handle);
            }
        });
    }

    fn renewed(self: &Rc<Self>, role: Role, handle: Result<Option<Handle>, Error>) {
        match handle {
            Ok(handle) => {
                if let (Some(handle), Some(signal)) = (handle, self.signal.borrow_mut().as_mut()) {
                    signal.subscriber = handle;
                }
                if let (Role::Offerer, Ok(peer)) = (role, self.peer(role)) {
                    self.slots.all().iter().for_each(|slot| slot.add_to(&peer));
                }
                self.conference.borrow_mut().renewed(role);
            }
            // What is asked for now waits for the next connection.
            Err(error) if error.code() == ErrorCode::ConnectionLost => return self.renew(role),
            Err(error) => {
                let failure = error.into();
                self.emit(&RoomEvent::MediaError { source: Source::Unknown, failure });
            }
        }
        self.pump();
    }

    pub(super) fn emit(&self, event: &RoomEvent) {
        if let Some(room) = self.room.upgrade() {
            room.listeners.emit(event);
        }
    }

    pub(super) fn report_joined(&self, result: Result<(), Error>) {
        let joined = self.joined.borrow_mut().take();
        if let Some(joined) = joined {
            // Whoever stopped waiting does not want to know.
            joined.send(result).ok();
        }
    }

    /// Nothing of this call goes on.
    pub(super) fn finish(&self, reason: Reason, error: Option<Error>) {
        self.over.set(true);
        self.publisher.take();
        self.subscriber.take();
        self.tracks.take();
        self.slots.all().iter().for_each(|slot| slot.close());
        if let Some(signal) = self.signal.take() {
            spawn_local(signal.close(false));
        }
        if let Some(room) = self.room.upgrade() {
            room.call_over(reason, error.clone());
        }
        let left = || Error::new(ErrorCode::Aborted, "the room was left before it was joined");
        self.report_joined(Err(error.unwrap_or_else(left)));
    }
}
