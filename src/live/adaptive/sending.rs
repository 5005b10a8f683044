//! Sends less while this machine cannot keep up with encoding. Pure: nothing of the browser is in here.

use super::Limitation;
use super::budget::{Budget, Pace, Stakes, Verdict};
use super::reduction::{Asked, Reduction, Sent, reduce, steps_of};
use crate::Map;
use crate::engine::Millis;

const PACE: Pace =
    Pace { settle: Millis(6_000), patience: Millis(20_000), longest: Millis(300_000) };
/// Encoders need a while to begin with.
const START: Millis = Millis(10_000);
/// How long an encoder has to be short before it counts.
const LASTING: Millis = Millis(4_000);

/// A video of ours as it is published now.
#[derive(Clone, Debug)]
pub(super) struct Published {
    /// The key of its publication.
    pub(super) key: u32,
    pub(super) is_screen: bool,
    /// Its simulcast layers.
    pub(super) layers: usize,
    pub(super) is_muted: bool,
    /// Whether its encoder says that the processor keeps it short.
    pub(super) is_short: bool,
    /// How it was asked to be published, with what we made of it.
    pub(super) options: Asked,
}

/// What is to be done.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// What is to be sent otherwise.
    pub(super) options: Vec<(u32, Asked)>,
    /// What is held back for another reason than before.
    pub(super) limited: Vec<(u32, Option<Limitation>)>,
}

/// What the application asked for, and what was made of it.
#[derive(Debug)]
struct Picture {
    since: Millis,
    short_since: Option<Millis>,
    asked: Asked,
    told: Option<Asked>,
    limitation: Option<Limitation>,
}

impl Picture {
    /// What the application asks for meanwhile counts, in place of what it asked for before.
    fn notice(&mut self, options: &Asked) {
        let Some(told) = &self.told else {
            self.asked = options.clone();
            return;
        };
        if options.layers != told.layers {
            self.asked.layers.clone_from(&options.layers);
        }
        if options.max_frame_rate != told.max_frame_rate {
            self.asked.max_frame_rate = options.max_frame_rate;
        }
    }

    fn verdict(&mut self, published: &Published, now: Millis) -> Verdict {
        if !published.is_short || published.is_muted {
            self.short_since = None;
            return Verdict::Good;
        }
        let since = *self.short_since.get_or_insert(now);
        let lasts = since.until(now) >= LASTING && self.since.until(now) >= START;
        if lasts { Verdict::Bad } else { Verdict::Fair }
    }

    fn apply(&mut self, published: &Published, reduction: Reduction, changes: &mut Changes) {
        let wanted = self.asked.reduced(reduction, published.layers);
        let is_less = wanted != self.asked;
        self.told = is_less.then(|| wanted.clone());
        if wanted != published.options {
            changes.options.push((published.key, wanted));
        }
        let limitation = is_less.then_some(Limitation::Cpu);
        if std::mem::replace(&mut self.limitation, limitation) != limitation {
            changes.limited.push((published.key, limitation));
        }
    }
}

/// Everything that is sent.
#[derive(Debug)]
pub(super) struct Sending {
    budget: Budget,
    pictures: Map<u32, Picture>,
}

impl Default for Sending {
    fn default() -> Self {
        Self { budget: Budget::new(PACE), pictures: Map::new() }
    }
}

impl Sending {
    /// Why less is sent of it than was asked for.
    pub(super) fn limitation(&self, key: u32) -> Option<Limitation> {
        self.pictures.get(&key)?.limitation
    }

    /// Judges by how it went since the last time.
    pub(super) fn judge(&mut self, now: Millis, published: &[Published]) -> Changes {
        self.pictures.retain(|key, _| published.iter().any(|one| one.key == *key));
        let mut verdict = Verdict::Good;
        for one in published {
            self.meet(one, now);
            if let Some(picture) = self.pictures.get_mut(&one.key) {
                picture.notice(&one.options);
                verdict = verdict.min(picture.verdict(one, now));
            }
        }
        let sent: Vec<Sent> = published.iter().map(sent).collect();
        let reductions = reduce(&sent, self.steps(now, steps_of(&sent), verdict));
        let mut changes = Changes::default();
        for (one, reduction) in published.iter().zip(reductions) {
            if let Some(picture) = self.pictures.get_mut(&one.key) {
                picture.apply(one, reduction, &mut changes);
            }
        }
        changes
    }

    /// It is over: what was left out is sent again.
    pub(super) fn stop(&mut self, published: &[Published]) -> Changes {
        let mut changes = Changes::default();
        for one in published {
            if let Some(picture) = self.pictures.get_mut(&one.key) {
                picture.notice(&one.options);
                picture.apply(one, Reduction::default(), &mut changes);
            }
        }
        *self = Self::default();
        changes
    }

