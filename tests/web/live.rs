//! What keeps to a call, between two rooms in one page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::client::Level;
use janus_wasm::engine::Millis;
use janus_wasm::engine::recorder::Kind;
use janus_wasm::live::{
    ConnectionQuality, Direction, Events, Quality, QualityEvent, RoomStatistics, RoomStats,
    Speakers, SpeakersEvent, Stalls, StallsEvent, TrackStats, watch_stats,
};
use janus_wasm::protocol::videoroom::StreamKind;
use janus_wasm::room::{
    JoinOptions, LocalPublication, Room, RoomEvent, RoomOptions, Source, StreamRef,
};
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::web::{self, JsFuture, JsValue, MediaStreamTrack, PublishOptions};
use js_sys::{Array, Function};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::simulate::passes;

/// Waits until it is so, whatever it takes to look.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(seen) = look().await {
            return seen;
        }
        web::sleep(Millis(100)).await;
    }
    panic!("{what}: not within a minute");
}

/// The next of what is told.
pub(crate) async fn next<E>(what: &str, events: &mut Events<E>) -> E {
    let event = web::within(Millis(60_000), events.next()).await;
    event.unwrap_or_else(|| panic!("{what}: not within a minute")).expect("it goes on")
}

async fn is_so(what: &str, look: impl Fn() -> bool) {
    until(what, async || look().then_some(())).await;
}

fn script(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::NULL).expect("the script runs")
}

/// A tone that goes on.
pub(crate) fn tone() -> MediaStreamTrack {
    let body = "
        const context = new AudioContext();
        const oscillator = new OscillatorNode(context, { frequency: 330 });
        const out = context.createMediaStreamDestination();
        oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(out);
        oscillator.start();
        void context.resume();
        return out.stream.getAudioTracks()[0];";
    script(body).into()
}

/// A room that plays what it receives, as pages do.
fn room() -> Room {
    let url = addresses().into_iter().next().expect("a server");
    let room = Room::new(RoomOptions::new([url]));
    room.on_event(|event| {
        if let RoomEvent::TrackSubscribed { track, .. } = event {
            let element = track.attach(None).expect("an element");
            let append = Function::new_with_args("element", "document.body.append(element)");
            append.call1(&JsValue::NULL, &element).expect("a place for it");
        }
    });
    room
}

/// A stay in a room of a test's own.
fn join(number: u64, name: &str) -> JoinOptions {
    let own = CreateRoom { room: Some(number.into()), ..CreateRoom::default() };
    JoinOptions::new(number).display(name).create(&own)
}

async fn stream_of(room: &Room, wanted: Source) -> StreamRef {
    let found = || room.tracks().into_iter().find(|(_, track)| track.source() == wanted);
    until("a stream that can be played", async || found()).await.0
}

fn ours(room: &Room, wanted: Source) -> LocalPublication {
    let mut all = room.local_publications().into_iter();
    all.find(|ours| ours.track().source() == wanted).expect("it is published")
}

/// Ceases to send and goes on, of which nobody is told. Without a track, Firefox would repeat its last picture.
pub(crate) async fn send(publication: &LocalPublication, active: bool) {
    let sender = publication.transceiver().expect("a transceiver").sender();
    let change = "const parameters = sender.getParameters();
        for (const encoding of parameters.encodings) encoding.active = active;
        return sender.setParameters(parameters);";
    let change = Function::new_with_args("sender, active", change);
    let changing = change.call2(&JsValue::NULL, &sender, &active.into()).expect("parameters");
    JsFuture::from(js_sys::Promise::from(changing)).await.expect("they are taken");
}

async fn read<T>(what: &str, room: &Room, wanted: impl Fn(RoomStats) -> Option<T>) -> T {
    let mut statistics = RoomStatistics::new(room);
    until(what, async || wanted(statistics.read().await.expect("statistics"))).await
}

