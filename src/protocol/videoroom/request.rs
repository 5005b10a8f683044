//! Request bodies. Absent options leave no key behind, because Janus refuses `null`.

use crate::protocol::Id;
use crate::protocol::wire::wire;

/// `list`
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Shows private rooms too, where the server has such a key.
    pub admin_key: Option<String>,
}

wire!(List { ; optional admin_key });

/// `create`: every field optional.
#[derive(Clone, Debug, Default)]
pub struct CreateRoom {
    /// The id the room is to have; the server picks one otherwise.
    pub room: Option<Id>,
    /// Its name.
    pub description: Option<String>,
    /// What it takes to change or end the room.
    pub secret: Option<String>,
    /// What it takes to join.
    pub pin: Option<String>,
    /// Leave the room out of `list`.
    pub is_private: Option<bool>,
    /// Tokens that may join; present, even empty, it locks the room to them.
    pub allowed: Option<Vec<String>>,
    /// Save it in the server's configuration.
    pub permanent: Option<bool>,
    /// How many may publish at once (the server's default is 3).
    pub publishers: Option<u32>,
    /// The most each may send, bit/s; 0 for no limit.
    pub bitrate: Option<u32>,
    /// How often the server asks for keyframes, s; 0 for never.
    pub fir_freq: Option<u32>,
    /// Audio codecs, best first, with commas.
    pub audiocodec: Option<String>,
    /// Video codecs, best first, with commas.
    pub videocodec: Option<String>,
    /// Announce who speaks.
    pub audiolevel_event: Option<bool>,
    /// Announce people who do not publish.
    pub notify_joining: Option<bool>,
    /// Record the room.
    pub record: Option<bool>,
    /// Where recordings go, a folder of the server's.
    pub rec_dir: Option<String>,
    /// What the server asks for before anybody may create rooms.
    pub admin_key: Option<String>,
}

wire!(CreateRoom {
    ; optional room, description, secret, pin, is_private, allowed, permanent, publishers, bitrate,
    fir_freq, audiocodec, videocodec, audiolevel_event, notify_joining, record, rec_dir, admin_key
});

/// `destroy`
#[derive(Clone, Debug)]
pub struct DestroyRoom {
    /// The room.
    pub room: Id,
    /// Its secret, if it has one.
    pub secret: Option<String>,
    /// Remove it from the server's configuration too.
    pub permanent: Option<bool>,
}

wire!(DestroyRoom { room; optional secret, permanent });

/// `join` as a publisher, and `joinandconfigure` when an offer travels with it.
#[derive(Clone, Debug)]
pub struct JoinPublisher {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    pub id: Option<Id>,
    /// The name shown to people.
    pub display: Option<String>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
    /// What the streams of the offer are.
    pub descriptions: Vec<StreamDescription>,
}

wire!(JoinPublisher { room; optional id, display, pin, token, descriptions });

/// `publish` and `configure` of a publisher.
#[derive(Clone, Debug, Default)]
pub struct Configure {
    /// Words about streams, by mid.
    pub descriptions: Vec<StreamDescription>,
}

wire!(Configure { ; optional descriptions });

/// Words about one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDescription {
    /// The stream.
    pub mid: String,
    /// The words.
    pub description: String,
}

wire!(StreamDescription { mid, description });

/// `join` as a subscriber.
#[derive(Clone, Debug)]
pub struct JoinSubscriber {
    /// The room.
    pub room: Id,
    /// What to receive; never empty.
    pub streams: Vec<Subscribe>,
    /// Ties the subscription to the publisher handle (needed in `require_pvtid` rooms).
    pub private_id: Option<u64>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
}

wire!(JoinSubscriber { room, streams; optional private_id, pin, token });

/// One stream to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// The publisher.
    pub feed: Id,
    /// Which stream.
    pub mid: String,
}

wire!(Subscribe { feed, mid });

/// One stream to stop receiving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The subscription's m-line.
    pub sub_mid: String,
}

wire!(Unsubscribe { sub_mid });

/// `update`: both in one renegotiation, removals first. Janus refuses empty lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What to add.
    pub subscribe: Vec<Subscribe>,
    /// What to remove.
    pub unsubscribe: Vec<Unsubscribe>,
}

wire!(Update { ; optional subscribe, unsubscribe });
