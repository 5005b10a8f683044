//! Identifiers. Janus numbers are 64-bit; JavaScript numbers are exact only to 2^53.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest integer a JavaScript number holds exactly.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Writes integers beyond 2^53 as 128-bit ones, which the browser codec turns into `BigInt`s while
/// ordinary ones stay numbers. In JSON text both are plain digits.
fn serialize_integer<S: Serializer>(value: u64, serializer: S) -> Result<S::Ok, S::Error> {
    if value > MAX_SAFE_INTEGER {
        serializer.serialize_u128(u128::from(value))
    } else {
        serializer.serialize_u64(value)
    }
}

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

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serialize_integer(*number, serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: a whole number of at least 0, or text")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Id, E> {
        Ok(Id::Number(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Id, E> {
        u64::try_from(value).map(Id::Number).map_err(|_| E::custom("an id cannot be negative"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Id, E> {
        Ok(Id::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Id, E> {
        Ok(Id::Text(value))
    }
}

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_integer(self.0, serializer)
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
