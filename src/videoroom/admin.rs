//! Requests that any attached handle can make, and joining as a publisher.

use std::pin::Pin;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::client::{AttachOptions, Handle, Session};
use crate::protocol::videoroom::PLUGIN;
use crate::protocol::videoroom::event::{Joined, RoomData, RoomEvent, unexpected};
use crate::protocol::videoroom::request::{CreateRoom, DestroyRoom, ForRoom, JoinPublisher, List};
use crate::protocol::videoroom::types::{ParticipantInfo, RoomInfo};
use crate::protocol::{Body, Id};
use crate::web::JsBody;

/// A handle on the `VideoRoom` plugin.
#[derive(Clone, Debug)]
pub struct VideoRoom(Handle);

/// The answer to `create` and `destroy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomChanged {
    /// The room.
    pub room: Id,
    /// Whether the server's configuration holds the change. False although asked for: it could not be
    /// saved.
    #[serde(default)]
    pub permanent: bool,
}

#[derive(Deserialize)]
struct Exists {
    exists: bool,
}

#[derive(Deserialize)]
struct Rooms {
    list: Vec<RoomInfo>,
}

#[derive(Deserialize)]
struct Participants {
    participants: Vec<ParticipantInfo>,
}

impl VideoRoom {
    /// Attaches to the plugin. Events of the handle are dropped: this one asks and is answered.
    pub async fn attach(session: &Session) -> Result<Self, Error> {
        let options = AttachOptions::default();
        session.attach(PLUGIN, options, Rc::new(|_event| {})).await.map(Self)
    }

    /// The requests that need no join, on a handle that may have joined.
    pub(crate) fn on(handle: Handle) -> Self {
        Self(handle)
    }

    /// The handle under it, for anything that is not typed here.
    pub fn handle(&self) -> &Handle {
        &self.0
    }

    /// Makes a room (`create`).
    ///
    /// # Errors
    /// `RoomExists` (427) if the id is taken, `Unauthorized` (433) without the server's admin key.
    pub async fn create(&self, room: &CreateRoom) -> Result<RoomChanged, Error> {
        read("create", &self.ask("create", JsBody::write(room)).await?)
    }

    /// Ends a room and sends everybody out (`destroy`).
    ///
    /// # Errors
    /// `RoomNotFound` (426), `Unauthorized` (433) with a wrong secret.
    pub async fn destroy(&self, room: &DestroyRoom) -> Result<RoomChanged, Error> {
        read("destroy", &self.ask("destroy", JsBody::write(room)).await?)
    }

    /// Whether there is such a room, private ones included (`exists`).
    pub async fn exists(&self, room: &Id) -> Result<bool, Error> {
        let answer = self.ask("exists", JsBody::write(&ForRoom { room })).await?;
        read("exists", &answer).map(|answer: Exists| answer.exists)
    }

    /// The public rooms; with the server's admin key the private ones too (`list`).
    pub async fn list(&self, options: &List) -> Result<Vec<RoomInfo>, Error> {
        let answer = self.ask("list", JsBody::write(options)).await?;
        read("list", &answer).map(|answer: Rooms| answer.list)
    }

    /// Who is in a room (`listparticipants`).
    ///
    /// # Errors
    /// `RoomNotFound` (426).
    pub async fn list_participants(&self, room: &Id) -> Result<Vec<ParticipantInfo>, Error> {
        let answer = self.ask("listparticipants", JsBody::write(&ForRoom { room })).await?;
        read("listparticipants", &answer).map(|answer: Participants| answer.participants)
    }

    /// Joins a room as a publisher who does not publish yet (`join`). A handle joins once.
    ///
    /// # Errors
    /// `RoomNotFound` (426), `Unauthorized` (433) with a wrong pin, `AlreadyJoined` (425), `IdTaken`
    /// (436).
    pub async fn join(&self, join: &JoinPublisher) -> Result<Joined, Error> {
        let body = JsBody::write(join).map(|body| body.with("ptype", "publisher"));
        let answer = self.ask("join", body).await?;
        let event = answer.read::<RoomData>()?.classify(true);
        if let RoomEvent::Joined(joined) = event { Ok(joined) } else { Err(unexpected("join")) }
    }

    /// Ends the handle.
    pub async fn detach(&self) -> Result<(), Error> {
        self.0.detach().await
    }

    /// Asks, and takes the plugin's refusal for an error. Boxed and without types, so that all requests
    /// share one future.
    pub(crate) fn ask(&self, request: &'static str, fields: Result<JsBody, Error>) -> Asked {
        let answered = fields.map(|body| self.0.request(body.with("request", request), None));
        Box::pin(async move {
            let answer = answered?.await?;
            answer.data.read::<RoomData>()?.classify(true).into_result(request)?;
            Ok(answer.data)
        })
    }
}

/// The requests the facade makes, as errors name them.
#[cfg(feature = "npm")]
const REQUESTS: [&str; 6] = ["create", "destroy", "exists", "list", "listparticipants", "join"];

/// The request of this name, for names that come from the facade.
#[cfg(feature = "npm")]
pub(crate) fn known_request(name: &str) -> Result<&'static str, Error> {
    let known = REQUESTS.into_iter().find(|known| *known == name);
    known.ok_or_else(|| Error::new(crate::ErrorCode::InvalidArgument, "there is no such request"))
}

/// An answer that is still to come.
type Asked = Pin<Box<dyn Future<Output = Result<JsBody, Error>>>>;

fn read<T: DeserializeOwned>(request: &'static str, answer: &JsBody) -> Result<T, Error> {
    answer.read().map_err(|_| unexpected(request))
}
