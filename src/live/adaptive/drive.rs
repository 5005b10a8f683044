//! Joins what the browser shows and says with what is decided, and does that.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::encoders::{Encoders, Outbound};
use super::event::{AdaptiveEvent, Limitation};
use super::fresh::fresh_picture;
use super::receiving::Receiving;
use super::reduction::Asked;
use super::sample::{Inbound, ServerReport};
use super::sending::{self, Published, Sending};
use super::tile::VideoTile;
use crate::engine::Millis;
use crate::live::{LimitedBy, PublicationStats, RoomStats, Whose};
use crate::room::{
    Listeners, LocalPublication, PublishOptions, Room, RoomEvent, RoomState, Source, StreamRef,
    Track, WeakRoom,
};
use crate::web::{
    self, ElementWatch, JsValue, MediaLine, Record, Report, Sight, Timer, spawn_local,
};
use crate::{Id, Map};

/// A video that is received, with the elements that play it.
#[derive(Clone, Debug)]
struct Video {
    track: Rc<Track>,
    watches: Vec<Rc<ElementWatch>>,
}

pub(super) struct Drive {
    room: WeakRoom,
    receiving: RefCell<Receiving>,
    sending: RefCell<Sending>,
    encoders: RefCell<Encoders>,
    videos: RefCell<Map<StreamRef, Video>>,
    /// The layers that come, as far as the server says.
    layers: RefCell<Map<StreamRef, u32>>,
    /// What of ours is being changed, and what it will be.
    coming: RefCell<Map<u32, Asked>>,
    listeners: Listeners<AdaptiveEvent>,
    timer: RefCell<Timer>,
    due: Cell<Option<Millis>>,
    is_over: Cell<bool>,
}

impl fmt::Debug for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drive")
    }
}

impl Drive {
    pub(super) fn begin(room: &Room) -> Rc<Self> {
        let drive = Rc::new(Self {
            room: room.downgrade(),
            receiving: RefCell::default(),
            sending: RefCell::default(),
            encoders: RefCell::default(),
            videos: RefCell::default(),
            layers: RefCell::default(),
            coming: RefCell::default(),
            listeners: Listeners::default(),
            timer: RefCell::default(),
            due: Cell::default(),
            is_over: Cell::new(false),
        });
        for (stream, track) in room.tracks() {
            drive.add(stream, &track);
        }
        drive
    }

    pub(super) fn room(&self) -> Option<Room> {
        self.room.upgrade().filter(|_| !self.is_over.get())
    }

    pub(super) fn listeners(&self) -> &Listeners<AdaptiveEvent> {
        &self.listeners
    }

    pub(super) fn limitation_of(&self, stream: &StreamRef) -> Option<Limitation> {
        self.receiving.borrow().limitation(stream)
    }

    pub(super) fn limitation_of_ours(&self, key: u32) -> Option<Limitation> {
        self.sending.borrow().limitation(key)
    }

    /// Whether anything of a stream is to come, over this track.
    pub(super) fn is_coming(&self, stream: &StreamRef, track: &Rc<Track>) -> bool {
        let Some(room) = self.room() else { return false };
        let is_it = room.track(stream).is_some_and(|now| Rc::ptr_eq(&now, track));
        is_it && !room.terms(stream).paused && self.receiving.borrow().is_coming(stream)
    }

    /// What the room tells.
    pub(super) fn hear(self: &Rc<Self>, event: &RoomEvent) {
        let of = |id: &Id, mid: &String| StreamRef { feed: id.clone(), mid: mid.clone() };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others change nothing here")]
        match event {
            RoomEvent::TrackSubscribed { id, mid, track } => self.add(of(id, mid), track),
            RoomEvent::TrackUnsubscribed { id, mid } => self.remove(&of(id, mid)),
            RoomEvent::TrackUnpublished { id, mid } => {
                self.layers.borrow_mut().remove(&of(id, mid));
            }
            RoomEvent::ParticipantLeft { id, .. } => {
                self.layers.borrow_mut().retain(|stream, _| stream.feed != *id);
            }
            RoomEvent::SpeakingChanged { id, speaking } => {
                self.receiving.borrow_mut().speaking_changed(id, *speaking);
                self.plan(web::now());
            }
            RoomEvent::LayerChanged { id, mid, spatial: Some(layer), .. } => {
                let stream = of(id, mid);
                self.receiving.borrow_mut().layer_changed(&stream, *layer);
                self.layers.borrow_mut().insert(stream, *layer);
            }
            RoomEvent::StateChanged { state: RoomState::Disconnected, .. } => self.clear(),
            _ => {}
        }
    }

