//! Whatever an application does within a listener, it may do there: mute, publish, say something, leave, join.

use std::cell::{Cell, RefCell};
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Waker};

use janus_wasm::ErrorCode;
use janus_wasm::engine::Millis;
use janus_wasm::exchange::{DataOptions, Exchange, ExchangeEvent, FileOptions};
use janus_wasm::live::{Speakers, SpeakersEvent, Stalls, StallsEvent};
use janus_wasm::room::{JoinOptions, Room, RoomEvent, RoomOptions, RoomState, Source, Terms};
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::web::{self, spawn_local};
use wasm_bindgen_test::wasm_bindgen_test;

use super::live::{send, tone};
use super::people::{code, json, noise, until, url};
use super::stage::{Pair, canvas, from, made, ours, show, stay};

static PANICS: AtomicU32 = AtomicU32::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);

/// Counts panics from now on, also those of which no test hears since the browser called.
fn count_panics() -> u32 {
    // After a test that panicked, nothing can be set any more.
    if !std::thread::panicking() && !COUNTS.swap(true, Ordering::Relaxed) {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            before(panic);
        }));
    }
    panics()
}

fn panics() -> u32 {
    PANICS.load(Ordering::Relaxed)
}

/// Begins a future here and now, and lets it go on by itself.
fn at_once<T>(future: impl Future<Output = T> + 'static) {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    if future.as_mut().poll(&mut context).is_pending() {
        spawn_local(async move { drop(future.await) });
    }
}

/// All that can be done in a room without leaving it. What is refused there is not what this is about.
fn do_everything(room: &Room, exchange: &Exchange) {
    let (saying, asking, filing) = (exchange.clone(), exchange.clone(), exchange.clone());
    let (telling, sending) = (exchange.clone(), exchange.clone());
    exchange.set_hand_raised(true).ok();
    let number = web::random_u32().to_string();
    exchange.set_attributes([("number", Some(number)), ("hand", None)]).ok();
    at_once(async move { saying.send_chat_message("from within").await });
    at_once(async move { sending.send_data("from within", DataOptions::default()).await });
    at_once(async move { filing.send_file(&noise(100)[..], FileOptions::new()).await });
    at_once(async move { telling.set_metadata(json("{}")).await });
    for (id, _) in room.participants() {
        let asking = asking.clone();
        at_once(async move { asking.request(&id, "nothing", json("1"), Millis(2_000)).await });
    }
    let another = canvas(16, 16);
    // Not `.clone()`: that is the browser's own, which makes a second track.
    let (publishing, track) = (room.clone(), Clone::clone(&another));
    at_once(async move { publishing.publish_track(track, &from("unknown")).await });
    for publication in room.local_publications() {
        let (muting, unmuting) = (publication.clone(), publication);
        at_once(async move { muting.mute(false).await });
        at_once(async move { unmuting.unmute().await });
    }
    room.unpublish_track(&another);
    for (stream, _) in room.tracks() {
        room.request_key_frame(&stream).ok();
        room.set_terms(stream.clone(), Terms { paused: true, ..Terms::default() }).ok();
        room.set_terms(stream.clone(), Terms::default()).ok();
        room.set_subscribed(stream.clone(), false).ok();
        room.set_subscribed(stream, true).ok();
    }
    room.set_receiving_paused(true).ok();
    room.set_receiving_paused(false).ok();
    let (joining, preparing) = (room.clone(), room.clone());
    at_once(async move {
        let joined = joining.join(JoinOptions::new(1234)).await;
        assert_eq!(code(joined), Some(ErrorCode::InvalidState), "in one room at a time");
    });
    at_once(async move { preparing.prepare().await });
}

/// The kinds of events that were told.
type Kinds<E> = Rc<RefCell<Vec<Discriminant<E>>>>;

