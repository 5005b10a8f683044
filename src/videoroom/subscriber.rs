//! A subscription to streams of a room, over one peer connection.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use super::VideoRoom;
use super::ask::{Asked, ask, over, plain, typed};
use crate::client::{Answer, AttachOptions, Handle};
use crate::engine::Millis;
use crate::protocol::json::Object;
use crate::protocol::message::HandleEvent;
use crate::protocol::videoroom::check::RoomRequest;
use crate::protocol::videoroom::event::{Layer, RoomEvent, SubStreams, unexpected};
use crate::protocol::videoroom::subscribing::{
    ConfigureSubscriber, JoinSubscriber, SubscribeTo, Switch, UnsubscribeFrom, Update,
};
use crate::protocol::videoroom::{PLUGIN, SubStream};
use crate::protocol::{Candidate, Jsep, Json, SdpType};
use crate::web;
use crate::{Error, ErrorCode};

/// How long the second part of an answer may take.
const SECOND_PART: Millis = Millis(15_000);

/// What a subscription carries, and the offer to answer if there is one.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Every m-line; `None` if nothing changed.
    pub streams: Option<Vec<SubStream>>,
    /// To be answered with [`Subscriber::start`].
    pub offer: Option<Jsep>,
}

/// What a subscriber is told.
#[derive(Clone, Debug)]
pub enum SubscriberEvent {
    /// The m-lines changed without our asking, or after it (`updated`).
    Updated(Mapping),
    /// Another layer of a stream comes.
    Layer(Layer),
    /// Packets get lost between the server and us (`slow_link`).
    SlowLink,
    /// Something about the peer connection or the handle.
    Handle(HandleEvent),
}

/// A subscription. The peer connection is the application's: this carries words.
///
/// Leaving takes it away, so that a handle that is spent cannot be used.
#[derive(Debug)]
pub struct Subscriber {
    handle: Handle,
    version: u32,
    told: Rc<Told>,
}

/// Where events go, and the answer that comes in two parts.
struct Told {
    on_event: Box<dyn Fn(SubscriberEvent)>,
    /// Second parts of answers that nobody waits for yet, and those who wait.
    parts: RefCell<VecDeque<Json>>,
    waiting: RefCell<VecDeque<oneshot::Sender<Json>>>,
    /// An offer was not answered yet.
    offered: Cell<bool>,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl Told {
    fn hand(&self, mut part: Json) {
        loop {
            let waiting = self.waiting.borrow_mut().pop_front();
            let Some(waiting) = waiting else { break };
            // Who gave up waiting gives it back.
            match waiting.send(part) {
                Ok(()) => return,
                Err(back) => part = back,
            }
        }
        self.parts.borrow_mut().push_back(part);
    }

    async fn second_part(&self) -> Option<Json> {
        let part = self.parts.borrow_mut().pop_front();
        if part.is_some() {
            return part;
        }
        let (sender, second) = oneshot::channel();
        self.waiting.borrow_mut().push_back(sender);
        web::within(SECOND_PART, second).await?.ok()
    }

    fn mapping(&self, answer: Answer) -> Result<Mapping, Error> {
        let offer = answer.jsep;
        self.offered.set(self.offered.get() || offer.is_some());
        Ok(Mapping { streams: answer.data.read::<SubStreams>()?.streams, offer })
    }

    fn hear(&self, event: HandleEvent) {
        let HandleEvent::Plugin { data, jsep } = event else {
            return (self.on_event)(SubscriberEvent::Handle(event));
        };
        if is_switched(&data) {
            return self.hand(data);
        }
        // What is not understood is not for us: newer servers say more.
        match RoomEvent::read(&data, false) {
            Ok(RoomEvent::Mapping) => {
                if let Ok(mapping) = self.mapping(Answer { data, jsep }) {
                    (self.on_event)(SubscriberEvent::Updated(mapping));
                }
            }
            Ok(RoomEvent::Layer(layer)) => (self.on_event)(SubscriberEvent::Layer(layer)),
            Ok(RoomEvent::SlowLink { .. }) => (self.on_event)(SubscriberEvent::SlowLink),
            Ok(_) | Err(_) => {}
        }
    }
}

fn is_switched(data: &Json) -> bool {
    super::ask::field::<String>("switch", data, "switched").is_ok()
}

impl VideoRoom {
    /// Subscribes to streams (`join` as subscriber), on a handle of its own. The offer that comes is to be
    /// answered with [`Subscriber::start`].
    ///
    /// # Errors
    /// `RoomNotFound` (426), `FeedNotFound` (428), `MissingElement` (429) without a pin, `Unauthorized`
    /// (433) with a wrong one or without the private id, `InvalidSdp` (437) if nothing is left to
    /// subscribe to. One bad entry fails the whole.
    pub async fn join_subscriber(
        &self,
        join: &JoinSubscriber,
        on_event: impl Fn(SubscriberEvent) + 'static,
    ) -> Result<(Subscriber, Mapping), Error> {
        let fields = join.fields(self.version)?.with("ptype", "subscriber");
        let told = Rc::new(Told {
            on_event: Box::new(on_event),
            parts: RefCell::default(),
            waiting: RefCell::default(),
            offered: Cell::default(),
        });
        let hearing = Rc::clone(&told);
        let sink = Rc::new(move |event| hearing.hear(event));
        let handle = self.session.attach(PLUGIN, AttachOptions::default(), sink).await?;
        match ask(&handle, "join", fields, None).await.and_then(|answer| told.mapping(answer)) {
            Ok(mapping) => Ok((Subscriber { handle, version: self.version, told }, mapping)),
            Err(error) => {
                // A handle that is gone already is what we want.
                handle.detach().await.ok();
                Err(error)
            }
        }
    }
}

impl Subscriber {
    /// The handle under it, for anything that is not typed here.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    fn ask<R: RoomRequest>(&self, request: &R) -> Asked {
        typed(&self.handle, self.version, request, None)
    }

