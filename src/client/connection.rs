//! A connection to one server, and the loop that drives its engine.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::handle::Sink;
use super::reply::Pending;
use super::transport::{self, Credentials, Transport, TransportEvent};
use crate::Map;
use crate::engine::Millis;
use crate::engine::signalling::{Config, Output, Reply, Signalling, Token};
use crate::protocol::message::Message;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{Body, HandleId, SessionId, codec};
use crate::web::{self, JsBody, Page, Timer};
use crate::{Error, ErrorCode};

/// How a connection is made and kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// A stored or signed token, where the server asks for one.
    pub token: Option<String>,
    /// The server's API secret, where it asks for one.
    pub api_secret: Option<String>,
    /// How long opening may take, per server, ms.
    pub connect_timeout: Millis,
    /// How long a request may take once it was sent, ms.
    pub request_timeout: Millis,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: None,
            api_secret: None,
            connect_timeout: Millis(10_000),
            request_timeout: Config::default().request_timeout,
        }
    }
}

/// Called once when a session is gone without having been asked to go.
pub(super) type OnLost = Rc<dyn Fn(Error)>;

struct Waiting {
    sender: oneshot::Sender<Result<Reply<JsBody>, Error>>,
    /// `attach`: where the new handle's events go.
    sink: Option<Sink>,
}

pub(super) struct Inner {
    url: String,
    options: Options,
    engine: RefCell<Signalling<JsBody>>,
    transport: RefCell<Option<Transport>>,
    opened: RefCell<Option<oneshot::Sender<Result<(), Error>>>>,
    waiting: RefCell<Map<Token, Waiting>>,
    sinks: RefCell<Map<HandleId, Sink>>,
    on_lost: RefCell<Map<SessionId, OnLost>>,
    timer: RefCell<Timer>,
    page: RefCell<Option<Page>>,
    draining: Cell<bool>,
    /// Something came that was a message of Janus.
    heard: Cell<bool>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// A connection to a Janus server. Clones are the same connection; it closes when [`Connection::close`]
/// is called or the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Connection(pub(super) Rc<Inner>);

impl Connection {
    /// Connects to the first of `servers` that answers: `ws:`/`wss:` addresses by WebSocket, others by
    /// REST.
    ///
    /// # Errors
    /// Of the last server tried: `Unreachable`, `NotJanus`, `Timeout`, `InvalidArgument`.
    pub async fn open<S: AsRef<str>>(servers: &[S], options: Options) -> Result<Self, Error> {
        let text = "no server address was given";
        let mut result = Err(Error::new(ErrorCode::InvalidArgument, text));
        for url in servers {
            result = Self::open_one(url.as_ref(), options.clone()).await;
            if result.is_ok() {
                break;
            }
        }
        result
    }

    async fn open_one(url: &str, options: Options) -> Result<Self, Error> {
        let timeout = options.connect_timeout;
        let (sender, opened) = oneshot::channel();
        let connection = Self::begin(url, options, sender)?;
        let attempt = async {
            opened.await.unwrap_or_else(|_| Err(transport::unreachable(url)))?;
            // REST has nothing to open; only an answer says that somebody is there.
            if transport::is_socket(url) { Ok(()) } else { connection.info().await.map(drop) }
        };
        let late = || {
            let text = ["no answer from ", transport::shown(url)].concat();
            Err(Error::new(ErrorCode::Timeout, text))
        };
        web::within(timeout, attempt).await.unwrap_or_else(late).map(|()| connection)
    }

    fn begin(
        url: &str,
        options: Options,
        opened: oneshot::Sender<Result<(), Error>>,
    ) -> Result<Self, Error> {
        let config = Config {
            request_timeout: options.request_timeout,
            ordered: transport::is_socket(url),
            token: options.token.clone(),
            api_secret: options.api_secret.clone(),
            ..Config::default()
        };
        let inner = Rc::new(Inner {
            url: url.to_owned(),
            options,
            engine: RefCell::new(Signalling::new(config, web::random_text())),
            transport: RefCell::default(),
            opened: RefCell::new(Some(opened)),
            waiting: RefCell::default(),
            sinks: RefCell::default(),
            on_lost: RefCell::default(),
            timer: RefCell::default(),
            page: RefCell::default(),
            draining: Cell::new(false),
            heard: Cell::new(false),
        });
        inner.connect()?;
        Ok(Self(inner))
    }

