//! The things `VideoRoom` messages are made of.

use serde::{Deserialize, Serialize};

use crate::protocol::Id;

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Data channel messages.
    Data,
}

/// A participant who publishes, with everything published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publisher {
    /// The participant (the feed to subscribe to).
    pub id: Id,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// A placeholder of the server's, never to be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dummy: bool,
    /// Whether the participant is speaking (in `joined` only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talking: Option<bool>,
    /// The streams, in m-line order.
    #[serde(default)]
    pub streams: Vec<Stream>,
}

/// One published stream, as others see it and as `configured` reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// Audio, video or data.
    #[serde(rename = "type")]
    pub kind: StreamKind,
    /// The m-line's index.
    pub mindex: u32,
    /// The m-line's mid, unique within the participant.
    pub mid: String,
    /// Nothing is sent, or the codec was refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// The publisher's words about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The codec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// Whether it is sent in several simulcast layers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulcast: bool,
    /// Whether a moderator muted it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moderated: bool,
}

/// A participant who does not publish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attendee {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// One m-line of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubStream {
    /// Audio, video or data.
    #[serde(rename = "type")]
    pub kind: StreamKind,
    /// Whether a source is attached.
    pub active: bool,
    /// The m-line's index.
    pub mindex: u32,
    /// The m-line's mid in the subscription, unrelated to the publisher's.
    pub mid: String,
    /// Who is heard or seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed_id: Option<Id>,
    /// Which of the feed's streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed_mid: Option<String>,
}

/// One room of `list`.
#[expect(clippy::struct_excessive_bools, reason = "the server's answer has them")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct RoomInfo {
    /// The room.
    pub room: Id,
    /// Its name.
    #[serde(default)]
    pub description: String,
    /// Whether a pin is asked for.
    #[serde(default)]
    pub pin_required: bool,
    /// Whether it is left out of lists.
    #[serde(default)]
    pub is_private: bool,
    /// How many may publish.
    #[serde(default)]
    pub max_publishers: u32,
    /// The most each may send, bit/s; 0 for no limit.
    #[serde(default)]
    pub bitrate: u64,
    /// Audio codecs, best first, with commas.
    #[serde(default)]
    pub audiocodec: String,
    /// Video codecs, best first, with commas.
    #[serde(default)]
    pub videocodec: String,
    /// How many people are in it.
    #[serde(default)]
    pub num_participants: u32,
    /// Whether it is being recorded.
    #[serde(default)]
    pub record: bool,
    /// Whether people who do not publish are announced.
    #[serde(default)]
    pub notify_joining: bool,
    /// Whether speaking is announced.
    #[serde(default)]
    pub audiolevel_event: bool,
}

/// One participant of `listparticipants`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParticipantInfo {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Whether the participant publishes now.
    #[serde(default)]
    pub publisher: bool,
    /// Whether the participant is speaking, where the server knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talking: Option<bool>,
}
