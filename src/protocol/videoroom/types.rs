//! The things `VideoRoom` messages are made of.

use crate::protocol::Id;
use crate::protocol::wire::{wire, words};

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Data channel messages.
    Data,
}

words!(StreamKind { Audio = "audio", Video = "video", Data = "data" });

/// A participant who publishes, with everything published.
#[derive(Clone, Debug, PartialEq)]
pub struct Publisher {
    /// The participant (the feed to subscribe to).
    pub id: Id,
    /// The name shown to people.
    pub display: Option<String>,
    /// A placeholder of the server's, never to be shown.
    pub dummy: bool,
    /// Whether the participant is speaking (in `joined` only).
    pub talking: Option<bool>,
    /// The streams, in m-line order.
    pub streams: Vec<Stream>,
}

wire!(Publisher { id; optional display, dummy, talking, streams });

/// One published stream, as others see it and as `configured` reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Audio, video or data.
    pub kind: StreamKind,
    /// The m-line's index.
    pub mindex: u32,
    /// The m-line's mid, unique within the participant.
    pub mid: String,
    /// Nothing is sent, or the codec was refused.
    pub disabled: bool,
    /// The publisher's words about it.
    pub description: Option<String>,
    /// The codec.
    pub codec: Option<String>,
    /// Whether it is sent in several simulcast layers.
    pub simulcast: bool,
    /// Whether a moderator muted it.
    pub moderated: bool,
}

wire!(Stream {
    kind = "type", mindex, mid; optional disabled, description, codec, simulcast, moderated
});

/// A participant who does not publish.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendee {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    pub display: Option<String>,
}

wire!(Attendee { id; optional display });

/// One m-line of a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct SubStream {
    /// Audio, video or data.
    pub kind: StreamKind,
    /// Whether a source is attached.
    pub active: bool,
    /// The m-line's index.
    pub mindex: u32,
    /// The m-line's mid in the subscription, unrelated to the publisher's.
    pub mid: String,
    /// Who is heard or seen.
    pub feed_id: Option<Id>,
    /// Which of the feed's streams.
    pub feed_mid: Option<String>,
}

wire!(SubStream { kind = "type", active, mindex, mid; optional feed_id, feed_mid });

/// One room of `list`.
#[expect(clippy::struct_excessive_bools, reason = "the server's answer has them")]
#[derive(Clone, Debug, PartialEq)]
pub struct RoomInfo {
    /// The room.
    pub room: Id,
    /// Its name.
    pub description: String,
    /// Whether a pin is asked for.
    pub pin_required: bool,
    /// Whether it is left out of lists.
    pub is_private: bool,
    /// How many may publish.
    pub max_publishers: u32,
    /// The most each may send, bit/s; 0 for no limit.
    pub bitrate: u64,
    /// Audio codecs, best first, with commas.
    pub audiocodec: String,
    /// Video codecs, best first, with commas.
    pub videocodec: String,
    /// How many people are in it.
    pub num_participants: u32,
    /// Whether it is being recorded.
    pub record: bool,
    /// Whether people who do not publish are announced.
    pub notify_joining: bool,
    /// Whether speaking is announced.
    pub audiolevel_event: bool,
}

wire!(RoomInfo {
    room
    ; optional description, pin_required, is_private, max_publishers, bitrate, audiocodec, videocodec,
    num_participants, record, notify_joining, audiolevel_event
});

/// One participant of `listparticipants`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipantInfo {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    pub display: Option<String>,
    /// Whether the participant publishes now.
    pub publisher: bool,
    /// Whether the participant is speaking, where the server knows.
    pub talking: Option<bool>,
}

wire!(ParticipantInfo { id; optional display, publisher, talking });

/// The answer to `create` and `destroy`.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomChanged {
    /// The room.
    pub room: Id,
    /// Whether the server's configuration holds the change. False although asked for: it could not be
    /// saved.
    pub permanent: bool,
}

wire!(RoomChanged { room; optional permanent });
