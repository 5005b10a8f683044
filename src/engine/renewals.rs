//! When a session may be made anew.

use super::Millis;

/// A session that lived for so long was a good one, ms. Those that are no good die with their first poll or two; that a
/// server starts again and again is no reason to keep people waiting.
const GOOD: Millis = Millis(2_000);
/// The longest pause, ms.
const LONGEST: Millis = Millis(30_000);

/// How often a session was made anew lately. Where new sessions die as soon as they are made (polls that reach
/// another server, an address that answers everything with 404), making them without a pause is a storm.
#[derive(Clone, Copy, Debug, Default)]
pub struct Renewals {
    made: Millis,
    pause: Millis,
}

impl Renewals {
    /// The session was made.
    pub fn made(&mut self, now: Millis) {
        self.made = now;
    }

    /// It is gone; how long to wait before the next is made.
    ///
    /// ```
    /// use janus_wasm::engine::{Millis, Renewals};
    /// let mut renewals = Renewals::default();
    /// renewals.made(Millis(0));
    /// assert_eq!(renewals.pause(Millis(60_000)), Millis(0));
    /// ```
    pub fn pause(&mut self, now: Millis) -> Millis {
        if now < self.made + GOOD {
            let next = self.made + self.longer();
            return now.until(next);
        }
        self.pause = Millis(0);
        self.pause
    }

    /// It could not be made; how long to wait before the next attempt.
    pub fn longer(&mut self) -> Millis {
        self.pause = Millis(self.pause.0.saturating_mul(2)).max(Millis(1_000)).min(LONGEST);
        self.pause
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_die_young_are_made_ever_more_slowly() {
        let mut renewals = Renewals::default();
        let mut now = Millis(100_000);
        renewals.made(now);
        now = now + Millis(20_000);
        assert_eq!(renewals.pause(now), Millis(0));
        let mut pauses = Vec::new();
        for _ in 0..8 {
            renewals.made(now);
            let pause = renewals.pause(now + Millis(50));
            pauses.push(pause.0 + 50);
            now = now + pause + Millis(50);
        }
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        renewals.made(now);
        assert_eq!(renewals.pause(now + Millis(2_000)), Millis(0), "a good one again");
        assert_eq!([renewals.longer(), renewals.longer()], [Millis(1_000), Millis(2_000)]);
    }

    #[test]
    fn what_a_session_lived_is_no_pause() {
        let mut renewals = Renewals::default();
        let mut now = Millis(100_000);
        for expected in [0, 500, 2_500] {
            renewals.made(now);
            now = now + Millis(1_500);
            let pause = renewals.pause(now);
            assert_eq!(pause.0, expected);
            now = now + pause;
        }
        // A server that starts again every few seconds.
        for _ in 0..8 {
            renewals.made(now);
            now = now + Millis(3_000);
            assert_eq!(renewals.pause(now), Millis(0));
        }
    }
}
