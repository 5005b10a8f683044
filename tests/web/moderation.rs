//! Those who know the room's secret: sending out, muting, locking, recording, ending; and what everybody sees of it.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::room::{
    Credentials, Events, JoinOptions, LocalPublication, Reason, Room, RoomEvent, RoomOptions,
    RoomState, StreamRef,
};
use janus_wasm::support::Simulation;
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::{Error, ErrorCode, Id, web};
use wasm_bindgen_test::wasm_bindgen_test;

use super::room::{code, until};
use super::server::addresses;

const SECRET: &str = "moderators-only";

fn made() -> (Id, CreateRoom) {
    let room = Id::from(u64::from(web::random_u32()) + 10_000);
    let create = CreateRoom {
        room: Some(room.clone()),
        secret: Some(SECRET.to_owned()),
        publishers: Some(6),
        notify_joining: Some(true),
        ..CreateRoom::default()
    };
    (room, create)
}

fn code_of<T>(result: Result<T, Error>) -> Option<ErrorCode> {
    let error = result.err()?;
    assert!(!error.to_string().contains(SECRET) && !error.to_string().contains("guessed"));
    Some(error.code())
}

async fn muted(events: &mut Events, of: &Id) -> bool {
    let event = until(events, |event| matches!(event, RoomEvent::TrackMuted { .. })).await;
    let RoomEvent::TrackMuted { id, moderator, muted, .. } = event else { unreachable!() };
    assert!(moderator && id == *of);
    muted
}

async fn over(events: &mut Events) -> Option<Reason> {
    let is_over = |event: &RoomEvent| {
        matches!(event, RoomEvent::StateChanged { state: RoomState::Disconnected, .. })
    };
    match until(events, is_over).await {
        RoomEvent::StateChanged { reason, .. } => reason,
        _ => None,
    }
}

/// Its session is lost, and it comes back.
async fn returns(room: &Room, events: &mut Events) {
    room.simulate(Simulation::SessionLost).await.unwrap();
    let is = |event: &RoomEvent, wanted: &[RoomState]| matches!(event, RoomEvent::StateChanged { state, .. } if wanted.contains(state));
    until(events, |event| is(event, &[RoomState::Reconnecting])).await;
    let ends = [RoomState::Connected, RoomState::Disconnected];
    until(events, |event| is(event, &ends)).await;
    assert_eq!(room.state(), RoomState::Connected);
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn every_act_of_a_moderator_is_seen_by_the_others() {
    for url in addresses() {
        let [ada, bob, cleo] = [(); 3].map(|()| Room::new(RoomOptions::new([url])));
        let (mut at_ada, mut at_bob) = (ada.events(), bob.events());
        let (room, create) = made();
        let join = || JoinOptions::new(room.clone());
        ada.join(join().create(&create).camera()).await.unwrap();
        bob.join(join()).await.unwrap();
        let event = until(&mut at_bob, |it| matches!(it, RoomEvent::TrackSubscribed { .. })).await;
        let RoomEvent::TrackSubscribed { id, mid, .. } = event else { unreachable!() };
        assert_eq!((bob.id(), ada.local_id()), (Some(room.clone()), Some(id.clone())));
        let stream = StreamRef { feed: id.clone(), mid };

        let guest = bob.moderation(None);
        assert_eq!(code_of(guest.mute(&stream).await), Some(ErrorCode::MissingElement), "{url}");
        let intruder = bob.moderation(Some("guessed"));
        assert_eq!(code_of(intruder.end().await), Some(ErrorCode::Unauthorized));

        let moderation = bob.moderation(Some(SECRET));
        assert!(!format!("{moderation:?}").contains(SECRET));
        let of_ada = || ada.local_publications().iter().any(LocalPublication::is_moderated);
        let told = Rc::new(RefCell::new(Vec::new()));
        let (tells, weak) = (Rc::clone(&told), ada.clone());
        let watching = ada.watch(move |event| {
            if let RoomEvent::TrackMuted { muted, .. } = event {
                let now = weak.local_publications().iter().any(LocalPublication::is_moderated);
                tells.borrow_mut().push((*muted, now));
            }
        });
        moderation.mute(&stream).await.unwrap();
        assert!(muted(&mut at_ada, &id).await && muted(&mut at_bob, &id).await && of_ada());
        moderation.unmute(&stream).await.unwrap();
        assert!(!muted(&mut at_ada, &id).await && !muted(&mut at_bob, &id).await && !of_ada());
        // A moderator's word ends with the peer connection, of which the server forgets it.
        moderation.mute(&stream).await.unwrap();
        assert!(muted(&mut at_ada, &id).await && muted(&mut at_bob, &id).await && of_ada());
        ada.simulate(Simulation::PublisherFailed).await.unwrap();
        assert!(!muted(&mut at_ada, &id).await && !of_ada());
        let told = (drop(watching), told.take()).1;
        assert_eq!(told, [(true, true), (false, false), (true, true), (false, false)]);

        moderation.kick(id.clone()).await.unwrap();
        assert_eq!(over(&mut at_ada).await, Some(Reason::Kicked));
        let is_kicked =
            |event: &RoomEvent| matches!(event, RoomEvent::ParticipantLeft { kicked: true, .. });
        until(&mut at_bob, is_kicked).await;
        assert_eq!(code_of(moderation.kick(99).await), Some(ErrorCode::FeedNotFound));
        ada.join(join()).await.unwrap();

        assert_eq!(code_of(moderation.lock("").await), Some(ErrorCode::InvalidArgument));
        moderation.lock("sesame").await.unwrap();
        // Who locked it comes back to it, and so does who is told the pin.
        let sesame = Credentials::new().pin("sesame");
        assert!(!format!("{sesame:?}").contains("sesame"));
        ada.set_credentials(sesame).unwrap();
        returns(&ada, &mut at_ada).await;
        returns(&bob, &mut at_bob).await;
        let refused = |result| code(result);
        assert_eq!(refused(cleo.join(join()).await), Some(ErrorCode::MissingElement));
        assert_eq!(refused(cleo.join(join().pin("wrong")).await), Some(ErrorCode::Unauthorized));
        cleo.join(join().pin("sesame")).await.unwrap();
        cleo.leave().await;
        assert_eq!(code_of(moderation.unlock().await), Some(ErrorCode::Unsupported));

        assert!(moderation.set_recording(true).await.unwrap());
        assert!(!moderation.set_recording(false).await.unwrap());

        moderation.end().await.unwrap();
        assert_eq!(over(&mut at_ada).await, Some(Reason::RoomDestroyed));
        assert_eq!(over(&mut at_bob).await, Some(Reason::RoomDestroyed));
        assert_eq!(code_of(moderation.end().await), Some(ErrorCode::InvalidState));
        assert_eq!(cleo.state(), RoomState::Disconnected);

        // It stays with the room it was made in.
        let (other, create) = made();
        let held = ada.moderation(Some(SECRET));
        ada.join(JoinOptions::new(other.clone()).create(&create)).await.unwrap();
        assert!(!held.set_recording(false).await.unwrap());
        ada.leave().await;
        assert_eq!(code_of(held.end().await), Some(ErrorCode::InvalidState));
        ada.join(JoinOptions::new(other)).await.unwrap();
        assert_eq!(code_of(held.end().await), Some(ErrorCode::InvalidState));
        ada.moderation(Some(SECRET)).end().await.unwrap();
    }
}
