//! What the plugin says, flat as it travels, and sorted by [`RoomData::classify`].

use super::types::{Attendee, Publisher, Stream, SubStream};
use crate::protocol::Id;
use crate::protocol::wire::wire;
use crate::{Error, ErrorCode};

/// One message of the plugin. Which fields are set depends on `videoroom`, and for `event` on which
/// other fields there are.
#[derive(Clone, Debug, Default)]
pub struct RoomData {
    /// The kind: `joined`, `event`, `attached`, ...
    pub videoroom: String,
    /// The room.
    pub room: Option<Id>,
    /// The plugin's error number.
    pub error_code: Option<u16>,
    /// The plugin's error sentence.
    pub error: Option<String>,
    /// Whom it is about; in `joined`, ourselves.
    pub id: Option<Id>,
    /// `joined`: a number that ties subscriptions to us.
    pub private_id: Option<u64>,
    /// `joined`: the room's name.
    pub description: Option<String>,
    /// The participant's new name.
    pub display: Option<String>,
    /// Publishers, new or changed.
    pub publishers: Option<Vec<Publisher>>,
    /// `joined`: people who do not publish.
    pub attendees: Option<Vec<Attendee>>,
    /// Somebody came who does not publish.
    pub joining: Option<Attendee>,
    /// Somebody, or "ok" for ourselves, stopped publishing.
    pub unpublished: Option<Id>,
    /// Somebody, or "ok" for ourselves, left.
    pub leaving: Option<Id>,
    /// Somebody was sent out.
    pub kicked: Option<Id>,
    /// Why we left: "kicked".
    pub reason: Option<String>,
    /// "ok": `configure` or `publish` was done.
    pub configured: Option<String>,
    /// "ok": `start` was done.
    pub started: Option<String>,
    /// A stream of ours, of somebody's, or of the subscription.
    pub mid: Option<String>,
    /// "muted" or "unmuted" by a moderator.
    pub moderation: Option<String>,
}

wire!(RoomData {
    ; optional videoroom, room, error_code, error, id, private_id, description, display, publishers,
    attendees, joining, unpublished, leaving, kicked, reason, configured, started, mid, moderation
});

/// The stream list of `attached`, `updated` and `switched`.
#[derive(Clone, Debug, Default)]
pub struct SubStreams {
    /// The whole mapping; absent when nothing changed.
    pub streams: Option<Vec<SubStream>>,
}

wire!(SubStreams { ; optional streams });

/// The stream list of `configured` and of `joined` with an offer: our own streams.
#[derive(Clone, Debug, Default)]
pub struct OwnStreams {
    /// Our streams as the server took them.
    pub streams: Option<Vec<Stream>>,
}

wire!(OwnStreams { ; optional streams });

/// What we learn on joining.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// The room.
    pub room: Id,
    /// Its name.
    pub description: String,
    /// Our participant id.
    pub id: Id,
    /// Ties subscriptions to us.
    pub private_id: Option<u64>,
    /// Who publishes already.
    pub publishers: Vec<Publisher>,
    /// Who is there without publishing (rooms with `notify_joining` only).
    pub attendees: Vec<Attendee>,
}

/// A message of the plugin by what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomEvent {
    /// The request failed.
    Failed {
        /// The number.
        status: u16,
        /// The sentence.
        reason: String,
    },
    /// We are in.
    Joined(Joined),
    /// Publishers are new or changed; each entry replaces what was known.
    Publishers(Vec<Publisher>),
    /// Somebody came who does not publish.
    Joining(Attendee),
    /// Somebody stopped publishing. Repeats, and comes for people who never published.
    Unpublished(Id),
    /// Somebody left.
    Leaving(Id),
    /// Somebody was sent out; no `Leaving` follows.
    Kicked(Id),
    /// We were sent out.
    KickedOurselves,
    /// Somebody changed name.
    Renamed {
        /// Who.
        id: Id,
        /// To what.
        display: String,
    },
    /// A moderator muted or unmuted a stream, maybe ours.
    Moderated {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// Whether it is muted now.
        muted: bool,
    },
    /// Somebody, maybe we, began or ceased to speak.
    Talking {
        /// Who.
        id: Id,
        /// Which stream.
        mid: String,
        /// Whether speaking now.
        talking: bool,
    },
    /// The room is gone.
    Destroyed,
    /// Our own request was done: `configured`, `started`, `unpublished`, `leaving`, `left`, `paused`.
    Done,
    /// A subscription's m-lines are new; an offer usually comes with it.
    Mapping,
    /// An offer is outstanding, the answer to this request comes with a later one.
    Updating,
    /// Something this library does not know.
    Unknown,
}

