//! How well media gets through, in words that do not jump.

use super::digest::TrackStats;
use super::levels_scale::span;
use crate::Map;
use crate::engine::Millis;

/// How good somebody's connection is. Worse is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionQuality {
    /// Nothing to complain of.
    #[default]
    Excellent,
    /// A few losses or delays.
    Good,
    /// People notice.
    Poor,
    /// Nothing gets through.
    Lost,
}

impl ConnectionQuality {
    /// The word for it, as in the npm package.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Poor => "poor",
            Self::Lost => "lost",
        }
    }
}

/// What is known of a stream at a moment; what is not known counts for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Health {
    /// Which part of the packets got lost, 0 to 1.
    pub(super) loss: Option<f64>,
    /// ms
    pub(super) jitter: Option<f64>,
    /// ms
    pub(super) round_trip_time: Option<f64>,
    /// For which part of the time the picture stood still, 0 to 1.
    pub(super) frozen: Option<f64>,
    /// Which part of the pictures that are to be expected is missing, 0 to 1.
    pub(super) missing: Option<f64>,
    /// Whether the server complains of losses.
    pub(super) hinted: bool,
}

impl Health {
    /// What is known of any track, sent or received.
    pub(super) fn of(track: &TrackStats, hinted: bool) -> Self {
        let TrackStats { loss_rate: loss, jitter, round_trip_time, .. } = *track;
        Self { loss, jitter, round_trip_time, hinted, ..Self::default() }
    }

    /// The worst of what is known decides.
    pub(super) fn grade(&self) -> ConnectionQuality {
        // From where on it is no longer excellent, and from where on it is poor.
        let limits = [
            (self.loss, 0.03, 0.1),
            (self.jitter, 50.0, 150.0),
            (self.round_trip_time, 350.0, 900.0),
            (self.frozen, 0.1, 0.4),
            (self.missing, 0.4, 0.75),
        ];
        let grade = |(value, good, poor): (Option<f64>, f64, f64)| match value {
            Some(value) if value >= poor => ConnectionQuality::Poor,
            Some(value) if value >= good => ConnectionQuality::Good,
            _ => ConnectionQuality::Excellent,
        };
        let hinted =
            if self.hinted { ConnectionQuality::Good } else { ConnectionQuality::Excellent };
        limits.into_iter().map(grade).fold(hinted, ConnectionQuality::max)
    }
}

/// A stream that has just begun has no average yet, reads.
const FIRST_READS: u32 = 3;
/// Below this many pictures per second nothing can be said of missing ones.
const FEW_PICTURES: f64 = 8.0;
/// How fast more pictures, and fewer, come to be what is expected.
const LEARN: f64 = 0.1;
const FORGET: f64 = 0.01;

/// The layers that were asked for and that come.
pub(super) type Layers = [Option<u32>; 4];

/// How many pictures per second are expected. Those that wait for one that stands by itself come in a burst, after a gap:
/// of the first three readings with other layers the middle one is what counts.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    of: Layers,
    reads: u32,
    expected: f64,
    most: f64,
}

impl Pace {
    /// Before the first picture nothing is expected.
    fn next(self, of: Layers, rate: f64) -> Self {
        let past = if self.of == of { self } else { Self { of, ..Self::default() } };
        let Self { reads, expected, most, .. } = past;
        if reads == 0 && rate <= 0.0 {
            return past;
        }
        let reads = reads.saturating_add(1);
        let (expected, most) = match reads {
            1 => (rate, rate),
            2 => (expected.min(rate), most.max(rate)),
            3 => (rate.max(expected).min(most), most),
            _ => {
                let pace = if rate > expected { LEARN } else { FORGET };
                (expected + (rate - expected) * pace, most)
            }
        };
        Self { of, reads, expected, most }
    }

    /// Which part of what is expected is missing, 0 to 1.
    fn missing(self, rate: f64) -> Option<f64> {
        (self.expected >= FEW_PICTURES).then(|| 1.0 - rate / self.expected)
    }
}

