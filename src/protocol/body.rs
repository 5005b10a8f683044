//! JSON that is carried without being looked at.
//!
//! Plugin bodies are opaque to the core API. In a browser they stay JavaScript values from
//! `JSON.parse` to the listener, on the host they are `serde_json` values; everything above is
//! generic over this trait, which is the one seam between the two codecs.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// A parsed JSON value of either codec.
pub trait Body: Clone + Serialize + DeserializeOwned + 'static {
    /// Parses JSON text. Integers beyond 2^53 survive.
    fn parse(text: &str) -> Result<Self, Error>;

    /// Writes JSON text, compact and without a trailing newline (Janus 1.1.2 refuses one).
    fn text(&self) -> Result<String, Error>;

    /// Reads the value as a typed one.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Error>;

    /// Makes a value of a typed one; absent options leave no key behind.
    fn write<T: Serialize>(value: &T) -> Result<Self, Error>;

    /// The same object with one more text field: a plugin's `request`, a join's `ptype`.
    #[must_use]
    fn with(self, key: &str, value: &str) -> Self;
}
