//! What carries messages: a socket, or REST.

use std::rc::Rc;

use crate::protocol::SessionId;
use crate::web::{Poll, PollEvent, Socket, SocketEvent};
use crate::{Error, ErrorCode};

/// What a transport tells the driver.
pub(super) enum TransportEvent {
    Opened,
    Text(String),
    SessionGone(SessionId),
    Lost(Error),
}

/// Credentials a transport needs itself.
pub(super) struct Credentials<'a> {
    pub(super) token: Option<&'a str>,
    pub(super) api_secret: Option<&'a str>,
}

/// One of the two ways to a server.
pub(super) enum Transport {
    Socket(Socket),
    Rest(Poll),
}

/// Whether the address is one of a WebSocket server.
pub(super) fn is_socket(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("ws") || scheme.eq_ignore_ascii_case("wss")
}

/// An address fit for messages: queries may hold secrets.
pub(super) fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

pub(super) fn unreachable(url: &str) -> Error {
    let text = [
        "no connection to ",
        shown(url),
        ": the server is down, the address or port is wrong, or no Janus listens there",
    ];
    Error::new(ErrorCode::Unreachable, text.concat())
}

pub(super) fn not_janus(url: &str) -> Error {
    let text = ["something answers at ", shown(url), ", but it does not speak the Janus API"];
    Error::new(ErrorCode::NotJanus, text.concat())
}

fn lost() -> Error {
    Error::new(ErrorCode::ConnectionLost, "the connection to the server was lost")
}

impl Transport {
    /// Begins to open the way to `url`.
    pub(super) fn open(
        url: &str,
        credentials: &Credentials<'_>,
        on_event: Rc<dyn Fn(TransportEvent)>,
    ) -> Result<Self, Error> {
        if is_socket(url) {
            let address = url.to_owned();
            let opened = std::cell::Cell::new(false);
            let opened = Rc::new(opened);
            let socket = Socket::open(url, move |event| {
                on_event(match event {
                    SocketEvent::Open => {
                        opened.set(true);
                        TransportEvent::Opened
                    }
                    SocketEvent::Text(text) => TransportEvent::Text(text),
                    SocketEvent::Closed { .. } if opened.get() => TransportEvent::Lost(lost()),
                    SocketEvent::Closed { .. } => TransportEvent::Lost(unreachable(&address)),
                });
            });
            return socket.map(Self::Socket);
        }
        let address = url.to_owned();
        let (token, secret) = (credentials.token, credentials.api_secret);
        let heard = std::cell::Cell::new(false);
        let rest = Poll::new(url, token, secret, move |event| {
            on_event(match event {
                PollEvent::Text(text) => {
                    heard.set(true);
                    TransportEvent::Text(text)
                }
                PollEvent::Gone(session) => TransportEvent::SessionGone(session),
                PollEvent::NotJanus { .. } => TransportEvent::Lost(not_janus(&address)),
                PollEvent::Lost if heard.get() => TransportEvent::Lost(lost()),
                PollEvent::Lost => TransportEvent::Lost(unreachable(&address)),
            });
        });
        Ok(Self::Rest(rest))
    }

    /// Sends a message. One that a closing socket cannot take is lost with the connection, which is
    /// about to be reported.
    pub(super) fn send(&self, text: String) {
        match self {
            Self::Socket(socket) => {
                socket.send(&text);
            }
            Self::Rest(rest) => rest.send(text),
        }
    }

    /// Sends a last word from a page that is going away.
    pub(super) fn send_last(&self, text: &str) {
        match self {
            Self::Socket(socket) => {
                socket.send(text);
            }
            Self::Rest(rest) => rest.beacon(text),
        }
    }

    pub(super) fn session_up(&self, session: SessionId) {
        if let Self::Rest(rest) = self {
            rest.begin(session);
        }
    }

    pub(super) fn session_over(&self, session: SessionId) {
        if let Self::Rest(rest) = self {
            rest.end(session);
        }
    }
}
