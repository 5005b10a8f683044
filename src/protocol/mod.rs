//! Messages of the Janus API: text to typed values and back.
//!
//! Pure: no browser, no clock. Wire types are flat structs; a `classify` turns them into enums.
//! Unknown fields and unknown kinds are never errors: a newer server may say more than we know.

pub mod codec;
pub mod description;
pub mod id;
pub mod jsep;
pub mod json;
pub mod message;
pub mod request;
pub mod videoroom;
pub(crate) mod wire;

pub use id::{HandleId, Id, SessionId};
pub use jsep::{Candidate, Jsep, Offer, SdpType};
pub use json::{Json, Number};
