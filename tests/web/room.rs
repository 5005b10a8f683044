//! Two rooms in one page: two people in a call.

use janus_wasm::engine::Millis;
use janus_wasm::room::{Failure, Reason};
use janus_wasm::room::{JoinOptions, Room, RoomEvent, RoomOptions, RoomState, Source};
use janus_wasm::{ErrorCode, Id, web};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::stage::{made, stay};

/// How long anything may take, ms.
const PATIENCE: Millis = Millis(30_000);

fn room(url: &str) -> Room {
    Room::new(RoomOptions::new([url]))
}

/// Waits for an event that passes; those before it are passed over.
///
/// # Panics
/// If it does not come.
pub async fn until(
    events: &mut janus_wasm::room::Events,
    wanted: impl Fn(&RoomEvent) -> bool,
) -> RoomEvent {
    let listening = async {
        loop {
            let event = events.next().await.expect("the room goes on");
            if wanted(&event) {
                return event;
            }
        }
    };
    web::within(PATIENCE, listening).await.expect("what was waited for comes")
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn two_people_get_each_others_tracks() {
    for url in addresses() {
        let (ada, bob) = (room(url), room(url));
        let (mut at_ada, mut at_bob) = (ada.events(), bob.events());
        let call = made();
        let join = |name: &str| stay(&call, name).camera().microphone();
        ada.join(join("Ada")).await.unwrap();
        bob.join(join("Bob")).await.unwrap();
        for events in [&mut at_ada, &mut at_bob] {
            for _ in 0..2 {
                let event = until(events, |e| matches!(e, RoomEvent::TrackSubscribed { .. })).await;
                let RoomEvent::TrackSubscribed { track, .. } = event else { continue };
                assert!(track.is_live());
                let expected = if track.is_video() { Source::Camera } else { Source::Microphone };
                assert_eq!(track.source(), expected);
            }
        }
        let names: Vec<String> =
            ada.participants().into_iter().map(|(_, person)| person.display).collect();
        assert_eq!(names, ["Bob"], "{url}");
        bob.set_microphone_enabled(false, None).await.unwrap();
        let muted = until(&mut at_ada, |e| matches!(e, RoomEvent::TrackMuted { .. })).await;
        assert!(matches!(muted, RoomEvent::TrackMuted { muted: true, .. }));
        bob.leave().await;
        until(&mut at_ada, |e| matches!(e, RoomEvent::ParticipantLeft { kicked: false, .. })).await;
        assert_eq!(bob.state(), RoomState::Disconnected);
        ada.leave().await;
        assert!(ada.participants().is_empty());
    }
}

/// The code of an error of the library.
pub fn code(result: Result<(), Failure>) -> Option<ErrorCode> {
    match result {
        Err(Failure::Janus(error)) => Some(error.code()),
        Err(Failure::Media(_)) | Ok(()) => None,
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn joining_fails_with_a_reason_and_works_afterwards() {
    for url in addresses() {
        let room = room(url);
        let mut events = room.events();
        let missing = room.join(JoinOptions::new(404)).await;
        assert_eq!(code(missing), Some(ErrorCode::RoomNotFound), "{url}");
        let over = |e: &RoomEvent| {
            matches!(e, RoomEvent::StateChanged { reason: Some(Reason::JoinFailed), .. })
        };
        until(&mut events, over).await;
        let wrong_pin = room.join(JoinOptions::new(4321).pin("1111")).await;
        assert_eq!(code(wrong_pin), Some(ErrorCode::Unauthorized), "{url}");
        room.join(JoinOptions::new(4321).pin("4321").display("Ada")).await.unwrap();
        assert_eq!(room.state(), RoomState::Connected);
        let again = room.join(JoinOptions::new(4321).pin("4321")).await;
        assert_eq!(code(again), Some(ErrorCode::InvalidState));
        room.leave().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_prepared_room_joins_and_a_taken_id_is_refused() {
    for url in addresses() {
        let (first, second) = (room(url), room(url));
        first.prepare().await.unwrap();
        first.join(JoinOptions::new(1234).id(Id::from(77))).await.unwrap();
        let taken = second.join(JoinOptions::new(1234).id(Id::from(77))).await;
        assert_eq!(code(taken), Some(ErrorCode::IdTaken), "{url}");
        first.leave().await;
        second.join(JoinOptions::new(1234).id(Id::from(77))).await.unwrap();
        second.leave().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn leaving_half_way_in_ends_the_join() {
    for url in addresses() {
        let room = room(url);
        let joining = room.clone();
        let leave = room.clone();
        janus_wasm::web::spawn_local(async move { leave.leave().await });
        let result = joining.join(JoinOptions::new(1234).camera()).await;
        assert_eq!(code(result), Some(ErrorCode::Aborted), "{url}");
        assert_eq!(room.state(), RoomState::Disconnected);
        room.join(JoinOptions::new(1234)).await.unwrap();
        room.leave().await;
    }
}
