//! A report about a peer connection as browsers make it, in plain values.

use std::fmt;
use std::rc::Rc;

use crate::protocol::videoroom::StreamKind;

/// An entry of a report: what it says, by the names browsers have for it.
pub(super) trait Fields {
    fn number(&self, name: &str) -> Option<f64>;
    fn text(&self, name: &str) -> Option<String>;
    fn flag(&self, name: &str) -> Option<bool>;
}

macro_rules! entry {
    (
        number { $($number:ident = $number_name:literal,)* }
        text { $($text:ident = $text_name:literal,)* }
        flag { $($flag:ident = $flag_name:literal,)* }
    ) => {
        /// An entry with the fields that are read. Times are s, sizes px. Which are there depends on its form, and on
        /// the browser.
        #[derive(Clone, Debug, Default)]
        pub(super) struct Entry {
            pub(super) id: String,
            /// What it is about: `inbound-rtp`, `codec`, ...
            pub(super) form: String,
            /// When it was taken, ms.
            pub(super) time: f64,
            $(pub(super) $number: Option<f64>,)*
            $(pub(super) $text: Option<String>,)*
            $(pub(super) $flag: Option<bool>,)*
        }

        impl Entry {
            /// Nothing of an entry of which nothing is read.
            pub(super) fn read(fields: &impl Fields) -> Option<Self> {
                let form = fields.text("type").filter(|form| FORMS.contains(&form.as_str()))?;
                let time = fields.number("timestamp").unwrap_or_default();
                Some(Self {
                    id: fields.text("id").unwrap_or_default(),
                    form,
                    time: if time > MICROSECONDS { time / 1_000.0 } else { time },
                    $($number: fields.number($number_name),)*
                    $($text: fields.text($text_name),)*
                    $($flag: fields.flag($flag_name),)*
                })
            }

            /// The same, with what another has where this has nothing.
            fn or(&self, other: &Self) -> Self {
                Self {
                    id: self.id.clone(),
                    form: self.form.clone(),
                    time: self.time,
                    $($number: self.$number.or(other.$number),)*
                    $($text: self.$text.clone().or_else(|| other.$text.clone()),)*
                    $($flag: self.$flag.or(other.$flag),)*
                }
            }
        }
    };
}

entry! {
    number {
        ssrc = "ssrc",
        bytes_sent = "bytesSent",
        bytes_received = "bytesReceived",
        packets_sent = "packetsSent",
        packets_received = "packetsReceived",
        packets_lost = "packetsLost",
        last_packet = "lastPacketReceivedTimestamp",
        jitter = "jitter",
        round_trip_time = "roundTripTime",
        frame_width = "frameWidth",
        frame_height = "frameHeight",
        frames_per_second = "framesPerSecond",
        frames_sent = "framesSent",
        frames_encoded = "framesEncoded",
        frames_decoded = "framesDecoded",
        key_frames_encoded = "keyFramesEncoded",
        key_frames_decoded = "keyFramesDecoded",
        freeze_count = "freezeCount",
        total_freezes_duration = "totalFreezesDuration",
        jitter_buffer_delay = "jitterBufferDelay",
        jitter_buffer_emitted_count = "jitterBufferEmittedCount",
        audio_level = "audioLevel",
        total_audio_energy = "totalAudioEnergy",
        total_samples_duration = "totalSamplesDuration",
        nack_count = "nackCount",
        pli_count = "pliCount",
        fir_count = "firCount",
        current_round_trip_time = "currentRoundTripTime",
        responses_received = "responsesReceived",
        available_outgoing_bitrate = "availableOutgoingBitrate",
    }
    text {
        kind = "kind",
        media_type = "mediaType",
        mid = "mid",
        rid = "rid",
        codec_id = "codecId",
        mime_type = "mimeType",
        local_id = "localId",
        remote_id = "remoteId",
        track_id = "trackId",
        media_source_id = "mediaSourceId",
        track_identifier = "trackIdentifier",
        quality_limitation_reason = "qualityLimitationReason",
        selected_candidate_pair_id = "selectedCandidatePairId",
        state = "state",
        local_candidate_id = "localCandidateId",
        remote_candidate_id = "remoteCandidateId",
        candidate_type = "candidateType",
        protocol = "protocol",
        relay_protocol = "relayProtocol",
    }
    flag {
        active = "active",
        selected = "selected",
        nominated = "nominated",
    }
}

/// What is read of a report; certificates, data channels and the like are passed over.
const FORMS: [&str; 11] = [
    "inbound-rtp",
    "outbound-rtp",
    "remote-inbound-rtp",
    "remote-outbound-rtp",
    "media-source",
    "track",
    "codec",
    "transport",
    "candidate-pair",
    "local-candidate",
    "remote-candidate",
];

/// Beyond this a time is in µs, as old Safari has it: 10^14 ms after 1970 is the year 5138.
const MICROSECONDS: f64 = 1e14;

