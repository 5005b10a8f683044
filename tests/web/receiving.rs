//! What is received is chosen, played and heard where the application wants it.

use std::cell::Cell;
use std::rc::Rc;

use janus_wasm::ErrorCode;
use janus_wasm::engine::Millis;
use janus_wasm::room::{
    CurrentLayers, Failure, PublishOptions, Room, RoomEvent, Source, StreamRef, Terms,
};
use janus_wasm::web::{self, HtmlMediaElement, JsValue};
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::people::{code, url};
use super::room::until;
use super::simulate::{becomes, passes, received};
use super::stage::{NAME, Pair, canvas, from, run, show, stay};

/// Waits until nothing comes for half a second.
async fn silence(room: &Room) {
    let before = Cell::new(received(room).await);
    becomes("silence", async || {
        web::sleep(Millis(500)).await;
        let now = received(room).await;
        now == before.replace(now)
    })
    .await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn only_what_is_asked_for_is_received_and_nothing_while_all_is_paused() {
    let mut pair = Pair::outside(url());
    pair.ada.join(stay(&pair.room, "Ada")).await.unwrap();
    pair.bob.join(stay(&pair.room, "Bob").without_subscribing()).await.unwrap();
    pair.ada.publish_track(canvas(320, 180), &from("camera")).await.unwrap();
    pair.ada.publish_track(canvas(180, 320), &from("unknown")).await.unwrap();
    let (stream, source) = pair.published().await;
    assert_eq!(source, Source::Camera);
    let (other, _) = pair.published().await;
    assert!(!pair.bob.is_subscribed(&stream) && pair.bob.connections()[1].is_none());
    pair.bob.set_subscribed(stream.clone(), true).unwrap();
    assert_eq!(pair.subscribed().await, stream);
    assert!(pair.bob.is_subscribed(&stream) && !pair.bob.is_subscribed(&other));
    passes(&pair.bob).await;
    pair.bob.set_receiving_paused(true).unwrap();
    assert!(pair.bob.is_receiving_paused());
    silence(&pair.bob).await;
    let track = pair.bob.track(&stream).expect("its subscription stays");
    pair.bob.set_receiving_paused(false).unwrap();
    pair.bob.request_key_frame(&stream).unwrap();
    passes(&pair.bob).await;
    pair.bob.set_subscribed(stream.clone(), false).unwrap();
    until(&mut pair.at_bob, |event| matches!(event, RoomEvent::TrackUnsubscribed { .. })).await;
    assert!(pair.bob.track(&stream).is_none() && !pair.bob.is_subscribed(&stream));
    assert_eq!(pair.bob.participants()[0].1.streams.len(), 2, "it is published all the same");
    assert!(pair.bob.tracks().is_empty());
    drop(track);
    pair.end().await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_comes_and_where_we_are_can_be_read_at_any_time() {
    let mut pair = Pair::inside(url()).await;
    assert_eq!(pair.bob.description().as_deref(), Some(NAME));
    assert_eq!(pair.bob.local_display().as_deref(), Some("Bob"));
    let options = PublishOptions {
        simulcast: Some(true),
        max_bitrate: Some(2_500_000),
        degradation_preference: Some("maintain-resolution".to_owned()),
        ..from("camera")
    };
    pair.ada.publish_track(canvas(960, 540), &options).await.unwrap();
    let stream = pair.subscribed().await;
    let line = pair.bob.track(&stream).and_then(|track| track.transceiver()?.mid()).unwrap();
    assert_eq!(pair.bob.received_on(&line), Some(stream.clone()));
    let ours = pair.ada.sent_on(&stream.mid).map(|ours| ours.track().source());
    assert_eq!(ours, Some(Source::Camera));
    assert!(pair.bob.received_on("none").is_none() && pair.bob.sent_on(&line).is_none());
    let layer = || pair.bob.current_layers(&stream).spatial;
    becomes("the best layer", async || layer() == Some(2)).await;
    let least = Terms { spatial: Some(0), ..Terms::default() };
    pair.bob.set_terms(stream.clone(), least).unwrap();
    becomes("the least layer", async || layer() == Some(0)).await;
    pair.bob.set_terms(stream.clone(), Terms::default()).unwrap();
    becomes("the best layer again", async || layer() == Some(2)).await;
    pair.bob.leave().await;
    assert_eq!(pair.bob.current_layers(&stream), CurrentLayers::default());
    assert_eq!(pair.bob.description().as_deref(), Some(NAME), "of the room joined last");
    pair.end().await;
}

/// The sinks of elements are ours (mock), so that there is a choice in every browser. Until what is returned is called
/// with whether there is any.
const SINKS: &str = "
    const all = HTMLMediaElement.prototype;
    const names = ['setSinkId', 'sinkId'];
    const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(all, name)]);
    const sinks = new WeakMap();
    const setSinkId = async function (id) {
      if (id === 'nowhere') throw new DOMException('no such speaker', 'NotFoundError');
      sinks.set(this, id);
    };
    Object.defineProperty(all, 'setSinkId', { configurable: true, value: setSinkId });
    Object.defineProperty(all, 'sinkId', { configurable: true, get() { return sinks.get(this) ?? ''; } });
    return (any) => {
      for (const [name, own] of before) {
        delete all[name];
        if (any && own) Object.defineProperty(all, name, own);
      }
    };
