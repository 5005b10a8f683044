//! Text to [`Message`] and [`Request`] to text, for whichever [`Body`] is in use.

use super::Body;
use super::message::Message;
use super::request::Request;
use crate::Error;

/// Decodes one message.
pub fn decode<B: Body>(text: &str) -> Result<Message<B>, Error> {
    B::parse(text)?.read()
}

/// Decodes what a transport brings: one message, or an array of them. Of an array, what cannot be
/// understood is left out, for it would take the others with it, unless there is nothing else.
pub fn decode_all<B: Body>(text: &str) -> Result<Vec<Message<B>>, Error> {
    let body = B::parse(text)?;
    if text.trim_start().starts_with('[') {
        let entries: Vec<B> = body.read()?;
        let messages: Vec<_> = entries.iter().filter_map(|entry| entry.read().ok()).collect();
        return if messages.is_empty() { body.read() } else { Ok(messages) };
    }
    let mut message: Message<B> = body.read()?;
    if message.janus == "server_info" {
        message.raw = Some(body);
    }
    Ok(vec![message])
}

/// Encodes one request.
pub fn encode<B: Body>(request: &Request<B>) -> Result<String, Error> {
    B::write(request)?.text()
}

#[cfg(not(target_family = "wasm"))]
mod host {
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Serialize};

    use super::Body;
    use crate::{Error, ErrorCode};

    /// The host's half of the codec seam, used by tests and tools.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(transparent)]
    pub struct HostBody(pub serde_json::Value);

    fn wrong(error: &serde_json::Error) -> Error {
        Error::new(ErrorCode::Protocol, error.to_string())
    }

    impl Body for HostBody {
        fn parse(text: &str) -> Result<Self, Error> {
            serde_json::from_str(text).map(Self).map_err(|error| wrong(&error))
        }

        fn text(&self) -> Result<String, Error> {
            serde_json::to_string(&self.0).map_err(|error| wrong(&error))
        }

        fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
            T::deserialize(&self.0).map_err(|error| wrong(&error))
        }

        fn write<T: Serialize>(value: &T) -> Result<Self, Error> {
            serde_json::to_value(value).map(Self).map_err(|error| wrong(&error))
        }

        fn with(mut self, key: &str, value: &str) -> Self {
            if let Some(object) = self.0.as_object_mut() {
                object.insert(key.to_owned(), value.into());
            }
            self
        }
    }
}

#[cfg(not(target_family = "wasm"))]
pub use host::HostBody;
