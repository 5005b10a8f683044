//! How loud something is, and whom to ask.

use crate::Map;
use crate::engine::Millis;

/// How fast a level rises and falls, ms: a word shows at once, and its end is not a blink.
const RISE_MS: f64 = 60.0;
const FALL_MS: f64 = 300.0;
/// Below this it is silence: a level that only ever came nearer to 0 would not be 0.
const SILENCE: f64 = 0.005;

/// A span to compute with, ms.
pub(super) fn span(span: Millis) -> f64 {
    u32::try_from(span.0).map_or(f64::INFINITY, f64::from)
}

/// A linear level (1 is as loud as can be), as browsers have it, on the scale that follows the ear.
pub(super) fn to_ear(level: f64) -> f64 {
    level.max(0.0).sqrt().min(1.0)
}

/// The level after so many ms, on its way from one to another.
pub(super) fn smooth(from: f64, to: f64, passed: Millis) -> f64 {
    let pace = if to > from { RISE_MS } else { FALL_MS };
    let level = from + (to - from) * (1.0 - (-span(passed) / pace).exp());
    if level < SILENCE { 0.0 } else { level }
}

/// The time it was heard last, as the browser has it, and since when that has not changed.
#[derive(Clone, Copy, Debug)]
struct Mark {
    stamp: f64,
    since: Millis,
}

/// For how long a level holds with nothing new: Opus says something at least every 400 ms, even of silence.
const STALE: Millis = Millis(600);

/// Tells levels from what browsers keep repeating for ten seconds after the last packet.
#[derive(Debug)]
pub(super) struct Freshness<K>(Map<K, Mark>);

impl<K> Default for Freshness<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Clone + PartialEq> Freshness<K> {
    /// Whether something new came of late; `stamp` changes with everything that comes.
    pub(super) fn step(&mut self, key: &K, stamp: f64, now: Millis) -> bool {
        match self.0.get(key) {
            Some(mark) if mark.stamp.total_cmp(&stamp).is_eq() => mark.since.until(now) < STALE,
            _ => {
                self.0.insert(key.clone(), Mark { stamp, since: now });
                true
            }
        }
    }

    /// Forgets all but those that pass.
    pub(super) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.0.retain(|key, _| keep(key));
    }
}

/// Whom to ask when asking all takes too long: the loudest, and the others in turn.
#[derive(Debug, Default)]
pub(super) struct Rota {
    next: usize,
}

impl Rota {
    /// So many of them, or all if there are not more.
    pub(super) fn choose<K: Clone + PartialEq>(
        &mut self,
        all: &[K],
        count: usize,
        loudness: impl Fn(&K) -> f64,
    ) -> Vec<K> {
        if all.len() <= count {
            return all.to_vec();
        }
        let mut chosen: Vec<K> = all.iter().filter(|key| loudness(key) > 0.0).cloned().collect();
        chosen.sort_by(|one, other| loudness(other).total_cmp(&loudness(one)));
        chosen.truncate(count.saturating_sub(1));
        let others: Vec<&K> = all.iter().filter(|key| !chosen.contains(key)).collect();
        let begin = self.next % others.len().max(1);
        let places = count.saturating_sub(chosen.len());
        let turn = others.iter().cycle().skip(begin).take(places.min(others.len()));
        chosen.extend(turn.copied().cloned());
        self.next = begin + places;
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Millis = Millis(100);

    #[test]
    fn a_level_goes_to_where_it_should_without_overshooting_and_down_to_nothing() {
        let mut level = 0.0;
        for _ in 0..5 {
            let then = smooth(level, 0.8, STEP);
            assert!(then > level && then <= 0.8);
            level = then;
        }
        assert!(level > 0.75);
        let mut steps = 0;
        while level > 0.0 {
            level = smooth(level, 0.0, STEP);
            steps += 1;
            assert!(level >= 0.0 && steps < 30);
        }
        let ear = [0.0, 1.0, 7.0, -1.0, 0.25].map(|level| Some(to_ear(level)));
        assert_eq!(ear, [0.0, 1.0, 1.0, 0.0, 0.5].map(Some));
    }

    #[test]
    fn a_level_holds_only_while_something_comes() {
        let mut fresh = Freshness::default();
        let seen = [0, 500, 1_200].map(|now| fresh.step(&"Ada", 7.0, Millis(now)));
        assert_eq!(seen, [true, true, false]);
        assert!(fresh.step(&"Ada", 8.0, Millis(1_300)));
        fresh.retain(|_| false);
        assert!(fresh.step(&"Ada", 8.0, Millis(9_000)), "another stream of the same name");
    }

    #[test]
    fn in_a_large_room_the_loudest_are_asked_always_and_everybody_in_turn() {
        let mut rota = Rota::default();
        assert_eq!(rota.choose(&["a", "b"], 4, |_| 0.0), ["a", "b"]);
        for size in 5..40 {
            let people: Vec<usize> = (0..size).collect();
            let mut asked = Vec::new();
            for _ in 0..size {
                let loud = |one: &usize| if [1, 3].contains(one) { 0.5 } else { 0.0 };
                let mut chosen = rota.choose(&people, 4, loud);
                assert!(chosen.contains(&1) && chosen.contains(&3));
                asked.extend(chosen.iter().copied());
                chosen.sort_unstable();
                chosen.dedup();
                assert_eq!(chosen.len(), 4);
            }
            assert!(people.iter().all(|one| asked.contains(one)), "{size} people");
        }
    }
}
