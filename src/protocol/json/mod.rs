//! JSON as text: checked once, carried as it is, read where somebody wants to know.
//!
//! Plugin bodies are opaque to the core API, and most of what a server says is looked at only in part.
//! So a message stays the text it came as; [`Fields`] finds what is asked for, and integers of 64 bits
//! are digits that nobody rounds. The same code runs on the host and in the browser.

mod fit;
mod number;
mod scan;
mod write;

use std::fmt;

pub use self::fit::{Decode, Fields, Unfit};
pub use self::number::Number;
pub(crate) use self::scan::{fields, items};
pub(crate) use self::write::push_text;
pub use self::write::{Encode, Object};

use self::scan::Scan;
use crate::{Error, ErrorCode};

/// JSON text that is known to be well-formed.
///
/// ```
/// use janus_wasm::protocol::Json;
/// let body = Json::parse(r#"{"audio":true}"#)?;
/// assert_eq!(body.with("request", "configure").as_str(), r#"{"request":"configure","audio":true}"#);
/// # Ok::<(), janus_wasm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Json(String);

impl Json {
    /// Takes text that is one JSON value.
    ///
    /// # Errors
    /// `Protocol` if it is not, or nested deeper than Janus would read.
    pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let mut scan = Scan::new(&text);
        if scan.value().is_some() && scan.is_at_end() {
            Ok(Self(text))
        } else {
            Err(Error::new(ErrorCode::Protocol, "not JSON"))
        }
    }

    /// Writes a typed value.
    pub fn write(value: &dyn Encode) -> Self {
        let mut out = String::new();
        value.encode(&mut out);
        Self(out)
    }

    /// Reads a typed value.
    ///
    /// # Errors
    /// `Protocol`, with the name of the field that does not fit.
    pub fn read<T: Decode>(&self) -> Result<T, Error> {
        T::decode(&self.0).map_err(|unfit| unfit.into_error(ErrorCode::Protocol))
    }

    /// The text, compact if this library wrote it, and without a newline at its end (Janus 1.1.2
    /// refuses one).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same object with one more text field in front: a plugin's `request`, a join's `ptype`. Of
    /// anything but an object, an object with this field alone.
    #[must_use]
    pub fn with(self, key: &str, value: &str) -> Self {
        let mut object = Object::new();
        object.field(key, &value);
        let mut out = object.open();
        let rest = self.0.trim_ascii_start().strip_prefix('{').unwrap_or("}").trim_ascii_start();
        out.push_str(if rest.starts_with('}') { "" } else { "," });
        out.push_str(rest);
        Self(out)
    }

    /// The same object with this text for a field, whether it has that or not.
    #[must_use]
    pub(crate) fn replacing(&self, key: &str, value: &str) -> Self {
        let mut object = Object::new();
        object.always(key, &value);
        let mut out = object.open();
        for (name, text) in fields(&self.0).unwrap_or_default() {
            if name != key {
                out.push_str(&[",\"", name, "\":", text].concat());
            }
        }
        out.push('}');
        Self(out)
    }

    /// Whether Janus can read it: its parser knows no integers beyond 64 bits with sign, no U+0000 and
    /// no half characters, and answers what it cannot read without saying to whom.
    ///
    /// # Errors
    /// `InvalidArgument`, with what is wrong.
    pub fn check_sendable(&self) -> Result<(), Error> {
        Scan::new(&self.0)
            .unsendable()
            .map_or(Ok(()), |text| Err(Error::new(ErrorCode::InvalidArgument, text)))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Decode for Json {
    fn decode(value: &str) -> Result<Self, Unfit> {
        Ok(Self(value.to_owned()))
    }
}

impl Encode for Json {
    fn encode(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;
