//! Handles of any plugin.

use std::rc::Rc;

use super::driver::Inner;
use super::reply::{Answer, Pending, Read, plugin_answer};
use crate::Error;
use crate::protocol::message::HandleEvent;
use crate::protocol::request::{Request, Verb};
use crate::protocol::{Candidate, HandleId, Jsep, Json, SessionId};
use crate::web::spawn_local;

/// Where a handle's events go.
pub type Sink = Rc<dyn Fn(HandleEvent)>;

/// A handle. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct Handle {
    connection: Rc<Inner>,
    session: SessionId,
    id: HandleId,
    /// Of this handle alone.
    token: Option<String>,
}

impl Handle {
    pub(super) fn new(
        connection: Rc<Inner>,
        session: SessionId,
        id: HandleId,
        token: Option<String>,
    ) -> Self {
        Self { connection, session, id, token }
    }

    fn ask(&self, mut request: Request) -> Pending {
        request.token.clone_from(&self.token);
        self.connection.request(request, None)
    }

    /// Its id.
    pub fn id(&self) -> HandleId {
        self.id
    }

    /// Speaks to the plugin (`message`) and waits for its answer, not for the mere `ack`. The errors
    /// of plugins are part of the answer: each has numbers of its own.
    pub fn request(
        &self,
        body: Json,
        jsep: Option<Jsep>,
    ) -> impl Future<Output = Result<Answer, Error>> + use<> {
        self.request_as_is(body, jsep.map(|jsep| Json::write(&jsep)))
    }

    /// The same with a session description that is written already.
    pub fn request_as_is(
        &self,
        body: Json,
        jsep: Option<Json>,
    ) -> impl Future<Output = Result<Answer, Error>> + use<> {
        self.request_in(true, body, jsep)
    }

    /// The same; unless it is `ordered`, it does not wait for those before it on this handle, nor those behind
    /// it for it: for what the server may never answer.
    pub fn request_in(
        &self,
        ordered: bool,
        body: Json,
        jsep: Option<Json>,
    ) -> impl Future<Output = Result<Answer, Error>> + use<> {
        let mut request = Request::message(self.session, self.id, body, jsep);
        request.unordered |= !ordered;
        Read { pending: self.ask(request), read: plugin_answer }
    }

    /// Sends ICE candidates, all in one request (`trickle`).
    pub fn trickle(
        &self,
        candidates: Vec<Candidate>,
    ) -> impl Future<Output = Result<(), Error>> + use<> {
        let request = Request::trickle(self.session, self.id, candidates);
        Read { pending: self.ask(request), read: |_| Ok(()) }
    }

    /// Ends the handle's peer connection on the server (`hangup`).
    pub fn hangup(&self) -> impl Future<Output = Result<(), Error>> + use<> {
        self.simple(Verb::Hangup)
    }

    /// Ends the handle (`detach`). Its events end with it.
    pub fn detach(&self) -> impl Future<Output = Result<(), Error>> + use<> {
        self.connection.forget_handle(self.id);
        self.simple(Verb::Detach)
    }

    fn simple(&self, verb: Verb) -> impl Future<Output = Result<(), Error>> + use<> {
        let request = Request::handle(verb, self.session, self.id);
        Read { pending: self.ask(request), read: |_| Ok(()) }
    }
}

/// Does without the answer of what was asked: dropped, it would be given up.
pub(crate) fn unheard(asked: impl Future<Output = Result<(), Error>> + 'static) {
    spawn_local(async move {
        asked.await.ok();
    });
}