    async fn renegotiate<R: RoomRequest>(&self, request: &R) -> Result<Mapping, Error> {
        self.told.mapping(self.ask(request).await?)
    }

    /// Answers an offer (`start`).
    pub async fn start(&self, answer: Jsep) -> Result<(), Error> {
        if answer.kind != SdpType::Answer {
            let text = "the session description must be an answer of the peer connection";
            return Err(Error::new(ErrorCode::InvalidArgument, text).during("start"));
        }
        let started =
            ask(&self.handle, "start", Json::write(&Object::new()), Some(Json::write(&answer)));
        // At once: the next offer may come together with the answer.
        self.told.offered.set(false);
        started.await.map(drop)
    }

    /// Goes on after [`Subscriber::pause`] (`start`).
    pub async fn resume(&self) -> Result<(), Error> {
        plain(&self.handle, "start").await.map(drop)
    }

    /// Has nothing sent for now (`pause`).
    pub async fn pause(&self) -> Result<(), Error> {
        plain(&self.handle, "pause").await.map(drop)
    }

    /// Adds streams (`subscribe`). While an offer is outstanding the answer holds none: one comes with an
    /// event later.
    ///
    /// # Errors
    /// `FeedNotFound` (428). One bad entry fails the whole.
    pub async fn subscribe(&self, streams: &SubscribeTo) -> Result<Mapping, Error> {
        self.renegotiate(streams).await
    }

    /// Removes streams (`unsubscribe`). What is not there is passed over.
    pub async fn unsubscribe(&self, streams: &UnsubscribeFrom) -> Result<Mapping, Error> {
        self.renegotiate(streams).await
    }

    /// Removes and adds streams in one renegotiation (`update`).
    ///
    /// # Errors
    /// `FeedNotFound` (428). One bad entry fails the whole.
    pub async fn update(&self, update: &Update) -> Result<Mapping, Error> {
        self.renegotiate(update).await
    }

    /// Changes how streams are sent, or asks for an offer (`configure`). New layers are told by an event.
    ///
    /// # Errors
    /// `FeedNotFound` (428) if a mid is unknown; `InvalidState` for a restart or an update while an offer is
    /// not answered: the server would merge it into its next offer, and never answer.
    pub async fn configure(&self, configure: &ConfigureSubscriber) -> Result<Mapping, Error> {
        let asks = configure.restart == Some(true) || configure.update == Some(true);
        if asks && self.told.offered.get() {
            let text = "answer the offer there is, then ask for another";
            return Err(Error::new(ErrorCode::InvalidState, text).during("configure"));
        }
        self.renegotiate(configure).await
    }

    /// Puts other sources on m-lines (`switch`), without a renegotiation unless an m-line was inactive.
    /// Answers how many have another source now, and all m-lines.
    ///
    /// # Errors
    /// `FeedNotFound` (428), `InvalidFeed` (438).
    pub async fn switch(&self, switch: &Switch) -> Result<(u32, Vec<SubStream>), Error> {
        let mut answer = self.ask(switch).await?;
        if !is_switched(&answer.data) {
            // The offer for a line that was inactive comes before the answer proper.
            (self.told.on_event)(SubscriberEvent::Updated(self.told.mapping(answer)?));
            let late = || Error::new(ErrorCode::Timeout, "no answer in time").during("switch");
            let data = self.told.second_part().await.ok_or_else(late)?;
            answer = Answer { data, jsep: None };
        }
        let changes = super::ask::field("switch", &answer.data, "changes")?;
        let streams = answer.data.read::<SubStreams>()?.streams;
        Ok((changes, streams.ok_or_else(|| unexpected("switch"))?))
    }

    /// Sends candidates of the peer connection (`trickle`).
    pub async fn trickle(&self, candidates: Vec<Candidate>) -> Result<(), Error> {
        self.handle.trickle(candidates).await
    }

    /// Ends the subscription (`leave`, `detach`).
    pub async fn leave(self) -> Result<(), Error> {
        // However this goes, and be it for lack of a connection: the handle ends, and with it all it holds.
        plain(&self.handle, "leave").await.ok();
        over(self.handle.detach().await)
    }
}