/// Whether it is the first of its kind.
fn is_new<E>(kinds: &Kinds<E>, event: &E) -> bool {
    let kind = discriminant(event);
    let is_new = !kinds.borrow().contains(&kind);
    if is_new {
        kinds.borrow_mut().push(kind);
    }
    is_new
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn within_events_everything_can_be_done() {
    let before = count_panics();
    let pair = Pair::outside(url());
    let (at_ada, at_bob) = (Exchange::new(&pair.ada), Exchange::new(&pair.bob));
    let of_room: Kinds<RoomEvent> = Rc::default();
    let of_exchange: Kinds<ExchangeEvent> = Rc::default();
    let (kinds, room, exchange) = (Rc::clone(&of_room), pair.ada.clone(), at_ada.clone());
    let in_room = pair.ada.watch(move |event| {
        if is_new(&kinds, event) {
            do_everything(&room, &exchange);
        }
    });
    let (kinds, room, exchange) = (Rc::clone(&of_exchange), pair.ada.clone(), at_ada.clone());
    let progress = Rc::new(Cell::new(0));
    let counting = Rc::clone(&progress);
    let in_exchange = at_ada.watch(move |event| {
        if is_new(&kinds, event) {
            do_everything(&room, &exchange);
        }
        if let ExchangeEvent::FileOffered(file) = event {
            let (counting, room) = (Rc::clone(&counting), room.clone());
            let (exchange, cancelled) = (exchange.clone(), file.clone());
            file.on_progress(move |_| {
                counting.set(counting.get() + 1);
                if counting.get() == 1 {
                    do_everything(&room, &exchange);
                    cancelled.cancel();
                }
            });
        }
    });
    pair.ada.join(stay(&pair.room, "Ada").track(canvas(160, 90), &from("camera"))).await.unwrap();
    pair.bob.join(stay(&pair.room, "Bob").track(canvas(160, 90), &from("camera"))).await.unwrap();
    at_bob.send_chat_message("hello").await.unwrap();
    at_bob.set_attributes([("language", Some("pt"))]).unwrap();
    at_bob.set_hand_raised(true).unwrap();
    until_heard(
        "a part of a file",
        || progress.get() > 0,
        async || {
            at_bob.send_file(&noise(300_000)[..], FileOptions::new()).await.unwrap();
        },
    )
    .await;
    let camera = ours(&pair.bob, Source::Camera);
    camera.mute(false).await.unwrap();
    camera.unmute().await.unwrap();
    until_heard(
        "all that an exchange tells",
        || of_exchange.borrow().len() >= 5,
        async || {
            at_bob.send_data("data", DataOptions::default()).await.unwrap();
        },
    )
    .await;
    until("what a room tells", || (of_room.borrow().len() >= 10).then_some(())).await;
    // All of it is as it was.
    let raised = || at_ada.is_hand_raised(&pair.bob.local_id().unwrap()).then_some(());
    until("the hand", raised).await;
    until("Ada's words", || {
        let id = pair.ada.local_id()?;
        at_bob.attributes_of(&id).contains_key("number").then_some(())
    })
    .await;
    assert_eq!((pair.ada.state(), panics()), (RoomState::Connected, before));
    drop((in_room, in_exchange));
    pair.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn within_what_joining_tells_one_may_leave_and_join_another_room() {
    let before = count_panics();
    let pair = Pair::outside(url());
    pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
    let (room, another, is_told) = (pair.ada.clone(), pair.room.clone(), Cell::new(false));
    let in_room = pair.ada.watch(move |event| {
        if matches!(event, RoomEvent::SenderAdded { .. }) && !is_told.replace(true) {
            let (leaving, joining, stay) = (room.clone(), room.clone(), stay(&another, "Ada"));
            at_once(async move { leaving.leave().await });
            at_once(async move { joining.join(stay).await });
        }
    });
    let first = stay(&made(), "Ada").track(canvas(160, 90), &from("camera"));
    assert_eq!(code(pair.ada.join(first).await), Some(ErrorCode::Aborted));
    until("Ada to be with Bob", || {
        let id = pair.ada.local_id()?;
        pair.bob.participants().iter().any(|(other, _)| *other == id).then_some(())
    })
    .await;
    let is_bare = pair.ada.local_publications().is_empty();
    assert_eq!((pair.ada.state(), is_bare, panics()), (RoomState::Connected, true, before));
    drop(in_room);
    pair.end().await;
}

/// Leaves within an event once it is told to, and joins again within the event of having left.
#[derive(Clone)]
struct Leaver {
    room: Room,
    /// Within which event.
    within: Rc<Cell<&'static str>>,
}

impl Leaver {
    fn hears(&self, what: &'static str) {
        if self.within.get() == what {
            self.within.set("");
            let room = self.room.clone();
            at_once(async move { room.leave().await });
        }
    }

    /// Whether that event has not come yet.
    fn is_due(&self) -> bool {
        !self.within.get().is_empty()
    }

    fn joins(&self, again: &CreateRoom) {
        let (room, stay) = (self.room.clone(), stay(again, "Ada"));
        at_once(async move { room.join(stay).await });
    }

    /// What the room tells; those who ended the call themselves are not in it again.
    fn room_said(&self, event: &RoomEvent, again: &CreateRoom, is_over: &Cell<bool>) {
        match event {
            RoomEvent::ParticipantJoined { .. } => self.hears("joined"),
            RoomEvent::TrackPublished { .. } => self.hears("published"),
            RoomEvent::TrackSubscribed { track, .. } => {
                // What nobody plays is not heard.
                show(&track.attach(None).unwrap());
                self.hears("subscribed");
            }
            RoomEvent::TrackMuted { .. } => self.hears("muted"),
            RoomEvent::DataChannel { .. } => self.hears("channel"),
            RoomEvent::ParticipantLeft { .. } => self.hears("left"),
            RoomEvent::StateChanged { state: RoomState::Disconnected, .. } if !is_over.get() => {
                self.joins(again);
            }
            _ => {}
        }
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn within_events_one_may_leave_and_join_again() {
    let before = count_panics();
    let pair = Pair::inside(url()).await;
    let (at_ada, at_bob) = (Exchange::new(&pair.ada), Exchange::new(&pair.bob));
    let (speakers, stalls) = (Speakers::new(&pair.ada), Stalls::new(&pair.ada));
    let leaver = Leaver { room: pair.ada.clone(), within: Rc::default() };
    let is_over = Rc::new(Cell::new(false));

    let (who, again, over) = (leaver.clone(), pair.room.clone(), Rc::clone(&is_over));
    let in_room = pair.ada.watch(move |event| who.room_said(event, &again, &over));
    let who = leaver.clone();
    let in_exchange = at_ada.watch(move |event| match event {
        ExchangeEvent::ChatMessage(_) => who.hears("chat"),
        ExchangeEvent::AttributesChanged { .. } => who.hears("attributes"),
        ExchangeEvent::HandRaised { .. } => who.hears("hand"),
        ExchangeEvent::DataReceived { .. } => who.hears("data"),
        ExchangeEvent::FileOffered(file) => {
            let who = who.clone();
            file.on_progress(move |_| who.hears("progress"));
        }
    });
    let who = leaver.clone();
    speakers.on_event(move |event| {
        who.hears(match event {
            SpeakersEvent::SpeakingChanged { .. } => "speaking",
            SpeakersEvent::Changed => "speakers",
        });
    });
    let who = leaver.clone();
    stalls.on_event(move |event| {
        who.hears(match event {
            StallsEvent::Stalled(_) => "stalled",
            StallsEvent::Resumed(_) => "resumed",
        });
    });

    let (ada, bob) = (&pair.ada, &pair.bob);
    for what in EVENTS {
        let was = ada.local_id();
        leaver.within.set(what);
        // Nothing is kept for those who have just come, and what has just begun does not cease.
        for turn in 0..10 {
            if !leaver.is_due() {
                break;
            }
            cause(what, turn, &pair, &at_bob).await;
            let heard = until_not(|| leaver.is_due());
            web::within(Millis(6_000), heard).await;
        }
        assert!(!leaver.is_due(), "{what} was never heard");
        let is_again = || ada.state() == RoomState::Connected && ada.local_id() != was;
        until(&format!("Ada to be back after {what}"), || is_again().then_some(())).await;
        let id = ada.local_id().unwrap();
        let knows = || bob.participants().iter().any(|(other, _)| *other == id);
        until("Bob to know of her", || knows().then_some(())).await;
        assert_eq!(panics(), before, "{what}");
    }
    is_over.set(true);
    drop((in_room, in_exchange, speakers, stalls));
    pair.end().await;
}

/// Does it until it is heard: what is received is stopped within each event, and what is sent meanwhile is kept for nobody.
async fn until_heard(what: &str, is_heard: impl Fn() -> bool, act: impl AsyncFn()) {
    for _ in 0..10 {
        act().await;
        if web::within(Millis(2_000), until_not(|| !is_heard())).await.is_some() {
            return;
        }
    }
    panic!("{what} was never heard");
}

async fn until_not(is_so: impl Fn() -> bool) {
    while is_so() {
        web::sleep(Millis(25)).await;
    }
}

/// Within which Ada leaves, in this order: Bob goes on with what he did before.
const EVENTS: [&str; 15] = [
    "joined",
    "left",
    "published",
    "subscribed",
    "muted",
    "channel",
    "chat",
    "attributes",
    "hand",
    "data",
    "progress",
    "speaking",
    "speakers",
    "stalled",
    "resumed",
];

/// Does what Ada hears of by this event; by turns where one thing alone is told once.
async fn cause(what: &str, turn: u32, pair: &Pair, exchange: &Exchange) {
    let bob = &pair.bob;
    let is_on = turn % 2 == 1;
    match what {
        "joined" | "left" => {
            let cy = Room::new(RoomOptions::new([url()]));
            cy.join(stay(&pair.room, "Cy")).await.unwrap();
            cy.leave().await;
        }
        "published" => drop(bob.publish_track(canvas(160, 90), &from("camera")).await.unwrap()),
        "subscribed" => drop(bob.publish_track(canvas(160, 90), &from("unknown")).await.unwrap()),
        "muted" => ours(bob, Source::Camera).mute(false).await.unwrap(),
        "channel" | "data" => {
            exchange.send_data("data", DataOptions::default()).await.unwrap();
        }
        "chat" => drop(exchange.send_chat_message("hello").await.unwrap()),
        "attributes" => {
            let turn = turn.to_string();
            exchange.set_attributes([("turn", Some(turn))]).unwrap();
        }
        "hand" => exchange.set_hand_raised(!is_on).unwrap(),
        "progress" => exchange.send_file(&noise(300_000)[..], FileOptions::new()).await.unwrap(),
        "speaking" if turn == 0 => {
            drop(bob.publish_track(tone(), &from("microphone")).await.unwrap());
        }
        "speaking" | "speakers" => {
            let microphone = ours(bob, Source::Microphone);
            if is_on { microphone.unmute().await } else { microphone.mute(false).await }.unwrap();
        }
        "stalled" | "resumed" => {
            let camera = ours(bob, Source::Camera);
            camera.unmute().await.unwrap();
            send(&camera, is_on).await;
        }
        _ => unreachable!(),
    }
}
