//! REST: requests by `fetch`, events by long poll.
//!
//! Requests go one at a time, because on different connections they overtake each other. Each session
//! has exactly one poll under way: of two the server answers one with nothing.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::{Rc, Weak};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Request, RequestCache, RequestInit, Response};

use super::crowd::Place;
use super::{spawn_local, within};
use crate::Map;
use crate::engine::Millis;
use crate::protocol::SessionId;

/// Events taken per poll. More than one makes the answer an array.
const MAX_EVENTS: &str = "10";

/// An idle poll is answered after 30 s. One that takes longer was lost on the way, and nothing says so.
const POLL_PATIENCE: Millis = Millis(40_000);

/// Requests are acknowledged at once. One that is not keeps those behind it waiting.
const REQUEST_PATIENCE: Millis = Millis(5_000);

/// What a REST connection tells.
#[derive(Debug)]
pub enum PollEvent {
    /// A message, or an array of them.
    Text(String),
    /// The server does not know this session any more.
    Gone(SessionId),
    /// The server refused the credentials of this session's poll.
    Refused(SessionId),
    /// Something answered that is not the Janus API.
    NotJanus {
        /// The HTTP status.
        status: u16,
    },
    /// The server cannot be reached.
    Lost,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(request: &Request) -> Promise;

    #[wasm_bindgen(js_name = encodeURIComponent)]
    fn encode(text: &str) -> String;

    #[wasm_bindgen(js_namespace = navigator, js_name = sendBeacon, catch)]
    fn send_beacon(url: &str, text: &str) -> Result<bool, JsValue>;
}

type OnEvent = Rc<dyn Fn(PollEvent)>;

struct Inner {
    url: String,
    /// Token and secret, as polls carry them.
    credentials: RefCell<String>,
    on_event: OnEvent,
    queue: RefCell<VecDeque<String>>,
    /// Whether a request is under way.
    busy: Cell<bool>,
    /// Whether the server ever answered.
    heard: Cell<bool>,
    polls: RefCell<Map<SessionId, AbortController>>,
    /// Aborts requests under way when the connection is dropped.
    abort: Option<AbortController>,
}

/// A REST connection; dropping it aborts what is under way and ends its events.
pub struct Poll(Rc<Inner>);

impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Poll")
    }
}

impl Poll {
    /// A connection to the API at `url`. Nothing is sent yet.
    pub fn new(url: &str, on_event: impl Fn(PollEvent) + 'static) -> Self {
        Self(Rc::new(Inner {
            url: base(url),
            credentials: RefCell::default(),
            on_event: Rc::new(on_event),
            queue: RefCell::default(),
            busy: Cell::new(false),
            heard: Cell::new(false),
            polls: RefCell::default(),
            abort: AbortController::new().ok(),
        }))
    }

    /// Sends a request after those before it.
    pub fn send(&self, text: String) {
        self.0.queue.borrow_mut().push_back(text);
        if !self.0.busy.replace(true) {
            let inner = Rc::downgrade(&self.0);
            spawn_local(async move { while send_next(&inner).await.is_some() {} });
        }
    }

    /// Sends a request at once, whatever waits.
    pub fn send_first(&self, text: String) {
        let inner = Rc::downgrade(&self.0);
        spawn_local(async move {
            send_one(&inner, text).await;
        });
    }

    /// The address of the API.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Polls for a session from now on, with these credentials. A poll under way goes on with those it
    /// has: the server would write the next event to one that is broken off.
    pub fn begin(&self, session: SessionId, token: Option<&str>, api_secret: Option<&str>) {
        let field = |name: &str, value: Option<&str>| {
            value.map_or(String::new(), |value| [name, &encode(value)].concat())
        };
        let credentials = [field("&token=", token), field("&apisecret=", api_secret)];
        self.0.credentials.replace(credentials.concat());
        if self.0.polls.borrow().contains_key(&session) {
            return;
        }
        let Ok(abort) = AbortController::new() else { return };
        let signal = abort.signal();
        self.0.polls.borrow_mut().insert(session, abort);
        spawn_local(poll(Rc::downgrade(&self.0), session, signal));
    }

    /// Stops polling for a session.
    pub fn end(&self, session: SessionId) {
        let abort = self.0.polls.borrow_mut().remove(&session);
        if let Some(abort) = abort {
            abort.abort();
        }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        for abort in self.0.polls.borrow().values().chain(&self.0.abort) {
            abort.abort();
        }
    }
}

