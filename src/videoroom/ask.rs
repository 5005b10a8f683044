//! Requests and answers, for handles of any role.

use std::pin::Pin;

use crate::client::{Answer, Handle};
use crate::protocol::json::{Decode, Fields, Object};
use crate::protocol::videoroom::answers::ParticipantInfo;
use crate::protocol::videoroom::check::RoomRequest;
use crate::protocol::videoroom::event::{Refusal, unexpected};
use crate::protocol::{Id, Json, Offer};
use crate::{Error, ErrorCode};

/// An answer that is still to come.
pub(crate) type Asked = Pin<Box<dyn Future<Output = Result<Answer, Error>>>>;

/// Asks, and takes the plugin's refusal for an error.
pub(crate) fn ask(
    handle: &Handle,
    request: &'static str,
    fields: Json,
    jsep: Option<Json>,
) -> Asked {
    ask_in(handle, true, request, fields, jsep)
}

/// The same; `ordered` as in [`Handle::request_in`]. Boxed and without types, so that all requests share one
/// future.
pub(crate) fn ask_in(
    handle: &Handle,
    ordered: bool,
    request: &'static str,
    fields: Json,
    jsep: Option<Json>,
) -> Asked {
    let answered = handle.request_in(ordered, fields.with("request", request), jsep);
    Box::pin(async move {
        let answer = answered.await.map_err(|error| error.of(request))?;
        let Refusal { error_code, error } = answer.data.read()?;
        match error_code {
            Some(status) => Err(Error::video_room(status, &error.unwrap_or_default(), request)),
            None => Ok(answer),
        }
    })
}

/// A request of a kind of its own, checked against itself and the server's version first.
pub(crate) fn typed<R: RoomRequest>(
    handle: &Handle,
    version: u32,
    request: &R,
    offer: Option<&Offer>,
) -> Asked {
    match request.fields(version) {
        Ok(fields) => ask(handle, R::NAME, fields, offer.map(Offer::to_json)),
        Err(error) => Box::pin(async { Err(error) }),
    }
}

/// A request without fields.
pub(crate) fn plain(handle: &Handle, request: &'static str) -> Asked {
    ask(handle, request, Json::write(&Object::new()), None)
}

/// Of what is ended, the server may say that it is over already.
pub(super) fn over<T>(ended: Result<T, Error>) -> Result<(), Error> {
    match ended {
        Err(error) if error.status().is_none() && error.code() != ErrorCode::HandleNotFound => {
            Err(error)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Who is in a room (`listparticipants`).
pub(crate) async fn participants(
    handle: &Handle,
    room: &Id,
) -> Result<Vec<ParticipantInfo>, Error> {
    const REQUEST: &str = "listparticipants";
    let mut fields = Object::new();
    fields.field("room", room);
    let answer = ask(handle, REQUEST, Json::write(&fields), None).await?;
    field(REQUEST, &answer.data, "participants")
}

pub(super) fn read<T: Decode>(request: &'static str, answer: &Json) -> Result<T, Error> {
    answer.read().map_err(|_| unexpected(request))
}

/// One field of an answer.
pub(crate) fn field<T: Decode>(
    request: &'static str,
    answer: &Json,
    name: &str,
) -> Result<T, Error> {
    let found = Fields::of(answer.as_str()).and_then(|fields| fields.required(name));
    found.map_err(|_| unexpected(request))
}
