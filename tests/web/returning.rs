//! The application says when to come back, and for how long a room is waited for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::engine::{Attempt, Mending, Millis};
use janus_wasm::room::{Events, JoinOptions, Reason, Room, RoomEvent, RoomOptions, RoomState};
use janus_wasm::support::Simulation;
use wasm_bindgen_test::wasm_bindgen_test;

use super::people::url;
use super::room::until;
use super::server::addresses;
use super::simulate::{becomes, passes, state};
use super::stage::{Pair, SECRET, stay};

fn over(event: &RoomEvent, why: Reason) -> bool {
    matches!(event, RoomEvent::StateChanged { state: RoomState::Disconnected, reason, .. }
        if *reason == Some(why))
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_room_that_is_ended_and_made_again_is_the_same_to_those_who_wait() {
    let mut pair = Pair::outside(url());
    pair.ada.join(stay(&pair.room, "Ada")).await.unwrap();
    // Who waits makes none.
    let room = pair.room.room.clone().unwrap();
    let waiting = JoinOptions::new(room).display("Bob").await_room(Millis(30_000)).camera();
    pair.bob.join(waiting).await.unwrap();
    let published = |event: &RoomEvent| matches!(event, RoomEvent::LocalTrackPublished { .. });
    until(&mut pair.at_bob, published).await;
    let camera = pair.bob.local_publications()[0].key();
    pair.ada.moderation(Some(SECRET)).end().await.unwrap();
    until(&mut pair.at_ada, |event| over(event, Reason::RoomDestroyed)).await;
    state(&mut pair.at_bob, RoomState::Reconnecting).await;
    pair.ada.join(stay(&pair.room, "Ada")).await.unwrap();
    state(&mut pair.at_bob, RoomState::Connected).await;
    becomes("Ada, to Bob", async || !pair.bob.participants().is_empty()).await;
    becomes("Bob's camera, to Ada", async || pair.ada.tracks().len() == 1).await;
    assert_eq!(pair.bob.local_publications()[0].key(), camera);
    pair.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn the_application_says_when_a_lost_connection_is_tried_again_and_when_no_more() {
    for url in addresses() {
        let attempts: Rc<RefCell<Vec<u32>>> = Rc::default();
        let gives_up = Rc::new(Cell::new(false));
        let (asked, over_now) = (Rc::clone(&attempts), Rc::clone(&gives_up));
        let mut options = RoomOptions::new([url]);
        options.connection.policy = Some(Rc::new(move |attempt| {
            asked.borrow_mut().push(attempt.number);
            (!over_now.get()).then_some(Millis(10))
        }));
        let room = Room::new(options);
        let mut events = room.events();
        room.join(JoinOptions::new(1234)).await.unwrap();
        room.simulate(Simulation::SignalLost).await.unwrap();
        state(&mut events, RoomState::Reconnecting).await;
        state(&mut events, RoomState::Connected).await;
        assert_eq!(attempts.take().first(), Some(&1), "{url}");
        gives_up.set(true);
        room.simulate(Simulation::SignalLost).await.unwrap();
        until(&mut events, |event| over(event, Reason::ConnectionLost)).await;
        assert_eq!(attempts.borrow().len(), 1, "{url}: it was asked once, and that was the end");
        // It is no word about the next stay.
        gives_up.set(false);
        room.join(JoinOptions::new(1234)).await.unwrap();
        room.leave().await;
    }
}

type Attempts = Rc<RefCell<Vec<Attempt>>>;

/// A room whose application says when to try again, by what and how often; what it was asked.
fn decides(answer: impl Fn(Mending, u32) -> Option<u64> + 'static) -> (Room, Events, Attempts) {
    let asked = Attempts::default();
    let asking = Rc::clone(&asked);
    let mut options = RoomOptions::new([url()]);
    options.connection.policy = Some(Rc::new(move |attempt: Attempt| {
        asking.borrow_mut().push(attempt);
        answer(attempt.what, attempt.number).map(Millis)
    }));
    let room = Room::new(options);
    let events = room.events();
    (room, events, asked)
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn the_application_says_when_a_room_is_asked_again_and_when_no_more() {
    let mut pair = Pair::outside(url());
    let only_thrice = |_, number| (number < 4).then_some(10);
    let (room, events, asked) = decides(only_thrice);
    (pair.bob, pair.at_bob) = (room, events);
    pair.ada.join(stay(&pair.room, "Ada")).await.unwrap();
    let number = pair.room.room.clone().unwrap();
    let waiting = JoinOptions::new(number).display("Bob").await_room(Millis(60_000));
    pair.bob.join(waiting).await.unwrap();
    pair.ada.moderation(Some(SECRET)).end().await.unwrap();
    until(&mut pair.at_bob, |event| over(event, Reason::RoomDestroyed)).await;
    let asked: Vec<_> = asked.take().iter().map(|it| (it.what, it.number)).collect();
    assert_eq!(asked, [1, 2, 3, 4].map(|number| (Mending::Room, number)));
    pair.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn the_application_says_when_another_way_for_packets_is_looked_for() {
    let mut pair = Pair::outside(url());
    let (room, events, asked) = decides(|_, _| Some(0));
    (pair.bob, pair.at_bob) = (room, events);
    pair.ada.join(stay(&pair.room, "Ada").camera()).await.unwrap();
    pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
    pair.subscribed().await;
    passes(&pair.bob).await;
    assert!(asked.borrow().is_empty(), "nothing is amiss");
    pair.bob.simulate(Simulation::IceFailed).await.unwrap();
    becomes("a question", async || !asked.borrow().is_empty()).await;
    let first = Attempt { what: Mending::Media, number: 1, elapsed: Millis(0) };
    assert_eq!(asked.borrow()[0], first);
    passes(&pair.bob).await;
    pair.end().await;
}
