//! Who speaks, in a stable order.

use super::levels_scale::span;
use crate::Map;
use crate::engine::Millis;

/// How somebody sounds at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Voice {
    /// 0 to 1, on the scale that follows the ear.
    pub(super) level: f64,
    /// What the server said last; `None` if it said nothing.
    pub(super) announced: Option<bool>,
    /// Whether nothing can be heard, whatever was said: no microphone that is on.
    pub(super) muted: bool,
}

/// What a step changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn<P> {
    pub(super) began: Vec<P>,
    pub(super) ceased: Vec<P>,
    /// Whether those who speak, or their order, are others than before.
    pub(super) changed: bool,
}

/// From here on it is speech, about -34 dBov; what speaks goes on down to the lower one, about -40 dBov.
const SPEAKS: f64 = 0.14;
const SILENT: f64 = 0.1;
/// For how long: a knock on the table is no speech, a breath is no end.
const ONSET: Millis = Millis(150);
const PAUSE: Millis = Millis(800);
/// Over which time loudness is compared, ms, how much louder is louder, and how often somebody moves up.
const MEMORY_MS: f64 = 1_000.0;
const LOUDER: f64 = 1.2;
const SETTLED: Millis = Millis(1_000);
/// A page that slept heard nothing meanwhile.
const LONGEST_STEP: Millis = Millis(1_000);

#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    speaking: bool,
    /// For how long there was sound.
    sounding: Millis,
    /// When there was sound last.
    last: Option<Millis>,
    /// The level of the last while.
    loudness: f64,
    /// When this one moved up last.
    moved: Option<Millis>,
}

impl Heard {
    fn listen(&mut self, voice: Voice, now: Millis, passed: Millis) {
        let Voice { level, announced, muted } = voice;
        let sounds = level >= if self.speaking { SILENT } else { SPEAKS };
        let sounding = if sounds { self.sounding + passed } else { passed.until(self.sounding) };
        self.sounding = if muted { Millis(0) } else { sounding.min(ONSET) };
        if sounds {
            self.last = Some(now);
        }
        let was = self.speaking;
        let audible = if was {
            self.last.is_some_and(|last| last.until(now) < PAUSE)
        } else {
            self.sounding >= ONSET
        };
        self.speaking = !muted && announced.unwrap_or(audible);
        // Somebody who begins is as loud as the first word; before that there was silence to be averaged with.
        self.loudness = if self.speaking && !was {
            level
        } else {
            self.loudness + (level - self.loudness) * (1.0 - (-span(passed) / MEMORY_MS).exp())
        };
    }
}

/// Who speaks. The server's word about somebody counts if there is one; otherwise what is heard, with a higher threshold
/// to begin than to go on. Who is muted does not speak.
#[derive(Debug)]
pub(super) struct SpeakerOrder<P> {
    heard: Map<P, Heard>,
    speakers: Vec<P>,
    before: Option<Millis>,
}

impl<P> Default for SpeakerOrder<P> {
    fn default() -> Self {
        Self { heard: Map::default(), speakers: Vec::new(), before: None }
    }
}

impl<P: Clone + PartialEq> SpeakerOrder<P> {
    /// Everybody who speaks, loudest first.
    pub(super) fn speakers(&self) -> &[P] {
        &self.speakers
    }

    pub(super) fn step(&mut self, now: Millis, voices: &[(P, Voice)]) -> Turn<P> {
        let passed = self.before.unwrap_or(now).until(now).min(LONGEST_STEP);
        self.before = Some(now);
        let (mut began, mut ceased) = (Vec::new(), Vec::new());
        let is_here = |person: &P| voices.iter().any(|(other, _)| other == person);
        for (person, heard) in self.heard.iter().filter(|(person, _)| !is_here(person)) {
            if heard.speaking {
                ceased.push(person.clone());
            }
        }
        self.heard.retain(|person, _| is_here(person));
        for (person, voice) in voices {
            let mut heard = self.heard.get(person).copied().unwrap_or_default();
            let was = heard.speaking;
            heard.listen(*voice, now, passed);
            if was != heard.speaking {
                if was { &mut ceased } else { &mut began }.push(person.clone());
            }
            self.heard.insert(person.clone(), heard);
        }
        let changed = self.arrange(now, &began, &ceased);
        Turn { began, ceased, changed }
    }

    fn loudness(&self, person: &P) -> f64 {
        self.heard.get(person).map_or(0.0, |heard| heard.loudness)
    }

