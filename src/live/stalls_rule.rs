//! Which streams stand still.

use crate::Map;
use crate::engine::Millis;

/// A stream that should flow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    /// Grows with everything that comes; `None` before anything did.
    pub(super) count: Option<f64>,
    /// Grows with every picture that is made of it; `None` where nobody looks, so that none has to be.
    pub(super) pictures: Option<f64>,
    /// After how long without anything it is stalled.
    pub(super) patience: Millis,
}

/// What began to stall, and what no longer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StallChange<K> {
    pub(super) stalled: Vec<K>,
    pub(super) resumed: Vec<K>,
    /// Nothing has come of all that should, for some time; said until it was heard.
    pub(super) silent: bool,
}

/// Before the first frame there is a connection to be made, and a key frame to be waited for, in a stream that goes on as
/// well.
const FIRST: Millis = Millis(5_000);
/// For how long everything has to stand still before the connection is to blame.
const SILENCE: Millis = Millis(8_000);
/// A page that slept for longer knows nothing of what came meanwhile.
const SLEPT: Millis = Millis(6_000);

/// A number that should grow.
#[derive(Clone, Copy, Debug)]
struct Counter {
    count: Option<f64>,
    moved: Millis,
}

impl Counter {
    /// For how long it has not moved.
    fn step(&mut self, now: Millis, count: Option<f64>) -> Millis {
        // What begins again from nothing has not come yet.
        if count.is_some_and(|count| self.count.is_none_or(|before| count > before)) {
            self.moved = now;
        }
        self.count = count.or(self.count);
        self.moved.until(now)
    }
}

#[derive(Clone, Copy, Debug)]
struct Watched {
    packets: Counter,
    pictures: Option<Counter>,
    stalled: bool,
}

impl Watched {
    fn new(count: Option<f64>, now: Millis) -> Self {
        Self { packets: Counter { count, moved: now }, pictures: None, stalled: false }
    }

    /// Everything counts as moved.
    fn excuse(&mut self, now: Millis) {
        self.packets.moved = now;
        if let Some(pictures) = &mut self.pictures {
            pictures.moved = now;
        }
    }

    /// Whether it stands still.
    fn stands(&mut self, now: Millis, flow: Flow) -> bool {
        let still = self.packets.step(now, flow.count);
        // When somebody looks again, it begins anew.
        self.pictures = flow.pictures.map(|pictures| {
            let begun = Counter { count: Some(pictures), moved: now };
            self.pictures.unwrap_or(begun)
        });
        let frozen = self.pictures.as_mut().map(|seen| seen.step(now, flow.pictures));
        let frozen = frozen.unwrap_or_default();
        let first = FIRST.max(flow.patience);
        // What stalled goes on with the next packet, and with the next picture where there is to be one.
        if self.stalled {
            return still > Millis(0) || frozen > Millis(0);
        }
        let has_begun = self.packets.count.is_some_and(|count| count > 0.0);
        still >= if has_begun { flow.patience } else { first } || frozen >= first
    }
}

/// Tells which streams stand still. Those that are not given in a step are not to flow: they are forgotten, and stalled
/// no longer.
#[derive(Debug)]
pub(super) struct StallWatch<K> {
    watched: Map<K, Watched>,
    before: Option<Millis>,
    silence: Silence,
}

/// Since when everything stands still.
#[derive(Clone, Copy, Debug, Default)]
enum Silence {
    #[default]
    None,
    Since(Millis),
    Heard,
}

impl<K> Default for StallWatch<K> {
    fn default() -> Self {
        Self { watched: Map::default(), before: None, silence: Silence::None }
    }
}

impl<K: Clone + PartialEq> StallWatch<K> {
    pub(super) fn step(&mut self, now: Millis, flows: &[(K, Flow)]) -> StallChange<K> {
        let slept = self.before.is_some_and(|before| before.until(now) > SLEPT);
        self.before = Some(now);
        let (mut stalled, mut resumed) = (Vec::new(), Vec::new());
        let flows_on = |key: &K| flows.iter().any(|(other, _)| other == key);
        let over = self.watched.iter().filter(|(key, watched)| watched.stalled && !flows_on(key));
        resumed.extend(over.map(|(key, _)| key.clone()));
        self.watched.retain(|key, _| flows_on(key));
        for (key, flow) in flows {
            let known = self.watched.get(key).copied();
            let mut watched = known.unwrap_or_else(|| Watched::new(flow.count, now));
            if slept && !watched.stalled {
                watched.excuse(now);
            }
            let stalls = watched.stands(now, *flow);
            if stalls != watched.stalled {
                if stalls { &mut stalled } else { &mut resumed }.push(key.clone());
            }
            watched.stalled = stalls;
            self.watched.insert(key.clone(), watched);
        }
        StallChange { stalled, resumed, silent: self.is_silent(now, flows) }
    }

