//! How long to wait before a lost connection is made again.

use super::Millis;
use super::signalling::Attempt;

/// The pause before the second attempt, ms; the first waits for nothing.
const FIRST: u64 = 300;
/// No pause is longer, ms.
const LONGEST: u64 = 5_000;

/// The pause before an attempt: none, then 0.3 s doubled each time up to 5 s, of which `chance` takes
/// away up to a half, so that the clients of a server that comes back do not arrive together.
///
/// ```
/// use janus_wasm::engine::{Millis, backoff, signalling::Attempt};
/// let pause = |number| backoff(Attempt { number, elapsed: Millis(0) }, 0);
/// assert_eq!([1, 2, 3, 20].map(pause), [0, 300, 600, 5_000].map(Millis));
/// ```
pub fn backoff(attempt: Attempt, chance: u32) -> Millis {
    let Some(doublings) = attempt.number.checked_sub(2) else { return Millis(0) };
    let pause = FIRST.checked_shl(doublings.min(16)).unwrap_or(LONGEST).min(LONGEST);
    let less = (pause / 2).saturating_mul(u64::from(chance)) >> 32;
    Millis(pause - less)
}