    fn add(self: &Rc<Self>, stream: StreamRef, track: &Rc<Track>) {
        if !track.is_video() {
            return;
        }
        let layer = self.layers.borrow().get(&stream).copied();
        let (is_simulcast, is_speaking) = self.said_of(&stream);
        let mut tile = VideoTile::new(track.source() == Source::Screen, is_simulcast, layer);
        tile.is_speaking = is_speaking;
        self.receiving.borrow_mut().add(stream.clone(), tile);
        let video = Video { track: Rc::clone(track), watches: Vec::new() };
        let before = self.videos.borrow_mut().insert(stream, video);
        drop(before);
        self.plan(web::now());
    }

    /// Whether a stream comes in layers, and whether its owner speaks.
    fn said_of(&self, stream: &StreamRef) -> (bool, bool) {
        let Some(room) = self.room() else { return (false, false) };
        let people = room.participants();
        let person = people.iter().find(|(id, _)| *id == stream.feed).map(|(_, person)| person);
        let is_simulcast = person.and_then(|person| person.streams.get(&stream.mid));
        (is_simulcast.is_some_and(|it| it.simulcast), person.is_some_and(|person| person.speaking))
    }

    fn remove(&self, stream: &StreamRef) {
        let video = self.videos.borrow_mut().remove(stream);
        drop(video);
        let was_there = self.receiving.borrow_mut().remove(stream);
        if let Some(room) = self.room().filter(|_| was_there) {
            // One that is received again later begins without our words. Without a call there are none.
            room.bound(stream.clone(), None, false).ok();
        }
    }

    /// The call is over, and with it what was bounded.
    fn clear(&self) {
        drop(self.videos.take());
        self.receiving.take();
        self.sending.take();
        drop((self.layers.take(), self.coming.take()));
    }

    /// Everything comes and is sent again as it was asked for.
    pub(super) fn stop(&self) {
        self.timer.borrow_mut().fired();
        if let Some(room) = self.room() {
            self.give_back(&room);
        }
        self.is_over.set(true);
        self.listeners.end();
        self.clear();
    }

    fn give_back(&self, room: &Room) {
        let bounded = self.receiving.borrow_mut().stop();
        tell(room, bounded.into_iter().map(|stream| (stream, None)));
        let ours = videos_of(room);
        let published: Vec<Published> =
            ours.iter().map(|it| self.publication(it, None, &[])).collect();
        let changes = self.sending.borrow_mut().stop(&published);
        for (key, options) in changes.options {
            let found = ours.iter().find(|it| it.key() == key).cloned();
            if let Some(found) = found {
                spawn_local(async move {
                    // One that ended meanwhile has nothing to be sent.
                    found.set_limits(options.layers, options.max_frame_rate).await.ok();
                });
            }
        }
    }

    /// Looks again at this moment, or earlier: what happens meanwhile is one change.
    pub(super) fn plan(self: &Rc<Self>, due: Millis) {
        if self.is_over.get() || self.due.get().is_some_and(|set| set <= due) {
            return;
        }
        self.due.set(Some(due));
        let weak = Rc::downgrade(self);
        self.timer.borrow_mut().set(Some(due), move || {
            if let Some(drive) = weak.upgrade() {
                drive.refresh();
            }
        });
    }

    /// Compares what is wanted with what was asked for, and asks for the difference by one request.
    pub(super) fn refresh(self: &Rc<Self>) {
        self.due.set(None);
        self.timer.borrow_mut().fired();
        let Some(room) = self.room() else { return };
        let now = web::now();
        self.look(now);
        let changes = self.receiving.borrow_mut().refresh(now);
        if let Some(deadline) = changes.deadline {
            self.plan(deadline);
        }
        for stream in changes.resumed {
            let track = self.videos.borrow().get(&stream).map(|video| Rc::clone(&video.track));
            if let Some(track) = track.filter(|_| !room.terms(&stream).paused) {
                spawn_local(fresh_picture(Rc::downgrade(self), stream, track));
            }
        }
        tell(&room, changes.bounds.into_iter().map(|(stream, most)| (stream, Some(most))));
        self.report(changes.limited.into_iter().map(|(it, why)| (Whose::Theirs(it), why)));
    }

