//! What of all that is wanted the way to us has room for. Pure: nothing of the browser is in here.

use super::budget::{Action, Budget, Pace, Stakes, Verdict};
use super::ladder::{Allocation, Held, Tile, allocate};
use super::network::{Network, Sample};
use crate::engine::Millis;

const PACE: Pace = Pace { settle: Millis(2_500), patience: Millis(4_000), longest: Millis(60_000) };
/// What is asked for of what got through when not all did.
const GOAL: f64 = 0.85;

/// The way to us.
#[derive(Debug)]
pub(super) struct Downlink {
    budget: Budget,
    network: Network,
    /// Nothing is lost: whatever is held back, nothing stops.
    is_gentle: bool,
}

impl Default for Downlink {
    fn default() -> Self {
        Self { budget: Budget::new(PACE), network: Network::default(), is_gentle: false }
    }
}

impl Downlink {
    /// How long it has to go well before more is tried.
    #[cfg(test)]
    pub(super) fn patience(&self) -> Millis {
        self.budget.patience()
    }

    /// What comes of each.
    pub(super) fn allocate(&self, tiles: &[Tile]) -> Allocation {
        allocate(tiles, self.budget.limit(), self.is_gentle)
    }

    /// What is wanted has changed by itself.
    pub(super) fn disturb(&mut self, now: Millis) {
        self.budget.disturb(now);
    }

    /// Judges by what arrived; whether decisions are to go by the newest costs from now on. What they cost is given as
    /// decisions have gone by, and as it was measured last. After a trial that failed all is as it was, costs included.
    pub(super) fn judge(
        &mut self,
        now: Millis,
        sample: &Sample,
        tiles: &[Tile],
        newest: &[Tile],
    ) -> bool {
        let held = self.allocate(tiles).held;
        let held = held.iter().copied().chain(std::iter::repeat(Held::default()));
        let spent = newest.iter().zip(held).map(|(tile, held)| tile.costs.of(held)).sum();
        let verdict = self.network.judge(sample);
        let is_gentle = verdict == Verdict::Bad && !self.network.is_losing();
        let Allocation { now: used, less, more, .. } = allocate(newest, spent, is_gentle);
        let goal = sample.bitrate.min(used) * GOAL;
        let stakes = Stakes { goal, now: used, less, more };
        let action = self.budget.judge(now, verdict, &stakes);
        if action == Some(Action::Less) {
            self.is_gentle = is_gentle;
            self.network.cut(sample);
        }
        matches!(action, Some(Action::Less | Action::More))
    }
}

#[cfg(test)]
mod tests;
