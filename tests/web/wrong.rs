//! What makes no sense is refused with the name of the field, and nothing has happened.

use std::cell::Cell;
use std::rc::Rc;

use janus_wasm::client::{Connection, Options};
use janus_wasm::engine::Millis;
use janus_wasm::exchange::{DataOptions, Exchange};
use janus_wasm::protocol::Json;
use janus_wasm::room::{
    CameraOptions, Failure, JoinOptions, MicrophoneOptions, PrepareOptions, PublishOptions, Room,
    RoomEvent, RoomOptions, RoomState, ScreenOptions, Source, Terms, create_local_tracks,
};
use janus_wasm::{Error, ErrorCode, web};
use wasm_bindgen_test::wasm_bindgen_test;

use super::people::{json, until, url};
use super::stage::{Pair, canvas, from, ours};

/// Nobody answers there.
const NOWHERE: &str = "ws://127.0.0.1:9";

fn refused<T>(field: &str, result: Result<T, Failure>) {
    match result {
        Err(Failure::Janus(error)) => is_about(field, &error),
        Err(Failure::Media(thrown)) => panic!("{field}: {}", thrown.message()),
        Ok(_) => panic!("{field} is taken"),
    }
}

fn is_about(field: &str, error: &Error) {
    assert_eq!(error.code(), ErrorCode::InvalidArgument, "{field}: {error}");
    assert!(error.message().starts_with(&format!("{field}: ")), "{field}: {error}");
}

fn no_width() -> CameraOptions {
    CameraOptions { width: Some(0), ..CameraOptions::default() }
}

fn no_channel() -> MicrophoneOptions {
    MicrophoneOptions { channel_count: Some(0), ..MicrophoneOptions::default() }
}

fn no_rate() -> PublishOptions {
    PublishOptions { max_bitrate: Some(0), ..PublishOptions::default() }
}

#[wasm_bindgen_test]
async fn no_room_is_joined_or_prepared_with_what_makes_no_sense() {
    let room = Room::new(RoomOptions::new([NOWHERE]));
    let heard = Rc::new(Cell::new(0));
    let hearing = Rc::clone(&heard);
    room.on_event(move |_| hearing.set(hearing.get() + 1));
    let join = || JoinOptions::new(1234);
    for (field, options) in [
        ("id", join().id(0)),
        ("room", JoinOptions::new(u64::MAX)),
        ("metadata", join().metadata(json("[]"))),
        ("camera.width", join().camera_with(&no_width())),
        ("microphone.channel_count", join().microphone_with(&no_channel())),
        ("max_bitrate", join().track(canvas(16, 16), &no_rate())),
        ("source", join().track(canvas(16, 16), &from("webcam"))),
        ("data_channel.options", join().data_channel("fast", "ordered")),
    ] {
        refused(field, room.join(options).await);
    }
    let prepare = PrepareOptions::new().track(canvas(16, 16), &from("webcam"));
    refused("source", room.prepare_with(prepare).await);
    assert_eq!((heard.get(), room.state()), (0, RoomState::Disconnected));
    refused("options", create_local_tracks(None, None).await);
    refused("camera.width", create_local_tracks(Some(&no_width()), None).await);
    refused("microphone.channel_count", create_local_tracks(None, Some(&no_channel())).await);
}

