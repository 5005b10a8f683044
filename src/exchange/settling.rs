//! When everybody hears us.

use crate::engine::Millis;

/// After somebody came, or a channel opened, Janus and the others take a moment until what is sent arrives: they
/// subscribe, which takes a negotiation, and the server keeps nothing for them meanwhile. So long nothing is settled.
pub(super) const UNSETTLED: Millis = Millis(3_000);

/// Tells when everybody hears us, as far as can be told. `W` waits for it.
pub(super) struct Settling<W> {
    until: Option<Millis>,
    /// Nobody hears us, for as long as it takes.
    is_held: bool,
    /// With the time when they wait no longer.
    waiting: Vec<(W, Option<Millis>)>,
}

impl<W> Default for Settling<W> {
    fn default() -> Self {
        Self { until: None, is_held: false, waiting: Vec::new() }
    }
}

impl<W> Settling<W> {
    pub(super) fn is_settled(&self) -> bool {
        self.until.is_none() && !self.is_held
    }

    /// Nobody hears us until the next disturbance is over.
    pub(super) fn hold(&mut self) {
        (self.until, self.is_held) = (None, true);
    }

    /// Something changed that takes a moment.
    pub(super) fn disturb(&mut self, now: Millis) {
        (self.until, self.is_held) = (Some(now + UNSETTLED), false);
    }

    /// Waits until it is settled, or this time comes; given back if it is.
    pub(super) fn wait(&mut self, who: W, until: Option<Millis>) -> Option<W> {
        if self.is_settled() {
            return Some(who);
        }
        self.waiting.push((who, until));
        None
    }

    /// Those who need not wait any longer.
    pub(super) fn tick(&mut self, now: Millis) -> Vec<W> {
        let is_due = |until: Option<Millis>| until.is_some_and(|until| until <= now);
        if is_due(self.until) {
            return self.end();
        }
        let all = std::mem::take(&mut self.waiting);
        let (due, waiting) = all.into_iter().partition(|(_, until)| is_due(*until));
        self.waiting = waiting;
        who(due)
    }

    /// Nobody is waited for any longer.
    pub(super) fn end(&mut self) -> Vec<W> {
        (self.until, self.is_held) = (None, false);
        who(std::mem::take(&mut self.waiting))
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        let all = self.waiting.iter().map(|(_, until)| *until);
        all.chain([self.until]).flatten().min()
    }
}

fn who<W>(waiting: Vec<(W, Option<Millis>)>) -> Vec<W> {
    waiting.into_iter().map(|(who, _)| who).collect()
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_settles_after_the_next_disturbance() {
        let mut settling = Settling::default();
        settling.disturb(Millis(0));
        settling.hold();
        assert!(!settling.is_settled());
        assert_eq!((settling.deadline(), settling.wait(1, None)), (None, None));
        assert!(settling.tick(Millis(60_000)).is_empty());
        settling.disturb(Millis(60_000));
        assert_eq!(settling.tick(Millis(63_000)), [1]);
        assert!(settling.is_settled());
    }

    #[test]
    fn it_settles_when_nothing_disturbed_it_for_a_while() {
        let mut settling = Settling::default();
        assert_eq!(settling.wait("nobody", None), Some("nobody"));
        settling.disturb(Millis(0));
        assert_eq!(settling.wait("ada", None), None);
        settling.disturb(Millis(2_000));
        assert!(settling.tick(Millis(4_999)).is_empty());
        assert_eq!(settling.deadline(), Some(Millis(5_000)));
        assert_eq!(settling.tick(Millis(5_000)), ["ada"]);
        assert!(settling.is_settled());
    }

    #[test]
    fn not_everybody_waits_for_as_long_as_people_keep_coming() {
        let mut settling = Settling::default();
        settling.disturb(Millis(0));
        assert_eq!(settling.wait("patient", None), None);
        assert_eq!(settling.wait("file", Some(Millis(3_000))), None);
        settling.disturb(Millis(2_000));
        assert_eq!(settling.deadline(), Some(Millis(3_000)));
        assert!(settling.tick(Millis(2_999)).is_empty());
        assert_eq!(settling.tick(Millis(3_000)), ["file"]);
        assert_eq!(settling.deadline(), Some(Millis(5_000)));
        assert_eq!(settling.tick(Millis(5_000)), ["patient"]);
    }
}
