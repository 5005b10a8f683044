//! What the plugin says, flat as it travels, and sorted by [`RoomData::classify`].

use super::StreamKind;
use super::types::{Attendee, Publisher, Stream, SubStream};
use crate::protocol::wire::wire;
use crate::protocol::{Id, Json, Number};
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
    /// The participant's name.
    pub display: Option<String>,
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
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
    ; optional videoroom, room, error_code, error, id, private_id, description, display, metadata, publishers,
    attendees, joining, unpublished, leaving, kicked, reason, configured, started, mid, moderation
});

/// What an answer holds if it is none. Its other fields mean other things in every answer.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The plugin's error number.
    pub error_code: Option<u16>,
    /// The plugin's error sentence.
    pub error: Option<String>,
}

wire!(Refusal { ; optional error_code, error });

/// What else a message may hold, which the conference does not look at.
#[derive(Clone, Debug, Default)]
pub struct RoomDetails {
    /// The participant's name.
    pub display: Option<String>,
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
    /// `talking`: the index of the stream's m-line.
    pub mindex: Option<u32>,
    /// `talking`: how loud, dBov: 0 is loudest, 127 is silence.
    pub level: Option<Number>,
    /// `slow_link`: the most we may send for now, bit/s.
    pub current_bitrate: Option<u32>,
    /// The stream of the subscription whose layers changed.
    pub mid: Option<String>,
    /// The simulcast layer that comes now.
    pub substream: Option<u32>,
    /// The temporal layer of a simulcast that comes now.
    pub temporal: Option<u32>,
    /// The spatial layer of an SVC stream that comes now.
    pub spatial_layer: Option<u32>,
    /// The temporal layer of an SVC stream that comes now.
    pub temporal_layer: Option<u32>,
    /// `joined`: over how many packets our level is taken.
    pub audio_active_packets: Option<u32>,
    /// `joined`: the level from which we speak, -dBov.
    pub audio_level_average: Option<u32>,
}

wire!(RoomDetails {
    ; optional display, metadata, mindex, level = "audio-level-dBov-avg",
    current_bitrate = "current-bitrate", mid, substream, temporal, spatial_layer, temporal_layer,
    audio_active_packets, audio_level_average
});

/// The stream list of `attached`, `updated` and `switched`.
#[derive(Clone, Debug, Default)]
pub struct SubStreams {
    /// The whole mapping; absent when nothing changed.
    pub streams: Option<Vec<SubStream>>,
}

wire!(SubStreams { ; optional streams });

/// What an m-line of a subscription says of the stream it carries.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// Audio, video or data.
    pub kind: StreamKind,
    /// The subscription's mid.
    pub mid: String,
    /// Whose it is.
    pub feed_id: Option<Id>,
    /// The publisher's mid.
    pub feed_mid: Option<String>,
    /// The publisher's name.
    pub feed_display: Option<String>,
    /// The publisher's words about it.
    pub feed_description: Option<String>,
    /// The codec of audio and video.
    pub codec: Option<String>,
    /// Which layers come, of a simulcast.
    pub simulcast: Option<Json>,
}

wire!(Glimpse {
    kind = "type", mid; optional feed_id, feed_mid, feed_display, feed_description, codec, simulcast
});

/// What a subscriber is shown.
#[derive(Clone, Debug, Default)]
pub struct Glimpses {
    /// Each m-line.
    pub streams: Vec<Glimpse>,
}

wire!(Glimpses { ; optional streams });

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
    /// Over how many packets our level is taken, where the server measures it.
    pub audio_active_packets: Option<u32>,
    /// The level from which we speak, -dBov, where the server measures it.
    pub audio_level_average: Option<u32>,
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
    Unpublished(Attendee),
    /// Somebody left.
    Leaving(Attendee),
    /// Somebody was sent out; no `Leaving` follows.
    Kicked(Attendee),
    /// We were sent out.
    KickedOurselves,
    /// Somebody has another name, other metadata, or both.
    Changed(Attendee),
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
        /// The index of its m-line.
        mindex: Option<u32>,
        /// How loud, dBov: 0 is loudest, 127 is silence.
        level: Option<Number>,
        /// Whether speaking now.
        talking: bool,
    },
    /// The room is gone.
    Destroyed,
    /// Packets get lost between us and the server.
    SlowLink {
        /// The most we may send for now, bit/s; on a publisher's handle.
        bitrate: Option<u32>,
    },
    /// Another layer of a subscribed stream comes.
    Layer(Layer),
    /// Our own request was done: `configured`, `started`, `unpublished`, `leaving`, `left`, `paused`.
    Done,
    /// A subscription's m-lines are new; an offer usually comes with it.
    Mapping,
    /// An offer is outstanding, the answer to this request comes with a later one.
    Updating,
    /// Something this library does not know.
    Unknown,
}

