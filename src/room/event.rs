//! What a room tells.

use std::fmt;
use std::rc::Rc;

use super::publication::LocalPublication;
use super::track::Track;
use crate::engine::conference::Reason;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::videoroom::StreamKind;
use crate::web::{RtcDataChannel, RtcRtpTransceiver, Thrown};
use crate::{Error, Id};

/// Where a room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomState {
    /// Not in the room.
    Disconnected,
    /// On the way in.
    Connecting,
    /// In the room.
    Connected,
    /// In the room, while the connection to the server is made again. Media goes on.
    Reconnecting,
}

impl RoomState {
    /// The state as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Reconnecting => "reconnecting",
        }
    }
}

/// What went wrong: the library's and the server's errors, or the browser's own about media.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Signalling, negotiation, or wrong use.
    Janus(Error),
    /// A camera, a microphone or a track.
    Media(Thrown),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Janus(error)
    }
}

impl From<Thrown> for Failure {
    fn from(thrown: Thrown) -> Self {
        Self::Media(thrown)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Janus(error) => error.fmt(f),
            Self::Media(thrown) => f.write_str(&thrown.message()),
        }
    }
}

impl std::error::Error for Failure {}

/// A published stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its mid, unique within the participant.
    pub mid: String,
    /// Audio or video.
    pub kind: StreamKind,
    /// Where it comes from, if its owner says so.
    pub source: Source,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Whether its owner muted it.
    pub muted: bool,
    /// Whether a moderator muted it, which its owner cannot undo.
    pub moderated: bool,
}

/// A fact about the room. The state it reports can already be read when it is told.
#[derive(Clone, Debug)]
pub enum RoomEvent {
    /// The room came up or went down.
    StateChanged {
        /// Where it stands now.
        state: RoomState,
        /// Why it is down.
        reason: Option<Reason>,
        /// What went wrong, if something did.
        error: Option<Error>,
    },
    /// We are in, as this participant.
    LocalJoined {
        /// The room.
        room: Id,
        /// Its name.
        description: String,
        /// Our id.
        id: Id,
        /// The name we gave.
        display: String,
    },
    /// Somebody is here.
    ParticipantJoined {
        /// Who.
        id: Id,
        /// The name shown to people.
        display: String,
        /// What they say of themselves, an object.
        metadata: Option<Json>,
    },
    /// Somebody is gone.
    ParticipantLeft {
        /// Who.
        id: Id,
        /// Whether a moderator sent them out.
        kicked: bool,
    },
    /// Somebody's name changed.
    ParticipantChanged {
        /// Who.
        id: Id,
        /// The name, maybe a new one.
        display: String,
        /// What they say of themselves, maybe something new.
        metadata: Option<Json>,
    },
    /// Somebody publishes a stream.
    TrackPublished {
        /// Who.
        id: Id,
        /// What.
        publication: Publication,
    },
    /// Somebody ceased to publish a stream.
    TrackUnpublished {
        /// Who.
        id: Id,
        /// Which.
        mid: String,
    },
    /// A stream can be played.
    TrackSubscribed {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// Its track.
        track: Rc<Track>,
    },
    /// A track brings another of the browser's tracks, after its connection was made anew. What it is attached
    /// to plays it of itself.
    TrackReplaced {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
    },
    /// A stream can be played no longer.
    TrackUnsubscribed {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
    },
    /// A stream of somebody's is called otherwise.
    TrackRenamed {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// What its owner calls it.
        name: Option<String>,
    },
    /// A stream of somebody's was muted or unmuted, or one of ours by a moderator: what was muted so is not any longer,
    /// too, once it is sent over another peer connection.
    TrackMuted {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// By a moderator, or else by its owner.
        moderator: bool,
        /// Whether it is muted now, as far as this one is concerned.
        muted: bool,
    },
    /// Somebody began or ceased to speak.
    SpeakingChanged {
        /// Who.
        id: Id,
        /// Whether speaking now.
        speaking: bool,
    },
    /// A stream of ours is on the server; told again when it is there under another mid.
    LocalTrackPublished {
        /// What.
        publication: Publication,
        /// The same, to be changed.
        local: LocalPublication,
    },
    /// A stream of ours is published no longer.
    LocalTrackUnpublished {
        /// Which: the key of its publication.
        key: u32,
        /// The mid it was told with last; empty if another stream of ours has that now.
        mid: String,
    },
    /// A camera or microphone of ours is gone; its publication is muted until it is unmuted.
    DeviceLost {
        /// What it was.
        source: Source,
    },
    /// A track of ours has a sender, before anything is sent: for transforms.
    SenderAdded {
        /// The browser's transceiver.
        transceiver: RtcRtpTransceiver,
        /// What it sends.
        source: Source,
    },
    /// A track of somebody's has a receiver, before anything is received: for transforms.
    ReceiverAdded {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// The browser's transceiver.
        transceiver: RtcRtpTransceiver,
    },
    /// Another layer of a stream comes.
    LayerChanged {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// The simulcast or SVC layer, if it changed: 0 is the smallest.
        spatial: Option<u32>,
        /// The temporal layer, if it changed.
        temporal: Option<u32>,
    },
    /// A data channel is there.
    DataChannel {
        /// The browser's channel.
        channel: RtcDataChannel,
        /// Ours: the label we gave. Otherwise the id of the publisher.
        label: String,
        /// Whether we opened it.
        ours: bool,
    },
    /// We muted or unmuted a stream of ours.
    LocalTrackMuted {
        /// Which: the key of its publication.
        key: u32,
        /// The mid it was told with last; empty if another stream of ours has that now.
        mid: String,
        /// Whether it is muted now.
        muted: bool,
    },
    /// We began or ceased to speak.
    LocalSpeakingChanged(bool),
    /// The server says that packets get lost (where its `slowlink_threshold` is set).
    SlowLink {
        /// The m-line, on the peer connection that receives or sends: [`Room::received_on`](super::Room::received_on) and
        /// [`Room::sent_on`](super::Room::sent_on) tell what is on it.
        mid: String,
        /// Whether they are lost on the way to us; on the way to the server otherwise.
        receiving: bool,
        /// How many in the last second.
        lost: u32,
    },
    /// The browser began or ceased to let the page play.
    PlaybackChanged(bool),
    /// Something of ours cannot be published, or (source unknown) nothing can be received; the room
    /// goes on.
    MediaError {
        /// What it is about.
        source: Source,
        /// What went wrong.
        failure: Failure,
    },
}