impl RoomEvent {
    /// The error in it, if it is one.
    pub fn into_result(self, request: &'static str) -> Result<Self, Error> {
        if let Self::Failed { status, reason } = &self {
            return Err(Error::video_room(*status, reason, request));
        }
        Ok(self)
    }
}

impl RoomData {
    /// Sorts the message. `answer` says whether it carried the transaction of a request of ours:
    /// `leaving: "ok"` is an answer, unless a participant of a `string_ids` room is named "ok".
    pub fn classify(mut self, answer: bool) -> RoomEvent {
        if let Some(status) = self.error_code {
            return RoomEvent::Failed { status, reason: self.error.take().unwrap_or_default() };
        }
        match self.videoroom.as_str() {
            "joined" => self.joined(),
            "event" => self.event(answer),
            "talking" | "stopped-talking" => match (self.id.take(), self.mid.take()) {
                (Some(id), Some(mid)) => {
                    RoomEvent::Talking { id, mid, talking: self.videoroom == "talking" }
                }
                _ => RoomEvent::Unknown,
            },
            "destroyed" => RoomEvent::Destroyed,
            "attached" | "updated" => RoomEvent::Mapping,
            "updating" => RoomEvent::Updating,
            _ => RoomEvent::Unknown,
        }
    }

    fn joined(&mut self) -> RoomEvent {
        match (self.room.take(), self.id.take()) {
            (Some(room), Some(id)) => RoomEvent::Joined(Joined {
                room,
                description: self.description.take().unwrap_or_default(),
                id,
                private_id: self.private_id,
                publishers: self.publishers.take().unwrap_or_default(),
                attendees: self.attendees.take().unwrap_or_default(),
            }),
            _ => RoomEvent::Unknown,
        }
    }

    fn event(&mut self, answer: bool) -> RoomEvent {
        let ours = |id: &Id| answer && *id == Id::from("ok");
        if let Some(publishers) = self.publishers.take() {
            RoomEvent::Publishers(publishers)
        } else if let Some(attendee) = self.joining.take() {
            RoomEvent::Joining(attendee)
        } else if let Some(id) = self.unpublished.take() {
            if ours(&id) { RoomEvent::Done } else { RoomEvent::Unpublished(id) }
        } else if let Some(id) = self.leaving.take() {
            match self.reason.as_deref() {
                Some("kicked") if id == Id::from("ok") => RoomEvent::KickedOurselves,
                _ if ours(&id) => RoomEvent::Done,
                _ => RoomEvent::Leaving(id),
            }
        } else if let Some(id) = self.kicked.take() {
            RoomEvent::Kicked(id)
        } else if let (Some(id), Some(mid), Some(state)) = (&self.id, &self.mid, &self.moderation) {
            RoomEvent::Moderated { id: id.clone(), mid: mid.clone(), muted: state == "muted" }
        } else if let (Some(id), Some(display)) = (self.id.take(), self.display.take()) {
            RoomEvent::Renamed { id, display }
        } else if answer || self.configured.is_some() || self.started.is_some() {
            RoomEvent::Done
        } else {
            RoomEvent::Unknown
        }
    }
}

/// The error for an answer that does not fit its request.
pub fn unexpected(request: &'static str) -> Error {
    Error::new(ErrorCode::Protocol, "the server's answer does not fit the request").during(request)
}
