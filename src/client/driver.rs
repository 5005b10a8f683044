//! The loop that joins the signalling engine and the browser.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use futures_channel::oneshot;

use super::handle::Sink;
use super::health;
use super::leftover;
use super::options::{Leaving, Level, LogEntry, Options};
use super::reply::Pending;
use super::session::Shared;
use super::transport::{self, Transport, TransportEvent};
use crate::Map;
use crate::engine::recorder::Kind;
use crate::engine::signalling::{Config, LinkId, Output, Reply, Server, Signalling, State, Token};
use crate::engine::{Attempt, backoff, redact, redact_words};
use crate::protocol::message::HandleEvent;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{HandleId, Json, SessionId, codec};
use crate::web::{self, Page, Timer, spawn_local};
use crate::{Error, ErrorCode};

pub(super) type OnState = Rc<dyn Fn(State, Option<&Error>)>;

/// The transaction of a last word. Nobody waits for its answer, and neither is taken down.
const LAST_WORD: &str = "bye";

struct Waiting {
    sender: oneshot::Sender<Result<Reply, Error>>,
    /// `attach`: where the new handle's events go.
    sink: Option<Sink>,
}

pub(super) struct Inner {
    servers: Vec<String>,
    /// The one in use.
    server: Cell<usize>,
    pub(super) options: Options,
    pub(super) engine: RefCell<Signalling>,
    pub(super) transport: RefCell<Option<Box<dyn Transport>>>,
    /// One through which nothing passes any more, and of which the server is not to know.
    pub(super) buried: RefCell<Option<Box<dyn Transport>>>,
    opened: RefCell<Option<oneshot::Sender<Result<(), Error>>>>,
    waiting: RefCell<Map<Token, Waiting>>,
    sinks: RefCell<Map<HandleId, Sink>>,
    pub(super) sessions: RefCell<Map<SessionId, Rc<Shared>>>,
    pub(super) on_state: RefCell<Vec<OnState>>,
    timer: RefCell<Timer>,
    page: RefCell<Option<Page>>,
    draining: Cell<bool>,
    /// Closed because the page goes away.
    pub(super) was_left: Cell<bool>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// Begins to connect; `opened` hears how that ends.
pub(super) fn start(
    servers: &[String],
    options: Options,
    opened: oneshot::Sender<Result<(), Error>>,
) -> Rc<Inner> {
    let servers = health::sorted(servers);
    let ordered = |url: &String| options.connector.is_some() || !transport::is_rest(url);
    let config = Config {
        servers: servers.iter().map(|url| Server { ordered: ordered(url) }).collect(),
        connect_timeout: options.connect_timeout,
        request_timeout: options.request_timeout,
        probe_after: options.probe_after,
        probe_timeout: options.probe_timeout,
        reconnect_budget: options.budget(),
        token: options.token.clone(),
        token_on_demand: options.token_provider.is_some(),
        api_secret: options.api_secret.clone(),
        ..Config::default()
    };
    let inner = Rc::new(Inner {
        servers,
        server: Cell::new(0),
        engine: RefCell::new(Signalling::new(config, web::random_text(), web::now())),
        transport: RefCell::default(),
        buried: RefCell::default(),
        opened: RefCell::new(Some(opened)),
        waiting: RefCell::default(),
        sinks: RefCell::default(),
        sessions: RefCell::default(),
        on_state: RefCell::default(),
        timer: RefCell::default(),
        page: RefCell::default(),
        draining: Cell::new(false),
        was_left: Cell::new(false),
        options,
    });
    inner.watch_page();
    inner.drain();
    inner
}

impl Inner {
    pub(super) fn is_closed(&self) -> bool {
        self.engine.borrow().state() == State::Closed
    }

    pub(super) fn url(&self) -> String {
        self.servers.get(self.server.get()).cloned().unwrap_or_default()
    }

    fn watch_page(self: &Rc<Self>) {
        let kinds = self.options.leave_on.iter().map(|leaving| match leaving {
            Leaving::PageHide => "pagehide",
            Leaving::Freeze => "freeze",
            Leaving::BeforeUnload => "beforeunload",
        });
        let (leaving, looking, beating) =
            (Rc::downgrade(self), Rc::downgrade(self), Rc::downgrade(self));
        let gone = move || {
            if let Some(inner) = leaving.upgrade() {
                inner.say_goodbye();
            }
        };
        let changed = move || {
            if let Some(inner) = looking.upgrade() {
                inner.check();
            }
        };
        let beat = move || {
            if let Some(inner) = beating.upgrade() {
                inner.tick();
            }
        };
        self.page.replace(Some(Page::watch(kinds, gone, changed, beat)));
    }

    fn tick(self: &Rc<Self>) {
        self.engine.borrow_mut().tick(web::now());
        self.drain();
    }

    pub(super) fn check(self: &Rc<Self>) {
        self.engine.borrow_mut().check(web::now());
        self.drain();
    }

