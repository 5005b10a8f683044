//! People in a room who say something, for the tests of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::exchange::{
    Data, DataOptions, Exchange, ExchangeEvent, ExchangeEvents, IncomingFile,
};
use janus_wasm::protocol::Json;
use janus_wasm::room::{Failure, JoinOptions, Room, RoomEvent, RoomOptions};
use janus_wasm::web::{JsFuture, Uint8Array, sleep, spawn_local};
use janus_wasm::{ErrorCode, Id};

use super::server::addresses;

const TIMEOUT: Millis = Millis(10_000);

/// Somebody in the room, and what they heard.
pub(crate) struct Person {
    pub(crate) room: Room,
    pub(crate) exchange: Exchange,
    pub(crate) events: RefCell<ExchangeEvents>,
    pub(crate) id: Id,
}

impl Person {
    pub(crate) async fn join(url: &str, name: &str) -> Self {
        let room = Room::new(RoomOptions::new([url]));
        let exchange = Exchange::new(&room);
        let events = RefCell::new(exchange.events());
        let id = Rc::new(RefCell::new(None));
        let known = Rc::clone(&id);
        let watching = room.watch(move |event| {
            if let RoomEvent::LocalJoined { id, .. } = event {
                known.replace(Some(id.clone()));
            }
        });
        let options = JoinOptions::new(1234).display(name).data_channel("reliable", "{}");
        room.join(exchange.introduce(options)).await.unwrap();
        drop(watching);
        let id = id.borrow().clone().unwrap();
        Self { room, exchange, events, id }
    }

    /// The next thing heard that is one of these.
    #[expect(clippy::await_holding_refcell_ref, reason = "nobody else hears")]
    pub(crate) async fn heard<T>(&self, wanted: impl Fn(ExchangeEvent) -> Option<T>) -> T {
        loop {
            let event = self.events.borrow_mut().next().await.expect("the exchange goes on");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }

    pub(crate) async fn data(&self) -> Data {
        self.heard(|event| match event {
            ExchangeEvent::DataReceived { data, .. } => Some(data),
            _ => None,
        })
        .await
    }

    pub(crate) async fn text(&self) -> String {
        self.data().await.text().expect("text").to_owned()
    }

    pub(crate) async fn file(&self) -> IncomingFile {
        self.heard(|event| match event {
            ExchangeEvent::FileOffered(file) => Some(file),
            _ => None,
        })
        .await
    }

    pub(crate) async fn send(&self, data: impl Into<Data>) {
        self.exchange.send_data(data, DataOptions::default()).await.unwrap();
    }
}

/// Janus keeps nothing for those who are not there yet: they are when they answer.
pub(crate) async fn meet(one: &Person, other: &Person) {
    for (asking, asked) in [(one, other), (other, one)] {
        let knows = || asking.room.participants().iter().any(|(id, _)| *id == asked.id);
        until("one to know the other", || knows().then_some(())).await;
        let answering = asked.exchange.on_request("here", |request| async { Ok(request.payload) });
        let asked_of = asking.exchange.request(&asked.id, "here", json("1"), TIMEOUT);
        assert_eq!(asked_of.await.unwrap(), json("1"));
        drop(answering);
    }
}

pub(crate) async fn two(url: &str) -> (Person, Person) {
    let (ada, bob) = (Person::join(url, "Ada").await, Person::join(url, "Bob").await);
    meet(&ada, &bob).await;
    (ada, bob)
}

pub(crate) fn url() -> &'static str {
    addresses().first().copied().expect("tests without a server are ignored")
}

pub(crate) fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

pub(crate) fn code<T>(result: Result<T, Failure>) -> Option<ErrorCode> {
    match result {
        Err(Failure::Janus(error)) => Some(error.code()),
        Err(Failure::Media(_)) | Ok(_) => None,
    }
}

pub(crate) fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::try_from(index * 7 % 251).unwrap()).collect()
}

pub(crate) async fn bytes_of(file: &IncomingFile) -> Vec<u8> {
    let blob = file.blob().await.unwrap();
    let buffer = JsFuture::from(blob.array_buffer()).await.unwrap();
    Uint8Array::new(&buffer).to_vec()
}

/// What a future that was begun comes to.
pub(crate) fn begin<T: 'static>(future: impl Future<Output = T> + 'static) -> Rc<Cell<Option<T>>> {
    let outcome = Rc::new(Cell::new(None));
    let done = Rc::clone(&outcome);
    spawn_local(async move { done.set(Some(future.await)) });
    outcome
}

/// Waits until something is there.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_400 {
        if let Some(found) = look() {
            return found;
        }
        sleep(Millis(25)).await;
    }
    panic!("waited in vain for {what}");
}
