//! Connection, session and the two handles a room needs.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::call::Call;
use crate::client::{AttachOptions, Connection, Handle, Session, SessionEvent, Sink, unheard};
use crate::engine::Millis;
use crate::engine::negotiation::Role;
use crate::engine::signalling::State;
use crate::protocol::videoroom::PLUGIN;
use crate::videoroom::ask::plain;
use crate::web;
use crate::{Error, ErrorCode};

/// How often making session and handles is tried when the connection breaks meanwhile, or chance gives us
/// an id that is taken.
const TRIES: u32 = 3;

/// How long leaving waits for the server's word, ms.
const GOODBYE: Millis = Millis(2_000);

/// Where events go: to the call, once there is one.
#[derive(Debug, Default)]
struct Router {
    call: RefCell<Weak<Call>>,
    lost: Cell<bool>,
    /// Of the handles whose events count.
    generation: Cell<u32>,
}

/// Both handles.
#[derive(Debug)]
pub(super) struct Attached {
    publisher: Handle,
    subscriber: Handle,
    /// How long the server took to answer.
    pub(super) round_trip: Millis,
}

impl Attached {
    /// Others are attached meanwhile.
    pub(super) fn detach(&self) {
        give_up(&self.publisher, &self.subscriber);
    }
}

/// Fails where they are gone already.
fn give_up(publisher: &Handle, subscriber: &Handle) {
    unheard(publisher.detach());
    unheard(subscriber.detach());
}

/// Session and handles, ready to join with.
#[derive(Debug)]
pub(super) struct Signal {
    pub(super) connection: Connection,
    session: Session,
    router: Rc<Router>,
    pub(super) publisher: Handle,
    pub(super) subscriber: Handle,
    /// How long the server took to answer.
    pub(super) round_trip: Millis,
    /// Made before anybody joined, and not tried in vain yet: joining may be the first to notice that the server has
    /// nothing of it.
    pub(super) is_early: bool,
}

impl Router {
    fn session_event(&self, event: SessionEvent) {
        let call = self.call.borrow().upgrade();
        match event {
            SessionEvent::Lost { error, renewing } => {
                self.lost.set(true);
                if let Some(call) = call {
                    call.session_lost(error, renewing);
                }
            }
            SessionEvent::Resumed => {
                if let Some(call) = call {
                    call.signal_resumed();
                }
            }
            SessionEvent::Renewed(_) => {
                if let Some(call) = call.filter(|call| !call.is_over()) {
                    call.return_to_room();
                }
            }
        }
    }
}

fn sink(router: &Rc<Router>, role: Role) -> Sink {
    let router = Rc::clone(router);
    let generation = router.generation.get();
    Rc::new(move |event| {
        let call = router.call.borrow().upgrade();
        if let Some(call) = call.filter(|_| router.generation.get() == generation) {
            call.handle_event(role, event);
        }
    })
}

impl Signal {
    /// `create` and both `attach`es, which share one flight on a WebSocket.
    pub(super) async fn begin_within(span: Millis, connection: &Connection) -> Result<Self, Error> {
        let late = || {
            let text = "the server took the connection and did not answer in time";
            Err(Error::new(ErrorCode::Timeout, text))
        };
        web::within(span, Self::try_begin(connection)).await.unwrap_or_else(late)
    }

    async fn try_begin(connection: &Connection) -> Result<Self, Error> {
        let place = connection.reserve().await?;
        let mut result = Self::begin(connection).await;
        for _ in 1..TRIES {
            match result.as_ref().map_err(Error::code) {
                Err(ErrorCode::ConnectionLost | ErrorCode::SessionConflict) => {
                    result = Self::begin(connection).await;
                }
                _ => break,
            }
        }
        drop(place);
        result
    }

