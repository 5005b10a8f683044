//! What is published is brought from a lobby, switched, replaced, shared and taken back.

use janus_wasm::room::{
    CameraOptions, DeviceKind, Failure, GivenTrack, JoinOptions, MicrophoneOptions, PrepareOptions,
    PublishOptions, ScreenOptions, Source, create_local_tracks, list_devices,
};
use janus_wasm::web::{self, HtmlMediaElement, JsValue, MediaStreamTrack, MediaStreamTrackState};
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::people::url;
use super::simulate::{becomes, passes};
use super::stage::{Pair, canvas, from, ours, run, show, stay};

fn is_live(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Live
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_was_opened_in_a_lobby_is_switched_in_the_call() {
    let (size, voice) = (CameraOptions::default(), MicrophoneOptions::default());
    let preview = create_local_tracks(Some(&size), Some(&voice)).await.unwrap();
    let of = |source: Source| {
        let mut all = preview.iter().filter(|track| track.source() == source);
        all.next().expect("it is open").media()
    };
    let (picture, sound) = (of(Source::Camera), of(Source::Microphone));
    let plain = PublishOptions::default();
    let given = |media: &MediaStreamTrack| GivenTrack::new(Clone::clone(media), &plain);
    let prepared = PrepareOptions::new()
        .given(given(&picture).opened_as_camera(&size))
        .given(given(&sound).opened_as_microphone(&voice));
    let mut pair = Pair::outside(url());
    pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
    pair.ada.prepare_with(prepared).await.unwrap();
    pair.ada.join(stay(&pair.room, "Ada")).await.unwrap();
    for _ in 0..2 {
        pair.subscribed().await;
    }
    let (camera, microphone) =
        (ours(&pair.ada, Source::Camera), ours(&pair.ada, Source::Microphone));
    assert!(camera.track().media() == picture && microphone.track().media() == sound);
    passes(&pair.bob).await;
    pair.ada.set_camera_enabled(false, None).await.unwrap();
    assert!(!is_live(&picture), "its light is on");
    pair.muted(true).await;
    pair.ada.set_camera_enabled(true, None).await.unwrap();
    pair.muted(false).await;
    let again = camera.track().media();
    assert!(is_live(&again) && again != picture);
    pair.ada.set_microphone_enabled(false, None).await.unwrap();
    pair.muted(true).await;
    assert!(is_live(&sound), "speaking again takes a while");
    pair.end().await;
    assert!(!is_live(&again), "the room opened it");
    assert!(is_live(&sound), "it is the page's");
    sound.stop();
}

/// Whether what plays there is higher than it is wide, or the other way round.
async fn shows(element: &HtmlMediaElement, upright: bool) {
    let video: &web_sys::HtmlVideoElement = element.unchecked_ref();
    becomes("the picture", async || {
        let (width, height) = (video.video_width(), video.video_height());
        width > 0 && (height > width) == upright
    })
    .await;
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_publication_shows_another_track_and_ends() {
    let mut pair = Pair::inside(url()).await;
    let (wide, upright) = (canvas(320, 180), canvas(180, 320));
    let ours = pair.ada.publish_track(Clone::clone(&wide), &from("camera")).await.unwrap();
    let stream = pair.subscribed().await;
    let track = pair.bob.track(&stream).unwrap();
    let element = track.attach(None).unwrap();
    show(&element);
    shows(&element, false).await;
    ours.replace_track(Clone::clone(&upright)).await.unwrap();
    shows(&element, true).await;
    assert!(is_live(&wide), "it is the page's to stop");
    // Muted it is another all the same, which is seen when it is unmuted.
    ours.mute(false).await.unwrap();
    pair.muted(true).await;
    ours.replace_track(Clone::clone(&wide)).await.unwrap();
    ours.unmute().await.unwrap();
    pair.muted(false).await;
    shows(&element, false).await;
    ours.unpublish();
    pair.unpublished(&stream).await;
    assert!(pair.bob.track(&stream).is_none() && pair.ada.local_publications().is_empty());
    assert!(ours.mute(false).await.is_err(), "it is published no longer");
    pair.ada.publish_track(Clone::clone(&upright), &from("camera")).await.unwrap();
    let (stream, source) = pair.published().await;
    assert_eq!(source, Source::Camera);
    pair.ada.unpublish_track(&upright);
    pair.unpublished(&stream).await;
    assert!(pair.ada.local_publications().is_empty());
    for track in [wide, upright] {
        assert!(is_live(&track));
        track.stop();
    }
    element.remove();
    pair.end().await;
}

/// The device that a track is of.
fn device_of(track: &MediaStreamTrack) -> String {
    let ask = Function::new_with_args("track", "return track.getSettings().deviceId ?? ''");
    ask.call1(&JsValue::NULL, track).unwrap().as_string().unwrap()
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn another_device_takes_the_place_of_one() {
    let mut pair = Pair::outside(url());
    let small = CameraOptions { width: Some(320), height: Some(180), ..CameraOptions::default() };
    pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
    pair.ada.join(stay(&pair.room, "Ada").camera_with(&small).microphone()).await.unwrap();
    for _ in 0..2 {
        pair.subscribed().await;
    }
    for (kind, source) in
        [(DeviceKind::Camera, Source::Camera), (DeviceKind::Microphone, Source::Microphone)]
    {
        let devices = list_devices(Some(kind)).await.unwrap();
        let id = devices.last().expect("there is one").id.clone();
        let publication = ours(&pair.ada, source);
        let before = publication.track().media();
        publication.switch_device(&id).await.unwrap();
        let after = publication.track().media();
        assert!(after != before && is_live(&after) && !is_live(&before), "{}", source.as_str());
        assert_eq!(device_of(&after), id);
        let nowhere = publication.switch_device("nowhere").await;
        assert!(matches!(nowhere, Err(Failure::Media(_))), "{nowhere:?}");
        assert!(publication.track().media() == after && is_live(&after));
        assert!(!publication.is_muted());
    }
    passes(&pair.bob).await;
    // Of a track of the page's own nobody knows how to open another.
    let canvas = pair.ada.publish_track(canvas(320, 180), &from("unknown")).await.unwrap();
    assert!(canvas.switch_device("any").await.is_err());
    pair.end().await;
}

/// Has the browser share this picture when it is asked for a screen (mock: it asks nobody). Until what is returned is
/// called.
fn share(track: &MediaStreamTrack) -> Function {
    let body = "
        const { getDisplayMedia } = MediaDevices.prototype;
        MediaDevices.prototype.getDisplayMedia = async () => new MediaStream([track.clone()]);
        return () => { MediaDevices.prototype.getDisplayMedia = getDisplayMedia; };";
    let share = Function::new_with_args("track", body).call1(&JsValue::NULL, track);
    share.unwrap().unchecked_into()
}

/// What tells one offer of Ada's from the next.
fn offer(pair: &Pair) -> String {
    let [publisher, _] = pair.ada.connections();
    let described = publisher.and_then(|it| it.current_local_description()).expect("an offer");
    let sdp = described.sdp();
    sdp.lines().find(|line| line.starts_with("o=")).expect("an origin").to_owned()
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_screen_is_shared_and_ends_where_a_place_is_ready_and_elsewhere() {
    let picture = canvas(640, 360);
    let restore = share(&picture);
    let slides = PublishOptions { name: Some("Slides".to_owned()), ..PublishOptions::default() };
    let screen = ScreenOptions { audio: Some(false), ..ScreenOptions::default() };
    for reserved in [true, false] {
        let mut pair = Pair::outside(url());
        let join = |options: JoinOptions| if reserved { options.reserve_screen() } else { options };
        pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
        let camera = stay(&pair.room, "Ada").track(canvas(320, 180), &from("camera"));
        pair.ada.join(join(camera)).await.unwrap();
        assert_eq!(pair.published().await.1, Source::Camera);
        pair.subscribed().await;
        for by_the_person in [false, true] {
            let before = offer(&pair);
            pair.ada.set_screen_share_enabled(true, &screen, &slides).await.unwrap();
            let (stream, source) = pair.published().await;
            assert_eq!(source, Source::Screen);
            let people = pair.bob.participants();
            let shared = people[0].1.streams.get(&stream.mid).unwrap();
            assert_eq!(shared.name.as_deref(), Some("Slides"));
            pair.subscribed().await;
            passes(&pair.bob).await;
            assert_eq!(offer(&pair) == before, reserved, "offers are made where none is needed");
            let shared = ours(&pair.ada, Source::Screen).track().media();
            if by_the_person {
                web::unplug(&shared);
            } else {
                pair.ada.set_screen_share_enabled(false, &screen, &slides).await.unwrap();
            }
            pair.unpublished(&stream).await;
            assert!(!is_live(&shared));
            assert_eq!(pair.ada.local_publications().len(), 1, "the camera");
        }
        pair.end().await;
    }
    restore.call0(&JsValue::NULL).unwrap();
    picture.stop();
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_screen_nobody_wants_to_share_is_the_browsers_error() {
    let pair = Pair::inside(url()).await;
    let refuse = "
        const { getDisplayMedia } = MediaDevices.prototype;
        MediaDevices.prototype.getDisplayMedia = async () => {
          throw new DOMException('dismissed', 'NotAllowedError');
        };
        return () => { MediaDevices.prototype.getDisplayMedia = getDisplayMedia; };";
    let restore: Function = run(refuse).unchecked_into();
    let (screen, plain) = (ScreenOptions::default(), PublishOptions::default());
    let refused = pair.ada.set_screen_share_enabled(true, &screen, &plain).await;
    restore.call0(&JsValue::NULL).unwrap();
    let Err(Failure::Media(thrown)) = refused else { panic!("{refused:?}") };
    assert_eq!(thrown.name(), "NotAllowedError");
    assert!(pair.ada.local_publications().is_empty());
    pair.end().await;
}
