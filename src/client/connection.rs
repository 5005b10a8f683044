//! A connection to a server, as applications hold it.

use std::rc::Rc;

use futures_channel::oneshot;

use super::driver::{self, Inner, OnState};
use super::options::Options;
use super::transport;
use crate::engine::signalling::{Reply, State};
use crate::protocol::Json;
use crate::protocol::request::Request;
use crate::web::Place;
use crate::{Error, ErrorCode};

/// A connection to a Janus server. Clones are the same connection; it closes when [`Connection::close`]
/// is called or the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Connection(pub(super) Rc<Inner>);

impl Connection {
    /// Connects to the first of `servers` that answers: `http:`/`https:` addresses by REST, `ws:`/`wss:` by
    /// WebSocket. Those that failed within the last minute come last. Should the connection be lost, it
    /// is made again: to the same server at first, where the sessions are.
    ///
    /// # Errors
    /// `InvalidArgument` for no address, one that begins otherwise, and a time of nothing. Of the last server tried:
    /// `Unreachable`, `NotJanus`, `Timeout`, `InvalidArgument`.
    pub async fn open<S: AsRef<str>>(servers: &[S], options: Options) -> Result<Self, Error> {
        let servers: Vec<_> = servers.iter().map(|url| url.as_ref().to_owned()).collect();
        options.check(&servers)?;
        Self::begin(&servers, options).await
    }

    /// The same with what was looked at before.
    pub(crate) async fn begin(servers: &[String], options: Options) -> Result<Self, Error> {
        let (sender, opened) = oneshot::channel();
        let connection = Self(driver::start(servers, options, sender));
        let closed = || Err(Error::new(ErrorCode::Closed, "the connection was closed"));
        opened.await.unwrap_or_else(|_| closed()).map(|()| connection)
    }

    /// The address in use, without what may be secret in it.
    pub fn url(&self) -> String {
        transport::shown(&self.0.url())
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.0.engine.borrow().state()
    }

    /// Whether it was closed because the page goes away.
    pub(crate) fn was_left(&self) -> bool {
        self.0.was_left.get()
    }

    /// Calls `listener` whenever it stands elsewhere, with the error that is to blame if there is one.
    pub fn on_state(&self, listener: impl Fn(State, Option<&Error>) + 'static) {
        let listener: OnState = Rc::new(listener);
        self.0.on_state.borrow_mut().push(listener);
    }

    /// What the server is and has (`info`), as it wrote it. Asked for along with a session, it costs no
    /// round trip and tells how often the session needs a sign of life.
    pub fn info(&self) -> impl Future<Output = Result<Json, Error>> + use<> {
        let asked = self.0.request(Request::info(), None);
        async move {
            let reply = asked.await?;
            let raw = if let Reply::Success(message) = reply { message.raw } else { None };
            let unfit = || Error::new(ErrorCode::Protocol, "the server's answer does not fit");
            raw.ok_or_else(|| unfit().during("info"))
        }
    }

    /// Asks for a sign of life (`ping`).
    pub async fn ping(&self) -> Result<(), Error> {
        self.0.request(Request::ping(), None).await.map(drop)
    }

    /// Looks at once whether the server is there, or tries at once to reach it: for hints such as ICE
    /// trouble. What the browser tells (`online`, a page that wakes up) is heard anyway.
    pub fn check(&self) {
        self.0.check();
    }

    /// What was said last and where the connection stood, as one JSON text for a report. It holds no
    /// secrets.
    pub fn export_log(&self) -> String {
        self.0.options.recorder.borrow().export()
    }

    /// Room for a session: the browser opens only so many connections to a REST server.
    ///
    /// # Errors
    /// `TooManySessions`.
    pub(crate) async fn reserve(&self) -> Result<Option<Place>, Error> {
        let url = self.0.url();
        // Behind TLS there may be HTTP/2, which has no such limit.
        if !transport::has_scheme(&url, &["http"]) {
            return Ok(None);
        }
        Place::reserve(&url).await.map(Some).ok_or_else(|| transport::crowded(&url))
    }

    /// Ends the sessions there are, and closes the connection; whatever waits settles with an error.
    pub fn close(&self) {
        self.0.close(&Error::new(ErrorCode::Closed, "the connection was closed"), false);
    }
}
