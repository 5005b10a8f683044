//! A participant of a room, who may publish.

use std::rc::Rc;

use super::VideoRoom;
use super::ask::{Asked, ask, over, plain, typed};
use super::entry::Entry;
use crate::Error;
use crate::client::{Answer, Handle};
use crate::protocol::message::HandleEvent;
use crate::protocol::videoroom::Stream;
use crate::protocol::videoroom::check::{RoomRequest, without_offer};
use crate::protocol::videoroom::event::{Joined, OwnStreams, RoomEvent, unexpected};
use crate::protocol::videoroom::publishing::{Configure, JoinPublisher, Publish};
use crate::protocol::{Candidate, Jsep, Offer};

/// What a participant is told.
#[derive(Clone, Debug)]
pub enum PublisherEvent {
    /// Something about the room.
    Room(RoomEvent),
    /// Something about our own peer connection or handle.
    Handle(HandleEvent),
}

/// What the server made of an offer.
#[derive(Clone, Debug)]
pub struct Published {
    /// Our streams. One that is `disabled` right after publishing has a codec the room does not allow.
    pub streams: Vec<Stream>,
    /// The answer for our peer connection.
    pub answer: Jsep,
}

/// A participant of a room. The peer connection is the application's: this carries words.
///
/// Leaving takes it away, so that a handle that is spent cannot be used. Dropping it does not leave: end
/// the session, or call [`Publisher::leave`]. Dropping the future that joins does.
#[derive(Debug)]
pub struct Publisher {
    handle: Handle,
    version: u32,
    joined: Joined,
}

impl VideoRoom {
    /// Joins a room (`join` as publisher), on a handle of its own.
    ///
    /// # Errors
    /// `RoomNotFound` (426); `MissingElement` (429) without a pin, `Unauthorized` (433) with a wrong one;
    /// `IdTaken` (436). `InvalidArgument` for what goes with an offer.
    pub async fn join_publisher(
        &self,
        join: &JoinPublisher,
        on_event: impl Fn(PublisherEvent) + 'static,
    ) -> Result<Publisher, Error> {
        without_offer(join)?;
        self.enter("join", join, None, on_event).await.map(|(publisher, _)| publisher)
    }

    /// Joins a room and publishes at once (`joinandconfigure`), on a handle of its own.
    ///
    /// # Errors
    /// As [`VideoRoom::join_publisher`], and `RoomFull` (432), `InvalidSdp` (437).
    pub async fn join_and_configure(
        &self,
        join: &JoinPublisher,
        offer: &Offer,
        on_event: impl Fn(PublisherEvent) + 'static,
    ) -> Result<(Publisher, Published), Error> {
        const REQUEST: &str = "joinandconfigure";
        let (publisher, answer) = self.enter(REQUEST, join, Some(offer), on_event).await?;
        published(REQUEST, answer).map(|published| (publisher, published))
    }

    async fn enter(
        &self,
        request: &'static str,
        join: &JoinPublisher,
        offer: Option<&Offer>,
        on_event: impl Fn(PublisherEvent) + 'static,
    ) -> Result<(Publisher, Answer), Error> {
        let fields = join.fields(self.version)?.with("ptype", "publisher");
        let sink = Rc::new(move |event| tell(event, &on_event));
        let entry = Entry::attach(&self.session, sink).await?;
        let joining = async |handle: &Handle| {
            let answer = ask(handle, request, fields, offer.map(Offer::to_json)).await?;
            let event = RoomEvent::read(&answer.data, true)?;
            let RoomEvent::Joined(joined) = event else { return Err(unexpected(request)) };
            Ok((joined, answer))
        };
        let (handle, (joined, answer)) = entry.join(joining).await?;
        Ok((Publisher { handle, version: self.version, joined }, answer))
    }
}

fn tell(event: HandleEvent, on_event: &dyn Fn(PublisherEvent)) {
    let HandleEvent::Plugin { data, answers, .. } = event else {
        return on_event(PublisherEvent::Handle(event));
    };
    // An answer nobody waits for any more: `unpublished: "ok"` is nobody's event.
    if answers {
        return;
    }
    // What is not understood is not for us: newer servers say more.
    if let Ok(event) = RoomEvent::read(&data, false) {
        on_event(PublisherEvent::Room(event));
    }
}

fn published(request: &'static str, answer: Answer) -> Result<Published, Error> {
    let own: OwnStreams = answer.data.read()?;
    let answer = answer.jsep.ok_or_else(|| unexpected(request))?;
    Ok(Published { streams: own.streams.unwrap_or_default(), answer })
}

impl Publisher {
    /// The handle under it, for anything that is not typed here.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What we learned on joining.
    pub fn joined(&self) -> &Joined {
        &self.joined
    }

    fn ask<R: RoomRequest>(&self, request: &R, offer: Option<&Offer>) -> Asked {
        typed(&self.handle, self.version, request, offer)
    }

    /// Publishes (`publish`), with an offer of a new peer connection.
    ///
    /// # Errors
    /// `AlreadyPublished` (434), `RoomFull` (432), `InvalidSdp` (437). After an error call
    /// [`Publisher::hangup`] and wait for its event before the next offer.
    pub async fn publish(&self, publish: &Publish, offer: &Offer) -> Result<Published, Error> {
        published("publish", self.ask(publish, Some(offer)).await?)
    }

    /// Changes what and how we publish (`configure`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if a mid is unknown, `InvalidElement` (430) if a codec is not the room's.
    pub async fn configure(&self, configure: &Configure) -> Result<(), Error> {
        self.ask(configure, None).await.map(drop)
    }

    /// The same with a new offer of the peer connection (`configure`): other tracks, or an ICE restart.
    ///
    /// # Errors
    /// As [`Publisher::configure`], and `InvalidSdp` (437).
    pub async fn renegotiate(
        &self,
        configure: &Configure,
        offer: &Offer,
    ) -> Result<Published, Error> {
        published("configure", self.ask(configure, Some(offer)).await?)
    }

    /// Stops publishing, stays in the room (`unpublish`). The peer connection is over then. Where the server
    /// forwards our streams, close the peer connection instead: Janus before 1.2.2 can abort otherwise.
    ///
    /// # Errors
    /// `NotPublished` (435).
    pub async fn unpublish(&self) -> Result<(), Error> {
        plain(&self.handle, "unpublish").await.map(drop)
    }

    /// Sends candidates of the peer connection (`trickle`).
    pub async fn trickle(&self, candidates: Vec<Candidate>) -> Result<(), Error> {
        self.handle.trickle(candidates).await
    }

    /// Ends the peer connection on the server (`hangup`), and stays in the room.
    pub async fn hangup(&self) -> Result<(), Error> {
        self.handle.hangup().await
    }

    /// Leaves (`unpublish`, `leave`, `detach`). Without the first of these, nobody's subscription would
    /// learn that our streams are over. Where the server forwards them, close the peer connection and wait
    /// for the hang-up first: Janus before 1.2.2 can abort otherwise.
    pub async fn leave(self) -> Result<(), Error> {
        // However these go, and be it for lack of a connection: the handle ends, and with it all it holds.
        self.unpublish().await.ok();
        plain(&self.handle, "leave").await.ok();
        over(self.handle.detach().await)
    }
}