    /// Looks at all elements there are.
    fn look(self: &Rc<Self>, now: Millis) {
        let streams: Vec<StreamRef> = self.videos.borrow().keys().cloned().collect();
        for stream in streams {
            let watches = self.watches(&stream);
            let sights: Vec<Sight> = watches.iter().map(|watch| watch.sight()).collect();
            let is_attached = !watches.is_empty();
            self.receiving.borrow_mut().look(now, &stream, &sights, is_attached);
        }
    }

    /// Watches the elements that play a stream now, and no others.
    fn watches(self: &Rc<Self>, stream: &StreamRef) -> Vec<Rc<ElementWatch>> {
        let video = self.videos.borrow().get(stream).cloned();
        let Some(Video { track, watches }) = video else { return Vec::new() };
        let watch = |element| {
            let known = watches.iter().find(|watch| *watch.element() == element);
            let weak = Rc::downgrade(self);
            let changed = move || {
                if let Some(drive) = weak.upgrade() {
                    drive.plan(web::now());
                }
            };
            let fresh = || ElementWatch::new(&element, Rc::new(changed)).map(Rc::new);
            known.cloned().or_else(fresh)
        };
        let now: Vec<Rc<ElementWatch>> = track.attached().into_iter().filter_map(watch).collect();
        if let Some(video) = self.videos.borrow_mut().get_mut(stream) {
            video.watches.clone_from(&now);
        }
        now
    }

    /// Judges by how it went since the last time.
    pub(super) fn judge(self: &Rc<Self>, stats: &RoomStats) {
        let now = web::now();
        let is_watching = self.receiving.borrow().is_watching(now);
        if !is_watching {
            self.receiving.borrow_mut().forget();
        }
        let is_connected = |room: &Room| room.state() == RoomState::Connected;
        let Some(room) = self.room().filter(is_connected) else { return };
        if is_watching {
            self.judge_received(now, stats);
        }
        if !self.is_over.get() {
            self.judge_sent(now, stats, &room);
        }
    }

    fn judge_received(self: &Rc<Self>, now: Millis, stats: &RoomStats) {
        for track in &stats.tracks {
            let Whose::Theirs(stream) = &track.publication else { continue };
            let stats = &track.stats;
            let (width, height) = (stats.frame_width, stats.frame_height);
            self.receiving.borrow_mut().measure(stream, stats.bitrate, width, height);
        }
        self.refresh();
        let Some(subscriber) = &stats.subscriber else { return };
        let inbound = inbound(&subscriber.raw, &whose(stats));
        self.receiving.borrow_mut().judge(now, inbound);
        self.refresh();
    }

    fn judge_sent(self: &Rc<Self>, now: Millis, stats: &RoomStats, room: &Room) {
        let ours = videos_of(room);
        if ours.is_empty() {
            return;
        }
        let raw = stats.publisher.as_ref().map(|publisher| outbound(&publisher.raw));
        let slow = self.encoders.borrow_mut().read(raw.unwrap_or_default());
        let published: Vec<Published> =
            ours.iter().map(|it| self.publication(it, Some(stats), &slow)).collect();
        let sending::Changes { options, limited } =
            self.sending.borrow_mut().judge(now, &published);
        for (key, options) in options {
            if let Some(publication) = ours.iter().find(|it| it.key() == key) {
                self.change(publication.clone(), options);
            }
        }
        self.report(limited.into_iter().map(|(key, why)| (Whose::Ours(key), why)));
    }

    /// `slow`: on which m-lines encoders take too long; it counts where the browser does not say what it is short of.
    fn publication(
        &self,
        ours: &LocalPublication,
        stats: Option<&RoomStats>,
        slow: &[String],
    ) -> Published {
        let key = ours.key();
        let options: PublishOptions = ours.settings().read().unwrap_or_default();
        let asked = Asked { layers: options.layers, max_frame_rate: options.max_frame_rate };
        let lines = ours.transceiver().map(|it| MediaLine::of(it).encodings().len());
        let is_short = stats.and_then(|stats| stats.of_ours(key)).is_some_and(|stats| {
            let is_slow = || slow.contains(&stats.mid);
            stats.limitation.map_or_else(is_slow, |limitation| limitation == LimitedBy::Cpu)
        });
        Published {
            key,
            is_screen: ours.track().source() == Source::Screen,
            layers: lines.unwrap_or_default().max(1),
            is_muted: ours.is_muted(),
            is_short,
            options: self.coming.borrow().get(&key).cloned().unwrap_or(asked),
        }
    }

