//! What is made of reports, by what browsers were seen to say.
//!
//! The same cases as in `tests/media/reports.test.mjs`.

mod connections;
mod lines;
mod received;
mod sent;

use serde_json::{Value, json};

use super::digest::{Digest, Direction, LayerStats, LimitedBy, TrackStats, digest};
use super::report::{Encoding, Entries, Fields, Line};
use crate::protocol::videoroom::StreamKind;

impl Fields for &Value {
    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }
}

/// When made-up reports begin, ms since 1970, as browsers have it.
const START: f64 = 1_790_000_000_000.0;

/// An entry with others' fields over its own.
fn with(mut entry: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("an object") };
    for (name, value) in fields {
        entry[name] = value;
    }
    entry
}

fn inbound(fields: Value) -> Value {
    with(
        json!({ "id": "IN", "type": "inbound-rtp", "kind": "video", "mid": "0", "ssrc": 7 }),
        fields,
    )
}

fn outbound(fields: Value) -> Value {
    with(
        json!({ "id": "OUT", "type": "outbound-rtp", "kind": "video", "mid": "0", "ssrc": 7 }),
        fields,
    )
}

/// A report at so many ms.
fn report(ms: f64, entries: &[Value]) -> Entries {
    let at = |entry: &Value| with(json!({ "timestamp": START + ms }), entry.clone());
    let entries: Vec<Value> = entries.iter().map(at).collect();
    Entries::read(&entries)
}

fn line() -> Line {
    Line {
        mid: "0".to_owned(),
        kind: StreamKind::Video,
        sends: true,
        receives: true,
        sent_track: Some("sent".to_owned()),
        received_track: "received".to_owned(),
        sources: Box::new(Vec::new),
        encodings: Box::new(Vec::new),
    }
}

/// What the last of several reports comes to.
fn digests(reports: &[Entries], lines: &[Line]) -> Digest {
    let mut last = None;
    for report in reports {
        last = digest(report, lines, last.as_ref()).or(last);
    }
    last.expect("a report")
}

/// The track of the last of several reports.
fn last_of(reports: &[Entries], lines: &[Line]) -> TrackStats {
    digests(reports, lines).tracks.get("0").expect("a track").clone()
}

fn last(reports: &[Entries]) -> TrackStats {
    last_of(reports, &[line()])
}

fn rates(stats: &TrackStats) -> [Option<f64>; 4] {
    [stats.bitrate, stats.frames_per_second, stats.loss_rate, stats.jitter_buffer_delay]
}
