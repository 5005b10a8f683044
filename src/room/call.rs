//! One stay in a room: executes what the conference machine decides, and reports back.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::channels::Channels;
use super::devices::open_each;
use super::event::{Failure, RoomEvent};
use super::local::{Device, Slot, Slots, left};
use super::options::GivenTrack;
use super::places::Places;
use super::signal::Signal;
use super::toggle::{Answers, Toggle, Wish, begin};
use super::track::{Track, source_of};
use super::wire::{publisher_body, said, subscriber_body};
use super::{Inner, Person, Reason};
use crate::client::{Handle, unheard};
use crate::engine::conference::{Asked, Conference, Output, PeerState};
use crate::engine::negotiation::{Role, Step};
use crate::engine::requests::JoinRoom;
use crate::engine::subscriptions::StreamRef;
use crate::protocol::description::Source;
use crate::protocol::json::Object;
use crate::protocol::{Candidate, Jsep, Json};
use crate::web::{
    self, Listener, MediaStreamTrack, Peer, PeerConfig, PeerEvent, Playback, Thrown, Timer,
    spawn_local,
};
use crate::{Error, ErrorCode, Id, Map};

pub(super) struct Call {
    pub(super) room: Weak<Inner>,
    pub(super) display: RefCell<String>,
    pub(super) peer_config: RefCell<PeerConfig>,
    pub(super) playback: Rc<Playback>,
    pub(super) conference: RefCell<Conference>,
    pub(super) signal: RefCell<Option<Signal>>,
    /// Candidates found before there was a handle to send them on.
    pub(super) early: RefCell<Vec<(Role, Vec<Candidate>)>>,
    pub(super) publisher: RefCell<Option<Rc<Peer>>>,
    /// The publisher's peer connection is gone. The next holds all there is to publish; until then nothing is sent.
    pub(super) rebuilding: Cell<bool>,
    pub(super) subscriber: RefCell<Option<Rc<Peer>>>,
    pub(super) slots: Slots,
    pub(super) places: Places,
    /// Something was added of which the room has to be told by an offer.
    pub(super) offer_due: Cell<bool>,
    camera: Toggle,
    microphone: Toggle,
    pub(super) screen: Toggle,
    /// Who waits for a change of what we publish.
    pub(super) answers: Answers,
    pub(super) channels: Channels,
    pub(super) tracks: RefCell<Map<StreamRef, Rc<Track>>>,
    pub(super) joined: RefCell<Option<oneshot::Sender<Result<(), Error>>>>,
    timer: RefCell<Timer>,
    /// Hears that the network is another one.
    changed: RefCell<Option<Listener>>,
    draining: Cell<bool>,
    /// Our handles are gone, or of no use.
    pub(super) away: Cell<bool>,
    /// Counts departures, so that what belongs to one before is not taken for ours.
    pub(super) epoch: Cell<u32>,
    /// What makes the room if it is not there.
    pub(super) create: RefCell<Option<Json>>,
    pub(super) over: Cell<bool>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

impl Call {
    /// A stay in some room, with these tracks to be offered. `reserve_screen`: and a place for a screen.
    pub(super) fn begin(
        room: &Rc<Inner>,
        tracks: Vec<GivenTrack>,
        reserve_screen: bool,
        join: JoinRoom,
    ) -> Result<Rc<Self>, Failure> {
        let mut conference = Conference::new(join, false);
        let options = &room.options.connection;
        conference.set_policy(options.reconnect_budget, options.policy.is_some());
        let call = Rc::new(Self {
            room: Rc::downgrade(room),
            display: RefCell::default(),
            peer_config: RefCell::new(room.peer.borrow().clone()),
            playback: Rc::clone(&room.playback),
            conference: RefCell::new(conference),
            signal: RefCell::default(),
            early: RefCell::default(),
            publisher: RefCell::default(),
            rebuilding: Cell::new(false),
            subscriber: RefCell::default(),
            slots: Slots::default(),
            places: Places::new(reserve_screen),
            offer_due: Cell::new(false),
            camera: Toggle::default(),
            microphone: Toggle::default(),
            screen: Toggle::default(),
            answers: Answers::default(),
            channels: Channels::default(),
            tracks: RefCell::default(),
            joined: RefCell::default(),
            timer: RefCell::default(),
            changed: RefCell::default(),
            draining: Cell::new(false),
            away: Cell::new(false),
            epoch: Cell::new(0),
            create: RefCell::default(),
            over: Cell::new(false),
        });
        let weak = Rc::downgrade(&call);
        let listener = web::on_online(move || {
            if let Some(call) = weak.upgrade() {
                call.restart_ice();
            }
        });
        call.changed.replace(Some(listener));
        for given in tracks {
            call.add(Slot::given(given))?;
        }
        Ok(call)
    }

