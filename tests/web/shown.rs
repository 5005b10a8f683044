//! Videos that are published from a canvas, and how they are shown and come to somebody else of the same page.

use std::rc::Rc;

use janus_wasm::Id;
use janus_wasm::engine::Millis;
use janus_wasm::live::{RoomStatistics, TrackStats};
use janus_wasm::room::{LocalPublication, PublishOptions, Room, Source, StreamRef, Track};
use janus_wasm::web::{self, HtmlMediaElement, MediaStreamTrack};
use wasm_bindgen::{JsCast, JsValue};

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
pub(crate) const SMALLEST: u32 = 240;
pub(crate) const MIDDLE: u32 = 480;
pub(crate) const BEST: u32 = 960;
/// The layers by number, and how wide each is, px.
const LAYERS: [(u32, u32); 3] = [(0, SMALLEST), (1, MIDDLE), (2, BEST)];
pub(crate) const SMALL: &str = "position: fixed; top: 0; left: 0; width: 200px; height: 112px";
pub(crate) const LARGE: &str = "position: fixed; top: 0; left: 0; width: 896px; height: 504px";
pub(crate) const AWAY: &str =
    "position: absolute; top: 5000px; left: 0; width: 896px; height: 504px";
pub(crate) const HIDDEN: &str = "display: none";

/// Within half a second the right layer is asked for, a lesser one after a second, nothing of what is hidden after 0.4 s;
/// by a page that is not alone, ms.
const DECIDED: f64 = 2_500.0;
/// For how long nothing is to come of what is hidden, ms.
const SILENT: f64 = 2_000.0;
const POLL: Millis = Millis(20);

/// Waits for what takes the network and two encoders a while.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        web::sleep(Millis(100)).await;
    }
    panic!("{what} did not come");
}

pub(crate) fn run(code: &str) -> JsValue {
    js_sys::Function::new_no_args(code).call0(&JsValue::NULL).unwrap()
}

pub(crate) async fn publish(room: &Room, source: &str) -> LocalPublication {
    let options = PublishOptions {
        source: Some(source.to_owned()),
        simulcast: Some(true),
        max_bitrate: Some(2_500_000),
        degradation_preference: Some("maintain-resolution".to_owned()),
        ..PublishOptions::default()
    };
    let canvas: MediaStreamTrack = run(CANVAS).unchecked_into();
    room.publish_track(canvas, &options).await.unwrap()
}

/// Puts an element into the page.
pub(crate) fn place(element: &HtmlMediaElement, style: &str) {
    element.set_attribute("style", style).unwrap();
    let document = web_sys::window().unwrap().document().unwrap();
    document.body().unwrap().append_child(element).unwrap();
}

/// Keeps browsers from telling what a busy machine does to pictures by itself.
const CALM: &str = "
    const { getStats } = RTCPeerConnection.prototype;
    const unsaid = ['framesDropped', 'freezeCount', 'jitterBufferDelay', 'jitterBufferMinimumDelay', 'packetsLost'];
    const calm = (entry) => entry.type === 'inbound-rtp'
      ? Object.fromEntries(Object.entries(entry).filter(([name]) => !unsaid.includes(name)))
      : entry;
    RTCPeerConnection.prototype.getStats = async function calmed(...all) {
      const report = [...await getStats.apply(this, all)].filter(([, { type }]) => type !== 'remote-outbound-rtp');
      return new Map(report.map(([id, entry]) => [id, calm(entry)]));
    };
    return () => { RTCPeerConnection.prototype.getStats = getStats; };
";

/// As long as there is one, what is asked for is what is seen, however busy the machine is.
pub(crate) struct Calm(js_sys::Function);

impl Calm {
    pub(crate) fn begin() -> Self {
        Self(run(CALM).unchecked_into())
    }
}

impl Drop for Calm {
    fn drop(&mut self) {
        self.0.call0(&JsValue::NULL).unwrap();
    }
}