";

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_speaker_is_for_what_is_attached_now_and_later() {
    let restore: Function = run(SINKS).unchecked_into();
    let mut pair = Pair::outside(url());
    pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
    pair.ada.join(stay(&pair.room, "Ada").camera().microphone()).await.unwrap();
    pair.bob.set_speaker("desk").await.unwrap();
    let mut streams: Vec<StreamRef> = Vec::new();
    for _ in 0..2 {
        streams.push(pair.subscribed().await);
    }
    let tracks: Vec<_> = streams.iter().filter_map(|stream| pair.bob.track(stream)).collect();
    let (pictures, sounds): (Vec<_>, Vec<_>) = tracks.into_iter().partition(|it| it.is_video());
    let attach = || sounds[0].attach(None).unwrap();
    let picture = pictures[0].attach(None).unwrap();
    let first = attach();
    let plays = |element: &HtmlMediaElement, speaker: &str| web::speaker_of(element) == speaker;
    becomes("sound from the desk", async || plays(&first, "desk")).await;
    let second = attach();
    becomes("sound from the desk, too", async || plays(&second, "desk")).await;
    pair.bob.set_speaker("headset").await.unwrap();
    let all_play = |speaker| [&first, &second].iter().all(|one| plays(one, speaker));
    assert!(all_play("headset"));
    let nowhere = pair.bob.set_speaker("nowhere").await;
    let Err(Failure::Media(thrown)) = nowhere else { panic!("{nowhere:?}") };
    assert_eq!(thrown.name(), "NotFoundError");
    assert!(all_play("headset") && plays(&picture, ""));
    pair.bob.set_speaker("").await.unwrap();
    assert!(all_play(""));
    for any in [false, true] {
        restore.call1(&JsValue::NULL, &any.into()).unwrap();
        if !any {
            assert_eq!(code(pair.bob.set_speaker("desk").await), Some(ErrorCode::Unsupported));
        }
        pair.bob.set_speaker("").await.unwrap();
    }
    pair.end().await;
}

/// Browsers do so before anybody has touched the page (mock).
const BLOCK: &str = "
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = async () => {
      throw new DOMException('nobody has touched the page', 'NotAllowedError');
    };
    return () => { HTMLMediaElement.prototype.play = play; };
";

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_the_browser_blocks_plays_after_a_click() {
    let mut pair = Pair::inside(url()).await;
    pair.ada.publish_track(canvas(320, 180), &from("camera")).await.unwrap();
    let stream = pair.subscribed().await;
    let changes: Rc<Cell<u32>> = Rc::default();
    let counting = Rc::clone(&changes);
    let watching = pair.bob.watch(move |event| {
        if matches!(event, RoomEvent::PlaybackChanged(_)) {
            counting.set(counting.get() + 1);
        }
    });
    assert!(pair.bob.can_playback());
    // One of the page's own, which does not play of itself.
    let make = "return Object.assign(document.createElement('video'), { muted: true })";
    let element: HtmlMediaElement = run(make).unchecked_into();
    show(&element);
    let allow: Function = run(BLOCK).unchecked_into();
    pair.bob.track(&stream).unwrap().attach(Some(element.clone())).unwrap();
    until(&mut pair.at_bob, |event| matches!(event, RoomEvent::PlaybackChanged(false))).await;
    assert!(!pair.bob.can_playback() && element.paused());
    pair.bob.start_playback().await;
    assert!(!pair.bob.can_playback(), "that was no click");
    allow.call0(&JsValue::NULL).unwrap();
    pair.bob.start_playback().await;
    assert!(pair.bob.can_playback() && !element.paused());
    assert_eq!(changes.get(), 2);
    drop(watching);
    element.remove();
    pair.end().await;
}