    /// The address in use.
    pub fn url(&self) -> &str {
        transport::shown(&self.0.url)
    }

    /// What the server is and has (`info`), as it wrote it. Asked for along with a session, it costs no
    /// round trip and tells how often the session needs a sign of life.
    pub fn info(&self) -> impl Future<Output = Result<JsBody, Error>> + use<> {
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

    /// Closes the connection; whatever waits settles with an error.
    pub fn close(&self) {
        self.0.lose(&Error::new(ErrorCode::Closed, "the connection was closed"));
    }
}

impl Inner {
    fn connect(self: &Rc<Self>) -> Result<(), Error> {
        let weak = Rc::downgrade(self);
        let on_event = Rc::new(move |event| {
            if let Some(inner) = weak.upgrade() {
                inner.happen(event);
            }
        });
        let credentials = Credentials {
            token: self.options.token.as_deref(),
            api_secret: self.options.api_secret.as_deref(),
        };
        let transport = Transport::open(&self.url, &credentials, on_event)?;
        let is_open = matches!(transport, Transport::Rest(_));
        self.transport.replace(Some(transport));
        let weak: Weak<Self> = Rc::downgrade(self);
        self.page.replace(Some(Page::watch(move || {
            if let Some(inner) = weak.upgrade() {
                inner.say_goodbye();
            }
        })));
        if is_open {
            self.happen(TransportEvent::Opened);
        }
        Ok(())
    }

    fn happen(self: &Rc<Self>, event: TransportEvent) {
        match event {
            TransportEvent::Opened => {
                self.engine.borrow_mut().opened(web::now());
                self.report_open(Ok(()));
            }
            TransportEvent::Text(text) => self.hear(&text),
            TransportEvent::SessionGone(session) => {
                self.engine.borrow_mut().session_gone(web::now(), session);
            }
            TransportEvent::Lost(error) => return self.lose(&error),
        }
        self.drain();
    }

    fn report_open(&self, result: Result<(), Error>) {
        let opened = self.opened.borrow_mut().take();
        if let Some(opened) = opened {
            // Nobody listens when opening took too long.
            opened.send(result).ok();
        }
    }

    /// Text from the server: one message, or an array of them. What is not understood is passed over,
    /// unless nothing else ever came.
    fn hear(self: &Rc<Self>, text: &str) {
        let Ok(messages) = decode(text) else {
            if !self.heard.get() {
                self.lose(&transport::not_janus(&self.url));
            }
            return;
        };
        self.heard.set(true);
        for message in messages {
            self.engine.borrow_mut().message(web::now(), message);
        }
    }

    fn lose(self: &Rc<Self>, error: &Error) {
        let transport = self.transport.borrow_mut().take();
        self.page.replace(None);
        self.report_open(Err(error.clone()));
        self.engine.borrow_mut().closed(web::now(), error);
        self.drain();
        drop(transport);
    }

    /// The page goes away: sessions end now, not when the server notices.
    fn say_goodbye(self: &Rc<Self>) {
        let sessions = self.engine.borrow().sessions();
        for session in sessions {
            let mut request = Request::<JsBody>::session(Verb::Destroy, session);
            request.transaction = web::random_text();
            request.token.clone_from(&self.options.token);
            request.apisecret.clone_from(&self.options.api_secret);
            let text = codec::encode(&request);
            if let (Ok(text), Some(transport)) = (text, self.transport.borrow().as_ref()) {
                transport.send_last(&text);
            }
        }
        let text = "the page was closed or put aside";
        self.lose(&Error::new(ErrorCode::ConnectionLost, text));
    }

