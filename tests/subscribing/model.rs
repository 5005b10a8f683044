//! The server's rules, as far as a subscriber sees them, and a browser that does as it is asked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod picture;
mod server;

use std::collections::{BTreeMap, VecDeque};

use janus_wasm::Map;
use janus_wasm::engine::Millis;
use janus_wasm::engine::conference::{
    Asked, Conference, Event, Output, PublisherRequest, Said, SubscriberRequest,
};
use janus_wasm::engine::negotiation::{Role, Step};
use janus_wasm::engine::requests::{Entry, JoinRoom, Line};
use janus_wasm::engine::subscriptions::{StreamRef, Terms};
use janus_wasm::protocol::videoroom::event::Joined;
use janus_wasm::protocol::videoroom::{Attendee, Publisher, RoomEvent, Stream, StreamKind};
use janus_wasm::protocol::{Id, Jsep};
use proptest::prelude::*;

const SOUND: &str = "opus";
const CODECS: [&str; 2] = ["vp8", "h264"];

pub(crate) fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// Somebody publishes sound and so many pictures, or changes what is published.
    Publish {
        person: u8,
        video: u8,
        data: bool,
    },
    Unpublish {
        person: u8,
    },
    Leave {
        person: u8,
    },
    Kick {
        person: u8,
    },
    Unwant {
        person: u8,
        line: u8,
    },
    Want {
        person: u8,
        line: u8,
    },
    Terms {
        person: u8,
        line: u8,
        spatial: u32,
        paused: bool,
    },
    /// Nothing is to be relayed for now, or everything again.
    Pause(bool),
    /// The network is another one.
    Restart,
    /// The server hears or says the next thing, or the browser is done.
    Turn,
    Pass(u64),
}

pub(crate) fn story() -> impl Strategy<Value = Vec<Happening>> {
    let (person, line) = (0_u8..4, 0_u8..3);
    let happening = prop_oneof![
        4 => (person.clone(), 0_u8..3, any::<bool>())
            .prop_map(|(person, video, data)| Happening::Publish { person, video, data }),
        1 => person.clone().prop_map(|person| Happening::Unpublish { person }),
        1 => person.clone().prop_map(|person| Happening::Leave { person }),
        1 => person.clone().prop_map(|person| Happening::Kick { person }),
        2 => (person.clone(), line.clone()).prop_map(|(person, line)| Happening::Unwant { person, line }),
        2 => (person.clone(), line.clone()).prop_map(|(person, line)| Happening::Want { person, line }),
        2 => (person, line, 0_u32..3, any::<bool>()).prop_map(|(person, line, spatial, paused)| {
            Happening::Terms { person, line, spatial, paused }
        }),
        1 => any::<bool>().prop_map(Happening::Pause),
        1 => Just(Happening::Restart),
        9 => Just(Happening::Turn),
        2 => (1_u64..800).prop_map(Happening::Pass),
    ];
    proptest::collection::vec(happening, 0..60)
}

type Source = (u8, u8);

#[derive(Clone, Debug, PartialEq)]
struct Carrying {
    kind: StreamKind,
    codec: &'static str,
    source: Option<Source>,
    spatial: u32,
    send: bool,
    /// In an offer that was made.
    offered: bool,
}

#[derive(Debug)]
enum Asking {
    Subscribe(Vec<Entry>, Vec<Line>, bool),
    Switch(Vec<Entry>),
    Configure(Vec<Entry>),
    Restart,
    Pause,
    Start,
}

