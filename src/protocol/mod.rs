//! Messages of the Janus API: text to typed values and back.
//!
//! Pure: no browser, no clock. Wire types are flat `serde` structs, because tagged and untagged enums
//! cost about 20 kB of compressed WebAssembly; a hand-written `classify` turns them into enums.
//! Unknown fields and unknown kinds are never errors: a newer server may say more than we know.

pub mod body;
pub mod codec;
pub mod description;
pub mod id;
pub mod integers;
pub mod jsep;
pub mod message;
pub mod request;
pub mod videoroom;

pub use body::Body;
pub use id::{HandleId, Id, SessionId};
pub use jsep::{Candidate, Jsep, SdpType};
