//! What is seen is what comes, and less where this machine is short. The elements are in the page the tests run in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::live::{Adaptive, AdaptiveEvent, Limitation, Stalls, StallsEvent, Whose};
use janus_wasm::room::{PublishOptions, Room, RoomEvent, RoomOptions, Source, Terms};
use janus_wasm::web::{self, MediaLine};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::shown::{
    AWAY, BEST, Calm, HIDDEN, LARGE, MIDDLE, SMALL, SMALLEST, Shown, publish, run, until,
};
use super::stage::{made, stay};

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_is_seen_of_a_camera_is_what_comes_and_a_screen_comes_whole() {
    let Some(url) = addresses().into_iter().next() else { return };
    let (meeting, calm) = (made(), Calm::begin());
    let (ada, bob) = [(); 2].map(|()| Room::new(RoomOptions::new([url]))).into();
    let layers: Rc<RefCell<Vec<u32>>> = Rc::default();
    let heard = Rc::clone(&layers);
    bob.on_event(move |event| {
        if let RoomEvent::LayerChanged { spatial: Some(layer), .. } = event {
            heard.borrow_mut().push(*layer);
        }
    });
    let (adaptive, stalls) = (Adaptive::new(&bob), Stalls::new(&bob));
    ada.join(stay(&meeting, "Ada")).await.unwrap();
    publish(&ada, "camera").await;
    publish(&ada, "screen").await;
    bob.join(stay(&meeting, "Bob")).await.unwrap();
    let mut camera = Shown::of(&bob, Source::Camera).await;
    let screen = Shown::of(&bob, Source::Screen).await;
    camera.show(SMALL);
    screen.show("position: fixed; bottom: 0; left: 0; width: 96px; height: 54px");

    camera.comes(SMALLEST).await;
    // Before, it may be all there is.
    let bound = || bob.terms_in_force(&camera.stream).spatial;
    until("a bound", async || bound() == Some(0)).await;
    until("word of the layer", async || layers.borrow().contains(&0)).await;
    camera.style(LARGE);
    camera.comes(BEST).await;
    screen.comes(BEST).await;
    assert_eq!(bob.terms_in_force(&screen.stream), Terms::default());
    assert_eq!(adaptive.limitation_of(&camera.stream), None);

    // From here on its encoder is at its best, and it is soon asked for, and comes.
    camera.comes_soon(SMALL, SMALLEST).await;
    camera.comes_soon(LARGE, BEST).await;
    for away in [HIDDEN, AWAY] {
        camera.style(away);
        camera.falls_silent().await;
        assert!(camera.is_held());
        camera.comes_soon(LARGE, BEST).await;
    }
    assert_eq!(bob.terms(&camera.stream), Terms::default());

    // What is held back does not stand still: it would be noticed after three seconds.
    let stalled: Rc<Cell<bool>> = Rc::default();
    let noticed = Rc::clone(&stalled);
    let shown = camera.stream.clone();
    stalls.on_event(move |event| {
        noticed.set(noticed.get() || *event == StallsEvent::Stalled(shown.clone()));
    });
    camera.style(HIDDEN);
    until("a pause", async || camera.is_held()).await;
    web::sleep(Millis(5_000)).await;
    assert!(!stalled.get() && !stalls.is_stalled(&camera.stream));
    camera.style(LARGE);
    until("an end of the pause", async || !camera.is_held()).await;

    // The application's word is the most there is.
    let terms = Terms { spatial: Some(1), ..Terms::default() };
    bob.set_terms(camera.stream.clone(), terms.clone()).unwrap();
    camera.comes(MIDDLE).await;
    camera.comes_soon(SMALL, SMALLEST).await;
    assert_eq!(bob.terms(&camera.stream), terms);
    let paused = Terms { paused: true, ..terms };
    bob.set_terms(camera.stream.clone(), paused).unwrap();
    camera.falls_silent().await;
    camera.style(LARGE);
    assert!(camera.is_held());
    bob.set_terms(camera.stream.clone(), Terms::default()).unwrap();
    camera.comes(BEST).await;

    // It gives back what it held back.
    camera.style(HIDDEN);
    until("a pause", async || camera.is_held()).await;
    drop(adaptive);
    assert_eq!(bob.terms_in_force(&camera.stream), Terms::default());
    camera.flows().await;
    drop((camera, screen, calm));
    ada.leave().await;
    bob.leave().await;
}

