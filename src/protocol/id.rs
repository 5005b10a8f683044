//! Identifiers. Janus numbers are 64-bit; JavaScript numbers are exact only to 2^53.

use std::fmt;

use super::json::{Decode, Encode, Unfit};

/// The largest integer a JavaScript number holds exactly.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The id of a room, participant, feed: an integer, or text on servers with `string_ids`.
///
/// ```
/// use janus_wasm::Id;
/// assert_eq!(Id::from(1234).to_string(), "1234");
/// assert_eq!(Id::from("lobby").to_string(), "lobby");
/// assert_ne!(Id::from(1234), Id::from("1234"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// An integer id (the server's default).
    Number(u64),
    /// A text id (`string_ids = true`).
    Text(String),
}

impl From<u64> for Id {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Encode for Id {
    fn encode(&self, out: &mut String) {
        match self {
            Self::Number(number) => number.encode(out),
            Self::Text(text) => text.encode(out),
        }
    }
}

impl Decode for Id {
    fn decode(value: &str) -> Result<Self, Unfit> {
        if value.trim_ascii_start().starts_with('"') {
            return String::decode(value).map(Self::Text);
        }
        let wrong = |_| Unfit::new("expected an id: a whole number of at least 0, or text");
        u64::decode(value).map(Self::Number).map_err(wrong)
    }
}

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl Encode for $name {
            fn encode(&self, out: &mut String) {
                self.0.encode(out);
            }
        }

        impl Decode for $name {
            fn decode(value: &str) -> Result<Self, Unfit> {
                u64::decode(value).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numeric_id!(
    /// A session on one server. The client may choose it, so that requests can follow in one flight.
    SessionId
);
numeric_id!(
    /// A plugin handle within a session.
    HandleId
);
