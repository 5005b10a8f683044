//! The things `VideoRoom` messages are made of.

use crate::Error;
use crate::protocol::json::Object;
use crate::protocol::wire::{wire, words};
use crate::protocol::{Id, Json};

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
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
    /// A placeholder of the server's, never to be shown.
    pub dummy: bool,
    /// Whether the participant is speaking (in `joined` only).
    pub talking: Option<bool>,
    /// The streams, in m-line order.
    pub streams: Vec<Stream>,
}

wire!(Publisher { id; optional display, metadata, dummy, talking, streams });

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
    /// Whether a moderator muted it (of sound, in `joined` only).
    pub moderated: bool,
    /// All the server says of it.
    pub raw: Json,
}

wire!(Stream {
    kind = "type", mindex, mid; optional disabled, description, codec, simulcast, moderated; raw raw
});

impl Stream {
    /// One of which nothing more is known.
    pub fn new(kind: StreamKind, mindex: u32, mid: impl Into<String>) -> Self {
        Self {
            kind,
            mindex,
            mid: mid.into(),
            disabled: false,
            description: None,
            codec: None,
            simulcast: false,
            moderated: false,
            raw: Json::write(&Object::new()),
        }
    }

    /// What is asked rarely.
    ///
    /// # Errors
    /// `Protocol`, with the field that does not fit.
    pub fn details(&self) -> Result<StreamDetails, Error> {
        self.raw.read()
    }
}

/// What else is known of a stream.
#[expect(clippy::struct_excessive_bools, reason = "the server's words have them")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamDetails {
    /// Opus in stereo.
    pub stereo: bool,
    /// Opus forward error correction.
    pub fec: bool,
    /// Opus discontinuous transmission.
    pub dtx: bool,
    /// Whether somebody speaks there (in `joined` only, and unreliable there: see [`Publisher::talking`]).
    pub talking: Option<bool>,
    /// The H.264 profile.
    pub h264_profile: Option<String>,
    /// The VP9 profile.
    pub vp9_profile: Option<String>,
    /// Whether it is sent in several SVC layers.
    pub svc: bool,
    /// Of our own streams: the id of the audio level extension (since 1.3.2).
    pub audiolevel_ext_id: Option<u32>,
    /// Of our own streams: the id of the video orientation extension (since 1.3.2).
    pub videoorient_ext_id: Option<u32>,
    /// Of our own streams: the id of the playout delay extension (since 1.3.2).
    pub playoutdelay_ext_id: Option<u32>,
}

wire!(StreamDetails {
    ; optional stereo, fec, dtx, talking, h264_profile, vp9_profile, svc, audiolevel_ext_id,
    videoorient_ext_id, playoutdelay_ext_id
});

/// A participant, without what is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendee {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    pub display: Option<String>,
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
}

wire!(Attendee { id; optional display, metadata });

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
    /// All the server says of it.
    pub raw: Json,
}

wire!(SubStream { kind = "type", active, mindex, mid; optional feed_id, feed_mid; raw raw });

impl SubStream {
    /// One without a source.
    pub fn new(kind: StreamKind, mindex: u32, mid: impl Into<String>) -> Self {
        let raw = Json::write(&Object::new());
        let mid = mid.into();
        Self { kind, active: false, mindex, mid, feed_id: None, feed_mid: None, raw }
    }

    /// What is asked rarely.
    ///
    /// # Errors
    /// `Protocol`, with the field that does not fit.
    pub fn details(&self) -> Result<SubStreamDetails, Error> {
        self.raw.read()
    }
}

/// What else is known of an m-line of a subscription.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubStreamDetails {
    /// The name given to it on subscribing.
    pub crossrefid: Option<String>,
    /// Whether the peer connection is up.
    pub ready: bool,
    /// Whether it is sent.
    pub send: bool,
    /// Of data: how many publishers it comes from.
    pub sources: Option<u32>,
    /// Of data: which publishers it comes from.
    pub source_ids: Vec<Id>,
    /// The publisher's name.
    pub feed_display: Option<String>,
    /// What else the publisher tells others (since 1.3.0).
    pub feed_metadata: Option<Json>,
    /// The publisher's words about the stream.
    pub feed_description: Option<String>,
    /// The codec.
    pub codec: Option<String>,
    /// The H.264 profile.
    pub h264_profile: Option<String>,
    /// The VP9 profile.
    pub vp9_profile: Option<String>,
    /// The playout delay asked for.
    pub playout_delay: Option<PlayoutDelay>,
    /// The simulcast layers, if it has any.
    pub simulcast: Option<SimulcastLayers>,
    /// The SVC layers, if it has any.
    pub svc: Option<SvcLayers>,
}

wire!(SubStreamDetails {
    ; optional crossrefid, ready, send, sources, source_ids, feed_display, feed_metadata, feed_description,
    codec, h264_profile = "h264-profile", vp9_profile = "vp9-profile", playout_delay = "playout-delay",
    simulcast, svc
});

/// The playout delay receivers are told, 10 ms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayoutDelay {
    /// The least.
    pub min_delay: i32,
    /// The most.
    pub max_delay: i32,
}

wire!(PlayoutDelay { min_delay = "min-delay", max_delay = "max-delay" });

/// Which layers of a simulcast are received; -1 where none is yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulcastLayers {
    /// The layer that comes.
    pub substream: i32,
    /// The layer asked for.
    pub substream_target: i32,
    /// The temporal layer that comes.
    pub temporal_layer: i32,
    /// The temporal layer asked for.
    pub temporal_layer_target: i32,
    /// After how long without a packet the next lower layer is taken, µs.
    pub fallback: Option<u32>,
}

wire!(SimulcastLayers {
    substream, substream_target = "substream-target", temporal_layer = "temporal-layer",
    temporal_layer_target = "temporal-layer-target"
    ; optional fallback
});

/// Which layers of an SVC stream are received; -1 where none is yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SvcLayers {
    /// The spatial layer that comes.
    pub spatial_layer: i32,
    /// The spatial layer asked for.
    pub spatial_layer_target: i32,
    /// The temporal layer that comes.
    pub temporal_layer: i32,
    /// The temporal layer asked for.
    pub temporal_layer_target: i32,
}

wire!(SvcLayers {
    spatial_layer = "spatial-layer", spatial_layer_target = "target-spatial-layer",
    temporal_layer = "temporal-layer", temporal_layer_target = "target-temporal-layer"
});