/// Sends a last word to a REST address from a page that is going away.
pub fn beacon(url: &str, text: &str) {
    send_beacon(&base(url), text).ok();
}

/// The address of the API as requests need it: `https://host/janus` or `https://host/janus?key=value`.
fn base(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    match url.split_once('?') {
        Some((path, query)) => [path.trim_end_matches('/'), "?", query].concat(),
        None => url.trim_end_matches('/').to_owned(),
    }
}

/// What one HTTP exchange came to.
enum Answer {
    Text(String),
    Refused(u16),
    Failed,
}

/// Sends the next request in the queue, if there is one.
async fn send_next(inner: &Weak<Inner>) -> Option<()> {
    let (next, strong) = {
        let strong = inner.upgrade()?;
        let next = strong.queue.borrow_mut().pop_front();
        (next, strong)
    };
    if next.is_none() {
        strong.busy.set(false);
    }
    drop(strong);
    send_one(inner, next?).await
}

async fn send_one(inner: &Weak<Inner>, text: String) -> Option<()> {
    let (url, signal, patience) = {
        let strong = inner.upgrade()?;
        let signal = strong.abort.as_ref().map(AbortController::signal);
        // The first takes as long as connecting may.
        let patience = if strong.heard.get() { REQUEST_PATIENCE } else { POLL_PATIENCE };
        (strong.url.clone(), signal, patience)
    };
    let answer = exchange(&url, Some(&text), signal.as_ref(), patience).await;
    let strong = inner.upgrade()?;
    strong.heard.set(strong.heard.get() || matches!(answer, Answer::Text(_)));
    let on_event = Rc::clone(&strong.on_event);
    drop(strong);
    on_event(match answer {
        Answer::Text(text) => PollEvent::Text(text),
        Answer::Refused(status) => PollEvent::NotJanus { status },
        Answer::Failed => PollEvent::Lost,
    });
    Some(())
}

impl Inner {
    /// Where a session's events are asked for.
    fn poll_url(&self, session: SessionId) -> String {
        let (path, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let and = if query.is_empty() { "" } else { "&" };
        let credentials = self.credentials.borrow();
        let id = session.to_string();
        [path, "/", &id, "?", query, and, "maxev=", MAX_EVENTS, &credentials].concat()
    }
}

async fn poll(inner: Weak<Inner>, session: SessionId, signal: AbortSignal) {
    let Some(url) = inner.upgrade().map(|strong| strong.poll_url(session)) else { return };
    let _place = Place::take(&url);
    loop {
        let Some(url) = inner.upgrade().map(|strong| strong.poll_url(session)) else { return };
        let answer = exchange(&url, None, Some(&signal), POLL_PATIENCE).await;
        let Some(strong) = inner.upgrade().filter(|_| !signal.aborted()) else { return };
        let on_event = Rc::clone(&strong.on_event);
        if !matches!(answer, Answer::Text(_)) {
            strong.polls.borrow_mut().remove(&session);
        }
        drop(strong);
        match answer {
            Answer::Text(text) => on_event(PollEvent::Text(text)),
            Answer::Refused(403) => return on_event(PollEvent::Refused(session)),
            Answer::Refused(404) => return on_event(PollEvent::Gone(session)),
            Answer::Refused(status) => return on_event(PollEvent::NotJanus { status }),
            Answer::Failed => return on_event(PollEvent::Lost),
        }
    }
}

async fn exchange(
    url: &str,
    body: Option<&str>,
    signal: Option<&AbortSignal>,
    patience: Millis,
) -> Answer {
    let answer = async {
        let response = fetch(url, body, signal).await?;
        if !response.ok() {
            return Some(Answer::Refused(response.status()));
        }
        let text = JsFuture::from(response.text().ok()?).await.ok()?;
        Some(Answer::Text(text.as_string().unwrap_or_default()))
    };
    within(patience, answer).await.flatten().unwrap_or(Answer::Failed)
}

/// A request with text as its body is a simple one for CORS: no preflight. Janus does not look.
async fn fetch(url: &str, body: Option<&str>, signal: Option<&AbortSignal>) -> Option<Response> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_signal(signal);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    let request = Request::new_with_str_and_init(url, &init).ok()?;
    JsFuture::from(global_fetch(&request)).await.ok().map(JsCast::unchecked_into)
}