/// One video of somebody's, as it is shown and as it comes.
pub(crate) struct Shown {
    pub(crate) room: Room,
    pub(crate) stream: StreamRef,
    pub(crate) track: Rc<Track>,
    pub(crate) element: HtmlMediaElement,
    statistics: RoomStatistics,
}

impl Shown {
    pub(crate) async fn of(room: &Room, source: Source) -> Self {
        Self::that(room, |track, _| track.source() == source).await
    }

    /// The first track that this says yes to: what it is, and whose.
    pub(crate) async fn that(room: &Room, is_it: impl Fn(&Track, &Id) -> bool) -> Self {
        let find = || room.tracks().into_iter().find(|(of, track)| is_it(track, &of.feed));
        until("a track", async || find().is_some()).await;
        let (stream, track) = find().unwrap();
        let element = track.attach(None).unwrap();
        let statistics = RoomStatistics::new(room);
        Self { room: room.clone(), stream, track, element, statistics }
    }

    pub(crate) fn style(&self, style: &str) {
        self.element.set_attribute("style", style).unwrap();
    }

    pub(crate) fn show(&self, style: &str) {
        place(&self.element, style);
    }

    pub(crate) fn width(&self) -> u32 {
        self.element.unchecked_ref::<web_sys::HtmlVideoElement>().video_width()
    }

    /// Whether it is wanted that nothing comes of it.
    pub(crate) fn is_held(&self) -> bool {
        self.room.terms_in_force(&self.stream).paused
    }

    /// The layer that is wanted now, or nothing.
    pub(crate) fn wanted(&self) -> Option<u32> {
        let [.., (best, _)] = LAYERS;
        let terms = self.room.terms_in_force(&self.stream);
        (!terms.paused).then(|| terms.spatial.unwrap_or(best))
    }

    /// This is soon wanted.
    pub(crate) async fn decides(&self, layer: Option<u32>) {
        let begun = web::now_exactly();
        while self.wanted() != layer {
            let passed = web::now_exactly() - begun;
            assert!(passed < DECIDED, "{:?}, not {layer:?}, after {passed} ms", self.wanted());
            web::sleep(POLL).await;
        }
    }

    /// An encoder that has only begun makes no more than it can send.
    pub(crate) async fn comes(&self, width: u32) {
        let what = format!("a picture {width} px wide");
        until(&what, async || self.width() == width).await;
    }

    /// Shows it otherwise: the layer that fits is soon asked for, and comes with a picture that stands by itself, since what
    /// is decoded on top of what was there before is not the picture. How soon that is, is up to the encoder.
    pub(crate) async fn comes_soon(&mut self, style: &str, width: u32) {
        let before = self.key_frames().await;
        self.style(style);
        let (layer, _) = LAYERS.into_iter().find(|(_, wide)| *wide == width).unwrap();
        self.decides(Some(layer)).await;
        self.comes(width).await;
        until("a key frame", async || self.key_frames().await > before).await;
    }

    async fn stats(&mut self) -> TrackStats {
        let stats = self.statistics.read().await.unwrap();
        stats.of_stream(&self.stream).cloned().unwrap()
    }

    async fn key_frames(&mut self) -> f64 {
        self.stats().await.key_frames.unwrap_or_default()
    }

    async fn packets(&mut self) -> f64 {
        self.stats().await.packets.unwrap_or_default()
    }

    /// Soon nothing of it is wanted, and nothing of it arrives any longer.
    pub(crate) async fn falls_silent(&mut self) {
        self.decides(None).await;
        let (mut count, mut since) = (self.packets().await, web::now_exactly());
        let what = format!("{SILENT} ms without a packet");
        until(&what, async || {
            let now = self.packets().await;
            if now > count {
                (count, since) = (now, web::now_exactly());
            }
            web::now_exactly() - since > SILENT
        })
        .await;
    }

    pub(crate) async fn flows(&mut self) {
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
        for element in self.track.detach(None) {
            element.remove();
        }
    }
}