/// What is kept of a stream from one read to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    reads: u32,
    at: Millis,
    /// For how long it stood still so far, ms.
    frozen: f64,
    pace: Pace,
}

impl Record {
    /// What a read says of a stream that is received. `watched`: whether it is a camera's and somebody sees the page;
    /// nobody sees a hidden one, and browsers draw it as they like, and a screen holds still as its owner likes.
    pub(super) fn read(
        &mut self,
        track: &TrackStats,
        layers: Layers,
        now: Millis,
        hinted: bool,
        watched: bool,
    ) -> Health {
        let past = *self;
        let rate = track.frames_per_second;
        let pace = rate.map_or(past.pace, |rate| past.pace.next(layers, rate));
        let frozen = track.freeze_duration.unwrap_or_default();
        *self = Self { reads: past.reads.saturating_add(1), at: now, frozen, pace };
        if self.reads <= FIRST_READS {
            return Health::default();
        }
        let health = Health::of(track, hinted);
        if !watched {
            return health;
        }
        let passed = span(past.at.until(now)).max(1.0);
        Health {
            missing: rate.and_then(|rate| pace.missing(rate)),
            frozen: Some((frozen - past.frozen).max(0.0) / passed),
            ..health
        }
    }
}

/// How many moments in a row it has to be worse, or better, to be called so.
const WORSE: usize = 2;
const BETTER: usize = 4;

/// A grade that does not jump.
#[derive(Clone, Debug, Default)]
pub(super) struct Steady {
    grade: ConnectionQuality,
    recent: Vec<ConnectionQuality>,
}

impl Steady {
    pub(super) fn grade(&self) -> ConnectionQuality {
        self.grade
    }

    /// `certain`: it is known and not measured, and holds at once. Whether the grade is another now.
    pub(super) fn step(&mut self, grade: ConnectionQuality, certain: bool) -> bool {
        let before = self.grade;
        if self.recent.len() >= BETTER {
            self.recent.remove(0);
        }
        self.recent.push(grade);
        let last = || self.recent.iter().rev().take(WORSE).copied();
        let (worse, better) = (last().min(), self.recent.iter().max().copied());
        if certain {
            self.grade = grade;
        } else if let Some(worse) = worse.filter(|worse| last().len() == WORSE && *worse > before) {
            self.grade = worse;
        } else if let Some(better) = better.filter(|it| self.recent.len() == BETTER && *it < before)
        {
            self.grade = better;
        }
        self.grade != before
    }
}

/// Whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict<P: PartialEq> {
    pub(super) own: ConnectionQuality,
    /// Only those of whom something can be said.
    pub(super) others: Map<P, ConnectionQuality>,
}

/// What is bad of everybody, of two at least, is our own doing: it counts for us, and says nothing of those who are no
/// worse than that. That nothing comes from anybody is our doing only if our connection is `down`.
pub(super) fn blame<P: PartialEq>(
    own: ConnectionQuality,
    others: Map<P, ConnectionQuality>,
    down: bool,
) -> Verdict<P> {
    let least = if others.len() > 1 { others.values().min().copied() } else { None };
    let least = least.unwrap_or_default().min(ConnectionQuality::Poor);
    let ours = if down { ConnectionQuality::Lost } else { least };
    let is_theirs = |grade: ConnectionQuality| ours == ConnectionQuality::Excellent || grade > ours;
    let others = others.into_iter().filter(|(_, grade)| is_theirs(*grade)).collect();
    Verdict { own: own.max(ours), others }
}

#[cfg(test)]
mod tests {
    use super::ConnectionQuality::{Excellent, Good, Lost, Poor};
    use super::*;
    use crate::live::Direction;
    use crate::protocol::videoroom::StreamKind;

