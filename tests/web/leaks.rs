//! Of a room that was joined, left and dropped, with all that goes with it, nothing is left.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use janus_wasm::client::Level;
use janus_wasm::engine::recorder::Kind;
use janus_wasm::exchange::{Answering, Exchange, Listening};
use janus_wasm::live::{
    Adaptive, Quality, RoomStatistics, Speakers, Stalls, StatsWatch, watch_stats,
};
use janus_wasm::room::{Moderation, PrepareOptions, Room, RoomOptions, Source, Track, Watching};
use janus_wasm::web::{self, MediaStreamTrack, MediaStreamTrackState, RtcPeerConnection};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::simulate::becomes;
use super::stage::{Pair, SECRET, canvas, from, ours, stay};

/// Whoever listens holds one of these: so many are there as are held.
type Held = Rc<()>;

/// A room with all that goes with it. Each listener holds something.
struct Company {
    room: Room,
    exchange: Exchange,
    _adaptive: Adaptive,
    _speakers: Speakers,
    _quality: Quality,
    _stalls: Stalls,
    _statistics: RoomStatistics,
    _moderation: Moderation,
    _watches: (StatsWatch, Watching, Listening),
    _answering: Answering,
}

impl Company {
    async fn gather(url: &str, held: &Held) -> Self {
        let keep = || {
            let held = Rc::clone(held);
            move || drop(Rc::clone(&held))
        };
        let mut options = RoomOptions::new([url]);
        // Held by connections, too.
        let (logs, gives) = (keep(), keep());
        options.connection.logger = Some(Rc::new(move |_| logs()));
        options.connection.policy = Some(Rc::new(move |_| {
            gives();
            None
        }));
        let room = Room::new(options);
        let exchange = Exchange::new(&room);
        let (adaptive, speakers) = (Adaptive::new(&room), Speakers::new(&room));
        let (quality, stalls) = (Quality::new(&room), Stalls::new(&room));
        let hear = [(); 8].map(|()| keep());
        let [hears, adapts, speaks, grades, stands, reads, watches, says] = hear;
        room.on_event(move |_| hears());
        adaptive.on_event(move |_| adapts());
        speakers.on_event(move |_| speaks());
        quality.on_event(move |_| grades());
        stalls.on_event(move |_| stands());
        let watches = (
            watch_stats(&room, move |_| reads()),
            room.watch(move |_| watches()),
            exchange.watch(move |_| says()),
        );
        let answers = keep();
        let answering = exchange.on_request("here", move |request| {
            answers();
            async { Ok(request.payload) }
        });
        room.set_speaker("").await.unwrap();
        Self {
            _statistics: RoomStatistics::new(&room),
            _moderation: room.moderation(Some(SECRET)),
            room,
            exchange,
            _adaptive: adaptive,
            _speakers: speakers,
            _quality: quality,
            _stalls: stalls,
            _watches: watches,
            _answering: answering.unwrap(),
        }
    }

    /// Is in the room with a camera, a picture of its own and data, and plays what it receives. The tracks and the
    /// connections there are.
    async fn join(&self, pair: &Pair, shown: &mut Left) {
        let stay = stay(&pair.room, "Ada").camera().data_channel("reliable", "{}");
        self.room.join(self.exchange.introduce(stay)).await.unwrap();
        self.room.publish_track(canvas(320, 180), &from("unknown")).await.unwrap();
        becomes("the camera", async || self.room.local_publications().len() == 2).await;
        becomes("Bob", async || !self.room.tracks().is_empty()).await;
        for (_, track) in self.room.tracks() {
            track.attach(None).unwrap();
            shown.tracks.push(Rc::downgrade(&track));
        }
        shown.cameras.push(ours(&self.room, Source::Camera).track().media());
        let ours = self.room.local_publications().into_iter();
        shown.tracks.extend(ours.map(|ours| Rc::downgrade(&ours.track())));
        shown.connections.extend(self.room.connections().into_iter().flatten());
        self.exchange.set_attributes([("seat", Some("7"))]).unwrap();
        self.exchange.send_chat_message("hello").await.unwrap();
    }
}

/// What must not be left.
#[derive(Default)]
struct Left {
    tracks: Vec<Weak<Track>>,
    connections: Vec<RtcPeerConnection>,
    cameras: Vec<MediaStreamTrack>,
}

impl Left {
    async fn is_gone(&self) {
        becomes("an end of all tracks", async || {
            self.tracks.iter().all(|track| track.strong_count() == 0)
        })
        .await;
        assert!(self.connections.iter().all(web::is_closed), "a peer connection is open");
        let is_open = |it: &MediaStreamTrack| it.ready_state() == MediaStreamTrackState::Live;
        assert!(!self.cameras.iter().any(is_open), "a camera is on");
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn a_room_leaves_nothing_behind_when_it_is_left_and_when_it_is_dropped() {
    for url in addresses() {
        let pair = Pair::outside(url);
        pair.bob.join(stay(&pair.room, "Bob")).await.unwrap();
        pair.bob.publish_track(canvas(320, 180), &from("camera")).await.unwrap();
        let held = Held::default();
        let mut left = Left::default();
        let company = Company::gather(url, &held).await;
        assert!(Rc::strong_count(&held) > 10);
        for _ in 0..3 {
            company.join(&pair, &mut left).await;
            company.room.leave().await;
            left.is_gone().await;
        }
        assert!(left.tracks.len() >= 9 && left.connections.len() == 6);
        // And in the middle of a call.
        company.join(&pair, &mut left).await;
        drop(company);
        becomes("an end of all that listens", async || Rc::strong_count(&held) == 1).await;
        left.is_gone().await;
        becomes("Bob to be alone", async || pair.bob.participants().is_empty()).await;
        pair.end().await;
    }
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_was_prepared_is_given_up_with_the_room() {
    for url in addresses() {
        let (held, ended) = (Held::default(), Rc::new(Cell::new(0)));
        let (kept, counting) = (Rc::clone(&held), Rc::clone(&ended));
        let mut options = RoomOptions::new([url]);
        options.connection.log_level = Level::Debug;
        options.connection.logger = Some(Rc::new(move |entry| {
            drop(Rc::clone(&kept));
            let is_end = entry.kind == Kind::Sent && entry.text.contains("\"destroy\"");
            counting.set(counting.get() + u32::from(is_end));
        }));
        let room = Room::new(options);
        let picture = canvas(320, 180);
        let prepared = PrepareOptions::new().track(Clone::clone(&picture), &from("camera"));
        room.prepare_with(prepared).await.unwrap();
        assert_eq!(ended.get(), 0);
        drop(room);
        becomes("an end of the connection", async || Rc::strong_count(&held) == 1).await;
        assert_eq!(ended.get(), 1, "{url}: the server was not told");
        assert_eq!(picture.ready_state(), MediaStreamTrackState::Live, "it is the page's");
        picture.stop();
    }
}
