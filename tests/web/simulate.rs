//! Trouble caused on purpose mends itself, with the same tracks.

use std::cell::Cell;
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::room::{
    Events, JoinOptions, Room, RoomEvent, RoomOptions, RoomState, Source, Track, Watching,
};
use janus_wasm::support::Simulation;
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::{ErrorCode, Id, web};
use wasm_bindgen_test::wasm_bindgen_test;

use super::room::until;
use super::server::addresses;

/// Ada is seen by Bob.
struct Call {
    ada: Room,
    bob: Room,
    at_ada: Events,
    at_bob: Events,
    track: Rc<Track>,
    /// How many tracks Bob lost.
    lost: Rc<Cell<u32>>,
    _watching: Watching,
}

async fn meet(url: &str) -> Call {
    let (ada, bob) = (Room::new(RoomOptions::new([url])), Room::new(RoomOptions::new([url])));
    let (at_ada, mut at_bob) = (ada.events(), bob.events());
    let room = Id::from(u64::from(web::random_u32()) + 10_000);
    let create = CreateRoom { room: Some(room.clone()), ..CreateRoom::default() };
    ada.join(JoinOptions::new(room.clone()).create(&create).camera()).await.unwrap();
    bob.join(JoinOptions::new(room)).await.unwrap();
    let event = until(&mut at_bob, |it| matches!(it, RoomEvent::TrackSubscribed { .. })).await;
    let RoomEvent::TrackSubscribed { track, .. } = event else { unreachable!() };
    let lost: Rc<Cell<u32>> = Rc::default();
    let losing = Rc::clone(&lost);
    let watching = bob.watch(move |event| {
        if matches!(event, RoomEvent::TrackUnsubscribed { .. }) {
            losing.set(losing.get() + 1);
        }
    });
    let call = Call { ada, bob, at_ada, at_bob, track, lost, _watching: watching };
    passes(&call.bob).await;
    call
}

/// Waits for something to become so.
pub(crate) async fn becomes(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..900 {
        if is_so().await {
            return;
        }
        web::sleep(Millis(50)).await;
    }
    panic!("{what} did not come");
}

pub(crate) async fn received(room: &Room) -> u64 {
    let [_, Some(connection)] = room.connections() else { return 0 };
    let Ok(stats) = web::connection_stats(&connection).await else { return 0 };
    let entries = stats.entries();
    let inbound = entries.iter().filter(|entry| entry.kind() == "inbound-rtp");
    inbound.filter_map(|entry| entry.count("packetsReceived")).sum()
}

/// Waits for packets to come.
pub(crate) async fn passes(room: &Room) {
    let before = Cell::new(received(room).await);
    becomes("media", async || {
        let now = received(room).await;
        now > before.replace(now)
    })
    .await;
}

pub(crate) async fn state(events: &mut Events, wanted: RoomState) {
    until(
        events,
        |event| matches!(event, RoomEvent::StateChanged { state, .. } if *state == wanted),
    )
    .await;
}

impl Call {
    async fn survives(&mut self, trouble: Simulation) {
        self.bob.simulate(trouble).await.unwrap();
        state(&mut self.at_bob, RoomState::Reconnecting).await;
        state(&mut self.at_bob, RoomState::Connected).await;
        passes(&self.bob).await;
        assert!(self.track.is_live(), "{}", trouble.as_str());
        assert_eq!(
            (self.lost.get(), self.bob.participants().len()),
            (0, 1),
            "{}",
            trouble.as_str()
        );
    }

    async fn end(self) {
        self.ada.leave().await;
        self.bob.leave().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_way_to_the_server_that_is_lost_is_found_again_with_the_same_tracks() {
    for url in addresses() {
        let mut call = meet(url).await;
        call.survives(Simulation::SignalLost).await;
        call.survives(Simulation::SignalBlackhole).await;
        call.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_session_that_is_lost_is_made_again_with_the_same_tracks() {
    for url in addresses() {
        let mut call = meet(url).await;
        call.survives(Simulation::SessionLost).await;
        call.survives(Simulation::ServerRestart).await;
        call.end().await;
    }
}

/// The ICE user name of the peer connection that receives, and whether that is connected.
fn way(room: &Room) -> (String, bool) {
    way_of(room, 1)
}

/// The same of either.
fn way_of(room: &Room, place: usize) -> (String, bool) {
    let Some(connection) = room.connections()[place].clone() else { return Default::default() };
    let sdp = web::local_description(&connection).unwrap_or_default();
    let name = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap_or_default();
    (name.to_owned(), web::standing(&connection)[0] == "connected")
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn packets_that_lose_their_way_find_another_with_the_same_tracks() {
    let Some(url) = addresses().first().copied() else { return };
    let call = meet(url).await;
    let (before, _) = way(&call.bob);
    call.bob.simulate(Simulation::IceFailed).await.unwrap();
    becomes("another way", async || {
        let (now, is_connected) = way(&call.bob);
        is_connected && now != before
    })
    .await;
    passes(&call.bob).await;
    assert_eq!(call.bob.state(), RoomState::Connected);
    assert!(call.track.is_live());
    assert_eq!(call.lost.get(), 0);
    call.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn another_network_has_everything_take_other_ways_with_the_same_tracks() {
    for url in addresses() {
        let mut call = meet(url).await;
        let ways = || [way_of(&call.ada, 0), way(&call.bob)];
        let before = ways();
        // The ways of before lead nowhere; browsers say so to the page, which cannot be plugged in elsewhere here.
        call.bob.simulate(Simulation::SignalBlackhole).await.unwrap();
        let online = web_sys::Event::new("online").unwrap();
        web_sys::window().unwrap().dispatch_event(&online).unwrap();
        becomes("other ways", async || {
            let mut pairs = ways().into_iter().zip(&before);
            pairs.all(|((now, is_connected), (before, _))| is_connected && now != *before)
        })
        .await;
        state(&mut call.at_bob, RoomState::Reconnecting).await;
        state(&mut call.at_bob, RoomState::Connected).await;
        passes(&call.bob).await;
        assert!(call.track.is_live(), "{url}");
        assert_eq!((call.lost.get(), call.bob.participants().len()), (0, 1), "{url}");
        call.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn peer_connections_that_are_closed_are_made_anew_and_devices_are_missed() {
    let Some(url) = addresses().first().copied() else { return };
    let mut call = meet(url).await;
    for (room, trouble, place) in [
        (call.bob.clone(), Simulation::SubscriberFailed, 1),
        (call.ada.clone(), Simulation::PublisherFailed, 0),
    ] {
        let before = room.connections()[place].clone().unwrap();
        room.simulate(trouble).await.unwrap();
        becomes("a new connection", async || {
            let now = room.connections()[place].clone();
            now.is_some_and(|now| now != before && web::standing(&now)[0] == "connected")
        })
        .await;
        passes(&call.bob).await;
    }

    let nothing = call.bob.simulate(Simulation::DeviceLost).await.unwrap_err();
    assert_eq!(nothing.code(), ErrorCode::InvalidState);
    call.ada.simulate(Simulation::DeviceLost).await.unwrap();
    let is_lost =
        |event: &RoomEvent| matches!(event, RoomEvent::DeviceLost { source: Source::Camera });
    until(&mut call.at_ada, is_lost).await;
    until(&mut call.at_bob, |event| matches!(event, RoomEvent::TrackMuted { muted: true, .. }))
        .await;

    let bob = call.bob.clone();
    call.end().await;
    let outside = bob.simulate(Simulation::SignalLost).await.unwrap_err();
    assert_eq!(outside.code(), ErrorCode::InvalidState);
}
