//! How long to wait before something that was lost is tried again.

use super::Millis;

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// To reach the server.
    Connection,
    /// To find a way for packets of a peer connection.
    Media,
    /// To take our place in a room that refuses us.
    Room,
}

impl Mending {
    /// The word for it in JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Media => "media",
            Self::Room => "room",
        }
    }
}

/// An attempt that has to be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What is tried.
    pub what: Mending,
    /// 1 for the first after the loss. It goes on counting where a connection that was back held for less than five
    /// seconds, and for media over peer connections that are made anew.
    pub number: u32,
    /// How long it has been lost, ms; for a room, since it refused us first.
    pub elapsed: Millis,
}

/// The pause before the second attempt, ms; the first waits for nothing.
const FIRST: u64 = 300;
/// No pause is longer, ms.
const LONGEST: u64 = 5_000;

/// The pause before an attempt to connect: none, then 0.3 s doubled each time up to 5 s, of which `chance` takes
/// away up to a half, so that the clients of a server that comes back do not arrive together.
///
/// ```
/// use janus_wasm::engine::{Attempt, Mending, Millis, backoff};
/// let attempt = |number| Attempt { what: Mending::Connection, number, elapsed: Millis(0) };
/// let pause = |number| backoff(attempt(number), 0);
/// assert_eq!([1, 2, 3, 20].map(pause), [0, 300, 600, 5_000].map(Millis));
/// ```
pub fn backoff(attempt: Attempt, chance: u32) -> Millis {
    let Some(doublings) = attempt.number.checked_sub(2) else { return Millis(0) };
    let pause = FIRST.checked_shl(doublings.min(16)).unwrap_or(LONGEST).min(LONGEST);
    let less = (pause / 2).saturating_mul(u64::from(chance)) >> 32;
    Millis(pause - less)
}