    #[test]
    fn it_is_that_of_the_worst_and_nothing_is_said_of_what_is_not_known() {
        let nothing = Health::default();
        assert_eq!(nothing.grade(), Excellent);
        let well = Health {
            loss: Some(0.01),
            jitter: Some(10.0),
            round_trip_time: Some(80.0),
            frozen: Some(0.0),
            missing: Some(0.1),
            hinted: false,
        };
        assert_eq!(well.grade(), Excellent);
        assert_eq!(Health { loss: Some(0.05), ..nothing }.grade(), Good);
        assert_eq!(Health { hinted: true, ..nothing }.grade(), Good);
        let still = Health { loss: Some(0.0), ..nothing };
        for bad in [
            Health { loss: Some(0.2), ..nothing },
            Health { jitter: Some(200.0), ..still },
            Health { round_trip_time: Some(1_000.0), ..still },
            Health { frozen: Some(0.5), ..still },
            Health { missing: Some(0.8), ..still },
        ] {
            assert_eq!(bad.grade(), Poor);
            assert_eq!(Health { hinted: true, ..bad }.grade(), Poor);
        }
    }

    #[test]
    fn it_changes_when_it_lasts_sooner_for_the_worse_and_at_once_where_it_is_certain() {
        let mut steady = Steady::default();
        let mut steps = |grades: &[ConnectionQuality]| -> Vec<ConnectionQuality> {
            let step = |grade: &ConnectionQuality| {
                steady.step(*grade, false);
                steady.grade()
            };
            grades.iter().map(step).collect()
        };
        let (e, g, p) = (Excellent, Good, Poor);
        assert_eq!(steps(&[e, p, e, p, e]), [e; 5]);
        assert_eq!(steps(&[p, p, g, e, e, e, e]), [e, p, p, p, p, g, e]);
        assert!(steady.step(Lost, true));
        let mut steps = |grade| {
            steady.step(grade, false);
            steady.grade()
        };
        assert_eq!([e; 4].map(&mut steps), [Lost, Lost, Lost, e]);
    }