    /// Something is done about the silence: it is not said again before something came.
    pub(super) fn heard(&mut self) {
        self.silence = Silence::Heard;
    }

    /// Whether everything has stood still for long. What may hold still proves nothing alone.
    fn is_silent(&mut self, now: Millis, flows: &[(K, Flow)]) -> bool {
        let stands = self.watched.iter().all(|(_, watched)| watched.stalled);
        let proves = flows.iter().any(|(_, flow)| flow.patience < SILENCE);
        self.silence = match self.silence {
            _ if !stands || !proves => Silence::None,
            Silence::None => Silence::Since(now),
            kept @ (Silence::Since(_) | Silence::Heard) => kept,
        };
        matches!(self.silence, Silence::Since(since) if since.until(now) >= SILENCE)
    }

    /// Whether this one stands still.
    pub(super) fn is_stalled(&self, key: &K) -> bool {
        self.watched.get(key).is_some_and(|watched| watched.stalled)
    }

    /// Those that stand still.
    pub(super) fn stalled(&self) -> impl Iterator<Item = &K> {
        self.watched.iter().filter(|(_, watched)| watched.stalled).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Watch = StallWatch<&'static str>;
    const PATIENCE: Millis = Millis(2_500);

    /// One letter for each step: S for stalled, R for resumed. `None`: not to flow.
    fn told(watch: &mut Watch, begin: u64, flows: &[Option<Flow>]) -> String {
        let step = |(at, flow): (u64, &Option<Flow>)| {
            let flows: Vec<_> = flow.iter().map(|flow| ("Ada", *flow)).collect();
            let change = watch.step(Millis(begin + at * 1_000), &flows);
            match (change.stalled.len(), change.resumed.len()) {
                (0, 0) => '.',
                (0, _) => 'R',
                _ => 'S',
            }
        };
        (0..).zip(flows).map(step).collect()
    }

    fn counted(count: u32, patience: Millis) -> Flow {
        Flow { count: Some(count.into()), pictures: None, patience }
    }

    fn counts(watch: &mut Watch, begin: u64, counts: &[u32]) -> String {
        let flows: Vec<_> = counts.iter().map(|count| Some(counted(*count, PATIENCE))).collect();
        told(watch, begin, &flows)
    }

    #[test]
    fn it_is_told_when_nothing_comes_and_its_end_when_something_does() {
        let seen = counts(&mut Watch::default(), 0, &[1, 2, 3, 3, 3, 3, 3, 4, 5]);
        assert_eq!(seen, ".....S.R.");
    }

    #[test]
    fn it_takes_longer_before_anything_came_and_longer_where_pictures_may_hold_still() {
        let nothing = [Some(Flow { patience: PATIENCE, ..Flow::default() }); 8];
        assert_eq!(told(&mut Watch::default(), 0, &nothing), ".....S..");
        let mut slides = vec![Some(counted(1, Millis(10_000)))];
        slides.extend([Some(counted(2, Millis(10_000))); 12]);
        assert_eq!(told(&mut Watch::default(), 0, &slides), "...........S.");
    }

    #[test]
    fn it_ends_for_what_is_to_come_no_longer_and_is_not_known_of_a_page_that_slept() {
        let mut flows: Vec<_> =
            [1, 2, 2, 2, 2].into_iter().map(|count| Some(counted(count, PATIENCE))).collect();
        flows.extend([None, Some(counted(2, PATIENCE)), Some(counted(2, PATIENCE))]);
        assert_eq!(told(&mut Watch::default(), 0, &flows), "....SR..");
        let mut watch = Watch::default();
        counts(&mut watch, 0, &[1, 2]);
        assert_eq!(counts(&mut watch, 60_000, &[2, 2, 2, 2]), "...S");
    }

    /// In which steps it is said that nothing comes of all.
    fn silences(steps: &[[u32; 2]]) -> Vec<usize> {
        let mut watch = Watch::default();
        let silent = |(at, counts): (usize, &[u32; 2])| {
            let [ada, bob] = counts.map(|count| counted(count, PATIENCE));
            let now = Millis(u64::try_from(at).unwrap() * 1_000);
            let is_silent = watch.step(now, &[("Ada", ada), ("Bob", bob)]).silent;
            // Nobody hears it the first time.
            if is_silent && at > 11 {
                watch.heard();
            }
            is_silent.then_some(at)
        };
        steps.iter().enumerate().filter_map(silent).collect()
    }

    #[test]
    fn that_of_everything_is_said_until_it_is_heard_and_again_after_something_came() {
        assert_eq!(silences(&[[5, 5]; 30]), [11, 12]);
        let moving: Vec<_> = (0..30).map(|at| [5, at]).collect();
        assert!(silences(&moving).is_empty(), "something comes");
        // A connection that is made anew counts from nothing, which is nothing that came.
        assert_eq!(silences(&[&[[5, 5]; 14][..], &[[0, 0]; 30]].concat()), [11, 12]);
        let again = [&[[5, 5]; 14][..], &[[0, 0], [1, 1]], &[[2, 2]; 20]].concat();
        assert_eq!(silences(&again).len(), 3);
    }

    /// Packets with the pictures made of them, where somebody looks.
    fn seen(pairs: &[(u32, Option<u32>)]) -> String {
        let flow = |(count, pictures): &(u32, Option<u32>)| {
            let pictures = pictures.map(f64::from);
            Some(Flow { pictures, ..counted(*count, PATIENCE) })
        };
        told(&mut Watch::default(), 0, &pairs.iter().map(flow).collect::<Vec<_>>())
    }

    fn frozen(pictures: &[Option<u32>]) -> String {
        seen(&(1..).zip(pictures.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn it_is_told_of_pictures_that_stand_still_while_packets_come_where_somebody_looks() {
        assert_eq!(frozen(&[0, 0, 0, 0, 0, 0, 0, 1, 2].map(Some)), ".....S.R.");
        assert_eq!(frozen(&[1, 2, 2, 2, 2, 2, 2, 3].map(Some)), "......SR");
        assert_eq!(frozen(&[None; 9]), ".........");
        // Whoever looks away and back gives it time again; who looks away while it is frozen misses nothing.
        let mut away = vec![Some(1); 4];
        away.push(None);
        away.extend([Some(1); 6]);
        assert_eq!(frozen(&away), "..........S");
        let mut looks = vec![Some(1); 6];
        looks.extend([None; 2]);
        assert_eq!(frozen(&looks), ".....SR.");
    }

    #[test]
    fn it_ends_with_a_packet_and_where_somebody_looks_with_a_picture_of_it() {
        let rest = |pairs: [(u32, Option<u32>); 3]| {
            let mut all = vec![(1, Some(1)); 4];
            all.extend(pairs);
            seen(&all)
        };
        assert_eq!(rest([(2, Some(1)), (3, Some(1)), (4, Some(2))]), "...S..R");
        assert_eq!(rest([(1, None), (1, Some(1)), (2, None)]), "...S..R");
    }

    #[cfg(not(target_family = "wasm"))]
    mod at_random {
        use proptest::prelude::*;

        use super::*;

        const KEYS: [&str; 3] = ["a", "b", "c"];

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn nothing_is_said_twice(
                moments in prop::collection::vec((any::<u8>(), any::<[[u8; 3]; 3]>()), 1..200)
            ) {
                let (mut watch, mut stalled) = (Watch::default(), Vec::new());
                let (mut now, mut counts) = (0, [0_u32; 3]);
                for (gap, chances) in moments {
                    now += if gap < 8 { 30_000 } else { 1_000 };
                    let mut flows = Vec::new();
                    for ((key, count), [grows, looks, here]) in KEYS.into_iter().zip(&mut counts).zip(chances) {
                        *count += u32::from(grows < 100);
                        let pictures = (looks < 128).then(|| f64::from(*count / 3));
                        let flow = Flow { count: (*count > 0).then(|| f64::from(*count)), pictures, patience: PATIENCE };
                        if here > 12 {
                            flows.push((key, flow));
                        }
                    }
                    let change = watch.step(Millis(now), &flows);
                    for key in change.stalled {
                        prop_assert!(!stalled.contains(&key));
                        stalled.push(key);
                    }
                    for key in change.resumed {
                        prop_assert!(stalled.contains(&key));
                        stalled.retain(|other| *other != key);
                    }
                    prop_assert!(stalled.iter().all(|key| flows.iter().any(|(other, _)| other == key)));
                    prop_assert!(KEYS.iter().all(|key| watch.is_stalled(key) == stalled.contains(key)));
                    prop_assert_eq!(watch.stalled().count(), stalled.len());
                }
            }
        }
    }
}
