//! Requests that any attached handle can make, and joining as a publisher.

use std::pin::Pin;
use std::rc::Rc;

use crate::Error;
use crate::client::{AttachOptions, Handle, Session};
use crate::protocol::json::{Decode, Encode, Fields, Object};
use crate::protocol::videoroom::PLUGIN;
use crate::protocol::videoroom::event::{Joined, RoomData, RoomEvent, unexpected};
use crate::protocol::videoroom::request::{CreateRoom, DestroyRoom, JoinPublisher, List};
use crate::protocol::videoroom::types::{ParticipantInfo, RoomChanged, RoomInfo};
use crate::protocol::{Id, Json};

/// A handle on the `VideoRoom` plugin.
#[derive(Clone, Debug)]
pub struct VideoRoom(Handle);

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
        read("create", &self.ask("create", room).await?)
    }

    /// Ends a room and sends everybody out (`destroy`).
    ///
    /// # Errors
    /// `RoomNotFound` (426), `Unauthorized` (433) with a wrong secret.
    pub async fn destroy(&self, room: &DestroyRoom) -> Result<RoomChanged, Error> {
        read("destroy", &self.ask("destroy", room).await?)
    }

    /// Whether there is such a room, private ones included (`exists`).
    pub async fn exists(&self, room: &Id) -> Result<bool, Error> {
        let answer = self.ask("exists", &for_room(room)).await?;
        field("exists", &answer, "exists")
    }

    /// The public rooms; with the server's admin key the private ones too (`list`).
    pub async fn list(&self, options: &List) -> Result<Vec<RoomInfo>, Error> {
        let answer = self.ask("list", options).await?;
        field("list", &answer, "list")
    }

    /// Who is in a room (`listparticipants`).
    ///
    /// # Errors
    /// `RoomNotFound` (426).
    pub async fn list_participants(&self, room: &Id) -> Result<Vec<ParticipantInfo>, Error> {
        let answer = self.ask("listparticipants", &for_room(room)).await?;
        field("listparticipants", &answer, "participants")
    }

    /// Joins a room as a publisher who does not publish yet (`join`). A handle joins once.
    ///
    /// # Errors
    /// `RoomNotFound` (426), `Unauthorized` (433) with a wrong pin, `AlreadyJoined` (425), `IdTaken`
    /// (436).
    pub async fn join(&self, join: &JoinPublisher) -> Result<Joined, Error> {
        let fields = Json::write(join).with("ptype", "publisher");
        let answer = self.ask("join", &fields).await?;
        let event = answer.read::<RoomData>()?.classify(true);
        if let RoomEvent::Joined(joined) = event { Ok(joined) } else { Err(unexpected("join")) }
    }

    /// Ends the handle.
    pub async fn detach(&self) -> Result<(), Error> {
        self.0.detach().await
    }

    /// Asks, and takes the plugin's refusal for an error. Boxed and without types, so that all requests
    /// share one future.
    pub(crate) fn ask(&self, request: &'static str, fields: &dyn Encode) -> Asked {
        let answered = self.0.request(Json::write(fields).with("request", request), None);
        Box::pin(async move {
            let answer = answered.await?;
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
type Asked = Pin<Box<dyn Future<Output = Result<Json, Error>>>>;

fn for_room(room: &Id) -> Object {
    let mut fields = Object::new();
    fields.field("room", room);
    fields
}

fn read<T: Decode>(request: &'static str, answer: &Json) -> Result<T, Error> {
    answer.read().map_err(|_| unexpected(request))
}

fn field<T: Decode>(request: &'static str, answer: &Json, name: &str) -> Result<T, Error> {
    let found = Fields::of(answer.as_str()).and_then(|fields| fields.required(name));
    found.map_err(|_| unexpected(request))
}
