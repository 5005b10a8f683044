//! A WebSocket that speaks the Janus subprotocol.

use std::fmt;

use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::{Listener, describe};
use crate::{Error, ErrorCode};

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

/// An open or opening socket; dropping it closes it and ends its events.
pub struct Socket {
    socket: WebSocket,
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
        Ok(Self { socket, _listeners: listeners })
    }

    /// Sends a message; whether the socket could take it.
    pub fn send(&self, text: &str) -> bool {
        self.socket.ready_state() == WebSocket::OPEN && self.socket.send_with_str(text).is_ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let socket: &WebSocket = self.socket.unchecked_ref();
        // Closing a closed socket does nothing; without a code nothing can be refused.
        socket.close().ok();
    }
}
