//! Connection, session, handle and `VideoRoom`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::error::janus_error;
use super::hooks::add_hooks;
use super::options::Connection as ConnectionOptions;
use super::{DONE, number_value, options, promise};
use crate::client::{Answer, AttachOptions, Connection, Handle, Session, SessionEvent, Trouble};
use crate::protocol::json::Encode;
use crate::protocol::message::HandleEvent;
use crate::protocol::{Candidate, Json};
use crate::videoroom::ask::ask_in;
use crate::{Error, ErrorCode};

/// What is under the facade's `Janus`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct JanusCore(pub(super) Connection);

#[wasm_bindgen]
impl JanusCore {
    /// Connects to the first server that answers.
    pub fn connect(
        servers: Vec<String>,
        settings: String,
        hooks: JsValue,
        on_state: Function,
    ) -> Promise {
        promise(async move {
            let settings: ConnectionOptions = options(&settings)?;
            let mut settings = settings.into();
            add_hooks(&mut settings, &hooks);
            let connection = Connection::begin(&servers, settings).await?;
            connection.on_state(move |state, error| {
                let error = error.map_or(JsValue::UNDEFINED, janus_error);
                // The facade shields its listeners; there is nobody above to tell.
                on_state.call2(&JsValue::NULL, &state.as_str().into(), &error).ok();
            });
            // A socket may be open and speak something else.
            connection.info().await?;
            Ok(Self(connection).into())
        })
    }

    /// The address in use.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Where it stands.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.0.state().as_str().to_owned()
    }

    /// Looks at once whether the server is there.
    pub fn check(&self) {
        self.0.check();
    }

    /// Breaks the way to the server: 0 closes it, 1 lets nothing pass any more, 2 ends the sessions. Whether there was one.
    pub fn cause(&self, trouble: u8) -> bool {
        self.0.cause(match trouble {
            0 => Trouble::Cut,
            1 => Trouble::Swallow,
            _ => Trouble::EndSessions,
        })
    }

    /// The flight recorder's content.
    #[wasm_bindgen(js_name = exportLog)]
    pub fn export_log(&self) -> String {
        self.0.export_log()
    }

    /// What the server is and has.
    pub fn info(&self) -> Promise {
        let connection = self.0.clone();
        promise(async move { Ok(connection.info().await?.as_str().into()) })
    }

    /// Asks for a sign of life.
    pub fn ping(&self) -> Promise {
        let connection = self.0.clone();
        promise(async move {
            connection.ping().await?;
            DONE
        })
    }

    /// Makes a session; `on_event(name, fields)` is called with what becomes of it.
    #[wasm_bindgen(js_name = createSession)]
    pub fn create_session(&self, on_event: Function) -> Promise {
        let connection = self.0.clone();
        promise(async move {
            let session = Session::create(&connection).await?;
            session.on_event(move |event| {
                let (name, fields) = session_event(&event);
                on_event.call2(&JsValue::NULL, &name.into(), &fields).ok();
            });
            Ok(SessionCore(session).into())
        })
    }

    /// Closes the connection.
    pub fn close(&self) {
        self.0.close();
    }
}

/// What is under the facade's `Session`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SessionCore(Session);

#[wasm_bindgen]
impl SessionCore {
    /// Its id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> JsValue {
        number_value(self.0.id().0)
    }

    /// Makes a handle; `on_event(name, fields)` is called with its events.
    pub fn attach(
        &self,
        plugin: &str,
        opaque_id: Option<String>,
        loop_index: Option<u32>,
        token: Option<String>,
        on_event: Function,
    ) -> Promise {
        let options = AttachOptions { opaque_id, loop_index, token };
        let sink = Rc::new(move |event: HandleEvent| {
            let (name, fields) = handle_event(event);
            // The facade shields its listeners; there is nobody above to tell.
            on_event.call2(&JsValue::NULL, &name.into(), &fields).ok();
        });
        let attached = self.0.attach(plugin, options, sink);
        promise(async move { Ok(HandleCore(attached.await?).into()) })
    }

    /// Ends the session.
    pub fn destroy(&self) -> Promise {
        let session = self.0.clone();
        promise(async move {
            session.destroy().await?;
            DONE
        })
    }
}

