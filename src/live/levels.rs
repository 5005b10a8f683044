//! How loud everybody is.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::levels_scale::{Freshness, Rota, smooth, to_ear};
use super::stats::{RoomStats, Whose};
use crate::engine::Millis;
use crate::protocol::videoroom::StreamKind;
use crate::room::{LocalPublication, RemoteStream, Room, Source, StreamRef};
use crate::web::{self, Meter, RtcRtpSender, spawn_local};
use crate::{Id, Map};

/// How many are asked at a time.
const ASKED: usize = 4;
/// How much longer than asking takes nobody is asked, and for how long at most, ms. Chromium holds the page until another
/// thread answers: some 20 µs, and a millisecond where that is busy.
const REST: f64 = 1_000.0;
const LONGEST_REST_MS: f64 = 1_000.0;

/// Whether it is somebody's voice: sound of screens is not.
fn is_voice(stream: &RemoteStream) -> bool {
    let is_muted = stream.muted || stream.moderated;
    stream.kind == StreamKind::Audio && stream.source != Source::Screen && !is_muted
}

/// How loud everybody is. Of others, the browser knows by each packet; where packets do not say it (rooms without
/// `audiolevel_ext`), and of ourselves, the statistics have it, and where those do not either, the track is measured. In
/// large rooms the loudest are asked each time, and the others in turn.
#[derive(Debug, Default)]
pub(super) struct Levels {
    fresh: Freshness<StreamRef>,
    rota: Rota,
    /// What was heard last, linear.
    heard: Map<StreamRef, f64>,
    own: Rc<OwnLevel>,
    /// When somebody is asked next, ms.
    next: f64,
    /// How loud everybody is, smoothly.
    smooth: Map<Id, f64>,
}

impl Levels {
    /// The statistics have levels, too.
    pub(super) fn read(&mut self, stats: &RoomStats) {
        let level = |track: &super::PublicationStats| match &track.publication {
            Whose::Theirs(stream) => {
                Some((stream.clone(), track.stats.audio_level.unwrap_or_default()))
            }
            Whose::Ours(_) => None,
        };
        self.heard = stats.tracks.iter().filter_map(level).collect();
    }

    /// How loud somebody is, 0 to 1.
    pub(super) fn of(&self, id: &Id) -> f64 {
        self.smooth.get(id).copied().unwrap_or_default()
    }

    /// Brings everybody's level up to date; `passed` since the last time. `published`: what others publish; `own`: who we
    /// are, and our voice that is not muted.
    pub(super) fn step(
        &mut self,
        room: &Room,
        published: &[(StreamRef, RemoteStream)],
        own: Option<(Id, Option<LocalPublication>)>,
        is_stalled: impl Fn(&StreamRef) -> bool,
        passed: Millis,
    ) {
        let is_audible = |(stream, published): &&(StreamRef, RemoteStream)| {
            is_voice(published) && room.track(stream).is_some()
        };
        let voices: Vec<StreamRef> =
            published.iter().filter(is_audible).map(|(stream, _)| stream.clone()).collect();
        self.fresh.retain(|stream| voices.contains(stream));
        self.ask(room, &voices);
        let mut levels: Map<Id, f64> =
            room.participants().into_iter().map(|(id, _)| (id, 0.0)).collect();
        for voice in voices.iter().filter(|voice| !is_stalled(voice)) {
            let level = self.heard.get(voice).copied().unwrap_or_default();
            if let Some(loudest) = levels.get_mut(&voice.feed) {
                *loudest = loudest.max(to_ear(level));
            }
        }
        if let Some((id, voice)) = own {
            levels.insert(id, OwnLevel::step(&self.own, voice.as_ref()));
        }
        let settled = |(id, level)| {
            let level = smooth(self.of(&id), level, passed);
            (id, level)
        };
        self.smooth = levels.into_iter().map(settled).collect();
    }

    /// Asks the browser what was heard last, unless that took long.
    fn ask(&mut self, room: &Room, voices: &[StreamRef]) {
        let begun = web::now_exactly();
        if begun < self.next {
            return;
        }
        let heard = &self.heard;
        let loudness = |voice: &StreamRef| heard.get(voice).copied().unwrap_or_default();
        for voice in self.rota.choose(voices, ASKED, loudness) {
            let transceiver = room.track(&voice).and_then(|track| track.transceiver());
            let Some(sound) = transceiver.and_then(|it| web::heard(&it)) else { continue };
            if !self.fresh.step(&voice, sound.timestamp, web::now()) {
                self.heard.insert(voice, 0.0);
            } else if let Some(level) = sound.level {
                self.heard.insert(voice, level);
            }
        }
        let took = web::now_exactly() - begun;
        self.next = begun + (took * REST).min(LONGEST_REST_MS);
    }
}

/// Our own level: the browser's if it tells one, otherwise measured.
#[derive(Debug, Default)]
struct OwnLevel {
    level: Cell<f64>,
    /// Who is asked now. Firefox never answers for a connection that was closed meanwhile.
    asked: RefCell<Option<RtcRtpSender>>,
    /// Whether the browser tells no level of what is sent.
    measures: Cell<bool>,
    /// Of which publication. What cannot be measured is silent.
    meter: RefCell<Option<(u32, Option<Meter>)>>,
}

impl OwnLevel {
    fn step(this: &Rc<Self>, voice: Option<&LocalPublication>) -> f64 {
        match voice {
            None => {
                this.meter.take();
                this.level.set(0.0);
            }
            Some(voice) if this.measures.get() => this.measure(voice, Rc::downgrade(this)),
            Some(voice) => {
                let sender = voice.transceiver().map(|it| it.sender());
                if let Some(sender) = sender.filter(|it| !this.is_asking(it)) {
                    this.asked.replace(Some(sender.clone()));
                    spawn_local(Self::ask(Rc::downgrade(this), sender));
                }
            }
        }
        this.level.get()
    }

    fn is_asking(&self, sender: &RtcRtpSender) -> bool {
        self.asked.borrow().as_ref() == Some(sender)
    }

    async fn ask(this: Weak<Self>, sender: RtcRtpSender) {
        let report = web::sender_stats(&sender).await;
        let Some(this) = this.upgrade() else { return };
        if !this.is_asking(&sender) {
            return;
        }
        this.asked.take();
        let entries = report.map(|report| report.entries()).unwrap_or_default();
        let of = |form: &str, field: &str| {
            let mut all = entries.iter().filter(|it| it.text("type").as_deref() == Some(form));
            all.find_map(|entry| entry.number(field))
        };
        if let Some(level) = of("media-source", "audioLevel") {
            this.level.set(to_ear(level));
        } else if of("outbound-rtp", "packetsSent").is_some_and(|sent| sent > 0.0) {
            this.measures.set(true);
        }
    }

    /// A track that was taken for another is measured anew.
    fn measure(&self, voice: &LocalPublication, weak: Weak<Self>) {
        if self.meter.borrow().as_ref().is_some_and(|(key, _)| *key == voice.key()) {
            return;
        }
        self.level.set(0.0);
        let heard = move |level| {
            if let Some(this) = weak.upgrade() {
                this.level.set(level);
            }
        };
        let meter = voice.track().meter(heard).ok();
        self.meter.replace(Some((voice.key(), meter)));
    }
}
