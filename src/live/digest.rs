//! What a report says, in numbers that are the same in every browser.

use super::report::{Encoding, Entries, Entry, Line, mid_of, same};
use super::streams::{Stream, milliseconds};
use crate::Map;
use crate::protocol::videoroom::StreamKind;

/// How the network does. What cannot be known is `None`; numbers are those of browsers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionStats {
    /// From here to the other end of the connection and back, ms.
    pub round_trip_time: Option<f64>,
    /// What the browser believes it could send, bit/s. Not in Firefox.
    pub available_outgoing_bitrate: Option<f64>,
    /// Total.
    pub bytes_sent: Option<f64>,
    /// Total.
    pub bytes_received: Option<f64>,
    /// Ours: `host`, `srflx`, `prflx` or `relay`.
    pub local_candidate_type: Option<String>,
    /// The other end's.
    pub remote_candidate_type: Option<String>,
    /// How packets leave the browser: `udp`, `tcp`, or `tls` to a TURN server.
    pub protocol: Option<String>,
    /// Whether a TURN server is in between.
    pub relayed: Option<bool>,
}

/// Which way media goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From here.
    Send,
    /// To us.
    Receive,
}

/// What keeps a picture from being better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedBy {
    /// Nothing does.
    Nothing,
    /// The processor.
    Cpu,
    /// The network.
    Bandwidth,
    /// Something else.
    Other,
}

impl LimitedBy {
    fn parse(word: &str) -> Self {
        match word {
            "none" => Self::Nothing,
            "cpu" => Self::Cpu,
            "bandwidth" => Self::Bandwidth,
            _ => Self::Other,
        }
    }
}

/// How a track does. Rates and averages are since the read before, and `None` at the first, after the other end began
/// anew, and when nothing moved that could be measured. Numbers are those of browsers.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackStats {
    /// Its m-line.
    pub mid: String,
    /// Which way it goes.
    pub direction: Direction,
    /// Audio or video.
    pub kind: StreamKind,
    /// `VP8`, `opus`, ...
    pub codec: Option<String>,
    /// Of all layers together, without the packets' headers, bit/s. What is sent: with what is sent again, and what
    /// browsers send to find out how much gets through, so that it may be more than arrives.
    pub bitrate: Option<f64>,
    /// That arrived, or were sent, total.
    pub packets: Option<f64>,
    /// Total, as the receiving end counts it.
    pub packets_lost: Option<f64>,
    /// Which part of the packets got lost, 0 to 1. What is sent: between the receiver's last reports, 1 to 5 s apart.
    pub loss_rate: Option<f64>,
    /// As the receiving end measures it; of the worst layer, ms.
    pub jitter: Option<f64>,
    /// Measured with this media; of the worst layer, ms. What is received seldom has it.
    pub round_trip_time: Option<f64>,
    /// Of the biggest layer that is active, px.
    pub frame_width: Option<f64>,
    /// Of the biggest layer that is active, px.
    pub frame_height: Option<f64>,
    /// Of the biggest layer that is active.
    pub frames_per_second: Option<f64>,
    /// Pictures that were decoded or sent, total; of the layer with the most.
    pub frames: Option<f64>,
    /// Total. What is sent: not in Firefox.
    pub key_frames: Option<f64>,
    /// How often the picture stood still, total. Where the browser does not count it stays unknown.
    pub freeze_count: Option<f64>,
    /// For how long it stood still, total, ms.
    pub freeze_duration: Option<f64>,
    /// How long media waited to be played, on average, ms.
    pub jitter_buffer_delay: Option<f64>,
    /// 0 to 1, linear. What is sent: not in Firefox.
    pub audio_level: Option<f64>,
    /// What keeps the picture from being better. Not in Firefox.
    pub limitation: Option<LimitedBy>,
    /// Packets that were asked for again, in requests; total.
    pub nack_count: Option<f64>,
    /// Key frames that were asked for since pictures were lost, total.
    pub pli_count: Option<f64>,
    /// Key frames that were asked for otherwise, total.
    pub fir_count: Option<f64>,
    /// With simulcast, the layers that are sent, as they were configured.
    pub layers: Vec<LayerStats>,
}