    /// Opens what joining asked for. Nobody waits for it: a prompt may stay unanswered for ever.
    pub(super) fn open_devices(self: &Rc<Self>, camera: Option<Json>, microphone: Option<Json>) {
        if camera.is_none() && microphone.is_none() {
            return;
        }
        // Who switches one of them meanwhile waits: one prompt is enough.
        let wanted = [(true, camera.is_some()), (false, microphone.is_some())];
        let opening: Vec<_> = wanted
            .into_iter()
            .filter(|(_, wanted)| *wanted)
            .map(|(is_camera, _)| self.hold_device(is_camera))
            .collect();
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let _opening = opening;
            let devices = (camera.clone(), microphone.clone());
            let (media, failures) = open_each(camera, microphone).await;
            match weak.upgrade().filter(|call| !call.over.get()) {
                Some(call) => call.devices_opened(media, failures, devices),
                None => media.iter().for_each(MediaStreamTrack::stop),
            }
        });
    }

    /// Holds a device's switch until what is returned is dropped.
    fn hold_device(self: &Rc<Self>, is_camera: bool) -> oneshot::Sender<()> {
        let (opening, opened) = oneshot::channel::<()>();
        let call = Rc::clone(self);
        let wish = async move {
            opened.await.ok();
            Ok(())
        };
        begin(Box::pin(async move { call.device(is_camera).set(Box::pin(wish)).await }));
        opening
    }

    /// The switch of the camera, or of the microphone.
    pub(super) fn device(&self, is_camera: bool) -> &Toggle {
        if is_camera { &self.camera } else { &self.microphone }
    }

    /// Whether what is being switched on is to be off again already: nobody is to be seen or heard for a moment.
    pub(super) fn is_turned_off(&self, source: Source) -> bool {
        self.toggle(source).is_some_and(Toggle::is_turned_off)
    }

    /// A wish to say so; what there is has to be switched off beside it.
    pub(super) fn turned_off(self: &Rc<Self>, source: Source) -> Wish {
        let call = Rc::clone(self);
        Box::pin(async move {
            let Some(toggle) = call.toggle(source) else { return Ok(()) };
            toggle.turn(false, Box::pin(async { Ok(()) })).await
        })
    }

    /// Its switch.
    pub(super) fn toggle(&self, source: Source) -> Option<&Toggle> {
        match source {
            Source::Camera => Some(&self.camera),
            Source::Microphone => Some(&self.microphone),
            Source::Screen => Some(&self.screen),
            Source::Unknown => None,
        }
    }

    fn devices_opened(
        self: &Rc<Self>,
        media: Vec<MediaStreamTrack>,
        failures: Vec<(Source, Thrown)>,
        (camera, microphone): (Option<Json>, Option<Json>),
    ) {
        self.conference.borrow_mut().captured();
        for (source, thrown) in failures {
            self.emit(&RoomEvent::MediaError { source, failure: thrown.into() });
        }
        let mut opened = false;
        for media in media {
            let source = source_of(&media);
            if self.is_turned_off(source) {
                media.stop();
                continue;
            }
            let is_camera = source == Source::Camera;
            let settings = if is_camera { &camera } else { &microphone };
            let device = settings.clone().map(|settings| Device { is_camera, settings });
            let publishing = device.as_ref().map(Device::publishing);
            let publishing = publishing.unwrap_or_else(|| Json::write(&Object::new()));
            let slot = Slot::new(Track::new(media, source, None), device, publishing);
            match self.add(slot) {
                Ok(_) => opened = true,
                Err(failure) => self.emit(&RoomEvent::MediaError { source, failure }),
            }
        }
        if opened {
            self.negotiate();
        }
        self.pump();
    }

    pub(super) fn negotiate(self: &Rc<Self>) {
        self.offer_due.set(false);
        if !self.rebuilding.get() {
            self.conference.borrow_mut().negotiate();
        }
        self.pump();
    }

    /// The peer connection that publishes, if it is not being made anew.
    pub(super) fn publisher(self: &Rc<Self>) -> Result<Option<Rc<Peer>>, Failure> {
        if self.rebuilding.get() {
            return Ok(None);
        }
        Ok(Some(self.peer(Role::Offerer)?))
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    /// The user muted or unmuted a slot, whether it has an m-line now or not.
    pub(super) fn mute(self: &Rc<Self>, slot: &Slot, muted: bool) {
        let before = slot.muted.replace(muted);
        if let Some(mid) = slot.mid() {
            self.conference.borrow_mut().mute(&mid, muted);
        }
        if let Some(mid) = slot.announced().filter(|_| before != muted) {
            self.emit(&RoomEvent::LocalTrackMuted { key: slot.key, mid, muted });
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
        let config = self.peer_config.borrow().clone();
        let peer = Peer::new(&config, move |event| {
            if let Some(call) = weak.upgrade() {
                call.peer_event(role, event);
            }
        })?;
        let peer = Rc::new(peer);
        place.replace(Some(Rc::clone(&peer)));
        if role == Role::Answerer {
            // Never used, and yet needed: Janus sends data only to those who opened a channel themselves.
            peer.open_channel("JanusDataChannel", "{}").ok();
        }
        Ok(peer)
    }

    /// The peer connection, if there is one.
    pub(super) fn present(&self, role: Role) -> Option<Rc<Peer>> {
        match role {
            Role::Offerer => self.publisher.borrow().clone(),
            Role::Answerer => self.subscriber.borrow().clone(),
        }
    }

    fn peer_event(self: &Rc<Self>, role: Role, event: PeerEvent) {
        match event {
            PeerEvent::Candidate(candidate) => {
                let mut conference = self.conference.borrow_mut();
                conference.local_candidate(web::now(), role, candidate);
            }
            PeerEvent::State(state) => {
                self.conference.borrow_mut().peer_state(web::now(), role, state);
                if state == PeerState::Connected {
                    self.conference.borrow_mut().webrtc_up(role);
                } else if let Some(signal) = self.signal.borrow().as_ref() {
                    signal.check();
                }
            }
            PeerEvent::Channel(channel) if role == Role::Answerer => {
                let label = channel.label();
                self.tell_channel(channel, label, false);
            }
            PeerEvent::Receiver(transceiver) => {
                let mid = transceiver.mid().unwrap_or_default();
                let stream = self.conference.borrow().offered(&mid);
                if let Some(StreamRef { feed: id, mid }) = stream {
                    self.emit(&RoomEvent::ReceiverAdded { id, mid, transceiver });
                }
            }
            // What a server opens on a connection that publishes is not for us.
            PeerEvent::Channel(channel) => channel.close(),
        }
        self.pump();
    }

    /// Looks for another way for packets, both ways.
    pub(super) fn restart_ice(self: &Rc<Self>) {
        self.conference.borrow_mut().network_changed(web::now());
        self.pump();
    }

    /// Executes what the machine wants. No borrow outlives a statement: listeners may call back in,
    /// and then this loop, further up the stack, goes on with what they caused.
    pub(super) fn pump(self: &Rc<Self>) {
        if self.draining.replace(true) {
            return;
        }
        loop {
            self.open_waiting_channels();
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

    /// Who closes a peer connection, the page or what it loads, is told of it by nobody. The server is, and tells us: unless
    /// that is lost with the connection to it.
    pub(super) fn notice_closed(&self) {
        for role in [Role::Offerer, Role::Answerer] {
            if self.present(role).is_some_and(|peer| web::is_closed(&peer.connection())) {
                self.conference.borrow_mut().peer_closed(role);
            }
        }
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
            Output::Create => self.make_room(),
            Output::Return => self.place_lost(),
            Output::Ask(asker, attempt) => self.decide(asker, attempt),
            Output::LookAround { streams } => self.resynchronise(streams),
            Output::Event(event) => self.tell(event),
        }
    }

    pub(super) fn handle(&self, role: Role) -> Option<Handle> {
        let signal = self.signal.borrow();
        signal.as_ref().filter(|_| !self.away.get()).map(|signal| match role {
            Role::Offerer => signal.publisher.clone(),
            Role::Answerer => signal.subscriber.clone(),
        })
    }

    fn ask(self: &Rc<Self>, role: Role, asked: Asked, body: Json, jsep: Option<Jsep>) {
        let Some(handle) = self.handle(role) else { return };
        // Janus may answer a restart with a later offer alone.
        let unordered = asked == Asked::Restart;
        let sent = handle.request_in(!unordered, body, jsep.map(|jsep| Json::write(&jsep)));
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let answer = sent.await.and_then(|answer| said(role, &answer, Some(asked)));
            let Some(call) = weak.upgrade() else { return };
            // A handle that was replaced meanwhile has nothing to say any more.
            if call.handle(role).is_none_or(|now| now.id() != handle.id()) {
                return;
            }
            if asked != Asked::Join || !call.begin_anew(answer.as_ref().err()) {
                call.conference.borrow_mut().answer(asked, answer);
                call.pump();
            }
        });
    }

    pub(super) fn trickle(&self, role: Role, candidates: Vec<Candidate>) {
        match self.handle(role) {
            // ICE works out by itself whether what arrived is enough.
            Some(handle) => unheard(handle.trickle(candidates)),
            None => self.early.borrow_mut().push((role, candidates)),
        }
    }

    /// One step of a peer connection; the machine waits for its end.
    fn step(self: &Rc<Self>, role: Role, step: Step) {
        let peer = match self.peer(role) {
            Ok(peer) => peer,
            Err(error) => return self.conference.borrow_mut().step_failed(role, error),
        };
        if let Step::Offer { .. } = step {
            // After all that is published: others show first what comes first.
            self.places.make(&peer);
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let adding = matches!(step, Step::AddCandidates(_));
            let done = peer.step(step).await;
            if adding {
                return;
            }
            if let Some(call) = weak.upgrade() {
                call.step_done(role, &peer, done);
            }
        });
    }

    fn step_done(self: &Rc<Self>, role: Role, peer: &Rc<Peer>, done: Result<Option<Jsep>, Error>) {
        let current = self.present(role);
        if !current.is_some_and(|current| Rc::ptr_eq(&current, peer)) {
            return;
        }
        let is_applied = matches!(done, Ok(None));
        let mut conference = self.conference.borrow_mut();
        match done {
            Ok(Some(jsep)) => {
                let streams = self.streams(&jsep.sdp);
                conference.described(role, jsep, streams);
            }
            Ok(None) => conference.applied(),
            Err(error) => conference.step_failed(role, error),
        }
        drop(conference);
        // Of a connection that was closed the browser stops everything, and nothing was refused.
        if role == Role::Offerer && is_applied && !web::is_closed(&peer.connection()) {
            // Janus does not say so of an m-line that was in use before.
            let mut refused = self.slots.all();
            refused.retain(|slot| slot.sender().is_some_and(|sender| sender.is_refused()));
            for slot in refused {
                self.local_refused(&slot);
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

    /// Lets go of peer connections and devices.
    pub(super) fn close(&self) {
        self.over.set(true);
        self.publisher.take();
        self.subscriber.take();
        self.tracks.take();
        for slot in self.slots.all() {
            slot.close(&left());
        }
        self.answers.give_up();
        self.changed.take();
    }

    /// Nothing of this call goes on.
    pub(super) fn finish(&self, reason: Reason, error: Option<Error>) {
        self.close();
        if let Some(signal) = self.signal.take() {
            spawn_local(signal.close(false));
        }
        if let Some(room) = self.room.upgrade() {
            room.call_over(reason, error.clone());
        }
        let left = || Error::new(ErrorCode::Aborted, "the room was left meanwhile");
        self.report_joined(Err(error.unwrap_or_else(left)));
    }
}
