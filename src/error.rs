//! The one error type of the crate.
//!
//! Every error carries a stable [`ErrorCode`], a sentence for people, and the server's own number
//! where the server spoke. Texts never contain secrets: they are built from fixed words, addresses
//! without their query, and the server's reason.

use std::fmt;

/// What went wrong, stable across versions: match on this, show [`Error::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// No connection to the server could be made.
    Unreachable,
    /// Something answered, but it does not speak the Janus API.
    NotJanus,
    /// The connection went away while something was waiting for it.
    ConnectionLost,
    /// No answer within the time allowed.
    Timeout,
    /// The caller gave up.
    Aborted,
    /// The object was closed before or while this ran.
    Closed,
    /// An argument has a wrong type or value.
    InvalidArgument,
    /// The call does not fit the present state.
    InvalidState,
    /// The server is too old for it.
    Unsupported,
    /// Missing or wrong credential: token, apisecret, pin, secret (403, 405, 433).
    Unauthorized,
    /// The session is unknown to the server, usually because it expired (458).
    SessionNotFound,
    /// The session id is in use (468).
    SessionConflict,
    /// The browser has no connection left for another session over REST.
    TooManySessions,
    /// The handle is unknown to the server (459).
    HandleNotFound,
    /// The server has no such plugin (460).
    PluginNotFound,
    /// No such room (426).
    RoomNotFound,
    /// The room exists already (427).
    RoomExists,
    /// The room has as many publishers as it may (432).
    RoomFull,
    /// This handle joined before; handles are for one use (425).
    AlreadyJoined,
    /// The participant id is taken (436).
    IdTaken,
    /// The feed, stream or forwarder is not there (428).
    FeedNotFound,
    /// The plugin got no words (421).
    NoMessage,
    /// The plugin could not read the words (422).
    InvalidJson,
    /// The plugin knows no such request, or not for this handle's role (423).
    InvalidRequest,
    /// The handle has not joined (424).
    JoinFirst,
    /// A field is missing (429), a pin or a secret for example.
    MissingElement,
    /// A field has a wrong type or value (430).
    InvalidElement,
    /// An offer where an answer belongs, or the other way round (431).
    InvalidSdpType,
    /// The handle publishes already (434).
    AlreadyPublished,
    /// The handle does not publish (435).
    NotPublished,
    /// A session description cannot be used, or there is nothing to subscribe to (437).
    InvalidSdp,
    /// Feeds with and without end-to-end encryption do not mix (438).
    InvalidFeed,
    /// The plugin does not say what went wrong (499).
    UnknownError,
    /// The browser or the server refused a session description.
    Negotiation,
    /// The server answered with another error; see [`Error::status`].
    Server,
    /// A message of the server could not be understood.
    Protocol,
    /// The one who was asked, or sent the file, is gone.
    ParticipantLeft,
    /// The other page failed to answer a request.
    RequestFailed,
}

