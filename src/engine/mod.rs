//! Every decision, as state machines without clocks, randomness or sockets.
//!
//! Each machine has the same shape: something happens and is handed in together with the time, then
//! its outputs are polled until there are none left, then it is left alone until its deadline or the
//! next happening. The outputs are a function of the inputs, so all of it is tested on the host.
//!
//! - [`signalling`]: transactions, sessions and handles of one connection, and its recovery
//! - [`recorder`]: what was said last, without secrets
//! - [`negotiation`]: the serial queue of one peer connection
//! - [`subscriptions`]: what is wanted against what the server confirmed
//! - [`requests`]: what the conference asks for
//! - [`roster`]: who is in the room with what
//! - [`conference`]: joins the three to a room
//! - [`devices`]: lists of devices, and how one became another

mod backoff;
pub mod conference;
pub mod devices;
pub mod negotiation;
pub mod recorder;
mod redact;
mod renewals;
pub mod requests;
pub mod roster;
pub mod signalling;
pub mod subscriptions;
mod time;

pub use backoff::{Attempt, Mending, backoff};
pub use redact::{redact, redact_words};
pub use renewals::Renewals;
pub use time::Millis;
pub(crate) use time::soonest;