impl Entry {
    pub(super) fn is_sent(&self) -> bool {
        self.form == "outbound-rtp"
    }

    pub(super) fn kind(&self) -> StreamKind {
        match self.kind.as_deref().or(self.media_type.as_deref()) {
            Some("audio") => StreamKind::Audio,
            _ => StreamKind::Video,
        }
    }

    /// Whether two numbers of streams are there and the same.
    pub(super) fn has_ssrc_of(&self, other: &Self) -> bool {
        self.ssrc.zip(other.ssrc).is_some_and(|(one, other)| same(one, other))
    }

    /// Pictures that were shown or sent.
    pub(super) fn frames(&self) -> Option<f64> {
        self.frames_decoded.or(self.frames_sent).or(self.frames_encoded)
    }
}

/// Whether numbers that were not computed are the same.
pub(super) fn same(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

/// A report by id and by form.
#[derive(Debug, Default)]
pub(super) struct Entries {
    all: Vec<Rc<Entry>>,
    /// When the newest entry was taken, ms.
    pub(super) time: f64,
}

impl Entries {
    pub(super) fn read<F: Fields>(report: impl IntoIterator<Item = F>) -> Self {
        let (mut all, mut time) = (Vec::new(), 0.0_f64);
        for entry in report.into_iter().filter_map(|fields| Entry::read(&fields)) {
            time = time.max(entry.time);
            all.push(Rc::new(entry));
        }
        Self { all, time }
    }

    pub(super) fn get(&self, id: Option<&String>) -> Option<&Rc<Entry>> {
        let id = id?;
        self.all.iter().find(|entry| entry.id == *id)
    }

    pub(super) fn all<'a>(&'a self, form: &'a str) -> impl Iterator<Item = &'a Rc<Entry>> {
        self.all.iter().filter(move |entry| entry.form == form)
    }

    /// An RTP stream; old Safari keeps half of its fields in an entry of their own.
    pub(super) fn whole(&self, stream: &Rc<Entry>) -> Rc<Entry> {
        let track = self.get(stream.track_id.as_ref());
        track.map_or_else(|| Rc::clone(stream), |track| Rc::new(stream.or(track)))
    }

    /// What the other end says of a stream.
    pub(super) fn remote_of(&self, stream: &Entry) -> Option<Rc<Entry>> {
        let form = if stream.is_sent() { "remote-inbound-rtp" } else { "remote-outbound-rtp" };
        let is_about = |other: &Entry| {
            other.local_id.as_ref() == Some(&stream.id) || other.has_ssrc_of(stream)
        };
        let named = self.get(stream.remote_id.as_ref());
        named.or_else(|| self.all(form).find(|entry| is_about(entry))).cloned()
    }
}

/// How a layer is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) rid: String,
    pub(super) active: Option<bool>,
}

/// What the peer connection itself says of an m-line.
pub(super) struct Line {
    pub(super) mid: String,
    pub(super) kind: StreamKind,
    pub(super) sends: bool,
    pub(super) receives: bool,
    /// The id of the track that is sent.
    pub(super) sent_track: Option<String>,
    /// The id of the track that is received.
    pub(super) received_track: String,
    /// The SSRCs that were heard of late; asked for only where nothing else helps.
    pub(super) sources: Box<dyn Fn() -> Vec<f64>>,
    /// Asked for only where there are layers.
    pub(super) encodings: Box<dyn Fn() -> Vec<Encoding>>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mid)
    }
}

/// The m-line of an RTP stream. Where the browser does not name it (Firefox, at times), it is that of the track, that
/// where the SSRC was before or is heard, or the only one of its kind. `known`: SSRCs with their mids.
pub(super) fn mid_of(
    stream: &Entry,
    track: Option<&String>,
    lines: &[Line],
    known: &[(f64, String)],
) -> Option<String> {
    if stream.mid.is_some() {
        return stream.mid.clone();
    }
    let is_sent = stream.is_sent();
    let fits = |line: &&Line| {
        line.kind == stream.kind() && if is_sent { line.sends } else { line.receives }
    };
    let candidates: Vec<&Line> = lines.iter().filter(fits).collect();
    let only = |test: &dyn Fn(&Line) -> bool| {
        let mut found = candidates.iter().filter(|line| test(line));
        let first = found.next()?;
        found.next().is_none().then(|| first.mid.clone())
    };
    let of_track = |line: &Line| {
        let theirs = if is_sent { line.sent_track.as_ref() } else { Some(&line.received_track) };
        theirs == track
    };
    let by_ssrc = |ssrc: f64| {
        let before = known.iter().find(|(one, _)| same(*one, ssrc)).map(|(_, mid)| mid.clone());
        let heard = |line: &Line| (line.sources)().into_iter().any(|one| same(one, ssrc));
        before.or_else(|| if is_sent { None } else { only(&heard) })
    };
    track
        .and_then(|_| only(&of_track))
        .or_else(|| stream.ssrc.and_then(by_ssrc))
        .or_else(|| only(&|_| true))
}