fn session_event(event: &SessionEvent) -> (&'static str, JsValue) {
    match event {
        SessionEvent::Resumed => ("resumed", object(&[])),
        SessionEvent::Lost { error, renewing } => {
            ("lost", object(&[("error", janus_error(error)), ("renewing", (*renewing).into())]))
        }
        SessionEvent::Renewed(id) => ("renewed", object(&[("id", number_value(id.0))])),
    }
}

pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_undefined()) {
        // Setting a field of a fresh plain object cannot fail.
        Reflect::set(&object, &(*key).into(), value).ok();
    }
    object.into()
}

/// A body of the page's.
fn json(text: String) -> Result<Json, Error> {
    Json::parse(text).map_err(|_| Error::new(ErrorCode::InvalidArgument, "nested too deeply"))
}

/// JSON for the facade to parse.
fn text_value(value: &dyn Encode) -> JsValue {
    if value.is_absent() { JsValue::UNDEFINED } else { Json::write(value).as_str().into() }
}

fn handle_event(event: HandleEvent) -> (&'static str, JsValue) {
    match event {
        HandleEvent::Plugin { data, jsep, answers } => {
            let answers = if answers { JsValue::TRUE } else { JsValue::UNDEFINED };
            let (data, jsep) = (text_value(&data), text_value(&jsep));
            ("event", object(&[("data", data), ("jsep", jsep), ("answers", answers)]))
        }
        HandleEvent::WebrtcUp => ("webrtcup", object(&[])),
        HandleEvent::Media { mid, receiving, substream } => {
            let substream = substream.map_or(JsValue::UNDEFINED, JsValue::from);
            let mid = ("mid", mid.into());
            ("media", object(&[mid, ("receiving", receiving.into()), ("substream", substream)]))
        }
        HandleEvent::SlowLink { mid, uplink, lost } => {
            let mid = ("mid", mid.into());
            ("slowlink", object(&[mid, ("uplink", uplink.into()), ("lost", lost.into())]))
        }
        HandleEvent::IceFailed => ("icefailed", object(&[])),
        HandleEvent::Hangup { reason } => ("hangup", object(&[("reason", reason.into())])),
        HandleEvent::Trickle(candidate) => {
            ("trickle", object(&[("candidate", text_value(&candidate))]))
        }
        HandleEvent::Detached => ("detached", object(&[])),
    }
}

/// The name of a request, as errors hold it. The facade has about thirty of them.
fn interned(name: String) -> &'static str {
    thread_local! {
        static NAMES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }
    NAMES.with_borrow_mut(|names| {
        let known = names.iter().copied().find(|known| *known == name);
        known.unwrap_or_else(|| {
            let name = Box::leak(name.into_boxed_str());
            names.push(name);
            name
        })
    })
}

/// What is under the facade's `Handle`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct HandleCore(pub(super) Handle);

#[wasm_bindgen]
impl HandleCore {
    /// Its id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> JsValue {
        number_value(self.0.id().0)
    }

    /// Speaks to the plugin. As a `request` of `VideoRoom`, with its fields under Janus's own names, the
    /// plugin's refusal is an error; `apart` from the order of the others for what may stay unanswered.
    pub fn send(
        &self,
        body: String,
        jsep: Option<String>,
        request: Option<String>,
        apart: Option<bool>,
    ) -> Promise {
        let handle = self.0.clone();
        promise(async move {
            let (body, jsep) = (json(body)?, jsep.map(json).transpose()?);
            let asked = match request {
                Some(request) => {
                    ask_in(&handle, apart != Some(true), interned(request), body, jsep)
                }
                None => Box::pin(handle.request_as_is(body, jsep)),
            };
            let Answer { data, jsep } = asked.await?;
            Ok(object(&[("data", text_value(&data)), ("jsep", text_value(&jsep))]))
        })
    }

    /// Sends ICE candidates.
    pub fn trickle(&self, candidates: String) -> Promise {
        let handle = self.0.clone();
        promise(async move {
            let candidates: Vec<Candidate> = options(&candidates)?;
            handle.trickle(candidates).await?;
            DONE
        })
    }

    /// Ends its peer connection.
    pub fn hangup(&self) -> Promise {
        done(self.0.hangup())
    }

    /// Ends it.
    pub fn detach(&self) -> Promise {
        done(self.0.detach())
    }
}

/// For requests of handles that are done when they are answered.
fn done(request: impl Future<Output = Result<(), Error>> + 'static) -> Promise {
    promise(async move {
        request.await?;
        DONE
    })
}