/// What is published under a mid, with its codec; with `""` it is disabled.
type Published = BTreeMap<u8, (StreamKind, &'static str)>;

const DISABLED: &str = "";

#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct World {
    conference: Conference,
    now: u64,
    people: BTreeMap<u8, Published>,
    wishes: BTreeMap<Source, (bool, Terms)>,
    // The server's side of the subscription.
    lines: Vec<Carrying>,
    data: Vec<u8>,
    joined: bool,
    answered: bool,
    pending: bool,
    paused: bool,
    asked: VecDeque<(Asked, Asking)>,
    /// The browser describes.
    describing: bool,
    offers: u32,
    switches: u32,
    layer_requests: u32,
    deaf: u32,
    /// Whether the application wants nothing to be relayed.
    wants_pause: bool,
    /// What the application believes it can play.
    playing: BTreeMap<Source, String>,
    trouble: Option<String>,
}

fn id(person: u8) -> Id {
    Id::from(u64::from(person) + 100)
}

fn person_of(id: &Id) -> u8 {
    (0..=255).find(|person| self::id(*person) == *id).unwrap()
}

fn stream((person, line): Source) -> StreamRef {
    StreamRef { feed: id(person), mid: line.to_string() }
}

fn said(event: RoomEvent) -> Said {
    Said { event, jsep: None, own: None, mapping: None }
}

impl World {
    pub(crate) fn new() -> Self {
        let mut conference = Conference::new(JoinRoom::new(1234), false);
        conference.signal_ready(Millis(0), Millis(10));
        let mut world = Self {
            conference,
            now: 0,
            people: BTreeMap::new(),
            wishes: BTreeMap::new(),
            lines: Vec::new(),
            data: Vec::new(),
            joined: false,
            answered: true,
            pending: false,
            paused: false,
            asked: VecDeque::new(),
            describing: false,
            offers: 0,
            switches: 0,
            layer_requests: 0,
            deaf: 0,
            wants_pause: false,
            playing: BTreeMap::new(),
            trouble: None,
        };
        world.pump();
        let joined = Joined {
            audio_active_packets: None,
            audio_level_average: None,
            room: Id::from(1234),
            description: String::new(),
            id: Id::from(1),
            private_id: None,
            publishers: Vec::new(),
            attendees: Vec::new(),
        };
        world.conference.answer(Asked::Join, Ok(said(RoomEvent::Joined(joined))));
        world.pump();
        world
    }

    pub(crate) fn offers(&self) -> u32 {
        self.offers
    }

    pub(crate) fn switches(&self) -> u32 {
        self.switches
    }

    pub(crate) fn layer_requests(&self) -> u32 {
        self.layer_requests
    }

    /// The server passes over so many requests for layers.
    pub(crate) fn deaf(&mut self, times: u32) {
        self.deaf = times;
    }

    pub(crate) fn happen(&mut self, happening: &Happening) {
        match *happening {
            Happening::Publish { person, video, data } => self.publish(person, video, data),
            Happening::Unpublish { person } => {
                if let Some(published) = self.people.get_mut(&person) {
                    published.clear();
                    self.source_gone(person, true);
                    self.room(RoomEvent::Unpublished(who(person)));
                }
            }
            Happening::Leave { person } => {
                if self.people.remove(&person).is_some() {
                    // No offer follows a plain leave.
                    self.source_gone(person, false);
                    self.room(RoomEvent::Leaving(who(person)));
                }
            }
            Happening::Kick { person } => {
                if self.people.remove(&person).is_some() {
                    self.source_gone(person, false);
                    self.room(RoomEvent::Kicked(who(person)));
                }
            }
            Happening::Unwant { person, line } => self.wish((person, line), false),
            Happening::Want { person, line } => self.wish((person, line), true),
            Happening::Terms { person, line, spatial, paused } => {
                if self.is_published((person, line)) {
                    let terms = Terms { paused, spatial: Some(spatial), ..Terms::default() };
                    let wish =
                        self.wishes.entry((person, line)).or_insert((true, Terms::default()));
                    wish.1 = terms.clone();
                    self.conference.terms(stream((person, line)), terms);
                }
            }
            Happening::Pause(paused) => {
                self.wants_pause = paused;
                self.conference.pause(paused);
            }
            Happening::Restart => self.conference.network_changed(Millis(self.now)),
            Happening::Turn => self.tell_one(),
            Happening::Pass(span) => self.now += span,
        }
        self.pump();
    }

