//! Stays that follow each other, and joining while something else takes its time.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::client::Level;
use janus_wasm::engine::Millis;
use janus_wasm::engine::recorder::Kind;
use janus_wasm::live::{Adaptive, ConnectionQuality, Quality, Speakers, Stalls, StallsEvent};
use janus_wasm::room::{
    JoinOptions, PrepareOptions, Room, RoomOptions, RoomState, Source, StreamRef,
};
use janus_wasm::web::{self, HtmlMediaElement, JsValue, RtcPeerConnection};
use janus_wasm::{ErrorCode, Id};
use js_sys::{Array, Function};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::live::{is_well, next, send, tone};
use super::room::code;
use super::server::addresses;
use super::simulate::{becomes, passes};
use super::stage::{Pair, canvas, from, ours, run, show, stay};

/// Somebody with a picture.
fn seen(pair: &Pair, name: &str) -> JoinOptions {
    stay(&pair.room, name).track(canvas(320, 180), &from("camera"))
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_room_that_is_dropped_leaves_its_place_to_the_next() {
    for url in addresses() {
        let pair = Pair::outside(url);
        pair.bob.join(seen(&pair, "Bob")).await.unwrap();
        for _ in 0..3 {
            let ada = Room::new(RoomOptions::new([url]));
            ada.join(seen(&pair, "Ada").id(Id::from(77))).await.unwrap();
            becomes("Ada, to Bob", async || pair.bob.tracks().len() == 1).await;
            passes(&ada).await;
            drop(ada);
            becomes("Bob to be alone", async || pair.bob.participants().is_empty()).await;
        }
        pair.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_join_that_nobody_waits_for_goes_on_until_it_is_left() {
    for url in addresses() {
        let pair = Pair::outside(url);
        let begin = async || {
            let begun = web::within(Millis(0), pair.ada.join(seen(&pair, "Ada"))).await;
            assert!(begun.is_none(), "{url}: it takes longer");
            assert_eq!(pair.ada.state(), RoomState::Connecting);
        };
        begin().await;
        let twice = pair.ada.join(seen(&pair, "Ada")).await;
        assert_eq!(code(twice), Some(ErrorCode::InvalidState));
        becomes("Ada to be in", async || pair.ada.state() == RoomState::Connected).await;
        pair.ada.leave().await;
        begin().await;
        pair.ada.leave().await;
        assert_eq!(pair.ada.state(), RoomState::Disconnected);
        pair.ada.join(seen(&pair, "Ada")).await.unwrap();
        pair.end().await;
    }
}

/// What keeps to Bob's calls.
struct Company {
    speakers: Speakers,
    quality: Quality,
    stalls: Stalls,
    _adaptive: Adaptive,
}

impl Company {
    fn of(room: &Room) -> Self {
        Self {
            speakers: Speakers::new(room),
            quality: Quality::new(room),
            stalls: Stalls::new(room),
            _adaptive: Adaptive::new(room),
        }
    }

    /// Each of them tells what becomes of Ada.
    async fn work(&self, pair: &Pair) {
        let id = pair.ada.local_id().expect("she is in");
        let (stream, picture, sound) = attend(pair).await;
        becomes("that Ada speaks", async || self.speakers.is_speaking(&id)).await;
        // With sound she would not be lost.
        ours(&pair.ada, Source::Microphone).mute(false).await.unwrap();
        becomes("that she does not", async || self.speakers.active().is_empty()).await;
        passes(&pair.bob).await;
        let mut stalling = self.stalls.events();
        let camera = ours(&pair.ada, Source::Camera);
        send(&camera, false).await;
        assert_eq!(next("a stall", &mut stalling).await, StallsEvent::Stalled(stream.clone()));
        let quality = || self.quality.of(&pair.ada.local_id().unwrap());
        becomes("that she is lost", async || quality() == ConnectionQuality::Lost).await;
        send(&camera, true).await;
        assert_eq!(next("its end", &mut stalling).await, StallsEvent::Resumed(stream.clone()));
        becomes("that she is well", async || is_well(quality())).await;
        let is_held = |held| {
            let terms = || pair.bob.terms_in_force(&stream);
            async move || terms().paused == held
        };
        picture.set_attribute("style", "display: none").unwrap();
        becomes("that nobody sees her", is_held(true)).await;
        picture.set_attribute("style", SHOWN).unwrap();
        becomes("that somebody does", is_held(false)).await;
        picture.remove();
        sound.remove();
    }

    fn is_at_rest(&self) -> bool {
        self.speakers.active().is_empty() && self.stalls.stalled().is_empty()
    }
}

const SHOWN: &str = "position: fixed; top: 0; left: 0; width: 320px; height: 180px";

/// Ada's picture as Bob's page shows it, and her sound, which browsers measure where it is played.
async fn attend(pair: &Pair) -> (StreamRef, HtmlMediaElement, HtmlMediaElement) {
    becomes("Ada's picture and sound", async || pair.bob.tracks().len() == 2).await;
    let tracks = pair.bob.tracks();
    let of = |is_video| tracks.iter().find(|(_, track)| track.is_video() == is_video).unwrap();
    let ((stream, picture), (_, sound)) = (of(true), of(false));
    let [picture, sound] = [picture, sound].map(|track| track.attach(None).unwrap());
    picture.set_attribute("style", SHOWN).unwrap();
    show(&picture);
    show(&sound);
    (stream.clone(), picture, sound)
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_keeps_to_a_room_works_in_its_next_stay_as_in_the_first() {
    let Some(url) = addresses().first().copied() else { return };
    let pair = Pair::outside(url);
    let company = Company::of(&pair.bob);
    for _ in 0..2 {
        pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
        let sounding = seen(&pair, "Ada").track(tone(), &from("microphone"));
        pair.ada.join(sounding).await.unwrap();
        company.work(&pair).await;
        pair.bob.leave().await;
        assert!(company.is_at_rest(), "the call is over");
        pair.ada.leave().await;
    }
}

/// Nobody answers the prompt (mock). Until what is returned is called.
const UNANSWERED: &str = "
    const devices = navigator.mediaDevices;
    devices.getUserMedia = () => new Promise(() => {});
    return () => delete devices.getUserMedia;
";

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn who_does_not_answer_the_prompt_is_in_and_sees_the_others() {
    for url in addresses() {
        let pair = Pair::outside(url);
        pair.bob.join(seen(&pair, "Bob")).await.unwrap();
        let answers: Function = run(UNANSWERED).unchecked_into();
        let joining = pair.ada.join(stay(&pair.room, "Ada").camera().microphone());
        web::within(Millis(5_000), joining).await.expect("it does not wait").unwrap();
        becomes("Bob, to Ada", async || pair.ada.tracks().len() == 1).await;
        passes(&pair.ada).await;
        assert!(pair.bob.tracks().is_empty(), "{url}: there is nothing of Ada's");
        pair.ada.leave().await;
        answers.call0(&JsValue::NULL).unwrap();
        pair.ada.join(stay(&pair.room, "Ada").camera()).await.unwrap();
        becomes("Ada, to Bob", async || pair.bob.tracks().len() == 1).await;
        pair.end().await;
    }
}

/// Keeps every peer connection that is made from now on, until `restore` of what is returned is called.
const KEEP: &str = "
    const Own = globalThis.RTCPeerConnection;
    const made = [];
    globalThis.RTCPeerConnection = class extends Own {
      constructor(...given) {
        super(...given);
        made.push(this);
      }
    };
    made.restore = () => { globalThis.RTCPeerConnection = Own; };
    return made;
";

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn the_offer_that_was_prepared_is_the_one_one_joins_with() {
    for url in addresses() {
        let pair = Pair::outside(url);
        pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
        let joins: Rc<RefCell<Vec<String>>> = Rc::default();
        let hearing = Rc::clone(&joins);
        let mut options = RoomOptions::new([url]);
        options.connection.log_level = Level::Debug;
        options.connection.logger = Some(Rc::new(move |entry| {
            if entry.kind == Kind::Sent && entry.text.contains("\"joinandconfigure\"") {
                hearing.borrow_mut().push(entry.text.clone());
            }
        }));
        let ada = Room::new(options);
        let made: Array = run(KEEP).unchecked_into();
        let picture = canvas(320, 180);
        let prepared = PrepareOptions::new().track(picture, &from("camera"));
        ada.prepare_with(prepared).await.unwrap();
        let publisher: RtcPeerConnection = made.get(0).unchecked_into();
        becomes("an offer", async || web::local_description(&publisher).is_some()).await;
        let offer = web::local_description(&publisher).unwrap();
        assert_eq!((made.length(), joins.borrow().len()), (1, 0), "{url}");
        ada.join(stay(&pair.room, "Ada")).await.unwrap();
        becomes("Ada, to Bob", async || pair.bob.tracks().len() == 1).await;
        let origin = offer.lines().find(|line| line.starts_with("o=")).unwrap();
        let joined = joins.take();
        assert_eq!(joined.len(), 1, "{url}: {joined:?}");
        assert!(joined[0].contains(origin), "{url}: another offer than {origin}");
        assert_eq!(ada.connections()[0].as_ref(), Some(&publisher), "{url}");
        let theirs = pair.bob.connections()[1].clone();
        let rest: Vec<_> =
            made.iter().skip(1).map(JsCast::unchecked_into::<RtcPeerConnection>).collect();
        assert_eq!(rest, Vec::from_iter(theirs), "{url}: there are more");
        let restore = js_sys::Reflect::get(&made, &"restore".into()).unwrap();
        restore.unchecked_ref::<Function>().call0(&JsValue::NULL).unwrap();
        ada.leave().await;
        pair.bob.leave().await;
    }
}
