//! Connection, session, handle and `VideoRoom`.

use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::options::Connection as ConnectionOptions;
use super::{DONE, options, promise};
use crate::Error;
use crate::client::{Answer, Connection, Handle, Session};
use crate::protocol::message::HandleEvent;
use crate::protocol::{Body, Candidate, Id, Jsep};
use crate::videoroom::VideoRoom;
use crate::web::{JsBody, JsValue, to_js};

fn typed<T: serde::Serialize>(value: &T) -> Result<JsValue, Error> {
    to_js(value)
}

/// What is under the facade's `Janus`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct JanusCore(Connection);

#[wasm_bindgen]
impl JanusCore {
    /// Connects to the first server that answers.
    pub fn connect(servers: Vec<String>, settings: JsValue) -> Promise {
        promise(async move {
            let settings: ConnectionOptions = options(settings)?;
            let connection = Connection::open(&servers, settings.into()).await?;
            // A socket may be open and speak something else.
            connection.info().await?;
            Ok(Self(connection).into())
        })
    }

    /// The address in use.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.url().to_owned()
    }

    /// What the server is and has.
    pub fn info(&self) -> Promise {
        let connection = self.0.clone();
        promise(async move { Ok(connection.info().await?.0) })
    }

    /// Asks for a sign of life.
    pub fn ping(&self) -> Promise {
        let connection = self.0.clone();
        promise(async move {
            connection.ping().await?;
            DONE
        })
    }

    /// Makes a session.
    #[wasm_bindgen(js_name = createSession)]
    pub fn create_session(&self) -> Promise {
        let connection = self.0.clone();
        promise(async move { Ok(SessionCore(Session::create(&connection).await?).into()) })
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
        typed(&self.0.id()).unwrap_or_default()
    }

    /// Makes a handle; `on_event(name, fields)` is called with its events.
    pub fn attach(&self, plugin: &str, opaque_id: Option<String>, on_event: Function) -> Promise {
        let sink = Rc::new(move |event: HandleEvent<JsBody>| {
            let (name, fields) = handle_event(event);
            // The facade shields its listeners; there is nobody above to tell.
            on_event.call2(&JsValue::NULL, &name.into(), &fields).ok();
        });
        let attached = self.0.attach(plugin, opaque_id, sink);
        promise(async move { Ok(HandleCore(attached.await?).into()) })
    }

    /// Makes a handle on the `VideoRoom` plugin.
    #[wasm_bindgen(js_name = videoRoom)]
    pub fn video_room(&self) -> Promise {
        let session = self.0.clone();
        promise(async move { Ok(VideoRoomCore(VideoRoom::attach(&session).await?).into()) })
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

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_undefined()) {
        // Setting a field of a fresh plain object cannot fail.
        Reflect::set(&object, &(*key).into(), value).ok();
    }
    object.into()
}

fn jsep_value(jsep: Option<&Jsep>) -> JsValue {
    jsep.and_then(|jsep| typed(jsep).ok()).unwrap_or_default()
}

fn handle_event(event: HandleEvent<JsBody>) -> (&'static str, JsValue) {
    match event {
        HandleEvent::Plugin { data, jsep } => {
            ("event", object(&[("data", data.0), ("jsep", jsep_value(jsep.as_ref()))]))
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
            let candidate = typed(&candidate).unwrap_or_default();
            ("trickle", object(&[("candidate", candidate)]))
        }
        HandleEvent::Detached => ("detached", object(&[])),
    }
}

/// What is under the facade's `Handle`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct HandleCore(Handle);

#[wasm_bindgen]
impl HandleCore {
    /// Its id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> JsValue {
        typed(&self.0.id()).unwrap_or_default()
    }

    /// Speaks to the plugin.
    pub fn send(&self, body: JsValue, jsep: JsValue) -> Promise {
        let handle = self.0.clone();
        promise(async move {
            let jsep = (!jsep.is_undefined()).then(|| options(jsep)).transpose()?;
            let Answer { data, jsep } = handle.request(JsBody(body), jsep).await?;
            Ok(object(&[("data", data.0), ("jsep", jsep_value(jsep.as_ref()))]))
        })
    }

    /// Sends ICE candidates.
    pub fn trickle(&self, candidates: JsValue) -> Promise {
        let handle = self.0.clone();
        promise(async move {
            let candidates: Vec<Candidate> = options(candidates)?;
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

/// What is under the facade's `VideoRoom`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct VideoRoomCore(VideoRoom);

#[wasm_bindgen]
impl VideoRoomCore {
    /// `create`
    pub fn create(&self, room: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move { Ok(typed(&rooms.create(&options(room)?).await?)?) })
    }

    /// `destroy`
    pub fn destroy(&self, room: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move { Ok(typed(&rooms.destroy(&options(room)?).await?)?) })
    }

    /// `exists`
    pub fn exists(&self, room: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move { Ok(rooms.exists(&id(room)?).await?.into()) })
    }

    /// `list`
    pub fn list(&self, settings: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move { Ok(typed(&rooms.list(&options(settings)?).await?)?) })
    }

    /// `listparticipants`
    #[wasm_bindgen(js_name = listParticipants)]
    pub fn list_participants(&self, room: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move { Ok(typed(&rooms.list_participants(&id(room)?).await?)?) })
    }

    /// `join` as a publisher.
    pub fn join(&self, join: JsValue) -> Promise {
        let rooms = self.0.clone();
        promise(async move {
            let joined = rooms.join(&options(join)?).await?;
            let publishers = typed(&joined.publishers)?;
            Ok(object(&[
                ("room", typed(&joined.room)?),
                ("description", joined.description.into()),
                ("id", typed(&joined.id)?),
                ("publishers", publishers),
            ]))
        })
    }

    /// `detach`
    pub fn detach(&self) -> Promise {
        let rooms = self.0.clone();
        done(rooms.handle().detach())
    }
}

/// For requests of handles that are done when they are answered.
fn done(request: impl Future<Output = Result<(), Error>> + 'static) -> Promise {
    promise(async move {
        request.await?;
        DONE
    })
}

fn id(value: JsValue) -> Result<Id, Error> {
    JsBody(value)
        .read()
        .map_err(|error| Error::new(crate::ErrorCode::InvalidArgument, error.message()))
}
