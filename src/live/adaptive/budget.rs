//! How much there may be of something that is short: less when it goes badly, and more again by careful trials, the
//! longer apart the more of them failed. Pure: nothing of the browser is in here.

use crate::engine::Millis;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// There is less from now on.
    Less,
    /// There is more, to see how that goes.
    More,
    /// There is what there was before that.
    Back,
}

/// How it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Bad,
    /// Reason for neither more nor less.
    Fair,
    Good,
}

/// What is at stake, in the budget's own unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stakes {
    /// What to come down to when it goes badly.
    pub(super) goal: f64,
    /// What it comes to now, and with one step less: so much less it is at least.
    pub(super) now: f64,
    pub(super) less: f64,
    /// With one step more; none when nothing is held back.
    pub(super) more: Option<f64>,
}

/// How fast it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long what was changed takes to show.
    pub(super) settle: Millis,
    /// How long it goes well before the first trial.
    pub(super) patience: Millis,
    /// The longest pause between trials.
    pub(super) longest: Millis,
}

/// By how much each further trial is bolder than the one before, as long as they go well. The first is one step.
const STRIDE: f64 = 1.5;
/// A trial is watched for as long as it was waited for, between twice the time to settle and this.
const LONGEST_TRIAL: Millis = Millis(10_000);

/// A trial under way.
#[derive(Clone, Copy, Debug)]
struct Trial {
    /// What there was before.
    before: f64,
    /// Until when it may fail.
    until: Millis,
}

/// How much there may be.
#[derive(Debug)]
pub(super) struct Budget {
    pace: Pace,
    limit: f64,
    /// What is measured before says nothing yet.
    settled: Millis,
    /// How long it has to go well, and since when it does.
    patience: Millis,
    well_since: Option<Millis>,
    trial: Option<Trial>,
    successes: i32,
}

impl Budget {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            limit: f64::INFINITY,
            settled: Millis(0),
            patience: pace.patience,
            well_since: None,
            trial: None,
            successes: 0,
        }
    }

    /// How much there may be.
    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    /// How long it has to go well until the next trial.
    #[cfg(test)]
    pub(super) fn patience(&self) -> Millis {
        self.patience
    }

    /// What is wanted has changed by itself: it takes a while to show what that does.
    pub(super) fn disturb(&mut self, now: Millis) {
        self.settled = self.settled.max(now + self.pace.settle);
    }

    /// Judges; what was done about it.
    pub(super) fn judge(
        &mut self,
        now: Millis,
        verdict: Verdict,
        stakes: &Stakes,
    ) -> Option<Action> {
        if verdict == Verdict::Bad
            && let Some(trial) = self.trial
        {
            return Some(self.fail(now, trial));
        }
        if now < self.settled {
            return None;
        }
        match verdict {
            Verdict::Bad => return self.cut(now, stakes),
            Verdict::Good => self.well_since = self.well_since.or(Some(now)),
            Verdict::Fair => self.well_since = None,
        }
        if self.trial.is_some_and(|trial| trial.until <= now) {
            self.succeed();
        }
        let since = self.well_since.filter(|_| self.trial.is_none() && self.limit.is_finite())?;
        // After one that went well the next may follow.
        let is_time = self.successes > 0 || since.until(now) >= self.patience;
        if is_time { self.attempt(now, stakes) } else { None }
    }

    fn cut(&mut self, now: Millis, stakes: &Stakes) -> Option<Action> {
        self.well_since = None;
        self.successes = 0;
        if stakes.less >= stakes.now {
            return None;
        }
        self.limit = stakes.goal.min(stakes.less).max(0.0);
        self.settled = now + self.pace.settle;
        Some(Action::Less)
    }

    fn attempt(&mut self, now: Millis, stakes: &Stakes) -> Option<Action> {
        let Some(more) = stakes.more else {
            // Nothing is held back: there is nothing to try.
            self.limit = f64::INFINITY;
            return None;
        };
        let settle = self.pace.settle;
        let watched = self.patience.max(settle + settle).min(LONGEST_TRIAL);
        self.trial = Some(Trial { before: stakes.now, until: now + watched });
        self.limit = more.max(stakes.now * STRIDE.powi(self.successes));
        self.settled = now + settle;
        Some(Action::More)
    }

    fn fail(&mut self, now: Millis, trial: Trial) -> Action {
        self.limit = trial.before;
        self.trial = None;
        self.successes = 0;
        self.well_since = None;
        self.patience = self.pace.longest.min(self.patience + self.patience);
        self.settled = now + self.pace.settle;
        Action::Back
    }

    /// One alone says little: the next may fail.
    fn succeed(&mut self) {
        self.trial = None;
        self.successes = self.successes.saturating_add(1);
        if self.successes > 1 {
            self.patience = self.pace.patience.max(Millis(self.patience.0 / 2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_its_patience_after_each_trial_in_vain_and_does_not_come_back_sooner() {
        let pace = Pace { settle: Millis(1_000), patience: Millis(4_000), longest: Millis(30_000) };
        let mut budget = Budget::new(pace);
        let (mut trials, mut steps, mut last) = (Vec::new(), 5.0_f64, 0);
        for now in (0..400_000).step_by(500) {
            let more = (steps < 5.0).then_some(steps + 1.0);
            let stakes = Stakes { now: steps, less: steps - 1.0, more, goal: steps };
            // There is room for three.
            let verdict = if steps > 3.0 { Verdict::Bad } else { Verdict::Good };
            let action = budget.judge(Millis(now), verdict, &stakes);
            steps = budget.limit().floor().min(5.0);
            match action {
                Some(Action::Back) => last = now,
                Some(Action::More) => trials.push((now - last) / 4_000),
                _ => {}
            }
        }
        assert_eq!(trials.get(1..5), Some(&[2, 4, 7, 7][..]));
        assert!((steps - 3.0).abs() < 1e-6);
    }
}
