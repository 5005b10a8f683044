//! The ways there are to send data.

use crate::{Error, ErrorCode};

/// How data travels to the server; from there it comes to the others reliably and in order.
///
/// ```
/// use janus_wasm::exchange::DataOptions;
/// let positions = DataOptions::lossy();
/// let brief = DataOptions { max_lifetime: Some(300), ..DataOptions::lossy() };
/// let unordered = DataOptions { ordered: Some(false), ..DataOptions::default() };
/// # let _ = (positions, brief, unordered);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataOptions {
    /// Whether what is lost is sent again until it arrives (true).
    pub reliable: bool,
    /// Whether it gets there in the order in which it was sent; by default what is reliable does.
    pub ordered: Option<bool>,
    /// For how long what is lost is sent again, ms; without `reliable` alone. Not at all by default.
    pub max_lifetime: Option<u16>,
}

impl Default for DataOptions {
    fn default() -> Self {
        Self { reliable: true, ordered: None, max_lifetime: None }
    }
}

impl DataOptions {
    /// Nothing is sent twice, and nothing waits for what is late.
    pub fn lossy() -> Self {
        Self { reliable: false, ..Self::default() }
    }

    /// What the channel for messages of this kind is called, and how it is opened, as JSON.
    pub(super) fn channel(self) -> Result<(String, String), Error> {
        let ordered = self.ordered.unwrap_or(self.reliable);
        let order = if ordered { "true" } else { "false" };
        if self.reliable {
            if self.max_lifetime.is_some() {
                let text = "max_lifetime: without reliable alone";
                return Err(Error::new(ErrorCode::InvalidArgument, text));
            }
            let label = if ordered { "reliable" } else { "reliable-unordered" };
            return Ok((label.to_owned(), ["{\"ordered\":", order, "}"].concat()));
        }
        let label = if ordered { "lossy-ordered" } else { "lossy" };
        Ok(match self.max_lifetime.filter(|lifetime| *lifetime > 0) {
            Some(lifetime) => {
                let lifetime = lifetime.to_string();
                let options = ["{\"ordered\":", order, ",\"maxPacketLifeTime\":", &lifetime, "}"];
                ([label, "-", &lifetime].concat(), options.concat())
            }
            None => (label.to_owned(), ["{\"ordered\":", order, ",\"maxRetransmits\":0}"].concat()),
        })
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    #[test]
    fn channels_are_called_as_the_npm_package_calls_them() {
        let plain = DataOptions::default();
        let lossy = DataOptions::lossy();
        let cases = [
            (plain, "reliable", r#"{"ordered":true}"#),
            (
                DataOptions { ordered: Some(false), ..plain },
                "reliable-unordered",
                r#"{"ordered":false}"#,
            ),
            (lossy, "lossy", r#"{"ordered":false,"maxRetransmits":0}"#),
            (
                DataOptions { max_lifetime: Some(0), ..lossy },
                "lossy",
                r#"{"ordered":false,"maxRetransmits":0}"#,
            ),
            (
                DataOptions { ordered: Some(true), ..lossy },
                "lossy-ordered",
                r#"{"ordered":true,"maxRetransmits":0}"#,
            ),
            (
                DataOptions { max_lifetime: Some(300), ..lossy },
                "lossy-300",
                r#"{"ordered":false,"maxPacketLifeTime":300}"#,
            ),
            (
                DataOptions { max_lifetime: Some(300), ordered: Some(true), ..lossy },
                "lossy-ordered-300",
                r#"{"ordered":true,"maxPacketLifeTime":300}"#,
            ),
        ];
        for (options, label, settings) in cases {
            assert_eq!(options.channel().unwrap(), (label.to_owned(), settings.to_owned()));
        }
        let wrong = DataOptions { max_lifetime: Some(300), ..plain };
        assert_eq!(wrong.channel().unwrap_err().code(), ErrorCode::InvalidArgument);
    }
}