    /// Takes down what happens, and tells the logger.
    fn note(&self, kind: Kind, state: Option<State>, text: &str) {
        self.options.recorder.borrow_mut().record(web::now(), kind, text);
        let level = level_of(kind, state);
        if let Some(logger) =
            self.options.logger.as_ref().filter(|_| level >= self.options.log_level)
        {
            let is_message = matches!(kind, Kind::Sent | Kind::Received);
            let text = if is_message { redact(text) } else { redact_words(text) };
            logger(&LogEntry { level, kind, text });
        }
    }

    fn open(self: &Rc<Self>, link: LinkId, server: usize) {
        self.server.set(server);
        let url = self.url();
        self.note(Kind::Opening, None, &transport::shown(&url));
        let weak = Rc::downgrade(self);
        let on_event = Rc::new(move |event| {
            if let Some(inner) = weak.upgrade() {
                inner.happen(link, event);
            }
        });
        let opened = match &self.options.connector {
            Some(connector) => connector(&url, on_event),
            None => transport::open(&url, on_event),
        };
        match opened {
            Ok(transport) => drop(self.transport.replace(Some(transport))),
            Err(error) => self.engine.borrow_mut().lost(web::now(), link, &error),
        }
    }

    pub(super) fn happen(self: &Rc<Self>, link: LinkId, event: TransportEvent) {
        let now = web::now();
        match event {
            TransportEvent::Opened => {
                self.note(Kind::Opened, None, "");
                self.engine.borrow_mut().opened(now, link);
            }
            TransportEvent::Text(text) => self.hear(link, &text),
            TransportEvent::SessionGone(session) => {
                self.engine.borrow_mut().session_gone(now, link, session);
            }
            TransportEvent::Refused(session) => {
                self.engine.borrow_mut().poll_refused(now, link, session);
            }
            TransportEvent::Lost(error) => self.engine.borrow_mut().lost(now, link, &error),
        }
        self.drain();
    }

    /// Text from the server: one message, or an array of them.
    fn hear(&self, link: LinkId, text: &str) {
        let Ok(messages) = codec::decode_all(text) else {
            let size = text.len().to_string();
            self.note(Kind::Unreadable, None, &[&size, " bytes that are no message"].concat());
            let error = transport::not_janus(&self.url());
            return self.engine.borrow_mut().unreadable(web::now(), link, &error);
        };
        // An answer to a last word names a session that whoever knows it may use, if it is there still.
        if !messages.iter().any(|message| message.transaction.as_deref() == Some(LAST_WORD)) {
            self.note(Kind::Received, None, text);
        }
        for message in messages {
            self.engine.borrow_mut().message(web::now(), link, message);
        }
    }

    fn report_open(&self, result: Result<(), Error>) {
        let opened = self.opened.borrow_mut().take();
        if let Some(opened) = opened {
            // Nobody listens when whoever asked gave up.
            opened.send(result).ok();
        }
    }

    /// The page goes away.
    fn say_goodbye(self: &Rc<Self>) {
        self.was_left.set(true);
        let text = "the page was closed or put aside";
        self.close(&Error::new(ErrorCode::ConnectionLost, text), true);
    }

    /// Ends the sessions now, not when the server notices, and then the connection.
    pub(super) fn close(self: &Rc<Self>, error: &Error, unloading: bool) {
        // What a transport tells while it is spoken to is acted on below.
        let draining = self.draining.replace(true);
        let sessions = self.engine.borrow().sessions();
        let token = self.engine.borrow().current_token().map(str::to_owned);
        for session in sessions {
            let text = self.last_word(session, token.as_ref());
            match self.transport.borrow().as_ref() {
                Some(transport) => {
                    if unloading && !transport::is_rest(&self.url()) {
                        self.send_beacons(&text);
                    }
                    transport.send_last(text);
                }
                None => self.send_beacons(&text),
            }
        }
        self.draining.set(draining);
        self.engine.borrow_mut().close(web::now(), error);
        self.drain();
    }

    /// Ends the sessions behind the engine's back.
    pub(super) fn send_last_words(self: &Rc<Self>) {
        let draining = self.draining.replace(true);
        let sessions = self.engine.borrow().sessions();
        let token = self.engine.borrow().current_token().map(str::to_owned);
        for session in sessions {
            if let Some(transport) = self.transport.borrow().as_ref() {
                transport.send(self.last_word(session, token.as_ref()));
            }
        }
        self.draining.set(draining);
        self.drain();
    }

    /// What ends a session without being answered.
    fn last_word(&self, session: SessionId, token: Option<&String>) -> String {
        let mut request = Request::session(Verb::Destroy, session);
        LAST_WORD.clone_into(&mut request.transaction);
        request.token = token.cloned();
        request.apisecret.clone_from(&self.options.api_secret);
        Json::write(&request).to_string()
    }

    /// Ends what was left to us, ahead of the first session of ours: in the same flight, so that it costs no time.
    fn end_leftovers(&self, token: Option<&String>) {
        leftover::take(&self.url(), |session| {
            if let Some(transport) = self.transport.borrow().as_ref() {
                transport.send_first(self.last_word(session, token));
            }
        });
    }