fn is_moving(stats: &TrackStats) -> bool {
    let numbers = [stats.bitrate, stats.frame_width, stats.frame_height, stats.frames_per_second];
    numbers.iter().all(|number| number.is_some_and(|number| number > 0.0))
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn statistics_tell_of_what_is_sent_and_received() {
    let (ada, bob) = (room(), room());
    ada.join(join(3003, "Ada").camera().microphone()).await.unwrap();
    bob.join(join(3003, "Bob")).await.unwrap();
    let stream = stream_of(&bob, Source::Camera).await;
    let sound = stream_of(&bob, Source::Microphone).await;
    let key = ours(&ada, Source::Camera).key();
    let sent = |stats: RoomStats| stats.of_ours(key).filter(|it| is_moving(it)).cloned();
    let sent = read("a camera that is sent", &ada, sent).await;
    let received = |stats: RoomStats| stats.of_stream(&stream).filter(|it| is_moving(it)).cloned();
    let received = read("a camera that is received", &bob, received).await;
    assert_eq!((sent.direction, sent.kind), (Direction::Send, StreamKind::Video));
    assert_eq!((received.direction, received.kind), (Direction::Receive, StreamKind::Video));
    assert_eq!(sent.codec.as_deref(), Some("VP8"));
    assert_eq!(received.codec, sent.codec);
    assert!(received.packets.is_some_and(|packets| packets > 0.0));
    let heard = |stats: RoomStats| {
        let is_told = |it: &&TrackStats| it.bitrate.is_some() && it.loss_rate.is_some();
        let sound = stats.of_stream(&sound).filter(is_told).cloned()?;
        Some((sound, stats.subscriber?.connection))
    };
    let (heard, connection) = read("a microphone that is received", &bob, heard).await;
    assert_eq!((heard.kind, heard.codec.as_deref()), (StreamKind::Audio, Some("opus")));
    assert!(heard.loss_rate.is_some_and(|loss| loss < 0.5), "{heard:?}");
    assert!(connection.bytes_received.is_some_and(|bytes| bytes > 0.0), "{connection:?}");
    assert_eq!(connection.protocol.as_deref(), Some("udp"));
    assert_eq!(connection.relayed, Some(false));
    ada.leave().await;
    bob.leave().await;
    assert!(read("nothing", &ada, Some).await.publisher.is_none());
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn each_connection_is_asked_once_for_all_who_listen() {
    let ada = room();
    ada.join(join(3004, "Ada").camera()).await.unwrap();
    is_so("a connection", || ada.connections()[0].is_some()).await;
    script(
        "globalThis.__getStats = RTCPeerConnection.prototype.getStats;
        globalThis.__asked = [];
        RTCPeerConnection.prototype.getStats = function (...args) {
          globalThis.__asked.push(this);
          return globalThis.__getStats.apply(this, args);
        };",
    );
    let connection = ada.connections()[0].clone().expect("a connection");
    let count = "return globalThis.__asked.filter((one) => one === connection).length";
    let count = Function::new_with_args("connection", count);
    let asked = || count.call1(&JsValue::NULL, &connection).unwrap().as_f64().unwrap();
    let heard: [Rc<Cell<u32>>; 2] = Default::default();
    let watches = heard.clone().map(|heard| watch_stats(&ada, move |_| heard.set(heard.get() + 1)));
    is_so("three reads", || heard[0].get() == 3).await;
    assert_eq!(heard[1].get(), 3);
    assert!(same(asked(), 3.0), "{} times", asked());
    let (first, second) = watches.into();
    drop(first);
    is_so("a read for the other", || heard[1].get() == 4).await;
    assert_eq!(heard[0].get(), 3);
    drop(second);
    let before = asked();
    web::sleep(Millis(1_500)).await;
    assert!(same(asked(), before), "nobody listens, and it is asked");
    script("RTCPeerConnection.prototype.getStats = globalThis.__getStats");
    ada.leave().await;
}

fn same(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn who_sounds_is_told_and_is_silent_when_muted() {
    let silent = |room: u64, audiolevel_ext| CreateRoom {
        room: Some(room.into()),
        audiolevel_event: Some(false),
        audiolevel_ext: Some(audiolevel_ext),
        ..CreateRoom::default()
    };
    // Where the server announces it, where it says nothing, and where packets say nothing either.
    let rooms = [(1234, None), (3001, Some(silent(3001, true))), (3002, Some(silent(3002, false)))];
    for (number, create) in rooms {
        let (ada, bob) = (room(), room());
        let (at_ada, at_bob) = (Speakers::new(&ada), Speakers::new(&bob));
        let told: Rc<RefCell<Vec<SpeakersEvent>>> = Rc::default();
        let telling = Rc::clone(&told);
        at_bob.on_event(move |event| telling.borrow_mut().push(event.clone()));
        let mut stream = at_ada.events();
        let microphone =
            PublishOptions { source: Some("microphone".to_owned()), ..PublishOptions::default() };
        let join = |name: &str| {
            let join = JoinOptions::new(number).display(name);
            create.as_ref().map_or(join.clone(), |create| join.create(create))
        };
        bob.join(join("Bob")).await.unwrap();
        ada.join(join("Ada").track(tone(), &microphone)).await.unwrap();
        let id = ada.local_id().expect("we are in");
        is_so(&format!("that Ada speaks in {number}, to Bob"), || at_bob.active() == [id.clone()])
            .await;
        assert!(at_bob.is_speaking(&id));
        is_so("how loud", || at_bob.level(&id) > 0.4 && at_bob.level(&id) <= 1.0).await;
        let is_loud = || at_ada.active() == [id.clone()] && at_ada.level(&id) > 0.4;
        is_so(&format!("that Ada speaks in {number}, to herself"), is_loud).await;
        let began = SpeakersEvent::SpeakingChanged { id: id.clone(), speaking: true };
        assert_eq!(next("that she began", &mut stream).await, began);
        ours(&ada, Source::Microphone).mute(false).await.unwrap();
        for speakers in [&at_ada, &at_bob] {
            let is_quiet = || speakers.active().is_empty() && same(speakers.level(&id), 0.0);
            is_so(&format!("that nobody speaks in {number}"), is_quiet).await;
        }
        let ceased = SpeakersEvent::SpeakingChanged { id: id.clone(), speaking: false };
        // More than once where a busy machine leaves gaps in what is heard.
        let told = told.take();
        assert!(!told.is_empty() && told.len().is_multiple_of(4), "{number}: {told:?}");
        for (at, pair) in told.chunks(2).enumerate() {
            let what = if at % 2 == 0 { &began } else { &ceased };
            assert_eq!(pair, [what.clone(), SpeakersEvent::Changed], "{number}");
        }
        ours(&ada, Source::Microphone).unmute().await.unwrap();
        is_so("that Ada speaks again", || at_bob.is_speaking(&id)).await;
        bob.leave().await;
        assert!(at_bob.active().is_empty(), "the call is over");
        ada.leave().await;
    }
}

/// Nothing is wrong with a connection: a busy machine makes and shows fewer pictures, less evenly.
pub(crate) fn is_well(grade: ConnectionQuality) -> bool {
    grade < ConnectionQuality::Poor
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_stops_without_a_word_stalls_and_comes_back() {
    let (ada, bob) = (room(), room());
    let (stalls, quality) = (Stalls::new(&bob), Quality::new(&bob));
    let mut grading = quality.events();
    bob.join(join(3005, "Bob").camera()).await.unwrap();
    ada.join(join(3005, "Ada").camera()).await.unwrap();
    let id = ada.local_id().expect("we are in");
    let stream = stream_of(&bob, Source::Camera).await;
    // Reads that count: a stream that has just begun has none.
    let reads = Rc::new(Cell::new(0));
    let counting = (Rc::clone(&reads), stream.clone());
    let watch = watch_stats(&bob, move |stats| {
        let (reads, stream) = &counting;
        reads.set(reads.get() + u32::from(stats.of_stream(stream).is_some_and(is_moving)));
    });
    is_so("six reads", || reads.get() >= 6).await;
    drop(watch);
    is_so("that both are well", || is_well(quality.own()) && is_well(quality.of(&id))).await;
    assert!(!stalls.is_stalled(&stream));
    let before = bob.track(&stream).expect("a track");
    let camera = ours(&ada, Source::Camera);
    // Not before: a machine that stood still is no matter.
    let mut stalling = stalls.events();
    send(&camera, false).await;
    assert_eq!(next("a stall", &mut stalling).await, StallsEvent::Stalled(stream.clone()));
    assert_eq!(stalls.stalled(), std::slice::from_ref(&stream));
    until("that Ada is lost", async || (quality.of(&id) == ConnectionQuality::Lost).then_some(()))
        .await;
    assert_ne!(quality.own(), ConnectionQuality::Lost, "nothing is wrong with ours");
    send(&camera, true).await;
    assert_eq!(next("its end", &mut stalling).await, StallsEvent::Resumed(stream.clone()));
    is_so("that Ada is well", || is_well(quality.of(&id))).await;
    let after = bob.track(&stream).expect("a track");
    assert!(Rc::ptr_eq(&before, &after) && after.is_live(), "it was never torn down");
    let mut told = async |wanted: &dyn Fn(ConnectionQuality) -> bool| {
        let is = |event| matches!(event, QualityEvent::Changed { id: of, quality } if of == id && wanted(quality));
        while !is(next("a grade", &mut grading).await) {}
    };
    told(&|grade| grade == ConnectionQuality::Lost).await;
    told(&is_well).await;
    drop((stalls, quality));
    assert_eq!(stalling.next().await, None, "it ends with what tells it");
    ada.leave().await;
    bob.leave().await;
}

/// Has the server send nothing to who receives, or go on. Nobody hears of it: the answers are the test's.
async fn set_silent(http: &str, handles: &Array, silent: bool) {
    let body = "return Promise.all(handles.map(([session, handle]) => fetch(`${server}/${session}/${handle}`, {
        method: 'POST',
        body: JSON.stringify({ janus: 'message', transaction: 'silence', body: { request } }),
    })));";
    let ask = Function::new_with_args("server, handles, request", body);
    let request = if silent { "pause" } else { "start" };
    let asking = ask.call3(&JsValue::NULL, &http.into(), handles, &request.into());
    let asking = js_sys::Promise::from(asking.expect("a request"));
    JsFuture::from(asking).await.expect("it is taken");
}

