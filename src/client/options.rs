//! How a connection is made and kept.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::transport::{Connector, has_scheme};
use crate::engine::recorder::{Kind, Recorder};
use crate::engine::signalling::Config;
use crate::engine::{Attempt, Millis};
use crate::{Error, ErrorCode};

/// Gives a token when one is needed: at the beginning, and when the server refused the last (403).
pub type TokenProvider = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, Error>>>>>;

/// Decides how long to wait before something is tried again, ms; nothing gives up. [`Attempt::what`] says what it is:
///
/// - `Connection`: a lost connection is made again. Given up, it is closed.
/// - `Media`: packets of a peer connection do not get through. Three times ICE is restarted, each time with six seconds to
///   help, and then the peer connection is made anew. Given up, it stays as it is until packets get through again or the
///   network is another one.
/// - `Room`: a room that we were in refuses us on the way back. Given up, the call is over, for the reason there is.
///
/// ```
/// use std::rc::Rc;
/// use janus_wasm::client::Options;
/// use janus_wasm::engine::{Mending, Millis};
///
/// let options = Options {
///     policy: Some(Rc::new(|attempt| match attempt.what {
///         Mending::Connection => (attempt.number <= 10).then(|| Millis(attempt.number.into())),
///         Mending::Media => Some(Millis(1_000)),
///         Mending::Room => Some(Millis(500)),
///     })),
///     ..Options::default()
/// };
/// ```
pub type Policy = Rc<dyn Fn(Attempt) -> Option<Millis>>;

/// Called with everything that is said and every change of state; secrets are left out.
pub type Logger = Rc<dyn Fn(&LogEntry)>;

/// How important something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every message.
    Debug,
    /// Where the connection stands.
    Info,
    /// Something went wrong and is being mended.
    Warn,
    /// Something went wrong for good.
    Error,
}

impl Level {
    /// The level as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Something worth knowing.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// How important it is.
    pub level: Level,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The message as JSON, or words.
    pub text: String,
}

/// What the page may do that ends the sessions on the server at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// It is closed, navigates away, or is put into the back-forward cache.
    PageHide,
    /// The browser freezes it in the background. Otherwise the connection is looked after when it
    /// thaws.
    Freeze,
    /// It is about to be closed or to navigate. A dialog may still keep it.
    BeforeUnload,
}

/// How a connection is made and kept.
#[derive(Clone)]
pub struct Options {
    /// A stored or signed token, where the server asks for one.
    pub token: Option<String>,
    /// Gives tokens as they are needed.
    pub token_provider: Option<TokenProvider>,
    /// The server's API secret, where it asks for one.
    pub api_secret: Option<String>,
    /// How long opening may take, per server, ms. On the way back the first attempts are given up sooner.
    pub connect_timeout: Millis,
    /// How long a request may take once it was sent, ms.
    pub request_timeout: Millis,
    /// After how long a silence the server is asked for a sign of life, ms.
    pub probe_after: Millis,
    /// How long it may take to give it, ms.
    pub probe_timeout: Millis,
    /// For how long a lost connection is tried to be made again, and a room asked again that refuses us on the way back,
    /// ms; 0 for neither. `None`: 120 s, and 30 s.
    pub reconnect_budget: Option<Millis>,
    /// Decides how long to wait before each attempt, in place of [`crate::engine::backoff`] and of what rooms do by
    /// themselves.
    pub policy: Option<Policy>,
    /// What ends the sessions on the server at once.
    pub leave_on: Vec<Leaving>,
    /// Opens connections in place of WebSocket and `fetch`.
    pub connector: Option<Connector>,
    /// Hears what happens.
    pub logger: Option<Logger>,
    /// What is less important is kept from the logger.
    pub log_level: Level,
    /// The flight recorder. Connections that are made with the same options share it.
    pub recorder: Rc<RefCell<Recorder>>,
}

impl Default for Options {
    fn default() -> Self {
        let engine = Config::default();
        Self {
            token: None,
            token_provider: None,
            api_secret: None,
            connect_timeout: engine.connect_timeout,
            request_timeout: engine.request_timeout,
            probe_after: engine.probe_after,
            probe_timeout: engine.probe_timeout,
            reconnect_budget: None,
            policy: None,
            leave_on: vec![Leaving::PageHide],
            connector: None,
            logger: None,
            log_level: Level::Info,
            recorder: Rc::new(RefCell::new(Recorder::new(200))),
        }
    }
}

impl Options {
    /// For how long a lost connection is tried to be made again.
    pub(crate) fn budget(&self) -> Millis {
        self.reconnect_budget.unwrap_or(Config::BUDGET)
    }

    /// Refuses what makes no sense, of these servers too. For the npm package TypeScript looks (`js/checks.ts`).
    ///
    /// # Errors
    /// `InvalidArgument`, with the field.
    pub(crate) fn check(&self, servers: &[String]) -> Result<(), Error> {
        let wrong = |text: &str| Err(Error::new(ErrorCode::InvalidArgument, text));
        if servers.is_empty() {
            return wrong("servers: give the address of at least one Janus server");
        }
        let schemes = ["wss", "ws", "https", "http"];
        let is_address = |url: &String| has_scheme(url, &schemes);
        // Ways of the application's own may have addresses of their own.
        if self.connector.is_none() && !servers.iter().all(is_address) {
            return wrong("servers: an address begins with wss:, ws:, https: or http:");
        }
        let spans = [
            ("connect_timeout", self.connect_timeout),
            ("request_timeout", self.request_timeout),
            ("probe_after", self.probe_after),
            ("probe_timeout", self.probe_timeout),
        ];
        match spans.into_iter().find(|(_, span)| *span == Millis(0)) {
            Some((name, _)) => wrong(&[name, ": expected at least 1 ms"].concat()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds secrets.
        f.write_str("Options")
    }
}