impl TrackStats {
    /// A track of which nothing is known.
    pub(super) fn new(mid: &str, direction: Direction, kind: StreamKind) -> Self {
        Self {
            mid: mid.to_owned(),
            direction,
            kind,
            codec: None,
            bitrate: None,
            packets: None,
            packets_lost: None,
            loss_rate: None,
            jitter: None,
            round_trip_time: None,
            frame_width: None,
            frame_height: None,
            frames_per_second: None,
            frames: None,
            key_frames: None,
            freeze_count: None,
            freeze_duration: None,
            jitter_buffer_delay: None,
            audio_level: None,
            limitation: None,
            nack_count: None,
            pli_count: None,
            fir_count: None,
            layers: Vec::new(),
        }
    }
}

/// How a simulcast layer does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerStats {
    /// Its name.
    pub rid: String,
    /// bit/s
    pub bitrate: Option<f64>,
    /// px
    pub frame_width: Option<f64>,
    /// px
    pub frame_height: Option<f64>,
    /// Pictures per second.
    pub frames_per_second: Option<f64>,
    /// Whether it is to be sent; the browser may still hold it back, at 0 pictures per second.
    pub active: Option<bool>,
}

/// What a report says, and what the next one is compared with.
#[derive(Debug, Default)]
pub(super) struct Digest {
    pub(super) connection: ConnectionStats,
    /// By mid, what is sent or received.
    pub(super) tracks: Map<String, TrackStats>,
    /// By mid, what is received on m-lines that send as well.
    pub(super) returned: Map<String, TrackStats>,
    /// When the report was made, ms.
    pub(super) time: f64,
    streams: Vec<Stream>,
}

/// Turns a report into numbers. Browsers give the same report again for a while: it says the same then (`None`), since
/// nothing can be computed between a report and itself.
pub(super) fn digest(entries: &Entries, lines: &[Line], before: Option<&Digest>) -> Option<Digest> {
    if before.is_some_and(|before| same(before.time, entries.time)) {
        return None;
    }
    let streams = streams_of(entries, lines, before);
    let sent = by_mid(streams.iter().filter(|stream| stream.entry.is_sent()));
    let received = by_mid(streams.iter().filter(|stream| !stream.entry.is_sent()));
    let (mut tracks, mut returned) = (Map::new(), Map::new());
    for (mid, group) in &sent {
        let line = lines.iter().find(|line| line.mid == *mid);
        tracks.insert((*mid).to_owned(), sent_track(mid, group, line));
    }
    for (mid, group) in &received {
        let Some(stats) = received_track(mid, group) else { continue };
        let is_sent = sent.iter().any(|(other, _)| other == mid);
        let side = if is_sent { &mut returned } else { &mut tracks };
        side.insert((*mid).to_owned(), stats);
    }
    let connection = connection_of(entries);
    Some(Digest { connection, tracks, returned, time: entries.time, streams })
}

fn streams_of(entries: &Entries, lines: &[Line], before: Option<&Digest>) -> Vec<Stream> {
    let past: &[Stream] = before.map_or(&[], |before| &before.streams);
    let known: Vec<(f64, String)> =
        past.iter().filter_map(|it| Some((it.entry.ssrc?, it.mid.clone()))).collect();
    let mut streams: Vec<Stream> = Vec::new();
    for raw in entries.all("outbound-rtp").chain(entries.all("inbound-rtp")) {
        let entry = entries.whole(raw);
        let source = entries.get(entry.media_source_id.as_ref());
        let track = source.and_then(|source| source.track_identifier.as_ref());
        let track = track.or(entry.track_identifier.as_ref()).cloned();
        let Some(mid) = mid_of(&entry, track.as_ref(), lines, &known) else { continue };
        let before = past.iter().find(|stream| stream.continues(&mid, &entry));
        streams.push(Stream::new(mid, entry, entries, before));
    }
    streams
}

fn by_mid<'a>(streams: impl Iterator<Item = &'a Stream>) -> Vec<(&'a str, Vec<&'a Stream>)> {
    let mut groups: Vec<(&str, Vec<&Stream>)> = Vec::new();
    for stream in streams {
        match groups.iter_mut().find(|(mid, _)| *mid == stream.mid) {
            Some((_, group)) => group.push(stream),
            None => groups.push((&stream.mid, vec![stream])),
        }
    }
    groups
}