    fn meet(&mut self, published: &Published, now: Millis) {
        if self.pictures.contains_key(&published.key) {
            return;
        }
        let asked = published.options.clone();
        let picture =
            Picture { since: now, short_since: None, asked, told: None, limitation: None };
        self.pictures.insert(published.key, picture);
    }

    /// How many steps of all are left out from now on.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of steps"
    )]
    fn steps(&mut self, now: Millis, all: usize, verdict: Verdict) -> usize {
        let all = all as f64;
        let spent = all.min(self.budget.limit());
        let more = (spent < all).then_some(spent + 1.0);
        let less = (spent - 1.0).max(0.0);
        self.budget.judge(now, verdict, &Stakes { goal: spent - 1.0, now: spent, less, more });
        (all - all.min(self.budget.limit())).round() as usize
    }
}

fn sent(published: &Published) -> Sent {
    Sent { is_screen: published.is_screen, layers: published.layers }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: u32 = 7;

    fn camera(is_short: bool, options: Asked) -> Published {
        Published { key: KEY, is_screen: false, layers: 2, is_muted: false, is_short, options }
    }

    /// A camera whose options are what was made of them.
    struct Stage {
        sending: Sending,
        now: u64,
        options: Asked,
        limited: Vec<Option<Limitation>>,
    }

    impl Stage {
        fn new(options: Asked) -> Self {
            Self { sending: Sending::default(), now: 0, options, limited: Vec::new() }
        }

        fn run(&mut self, seconds: u64, is_short: bool) {
            for _ in 0..seconds {
                self.now += 1_000;
                let published = [camera(is_short, self.options.clone())];
                let changes = self.sending.judge(Millis(self.now), &published);
                self.take(changes);
            }
        }

        fn take(&mut self, changes: Changes) {
            for (key, options) in changes.options {
                assert_eq!(key, KEY);
                self.options = options;
            }
            self.limited.extend(changes.limited.into_iter().map(|(_, limitation)| limitation));
        }
    }

    fn without_best() -> Vec<bool> {
        vec![false, true]
    }

    #[test]
    fn the_best_layer_is_left_out_while_the_processor_is_short_and_sent_again_after() {
        let mut stage = Stage::new(Asked { layers: None, max_frame_rate: Some(20) });
        // Not at the start.
        stage.run(10, true);
        assert_eq!((stage.options.layers.clone(), stage.limited.len()), (None, 0));
        stage.run(2, true);
        assert_eq!(stage.options.layers, Some(without_best()));
        assert_eq!(stage.sending.limitation(KEY), Some(Limitation::Cpu));
        stage.run(30, false);
        assert_eq!(stage.options, Asked { layers: None, max_frame_rate: Some(20) });
        assert_eq!(stage.limited, [Some(Limitation::Cpu), None]);
    }

    #[test]
    fn a_moment_without_processor_and_what_is_muted_do_not_count() {
        let mut stage = Stage::new(Asked::default());
        for _ in 0..10 {
            stage.run(3, true);
            stage.run(1, false);
        }
        assert_eq!(stage.options, Asked::default());
        let muted = Published { is_muted: true, ..camera(true, Asked::default()) };
        for second in 50..90 {
            let changes = stage.sending.judge(Millis(second * 1_000), std::slice::from_ref(&muted));
            assert_eq!(changes, Changes::default());
        }
    }

    #[test]
    fn what_is_asked_for_meanwhile_holds() {
        let mut stage = Stage::new(Asked::default());
        stage.run(12, true);
        assert_eq!(stage.options.layers, Some(without_best()));
        // The application sets all of its options, without a word of layers, and then fewer pictures.
        stage.options = Asked { layers: None, max_frame_rate: Some(10) };
        stage.run(1, false);
        assert_eq!(stage.options, Asked { layers: Some(without_best()), max_frame_rate: Some(10) });
        stage.run(40, false);
        assert_eq!(stage.options, Asked { layers: None, max_frame_rate: Some(10) });
    }

    #[test]
    fn what_was_left_out_is_sent_again_when_it_is_over() {
        let mut stage = Stage::new(Asked::default());
        stage.run(25, true);
        assert_ne!(stage.options, Asked::default());
        let published = [camera(true, stage.options.clone())];
        let changes = stage.sending.stop(&published);
        assert_eq!(changes.options, [(KEY, Asked::default())]);
        stage.take(changes);
        assert_eq!(stage.limited.last(), Some(&None));
    }
}
