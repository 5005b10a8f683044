//! What we publish, against a server that refuses, hangs up and answers late: in the end it has what is wished, and
//! whoever published something has heard what became of it. A place for a screen that is held ready is part of every
//! offer, and says whether there is a screen.
#![cfg(not(target_family = "wasm"))]

use std::collections::{BTreeSet, VecDeque};

use janus_wasm::Map;
use janus_wasm::engine::Millis;
use janus_wasm::engine::conference::{
    Asked, Conference, Event, LocalStream, Output, PublisherRequest, Said,
};
use janus_wasm::engine::negotiation::{Role, Step};
use janus_wasm::engine::requests::JoinRoom;
use janus_wasm::protocol::Jsep;
use janus_wasm::protocol::description::{self, Source};
use janus_wasm::protocol::videoroom::RoomEvent;
use janus_wasm::protocol::videoroom::answers::ParticipantInfo;
use janus_wasm::protocol::videoroom::event::Joined;
use janus_wasm::protocol::videoroom::publishing::StreamDescription;
use janus_wasm::{Error, ErrorCode, Id};
use proptest::prelude::*;

type Streams = Map<String, LocalStream>;

/// The m-line of the place for a screen.
const PLACE: &str = "9";

#[derive(Clone, Debug)]
enum Happening {
    Publish(u8),
    Unpublish(u8),
    Mute(u8, bool),
    /// A screen takes the place that is held ready for it, or leaves it.
    Screen(bool),
    HangUp,
    /// The same while signalling is away: nobody is told.
    HangUpUnheard,
    /// The page closes the peer connection, and the server's word of it is lost.
    Close,
    Up,
    /// The browser goes on with a step that is under way: an offer it begins first, and what is published meanwhile is
    /// not in it.
    Browser {
        fails: bool,
    },
    /// The server answers the oldest request.
    Server {
        refuses: bool,
    },
    /// The way to a fresh peer connection is free.
    Freed,
    Time(u16),
    Signalling(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::{
        Browser, Close, Freed, HangUp, HangUpUnheard, Mute, Publish, Screen, Server, Signalling,
        Time, Unpublish, Up,
    };
    prop_oneof![
        3 => (0_u8..3).prop_map(Publish),
        2 => (0_u8..3).prop_map(Unpublish),
        3 => (0_u8..3, any::<bool>()).prop_map(|(which, muted)| Mute(which, muted)),
        3 => any::<bool>().prop_map(Screen),
        2 => Just(HangUp),
        2 => Just(HangUpUnheard),
        1 => Just(Close),
        2 => Just(Up),
        6 => prop::bool::weighted(0.1).prop_map(|fails| Browser { fails }),
        6 => prop::bool::weighted(0.2).prop_map(|refuses| Server { refuses }),
        4 => Just(Freed),
        2 => (1_u16..20_000).prop_map(Time),
        2 => any::<bool>().prop_map(Signalling),
    ]
}

/// What happens to those who change nothing of what they publish.
fn trouble() -> impl Strategy<Value = Happening> {
    use Happening::{Close, HangUp, HangUpUnheard, Mute, Signalling, Up};
    prop_oneof![
        1 => Just(HangUp),
        2 => Just(HangUpUnheard),
        1 => Just(Close),
        1 => Just(Up),
        1 => (0_u8..3, any::<bool>()).prop_map(|(which, muted)| Mute(which, muted)),
        3 => any::<bool>().prop_map(Signalling),
    ]
}

/// What the server was told in a request, for the peer connection with this number.
#[derive(Debug)]
enum Request {
    Offer(Option<u32>, Vec<StreamDescription>),
    Describe(Vec<StreamDescription>),
}

/// An application, a browser and a server around the machine.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct World {
    conference: Conference,
    now: u64,
    wished: Streams,
    /// What is published and neither taken by the server nor refused.
    unsettled: BTreeSet<String>,
    /// What the offer that is being made holds.
    begun: Option<BTreeSet<String>>,
    /// Whether a place is held ready.
    reserves: bool,
    /// Whether a screen is shared, and whether the application waits to hear that the server knows.
    screen: bool,
    awaited: bool,
    /// The peer connection on which the place has its m-line.
    place: Option<u32>,
    /// Counts peer connections; none is there while one is made anew.
    peers: u32,
    is_there: bool,
    renewing: bool,
    steps: VecDeque<(u32, Step)>,
    asked: VecDeque<Request>,
    /// What the server has.
    has: Option<Vec<StreamDescription>>,
    /// Whether that came up, so that the server says of us that we publish.
    started: bool,
    /// The peer connection was closed under the machine.
    closed: bool,
    signalling: bool,
    /// What the server says of us, asked when signalling was back.
    listed: Option<bool>,
    /// What must not be.
    wrong: Vec<String>,
}

