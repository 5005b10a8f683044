//! What the server says, flat as it travels, and sorted by [`Message::classify`].

use super::wire::wire;
use super::{Candidate, HandleId, Jsep, Json, SessionId};

/// One message of the server. Which fields are set depends on `janus`.
#[derive(Clone, Debug)]
pub struct Message {
    /// The kind: `success`, `ack`, `event`, ...
    pub janus: String,
    /// The transaction of the request this answers.
    pub transaction: Option<String>,
    /// The session it concerns.
    pub session_id: Option<SessionId>,
    /// The handle it comes from.
    pub sender: Option<HandleId>,
    /// The new id, in answers to `create` and `attach`.
    pub data: Option<NewId>,
    /// What the plugin said.
    pub plugindata: Option<PluginData>,
    /// A session description that comes with it.
    pub jsep: Option<Jsep>,
    /// What went wrong.
    pub error: Option<ErrorInfo>,
    /// Why a peer connection is gone (`hangup`).
    pub reason: Option<String>,
    /// A candidate of the server's (`trickle`).
    pub candidate: Option<Candidate>,
    /// The m-line a `media` or `slowlink` event is about.
    pub mid: Option<String>,
    /// `media`: "audio" or "video".
    pub kind: Option<String>,
    /// `media`: whether the server gets this media from us.
    pub receiving: Option<bool>,
    /// `media`: which simulcast layer.
    pub substream: Option<u32>,
    /// `media`: how long nothing came, s.
    pub seconds: Option<u32>,
    /// `slowlink`: "audio" or "video".
    pub media: Option<String>,
    /// `slowlink`: true when packets towards us were lost.
    pub uplink: Option<bool>,
    /// `slowlink`: packets lost in the last second.
    pub lost: Option<u32>,
    /// `ack`: a note for the log.
    pub hint: Option<String>,
    /// `server_info`: the whole of it, as the server wrote it.
    pub raw: Option<Json>,
    /// `server_info`: the version as an integer, 1102 for 1.1.2.
    pub version: Option<u32>,
    /// `server_info`: after how many seconds without a request a session ends; 0 for never.
    pub session_timeout: Option<u32>,
}

wire!(Message {
    janus
    ; optional transaction, session_id, sender, data, plugindata, jsep, error, reason, candidate, mid,
    kind = "type", receiving, substream, seconds, media, uplink, lost, hint, version,
    session_timeout = "session-timeout"
    ; apart raw
});

/// `{"id": ...}`
#[derive(Clone, Copy, Debug)]
pub struct NewId {
    /// The id of the new session or handle.
    pub id: u64,
}

wire!(NewId { id });

/// The plugin's part of a message.
#[derive(Clone, Debug)]
pub struct PluginData {
    /// The plugin's package name.
    pub plugin: String,
    /// Its words.
    pub data: Json,
}

wire!(PluginData { plugin, data });

/// The core's error object.
#[derive(Clone, Debug)]
pub struct ErrorInfo {
    /// The number (`apierror.h`).
    pub code: u16,
    /// The server's sentence.
    pub reason: String,
}

wire!(ErrorInfo { code; optional reason });

/// A message by what has to be done with it.
#[derive(Debug)]
pub enum Incoming {
    /// Final answer to a request: `success`, `pong`, `server_info`.
    Success(Box<Message>),
    /// The request was taken; of an asynchronous one the answer is still to come.
    Ack,
    /// The core refused a request.
    Error(ErrorInfo),
    /// Something happened on a handle.
    Handle(HandleId, HandleEvent),
    /// The session is over.
    SessionTimeout,
    /// Nothing happened within a long poll.
    Idle,
    /// A kind this library does not know.
    Unknown,
}

/// What the server tells about a handle without being asked.
#[derive(Clone, Debug)]
pub enum HandleEvent {
    /// The plugin says something.
    Plugin {
        /// The plugin's words.
        data: Json,
        /// A session description that comes with it.
        jsep: Option<Jsep>,
        /// It has a transaction: an answer to a request of ours, be it one nobody waits for any more.
        answers: bool,
    },
    /// ICE and DTLS are up. Once per peer connection.
    WebrtcUp,
    /// The server began or ceased to receive our media.
    Media {
        /// The m-line.
        mid: String,
        /// Whether media arrives.
        receiving: bool,
        /// The simulcast layer it is about.
        substream: Option<u32>,
    },
    /// Packets are being lost.
    SlowLink {
        /// The m-line.
        mid: String,
        /// True: on the way to us. False: on the way to the server.
        uplink: bool,
        /// How many in the last second.
        lost: u32,
    },
    /// ICE failed after having worked; `Hangup` may follow.
    IceFailed,
    /// The peer connection is gone, the handle is still there.
    Hangup {
        /// The server's reason.
        reason: String,
    },
    /// A candidate of the server's (only servers in full-trickle mode).
    Trickle(Candidate),
    /// The handle is gone.
    Detached,
}

impl Message {
    /// Sorts the message. Unknown kinds are `Unknown`, not errors: servers learn new words.
    pub fn classify(mut self) -> Incoming {
        match self.janus.as_str() {
            "success" | "pong" | "server_info" => Incoming::Success(Box::new(self)),
            "ack" => Incoming::Ack,
            "error" => Incoming::Error(
                self.error
                    .take()
                    .unwrap_or(ErrorInfo { code: 490, reason: "unspecified".to_owned() }),
            ),
            "timeout" => Incoming::SessionTimeout,
            "keepalive" => Incoming::Idle,
            _ => match self.sender {
                Some(sender) => self
                    .handle_event()
                    .map_or(Incoming::Unknown, |event| Incoming::Handle(sender, event)),
                None => Incoming::Unknown,
            },
        }
    }

    fn handle_event(&mut self) -> Option<HandleEvent> {
        let mid = self.mid.take().unwrap_or_default();
        Some(match self.janus.as_str() {
            "event" => HandleEvent::Plugin {
                data: self.plugindata.take()?.data,
                jsep: self.jsep.take(),
                answers: self.transaction.is_some(),
            },
            "webrtcup" => HandleEvent::WebrtcUp,
            "media" => HandleEvent::Media {
                mid,
                receiving: self.receiving.unwrap_or(true),
                substream: self.substream,
            },
            "slowlink" => HandleEvent::SlowLink {
                mid,
                uplink: self.uplink.unwrap_or(false),
                lost: self.lost.unwrap_or(0),
            },
            "ice-failed" => HandleEvent::IceFailed,
            "hangup" => HandleEvent::Hangup { reason: self.reason.take().unwrap_or_default() },
            "trickle" => HandleEvent::Trickle(self.candidate.take()?),
            "detached" => HandleEvent::Detached,
            _ => return None,
        })
    }
}
