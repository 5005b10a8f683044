//! One RTP stream, with what can be computed of it between two reports.

use std::rc::Rc;

use super::report::{Entries, Entry, same};

/// How many packets were lost of those that were to arrive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    pub(super) lost: f64,
    pub(super) expected: f64,
}

/// What the last receiver report said: later ones are compared with it.
#[derive(Clone, Copy, Debug)]
struct Reported {
    time: f64,
    lost: Option<f64>,
    sent: Option<f64>,
}

/// What a report leaves open is `None`.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) mid: String,
    pub(super) entry: Rc<Entry>,
    /// What the other end says of it.
    pub(super) remote: Option<Rc<Entry>>,
    /// What is encoded.
    source: Option<Rc<Entry>>,
    pub(super) codec: Option<String>,
    /// bit/s
    pub(super) bitrate: Option<f64>,
    pub(super) frames_per_second: Option<f64>,
    pub(super) loss: Option<Loss>,
    /// ms
    pub(super) jitter_buffer_delay: Option<f64>,
    /// 0 to 1
    pub(super) audio_level: Option<f64>,
    reported: Option<Reported>,
}

impl Stream {
    /// Computes what there is between two reports; without an earlier one, rates are unknown.
    pub(super) fn new(
        mid: String,
        entry: Rc<Entry>,
        entries: &Entries,
        before: Option<&Self>,
    ) -> Self {
        let remote = entries.remote_of(&entry);
        let source = entries.get(entry.media_source_id.as_ref()).cloned();
        let past = before.map(|before| &*before.entry);
        let seconds = past.map(|past| (entry.time - past.time) / 1_000.0);
        let grown = |pick: fn(&Entry) -> Option<f64>| growth(pick(&entry), past.and_then(pick));
        let bytes = grown(|it| it.bytes_sent).or_else(|| grown(|it| it.bytes_received));
        let delay =
            ratio(grown(|it| it.jitter_buffer_delay), grown(|it| it.jitter_buffer_emitted_count));
        let (reported, news) = reported(remote.as_deref(), &entry, before);
        let loss = match (entry.is_sent(), news) {
            (false, _) => received_loss(&entry, past),
            (true, true) => sent_loss(reported, before.and_then(|before| before.reported)),
            (true, false) => before.and_then(|before| before.loss),
        };
        let audio_level = if entry.is_sent() {
            level_of(source.as_deref(), before.and_then(|before| before.source.as_deref()))
        } else {
            level_of(Some(&entry), past)
        };
        let codec = entries.get(entry.codec_id.as_ref()).and_then(|codec| codec.mime_type.as_ref());
        Self {
            codec: codec.map(|kind| kind.rsplit('/').next().unwrap_or(kind).to_owned()),
            bitrate: ratio(bytes.map(|bytes| bytes * 8.0), seconds),
            frames_per_second: entry
                .frames_per_second
                .or_else(|| ratio(grown(Entry::frames), seconds)),
            loss,
            jitter_buffer_delay: milliseconds(delay),
            audio_level,
            reported,
            mid,
            entry,
            remote,
            source,
        }
    }

    /// Whether it is the same stream: a new SSRC is a new one, whose counters are its own.
    pub(super) fn continues(&self, mid: &str, entry: &Entry) -> bool {
        let same_source = match (self.entry.ssrc, entry.ssrc) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => self.entry.id == entry.id,
            _ => false,
        };
        self.entry.form == entry.form && self.mid == mid && same_source
    }
}

/// What the other end said last, and whether it is news. Receiver reports come seldom.
fn reported(
    remote: Option<&Entry>,
    entry: &Entry,
    before: Option<&Stream>,
) -> (Option<Reported>, bool) {
    let now = remote.map(|remote| Reported {
        time: remote.time,
        lost: remote.packets_lost,
        sent: entry.packets_sent,
    });
    let past = before.and_then(|before| before.reported);
    let is_same = match (now, past) {
        (Some(now), Some(past)) => same(now.time, past.time),
        (None, None) => true,
        _ => false,
    };
    if is_same { (past, false) } else { (now, true) }
}

pub(super) fn milliseconds(seconds: Option<f64>) -> Option<f64> {
    seconds.map(|seconds| seconds * 1_000.0)
}

/// How much a counter grew; one that went back began anew, and nobody knows.
fn growth(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    let (now, before) = now.zip(before)?;
    (now >= before).then_some(now - before)
}

fn ratio(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let (part, whole) = part.zip(whole)?;
    (whole > 0.0).then(|| part / whole)
}

/// The number of lost packets may fall, when one comes late or twice: nothing was lost then.
fn lost_since(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    now.zip(before).map(|(now, before)| (now - before).max(0.0))
}

fn received_loss(entry: &Entry, past: Option<&Entry>) -> Option<Loss> {
    let lost = lost_since(entry.packets_lost, past?.packets_lost)?;
    let received = growth(entry.packets_received, past?.packets_received)?;
    Some(Loss { lost, expected: lost + received })
}

/// What was sent is counted from one receiver report to the next.
fn sent_loss(now: Option<Reported>, before: Option<Reported>) -> Option<Loss> {
    let (now, before) = now.zip(before)?;
    let lost = lost_since(now.lost, before.lost)?;
    Some(Loss { lost, expected: growth(now.sent, before.sent)? })
}

/// The loudness: what the browser says, or the mean since the last read (root mean square, as the energy is).
fn level_of(entry: Option<&Entry>, past: Option<&Entry>) -> Option<f64> {
    let entry = entry?;
    if entry.audio_level.is_some() {
        return entry.audio_level;
    }
    let power = ratio(
        growth(entry.total_audio_energy, past?.total_audio_energy),
        growth(entry.total_samples_duration, past?.total_samples_duration),
    );
    power.map(|power| power.sqrt().min(1.0))
}
