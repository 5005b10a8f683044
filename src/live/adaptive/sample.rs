//! What two reports of the connection that receives say of the network. Pure: nothing of the browser is in here.

use super::network::Sample;
use crate::Id;

/// What is read of a stream that is received: its counters, as far as the browser has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Inbound {
    /// What tells it from others of the same report; another stream in its place has another SSRC.
    pub(super) id: String,
    pub(super) ssrc: Option<f64>,
    /// Who sends it.
    pub(super) whose: Option<Id>,
    /// When it was read, ms.
    pub(super) time: f64,
    pub(super) is_video: bool,
    pub(super) packets_received: Option<f64>,
    pub(super) packets_lost: Option<f64>,
    pub(super) bytes_received: Option<f64>,
    pub(super) freeze_count: Option<f64>,
    pub(super) frames_decoded: Option<f64>,
    pub(super) frames_dropped: Option<f64>,
    /// s; the second as it would be without what was asked for.
    pub(super) jitter_buffer_delay: Option<f64>,
    pub(super) jitter_buffer_minimum_delay: Option<f64>,
    pub(super) jitter_buffer_emitted_count: Option<f64>,
}

impl Inbound {
    fn continues(&self, before: &Self) -> bool {
        let is_same = is_same(self.ssrc, before.ssrc);
        is_same && self.id == before.id && self.time > before.time
    }
}

/// Whether these are the same SSRC.
pub(super) fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        (None, None) => true,
        _ => false,
    }
}

/// Makes samples of reports, each of what was since the one before.
#[derive(Debug, Default)]
pub(super) struct Sampler(Vec<Inbound>);

impl Sampler {
    /// The first report makes none.
    pub(super) fn read(&mut self, now: Vec<Inbound>) -> Option<Sample> {
        let before = std::mem::replace(&mut self.0, now);
        let pairs = self.0.iter().filter_map(|now| {
            let before = before.iter().find(|before| now.continues(before))?;
            Some(Pair { now, before })
        });
        let pairs: Vec<Pair<'_>> = pairs.collect();
        if pairs.is_empty() { None } else { Some(sample_of(&pairs)) }
    }

    /// What was is of no account: nobody looked for a while.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[derive(Clone, Copy)]
struct Pair<'a> {
    now: &'a Inbound,
    before: &'a Inbound,
}

type Counter = fn(&Inbound) -> Option<f64>;

impl Pair<'_> {
    /// How much a counter grew; one that began anew did not.
    fn growth(&self, counter: Counter) -> f64 {
        let of = |it| counter(it).unwrap_or_default();
        (of(self.now) - of(self.before)).max(0.0)
    }

    /// How long media waited to be played, on average, ms: where the browser says it, without what was asked for.
    fn delay(&self) -> Option<f64> {
        let count = self.growth(|it| it.jitter_buffer_emitted_count);
        let waited = self.growth(|it| it.jitter_buffer_delay);
        let least = self.growth(|it| it.jitter_buffer_minimum_delay);
        let is_told = self.now.jitter_buffer_minimum_delay.is_some();
        let waited = if is_told { waited.min(least) } else { waited };
        (count > 0.0).then(|| waited / count * 1_000.0)
    }

    fn is_frozen(&self) -> bool {
        self.now.is_video && self.growth(|it| it.freeze_count) > 0.0
    }

    /// Whether pictures of it came.
    fn moves(&self) -> bool {
        let decoded = self.growth(|it| it.frames_decoded);
        self.is_frozen() || (self.now.is_video && decoded > 0.0)
    }
}

/// Of how many people these are.
fn people<'a>(pairs: impl Iterator<Item = &'a Pair<'a>>) -> usize {
    let mut people: Vec<Option<&Id>> = Vec::new();
    for pair in pairs {
        let whose = pair.now.whose.as_ref();
        if !people.contains(&whose) {
            people.push(whose);
        }
    }
    people.len()
}