/// The handles that joined as subscribers, with their sessions, as the log has them.
fn receiving(said: &[String]) -> Array {
    let read = Function::new_with_args(
        "text",
        "const { session_id, handle_id, body } = JSON.parse(text);
        return body?.ptype === 'subscriber' ? [String(session_id), String(handle_id)] : null;",
    );
    let all = said.iter().map(|text| read.call1(&JsValue::NULL, &text.into()).expect("JSON"));
    all.filter(|it| !it.is_null()).collect()
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_short_silence_takes_nothing_apart_and_a_long_one_makes_the_connection_anew() {
    let [url, http] = addresses()[..] else { panic!("a server has two addresses here") };
    let said: Rc<RefCell<Vec<String>>> = Rc::default();
    let hearing = Rc::clone(&said);
    let mut options = RoomOptions::new([url]);
    options.connection.log_level = Level::Debug;
    options.connection.logger = Some(Rc::new(move |entry| {
        if entry.kind == Kind::Sent {
            hearing.borrow_mut().push(entry.text.clone());
        }
    }));
    let (ada, bob) = (room(), Room::new(options));
    let stalls = Stalls::new(&bob);
    ada.join(join(3006, "Ada").camera()).await.unwrap();
    bob.join(join(3006, "Bob")).await.unwrap();
    let stream = stream_of(&bob, Source::Camera).await;
    passes(&bob).await;
    let (track, connection) = (bob.track(&stream).expect("a track"), bob.connections()[1].clone());
    let handles = receiving(&said.borrow());
    assert_eq!(handles.length(), 1);
    let mut stalling = stalls.events();
    set_silent(http, &handles, true).await;
    assert_eq!(next("a stall", &mut stalling).await, StallsEvent::Stalled(stream.clone()));
    set_silent(http, &handles, false).await;
    assert_eq!(next("its end", &mut stalling).await, StallsEvent::Resumed(stream.clone()));
    assert_eq!(bob.connections()[1], connection, "a short silence");
    set_silent(http, &handles, true).await;
    assert_eq!(next("a stall", &mut stalling).await, StallsEvent::Stalled(stream.clone()));
    is_so("another connection", || {
        bob.connections()[1].as_ref().is_some_and(|it| Some(it) != connection.as_ref())
    })
    .await;
    assert_eq!(next("its end", &mut stalling).await, StallsEvent::Resumed(stream.clone()));
    passes(&bob).await;
    let now = bob.track(&stream).expect("a track");
    assert!(Rc::ptr_eq(&track, &now) && now.is_live(), "it was never torn down");
    assert_eq!(bob.connections()[1].as_ref().map(web::is_closed), Some(false));
    ada.leave().await;
    bob.leave().await;
}
