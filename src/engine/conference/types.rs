//! What goes in and out of the machine.

use crate::Error;
use crate::engine::negotiation::{Role, Step};
use crate::engine::requests::{Describe, Exchange, JoinRoom, Watch};
use crate::engine::roster::Change;
use crate::engine::subscriptions::StreamRef;
use crate::protocol::Jsep;
use crate::protocol::description::Source;
use crate::protocol::videoroom::event::Joined;
use crate::protocol::videoroom::{RoomEvent, Stream, StreamKind, SubStream};

/// One of our own streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalStream {
    /// Audio or video.
    pub kind: StreamKind,
    /// Where it comes from.
    pub source: Source,
    /// Whether the user muted it.
    pub muted: bool,
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
}

/// What to ask the subscriber handle.
#[derive(Clone, Debug)]
pub enum SubscriberRequest {
    /// `join` as subscriber.
    Join(Watch),
    /// `update`
    Update(Exchange),
    /// `start` with our answer.
    Start(Jsep),
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
    /// [`SubscriberRequest::Join`] and [`SubscriberRequest::Update`]
    Subscribe,
    /// [`SubscriberRequest::Start`]
    Start,
}

impl Asked {
    /// The request's name, for errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Offer => "publish",
            Self::Describe => "configure",
            Self::Subscribe => "subscribe",
            Self::Start => "start",
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
    /// A stream ended: the track of this m-line.
    Unsubscribed(StreamRef, String),
    /// A stream of ours is on the server.
    LocalPublished(String),
    /// A stream of ours was muted or unmuted, by us or a moderator.
    LocalMuted(String, bool),
    /// The server began or ceased to hear us speak.
    LocalSpeaking(bool),
    /// What we publish was refused, or cannot get through; the room goes on.
    PublishFailed(Error),
    /// What others publish cannot get through; the room goes on.
    ReceiveFailed(Error),
    /// Nothing more will come.
    Over(Reason, Option<Error>),
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
    /// Tell the application.
    Event(Event),
}