fn sample_of(pairs: &[Pair<'_>]) -> Sample {
    let all = |counter: Counter| pairs.iter().map(|pair| pair.growth(counter)).sum::<f64>();
    let video = |counter: Counter| {
        let video = pairs.iter().filter(|pair| pair.now.is_video);
        video.map(|pair| pair.growth(counter)).sum::<f64>()
    };
    let spans = pairs.iter().map(|pair| pair.now.time - pair.before.time);
    let span = spans.reduce(f64::max).unwrap_or(f64::INFINITY);
    let lost = all(|it| it.packets_lost);
    Sample {
        lost,
        expected: lost + all(|it| it.packets_received),
        bitrate: video(|it| it.bytes_received) * 8_000.0 / span,
        people: people(pairs.iter().filter(|pair| pair.moves())),
        frozen: people(pairs.iter().filter(|pair| pair.is_frozen())),
        // The least of them: one stream that waits for its own sender does not count.
        delay: pairs.iter().filter_map(Pair::delay).reduce(f64::min),
        decoded: video(|it| it.frames_decoded),
        dropped: video(|it| it.frames_dropped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_made_of_what_grew_between_two_reports_whatever_they_leave_out() {
        let mut sampler = Sampler::default();
        let video =
            Inbound { id: "V".to_owned(), ssrc: Some(1.0), is_video: true, ..Inbound::default() };
        let sound = Inbound {
            id: "A".to_owned(),
            ssrc: Some(2.0),
            packets_received: Some(5.0),
            packets_lost: Some(1.0),
            ..Inbound::default()
        };
        assert_eq!(sampler.read(vec![video.clone(), sound.clone()]), None);
        let sample = sampler.read(vec![
            Inbound {
                time: 2_000.0,
                packets_received: Some(90.0),
                packets_lost: Some(10.0),
                bytes_received: Some(1_000.0),
                freeze_count: Some(1.0),
                frames_decoded: Some(20.0),
                frames_dropped: Some(5.0),
                jitter_buffer_delay: Some(4.0),
                jitter_buffer_emitted_count: Some(20.0),
                ..video.clone()
            },
            Inbound { time: 2_000.0, packets_received: Some(55.0), packets_lost: None, ..sound },
        ]);
        let expected = Sample {
            expected: 150.0,
            lost: 10.0,
            bitrate: 4_000.0,
            people: 1,
            frozen: 1,
            delay: Some(200.0),
            decoded: 20.0,
            dropped: 5.0,
        };
        assert_eq!(sample, Some(expected));
        // Another stream in its place began anew, and so does a counter that went back.
        let other = |time, packets| Inbound {
            ssrc: Some(9.0),
            time,
            packets_received: Some(packets),
            ..video.clone()
        };
        assert_eq!(sampler.read(vec![other(4_000.0, 1_000.0)]), None);
        let sample = sampler.read(vec![other(5_000.0, 10.0)]);
        assert!(sample.is_some_and(|sample| sample.expected.abs() < 1e-6));
        sampler.forget();
        assert_eq!(sampler.read(vec![other(6_000.0, 20.0)]), None);
    }

    #[test]
    fn counts_people_not_their_pictures_and_no_delay_that_was_asked_for() {
        let mut sampler = Sampler::default();
        let report = |time: f64, grown: bool| {
            let of = |(at, whose): (usize, u64)| Inbound {
                id: at.to_string(),
                whose: Some(Id::from(whose)),
                time,
                is_video: true,
                freeze_count: Some(if grown { [1.0, 2.0, 0.0, 0.0][at] } else { 0.0 }),
                frames_decoded: Some(if grown && at < 3 { 10.0 } else { 0.0 }),
                jitter_buffer_delay: Some(if grown { 8.0 } else { 0.0 }),
                jitter_buffer_minimum_delay: Some(if grown { 0.5 } else { 0.0 }),
                jitter_buffer_emitted_count: Some(if grown { 10.0 } else { 0.0 }),
                ..Inbound::default()
            };
            [1, 1, 2, 3].into_iter().enumerate().map(of).collect()
        };
        assert_eq!(sampler.read(report(0.0, false)), None);
        let sample = sampler.read(report(1_000.0, true)).unwrap();
        assert_eq!((sample.people, sample.frozen, sample.delay), (2, 1, Some(50.0)));
    }
}
