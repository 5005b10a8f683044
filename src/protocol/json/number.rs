//! Numbers that are no integers.

use std::fmt;

use super::{Decode, Encode, Unfit};

/// A number as the server wrote it.
///
/// ```
/// use janus_wasm::protocol::{Json, Number};
/// let level: Number = Json::parse("34.5")?.read()?;
/// assert_eq!(level.to_f64(), 34.5);
/// # Ok::<(), janus_wasm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// The nearest floating-point number.
    pub fn to_f64(&self) -> f64 {
        // JSON's numbers are among those Rust reads.
        self.0.parse().unwrap_or_default()
    }
}

impl Decode for Number {
    fn decode(value: &str) -> Result<Self, Unfit> {
        let text = value.trim_ascii();
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Unfit::new("expected a number"))
    }
}

impl Encode for Number {
    fn encode(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