    async fn begin(connection: &Connection) -> Result<Self, Error> {
        let started = web::now();
        // Its answer matters to the connection, which learns the session timeout from it.
        drop(connection.info());
        let (session, created) = Session::begin(connection);
        let router = Rc::new(Router::default());
        let attach = |role| session.attach(PLUGIN, AttachOptions::default(), sink(&router, role));
        let (publisher, subscriber) = (attach(Role::Offerer), attach(Role::Answerer));
        let weak = Rc::downgrade(&router);
        session.on_event(move |event| {
            if let Some(router) = weak.upgrade() {
                router.session_event(event);
            }
        });
        let weak = Rc::downgrade(&router);
        connection.on_state(move |state, error| {
            let call = weak.upgrade().and_then(|router| router.call.borrow().upgrade());
            if let Some(call) = call.filter(|_| state == State::Reconnecting) {
                call.signal_lost(error.cloned());
            }
        });
        created.await?;
        let round_trip = started.until(web::now());
        let (publisher, subscriber) = (publisher.await?, subscriber.await?);
        let connection = connection.clone();
        let is_early = false;
        Ok(Self { connection, session, router, publisher, subscriber, round_trip, is_early })
    }

    /// Something hints that the network changed.
    pub(super) fn check(&self) {
        self.connection.check();
    }

    /// Whether there is something to join with, as far as is known here.
    pub(super) fn is_ready(&self) -> bool {
        is_ready(self.is_early, self.router.lost.get(), self.connection.state())
    }

    /// Whether joining by another may be of use, where this one is of none.
    pub(super) fn may_be_replaced(&self) -> bool {
        self.is_early && !self.connection.was_left()
    }

    /// From now on events go to this call, or to nobody.
    pub(super) fn route_to(&self, call: Weak<Call>) {
        self.router.call.replace(call);
    }

    /// A fresh subscriber handle; the old one is given up.
    pub(super) fn renew_subscriber(&self) -> impl Future<Output = Result<Handle, Error>> + use<> {
        // Fails only if it is gone already.
        unheard(self.subscriber.detach());
        let sink = sink(&self.router, Role::Answerer);
        self.session.attach(PLUGIN, AttachOptions::default(), sink)
    }

    /// Fresh handles in place of both, be it in another session.
    pub(super) fn attach_again(&self) -> impl Future<Output = Result<Attached, Error>> + use<> {
        let generation = self.router.generation.get();
        self.router.generation.set(generation.wrapping_add(1));
        let started = web::now();
        give_up(&self.publisher, &self.subscriber);
        let attach =
            |role| self.session.attach(PLUGIN, AttachOptions::default(), sink(&self.router, role));
        let (publisher, subscriber) = (attach(Role::Offerer), attach(Role::Answerer));
        async move {
            let (publisher, subscriber) = (publisher.await?, subscriber.await?);
            Ok(Attached { publisher, subscriber, round_trip: started.until(web::now()) })
        }
    }

    /// A further handle, whose events nobody hears.
    pub(super) fn attach_for_a_moment(
        &self,
    ) -> impl Future<Output = Result<Handle, Error>> + use<> {
        self.session.attach(PLUGIN, AttachOptions::default(), Rc::new(|_| {}))
    }

    pub(super) fn take(&mut self, attached: Attached) {
        (self.publisher, self.subscriber) = (attached.publisher, attached.subscriber);
    }

    /// Ends everything on the server, then the connection. Who is in a room leaves it first: `destroy` is
    /// answered before the room has noticed, and our id would still be taken.
    pub(super) fn close(self, joined: bool) -> impl Future<Output = ()> {
        self.close_within(GOODBYE, joined)
    }

    /// The same, and waits for the server's word for so long.
    pub(super) async fn close_within(self, span: Millis, joined: bool) {
        let goodbye = async {
            if joined {
                plain(&self.publisher, "leave").await.ok();
            }
            self.session.destroy().await
        };
        web::within(span, goodbye).await;
        self.connection.close();
    }
}

fn is_ready(is_early: bool, is_lost: bool, connection: State) -> bool {
    is_early && !is_lost && connection == State::Connected
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    #[test]
    fn nobody_joins_with_what_is_lost_sought_or_was_tried_in_vain() {
        let states = [State::Connecting, State::Connected, State::Reconnecting, State::Closed];
        let ready = |is_early, is_lost| states.map(|state| is_ready(is_early, is_lost, state));
        assert_eq!(ready(true, false), [false, true, false, false]);
        for (is_early, is_lost) in [(true, true), (false, true), (false, false)] {
            assert_eq!(ready(is_early, is_lost), [false; 4]);
        }
    }
}