/// Which layer of a subscribed stream comes now; what is `None` did not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The m-line of the subscription.
    pub mid: String,
    /// The simulcast layer.
    pub substream: Option<u32>,
    /// The temporal layer of the simulcast.
    pub temporal: Option<u32>,
    /// The spatial layer of the SVC stream.
    pub spatial_layer: Option<u32>,
    /// The temporal layer of the SVC stream.
    pub temporal_layer: Option<u32>,
}

wire!(Layer { mid; optional substream, temporal, spatial_layer, temporal_layer });

impl RoomEvent {
    /// Reads and sorts a message with all its details. `answer` as for [`RoomData::classify`].
    ///
    /// # Errors
    /// `Protocol`, with the field that does not fit.
    pub fn read(data: &Json, answer: bool) -> Result<Self, Error> {
        let said: RoomData = data.read()?;
        let slow = said.videoroom == "slow_link";
        let mut event = said.classify(answer);
        let details: RoomDetails = data.read()?;
        if let Self::Unpublished(who)
        | Self::Leaving(who)
        | Self::Kicked(who)
        | Self::Changed(who) = &mut event
        {
            who.display = details.display;
            who.metadata = details.metadata;
        } else if let Self::Talking { mindex, level, .. } = &mut event {
            *mindex = details.mindex;
            *level = details.level;
        } else if let Self::Joined(joined) = &mut event {
            joined.audio_active_packets = details.audio_active_packets;
            joined.audio_level_average = details.audio_level_average;
        } else if event == Self::Unknown {
            event = if slow {
                Self::SlowLink { bitrate: details.current_bitrate }
            } else {
                details.layer().map_or(Self::Unknown, Self::Layer)
            };
        }
        Ok(event)
    }

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
                    let talking = self.videoroom == "talking";
                    RoomEvent::Talking { id, mid, mindex: None, level: None, talking }
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
                audio_active_packets: None,
                audio_level_average: None,
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
            if ours(&id) { RoomEvent::Done } else { RoomEvent::Unpublished(whom(id)) }
        } else if let Some(id) = self.leaving.take() {
            match self.reason.as_deref() {
                Some("kicked") if id == Id::from("ok") => RoomEvent::KickedOurselves,
                _ if ours(&id) => RoomEvent::Done,
                _ => RoomEvent::Leaving(whom(id)),
            }
        } else if let Some(id) = self.kicked.take() {
            RoomEvent::Kicked(whom(id))
        } else if let (Some(id), Some(mid), Some(state)) = (&self.id, &self.mid, &self.moderation) {
            RoomEvent::Moderated { id: id.clone(), mid: mid.clone(), muted: state == "muted" }
        } else if let Some(id) =
            self.id.take_if(|_| self.display.is_some() || self.metadata.is_some())
        {
            let (display, metadata) = (self.display.take(), self.metadata.take());
            RoomEvent::Changed(Attendee { id, display, metadata })
        } else if answer || self.configured.is_some() || self.started.is_some() {
            RoomEvent::Done
        } else {
            RoomEvent::Unknown
        }
    }
}

fn whom(id: Id) -> Attendee {
    Attendee { id, display: None, metadata: None }
}

impl RoomDetails {
    fn layer(self) -> Option<Layer> {
        let Self { substream, temporal, spatial_layer, temporal_layer, .. } = self;
        substream.or(temporal).or(spatial_layer).or(temporal_layer)?;
        Some(Layer { mid: self.mid?, substream, temporal, spatial_layer, temporal_layer })
    }
}

/// The error for an answer that does not fit its request.
pub fn unexpected(request: &'static str) -> Error {
    Error::new(ErrorCode::Protocol, "the server's answer does not fit the request").during(request)
}