    fn moved_up(&mut self, person: &P, now: Millis) {
        if let Some(heard) = self.heard.get_mut(person) {
            heard.moved = Some(now);
        }
    }

    fn arrange(&mut self, now: Millis, began: &[P], ceased: &[P]) -> bool {
        let speaking = self.speakers.iter().filter(|person| !ceased.contains(person));
        let mut order: Vec<P> = speaking.cloned().collect();
        for person in began {
            let loudness = self.loudness(person);
            // Of those who are as loud the last to begin is the first.
            let place = order.iter().position(|other| self.loudness(other) <= loudness);
            order.insert(place.unwrap_or(order.len()), person.clone());
            self.moved_up(person, now);
        }
        for at in (1..order.len()).rev() {
            self.compare(&mut order, at, now);
        }
        let changed = order != self.speakers;
        self.speakers = order;
        changed
    }

    /// The one at this place moves up by one if it is louder than the one before, and has not moved of late.
    fn compare(&mut self, order: &mut [P], at: usize, now: Millis) {
        let Some((upper, lower)) = order.get(at - 1).zip(order.get(at)) else { return };
        let rising = self.heard.get(lower).copied().unwrap_or_default();
        let settles = rising.moved.is_some_and(|moved| moved.until(now) < SETTLED);
        if settles || rising.loudness <= self.loudness(upper) * LOUDER {
            return;
        }
        let lower = lower.clone();
        order.swap(at - 1, at);
        // Who climbs past several does so in one step.
        let next = at.checked_sub(2).and_then(|place| order.get(place));
        if next.is_none_or(|next| rising.loudness <= self.loudness(next) * LOUDER) {
            self.moved_up(&lower, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: u64 = 100;
    type Order = SpeakerOrder<&'static str>;

    fn voice(level: f64) -> Voice {
        Voice { level, ..Voice::default() }
    }

    fn said(announced: bool) -> Voice {
        Voice { announced: Some(announced), ..voice(0.0) }
    }

    /// Steps with voices made by `make(step)`; what each step came to, and who spoke then.
    fn listen(
        order: &mut Order,
        begin: u64,
        steps: u64,
        make: impl Fn(u64) -> Vec<(&'static str, Voice)>,
    ) -> Vec<(Turn<&'static str>, Vec<&'static str>)> {
        let step = |at| {
            let turn = order.step(Millis(begin + at * STEP), &make(at));
            (turn, order.speakers().to_vec())
        };
        (0..steps).map(step).collect()
    }

    fn ada(level: impl Fn(u64) -> f64) -> impl Fn(u64) -> Vec<(&'static str, Voice)> {
        move |at| vec![("Ada", voice(level(at)))]
    }

    /// Who began, and who ceased, in all of it.
    fn told(steps: &[(Turn<&'static str>, Vec<&'static str>)]) -> [Vec<&'static str>; 2] {
        let began = steps.iter().flat_map(|(turn, _)| turn.began.clone());
        let ceased = steps.iter().flat_map(|(turn, _)| turn.ceased.clone());
        [began.collect(), ceased.collect()]
    }

    fn last(voices: &[(&'static str, Voice)]) -> Vec<&'static str> {
        let steps = listen(&mut Order::default(), 0, 20, |_| voices.to_vec());
        steps.last().unwrap().1.clone()
    }

    #[test]
    fn a_knock_is_no_speech_a_breath_is_no_end_and_between_two_thresholds_all_stays() {
        let knock = ada(|at| if at == 5 { 1.0 } else { 0.0 });
        assert_eq!(told(&listen(&mut Order::default(), 0, 20, knock)), [[""; 0]; 2]);
        let mut order = Order::default();
        let words = ada(|at| if at % 8 < 3 { 0.5 } else { 0.0 });
        assert_eq!(told(&listen(&mut order, 0, 30, words)), [vec!["Ada"], vec![]]);
        let between = || ada(|_| f64::midpoint(SPEAKS, SILENT));
        assert_eq!(listen(&mut order, 3_000, 30, between()).last().unwrap().1, ["Ada"]);
        let quiet = listen(&mut order, 6_000, 20, ada(|_| SILENT / 2.0));
        assert_eq!(told(&quiet), [vec![], vec!["Ada"]]);
        assert!(order.speakers().is_empty());
        let fresh = listen(&mut Order::default(), 0, 30, between());
        assert!(fresh.last().unwrap().1.is_empty());
    }

    #[test]
    fn the_word_of_the_server_counts_where_there_is_one_and_nothing_of_who_is_muted() {
        assert_eq!(last(&[("Ada", said(true))]), ["Ada"]);
        assert!(last(&[("Ada", Voice { level: 1.0, ..said(false) })]).is_empty());
        assert!(last(&[("Ada", Voice { level: 1.0, muted: true, ..said(true) })]).is_empty());
        let first = listen(&mut Order::default(), 0, 1, |_| vec![("Ada", said(true))]);
        assert_eq!(first[0].0.began, ["Ada"]);
    }

    #[test]
    fn the_louder_comes_first_the_newcomer_among_equals_and_they_change_places_when_it_lasts() {
        let mut order = Order::default();
        let three = |levels: [f64; 3]| {
            move |_| ["Ada", "Bob", "Cy"].into_iter().zip(levels.map(voice)).collect()
        };
        let begun = listen(&mut order, 0, 30, three([0.3, 0.6, 0.3]));
        assert_eq!(begun.last().unwrap().1[0], "Bob");
        let turned = listen(&mut order, 3_000, 60, three([0.9, 0.3, 0.3]));
        assert_eq!(turned.last().unwrap().1[0], "Ada");
        assert_eq!(turned[2].1[0], "Bob");
        let words = listen(&mut Order::default(), 0, 3, |at| {
            vec![("Ada", said(true)), ("Bob", said(at > 0))]
        });
        assert_eq!(words.last().unwrap().1, ["Bob", "Ada"]);
    }

    #[cfg(not(target_family = "wasm"))]
    mod at_random {
        use proptest::prelude::*;

        use super::*;

        const NAMES: [&str; 4] = ["Ada", "Bob", "Cy", "Dee"];

        /// A moment: how long after the one before, and of each whether there, muted, and how loud.
        type Moment = (u64, [(f64, f64, f64); 4]);

        fn moments() -> impl Strategy<Value = ([f64; 4], Vec<Moment>)> {
            let one = || (0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64);
            let gap = prop_oneof![49 => Just(STEP), 1 => Just(5_000)];
            let all = prop::collection::vec((gap, [one(), one(), one(), one()]), 1..200);
            let chance = || 0.0..1.0_f64;
            ([chance(), chance(), chance(), chance()], all)
        }

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

            #[test]
            fn it_is_one_truth_without_flicker((mean, moments) in moments()) {
                let mut order = Order::default();
                let mut speaking: Vec<&str> = Vec::new();
                let (mut now, mut moves) = (0, 0);
                for (gap, people) in moments {
                    now += gap;
                    let mut voices = Vec::new();
                    for ((name, mean), (here, muted, level)) in NAMES.into_iter().zip(mean).zip(people) {
                        let level = (mean * level * 1.5).min(1.0);
                        if here > 0.002 {
                            voices.push((name, Voice { muted: muted < 0.002, ..voice(level) }));
                        }
                    }
                    let Turn { began, ceased, changed } = order.step(Millis(now), &voices);
                    for name in &ceased {
                        prop_assert!(speaking.contains(name));
                        speaking.retain(|other| other != name);
                    }
                    for name in &began {
                        prop_assert!(!speaking.contains(name));
                        let of = voices.iter().find(|(other, _)| other == name);
                        prop_assert!(of.is_some_and(|(_, voice)| !voice.muted));
                        speaking.push(name);
                    }
                    let mut listed = order.speakers().to_vec();
                    listed.sort_unstable();
                    speaking.sort_unstable();
                    prop_assert_eq!(&listed, &speaking);
                    if began.is_empty() && ceased.is_empty() && changed {
                        moves += 1;
                    }
                }
                // Each may move up once a second at most.
                prop_assert!(moves <= 4 * now / 1_000 + 4, "{} moves", moves);
            }

            #[test]
            fn those_who_are_as_loud_as_each_other_do_not_change_places(
                levels in prop::collection::vec((0.45..0.55_f64, 0.45..0.55_f64), 600)
            ) {
                let mut order = Order::default();
                let mut settled = Vec::new();
                for (at, (ada, bob)) in (0..).zip(levels) {
                    order.step(Millis(at * STEP), &[("Ada", voice(ada)), ("Bob", voice(bob))]);
                    if at == 10 {
                        settled = order.speakers().to_vec();
                    }
                    prop_assert!(at < 10 || settled == order.speakers());
                }
            }
        }
    }
}
