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
    /// The server's last report of it.
    pub(super) report: Option<ServerReport>,
}

/// When a report of the server was sent, by a clock of its own, and how long it seems to have taken, ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ServerReport {
    pub(super) sent: f64,
    pub(super) took: f64,
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
pub(super) struct Sampler {
    before: Vec<Inbound>,
    way: Way,
}

impl Sampler {
    /// The first report makes none.
    pub(super) fn read(&mut self, now: Vec<Inbound>) -> Option<Sample> {
        let way = self.way.read(&now);
        let before = std::mem::replace(&mut self.before, now);
        let pairs = self.before.iter().filter_map(|now| {
            let before = before.iter().find(|before| now.continues(before))?;
            Some(Pair { now, before })
        });
        let pairs: Vec<Pair<'_>> = pairs.collect();
        if pairs.is_empty() { None } else { Some(sample_of(&pairs, way)) }
    }

    /// What was is of no account: nobody looked for a while.
    pub(super) fn forget(&mut self) {
        self.before.clear();
    }
}

/// How long the way was when a report took it last, ms; `is_new`: it took it since the time before.
#[derive(Clone, Copy)]
struct Passage {
    took: f64,
    is_new: bool,
}

/// A stream whose server reports, and what its first report seems to have taken, ms.
#[derive(Debug)]
struct Reported {
    id: String,
    ssrc: Option<f64>,
    first: f64,
    sent: f64,
}

/// How much longer reports of the server are on their way than at first: a queue that fills evenly is seen by nothing else.
/// Whatever the clocks say, the differences are right.
#[derive(Debug, Default)]
struct Way {
    before: Vec<Reported>,
    took: f64,
}

impl Way {
    fn read(&mut self, streams: &[Inbound]) -> Option<Passage> {
        let past = std::mem::take(&mut self.before);
        let before = |stream: &Inbound| {
            past.iter().find(|it| it.id == stream.id && is_same(it.ssrc, stream.ssrc))
        };
        let reported = streams.iter().filter_map(|it| Some((it, it.report?, before(it))));
        let reported: Vec<_> = reported.collect();
        let is_same = |now: &ServerReport, past: &Reported| now.sent.total_cmp(&past.sent).is_eq();
        // Of a stream that is paused there are no more.
        let fresh =
            || reported.iter().filter(|(_, now, past)| past.is_none_or(|it| !is_same(now, it)));
        let known = fresh().filter_map(|(_, now, past)| Some(now.took - (*past)?.first));
        self.took = known.reduce(f64::min).unwrap_or(self.took);
        let is_new = fresh().next().is_some();
        for (stream, now, past) in &reported {
            // One that is new took as long as the others do now.
            let first = past.map_or(now.took - self.took, |past| past.first);
            let (id, ssrc) = (stream.id.clone(), stream.ssrc);
            self.before.push(Reported { id, ssrc, first, sent: now.sent });
        }
        let passage = Passage { took: self.took, is_new };
        (!reported.is_empty()).then_some(passage)
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

fn sample_of(pairs: &[Pair<'_>], way: Option<Passage>) -> Sample {
    let all = |counter: Counter| pairs.iter().map(|pair| pair.growth(counter)).sum::<f64>();
    let video = |counter: Counter| {
        let video = pairs.iter().filter(|pair| pair.now.is_video);
        video.map(|pair| pair.growth(counter)).sum::<f64>()
    };
    let spans = pairs.iter().map(|pair| pair.now.time - pair.before.time);
    let span = spans.reduce(f64::max).unwrap_or(f64::INFINITY);
    // The least of them: one stream that waits for its own sender does not count.
    let waited = pairs.iter().filter_map(Pair::delay).reduce(f64::min);
    let lost = all(|it| it.packets_lost);
    Sample {
        lost,
        expected: lost + all(|it| it.packets_received),
        bitrate: video(|it| it.bytes_received) * 8_000.0 / span,
        people: people(pairs.iter().filter(|pair| pair.moves())),
        frozen: people(pairs.iter().filter(|pair| pair.is_frozen())),
        delay: match way {
            Some(Passage { is_new: false, .. }) => None,
            Some(Passage { took, .. }) => Some(waited.unwrap_or_default() + took),
            None => waited,
        },
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
    fn tells_how_much_longer_the_way_of_the_servers_reports_became_when_there_is_one() {
        let mut sampler = Sampler::default();
        let mut read = |time: f64, reports: &[(&str, f64, f64)]| {
            let of = |(id, sent, took): &(&str, f64, f64)| Inbound {
                id: (*id).to_owned(),
                time,
                is_video: true,
                report: Some(ServerReport { sent: *sent, took: *took }),
                ..Inbound::default()
            };
            sampler.read(reports.iter().map(of).collect()).and_then(|sample| sample.delay)
        };
        // The clocks differ by an hour.
        let hour = 3_600_000.0;
        assert_eq!(read(1_000.0, &[("a", 500.0, hour)]), None);
        assert_eq!(read(2_000.0, &[("a", 1_500.0, hour + 300.0)]), Some(300.0));
        assert_eq!(read(3_000.0, &[("a", 1_500.0, hour + 300.0)]), None);
        // Whoever comes later, by whatever clock, is as late as the others; the least counts.
        let both = |a, b| [("a", 3_500.0, hour + a), ("b", 3_400.0, b)];
        assert_eq!(read(4_000.0, &both(400.0, 7.0)), Some(400.0));
        let both = [("a", 4_500.0, hour + 900.0), ("b", 4_400.0, 107.0)];
        assert_eq!(read(5_000.0, &both), Some(500.0));
        assert_eq!(read(6_000.0, &[("b", 5_400.0, 7.0)]), Some(400.0));
        // One that is paused is told of no more.
        assert_eq!(read(7_000.0, &[("a", 6_500.0, hour), ("b", 5_400.0, 7.0)]), Some(400.0));
        let one = [("a", 7_500.0, hour + 600.0), ("b", 5_400.0, 7.0)];
        assert_eq!(read(8_000.0, &one), Some(1_000.0));
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
