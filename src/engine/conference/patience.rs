//! How a peer connection that does not come up is made anew: at once for some times, then less and less often,
//! for as long as the call lasts. A network that lets nothing through today may do so in a minute.

use super::Millis;

/// How often in a row it is made anew at once.
const QUICK: u32 = 3;

/// The first pause after that, ms; each is twice as long as the one before, up to the last.
const FIRST: Millis = Millis(2_000);
const LAST: Millis = Millis(16_000);

/// When the next attempt is due.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
    wanted: bool,
    due: Option<Millis>,
}

impl Patience {
    /// It failed, and is to be made anew. Whether it is the first failure of this time that takes a pause.
    pub(super) fn failed(&mut self) -> bool {
        self.failures = self.failures.saturating_add(1);
        (self.wanted, self.due) = (true, None);
        self.failures == QUICK + 1
    }

    /// It is up.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// There is reason to hope: what waits for the next attempt waits no longer.
    pub(super) fn hurry(&mut self) {
        (self.failures, self.due) = (0, None);
    }

    /// Whether the next attempt is due now.
    pub(super) fn is_due(&mut self, now: Millis) -> bool {
        if !self.wanted {
            return false;
        }
        let pause = self.pause();
        let due = *self.due.get_or_insert(now + pause);
        if due > now {
            return false;
        }
        (self.wanted, self.due) = (false, None);
        true
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.due
    }

    fn pause(&self) -> Millis {
        let slow = self.failures.saturating_sub(QUICK);
        if slow == 0 { Millis(0) } else { Millis(FIRST.0 << (slow - 1).min(3)).min(LAST) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_quickly_and_then_ever_more_slowly_and_for_ever() {
        let (mut patience, mut now, mut pauses) = (Patience::default(), Millis(500), Vec::new());
        for _ in 0..9 {
            patience.failed();
            let began = now;
            while !patience.is_due(now) {
                now = patience.deadline().unwrap();
            }
            pauses.push(began.until(now).0);
        }
        assert_eq!(pauses, [0, 0, 0, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
        patience.failed();
        assert!(!patience.is_due(now));
        patience.hurry();
        assert!(patience.is_due(now));
        assert!(!patience.is_due(now), "once");
    }

    #[test]
    fn the_first_pause_is_told_once() {
        let mut patience = Patience::default();
        let told: Vec<bool> = (0..6).map(|_| patience.failed()).collect();
        assert_eq!(told, [false, false, false, true, false, false]);
        patience.succeeded();
        assert!(!patience.failed());
    }
}