/// Something that is received: when the SSRC has just changed there are two for a while, and the last heard counts.
fn received_track(mid: &str, streams: &[&Stream]) -> Option<TrackStats> {
    let heard = |stream: &Stream| stream.entry.last_packet.unwrap_or_default();
    let last = |best, other| if heard(other) >= heard(best) { other } else { best };
    let stream = streams.iter().copied().reduce(last)?;
    let entry = &stream.entry;
    Some(TrackStats {
        packets_lost: entry.packets_lost,
        jitter: milliseconds(entry.jitter),
        frames: entry.frames(),
        key_frames: entry.key_frames_decoded,
        ..common(mid, Direction::Receive, &[stream], Some(stream))
    })
}

/// Something that is sent, in one or several layers.
fn sent_track(mid: &str, streams: &[&Stream], line: Option<&Line>) -> TrackStats {
    let has_layers = streams.iter().any(|stream| stream.entry.rid.is_some());
    let layers = if has_layers { layers_of(streams, line) } else { Vec::new() };
    let is_idle = |entry: &Entry| {
        let rid = entry.rid.as_deref().unwrap_or_default();
        let is_off = |layer: &LayerStats| layer.active == Some(false) && layer.rid == rid;
        entry.active == Some(false) || layers.iter().any(is_off)
    };
    let main = biggest(streams.iter().copied().filter(|stream| !is_idle(&stream.entry)));
    let entries = || streams.iter().map(|stream| &stream.entry);
    let remotes = || streams.iter().filter_map(|stream| stream.remote.as_ref());
    TrackStats {
        packets_lost: sum(remotes().map(|remote| remote.packets_lost)),
        jitter: milliseconds(most(remotes().map(|remote| remote.jitter))),
        frames: most(entries().map(|entry| entry.frames())),
        key_frames: sum(entries().map(|entry| entry.key_frames_encoded)),
        limitation: limitation_of(entries().map(|entry| &**entry)),
        layers,
        ..common(mid, Direction::Send, streams, main)
    }
}

/// The stream with the most pixels among those that have pictures now.
fn biggest<'a>(streams: impl Iterator<Item = &'a Stream>) -> Option<&'a Stream> {
    let area = |stream: &Stream| match stream.frames_per_second {
        Some(rate) if same(rate, 0.0) => 0.0,
        _ => {
            let Entry { frame_width, frame_height, .. } = &*stream.entry;
            frame_width.unwrap_or_default() * frame_height.unwrap_or_default()
        }
    };
    streams.reduce(|best, other| if area(best) >= area(other) { best } else { other })
}

/// Before the first picture Firefox has 0.
fn size(pixels: Option<f64>) -> Option<f64> {
    pixels.filter(|pixels| *pixels > 0.0)
}

/// What is found in the same way for both directions; `main` is the stream whose picture counts.
fn common(
    mid: &str,
    direction: Direction,
    streams: &[&Stream],
    main: Option<&Stream>,
) -> TrackStats {
    let total =
        |pick: fn(&Entry) -> Option<f64>| sum(streams.iter().map(|stream| pick(&stream.entry)));
    let kind = streams.first().map_or(StreamKind::Video, |stream| stream.entry.kind());
    let round_trip = most(streams.iter().map(|stream| stream.remote.as_ref()?.round_trip_time));
    TrackStats {
        codec: streams.iter().find_map(|stream| stream.codec.clone()),
        bitrate: sum(streams.iter().map(|stream| stream.bitrate)),
        packets: total(|entry| entry.packets_sent.or(entry.packets_received)),
        loss_rate: loss_rate_of(streams),
        round_trip_time: milliseconds(round_trip),
        frame_width: main.and_then(|main| size(main.entry.frame_width)),
        frame_height: main.and_then(|main| size(main.entry.frame_height)),
        frames_per_second: main.and_then(|main| main.frames_per_second),
        freeze_count: total(|entry| entry.freeze_count),
        freeze_duration: milliseconds(total(|entry| entry.total_freezes_duration)),
        jitter_buffer_delay: most(streams.iter().map(|stream| stream.jitter_buffer_delay)),
        audio_level: most(streams.iter().map(|stream| stream.audio_level)),
        nack_count: total(|entry| entry.nack_count),
        pli_count: total(|entry| entry.pli_count),
        fir_count: total(|entry| entry.fir_count),
        ..TrackStats::new(mid, direction, kind)
    }
}

