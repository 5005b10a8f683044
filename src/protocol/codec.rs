//! What a transport brings, as messages.

use super::Json;
use super::json::{Decode, items};
use super::message::Message;
use crate::{Error, ErrorCode};

/// Decodes one message.
///
/// # Errors
/// `Protocol`, with the field that does not fit.
pub fn decode(text: &str) -> Result<Message, Error> {
    Json::parse(text)?.read()
}

/// Decodes what a transport brings: one message, or an array of them. Of an array, what cannot be
/// understood is left out, for it would take the others with it, unless there is nothing else.
///
/// # Errors
/// `Protocol` if it is no JSON, or nothing in it is a message.
pub fn decode_all(text: &str) -> Result<Vec<Message>, Error> {
    let json = Json::parse(text)?;
    let Some(items) = items(text) else {
        let mut message: Message = json.read()?;
        if message.janus == "server_info" {
            message.raw = Some(json);
        }
        return Ok(vec![message]);
    };
    let messages: Vec<_> = items.iter().filter_map(|item| Message::decode(item).ok()).collect();
    if messages.is_empty() && !items.is_empty() {
        return Err(Error::new(ErrorCode::Protocol, "no message of Janus"));
    }
    Ok(messages)
}
