//! What an exchange tells, and how it is heard.

use super::files::IncomingFile;
use crate::Id;
use crate::protocol::Json;
use crate::room::{Events, Watching};
use crate::web::Data;

/// What somebody wrote to the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatMessage {
    /// The same for everybody who got it.
    pub id: String,
    /// As it was written: text, never HTML.
    pub text: String,
    /// When it was sent, for one's own; when it arrived, for those of others: ms since 1970.
    pub time: u64,
    /// The sender's participant id, as text.
    pub from: String,
    /// Who wrote it; nobody else if we did.
    pub sender: Option<Id>,
}

/// What somebody asks of this page.
#[derive(Clone, Debug)]
pub struct IncomingRequest {
    /// Who asks.
    pub sender: Id,
    /// As it came: any JSON, from a page that is not yours to trust. `null` if there is none.
    pub payload: Json,
}

/// Something that was said in the room. The state it reports can already be read when it is told.
#[derive(Clone, Debug)]
pub enum ExchangeEvent {
    /// Somebody else wrote to the room.
    ChatMessage(ChatMessage),
    /// Somebody says something else of themselves.
    AttributesChanged {
        /// Who; nobody else if we do.
        id: Option<Id>,
        /// The names of what is different.
        changed: Vec<String>,
    },
    /// A hand went up or down. [`ExchangeEvent::AttributesChanged`] tells it as well.
    HandRaised {
        /// Whose; nobody else's if it is ours.
        id: Option<Id>,
        /// Whether it is up now.
        raised: bool,
    },
    /// Somebody sends a file to the room.
    FileOffered(IncomingFile),
    /// Data arrived.
    DataReceived {
        /// As it was sent, put together if it came in pieces.
        data: Data,
        /// The sender's id as text.
        from: String,
        /// Who that is, if they are known to be here.
        sender: Option<Id>,
    },
}

/// Hears what an exchange tells, until it is dropped: [`Exchange::watch`](super::Exchange::watch).
pub type Listening = Watching<ExchangeEvent>;

/// A stream of events. Ends when the exchange is dropped.
pub type ExchangeEvents = Events<ExchangeEvent>;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::room::listening::what_an_earlier_listener_ends_hears_nothing;

    #[test]
    fn of_an_exchange_what_an_earlier_listener_ends_hears_nothing() {
        let event = ExchangeEvent::HandRaised { id: None, raised: true };
        what_an_earlier_listener_ends_hears_nothing(&event);
    }
}
