//! What pages give as functions.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::janus::object;
use crate::client::{LogEntry, OnEvent, Options, Policy, TokenProvider, Transport, TransportEvent};
use crate::engine::{Attempt, Millis};
use crate::web::describe;
use crate::{Error, ErrorCode};

/// Adds the functions of `hooks` (`token`, `delay`, `transport`, `logger`) to the options. The facade
/// shields them: none throws, except `token` and `transport`.
pub(super) fn add_hooks(options: &mut Options, hooks: &JsValue) {
    let hook = |name: &str| Reflect::get(hooks, &name.into()).ok()?.dyn_into::<Function>().ok();
    options.token_provider = hook("token").map(token_provider);
    options.policy = hook("delay").map(policy);
    if let Some(logger) = hook("logger") {
        options.logger = Some(Rc::new(move |entry| log(&logger, entry)));
    }
    if let Some(connect) = hook("transport") {
        options.connector = Some(Rc::new(move |url, on_event| {
            let transport = JsTransport::open(&connect, url, on_event)?;
            Ok(Box::new(transport) as Box<dyn Transport>)
        }));
    }
}

fn token_provider(provide: Function) -> TokenProvider {
    Rc::new(move || {
        let given = provide.call0(&JsValue::NULL);
        Box::pin(async move {
            let given = match given {
                Ok(given) => JsFuture::from(Promise::resolve(&given)).await,
                Err(thrown) => Err(thrown),
            };
            // What was thrown may hold what must not be seen.
            let text = "the page's token function gave no token";
            let token = given.ok().and_then(|token| token.as_string());
            token.ok_or_else(|| Error::new(ErrorCode::Unauthorized, text))
        })
    })
}

fn policy(decide: Function) -> Policy {
    Rc::new(move |attempt: Attempt| {
        let attempt = object(&[
            ("what", attempt.what.as_str().into()),
            ("number", attempt.number.into()),
            ("elapsed", count(attempt.elapsed).into()),
        ]);
        let delay = decide.call1(&JsValue::NULL, &attempt).ok()?.as_f64()?;
        // Longer than a day is a day; the budget ends it anyway.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is clamped"
        )]
        let millis = delay.clamp(0.0, 86_400_000.0) as u32;
        (delay >= 0.0).then_some(Millis(millis.into()))
    })
}

fn count(span: Millis) -> u32 {
    u32::try_from(span.0).unwrap_or(u32::MAX)
}

fn log(logger: &Function, entry: &LogEntry) {
    let entry = object(&[
        ("level", entry.level.as_str().into()),
        ("kind", entry.kind.as_str().into()),
        ("text", entry.text.as_str().into()),
    ]);
    logger.call1(&JsValue::NULL, &entry).ok();
}

/// A transport of the page's own: an object with `send(text)` and `close()`.
struct JsTransport {
    object: JsValue,
    /// Functions the object may call at any time, from within `send` too; not once this is dropped,
    /// which the facade sees to.
    _told: [Closure<dyn Fn(JsValue)>; 3],
}

impl JsTransport {
    fn open(connect: &Function, url: &str, on_event: OnEvent) -> Result<Self, Error> {
        let (opened, heard, closed) = (Rc::clone(&on_event), Rc::clone(&on_event), on_event);
        let told = [
            Closure::new(move |_| opened(TransportEvent::Opened)),
            Closure::new(move |text: JsValue| {
                heard(TransportEvent::Text(text.as_string().unwrap_or_default()));
            }),
            Closure::new(move |reason: JsValue| {
                let text = "the page's transport was closed: ";
                let reason = reason.as_string().unwrap_or_default();
                let error = Error::new(ErrorCode::ConnectionLost, [text, &reason].concat());
                closed(TransportEvent::Lost(error));
            }),
        ];
        let [opened, heard, closed] = &told;
        let events = object(&[
            ("open", opened.as_ref().clone()),
            ("message", heard.as_ref().clone()),
            ("close", closed.as_ref().clone()),
        ]);
        let made = connect.call2(&JsValue::NULL, &url.into(), &events);
        let object = made.map_err(|thrown| {
            let text = ["the page's transport could not be opened: ", &describe(&thrown)];
            Error::new(ErrorCode::Unreachable, text.concat())
        })?;
        Ok(Self { object, _told: told })
    }

    fn call(&self, name: &str, argument: &JsValue) {
        let method = Reflect::get(&self.object, &name.into()).ok();
        if let Some(method) = method.and_then(|method| method.dyn_into::<Function>().ok()) {
            // A transport that cannot send any more reports that it is closed.
            method.call1(&self.object, argument).ok();
        }
    }
}

impl Transport for JsTransport {
    fn send(&self, text: String) {
        self.call("send", &text.into());
    }
}

impl Drop for JsTransport {
    fn drop(&mut self) {
        self.call("close", &JsValue::UNDEFINED);
    }
}