    /// Sends a publication otherwise. Until that is done it is taken for done.
    fn change(self: &Rc<Self>, publication: LocalPublication, options: Asked) {
        let (weak, key) = (Rc::downgrade(self), publication.key());
        self.coming.borrow_mut().insert(key, options.clone());
        spawn_local(async move {
            // One that ended meanwhile has nothing to be sent.
            publication.set_limits(options.layers.clone(), options.max_frame_rate).await.ok();
            let Some(drive) = weak.upgrade() else { return };
            let mut coming = drive.coming.borrow_mut();
            if coming.get(&key) == Some(&options) {
                coming.remove(&key);
            }
        });
    }

    fn report(&self, limited: impl Iterator<Item = (Whose, Option<Limitation>)>) {
        for (publication, limitation) in limited {
            self.listeners.emit(&AdaptiveEvent::LimitationChanged { publication, limitation });
        }
    }
}

/// What of ours can be seen.
fn videos_of(room: &Room) -> Vec<LocalPublication> {
    let all = room.local_publications().into_iter();
    all.filter(|it| it.mid().is_some() && it.track().is_video()).collect()
}

/// Bounds streams, or no longer, by one request.
fn tell(
    room: &Room,
    bounds: impl ExactSizeIterator<Item = (StreamRef, Option<crate::room::Terms>)>,
) {
    let count = bounds.len();
    for (at, (stream, most)) in bounds.enumerate() {
        // The room may have been left just now.
        room.bound(stream, most, at + 1 < count).ok();
    }
}

/// Who sends what comes on which m-line.
fn whose(stats: &RoomStats) -> Map<String, Id> {
    let of = |track: &PublicationStats| match &track.publication {
        Whose::Theirs(stream) => Some((track.stats.mid.clone(), stream.feed.clone())),
        Whose::Ours(_) => None,
    };
    stats.tracks.iter().filter_map(of).collect()
}

/// What a report says of what is received.
fn inbound(raw: &JsValue, whose: &Map<String, Id>) -> Vec<Inbound> {
    let entries = Report::of(raw.clone()).entries();
    let of = |form: &'static str| {
        entries.iter().filter(move |it| it.text("type").as_deref() == Some(form))
    };
    let reports = of("remote-outbound-rtp").filter_map(|it| Some((it.text("id")?, report(it)?)));
    let reports: Map<String, ServerReport> = reports.collect();
    let received = of("inbound-rtp").map(|it| Inbound {
        report: it.text("remoteId").and_then(|id| reports.get(&id).copied()),
        ..entry(it, whose)
    });
    received.collect()
}

fn report(record: &Record) -> Option<ServerReport> {
    let sent = record.number("remoteTimestamp")?;
    Some(ServerReport { sent, took: record.number("timestamp")? - sent })
}

fn entry(record: &Record, whose: &Map<String, Id>) -> Inbound {
    Inbound {
        id: record.text("id").unwrap_or_default(),
        ssrc: record.number("ssrc"),
        whose: record.text("mid").and_then(|mid| whose.get(&mid).cloned()),
        time: record.number("timestamp").unwrap_or_default(),
        is_video: record.text("kind").as_deref() == Some("video"),
        packets_received: record.number("packetsReceived"),
        packets_lost: record.number("packetsLost"),
        bytes_received: record.number("bytesReceived"),
        freeze_count: record.number("freezeCount"),
        frames_decoded: record.number("framesDecoded"),
        frames_dropped: record.number("framesDropped"),
        jitter_buffer_delay: record.number("jitterBufferDelay"),
        jitter_buffer_minimum_delay: record.number("jitterBufferMinimumDelay"),
        jitter_buffer_emitted_count: record.number("jitterBufferEmittedCount"),
        report: None,
    }
}

/// What a report says of the pictures that are sent, and of those there are to be sent.
fn outbound(raw: &JsValue) -> Vec<Outbound> {
    let entries = Report::of(raw.clone()).entries().into_iter();
    let videos = entries.filter(|it| it.text("kind").as_deref() == Some("video"));
    videos.filter_map(|it| sent(&it)).collect()
}

fn sent(record: &Record) -> Option<Outbound> {
    let form = record.text("type")?;
    let is_source = form == "media-source";
    if !is_source && form != "outbound-rtp" {
        return None;
    }
    Some(Outbound {
        id: record.text("id").unwrap_or_default(),
        ssrc: record.number("ssrc"),
        time: record.number("timestamp").unwrap_or_default(),
        mid: if is_source { None } else { Some(record.text("mid")?) },
        frames: record.number(if is_source { "frames" } else { "framesEncoded" }),
        took: record.number("totalEncodeTime"),
    })
}
