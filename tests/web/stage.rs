//! Two people in a room of their own, and pictures without a camera.

use janus_wasm::room::{
    Events, JoinOptions, LocalPublication, PublishOptions, Room, RoomEvent, RoomOptions, Source,
    StreamRef,
};
use janus_wasm::videoroom::requests::CreateRoom;
use janus_wasm::web::{HtmlMediaElement, JsValue, MediaStreamTrack};
use janus_wasm::{Id, web};
use js_sys::Function;

use super::room::until;

pub(crate) const NAME: &str = "Weekly";
pub(crate) const SECRET: &str = "moderators-only";

const CANVAS: &str = "
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    let count = 0;
    const draw = () => {
      context.fillStyle = `hsl(${(count += 1) * 7 % 360} 80% 50%)`;
      context.fillRect(0, 0, width, height);
    };
    draw();
    const [track] = canvas.captureStream(10).getVideoTracks();
    const timer = setInterval(() => track.readyState === 'live' ? draw() : clearInterval(timer), 100);
    return track;
";

/// A picture that changes.
pub(crate) fn canvas(width: u32, height: u32) -> MediaStreamTrack {
    let draws = Function::new_with_args("width, height", CANVAS);
    let picture = draws.call2(&JsValue::NULL, &width.into(), &height.into());
    picture.expect("a picture").into()
}

/// Runs a script; what it returns.
pub(crate) fn run(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::NULL).expect("the script runs")
}

/// Puts an element where it can be seen.
pub(crate) fn show(element: &HtmlMediaElement) {
    let document = web_sys::window().and_then(|window| window.document()).expect("a page");
    document.body().expect("a body").append_child(element).expect("a place");
}

/// Publishing from some source.
pub(crate) fn from(source: &str) -> PublishOptions {
    PublishOptions { source: Some(source.to_owned()), ..PublishOptions::default() }
}

pub(crate) fn ours(room: &Room, wanted: Source) -> LocalPublication {
    let mut all = room.local_publications().into_iter();
    all.find(|ours| ours.track().source() == wanted).expect("it is published")
}

/// A room of a test's own.
pub(crate) fn made() -> CreateRoom {
    CreateRoom {
        room: Some(Id::from(u64::from(web::random_u32()) + 10_000)),
        description: Some(NAME.to_owned()),
        secret: Some(SECRET.to_owned()),
        publishers: Some(6),
        notify_joining: Some(true),
        ..CreateRoom::default()
    }
}

/// A stay in a room, which is made if it is not there.
pub(crate) fn stay(room: &CreateRoom, name: &str) -> JoinOptions {
    JoinOptions::new(room.room.clone().expect("an id")).display(name).create(room)
}

pub(crate) struct Pair {
    pub(crate) ada: Room,
    pub(crate) bob: Room,
    pub(crate) at_ada: Events,
    pub(crate) at_bob: Events,
    pub(crate) room: CreateRoom,
}

impl Pair {
    /// Nobody is in the room yet.
    pub(crate) fn outside(url: &str) -> Self {
        let (ada, bob) = (Room::new(RoomOptions::new([url])), Room::new(RoomOptions::new([url])));
        let (at_ada, at_bob) = (ada.events(), bob.events());
        Self { ada, bob, at_ada, at_bob, room: made() }
    }

    /// Both are in the room, and nobody publishes.
    pub(crate) async fn inside(url: &str) -> Self {
        let pair = Self::outside(url);
        pair.ada.join(stay(&pair.room, "Ada")).await.expect("a place");
        pair.bob.join(stay(&pair.room, "Bob")).await.expect("another");
        pair
    }

    /// The next stream that Bob is told of.
    pub(crate) async fn published(&mut self) -> (StreamRef, Source) {
        let is_it = |event: &RoomEvent| matches!(event, RoomEvent::TrackPublished { .. });
        let RoomEvent::TrackPublished { id, publication } = until(&mut self.at_bob, is_it).await
        else {
            unreachable!()
        };
        (StreamRef { feed: id, mid: publication.mid }, publication.source)
    }

    /// The next stream that Bob can play.
    pub(crate) async fn subscribed(&mut self) -> StreamRef {
        let is_it = |event: &RoomEvent| matches!(event, RoomEvent::TrackSubscribed { .. });
        let RoomEvent::TrackSubscribed { id, mid, .. } = until(&mut self.at_bob, is_it).await
        else {
            unreachable!()
        };
        StreamRef { feed: id, mid }
    }

    /// Bob is told that this is published no longer.
    pub(crate) async fn unpublished(&mut self, stream: &StreamRef) {
        let is_it = |event: &RoomEvent| {
            matches!(event, RoomEvent::TrackUnpublished { id, mid }
                if *id == stream.feed && *mid == stream.mid)
        };
        until(&mut self.at_bob, is_it).await;
    }

    /// Bob is told that something of Ada's was muted, or unmuted.
    pub(crate) async fn muted(&mut self, wanted: bool) {
        let is_it = |event: &RoomEvent| matches!(event, RoomEvent::TrackMuted { muted, .. } if *muted == wanted);
        until(&mut self.at_bob, is_it).await;
    }

    pub(crate) async fn end(self) {
        self.ada.leave().await;
        self.bob.leave().await;
    }
}