fn loss_rate_of(streams: &[&Stream]) -> Option<f64> {
    let losses = || streams.iter().filter_map(|stream| stream.loss);
    let lost: f64 = losses().map(|loss| loss.lost).sum();
    let expected: f64 = losses().map(|loss| loss.expected).sum();
    (expected > 0.0).then(|| (lost / expected).min(1.0))
}

/// The layers in the order in which they are configured.
fn layers_of(streams: &[&Stream], line: Option<&Line>) -> Vec<LayerStats> {
    let encodings = line.map_or_else(Vec::new, |line| (line.encodings)());
    let configured = |rid: &str| {
        let mut all = encodings.iter().enumerate();
        all.find(|(_, encoding): &(usize, &Encoding)| encoding.rid == rid)
    };
    let layer = |stream: &&Stream| {
        let entry = &stream.entry;
        let rid = entry.rid.clone().unwrap_or_default();
        LayerStats {
            bitrate: stream.bitrate,
            frame_width: size(entry.frame_width),
            frame_height: size(entry.frame_height),
            frames_per_second: stream.frames_per_second,
            active: entry.active.or_else(|| configured(&rid)?.1.active),
            rid,
        }
    };
    let mut layers: Vec<LayerStats> = streams.iter().map(layer).collect();
    // One that is not configured comes first, as it did: `None` is before `Some`.
    layers.sort_by_key(|layer| configured(&layer.rid).map(|(rank, _)| rank));
    layers
}

/// What holds any layer back.
fn limitation_of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<LimitedBy> {
    let reasons = entries.filter_map(|entry| entry.quality_limitation_reason.as_deref());
    let reasons: Vec<LimitedBy> = reasons.map(LimitedBy::parse).collect();
    let held = reasons.iter().find(|reason| **reason != LimitedBy::Nothing);
    held.or(reasons.first()).copied()
}

fn connection_of(entries: &Entries) -> ConnectionStats {
    let named = entries
        .all("transport")
        .find_map(|transport| entries.get(transport.selected_candidate_pair_id.as_ref()));
    let in_use = |pair: &&std::rc::Rc<Entry>| {
        pair.nominated == Some(true) && pair.state.as_deref() == Some("succeeded")
    };
    let pair = named
        .or_else(|| entries.all("candidate-pair").find(|pair| pair.selected == Some(true)))
        .or_else(|| entries.all("candidate-pair").find(in_use));
    let local = entries.get(pair.and_then(|pair| pair.local_candidate_id.as_ref()));
    let remote = entries.get(pair.and_then(|pair| pair.remote_candidate_id.as_ref()));
    // Firefox counts by pair, and more than one may have been in use.
    let total = |pick: fn(&Entry) -> Option<f64>| {
        let of = |form| sum(entries.all(form).map(|entry| pick(entry)));
        of("transport").or_else(|| of("candidate-pair"))
    };
    let type_of = |entry: Option<&std::rc::Rc<Entry>>| entry?.candidate_type.clone();
    let is_relay = |entry: &Entry| entry.candidate_type.as_deref() == Some("relay");
    let round_trip = pair.and_then(|pair| round_trip_of(pair));
    ConnectionStats {
        round_trip_time: milliseconds(round_trip.or_else(|| media_round_trip(entries))),
        available_outgoing_bitrate: pair.and_then(|pair| pair.available_outgoing_bitrate),
        bytes_sent: total(|entry| entry.bytes_sent),
        bytes_received: total(|entry| entry.bytes_received),
        local_candidate_type: type_of(local),
        remote_candidate_type: type_of(remote),
        protocol: local.and_then(|it| it.relay_protocol.as_ref().or(it.protocol.as_ref()).cloned()),
        relayed: local.zip(remote).map(|(local, remote)| is_relay(local) || is_relay(remote)),
    }
}

/// Firefox has 0 before there was an answer.
fn round_trip_of(pair: &Entry) -> Option<f64> {
    let unanswered = pair.responses_received.is_some_and(|answers| same(answers, 0.0));
    pair.current_round_trip_time.filter(|_| !unanswered)
}

/// The shortest that media took.
fn media_round_trip(entries: &Entries) -> Option<f64> {
    entries.all("remote-inbound-rtp").filter_map(|entry| entry.round_trip_time).reduce(f64::min)
}

fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|total, value| total + value)
}

fn most(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(f64::max)
}
