//! What an exchange tells, and how it is heard.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_core::Stream;

use super::files::IncomingFile;
use super::inner::Inner;
use crate::Id;
use crate::protocol::Json;
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

type Listener = Rc<dyn Fn(&ExchangeEvent)>;

#[derive(Default)]
pub(super) struct Listeners {
    callbacks: RefCell<Vec<Listener>>,
    streams: RefCell<Vec<mpsc::UnboundedSender<ExchangeEvent>>>,
}

impl Listeners {
    pub(super) fn stream(&self) -> ExchangeEvents {
        let (sender, receiver) = mpsc::unbounded();
        self.streams.borrow_mut().push(sender);
        ExchangeEvents(receiver)
    }

    pub(super) fn emit(&self, event: &ExchangeEvent) {
        // A copy, because a listener may add another.
        let callbacks = self.callbacks.borrow().clone();
        for callback in callbacks {
            callback(event);
        }
        self.streams.borrow_mut().retain(|stream| stream.unbounded_send(event.clone()).is_ok());
    }
}

/// Hears what an exchange tells, until it is dropped: [`Exchange::watch`](super::Exchange::watch).
pub struct Listening {
    exchange: Weak<Inner>,
    listener: Listener,
}

impl Listening {
    pub(super) fn new(exchange: &Rc<Inner>, listener: Listener) -> Self {
        exchange.listeners.callbacks.borrow_mut().push(Rc::clone(&listener));
        Self { exchange: Rc::downgrade(exchange), listener }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.upgrade() {
            let mut callbacks = exchange.listeners.callbacks.borrow_mut();
            callbacks.retain(|it| !Rc::ptr_eq(it, &self.listener));
        }
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listening")
    }
}

/// A stream of events. Ends when the exchange is dropped.
#[derive(Debug)]
pub struct ExchangeEvents(mpsc::UnboundedReceiver<ExchangeEvent>);

impl ExchangeEvents {
    /// The next event.
    pub async fn next(&mut self) -> Option<ExchangeEvent> {
        poll_fn(|context| Pin::new(&mut self.0).poll_next(context)).await
    }
}

impl Stream for ExchangeEvents {
    type Item = ExchangeEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}
