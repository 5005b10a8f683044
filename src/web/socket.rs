//! A WebSocket that speaks the Janus subprotocol.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::{Rc, Weak};

use gloo_timers::future::TimeoutFuture;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::{Listener, describe, spawn_local};
use crate::{Error, ErrorCode};

/// While so much waits in the browser to be sent, more waits here, bytes: what is in the browser's
/// buffer cannot be taken back, and makes questions for a sign of life late.
const HIGH_WATER: u32 = 256 * 1024;
/// How often a full buffer is looked at, ms.
const LOOK: u32 = 20;

/// What a socket tells.
#[derive(Debug)]
pub enum SocketEvent {
    /// It is open.
    Open,
    /// A message.
    Text(String),
    /// It is closed, or could not be opened.
    Closed {
        /// The WebSocket close code; 1006 when there was no orderly close.
        code: u16,
    },
}

struct Outbox {
    socket: WebSocket,
    waiting: RefCell<VecDeque<String>>,
    /// Whether somebody looks after what waits.
    busy: Cell<bool>,
}

/// An open or opening socket; dropping it closes it and ends its events.
pub struct Socket {
    outbox: Rc<Outbox>,
    _listeners: [Listener; 3],
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

impl Socket {
    /// Begins to open a socket. Janus refuses connections without its subprotocol.
    pub fn open(
        url: &str,
        on_event: impl Fn(SocketEvent) + Clone + 'static,
    ) -> Result<Self, Error> {
        let socket = WebSocket::new_with_str(url, "janus-protocol")
            .map_err(|thrown| Error::new(ErrorCode::InvalidArgument, describe(&thrown)))?;
        let (opened, told, closed) = (on_event.clone(), on_event.clone(), on_event);
        let listeners = [
            Listener::new(&socket, "open", move |_: Event| opened(SocketEvent::Open)),
            Listener::new(&socket, "message", move |event: MessageEvent| {
                // Janus sends text only; anything else is decoded to nothing and reported as such.
                told(SocketEvent::Text(event.data().as_string().unwrap_or_default()));
            }),
            Listener::new(&socket, "close", move |event: CloseEvent| {
                closed(SocketEvent::Closed { code: event.code() });
            }),
        ];
        let (waiting, busy) = (RefCell::default(), Cell::new(false));
        let outbox = Rc::new(Outbox { socket, waiting, busy });
        Ok(Self { outbox, _listeners: listeners })
    }

    /// Sends a message after those before it, as fast as the network takes them.
    pub fn send(&self, text: String) {
        self.outbox.waiting.borrow_mut().push_back(text);
        if !self.outbox.busy.get() {
            self.outbox.flush();
        }
    }
}

impl Outbox {
    fn flush(self: &Rc<Self>) {
        while self.socket.buffered_amount() < HIGH_WATER {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(text) = next else { return self.busy.set(false) };
            if self.socket.ready_state() == WebSocket::OPEN {
                // Throws for nothing but lone surrogates, which Rust text cannot hold.
                self.socket.send_with_str(&text).ok();
            }
        }
        self.busy.set(true);
        spawn_local(flush_later(Rc::downgrade(self)));
    }
}

async fn flush_later(outbox: Weak<Outbox>) {
    TimeoutFuture::new(LOOK).await;
    if let Some(outbox) = outbox.upgrade() {
        outbox.flush();
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Closing a closed socket does nothing; without a code nothing can be refused.
        self.outbox.socket.close().ok();
    }
}
