//! What goes into the machine and what comes out.

use super::super::{Attempt, Millis};
use crate::Error;
use crate::protocol::message::{HandleEvent, Message};
use crate::protocol::request::Request;
use crate::protocol::{HandleId, Jsep, Json, SessionId};

/// A server that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Whether messages arrive in the order they are sent. If not (REST), requests on a session wait
    /// for the answer to its `create` or `claim`, and only an answer shows that somebody is there.
    pub ordered: bool,
}

/// What the machine is told at its beginning.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to connect, best first. The first time each is tried once.
    pub servers: Vec<Server>,
    /// How long opening a connection may take, ms. On the way back the first attempt has 4 s, or eight round trips, the
    /// next twice as long.
    pub connect_timeout: Millis,
    /// How long a request may take once it was sent, ms. The server itself may need 5 s to gather
    /// candidates while everybody waits, so less than 10 s is asking for trouble.
    pub request_timeout: Millis,
    /// How often an idle session shows a sign of life at least, ms; more often if the server says so.
    pub keepalive: Millis,
    /// After how long a silence the server is asked for a sign of life, ms.
    pub probe_after: Millis,
    /// How long it may take to give it before the connection counts as dead, ms; three round trips
    /// if those take longer.
    pub probe_timeout: Millis,
    /// For how long a lost connection is tried to be made again, ms; 0 for not at all.
    pub reconnect_budget: Millis,
    /// Added to every request that has none of its own.
    pub token: Option<String>,
    /// Whether a token can be asked for: at the beginning if there is none, and when it was refused.
    pub token_on_demand: bool,
    /// Added to every request.
    pub api_secret: Option<String>,
}

impl Config {
    /// For how long a lost connection is tried to be made again where nobody chose.
    pub(crate) const BUDGET: Millis = Millis(120_000);
}

impl Default for Config {
    fn default() -> Self {
        Self {
            servers: vec![Server { ordered: true }],
            connect_timeout: Millis(10_000),
            request_timeout: Millis(15_000),
            keepalive: Millis(25_000),
            probe_after: Millis(2_000),
            probe_timeout: Millis(2_500),
            reconnect_budget: Self::BUDGET,
            token: None,
            token_on_demand: false,
            api_secret: None,
        }
    }
}

/// Names a request until it settles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub(super) u64);

/// Names one attempt to connect and the connection it becomes. What is told of an earlier one
/// changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkId(pub(super) u64);

/// The answer to a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A final answer of the core; for synchronous plugin requests with the plugin's words in it.
    Success(Box<Message>),
    /// The plugin's answer to an asynchronous request.
    Event {
        /// The plugin's words.
        data: Json,
        /// A session description that comes with it.
        jsep: Option<Jsep>,
    },
    /// Taken: all there is to know of `keepalive` and `trickle`.
    Ack,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being made for the first time.
    Connecting,
    /// Usable.
    Connected,
    /// Lost, and being made again. Requests wait.
    Reconnecting,
    /// Over.
    Closed,
}

impl State {
    /// The state as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Reconnecting => "reconnecting",
            Self::Closed => "closed",
        }
    }
}

/// What the driver has to do.
#[derive(Debug)]
pub enum Output {
    /// Open a connection to the server of this index, and drop the one before.
    Open(LinkId, usize),
    /// Drop the connection, of which this says whether it ever worked.
    Shut(bool),
    /// Report by [`Signalling::retry`](super::Signalling::retry) how long to wait before this attempt.
    Ask(Attempt),
    /// Report a token by [`Signalling::token`](super::Signalling::token).
    AskToken,
    /// The connection stands elsewhere, because of this error if there is one.
    State(State, Option<Error>),
    /// Send this.
    Send(Request),
    /// A request is over.
    Settle(Token, Result<Reply, Error>),
    /// A session is there: made, or found again after a loss. REST begins to poll.
    SessionUp(SessionId, Found),
    /// A session is gone without having been asked to go.
    SessionLost(SessionId, Error),
    /// A session ended as asked.
    SessionEnded(SessionId),
    /// Something happened on a handle.
    Handle(HandleId, HandleEvent),
}

/// How a session came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By `create`.
    Made,
    /// By `claim`, with its handles and peer connections. What the server told meanwhile is lost.
    Resumed,
    /// It was there all the time, but its token is another one now.
    Reauthorised,
}
