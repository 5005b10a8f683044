//! What carries messages: a socket, REST, or something of the application's own.

use std::cell::Cell;
use std::rc::Rc;

use crate::protocol::SessionId;
use crate::web::{Poll, PollEvent, Socket, SocketEvent, beacon};
use crate::{Error, ErrorCode};

/// What a transport tells.
#[derive(Debug)]
pub enum TransportEvent {
    /// It can send. Nothing is sent before.
    Opened,
    /// A message arrived: JSON text, an object or an array of them.
    Text(String),
    /// The server does not know this session any more. Only for transports that ask for events by session.
    SessionGone(SessionId),
    /// The server refused the credentials when it was asked for this session's events.
    Refused(SessionId),
    /// It is closed, or could not be opened. Nothing of what it tells later matters.
    Lost(Error),
}

/// Where a transport tells what happens; it may be called at any time, even while it is being opened.
pub type OnEvent = Rc<dyn Fn(TransportEvent)>;

/// A way to a server: text in both directions, in order. Dropping it closes it.
///
/// ```no_run
/// use std::rc::Rc;
/// use janus_wasm::client::{Options, Transport, TransportEvent};
///
/// struct Loopback(janus_wasm::client::OnEvent);
///
/// impl Transport for Loopback {
///     fn send(&self, text: String) {
///         (self.0)(TransportEvent::Text(text));
///     }
/// }
///
/// let options = Options {
///     connector: Some(Rc::new(|_url, on_event| {
///         on_event(TransportEvent::Opened);
///         Ok(Box::new(Loopback(on_event)))
///     })),
///     ..Options::default()
/// };
/// ```
pub trait Transport {
    /// Sends a message. One that cannot be sent any more is lost with the connection, which is about to
    /// be reported.
    fn send(&self, text: String);

    /// Sends a question for a sign of life, which must not wait behind other messages.
    fn send_first(&self, text: String) {
        self.send(text);
    }

    /// Sends a last word from a page that is going away.
    fn send_last(&self, text: String) {
        self.send(text);
    }

    /// A session is there, and its events are wanted, with these credentials.
    fn session_up(&self, session: SessionId, token: Option<&str>, api_secret: Option<&str>) {
        let (_, _, _) = (session, token, api_secret);
    }

    /// A session is over.
    fn session_over(&self, session: SessionId) {
        let _ = session;
    }
}

/// Begins to open a way to the address.
pub type Connector = Rc<dyn Fn(&str, OnEvent) -> Result<Box<dyn Transport>, Error>>;

/// Whether the address begins with one of these, in whatever case.
pub(crate) fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| schemes.iter().any(|one| scheme.eq_ignore_ascii_case(one)))
}

/// Whether the address is one of a REST server, where messages overtake each other.
pub(super) fn is_rest(url: &str) -> bool {
    has_scheme(url, &["http", "https"])
}

/// An address fit for messages: queries and user names may be secrets.
pub(super) fn shown(url: &str) -> String {
    let until = |text: &str, ends: &[u8]| {
        let end = text.bytes().position(|byte| ends.contains(&byte)).unwrap_or(text.len());
        text.get(..end).unwrap_or_default().to_owned()
    };
    let start = url.as_bytes().windows(2).position(|pair| pair == b"//").map_or(0, |at| at + 2);
    let (scheme, rest) = url.split_at_checked(start).unwrap_or(("", url));
    let host = until(rest, b"/?#");
    let user = host.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at + 1);
    [scheme, &until(rest.get(user..).unwrap_or_default(), b"?#")].concat()
}

pub(super) fn unreachable(url: &str) -> Error {
    let text = [
        "no connection to ",
        &shown(url),
        ": the server is down, the address or port is wrong, or no Janus listens there",
    ];
    Error::new(ErrorCode::Unreachable, text.concat())
}

pub(super) fn not_janus(url: &str) -> Error {
    let text = ["something answers at ", &shown(url), ", but it does not speak the Janus API"];
    Error::new(ErrorCode::NotJanus, text.concat())
}

/// More sessions over REST than the browser has connections for.
pub(super) fn crowded(url: &str) -> Error {
    let text = [
        "this browser has five long polls to ",
        &shown(url),
        " under way, in this tab or others, and opens six connections to a server: one more would block every \
         request; end sessions that are not needed, or use a ws: or wss: address",
    ];
    Error::new(ErrorCode::TooManySessions, text.concat())
}

pub(super) fn lost() -> Error {
    Error::new(ErrorCode::ConnectionLost, "the connection to the server was lost")
}

/// Begins to open a socket, or REST, by the address.
pub(super) fn open(url: &str, on_event: OnEvent) -> Result<Box<dyn Transport>, Error> {
    let address = url.to_owned();
    if is_rest(url) {
        return Ok(Box::new(open_rest(address, on_event)));
    }
    let opened = Rc::new(Cell::new(false));
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
    })?;
    Ok(Box::new(socket))
}

fn open_rest(address: String, on_event: OnEvent) -> Poll {
    // There is nothing to open; the first answer shows whether somebody is there.
    on_event(TransportEvent::Opened);
    let heard = Cell::new(false);
    let url = address.clone();
    Poll::new(&url, move |event| {
        on_event(match event {
            PollEvent::Text(text) => {
                heard.set(true);
                TransportEvent::Text(text)
            }
            PollEvent::Gone(session) => TransportEvent::SessionGone(session),
            PollEvent::Refused(session) => TransportEvent::Refused(session),
            PollEvent::Lost | PollEvent::NotJanus { .. } if heard.get() => {
                TransportEvent::Lost(lost())
            }
            PollEvent::NotJanus { .. } => TransportEvent::Lost(not_janus(&address)),
            PollEvent::Lost => TransportEvent::Lost(unreachable(&address)),
        });
    })
}

impl Transport for Socket {
    fn send(&self, text: String) {
        Self::send(self, text);
    }
}

impl Transport for Poll {
    fn send(&self, text: String) {
        Self::send(self, text);
    }

    fn send_first(&self, text: String) {
        Self::send_first(self, text);
    }

    fn send_last(&self, text: String) {
        beacon(self.url(), &text);
    }

    fn session_up(&self, session: SessionId, token: Option<&str>, api_secret: Option<&str>) {
        self.begin(session, token, api_secret);
    }

    fn session_over(&self, session: SessionId) {
        self.end(session);
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_the_same_in_any_case_and_no_part_of_another() {
        for (url, is_so) in [
            ("http://host/janus", true),
            ("HTTPS://host/janus", true),
            ("ws://host/janus", false),
            ("httpx://host", false),
            ("http", false),
            ("", false),
        ] {
            assert_eq!(is_rest(url), is_so, "{url}");
        }
        assert!(!has_scheme("https://host", &["http"]));
    }
}
