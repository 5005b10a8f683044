//! REST: requests by `fetch`, events by long poll.
//!
//! Requests go one at a time, because on different connections they overtake each other. Each session
//! has exactly one poll under way: of two the server answers one with nothing.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::{Rc, Weak};

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Request, RequestCache, RequestInit, Response};

use super::spawn_local;
use crate::Map;
use crate::protocol::SessionId;

/// Events taken per poll. More than one makes the answer an array.
const MAX_EVENTS: &str = "10";

/// A failed poll is tried again after these, ms; then the server counts as gone.
const RETRIES: [u32; 3] = [200, 800, 2000];

/// What a REST connection tells.
#[derive(Debug)]
pub enum PollEvent {
    /// A message, or an array of them.
    Text(String),
    /// The server does not know this session any more.
    Gone(SessionId),
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
    /// `&token=...&apisecret=...`: polls carry credentials in the query.
    credentials: String,
    on_event: OnEvent,
    queue: RefCell<VecDeque<String>>,
    /// Whether a request is under way.
    busy: RefCell<bool>,
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
    pub fn new(
        url: &str,
        token: Option<&str>,
        api_secret: Option<&str>,
        on_event: impl Fn(PollEvent) + 'static,
    ) -> Self {
        let field = |name: &str, value: Option<&str>| {
            value.map_or(String::new(), |value| [name, &encode(value)].concat())
        };
        let credentials = [field("&token=", token), field("&apisecret=", api_secret)].concat();
        Self(Rc::new(Inner {
            url: url.trim_end_matches('/').to_owned(),
            credentials,
            on_event: Rc::new(on_event),
            queue: RefCell::default(),
            busy: RefCell::new(false),
            polls: RefCell::default(),
            abort: AbortController::new().ok(),
        }))
    }

    /// Sends a request after those before it.
    pub fn send(&self, text: String) {
        self.0.queue.borrow_mut().push_back(text);
        if !self.0.busy.replace(true) {
            spawn_local(send_all(Rc::downgrade(&self.0)));
        }
    }

    /// Sends a last word from a page that is going away.
    pub fn beacon(&self, text: &str) {
        send_beacon(&self.0.url, text).ok();
    }

    /// Begins to poll for a session.
    pub fn begin(&self, session: SessionId) {
        let Ok(abort) = AbortController::new() else { return };
        let signal = abort.signal();
        self.0.polls.borrow_mut().insert(session, abort);
        spawn_local(poll(Rc::downgrade(&self.0), session, signal));
    }

    /// Stops polling for a session.
    pub fn end(&self, session: SessionId) {
        if let Some(abort) = self.0.polls.borrow_mut().remove(&session) {
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

/// What one HTTP exchange came to.
enum Answer {
    Text(String),
    Refused(u16),
    Failed,
}

async fn send_all(inner: Weak<Inner>) {
    while let Some((next, url, signal, on_event)) = next_request(&inner) {
        let answer = exchange(&url, Some(&next), signal.as_ref()).await;
        if inner.strong_count() == 0 {
            return;
        }
        on_event(match answer {
            Answer::Text(text) => PollEvent::Text(text),
            Answer::Refused(status) => PollEvent::NotJanus { status },
            Answer::Failed => PollEvent::Lost,
        });
    }
}

type Next = (String, String, Option<AbortSignal>, OnEvent);

fn next_request(inner: &Weak<Inner>) -> Option<Next> {
    let inner = inner.upgrade()?;
    let next = inner.queue.borrow_mut().pop_front();
    if next.is_none() {
        inner.busy.replace(false);
    }
    let signal = inner.abort.as_ref().map(AbortController::signal);
    next.map(|next| (next, inner.url.clone(), signal, Rc::clone(&inner.on_event)))
}

async fn poll(inner: Weak<Inner>, session: SessionId, signal: AbortSignal) {
    let mut retries = RETRIES.iter();
    while let Some((url, on_event)) = poll_address(&inner, session) {
        let answer = exchange(&url, None, Some(&signal)).await;
        if inner.strong_count() == 0 || signal.aborted() {
            return;
        }
        match answer {
            Answer::Text(text) => {
                retries = RETRIES.iter();
                on_event(PollEvent::Text(text));
            }
            Answer::Refused(404) => return on_event(PollEvent::Gone(session)),
            Answer::Refused(status) => return on_event(PollEvent::NotJanus { status }),
            Answer::Failed => match retries.next() {
                Some(pause) => TimeoutFuture::new(*pause).await,
                None => return on_event(PollEvent::Lost),
            },
        }
    }
}

fn poll_address(inner: &Weak<Inner>, session: SessionId) -> Option<(String, OnEvent)> {
    let inner = inner.upgrade()?;
    if !inner.polls.borrow().contains_key(&session) {
        return None;
    }
    let path = [&inner.url, "/", &session.to_string(), "?maxev=", MAX_EVENTS, &inner.credentials];
    Some((path.concat(), Rc::clone(&inner.on_event)))
}

async fn exchange(url: &str, body: Option<&str>, signal: Option<&AbortSignal>) -> Answer {
    let Some(response) = fetch(url, body, signal).await else { return Answer::Failed };
    if !response.ok() {
        return Answer::Refused(response.status());
    }
    let Ok(text) = response.text() else { return Answer::Failed };
    match JsFuture::from(text).await {
        Ok(text) => Answer::Text(text.as_string().unwrap_or_default()),
        Err(_) => Answer::Failed,
    }
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
    JsFuture::from(global_fetch(&request)).await.ok()?.dyn_into().ok()
}