    /// Sends a request and returns its future.
    pub(super) fn request(
        self: &Rc<Self>,
        request: Request<JsBody>,
        sink: Option<Sink>,
    ) -> Pending {
        let token = self.engine.borrow_mut().request(web::now(), request);
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(token, Waiting { sender, sink });
        self.drain();
        Pending { receiver, connection: Rc::downgrade(self), token, done: false }
    }

    pub(super) fn abandon(self: &Rc<Self>, token: Token) {
        self.waiting.borrow_mut().remove(&token);
        self.engine.borrow_mut().abandon(web::now(), token);
        self.drain();
    }

    pub(super) fn watch_session(&self, session: SessionId, on_lost: OnLost) {
        self.on_lost.borrow_mut().insert(session, on_lost);
    }

    pub(super) fn forget_handle(&self, handle: HandleId) {
        self.sinks.borrow_mut().remove(&handle);
    }

    /// Executes what the engine wants. No borrow outlives a statement: listeners may call back in,
    /// and then this loop, further up the stack, goes on with what they caused.
    fn drain(self: &Rc<Self>) {
        if self.draining.replace(true) {
            return;
        }
        loop {
            let next = self.engine.borrow_mut().poll();
            let Some(output) = next else { break };
            self.execute(output);
        }
        self.draining.set(false);
        let deadline = self.engine.borrow().deadline();
        let weak = Rc::downgrade(self);
        self.timer.borrow_mut().set(deadline, move || {
            if let Some(inner) = weak.upgrade() {
                inner.timer.borrow_mut().fired();
                inner.engine.borrow_mut().tick(web::now());
                inner.drain();
            }
        });
    }

    fn execute(self: &Rc<Self>, output: Output<JsBody>) {
        match output {
            Output::Send(request) => {
                if let (Verb::Destroy, Some(session)) = (request.verb, request.session_id) {
                    // A poll that outlives its session would be answered with 404.
                    self.session_over(session);
                }
                if let (Ok(text), Some(transport)) =
                    (codec::encode(&request), self.transport.borrow().as_ref())
                {
                    transport.send(text);
                }
            }
            Output::Settle(token, result) => self.settle(token, result),
            Output::SessionUp(session) => {
                if let Some(transport) = self.transport.borrow().as_ref() {
                    transport.session_up(session);
                }
            }
            Output::SessionEnded(session) => {
                self.on_lost.borrow_mut().remove(&session);
                self.session_over(session);
            }
            Output::SessionLost(session, error) => {
                self.session_over(session);
                let on_lost = self.on_lost.borrow_mut().remove(&session);
                if let Some(on_lost) = on_lost {
                    on_lost(error);
                }
            }
            Output::Handle(handle, event) => {
                let sink = self.sinks.borrow().get(&handle).cloned();
                if let Some(sink) = sink {
                    sink(event);
                }
            }
        }
    }

    fn session_over(&self, session: SessionId) {
        if let Some(transport) = self.transport.borrow().as_ref() {
            transport.session_over(session);
        }
    }

    fn settle(&self, token: Token, result: Result<Reply<JsBody>, Error>) {
        let waiting = self.waiting.borrow_mut().remove(&token);
        let Some(Waiting { sender, sink }) = waiting else { return };
        if let (Some(sink), Ok(Reply::Success(message))) = (sink, &result)
            && let Some(new) = message.data
        {
            // Before the future wakes up: what the handle says next must not be missed.
            self.sinks.borrow_mut().insert(HandleId(new.id), sink);
        }
        // Nobody listens any more when the future was dropped just now.
        sender.send(result).ok();
    }
}

fn decode(text: &str) -> Result<Vec<Message<JsBody>>, Error> {
    let body = JsBody::parse(text)?;
    if text.trim_start().starts_with('[') {
        return body.read();
    }
    let mut message: Message<JsBody> = body.read()?;
    if message.janus == "server_info" {
        message.raw = Some(body);
    }
    Ok(vec![message])
}
