//! Sessions.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use super::connection::Connection;
use super::driver::Inner;
use super::handle::{Handle, Sink};
use super::reply::Pending;
use crate::engine::signalling::{Found, Reply};
use crate::engine::{Millis, Renewals};
use crate::protocol::request::{Request, Verb};
use crate::protocol::{HandleId, Json, SessionId};
use crate::web::{self, spawn_local};
use crate::{Error, ErrorCode};

/// How often another session id is tried when one is taken, which chance forbids.
const MAX_CONFLICTS: u32 = 3;

/// What becomes of a session.
#[derive(Clone, Debug)]
pub enum SessionEvent {
    /// The connection was lost, and is back. The session is the same, with its handles and peer
    /// connections; what the server told meanwhile is lost.
    Resumed,
    /// It is gone without having been asked to go, with its handles: expired, or the server started
    /// again, or the connection is closed.
    Lost {
        /// Why.
        error: Error,
        /// Whether a new one is being made in its place.
        renewing: bool,
    },
    /// There is a new one in its place, without handles.
    Renewed(SessionId),
}

type OnEvent = Rc<dyn Fn(SessionEvent)>;

/// What the driver knows of a session.
pub(super) struct Shared {
    id: Cell<SessionId>,
    on_event: RefCell<Option<OnEvent>>,
    /// Whether it was asked to go.
    ending: Cell<bool>,
    renewals: Cell<Renewals>,
}

impl Shared {
    fn emit(&self, event: SessionEvent) {
        let on_event = self.on_event.borrow().clone();
        if let Some(on_event) = on_event {
            on_event(event);
        }
    }

    fn pause(&self, ask: impl FnOnce(&mut Renewals) -> Millis) -> Millis {
        let mut renewals = self.renewals.get();
        let pause = ask(&mut renewals);
        self.renewals.set(renewals);
        pause
    }

    pub(super) fn found(&self, found: Found) {
        if found == Found::Made {
            self.pause(|renewals| {
                renewals.made(web::now());
                Millis(0)
            });
        }
        if found == Found::Resumed {
            self.emit(SessionEvent::Resumed);
        }
    }

