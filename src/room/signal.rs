//! Connection, session and the two handles a room needs.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::call::Call;
use super::options::RoomOptions;
use crate::client::{Connection, Handle, Session, Sink};
use crate::engine::Millis;
use crate::engine::negotiation::Role;
use crate::protocol::videoroom::PLUGIN;
use crate::web::{self, spawn_local};
use crate::{Error, ErrorCode};

/// How long leaving waits for the server's word, ms.
const GOODBYE: Millis = Millis(2_000);

/// Where events go: to the call, once there is one.
#[derive(Debug, Default)]
struct Router {
    call: RefCell<Weak<Call>>,
    lost: Cell<bool>,
}

/// Session and handles, ready to join with.
#[derive(Debug)]
pub(super) struct Signal {
    connection: Connection,
    session: Session,
    router: Rc<Router>,
    pub(super) publisher: Handle,
    pub(super) subscriber: Handle,
    /// How long the server took to answer.
    pub(super) round_trip: Millis,
}

fn sink(router: &Rc<Router>, role: Role) -> Sink {
    let router = Rc::clone(router);
    Rc::new(move |event| {
        let call = router.call.borrow().upgrade();
        if let Some(call) = call {
            call.handle_event(role, event);
        }
    })
}

impl Signal {
    /// Connects; `create` and both `attach`es share one flight on a WebSocket.
    pub(super) async fn open(options: &RoomOptions) -> Result<Self, Error> {
        let connection = Connection::open(&options.servers, options.connection.clone()).await?;
        let attempt = Self::begin(&connection);
        let late = || {
            let text = "the server took the connection and did not answer in time";
            Err(Error::new(ErrorCode::Timeout, text))
        };
        web::within(options.connection.connect_timeout, attempt).await.unwrap_or_else(late)
    }

    async fn begin(connection: &Connection) -> Result<Self, Error> {
        let started = web::now();
        // Its answer matters to the connection, which learns the session timeout from it.
        drop(connection.info());
        let (session, created) = Session::begin(connection);
        let router = Rc::new(Router::default());
        let publisher = session.attach(PLUGIN, None, sink(&router, Role::Offerer));
        let subscriber = session.attach(PLUGIN, None, sink(&router, Role::Answerer));
        let weak = Rc::downgrade(&router);
        session.on_lost(move |error| {
            let Some(router) = weak.upgrade() else { return };
            router.lost.set(true);
            let call = router.call.borrow().upgrade();
            if let Some(call) = call {
                call.session_lost(error);
            }
        });
        created.await?;
        let round_trip = started.until(web::now());
        let (publisher, subscriber) = (publisher.await?, subscriber.await?);
        let connection = connection.clone();
        Ok(Self { connection, session, router, publisher, subscriber, round_trip })
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.router.lost.get()
    }

    /// From now on events go to this call.
    pub(super) fn route_to(&self, call: &Rc<Call>) {
        self.router.call.replace(Rc::downgrade(call));
    }

    /// A fresh subscriber handle; the old one is given up.
    pub(super) fn renew_subscriber(&self) -> impl Future<Output = Result<Handle, Error>> + use<> {
        let detached = self.subscriber.detach();
        spawn_local(async move {
            // Fails only if it is gone already.
            detached.await.ok();
        });
        self.session.attach(PLUGIN, None, sink(&self.router, Role::Answerer))
    }

    /// Ends everything on the server, then the connection.
    pub(super) async fn close(self) {
        web::within(GOODBYE, self.session.destroy()).await;
        self.connection.close();
    }
}
