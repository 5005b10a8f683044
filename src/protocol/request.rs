//! Requests of the core API (`janus-api`: create, attach, message, trickle, ...).

use super::jsep::SdpType;
use super::wire::{wire, words};
use super::{Candidate, HandleId, Jsep, Json, SessionId};

/// The verb of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// What the server is and has.
    Info,
    /// A sign of life.
    Ping,
    /// Makes a session.
    Create,
    /// Moves a session to this connection.
    Claim,
    /// Keeps a session alive.
    Keepalive,
    /// Ends a session and all its handles.
    Destroy,
    /// Makes a handle on a plugin.
    Attach,
    /// Speaks to the plugin.
    Message,
    /// Sends ICE candidates.
    Trickle,
    /// Ends the handle's peer connection, keeps the handle.
    Hangup,
    /// Ends a handle.
    Detach,
}

words!(Verb {
    Info = "info",
    Ping = "ping",
    Create = "create",
    Claim = "claim",
    Keepalive = "keepalive",
    Destroy = "destroy",
    Attach = "attach",
    Message = "message",
    Trickle = "trickle",
    Hangup = "hangup",
    Detach = "detach",
});

/// A request, flat as it travels. Optional means absent: Janus refuses `null`.
#[derive(Clone, Debug)]
pub struct Request {
    /// The verb.
    pub verb: Verb,
    /// Ties the answer to the request; the engine fills it in.
    pub transaction: String,
    /// The session it concerns.
    pub session_id: Option<SessionId>,
    /// The handle it concerns.
    pub handle_id: Option<HandleId>,
    /// `create`: the id the session is to have.
    pub id: Option<SessionId>,
    /// `attach`: the plugin's package name.
    pub plugin: Option<String>,
    /// `attach`: a name of the application's own, shown by event handlers and the admin API.
    pub opaque_id: Option<String>,
    /// `attach`: which event loop of the server handles the peer connection.
    pub loop_index: Option<u32>,
    /// `message`: what the plugin gets.
    pub body: Option<Json>,
    /// `message`: a session description.
    pub jsep: Option<Json>,
    /// `trickle`: the candidates, all in one request.
    pub candidates: Option<Vec<Candidate>>,
    /// A stored or signed token, if the server asks for one.
    pub token: Option<String>,
    /// The server's API secret, if it asks for one.
    pub apisecret: Option<String>,
    /// `message`: it does not wait for those before it on its handle, and those behind it do not wait for it.
    /// Never said to the server.
    pub unordered: bool,
}

wire!(Request {
    verb = "janus", transaction
    ; optional session_id, handle_id, id, plugin, opaque_id, loop_index, body, jsep, candidates, token,
    apisecret
    ; apart unordered
});

impl Request {
    fn new(verb: Verb, session_id: Option<SessionId>, handle_id: Option<HandleId>) -> Self {
        Self {
            verb,
            transaction: String::new(),
            session_id,
            handle_id,
            id: None,
            plugin: None,
            opaque_id: None,
            loop_index: None,
            body: None,
            jsep: None,
            candidates: None,
            token: None,
            apisecret: None,
            unordered: false,
        }
    }

    /// `info`
    pub fn info() -> Self {
        Self::new(Verb::Info, None, None)
    }

    /// `ping`
    pub fn ping() -> Self {
        Self::new(Verb::Ping, None, None)
    }

    /// `create` with an id of the client's choice.
    pub fn create(id: SessionId) -> Self {
        Self { id: Some(id), ..Self::new(Verb::Create, None, None) }
    }

    /// A request that names a session and nothing else: `keepalive`, `claim`, `destroy`.
    pub fn session(verb: Verb, session: SessionId) -> Self {
        Self::new(verb, Some(session), None)
    }

    /// `attach`
    pub fn attach(session: SessionId, plugin: &str, opaque_id: Option<String>) -> Self {
        let plugin = Some(plugin.to_owned());
        Self { plugin, opaque_id, ..Self::new(Verb::Attach, Some(session), None) }
    }

    /// A request that names a handle and nothing else: `hangup`, `detach`.
    pub fn handle(verb: Verb, session: SessionId, handle: HandleId) -> Self {
        Self::new(verb, Some(session), Some(handle))
    }

    /// `message`. One that answers an offer is unordered: a server may hold what was asked before until it
    /// has that answer.
    pub fn message(session: SessionId, handle: HandleId, body: Json, jsep: Option<Json>) -> Self {
        let answers = |jsep: &Json| jsep.read::<Jsep>().is_ok_and(|it| it.kind == SdpType::Answer);
        let unordered = jsep.as_ref().is_some_and(answers);
        let message = Self::new(Verb::Message, Some(session), Some(handle));
        Self { body: Some(body), jsep, unordered, ..message }
    }

    /// `trickle` with a batch of candidates.
    pub fn trickle(session: SessionId, handle: HandleId, candidates: Vec<Candidate>) -> Self {
        let candidates = Some(candidates);
        Self { candidates, ..Self::new(Verb::Trickle, Some(session), Some(handle)) }
    }
}