/// Pretends that pictures are dropped, and that encoders are short of processor, while that is set. Firefox has no word for
/// the latter: there they take all the time there is, and there is more to be encoded than they get done.
const PRETEND: &str = "
    const { getStats } = RTCPeerConnection.prototype;
    const share = { dropped: 0, decoded: 0 };
    let [last, seconds] = [performance.now(), 0];
    const shortly = (entry) => {
      if (entry.type === 'media-source') return { ...entry, frames: entry.frames + 10 * seconds };
      if ('qualityLimitationReason' in entry) return { ...entry, qualityLimitationReason: globalThis.isShort ? 'cpu' : 'none' };
      return { ...entry, totalEncodeTime: entry.totalEncodeTime + seconds };
    };
    RTCPeerConnection.prototype.getStats = async function patched(...all) {
      const report = await getStats.apply(this, all);
      if (globalThis.isShort) seconds += (performance.now() - last) / 1_000;
      last = performance.now();
      return new Map([...report].map(([id, entry]) => {
        if (entry.kind !== 'video') return [id, entry];
        if (entry.type === 'outbound-rtp' || entry.type === 'media-source') return [id, shortly(entry)];
        if (entry.type !== 'inbound-rtp') return [id, entry];
        const decoded = entry.framesDecoded ?? 0;
        if (globalThis.isDropping) share.dropped += Math.max(0, decoded - share.decoded) + 30;
        share.decoded = decoded;
        return [id, { ...entry, framesDropped: share.dropped }];
      }));
    };
    globalThis.isShort = globalThis.isDropping = true;
    return () => {
      globalThis.isShort = globalThis.isDropping = undefined;
      RTCPeerConnection.prototype.getStats = getStats;
    };
";

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn less_is_sent_and_received_while_this_machine_is_short() {
    let Some(url) = addresses().into_iter().next() else { return };
    let (meeting, calm) = (made(), Calm::begin());
    let (ada, bob) = [(); 2].map(|()| Room::new(RoomOptions::new([url]))).into();
    let sends = Adaptive::new(&ada);
    ada.join(stay(&meeting, "Ada")).await.unwrap();
    let ours = publish(&ada, "camera").await;
    bob.join(stay(&meeting, "Bob")).await.unwrap();
    let camera = Shown::of(&bob, Source::Camera).await;
    camera.show(LARGE);
    camera.comes(BEST).await;
    // Begun while it lasts: it knows what comes all the same.
    let receives = Adaptive::new(&bob);
    let mut events = receives.events();
    let active = || {
        let lines = ours.transceiver().map(|it| MediaLine::of(it).encodings());
        lines.unwrap_or_default().into_iter().filter_map(|(_, active)| active).collect::<Vec<_>>()
    };
    assert_eq!(active(), [true, true, true]);
    let restore: js_sys::Function = run(PRETEND).unchecked_into();

    let limited = |limitation| AdaptiveEvent::LimitationChanged {
        publication: Whose::Theirs(camera.stream.clone()),
        limitation,
    };
    while events.next().await != Some(limited(Some(Limitation::Cpu))) {}
    assert_eq!(receives.limitation_of(&camera.stream), Some(Limitation::Cpu));
    until("less", async || camera.width() < BEST).await;
    run("globalThis.isDropping = false;");

    until("less to be sent", async || active() == [false, true, true]).await;
    assert_eq!(sends.limitation_of_ours(ours.key()), Some(Limitation::Cpu));

    run("globalThis.isShort = false;");
    // What was left out is sent again.
    drop(sends);
    until("all to be sent", async || active() == [true, true, true]).await;
    assert_eq!(ours.settings().read::<PublishOptions>().unwrap().layers, None);
    until("all of it", async || receives.limitation_of(&camera.stream).is_none()).await;
    camera.comes(BEST).await;
    restore.call0(&wasm_bindgen::JsValue::NULL).unwrap();
    drop((camera, receives, calm));
    ada.leave().await;
    bob.leave().await;
}