impl World {
    fn new(reserves: bool) -> Self {
        let mut conference = Conference::new(JoinRoom::new(1234), false);
        conference.signal_ready(Millis(0), Millis(80));
        let mut world = Self {
            conference,
            now: 0,
            wished: Map::new(),
            unsettled: BTreeSet::new(),
            begun: None,
            reserves,
            screen: false,
            awaited: false,
            place: None,
            peers: 0,
            is_there: false,
            renewing: false,
            steps: VecDeque::new(),
            asked: VecDeque::new(),
            has: None,
            started: false,
            closed: false,
            signalling: true,
            listed: None,
            wrong: Vec::new(),
        };
        world.pump();
        let joined = Joined {
            room: Id::from(1234),
            description: String::new(),
            id: Id::from(1),
            private_id: None,
            publishers: Vec::new(),
            attendees: Vec::new(),
            audio_active_packets: None,
            audio_level_average: None,
        };
        let event = RoomEvent::Joined(joined);
        world
            .conference
            .answer(Asked::Join, Ok(Said { event, jsep: None, own: None, mapping: None }));
        world.pump();
        world
    }

    fn happen(&mut self, happening: &Happening) {
        match happening {
            Happening::Publish(which) => {
                let stream =
                    LocalStream { source: Source::Camera, name: None, muted: false, off: false };
                if self.wished.insert(which.to_string(), stream).is_none() {
                    self.unsettled.insert(which.to_string());
                }
                self.negotiate();
            }
            Happening::Unpublish(which) => {
                self.wished.remove(&which.to_string());
                self.unsettled.remove(&which.to_string());
                self.negotiate();
            }
            Happening::Mute(which, muted) => {
                let mid = which.to_string();
                if let Some(stream) = self.wished.get_mut(&mid) {
                    stream.muted = *muted;
                    self.conference.mute(&mid, *muted);
                }
            }
            Happening::Screen(on) => self.share(*on),
            Happening::HangUp => self.conference.hangup(Role::Offerer, "DTLS alert"),
            Happening::HangUpUnheard => {
                // What never came up the browser gives up by itself.
                if !self.signalling && self.started {
                    (self.has, self.started) = (None, false);
                }
            }
            Happening::Close => {
                if self.is_there {
                    (self.has, self.started, self.closed) = (None, false, true);
                }
            }
            Happening::Up => {
                self.started = self.has.is_some();
                self.conference.webrtc_up(Role::Offerer);
            }
            Happening::Browser { fails } => self.browser(*fails),
            Happening::Server { refuses } => self.server(*refuses),
            Happening::Freed => self.freed(),
            Happening::Time(passes) => self.now += u64::from(*passes),
            Happening::Signalling(works) => self.signal(*works),
        }
        self.pump();
    }

    fn signal(&mut self, works: bool) {
        self.conference.signalling(works);
        if works && !std::mem::replace(&mut self.signalling, works) {
            self.look_around();
        }
        self.signalling = works;
    }

    fn look_around(&mut self) {
        self.conference.catch_up();
        self.listed = Some(self.started);
    }

    /// The server says who is here.
    fn lists(&mut self) {
        let Some(publisher) = self.listed.take() else { return };
        let (display, metadata, talking) = (None, None, None);
        let (id, dummy, remote) = (Id::from(1), false, false);
        let me = ParticipantInfo { id, display, metadata, dummy, remote, publisher, talking };
        self.conference.resynchronise(vec![me], &[]);
    }