    /// One stream in the place of another, in one go.
    pub(crate) fn turn(&mut self, from: Source, to: Source) {
        self.wish(from, false);
        self.wish(to, true);
        self.pump();
    }

    fn wish(&mut self, source: Source, wanted: bool) {
        if self.is_published(source) {
            self.wishes.entry(source).or_insert((true, Terms::default())).0 = wanted;
            self.conference.subscribe(stream(source), wanted);
        }
    }

    fn is_published(&self, (person, line): Source) -> bool {
        let published = self.people.get(&person).and_then(|published| published.get(&line));
        published.is_some_and(|(_, codec)| *codec != DISABLED)
    }

    fn is_known(&self, (person, line): Source) -> bool {
        self.people.get(&person).is_some_and(|published| published.contains_key(&line))
    }

    fn publish(&mut self, person: u8, video: u8, data: bool) {
        let mut published = Published::new();
        published.insert(0, (StreamKind::Audio, SOUND));
        for line in 1..=video {
            let codec = CODECS[usize::from(person + line) % CODECS.len()];
            published.insert(line, (StreamKind::Video, codec));
        }
        if data {
            published.insert(9, (StreamKind::Data, "sctp"));
        }
        for (line, (kind, _)) in self.people.get(&person).cloned().unwrap_or_default() {
            // Disabled: m-lines never go, the subscription keeps its own, and no offer tells.
            if published.entry(line).or_insert((kind, DISABLED)).1 == DISABLED {
                self.wishes.remove(&(person, line));
            }
        }
        self.people.insert(person, published.clone());
        let streams = published.iter().map(|(line, (kind, codec))| Stream {
            codec: Some((*codec).to_owned()),
            disabled: *codec == DISABLED,
            ..Stream::new(*kind, u32::from(*line), line.to_string())
        });
        let announced = Publisher {
            id: id(person),
            display: None,
            metadata: None,
            dummy: false,
            talking: None,
            streams: streams.collect(),
        };
        self.room(RoomEvent::Publishers(vec![announced]));
    }

    fn room(&mut self, event: RoomEvent) {
        self.conference.room_event(event);
    }

    /// A publisher's streams end; `tells`: the server makes an offer of it.
    fn source_gone(&mut self, person: u8, tells: bool) {
        self.wishes.retain(|(who, _), _| *who != person);
        self.data.retain(|who| *who != person);
        let mut any = false;
        for line in &mut self.lines {
            if line.source.is_some_and(|(who, _)| who == person) {
                line.source = None;
                any = true;
            }
        }
        if any && tells && self.joined {
            if self.answered {
                let event = self.offer(true);
                self.conference.subscription_event(event);
            } else {
                self.pending = true;
            }
        }
    }

    /// The server deals with one request, or the browser with one description.
    pub(crate) fn tell_one(&mut self) {
        if self.describing {
            self.describing = false;
            let answer = Jsep::answer("answer".to_owned());
            self.conference.described(Role::Answerer, answer, Map::new());
        } else if let Some((asked, asking)) = self.asked.pop_front() {
            if matches!(asking, Asking::Restart) && !self.answered {
                // It becomes part of the next offer, and nobody says so.
                self.pending = true;
                return;
            }
            let answer = self.answer(asking);
            self.conference.answer(asked, answer);
            if asked == Asked::Start {
                self.answered = true;
                if self.pending {
                    let event = self.offer(true);
                    self.conference.subscription_event(event);
                }
            }
        }
        self.pump();
    }