    /// Firefox may have closed the socket, and ended the poll, before the page is told that it goes. Beacons
    /// arrive in any case; to servers that do not know the session they mean nothing.
    fn send_beacons(&self, text: &str) {
        if self.options.connector.is_none() {
            for url in self.servers.iter().filter(|url| transport::is_rest(url)) {
                web::beacon(url, text);
            }
        }
    }

    /// Sends a request and returns its future.
    pub(super) fn request(self: &Rc<Self>, request: Request, sink: Option<Sink>) -> Pending {
        if let Err(error) = Json::write(&request).check_sendable() {
            return Pending::failed(error.during(request.verb.as_str()));
        }
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
                inner.tick();
            }
        });
    }

    fn execute(self: &Rc<Self>, output: Output) {
        match output {
            Output::Open(link, server) => self.open(link, server),
            Output::Shut(worked) => {
                self.note(Kind::Dropped, None, "");
                if !worked {
                    health::failed(&self.url());
                }
                drop(self.transport.take());
            }
            Output::Ask(attempt) => self.decide(attempt),
            Output::AskToken => self.ask_token(),
            Output::State(state, error) => self.tell_state(state, error.as_ref()),
            Output::Send(request) => self.send(&request),
            Output::Settle(token, result) => self.settle(token, result),
            Output::SessionUp(session, found) => {
                let token = self.engine.borrow().current_token().map(str::to_owned);
                if let Some(transport) = self.transport.borrow().as_ref() {
                    let secret = self.options.api_secret.as_deref();
                    transport.session_up(session, token.as_deref(), secret);
                }
                let shared = self.sessions.borrow().get(&session).cloned();
                if let Some(shared) = shared {
                    shared.found(found);
                }
            }
            Output::SessionEnded(session) => {
                self.sessions.borrow_mut().remove(&session);
                self.session_over(session);
            }
            Output::SessionLost(session, error) => {
                // The connection is closed, and the server may not know.
                if error.code() == ErrorCode::ConnectionLost {
                    leftover::leave(&self.url(), session);
                }
                self.session_over(session);
                let shared = self.sessions.borrow_mut().remove(&session);
                if let Some(shared) = shared {
                    shared.lost(self, error);
                }
            }
            Output::Handle(handle, event) => {
                let sink = if matches!(event, HandleEvent::Detached) {
                    self.sinks.borrow_mut().remove(&handle)
                } else {
                    self.sinks.borrow().get(&handle).cloned()
                };
                if let Some(sink) = sink {
                    sink(event);
                }
            }
        }
    }

    fn decide(self: &Rc<Self>, attempt: Attempt) {
        let delay = match &self.options.policy {
            Some(policy) => policy(attempt),
            None => Some(backoff(attempt, web::random_u32())),
        };
        self.engine.borrow_mut().retry(web::now(), delay);
    }

    fn ask_token(self: &Rc<Self>) {
        let Some(provider) = &self.options.token_provider else { return };
        let (asked, weak) = (provider(), Rc::downgrade(self));
        spawn_local(async move {
            let token = asked.await;
            if let Some(inner) = weak.upgrade() {
                inner.engine.borrow_mut().token(web::now(), token);
                inner.drain();
            }
        });
    }

    fn tell_state(self: &Rc<Self>, state: State, error: Option<&Error>) {
        let why = error.map_or(String::new(), |error| [": ", error.message()].concat());
        self.note(Kind::State, Some(state), &[state.as_str(), &why].concat());
        match state {
            State::Connected => {
                health::works(&self.url());
                self.report_open(Ok(()));
            }
            State::Closed => {
                self.page.replace(None);
                let closed = || Error::new(ErrorCode::Closed, "the connection was closed");
                self.report_open(Err(error.cloned().unwrap_or_else(closed)));
            }
            State::Connecting | State::Reconnecting => {}
        }
        let listeners = self.on_state.borrow().clone();
        for listener in listeners {
            listener(state, error);
        }
    }

    fn send(&self, request: &Request) {
        if let (Verb::Destroy, Some(session)) = (request.verb, request.session_id) {
            // A poll that outlives its session would be answered with 404.
            self.session_over(session);
        }
        if request.verb == Verb::Create {
            self.end_leftovers(request.token.as_ref());
        }
        let text = Json::write(request).to_string();
        self.note(Kind::Sent, None, &text);
        if let Some(transport) = self.transport.borrow().as_ref() {
            if request.verb == Verb::Ping {
                transport.send_first(text);
            } else {
                transport.send(text);
            }
        }
    }

    fn session_over(&self, session: SessionId) {
        if let Some(transport) = self.transport.borrow().as_ref() {
            transport.session_over(session);
        }
    }

    fn settle(&self, token: Token, result: Result<Reply, Error>) {
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

fn level_of(kind: Kind, state: Option<State>) -> Level {
    match (kind, state) {
        (Kind::Sent | Kind::Received, _) => Level::Debug,
        (Kind::Unreadable, _) | (_, Some(State::Reconnecting)) => Level::Warn,
        (_, Some(State::Closed)) => Level::Error,
        (Kind::Opening | Kind::Opened | Kind::Dropped | Kind::State, _) => Level::Info,
    }
}
