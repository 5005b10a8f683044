//! What we wrote last, which may have been lost without a word.

use std::collections::VecDeque;

use crate::engine::Millis;

/// So long it may go unnoticed that nothing gets to the server; and so many messages of that time are said again.
const UNNOTICED: Millis = Millis(5_000);
const AGAIN: usize = 64;

/// What was said last, with the time.
#[derive(Debug)]
pub(super) struct Recent<T>(VecDeque<(Millis, T)>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Recent<T> {
    pub(super) fn said(&mut self, now: Millis, what: T) {
        self.0.push_back((now, what));
        if self.0.len() > AGAIN {
            self.0.pop_front();
        }
    }

    /// The way to the server is gone: what may be lost with it.
    pub(super) fn interrupted(&mut self, now: Millis) -> Vec<T> {
        let all = std::mem::take(&mut self.0);
        all.into_iter().filter(|(at, _)| now <= *at + UNNOTICED).map(|(_, what)| what).collect()
    }

    /// Nothing is said again.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_just_before_is_said_again_and_once() {
        let mut recent = Recent::default();
        recent.said(Millis(1_000), 1);
        recent.said(Millis(4_000), 2);
        recent.said(Millis(6_000), 3);
        assert_eq!(recent.interrupted(Millis(9_000)), [2, 3]);
        assert!(recent.interrupted(Millis(9_000)).is_empty());
        for number in 0..100 {
            recent.said(Millis(9_000), number);
        }
        assert_eq!(recent.interrupted(Millis(9_000)).len(), 64);
        recent.said(Millis(9_000), 1);
        recent.clear();
        assert!(recent.interrupted(Millis(9_000)).is_empty());
    }
}
