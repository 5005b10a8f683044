//! What the server says, flat as it travels, and sorted by [`Message::classify`].

use serde::{Deserialize, Serialize};

use super::{Body, Candidate, HandleId, Jsep, SessionId};

/// One message of the server. Which fields are set depends on `janus`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "B: Body")]
pub struct Message<B> {
    /// The kind: `success`, `ack`, `event`, ...
    pub janus: String,
    /// The transaction of the request this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// The session it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The handle it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<HandleId>,
    /// The new id, in answers to `create` and `attach`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<NewId>,
    /// What the plugin said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugindata: Option<PluginData<B>>,
    /// A session description that comes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jsep: Option<Jsep>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorInfo>,
    /// Why a peer connection is gone (`hangup`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A candidate of the server's (`trickle`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
    /// The m-line a `media` or `slowlink` event is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// `media`: "audio" or "video".
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `media`: whether the server gets this media from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving: Option<bool>,
    /// `media`: which simulcast layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substream: Option<u32>,
    /// `media`: how long nothing came, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// `slowlink`: "audio" or "video".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// `slowlink`: true when packets towards us were lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink: Option<bool>,
    /// `slowlink`: packets lost in the last second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<u32>,
    /// `ack`: a note for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// `server_info`: the whole of it, as the server wrote it.
    #[serde(skip)]
    pub raw: Option<B>,
    /// `server_info`: the version as an integer, 1102 for 1.1.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// `server_info`: after how many seconds without a request a session ends; 0 for never.
    #[serde(default, rename = "session-timeout", skip_serializing_if = "Option::is_none")]
    pub session_timeout: Option<u32>,
}

/// `{"id": ...}`
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct NewId {
    /// The id of the new session or handle.
    pub id: u64,
}

/// The plugin's part of a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "B: Body")]
pub struct PluginData<B> {
    /// The plugin's package name.
    pub plugin: String,
    /// Its words.
    pub data: B,
}

/// The core's error object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// The number (`apierror.h`).
    pub code: u16,
    /// The server's sentence.
    #[serde(default)]
    pub reason: String,
}

/// A message by what has to be done with it.
#[derive(Debug)]
pub enum Incoming<B> {
    /// Final answer to a request: `success`, `pong`, `server_info`.
    Success(Box<Message<B>>),
    /// The request was taken; of an asynchronous one the answer is still to come.
    Ack,
    /// The core refused a request.
    Error(ErrorInfo),
    /// Something happened on a handle.
    Handle(HandleId, HandleEvent<B>),
    /// The session is over.
    SessionTimeout,
    /// Nothing happened within a long poll.
    Idle,
    /// A kind this library does not know.
    Unknown,
}

/// What the server tells about a handle without being asked.
#[derive(Clone, Debug)]
pub enum HandleEvent<B> {
    /// The plugin says something; with a transaction it answers an asynchronous request.
    Plugin {
        /// The plugin's words.
        data: B,
        /// A session description that comes with it.
        jsep: Option<Jsep>,
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

impl<B> Message<B> {
    /// Sorts the message. Unknown kinds are `Unknown`, not errors: servers learn new words.
    pub fn classify(mut self) -> Incoming<B> {
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

    fn handle_event(&mut self) -> Option<HandleEvent<B>> {
        let mid = self.mid.take().unwrap_or_default();
        Some(match self.janus.as_str() {
            "event" => {
                HandleEvent::Plugin { data: self.plugindata.take()?.data, jsep: self.jsep.take() }
            }
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