    pub(super) fn lost(self: &Rc<Self>, connection: &Rc<Inner>, error: Error) {
        let renewing = !connection.is_closed();
        if renewing && self.ending.get() {
            return;
        }
        // Where connections are not made again, sessions are not either.
        let renewing = renewing && connection.options.budget() > Millis(0);
        if renewing {
            let pause = self.pause(|renewals| renewals.pause(web::now()));
            spawn_local(renew(Rc::downgrade(connection), Rc::clone(self), pause));
        }
        self.emit(SessionEvent::Lost { error, renewing });
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

/// Makes a new session in place of one that is gone, for as long as trying makes sense and the budget lasts.
async fn renew(connection: Weak<Inner>, shared: Rc<Shared>, mut pause: Millis) {
    let began = web::now();
    loop {
        if pause > Millis(0) {
            web::sleep(pause).await;
        }
        let Some(strong) = connection.upgrade().filter(|_| !shared.ending.get()) else { return };
        let created = begin(&strong, &shared);
        drop(strong);
        let id = shared.id.get();
        let Err(error) = created.await else { return shared.emit(SessionEvent::Renewed(id)) };
        forget(&connection, id);
        let within = |it: Rc<Inner>| web::now() <= began + it.options.budget();
        let open = connection.upgrade().is_some_and(|it| !it.is_closed() && within(it));
        if !(open && error.is_retryable()) {
            return shared.emit(SessionEvent::Lost { error, renewing: false });
        }
        pause = shared.pause(Renewals::longer);
    }
}

fn begin(connection: &Rc<Inner>, shared: &Rc<Shared>) -> Pending {
    let id = SessionId(web::random_id());
    shared.id.set(id);
    connection.sessions.borrow_mut().insert(id, Rc::clone(shared));
    connection.request(Request::create(id), None)
}

/// There is no such session.
fn forget(connection: &Weak<Inner>, id: SessionId) {
    if let Some(connection) = connection.upgrade() {
        connection.sessions.borrow_mut().remove(&id);
    }
}

/// A session on a server. Clones are the same session.
#[derive(Clone, Debug)]
pub struct Session {
    connection: Rc<Inner>,
    shared: Rc<Shared>,
}

impl Session {
    /// Makes a session (`create`).
    ///
    /// # Errors
    /// `TooManySessions` over REST, where the browser's connections are used up.
    pub async fn create(connection: &Connection) -> Result<Self, Error> {
        let place = connection.reserve().await?;
        let mut result =
            Err(Error::new(ErrorCode::SessionConflict, "no free session id was found"));
        for _ in 0..MAX_CONFLICTS {
            let (session, created) = Self::begin(connection);
            let id = session.id();
            result = created.await.map(|_| session);
            if result.is_err() {
                forget(&Rc::downgrade(&connection.0), id);
            }
            if !matches!(&result, Err(error) if error.code() == ErrorCode::SessionConflict) {
                break;
            }
        }
        drop(place);
        result
    }

    /// Asks for a session of a random id, which can be used at once: on a WebSocket the requests on it
    /// travel in the same flight.
    pub fn begin(connection: &Connection) -> (Self, Pending) {
        let (id, on_event) = (Cell::new(SessionId(0)), RefCell::default());
        let (ending, renewals) = (Cell::new(false), Cell::default());
        let shared = Rc::new(Shared { id, on_event, ending, renewals });
        let created = begin(&connection.0, &shared);
        (Self { connection: Rc::clone(&connection.0), shared }, created)
    }

    /// Its id. After [`SessionEvent::Renewed`] it is another one.
    pub fn id(&self) -> SessionId {
        self.shared.id.get()
    }

    /// Calls `on_event` with what becomes of the session without [`Session::destroy`].
    pub fn on_event(&self, on_event: impl Fn(SessionEvent) + 'static) {
        self.shared.on_event.replace(Some(Rc::new(on_event)));
    }

    /// What the server is and has: [`Connection::info`].
    pub fn info(&self) -> impl Future<Output = Result<Json, Error>> + use<> {
        Connection(Rc::clone(&self.connection)).info()
    }

    /// Makes a handle on a plugin (`attach`); its events go to `sink`.
    pub fn attach(
        &self,
        plugin: &str,
        options: AttachOptions,
        sink: Sink,
    ) -> impl Future<Output = Result<Handle, Error>> + use<> {
        let session = self.id();
        let mut request = Request::attach(session, plugin, options.opaque_id);
        request.loop_index = options.loop_index;
        request.token.clone_from(&options.token);
        let attached = self.connection.request(request, Some(sink));
        let connection = Rc::clone(&self.connection);
        async move {
            let Reply::Success(message) = attached.await? else { return Err(no_id()) };
            let new = message.data.ok_or_else(no_id)?;
            Ok(Handle::new(connection, session, HandleId(new.id), options.token))
        }
    }

    /// Ends the session and all its handles (`destroy`). That it is gone already is no error, and a
    /// connection that is lost meanwhile does not keep it alive.
    pub async fn destroy(&self) -> Result<(), Error> {
        self.shared.ending.set(true);
        loop {
            let request = Request::session(Verb::Destroy, self.id());
            let Err(error) = self.connection.request(request, None).await else { return Ok(()) };
            if error.code() == ErrorCode::SessionNotFound {
                return Ok(());
            }
            if error.code() != ErrorCode::ConnectionLost || self.connection.is_closed() {
                return Err(error);
            }
        }
    }
}

/// How a handle is made.
#[derive(Clone, Debug, Default)]
pub struct AttachOptions {
    /// A name of the application's own, shown by event handlers and the admin API.
    pub opaque_id: Option<String>,
    /// Which of the server's event loops handles the peer connection, where it has a fixed number and
    /// lets clients choose.
    pub loop_index: Option<u32>,
    /// A token for this handle alone, in place of the connection's.
    pub token: Option<String>,
}

fn no_id() -> Error {
    Error::new(ErrorCode::Protocol, "the server's answer holds no handle id").during("attach")
}
