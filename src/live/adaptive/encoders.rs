//! Whether our encoders keep up, where the browser does not say so (Firefox): by how long they take. Pure: nothing of the
//! browser is in here.

use super::sample::is_same;
use crate::Map;

/// An encoder that takes so much of the time has none left.
const BUSY: f64 = 0.8;
/// Of what there is to be encoded so little is: what takes long and is all done is done by several at a time.
const ALL: f64 = 0.95;

/// What is read of a layer that is sent, or of a source of pictures: its counters, as far as the browser has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outbound {
    /// What tells it from others of the same report; another stream in its place has another SSRC.
    pub(super) id: String,
    pub(super) ssrc: Option<f64>,
    /// When it was read, ms.
    pub(super) time: f64,
    /// Its m-line; a source has none.
    pub(super) mid: Option<String>,
    /// Pictures that were encoded, or that there were.
    pub(super) frames: Option<f64>,
    /// For how long they were encoded, s.
    pub(super) took: Option<f64>,
}

impl Outbound {
    fn continues(&self, before: &Self) -> bool {
        let is_same = is_same(self.ssrc, before.ssrc);
        is_same && self.id == before.id && self.time > before.time
    }
}

/// How much a counter grew; one that began anew did not.
fn growth(now: Option<f64>, before: Option<f64>) -> f64 {
    (now.unwrap_or_default() - before.unwrap_or_default()).max(0.0)
}

/// What was seen of an m-line.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// For which part of the time it was encoded.
    busy: f64,
    /// Pictures.
    encoded: f64,
}

/// Remembers the report before.
#[derive(Debug, Default)]
pub(super) struct Encoders(Vec<Outbound>);

impl Encoders {
    /// On which m-lines they were short since the report before.
    pub(super) fn read(&mut self, now: Vec<Outbound>) -> Vec<String> {
        let before = std::mem::replace(&mut self.0, now);
        let mut lines: Map<String, Line> = Map::new();
        let mut frames: Option<f64> = None;
        for now in &self.0 {
            let past = before.iter().find(|before| now.continues(before));
            let Some(past) = past else { continue };
            let count = growth(now.frames, past.frames);
            let Some(mid) = &now.mid else {
                frames = now.frames.map(|_| frames.unwrap_or_default() + count).or(frames);
                continue;
            };
            // Layers are made one after the other, and each is said to have taken as long as all up to it.
            let busy = growth(now.took, past.took) * 1_000.0 / (now.time - past.time);
            let line = lines.get(mid).copied().unwrap_or_default();
            let line = Line { busy: busy.max(line.busy), encoded: count.max(line.encoded) };
            lines.insert(mid.clone(), line);
        }
        let done: f64 = lines.values().map(|line| line.encoded).sum();
        if frames.is_some_and(|frames| done >= frames * ALL) {
            return Vec::new();
        }
        let busy = lines.into_iter().filter(|(_, line)| line.busy > BUSY);
        busy.map(|(mid, _)| mid).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second: for how long each layer was at work, how many pictures were encoded, and of how many.
    #[derive(Clone, Copy)]
    struct Second {
        busy: [f64; 3],
        encoded: f64,
        frames: Option<f64>,
    }

    const CALM: Second = Second { busy: [0.2, 0.3, 0.4], encoded: 30.0, frames: Some(30.0) };
    const FULL: Second = Second { busy: [0.5, 0.7, 0.9], encoded: 24.0, frames: Some(30.0) };

    /// After which seconds the encoder was short.
    fn short(seconds: &[Second]) -> Vec<bool> {
        let mut encoders = Encoders::default();
        let (mut busy, mut encoded, mut frames) = ([0.0; 3], 0.0, 0.0);
        let mut time = 0.0;
        let mut read = |second: &Second| {
            time += 1_000.0;
            encoded += second.encoded;
            let layers = (0_u8..3).map(|layer| {
                let at = usize::from(layer);
                busy[at] += second.busy[at];
                Outbound {
                    id: ["L0", "L1", "L2"][at].to_owned(),
                    ssrc: Some(f64::from(layer)),
                    time,
                    mid: Some("1".to_owned()),
                    frames: Some(encoded),
                    took: Some(busy[at]),
                }
            });
            let mut all: Vec<Outbound> = layers.collect();
            if let Some(more) = second.frames {
                frames += more;
                let frames = Some(frames);
                all.push(Outbound { id: "S".to_owned(), time, frames, ..Outbound::default() });
            }
            encoders.read(all) == ["1"]
        };
        seconds.iter().map(&mut read).collect()
    }

    #[test]
    fn are_short_when_they_have_no_time_left_and_do_not_get_everything_done() {
        let seconds = [CALM, CALM, FULL, FULL, CALM];
        assert_eq!(short(&seconds), [false, false, true, true, false]);
        // Layers are counted with those before them: together they would be more than there is.
        let half = Second { busy: [0.4, 0.5, 0.6], ..FULL };
        assert_eq!(short(&[CALM, half]), [false, false]);
        // What does several at a time takes long and gets all done.
        let several = Second { busy: [1.2, 0.0, 0.0], ..CALM };
        assert_eq!(short(&[CALM, several]), [false, false]);
        // A browser that does not say how much there was to be done.
        let unsaid = |second| Second { frames: None, ..second };
        assert_eq!(short(&[unsaid(CALM), unsaid(FULL)]), [false, true]);
        // What begins anew.
        let anew = Second { busy: [-0.5, -0.7, -0.9], encoded: -24.0, ..FULL };
        assert_eq!(short(&[FULL, anew]), [false, false]);
    }

    #[test]
    fn are_told_nothing_by_the_same_report_again() {
        let mut encoders = Encoders::default();
        let report =
            vec![Outbound { mid: Some("0".to_owned()), took: Some(9.0), ..Outbound::default() }];
        assert_eq!(encoders.read(report.clone()), Vec::<String>::new());
        assert_eq!(encoders.read(report), Vec::<String>::new());
    }
}