    fn share(&mut self, on: bool) {
        if !self.reserves || self.screen == on {
            return;
        }
        (self.screen, self.awaited) = (on, on);
        let has_place = self.is_there && self.place == Some(self.peers);
        let is_enough = has_place && {
            let screen = self.screen();
            self.conference.restate(PLACE, screen)
        };
        if !is_enough && (on || !has_place) {
            self.negotiate();
        }
    }

    fn screen(&self) -> LocalStream {
        LocalStream { off: !self.screen, ..LocalStream::off() }
    }

    /// What an offer holds that was begun with these.
    fn streams(&self, begun: &BTreeSet<String>) -> Streams {
        let wished = self.wished.iter().filter(|(mid, _)| begun.contains(*mid));
        let mut streams: Streams =
            wished.map(|(mid, stream)| (mid.clone(), stream.clone())).collect();
        if self.reserves {
            streams.insert(PLACE.to_owned(), self.screen());
        }
        streams
    }

    fn negotiate(&mut self) {
        if !self.renewing {
            self.is_there = true;
            self.conference.negotiate();
        }
    }

    fn browser(&mut self, fails: bool) {
        let Some((peer, step)) = self.steps.pop_front() else { return };
        let begun = self.begun.take();
        if peer != self.peers || !self.is_there {
            return;
        }
        match step {
            _ if fails || self.closed => {
                let error = Error::video_room(499, "no", "step");
                self.conference.step_failed(Role::Offerer, error);
            }
            Step::Offer { .. } if begun.is_none() => {
                self.begun = Some(self.wished.keys().cloned().collect());
                self.steps.push_front((peer, step));
            }
            Step::Offer { .. } => {
                let streams = self.streams(&begun.unwrap_or_default());
                let jsep = Jsep::offer(peer.to_string());
                self.place = Some(peer);
                self.conference.described(Role::Offerer, jsep, streams);
            }
            Step::Apply(sdp) => {
                if sdp != peer.to_string() {
                    self.wrong.push(format!("the answer to {sdp} is given to {peer}"));
                }
                self.conference.applied();
            }
            Step::Answer(_) | Step::Send(_) | Step::Trickle(_) | Step::AddCandidates(_) => {}
        }
    }

    fn server(&mut self, refuses: bool) {
        self.lists();
        match self.asked.pop_front() {
            Some(Request::Offer(..)) if refuses => {
                self.conference
                    .answer(Asked::Offer, Err(Error::video_room(432, "full", "publish")));
            }
            Some(Request::Offer(peer, streams)) => {
                let peer = peer.unwrap_or_default();
                // That of a former one was hung up behind its offer.
                if peer == self.peers && !self.renewing {
                    self.has = Some(streams);
                }
                let jsep = Some(Jsep::answer(peer.to_string()));
                let said = Said { event: RoomEvent::Done, jsep, own: None, mapping: None };
                self.conference.answer(Asked::Offer, Ok(said));
            }
            Some(Request::Describe(_)) if refuses => {
                let error = Error::new(ErrorCode::ConnectionLost, "gone");
                self.conference.answer(Asked::Describe, Err(error));
            }
            Some(Request::Describe(streams)) => {
                self.has = self.has.take().map(|_| streams);
                let said = Said { event: RoomEvent::Done, jsep: None, own: None, mapping: None };
                self.conference.answer(Asked::Describe, Ok(said));
            }
            None => {}
        }
    }

    fn freed(&mut self) {
        if !std::mem::take(&mut self.renewing) {
            return;
        }
        self.peers += 1;
        self.is_there = !self.wished.is_empty() || self.screen;
        if self.is_there {
            self.conference.renewed(Role::Offerer);
        } else {
            self.conference.emptied();
        }
    }

