//! What the layers of a stream take, as far as that was seen. Pure: nothing of the browser is in here.

use super::demand::Level;
use super::ladder::Held;

/// What the levels take before anything was measured, bit/s.
const GUESSES: [f64; 4] = [0.0, 120_000.0, 400_000.0, 1_300_000.0];
/// What the fewest pictures take of all.
const THIN: f64 = 0.5;
/// How much the last measurement counts.
const NEWEST: f64 = 0.4;
/// By how much the guesses may be wrong.
const SANE: f64 = 20.0;

type Measured = [Option<f64>; 4];

/// What is known of one stream.
#[derive(Debug, Default)]
pub(super) struct Costs {
    newest: Measured,
    known: Measured,
    /// The best the sender has at the moment: it may send no more.
    pub(super) top: Level,
}

impl Costs {
    pub(super) fn measure(&mut self, level: Level, bitrate: f64) {
        if let Some(newest) = self.newest.get_mut(level.index()) {
            let before = newest.unwrap_or(bitrate);
            *newest = Some(before + (bitrate - before) * NEWEST);
        }
    }

    /// From now on decisions go by what was measured meanwhile: not all the time, or they would sway with it.
    pub(super) fn adopt(&mut self) {
        self.known = self.newest;
    }

    /// By what decisions go by, bit/s.
    pub(super) fn known(&self, held: Held) -> f64 {
        self.of(held, &self.known)
    }

    /// By what was measured last, bit/s.
    pub(super) fn newest(&self, held: Held) -> f64 {
        self.of(held, &self.newest)
    }

    fn of(&self, held: Held, measured: &Measured) -> f64 {
        let guess = |level: Level| GUESSES.get(level.index()).copied().unwrap_or_default();
        let real = held.level.min(self.top);
        let factor = nearest(real, measured).map_or(1.0, |(level, bits)| bits / guess(level));
        let factor = factor.clamp(1.0 / SANE, SANE);
        guess(real) * factor * if held.is_thin { THIN } else { 1.0 }
    }
}

/// What was measured of the level itself, or else of the next one; of as near ones the better.
fn nearest(level: Level, measured: &Measured) -> Option<(Level, f64)> {
    let found = Level::ALL.into_iter().rev().zip(measured.iter().rev());
    let found = found.filter_map(|(one, bits)| Some((one, (*bits)?)));
    let near = found.filter(|(one, _)| *one > Level::Nothing);
    near.filter(|(one, _)| one.index().abs_diff(level.index()) <= 2)
        .min_by_key(|(one, _)| one.index().abs_diff(level.index()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(level: Level) -> Held {
        Held { level, is_thin: false }
    }

    #[test]
    fn are_guessed_by_what_is_near() {
        let mut costs = Costs::default();
        assert!((costs.newest(held(Level::Best)) - 1_300_000.0).abs() < 1e-6);
        costs.measure(Level::Middle, 800_000.0);
        // Twice what was thought of the middle, so twice of the others.
        assert!((costs.newest(held(Level::Smallest)) - 240_000.0).abs() < 1e-6);
        assert!((costs.newest(held(Level::Best)) - 2_600_000.0).abs() < 1e-6);
        assert!((costs.known(held(Level::Best)) - 1_300_000.0).abs() < 1e-6);
        costs.adopt();
        assert!((costs.known(held(Level::Best)) - 2_600_000.0).abs() < 1e-6);
        let thin = Held { level: Level::Best, is_thin: true };
        assert!((costs.known(thin) - 1_300_000.0).abs() < 1e-6);
        // The better of two as near ones.
        costs.measure(Level::Best, 1_300_000.0);
        costs.measure(Level::Smallest, 240_000.0);
        costs.newest[2] = None;
        assert!((costs.newest(held(Level::Middle)) - 400_000.0).abs() < 1e-6);
    }

    #[test]
    fn are_no_more_than_the_sender_has() {
        let costs = Costs { top: Level::Smallest, ..Costs::default() };
        assert!((costs.known(held(Level::Best)) - 120_000.0).abs() < 1e-6);
        assert!(costs.known(held(Level::Nothing)).abs() < 1e-6);
    }

    #[test]
    fn are_never_out_of_all_proportion() {
        let mut costs = Costs::default();
        costs.measure(Level::Best, 10.0);
        assert!((costs.newest(held(Level::Smallest)) - 6_000.0).abs() < 1e-6);
    }
}
