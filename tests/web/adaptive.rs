//! What is seen is what comes, and less where this machine is short. The elements are in the page the tests run in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::live::{
    Adaptive, AdaptiveEvent, Limitation, RoomStatistics, Stalls, StallsEvent, Whose,
};
use janus_wasm::room::{
    JoinOptions, LocalPublication, PublishOptions, Room, RoomEvent, RoomOptions, Source, StreamRef,
    Terms, Track,
};
use janus_wasm::web::{self, HtmlMediaElement, MediaLine, MediaStreamTrack};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;

/// As large as has three layers, and as slow as one machine can do several of.
const CANVAS: &str = "
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [960, 540];
    const context = canvas.getContext('2d');
    let count = 0;
    const draw = () => {
      context.fillStyle = `hsl(${(count += 1) * 7 % 360} 80% 50%)`;
      context.fillRect(0, 0, 960, 540);
      context.fillStyle = '#000';
      context.fillRect(count * 16 % 960, 200, 80, 80);
    };
    draw();
    const [track] = canvas.captureStream(10).getVideoTracks();
    const timer = setInterval(() => track.readyState === 'live' ? draw() : clearInterval(timer), 100);
    return track;
";
const SMALLEST: u32 = 240;
const MIDDLE: u32 = 480;
const BEST: u32 = 960;
const SMALL: &str = "position: fixed; top: 0; left: 0; width: 200px; height: 112px";
const LARGE: &str = "position: fixed; top: 0; left: 0; width: 896px; height: 504px";
const AWAY: &str = "position: absolute; top: 5000px; left: 0; width: 896px; height: 504px";
const HIDDEN: &str = "display: none";

fn canvas() -> MediaStreamTrack {
    let made = js_sys::Function::new_no_args(CANVAS).call0(&wasm_bindgen::JsValue::NULL);
    made.unwrap().unchecked_into()
}

/// Waits for what takes the network and two encoders a while.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if is_so().await {
            return;
        }
        web::sleep(Millis(100)).await;
    }
    panic!("{what} did not come");
}

async fn publish(room: &Room, source: &str) -> LocalPublication {
    let options = PublishOptions {
        source: Some(source.to_owned()),
        simulcast: Some(true),
        max_bitrate: Some(2_500_000),
        ..PublishOptions::default()
    };
    room.publish_track(canvas(), &options).await.unwrap()
}

/// One video of somebody's, as it is shown and as it comes.
struct Shown {
    room: Room,
    stream: StreamRef,
    track: Rc<Track>,
    element: HtmlMediaElement,
    statistics: RoomStatistics,
}

impl Shown {
    async fn of(room: &Room, source: Source) -> Self {
        let find = || room.tracks().into_iter().find(|(_, track)| track.source() == source);
        until("a track", async || find().is_some()).await;
        let (stream, track) = find().unwrap();
        let element = track.attach(None).unwrap();
        let statistics = RoomStatistics::new(room);
        Self { room: room.clone(), stream, track, element, statistics }
    }

    fn style(&self, style: &str) {
        self.element.set_attribute("style", style).unwrap();
    }

    fn show(&self, style: &str) {
        self.style(style);
        let document = web_sys::window().unwrap().document().unwrap();
        document.body().unwrap().append_child(&self.element).unwrap();
    }

    fn width(&self) -> u32 {
        self.element.unchecked_ref::<web_sys::HtmlVideoElement>().video_width()
    }

    async fn comes(&self, width: u32) {
        let what = format!("a picture {width} px wide");
        until(&what, async || self.width() == width).await;
    }

    fn is_held(&self) -> bool {
        self.room.terms_in_force(&self.stream).paused
    }

    async fn packets(&mut self) -> f64 {
        let stats = self.statistics.read().await.unwrap();
        stats.of_stream(&self.stream).and_then(|stats| stats.packets).unwrap_or_default()
    }

    /// Nothing of it arrives for half a second.
    async fn falls_silent(&mut self) {
        for _ in 0..40 {
            let before = self.packets().await;
            web::sleep(Millis(500)).await;
            if self.packets().await <= before {
                return;
            }
        }
        panic!("packets come for ever");
    }

    async fn flows(&mut self) {
        let before = self.packets().await;
        for _ in 0..200 {
            if self.packets().await > before + 10.0 {
                return;
            }
            web::sleep(Millis(100)).await;
        }
        panic!("no packets came");
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.track.detach(None);
        self.element.remove();
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_is_seen_of_a_camera_is_what_comes_and_a_screen_comes_whole() {
    let Some(url) = addresses().into_iter().next() else { return };
    let (ada, bob) = [(); 2].map(|()| Room::new(RoomOptions::new([url]))).into();
    let layers: Rc<RefCell<Vec<u32>>> = Rc::default();
    let heard = Rc::clone(&layers);
    bob.on_event(move |event| {
        if let RoomEvent::LayerChanged { spatial: Some(layer), .. } = event {
            heard.borrow_mut().push(*layer);
        }
    });
    let (adaptive, stalls) = (Adaptive::new(&bob), Stalls::new(&bob));
    ada.join(JoinOptions::new(1234).display("Ada")).await.unwrap();
    publish(&ada, "camera").await;
    publish(&ada, "screen").await;
    bob.join(JoinOptions::new(1234).display("Bob")).await.unwrap();
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

    for away in [HIDDEN, AWAY] {
        camera.style(away);
        until("a pause", async || camera.is_held()).await;
        camera.falls_silent().await;
        camera.style(LARGE);
        until("an end of the pause", async || !camera.is_held()).await;
        camera.flows().await;
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
    camera.style(SMALL);
    camera.comes(SMALLEST).await;
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
    drop((camera, screen));
    ada.leave().await;
    bob.leave().await;
}

/// Pretends that pictures are dropped, and that encoders are short of processor, while that is set.
const PRETEND: &str = "
    const { getStats } = RTCPeerConnection.prototype;
    const share = { dropped: 0, decoded: 0 };
    RTCPeerConnection.prototype.getStats = async function patched(...all) {
      const report = await getStats.apply(this, all);
      return new Map([...report].map(([id, entry]) => {
        if (entry.type === 'outbound-rtp') {
          return [id, { ...entry, qualityLimitationReason: globalThis.isShort ? 'cpu' : 'none' }];
        }
        if (entry.type !== 'inbound-rtp' || entry.kind !== 'video') return [id, entry];
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

fn run(code: &str) -> wasm_bindgen::JsValue {
    js_sys::Function::new_no_args(code).call0(&wasm_bindgen::JsValue::NULL).unwrap()
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn less_is_sent_and_received_while_this_machine_is_short() {
    let Some(url) = addresses().into_iter().next() else { return };
    let (ada, bob) = [(); 2].map(|()| Room::new(RoomOptions::new([url]))).into();
    let sends = Adaptive::new(&ada);
    ada.join(JoinOptions::new(1234).display("Ada")).await.unwrap();
    let ours = publish(&ada, "camera").await;
    bob.join(JoinOptions::new(1234).display("Bob")).await.unwrap();
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
    drop((camera, receives));
    ada.leave().await;
    bob.leave().await;
}
