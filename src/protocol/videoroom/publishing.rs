//! Requests of publishers.

use crate::protocol::wire::wire;
use crate::protocol::{Id, Json};

/// `join` as a publisher, and `joinandconfigure` when an offer travels with it.
#[derive(Clone, Debug)]
pub struct JoinPublisher {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    pub id: Option<Id>,
    /// The name shown to people.
    pub display: Option<String>,
    /// Anything more that others are to know, an object (since 1.3.0).
    pub metadata: Option<Json>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
    /// Over how many packets our level is taken, in place of the room's number.
    pub audio_active_packets: Option<u32>,
    /// The level from which we speak, -dBov, in place of the room's.
    pub audio_level_average: Option<u32>,
    /// With an offer: the audio codec to use, one of the room's.
    pub audiocodec: Option<String>,
    /// With an offer: the video codec to use, one of the room's.
    pub videocodec: Option<String>,
    /// With an offer: the most to send, bit/s; 0 for no limit.
    pub bitrate: Option<u32>,
    /// With an offer: record us.
    pub record: Option<bool>,
    /// With an offer: where the recording goes, a path of the server's without its ending.
    pub filename: Option<String>,
    /// With an offer: words about its streams.
    pub descriptions: Vec<StreamDescription>,
}

wire!(JoinPublisher {
    room
    ; optional id, display, metadata, pin, token, audio_active_packets, audio_level_average, audiocodec,
    videocodec, bitrate, record, filename, descriptions
});

impl JoinPublisher {
    /// With the server's choice for the rest.
    pub fn new(room: impl Into<Id>) -> Self {
        Self {
            room: room.into(),
            id: None,
            display: None,
            metadata: None,
            pin: None,
            token: None,
            audio_active_packets: None,
            audio_level_average: None,
            audiocodec: None,
            videocodec: None,
            bitrate: None,
            record: None,
            filename: None,
            descriptions: Vec::new(),
        }
    }
}

/// `publish`
#[derive(Clone, Debug, Default)]
pub struct Publish {
    /// The audio codec to use, one of the room's.
    pub audiocodec: Option<String>,
    /// The video codec to use, one of the room's.
    pub videocodec: Option<String>,
    /// The most to send, bit/s; 0 for no limit.
    pub bitrate: Option<u32>,
    /// Record us.
    pub record: Option<bool>,
    /// Where the recording goes, a path of the server's without its ending.
    pub filename: Option<String>,
    /// The room's secret, for recording where the room has `lock_record`.
    pub secret: Option<String>,
    /// A new name.
    pub display: Option<String>,
    /// Anything more that others are to know, an object (since 1.3.0).
    pub metadata: Option<Json>,
    /// Over how many packets our level is taken, in place of the room's number.
    pub audio_active_packets: Option<u32>,
    /// The level from which we speak, -dBov, in place of the room's.
    pub audio_level_average: Option<u32>,
    /// Words about streams of the offer.
    pub descriptions: Vec<StreamDescription>,
}

wire!(Publish {
    ; optional audiocodec, videocodec, bitrate, record, filename, secret, display, metadata,
    audio_active_packets, audio_level_average, descriptions
});

/// `configure` of a publisher. With an offer it renegotiates.
#[derive(Clone, Debug, Default)]
pub struct Configure {
    /// With an offer: the audio codec to use, one of the room's.
    pub audiocodec: Option<String>,
    /// With an offer: the video codec to use, one of the room's.
    pub videocodec: Option<String>,
    /// The most to send, bit/s; 0 for no limit.
    pub bitrate: Option<u32>,
    /// Ask our browser for a keyframe of every stream. With `streams`, say it there.
    pub keyframe: Option<bool>,
    /// Record us.
    pub record: Option<bool>,
    /// Where the recording goes, a path of the server's without its ending.
    pub filename: Option<String>,
    /// The room's secret, for recording where the room has `lock_record`.
    pub secret: Option<String>,
    /// A new name. Others hear of it only if there was a name before.
    pub display: Option<String>,
    /// Anything more that others are to know, an object (since 1.3.0).
    pub metadata: Option<Json>,
    /// Over how many packets our level is taken, in place of the room's number.
    pub audio_active_packets: Option<u32>,
    /// The level from which we speak, -dBov, in place of the room's.
    pub audio_level_average: Option<u32>,
    /// New words about streams.
    pub descriptions: Vec<StreamDescription>,
    /// What single streams are to do. Only once they are published.
    pub streams: Vec<PublisherStream>,
}

wire!(Configure {
    ; optional audiocodec, videocodec, bitrate, keyframe, record, filename, secret, display, metadata,
    audio_active_packets, audio_level_average, descriptions, streams
});

/// What one of our streams is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublisherStream {
    /// Which; it may be left out if there is one entry, which is for all streams then.
    pub mid: Option<String>,
    /// Whether the server relays it. Nobody is told.
    pub send: Option<bool>,
    /// Ask our browser for a keyframe.
    pub keyframe: Option<bool>,
    /// The least playout delay receivers are told, 10 ms; negative for none.
    pub min_delay: Option<i32>,
    /// The most playout delay receivers are told, 10 ms; negative for none.
    pub max_delay: Option<i32>,
}

wire!(PublisherStream { ; optional mid, send, keyframe, min_delay, max_delay });

/// Words about one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDescription {
    /// The stream.
    pub mid: String,
    /// The words.
    pub description: String,
}

wire!(StreamDescription { mid, description });