    fn pump(&mut self) {
        for _ in 0..200 {
            self.conference.advance(Millis(self.now));
            if self.closed {
                self.conference.peer_closed(Role::Offerer);
            }
            let Some(output) = self.conference.poll() else { return };
            match output {
                Output::Publisher(_, PublisherRequest::Describe(said)) => {
                    self.asked.push_back(Request::Describe(said.descriptions));
                }
                Output::Publisher(
                    _,
                    PublisherRequest::Offer(said, jsep) | PublisherRequest::Publish(said, jsep),
                ) => {
                    if self.renewing {
                        self.wrong.push("an offer of what is gone".to_owned());
                    }
                    let peer = jsep.sdp.parse().ok();
                    self.asked.push_back(Request::Offer(peer, said.descriptions));
                }
                Output::Peer(Role::Offerer, step) => {
                    self.is_there = true;
                    self.steps.push_back((self.peers, step));
                }
                Output::Renew(Role::Offerer) => {
                    if std::mem::replace(&mut self.renewing, true) {
                        self.wrong.push("made anew twice at once".to_owned());
                    }
                    (self.is_there, self.closed, self.started) = (false, false, false);
                    self.has = None;
                }
                Output::Event(Event::PublishRefused(error)) => self.refused(error),
                Output::Event(Event::PublishFailed(_)) => {
                    self.share(self.screen && !self.awaited);
                    self.take_back(|_| true);
                }
                Output::Event(Event::LocalPublished(mid)) if mid == PLACE => {
                    if self.screen {
                        self.awaited = false;
                    }
                }
                Output::Event(Event::LocalPublished(mid)) => {
                    self.unsettled.remove(&mid);
                }
                Output::Publisher(..)
                | Output::Subscriber(..)
                | Output::Peer(..)
                | Output::Renew(_)
                | Output::Create
                | Output::Return
                | Output::Ask(..)
                | Output::Event(_) => {}
                Output::LookAround { .. } => self.look_around(),
            }
        }
        self.wrong.push("an endless loop".to_owned());
    }

    /// The application is told, and takes back what is new in the offer.
    fn refused(&mut self, error: Error) {
        if !self.is_there || !self.awaited && self.unsettled.is_empty() {
            return self.conference.publish_again(error);
        }
        let held = self.conference.local().clone();
        self.share(self.screen && !self.awaited);
        self.take_back(|mid| held.contains_key(mid));
        self.negotiate();
    }

    /// Whoever published these hears that they are not.
    fn take_back(&mut self, is_refused: impl Fn(&str) -> bool) {
        for mid in std::mem::take(&mut self.unsettled) {
            if is_refused(&mid) {
                self.wished.remove(&mid);
            } else {
                self.unsettled.insert(mid);
            }
        }
    }

    /// Nothing more is refused, and everything ends that is under way.
    fn settle(&mut self) {
        self.signal(true);
        self.pump();
        for _ in 0..100 {
            self.browser(false);
            self.pump();
            self.server(false);
            self.pump();
            self.freed();
            self.pump();
            if self.steps.is_empty() && self.asked.is_empty() {
                self.now = self
                    .conference
                    .deadline()
                    .map_or(self.now, |deadline| deadline.0.max(self.now));
                self.pump();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_the_server_has_what_is_wished(
        reserves: bool,
        story in prop::collection::vec(happening(), 0..60),
        troubles in prop::collection::vec(trouble(), 0..8),
    ) {
        let mut world = World::new(reserves);
        for happening in &story {
            world.happen(happening);
        }
        world.settle();
        world.happen(&Happening::Up);
        for trouble in &troubles {
            world.happen(trouble);
        }
        world.settle();
        prop_assert_eq!(&world.wrong, &Vec::<String>::new());
        let mut wished: Vec<_> = world.wished.iter().map(|(mid, stream)| {
            let words = description::write(stream.source, stream.name.as_deref(), stream.muted);
            (mid.clone(), words)
        }).collect();
        let has: Vec<_> = world.has.as_deref().unwrap_or_default().iter()
            .map(|one| (one.mid.clone(), one.description.clone())).collect();
        if world.screen {
            wished.push((PLACE.to_owned(), "screen".to_owned()));
        } else if reserves && !has.is_empty() {
            wished.push((PLACE.to_owned(), description::SCREEN_OFF.to_owned()));
        }
        prop_assert_eq!(has, wished, "{:?}", world.conference);
        prop_assert!(!world.awaited, "nobody said that the screen is seen: {:?}", world.conference);
        prop_assert!(world.unsettled.is_empty(), "{:?}: {:?}", world.unsettled, world.conference);
    }
}