#[wasm_bindgen_test]
async fn no_connection_is_made_with_what_makes_no_sense() {
    let with = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        options
    };
    for (field, options) in [
        ("connect_timeout", with(|it| it.connect_timeout = Millis(0))),
        ("request_timeout", with(|it| it.request_timeout = Millis(0))),
        ("probe_after", with(|it| it.probe_after = Millis(0))),
        ("probe_timeout", with(|it| it.probe_timeout = Millis(0))),
    ] {
        let refusal = Connection::open(&[NOWHERE], options.clone()).await.unwrap_err();
        is_about(field, &refusal);
        let room = Room::new(RoomOptions { connection: options, ..RoomOptions::new([NOWHERE]) });
        refused(field, room.join(JoinOptions::new(1234)).await);
        refused(field, room.prepare().await);
    }
    let turn = web::to_value(&json(r#"[{"urls":"turn:turn.example"}]"#)).unwrap();
    let mut options = RoomOptions::new([NOWHERE]);
    options.peer.ice_servers = Some(turn.clone());
    refused("ice_servers", Room::new(options).join(JoinOptions::new(1234)).await);
    refused("ice_servers", Room::new(RoomOptions::new([NOWHERE])).set_ice_servers(turn));
    for servers in [&[][..], &["sfu.example"], &[NOWHERE, "ftp://sfu.example"]] {
        let refusal = Connection::open(servers, Options::default()).await.unwrap_err();
        is_about("servers", &refusal);
        let room = Room::new(RoomOptions::new(servers.iter().copied()));
        refused("servers", room.join(JoinOptions::new(1234)).await);
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_call_goes_on_as_it_was_after_what_makes_no_sense() {
    let mut pair = Pair::inside(url()).await;
    pair.ada.publish_track(canvas(320, 180), &from("camera")).await.unwrap();
    let stream = pair.subscribed().await;
    let heard = Rc::new(Cell::new(0));
    let hearing = Rc::clone(&heard);
    let watching = pair.ada.watch(move |event| {
        if !matches!(event, RoomEvent::LocalTrackMuted { .. }) {
            hearing.set(hearing.get() + 1);
        }
    });
    let (ada, bob) = (&pair.ada, &pair.bob);
    refused("camera.width", ada.set_camera_enabled(true, Some(no_width())).await);
    refused("microphone.channel_count", ada.set_microphone_enabled(true, Some(no_channel())).await);
    let slow = ScreenOptions { frame_rate: Some(0), ..ScreenOptions::default() };
    let plain = PublishOptions::default();
    refused("screen.frame_rate", ada.set_screen_share_enabled(true, &slow, &plain).await);
    let screen = ScreenOptions::default();
    refused("max_bitrate", ada.set_screen_share_enabled(true, &screen, &no_rate()).await);
    refused("max_bitrate", ada.publish_track(canvas(16, 16), &no_rate()).await);
    refused("metadata", ada.set_metadata(json("7")).await);
    refused("options", ada.open_data_channel("fast", "{"));
    let camera = ours(ada, Source::Camera);
    refused("max_bitrate", camera.set_options(&no_rate()).await);
    refused("source", camera.set_options(&from("screen")).await);
    refused("device_id", camera.switch_device("").await);
    let sounds = create_local_tracks(None, Some(&MicrophoneOptions::default())).await.unwrap();
    for muted in [false, true] {
        if muted {
            camera.mute(false).await.unwrap();
        }
        refused("track", camera.replace_track(sounds[0].media()).await);
    }
    camera.unmute().await.unwrap();
    sounds[0].stop();
    let late = Terms { min_delay: Some(30), max_delay: Some(20), ..Terms::default() };
    refused("max_delay", bob.set_terms(stream.clone(), late));
    let never = Terms { min_delay: Some(-1), ..Terms::default() };
    refused("min_delay", bob.set_terms(stream.clone(), never));
    let best = Terms { spatial: Some(3), ..Terms::default() };
    refused("spatial", bob.set_terms(stream.clone(), best));
    let fastest = Terms { temporal: Some(3), ..Terms::default() };
    refused("temporal", bob.set_terms(stream.clone(), fastest));
    assert_eq!(bob.terms(&stream), Terms::default());
    assert_eq!((heard.get(), ada.local_publications().len()), (0, 1), "muted, and no more");
    assert!(camera.track().is_video() && !camera.is_muted());
    // One bound alone makes the other.
    let least = Terms { min_delay: Some(20), ..Terms::default() };
    bob.set_terms(stream.clone(), least).unwrap();
    assert_eq!(bob.terms(&stream).max_delay, Some(20));
    drop(watching);
    pair.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn nothing_is_said_that_makes_no_sense() {
    let pair = Pair::inside(url()).await;
    let (exchange, hearing) = (Exchange::new(&pair.ada), Exchange::new(&pair.bob));
    let heard = Rc::new(Cell::new(0));
    let counting = Rc::clone(&heard);
    let listening = hearing.watch(move |_| counting.set(counting.get() + 1));
    let bob = pair.bob.local_id().unwrap();
    let is_known = || pair.ada.participants().iter().any(|(id, _)| *id == bob).then_some(());
    until("Bob to be known", is_known).await;
    let long = "x".repeat(80_000);

    refused("data", exchange.send_data("", DataOptions::default()).await);
    refused("data", exchange.send_data(&[][..], DataOptions::lossy()).await);
    let lasting = DataOptions { max_lifetime: Some(300), ..DataOptions::default() };
    refused("max_lifetime", exchange.send_data("x", lasting).await);
    refused("text", exchange.send_chat_message("").await);
    refused("text", exchange.send_chat_message(long.clone()).await);
    let ask = |method, payload, timeout| exchange.request(&bob, method, payload, Millis(timeout));
    refused("method", ask("", json("1"), 1_000).await);
    refused("method", ask(&long, json("1"), 1_000).await);
    refused("timeout", ask("size", json("1"), 0).await);
    refused("timeout", ask("size", json("1"), u64::MAX).await);
    refused("too long", ask("size", Json::write(&long), 1_000).await);
    refused("metadata", exchange.set_metadata(json("[1]")).await);
    refused("metadata.attributes", exchange.set_metadata(json(r#"{"attributes":{}}"#)).await);
    let raised = exchange.set_attributes([("language", Some("pt")), ("name", Some(&long))]);
    is_about("attributes", &raised.unwrap_err());
    let answering = |method| exchange.on_request(method, |request| async { Ok(request.payload) });
    is_about("method", &answering("").unwrap_err());
    let first = answering("size").unwrap();
    is_about("on_request", &answering("size").unwrap_err());
    drop(first);
    let again = answering("size").unwrap();

    assert!(exchange.attributes().is_empty());
    // All that was refused works as it should, and nothing else was heard.
    assert_eq!(
        hearing
            .request(&pair.ada.local_id().unwrap(), "size", json("5"), Millis(10_000))
            .await
            .unwrap(),
        json("5")
    );
    assert_eq!(heard.get(), 0);
    drop((listening, again));
    pair.end().await;
}