    fn pump(&mut self) {
        loop {
            self.conference.advance(Millis(self.now));
            let Some(output) = self.conference.poll() else { return };
            match output {
                Output::Subscriber(asked, request) => self.ask(asked, request),
                Output::Peer(Role::Answerer, Step::Answer(_)) => self.describing = true,
                Output::Event(Event::Subscribed(stream, mid)) => {
                    let before = self.playing.insert(of(&stream), mid);
                    self.must(before.is_none(), "told twice of one track");
                }
                Output::Event(Event::Resubscribed(stream, mid)) => {
                    let before = self.playing.insert(of(&stream), mid);
                    self.must(before.is_some(), "told of another track in place of none");
                }
                Output::Event(Event::Unsubscribed(stream)) => {
                    self.playing.remove(&of(&stream));
                }
                Output::Renew(Role::Answerer) => {
                    self.lines.clear();
                    self.data.clear();
                    self.asked.clear();
                    (self.joined, self.answered, self.pending, self.describing) =
                        (false, true, false, false);
                    self.paused = false;
                    self.conference.renewed(Role::Answerer);
                    self.conference.webrtc_up(Role::Answerer);
                }
                Output::Publisher(_, PublisherRequest::Join(..)) | Output::Event(_) => {}
                other @ (Output::Publisher(..)
                | Output::Peer(..)
                | Output::Renew(_)
                | Output::Create
                | Output::Return
                | Output::Ask(..)
                | Output::LookAround { .. }) => {
                    self.trouble = Some(format!("not expected: {other:?}"));
                }
            }
        }
    }

    fn ask(&mut self, asked: Asked, request: SubscriberRequest) {
        let asking = match request {
            SubscriberRequest::Join(join) => {
                self.must(!join.streams.is_empty(), "an empty join");
                self.must(join.streams.iter().all(|entry| entry.send.is_none()), "`send` in join");
                Asking::Subscribe(join.streams, Vec::new(), true)
            }
            SubscriberRequest::Update(update) => {
                let empty = update.subscribe.is_empty() && update.unsubscribe.is_empty();
                self.must(!empty, "an empty update");
                Asking::Subscribe(update.subscribe, update.unsubscribe, false)
            }
            SubscriberRequest::Switch(entries) => Asking::Switch(entries.streams),
            SubscriberRequest::Configure(entries) if entries.restart == Some(true) => {
                self.must(entries.streams.is_empty(), "a restart that does more");
                Asking::Restart
            }
            SubscriberRequest::Configure(entries) => {
                self.must(!entries.streams.is_empty(), "an empty configure");
                Asking::Configure(entries.streams)
            }
            SubscriberRequest::Start(_) => Asking::Start,
            SubscriberRequest::Pause => Asking::Pause,
        };
        let (Asking::Subscribe(entries, ..) | Asking::Switch(entries) | Asking::Configure(entries)) =
            &asking
        else {
            return self.asked.push_back((asked, asking));
        };
        let kills = entries.iter().any(|entry| entry.substream.is_some_and(|layer| layer > 2));
        self.must(!kills, "a layer that kills the server");
        let apart = [Asked::Start, Asked::Pause, Asked::Restart];
        let busy = self.asked.iter().any(|(one, _)| !apart.contains(one));
        self.must(!busy, "two requests at a time");
        self.asked.push_back((asked, asking));
    }

    fn must(&mut self, holds: bool, otherwise: &str) {
        if !holds && self.trouble.is_none() {
            self.trouble = Some(otherwise.to_owned());
        }
    }

    /// Lets everything come to rest.
    pub(crate) fn settle(&mut self) {
        for _ in 0..400 {
            if self.describing || !self.asked.is_empty() {
                self.now += 20;
                self.tell_one();
            } else if let Some(deadline) = self.conference.deadline() {
                self.now = self.now.max(deadline.0);
                self.pump();
            } else {
                return;
            }
        }
        self.must(false, "it does not come to rest");
    }
}

fn who(person: u8) -> Attendee {
    Attendee { id: id(person), display: None, metadata: None }
}

fn of(stream: &StreamRef) -> Source {
    (person_of(&stream.feed), stream.mid.parse().unwrap())
}
