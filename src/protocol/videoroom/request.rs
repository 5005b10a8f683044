//! Request bodies. From JavaScript they are read with camel-case names, to Janus they travel with its
//! own; absent options leave no key behind, because Janus refuses `null`.

use serde::{Deserialize, Serialize};

use crate::protocol::Id;

/// A request that names a room and nothing else: `exists`, `listparticipants`.
#[derive(Clone, Debug, Serialize)]
pub struct ForRoom<'a> {
    /// The room.
    pub room: &'a Id,
}

/// A request without fields: `start`, `unpublish`, `leave`.
#[derive(Clone, Debug, Serialize)]
pub struct Plain {}

/// `list`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct List {
    /// Shows private rooms too, where the server has such a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_key: Option<String>,
}

/// `create`: every field optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct CreateRoom {
    /// The id the room is to have; the server picks one otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Id>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it takes to change or end the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What it takes to join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Leave the room out of `list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_private: Option<bool>,
    /// Tokens that may join; present, even empty, it locks the room to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// Save it in the server's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permanent: Option<bool>,
    /// How many may publish at once (the server's default is 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishers: Option<u32>,
    /// The most each may send, bit/s; 0 for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u32>,
    /// How often the server asks for keyframes, s; 0 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fir_freq: Option<u32>,
    /// Audio codecs, best first, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audiocodec: Option<String>,
    /// Video codecs, best first, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub videocodec: Option<String>,
    /// Announce who speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audiolevel_event: Option<bool>,
    /// Announce people who do not publish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_joining: Option<bool>,
    /// Record the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<bool>,
    /// Where recordings go, a folder of the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rec_dir: Option<String>,
    /// What the server asks for before anybody may create rooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_key: Option<String>,
}

/// `destroy`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct DestroyRoom {
    /// The room.
    pub room: Id,
    /// Its secret, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Remove it from the server's configuration too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permanent: Option<bool>,
}

/// `join` as a publisher, and `joinandconfigure` when an offer travels with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct JoinPublisher {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The room's pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the streams of the offer are.
    #[serde(default, skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<StreamDescription>,
}

/// `publish` and `configure` of a publisher.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Configure {
    /// Words about streams, by mid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<StreamDescription>,
}

/// Words about one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamDescription {
    /// The stream.
    pub mid: String,
    /// The words.
    pub description: String,
}

/// `join` as a subscriber.
#[derive(Clone, Debug, Serialize)]
pub struct JoinSubscriber {
    /// The room.
    pub room: Id,
    /// What to receive; never empty.
    pub streams: Vec<Subscribe>,
    /// Ties the subscription to the publisher handle (needed in `require_pvtid` rooms).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_id: Option<u64>,
    /// The room's pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// One stream to receive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subscribe {
    /// The publisher.
    pub feed: Id,
    /// Which stream.
    pub mid: String,
}

/// One stream to stop receiving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unsubscribe {
    /// The subscription's m-line.
    pub sub_mid: String,
}

/// `update`: both in one renegotiation, removals first. Janus refuses empty lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Update {
    /// What to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subscribe: Vec<Subscribe>,
    /// What to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsubscribe: Vec<Unsubscribe>,
}