    #[test]
    fn what_is_bad_of_everybody_is_ours_and_what_is_worse_is_theirs() {
        let judge = |own, others: &[(&'static str, ConnectionQuality)], down| {
            let verdict = blame(own, others.iter().copied().collect(), down);
            (verdict.own, verdict.others.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(judge(Excellent, &[], false), (Excellent, vec![]));
        assert_eq!(judge(Good, &[("Ada", Poor)], false), (Good, vec![("Ada", Poor)]));
        let one = [("Ada", Poor), ("Bob", Excellent)];
        assert_eq!(judge(Excellent, &one, false), (Excellent, one.to_vec()));
        assert_eq!(judge(Excellent, &[("Ada", Poor), ("Bob", Poor)], false), (Poor, vec![]));
        let both = [("Ada", Good), ("Bob", Poor)];
        assert_eq!(judge(Excellent, &both, false), (Good, vec![("Bob", Poor)]));
        let lost = [("Ada", Lost), ("Bob", Lost)];
        assert_eq!(judge(Excellent, &lost, false), (Poor, lost.to_vec()));
        assert_eq!(judge(Excellent, &lost, true), (Lost, vec![]));
    }

    fn camera(frames_per_second: f64, freeze_duration: f64) -> TrackStats {
        TrackStats {
            frames_per_second: Some(frames_per_second),
            freeze_duration: Some(freeze_duration),
            ..TrackStats::new("0", Direction::Receive, StreamKind::Video)
        }
    }

    /// What a second of pictures comes to, after some at 30 a second.
    fn after_thirty(track: &TrackStats, layers: Layers, watched: bool) -> Health {
        let mut record = Record::default();
        for second in 0..5 {
            let now = Millis(second * 1_000);
            let health = record.read(&camera(30.0, 0.0), Layers::default(), now, false, true);
            assert_eq!(health.grade(), Excellent);
        }
        record.read(track, layers, Millis(5_000), false, watched)
    }

    #[test]
    fn pictures_that_are_missing_or_stand_still_count_where_somebody_looks_at_a_camera() {
        let none = camera(0.0, 0.0);
        assert_eq!(after_thirty(&none, Layers::default(), true).grade(), Poor);
        assert_eq!(after_thirty(&none, Layers::default(), false).grade(), Excellent);
        let half = after_thirty(&camera(15.0, 0.0), Layers::default(), true);
        assert_eq!(half.grade(), Good);
        let frozen = after_thirty(&camera(30.0, 450.0), Layers::default(), true);
        assert_eq!((frozen.frozen, frozen.grade()), (Some(0.45), Poor));
        let fewer = [Some(0), None, None, None];
        assert_eq!(after_thirty(&camera(5.0, 0.0), fewer, true).grade(), Excellent, "as asked");
    }

    #[test]
    fn a_stream_that_has_just_begun_has_no_average_yet() {
        let mut record = Record::default();
        let lossy = TrackStats { loss_rate: Some(0.5), ..camera(1.0, 0.0) };
        let grades = [0, 1_000, 2_000, 3_000]
            .map(|now| record.read(&lossy, Layers::default(), Millis(now), false, true).grade());
        assert_eq!(grades, [Excellent, Excellent, Excellent, Poor]);
    }

    /// How good these readings are, one a second.
    fn grades(record: &mut Record, layers: Layers, rates: &[f64]) -> Vec<ConnectionQuality> {
        let grade = |rate: &f64| {
            let now = Millis(u64::from(record.reads) * 1_000);
            record.read(&camera(*rate, 0.0), layers, now, false, true).grade()
        };
        rates.iter().map(grade).collect()
    }

    #[test]
    fn neither_a_burst_nor_a_gap_at_first_is_what_to_expect() {
        for first in [[30.0, 10.0, 10.0], [0.0, 30.0, 10.0], [10.0, 2.0, 10.0], [10.0, 30.0, 2.0]] {
            let mut record = Record::default();
            // Both when it begins and when other layers come.
            for layer in 0..2 {
                let layers = [Some(layer), None, None, None];
                grades(&mut record, layers, &first);
                let well = grades(&mut record, layers, &[10.0; 6]);
                assert_eq!(well, [Excellent; 6], "{first:?}, layer {layer}");
                assert_eq!(grades(&mut record, layers, &[1.0]), [Poor], "{first:?}, layer {layer}");
            }
        }
    }

    #[test]
    fn what_is_not_known_of_pictures_says_nothing() {
        let mut record = Record::default();
        let unknown = TrackStats { frames_per_second: None, ..camera(0.0, 0.0) };
        for second in 0..5 {
            record.read(&unknown, Layers::default(), Millis(second * 1_000), false, true);
        }
        assert_eq!(grades(&mut record, Layers::default(), &[10.0, 10.0, 10.0, 1.0])[3], Poor);
        let health = record.read(&unknown, Layers::default(), Millis(10_000), false, true);
        assert_eq!((health.missing, health.grade()), (None, Excellent));
    }

    #[cfg(not(target_family = "wasm"))]
    mod at_random {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn a_grade_neither_leaves_what_was_measured_nor_changes_often(
                grades in prop::collection::vec(0_usize..4, 300)
            ) {
                let mut steady = Steady::default();
                let (mut seen, mut changed) = (vec![Excellent], 0);
                for grade in grades {
                    let grade = [Excellent, Good, Poor, Lost][grade];
                    let before = steady.grade();
                    seen.push(grade);
                    let is_other = steady.step(grade, false);
                    let now = steady.grade();
                    prop_assert_eq!(is_other, now != before);
                    let recent = &seen[seen.len().saturating_sub(BETTER)..];
                    let last = &seen[seen.len().saturating_sub(WORSE)..];
                    prop_assert!(now <= before || last.iter().all(|one| *one >= now));
                    prop_assert!(now >= before || recent.iter().all(|one| *one <= now));
                    changed += u32::from(is_other);
                }
                prop_assert!(changed < 150, "{} times", changed);
            }
        }
    }
}
