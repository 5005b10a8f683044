//! Time as the engine sees it.

use std::ops::Add;

/// Milliseconds: a moment of a monotonic clock whose start does not matter, or a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Add for Millis {
    type Output = Self;

    fn add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Millis {
    /// How long it is until `later`; nothing if that is past.
    #[must_use]
    pub fn until(self, later: Self) -> Self {
        Self(later.0.saturating_sub(self.0))
    }
}

/// The first of those there are. One function for all: an iterator over each length of array costs its bytes anew.
pub(crate) fn soonest(times: &[Option<Millis>]) -> Option<Millis> {
    times.iter().copied().flatten().min()
}
