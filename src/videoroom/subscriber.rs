//! A subscription to streams of a room, over one peer connection.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use futures_channel::oneshot;

use super::VideoRoom;
use super::ask::{Asked, ask, ask_in, over, plain, typed};
use super::entry::{Entry, whole};
use crate::client::{Answer, Handle};
use crate::engine::Millis;
use crate::protocol::json::Object;
use crate::protocol::message::HandleEvent;
use crate::protocol::videoroom::SubStream;
use crate::protocol::videoroom::check::RoomRequest;
use crate::protocol::videoroom::event::{Layer, RoomEvent, SubStreams, unexpected};
use crate::protocol::videoroom::subscribing::{
    ConfigureSubscriber, JoinSubscriber, SubscribeTo, Switch, UnsubscribeFrom, Update,
};
use crate::protocol::{Candidate, Jsep, Json, SdpType};
use crate::web::{self, spawn_local};
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

/// Where events go, and what is under way.
struct Told {
    on_event: Box<dyn Fn(SubscriberEvent)>,
    /// An offer was not answered yet.
    offered: Cell<bool>,
    /// How many requests are under way that may bring an offer, or answer one.
    asking: Cell<u32>,
    /// How many of them are a `switch`, which may be answered in two parts.
    switching: Cell<u32>,
    /// Second parts that nobody waits for yet, and those who wait.
    parts: RefCell<VecDeque<Json>>,
    waiting: RefCell<VecDeque<oneshot::Sender<Json>>>,
    /// Dropped when an offer crosses the wish for one.
    crossing: RefCell<Option<oneshot::Sender<()>>>,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

/// Something is under way for as long as this is there.
struct Busy(Rc<Told>, fn(&Told) -> &Cell<u32>);

impl Busy {
    fn new(told: &Rc<Told>, count: fn(&Told) -> &Cell<u32>) -> Self {
        count(told).set(count(told).get() + 1);
        Self(Rc::clone(told), count)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let count = (self.1)(&self.0);
        count.set(count.get() - 1);
    }
}

fn asking(told: &Told) -> &Cell<u32> {
    &told.asking
}

fn switching(told: &Told) -> &Cell<u32> {
    &told.switching
}

impl Told {
    fn new(on_event: impl Fn(SubscriberEvent) + 'static) -> Self {
        Self {
            on_event: Box::new(on_event),
            offered: Cell::default(),
            asking: Cell::default(),
            switching: Cell::default(),
            parts: RefCell::default(),
            waiting: RefCell::default(),
            crossing: RefCell::default(),
        }
    }

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
        if self.switching.get() > 0 {
            self.parts.borrow_mut().push_back(part);
        } else {
            // Of a switch that timed out: kept, it would be taken for the next one's.
            self.updated(Answer { data: part, jsep: None });
        }
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

    /// The answer to a `switch`, which comes in two parts where a line was inactive: the offer for it first.
    async fn switched(&self, mut answer: Answer) -> Result<Switched, Error> {
        if !is_switched(&answer.data) {
            (self.on_event)(SubscriberEvent::Updated(self.mapping(answer)?));
            let late = || Error::new(ErrorCode::Timeout, "no answer in time").during("switch");
            let data = self.second_part().await.ok_or_else(|| late().after_sending())?;
            answer = Answer { data, jsep: None };
        }
        let changes = super::ask::field("switch", &answer.data, "changes")?;
        let streams = answer.data.read::<SubStreams>()?.streams;
        Ok((changes, streams.ok_or_else(|| unexpected("switch"))?))
    }

    fn mapping(&self, answer: Answer) -> Result<Mapping, Error> {
        let offer = answer.jsep;
        self.offered.set(self.offered.get() || offer.is_some());
        Ok(Mapping { streams: answer.data.read::<SubStreams>()?.streams, offer })
    }

    fn updated(&self, answer: Answer) {
        if let Ok(mapping) = self.mapping(answer) {
            (self.on_event)(SubscriberEvent::Updated(mapping));
        }
    }

    fn hear(&self, event: HandleEvent) {
        let HandleEvent::Plugin { data, jsep, answers } = event else {
            return (self.on_event)(SubscriberEvent::Handle(event));
        };
        if is_switched(&data) {
            return self.hand(data);
        }
        let offers = jsep.is_some();
        // What is not understood is not for us: newer servers say more.
        match RoomEvent::read(&data, answers) {
            Ok(RoomEvent::Mapping) => {
                self.updated(Answer { data, jsep });
                if offers && !answers {
                    self.crossing.take();
                }
            }
            // Of a request that timed out: its offer has to be answered all the same.
            Ok(RoomEvent::Done) if offers => self.updated(Answer { data, jsep }),
            Ok(RoomEvent::Layer(layer)) => (self.on_event)(SubscriberEvent::Layer(layer)),
            Ok(RoomEvent::SlowLink { .. }) => (self.on_event)(SubscriberEvent::SlowLink),
            Ok(_) | Err(_) => {}
        }
    }

