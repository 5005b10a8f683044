//! Sessions.

use std::rc::Rc;

use super::connection::{Connection, Inner};
use super::handle::{Handle, Sink};
use super::reply::Pending;
use crate::engine::signalling::Reply;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{HandleId, SessionId};
use crate::web;
use crate::{Error, ErrorCode};

/// How often another session id is tried when one is taken, which chance forbids.
const MAX_CONFLICTS: u32 = 3;

/// A session on a server. Clones are the same session.
#[derive(Clone, Debug)]
pub struct Session {
    connection: Rc<Inner>,
    id: SessionId,
}

impl Session {
    /// Makes a session (`create`).
    pub async fn create(connection: &Connection) -> Result<Self, Error> {
        let mut result =
            Err(Error::new(ErrorCode::SessionConflict, "no free session id was found"));
        for _ in 0..MAX_CONFLICTS {
            let (session, created) = Self::begin(connection);
            result = created.await.map(|_| session);
            if !matches!(&result, Err(error) if error.code() == ErrorCode::SessionConflict) {
                break;
            }
        }
        result
    }

    /// Asks for a session of a random id, which can be used at once: on a WebSocket the requests on it
    /// travel in the same flight.
    pub fn begin(connection: &Connection) -> (Self, Pending) {
        let id = SessionId(web::random_id());
        let created = connection.0.request(Request::create(id), None);
        (Self { connection: Rc::clone(&connection.0), id }, created)
    }

    /// Its id.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Calls `on_lost` when the session is gone without [`Session::destroy`]: expired, or lost with
    /// the connection.
    pub fn on_lost(&self, on_lost: impl Fn(Error) + 'static) {
        self.connection.watch_session(self.id, Rc::new(on_lost));
    }

    /// Makes a handle on a plugin (`attach`); its events go to `sink`.
    pub fn attach(
        &self,
        plugin: &str,
        opaque_id: Option<String>,
        sink: Sink,
    ) -> impl Future<Output = Result<Handle, Error>> + use<> {
        let request = Request::attach(self.id, plugin, opaque_id);
        let attached = self.connection.request(request, Some(sink));
        let (connection, session) = (Rc::clone(&self.connection), self.id);
        async move {
            let Reply::Success(message) = attached.await? else { return Err(no_id()) };
            let new = message.data.ok_or_else(no_id)?;
            Ok(Handle::new(connection, session, HandleId(new.id)))
        }
    }

    /// Ends the session and all its handles (`destroy`).
    pub async fn destroy(&self) -> Result<(), Error> {
        self.connection.request(Request::session(Verb::Destroy, self.id), None).await.map(drop)
    }
}

fn no_id() -> Error {
    Error::new(ErrorCode::Protocol, "the server's answer holds no handle id").during("attach")
}
