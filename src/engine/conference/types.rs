//! What goes in and out of the machine.

use crate::Error;
use crate::engine::Attempt;
use crate::engine::negotiation::{Role, Step};
use crate::engine::requests::{Describe, Entries, Exchange, JoinRoom, Watch, Words};
use crate::engine::roster::Change;
use crate::engine::subscriptions::StreamRef;
use crate::protocol::Jsep;
use crate::protocol::description::Source;
use crate::protocol::videoroom::event::{Joined, Layer};
use crate::protocol::videoroom::{RoomEvent, Stream, SubStream};

/// One of our own streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalStream {
    /// Where it comes from.
    pub source: Source,
    /// What it is called.
    pub name: Option<String>,
    /// Whether the user muted it.
    pub muted: bool,
    /// Whether there is no stream, but a place for a screen, held ready.
    pub off: bool,
}

impl LocalStream {
    /// A place for a screen, or for its sound, which is nothing yet.
    pub fn off() -> Self {
        Self { source: Source::Screen, name: None, muted: false, off: true }
    }
}

/// What to ask the publisher handle.
#[derive(Clone, Debug)]
pub enum PublisherRequest {
    /// `join`, or `joinandconfigure` if there is an offer.
    Join(JoinRoom, Option<Jsep>),
    /// `publish`, the first offer after a plain join.
    Publish(Describe, Jsep),
    /// `configure` with a further offer.
    Offer(Describe, Jsep),
    /// `configure` without: new words about our streams.
    Describe(Describe),
    /// The same about ourselves.
    Words(Words),
}

/// What to ask the subscriber handle.
#[derive(Clone, Debug)]
pub enum SubscriberRequest {
    /// `join` as subscriber.
    Join(Watch),
    /// `update`
    Update(Exchange),
    /// `switch`
    Switch(Entries),
    /// `configure`
    Configure(Entries),
    /// `start` with our answer, or to go on after a pause.
    Start(Option<Jsep>),
    /// `pause`
    Pause,
}

/// Which request an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// [`PublisherRequest::Join`]
    Join,
    /// [`PublisherRequest::Publish`] and [`PublisherRequest::Offer`]
    Offer,
    /// [`PublisherRequest::Describe`]
    Describe,
    /// [`PublisherRequest::Words`]
    Words,
    /// [`SubscriberRequest::Join`], [`SubscriberRequest::Update`] and [`SubscriberRequest::Switch`]
    Subscribe,
    /// [`SubscriberRequest::Switch`] that changes nothing, for its answer: what each m-line carries
    Compare,
    /// [`SubscriberRequest::Configure`]
    Configure,
    /// [`SubscriberRequest::Configure`] with `restart`. If an offer is outstanding, Janus never answers it:
    /// that offer, or the next, has the new credentials.
    Restart,
    /// [`SubscriberRequest::Start`] with an answer
    Start,
    /// [`SubscriberRequest::Pause`], and [`SubscriberRequest::Start`] without an answer
    Pause,
}

impl Asked {
    pub(super) fn is_of_subscriber(self) -> bool {
        !matches!(self, Self::Join | Self::Offer | Self::Describe | Self::Words)
    }

    /// The request's name, for errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Offer => "publish",
            Self::Describe | Self::Words | Self::Configure | Self::Restart => "configure",
            Self::Subscribe | Self::Compare => "subscribe",
            Self::Start => "start",
            Self::Pause => "pause",
        }
    }
}

/// An answer or event of the plugin with all it may carry.
#[derive(Clone, Debug)]
pub struct Said {
    /// What it means.
    pub event: RoomEvent,
    /// A session description.
    pub jsep: Option<Jsep>,
    /// Our own streams as the server took them (publisher handle).
    pub own: Option<Vec<Stream>>,
    /// The subscription's m-lines (subscriber handle).
    pub mapping: Option<Vec<SubStream>>,
}

/// Why a room is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// As asked.
    Left,
    /// Joining did not work.
    JoinFailed,
    /// The connection to the server is gone.
    ConnectionLost,
    /// The server forgot the session.
    SessionExpired,
    /// A moderator sent us out.
    Kicked,
    /// The room was ended.
    RoomDestroyed,
}

impl Reason {
    /// The reason as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::JoinFailed => "join-failed",
            Self::ConnectionLost => "connection-lost",
            Self::SessionExpired => "session-expired",
            Self::Kicked => "kicked",
            Self::RoomDestroyed => "room-destroyed",
        }
    }
}

/// What happened, for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// We are in.
    Joined(Joined),
    /// Somebody else came, changed or went.
    Roster(Change),
    /// A stream can be played: the track of this m-line.
    Subscribed(StreamRef, String),
    /// A stream comes over another m-line now, after its connection was made anew.
    Resubscribed(StreamRef, String),
    /// A stream ended.
    Unsubscribed(StreamRef),
    /// Another layer of a stream comes.
    Layer(StreamRef, Layer),
    /// A stream of ours is on the server.
    LocalPublished(String),
    /// The room does not take the codecs offered for this stream of ours.
    LocalRefused(String),
    /// The server began or ceased to hear us speak.
    LocalSpeaking(bool),
    /// The server refused an offer of ours; the room goes on.
    PublishRefused(Error),
    /// What we publish cannot get through; the room goes on.
    PublishFailed(Error),
    /// What others publish cannot get through, or they cannot be told about what we do; the room goes on.
    MediaFailed(Error),
    /// Nothing more will come.
    Over(Reason, Option<Error>),
}

/// What an attempt is about that is to be decided on.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A peer connection whose packets do not get through.
    Peer(Role),
    /// The room, which refuses us because of this.
    Room(Error),
}

/// What the driver has to do.
#[derive(Debug)]
pub enum Output {
    /// Ask the publisher handle.
    Publisher(Asked, PublisherRequest),
    /// Ask the subscriber handle.
    Subscriber(Asked, SubscriberRequest),
    /// Do something with a peer connection ([`Step::Send`] and [`Step::Trickle`] of the publisher's
    /// offer never come here).
    Peer(Role, Step),
    /// Replace the peer connection, and for the subscriber the handle too; then report
    /// [`Conference::renewed`](super::Conference::renewed).
    Renew(Role),
    /// Ask for the room to be made, then report [`Conference::created`](super::Conference::created).
    Create,
    /// Begin anew: [`Conference::depart`](super::Conference::depart), fresh peer connections and handles, then
    /// [`Conference::signal_ready`](super::Conference::signal_ready).
    Return,
    /// Ask when to try this, then report [`Conference::retry`](super::Conference::retry). Only where
    /// [`Conference::set_policy`](super::Conference::set_policy) said that somebody decides.
    Ask(Asker, Attempt),
    /// Ask who is here, as after events were lost.
    LookAround {
        /// And what they publish.
        streams: bool,
    },
    /// Tell the application.
    Event(Event),
}