    /// What an offer of the server's crosses is not answered: it comes with the next offer then. Nothing, if so.
    async fn unless_crossed(self: &Rc<Self>, mut asked: Asked) -> Option<Result<Answer, Error>> {
        let (sender, mut crossed) = oneshot::channel::<()>();
        self.crossing.replace(Some(sender));
        let first = poll_fn(|context| match asked.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Pin::new(&mut crossed).poll(context).map(|_| None),
        });
        let answer = first.await;
        if answer.is_none() {
            // The server works on several at once: it may get to this one when what crossed it was answered.
            let told = Rc::clone(self);
            spawn_local(async move {
                if let Ok(answer) = asked.await {
                    told.updated(answer);
                }
            });
        }
        answer
    }
}

/// How many lines a `switch` gave another source, and all lines.
type Switched = (u32, Vec<SubStream>);

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
        let told = Rc::new(Told::new(on_event));
        let hearing = Rc::clone(&told);
        let entry = Entry::attach(&self.session, Rc::new(move |event| hearing.hear(event))).await?;
        let joining =
            async |handle: &Handle| told.mapping(ask(handle, "join", fields, None).await?);
        let (handle, mapping) = entry.join(joining).await?;
        Ok((Subscriber { handle, version: self.version, told }, mapping))
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

    /// Asks to the end, whoever waits: the offer that comes has to be answered in any case.
    async fn renegotiate<R: RoomRequest>(&self, request: &R) -> Result<Mapping, Error> {
        self.mapped(self.ask(request)).await
    }

    async fn mapped(
        &self,
        asked: impl Future<Output = Result<Answer, Error>> + 'static,
    ) -> Result<Mapping, Error> {
        let (told, late) = (Rc::clone(&self.told), Rc::clone(&self.told));
        let busy = Busy::new(&told, asking);
        let work = async move {
            let answer = asked.await;
            drop(busy);
            told.mapping(answer?)
        };
        whole(work, move |mapping| (late.on_event)(SubscriberEvent::Updated(mapping))).await
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
        let before = self.told.offered.replace(false);
        let told = Rc::clone(&self.told);
        let busy = Busy::new(&told, asking);
        let work = async move {
            let started = started.await;
            drop(busy);
            if started.is_err() {
                told.offered.set(before);
            }
            started.map(drop)
        };
        whole(work, drop).await
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
    /// not answered, or on its way: the server would merge it into its next offer, and never answer. If one
    /// crosses it all the same there is none in the answer, and the restart comes with the offer after that.
    pub async fn configure(&self, configure: &ConfigureSubscriber) -> Result<Mapping, Error> {
        let asks = configure.restart == Some(true) || configure.update == Some(true);
        if !asks {
            return self.renegotiate(configure).await;
        }
        if self.told.offered.get() || self.told.asking.get() > 0 {
            let text = "answer the offer there is, then ask for another";
            return Err(Error::new(ErrorCode::InvalidState, text).during("configure"));
        }
        let fields = configure.fields(self.version)?;
        // The server may be silent on it: nothing is to wait behind it.
        let asked = ask_in(&self.handle, false, ConfigureSubscriber::NAME, fields, None);
        let told = Rc::clone(&self.told);
        self.mapped(async move {
            let crossed = || Ok(Answer { data: Json::write(&Object::new()), jsep: None });
            told.unless_crossed(asked).await.unwrap_or_else(crossed)
        })
        .await
    }

    /// Puts other sources on m-lines (`switch`), without a renegotiation unless an m-line was inactive.
    /// Answers how many have another source now, and all m-lines.
    ///
    /// # Errors
    /// `FeedNotFound` (428), `InvalidFeed` (438).
    pub async fn switch(&self, switch: &Switch) -> Result<(u32, Vec<SubStream>), Error> {
        let asked = self.ask(switch);
        let (told, late) = (Rc::clone(&self.told), Rc::clone(&self.told));
        let busy = (Busy::new(&told, asking), Busy::new(&told, switching));
        let work = async move {
            let switched = match asked.await {
                Ok(answer) => told.switched(answer).await,
                Err(error) => Err(error),
            };
            drop(busy);
            switched
        };
        let tell = move |(_, streams)| {
            let mapping = Mapping { streams: Some(streams), offer: None };
            (late.on_event)(SubscriberEvent::Updated(mapping));
        };
        whole(work, tell).await
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