impl ErrorCode {
    /// The stable text of the code, as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NotJanus => "not-janus",
            Self::ConnectionLost => "connection-lost",
            Self::Timeout => "timeout",
            Self::Aborted => "aborted",
            Self::Closed => "closed",
            Self::InvalidArgument => "invalid-argument",
            Self::InvalidState => "invalid-state",
            Self::Unsupported => "unsupported",
            Self::Unauthorized => "unauthorized",
            Self::SessionNotFound => "session-not-found",
            Self::SessionConflict => "session-conflict",
            Self::TooManySessions => "too-many-sessions",
            Self::HandleNotFound => "handle-not-found",
            Self::PluginNotFound => "plugin-not-found",
            Self::RoomNotFound => "room-not-found",
            Self::RoomExists => "room-exists",
            Self::RoomFull => "room-full",
            Self::AlreadyJoined => "already-joined",
            Self::IdTaken => "id-taken",
            Self::FeedNotFound => "feed-not-found",
            Self::NoMessage => "no-message",
            Self::InvalidJson => "invalid-json",
            Self::InvalidRequest => "invalid-request",
            Self::JoinFirst => "join-first",
            Self::MissingElement => "missing-element",
            Self::InvalidElement => "invalid-element",
            Self::InvalidSdpType => "invalid-sdp-type",
            Self::AlreadyPublished => "already-published",
            Self::NotPublished => "not-published",
            Self::InvalidSdp => "invalid-sdp",
            Self::InvalidFeed => "invalid-feed",
            Self::UnknownError => "unknown-error",
            Self::Negotiation => "negotiation-failed",
            Self::Server => "server-error",
            Self::Protocol => "protocol",
            Self::ParticipantLeft => "participant-left",
            Self::RequestFailed => "request-failed",
        }
    }

    /// Whether the same call may succeed later without the caller changing anything.
    fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::ConnectionLost
                | Self::Timeout
                | Self::RoomFull
                | Self::SessionNotFound
                | Self::SessionConflict
        )
    }

    fn from_core(status: u16) -> Self {
        match status {
            403 | 405 => Self::Unauthorized,
            458 => Self::SessionNotFound,
            459 => Self::HandleNotFound,
            460 => Self::PluginNotFound,
            465 | 469 => Self::Negotiation,
            468 => Self::SessionConflict,
            _ => Self::Server,
        }
    }

    fn from_video_room(status: u16) -> Self {
        match status {
            421 => Self::NoMessage,
            422 => Self::InvalidJson,
            423 => Self::InvalidRequest,
            424 => Self::JoinFirst,
            425 => Self::AlreadyJoined,
            426 => Self::RoomNotFound,
            427 => Self::RoomExists,
            428 => Self::FeedNotFound,
            429 => Self::MissingElement,
            430 => Self::InvalidElement,
            431 => Self::InvalidSdpType,
            432 => Self::RoomFull,
            433 => Self::Unauthorized,
            434 => Self::AlreadyPublished,
            435 => Self::NotPublished,
            436 => Self::IdTaken,
            437 => Self::InvalidSdp,
            438 => Self::InvalidFeed,
            499 => Self::UnknownError,
            _ => Self::Server,
        }
    }
}

/// What happened, with the server's number where there is one.
///
/// ```
/// use janus_wasm::{Error, ErrorCode};
/// let error = Error::video_room(426, "No such room (1)", "join");
/// assert_eq!(error.code(), ErrorCode::RoomNotFound);
/// assert_eq!(error.status(), Some(426));
/// assert_eq!(error.to_string(), "join: No such room (1) (426)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    status: Option<u16>,
    request: Option<&'static str>,
    message: String,
    may_have_executed: bool,
}

impl Error {
    /// An error of the library itself.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            status: None,
            request: None,
            message: message.into(),
            may_have_executed: false,
        }
    }

    /// An error of the Janus core (`janus-gateway/src/apierror.h`).
    pub fn core(status: u16, reason: &str, request: &'static str) -> Self {
        Self::server(ErrorCode::from_core(status), status, reason, request)
    }

    /// An error of the VideoRoom plugin. Its numbers mean other things than other plugins' numbers.
    pub fn video_room(status: u16, reason: &str, request: &'static str) -> Self {
        Self::server(ErrorCode::from_video_room(status), status, reason, request)
    }

    fn server(code: ErrorCode, status: u16, reason: &str, request: &'static str) -> Self {
        Self { status: Some(status), request: Some(request), ..Self::new(code, reason) }
    }

    /// The same error with the name of the request it belongs to.
    #[must_use]
    pub fn during(mut self, request: &'static str) -> Self {
        self.request.get_or_insert(request);
        self
    }

    /// The same error by the name of the plugin's request, where it had that of the message it travelled in.
    #[must_use]
    pub fn of(mut self, request: &'static str) -> Self {
        self.request = Some(request);
        self
    }

    /// The same error of a request that was sent and whose answer is not known.
    #[must_use]
    pub fn after_sending(mut self) -> Self {
        self.may_have_executed = true;
        self
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The server's number, if the server answered with an error.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The Janus request that failed, if it was one.
    pub fn request(&self) -> Option<&'static str> {
        self.request
    }

    /// The sentence without request and number.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the server may have executed the request all the same: it was sent, and what became of
    /// it is not known.
    pub fn may_have_executed(&self) -> bool {
        self.may_have_executed
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_retryable(&self) -> bool {
        self.code.is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = self.request {
            write!(f, "{request}: ")?;
        }
        f.write_str(&self.message)?;
        match self.status {
            Some(status) => write!(f, " ({status})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
