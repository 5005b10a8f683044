//! Requests about rooms and the people in them, which any attached handle can make.
//!
//! Absent options leave no key behind, because Janus refuses `null`.

use crate::protocol::Id;
use crate::protocol::wire::{wire, words};

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
    /// Subscribers must show the private id of a participant.
    pub require_pvtid: Option<bool>,
    /// Tokens are signed ones.
    pub signed_tokens: Option<bool>,
    /// The most each may send, bit/s; 0 for no limit. The server raises less than 64,000 to that.
    pub bitrate: Option<u32>,
    /// Participants may not ask for more than `bitrate`.
    pub bitrate_cap: Option<bool>,
    /// How often the server asks for keyframes, s; 0 for never.
    pub fir_freq: Option<u32>,
    /// How many may publish at once (the server's default is 3).
    pub publishers: Option<u32>,
    /// Audio codecs, best first, with commas, at most five.
    pub audiocodec: Option<String>,
    /// Video codecs, best first, with commas, at most five.
    pub videocodec: Option<String>,
    /// The VP9 profile to prefer, such as "2".
    pub vp9_profile: Option<String>,
    /// The H.264 profile to prefer, such as "42e01f".
    pub h264_profile: Option<String>,
    /// Opus forward error correction.
    pub opus_fec: Option<bool>,
    /// Opus discontinuous transmission.
    pub opus_dtx: Option<bool>,
    /// Negotiate the audio level extension.
    pub audiolevel_ext: Option<bool>,
    /// Announce who speaks.
    pub audiolevel_event: Option<bool>,
    /// Over how many packets the level is taken (100).
    pub audio_active_packets: Option<u32>,
    /// The level from which somebody speaks, -dBov (25).
    pub audio_level_average: Option<u32>,
    /// Negotiate the video orientation extension.
    pub videoorient_ext: Option<bool>,
    /// Negotiate the playout delay extension.
    pub playoutdelay_ext: Option<bool>,
    /// Negotiate transport-wide congestion control.
    pub transport_wide_cc_ext: Option<bool>,
    /// Record the room.
    pub record: Option<bool>,
    /// Where recordings go, a folder of the server's.
    pub rec_dir: Option<String>,
    /// Only who knows the secret may change recording.
    pub lock_record: Option<bool>,
    /// Announce people who do not publish.
    pub notify_joining: Option<bool>,
    /// Media must be end-to-end encrypted.
    pub require_e2ee: Option<bool>,
    /// Have a publisher of the server's that sends nothing, so that subscriptions can begin early.
    pub dummy_publisher: Option<bool>,
    /// What the dummy publisher pretends to send.
    pub dummy_streams: Option<Vec<DummyStream>>,
    /// The dummy publisher counts as encrypted (since 1.3.2).
    pub dummy_e2ee: Option<bool>,
    /// How many helper threads relay the room's media (since 1.2.3).
    pub threads: Option<u32>,
    /// Rooms of VP9 alone whose streams have SVC layers (before 1.1.4; a flag of the offer since).
    pub video_svc: Option<bool>,
    /// What the server asks for before anybody may create rooms.
    pub admin_key: Option<String>,
}

wire!(CreateRoom {
    ; optional room, description, secret, pin, is_private, allowed, permanent, require_pvtid,
    signed_tokens, bitrate, bitrate_cap, fir_freq, publishers, audiocodec, videocodec, vp9_profile,
    h264_profile, opus_fec, opus_dtx, audiolevel_ext, audiolevel_event, audio_active_packets,
    audio_level_average, videoorient_ext, playoutdelay_ext, transport_wide_cc_ext, record, rec_dir,
    lock_record, notify_joining, require_e2ee, dummy_publisher, dummy_streams, dummy_e2ee, threads, video_svc,
    admin_key
});

/// A stream of the dummy publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DummyStream {
    /// Its codec.
    pub codec: String,
    /// Its format parameters, as in SDP.
    pub fmtp: Option<String>,
}

wire!(DummyStream { codec; optional fmtp });

/// `edit`. Empty texts are ignored by the server: a pin or secret cannot be removed.
#[derive(Clone, Debug)]
pub struct EditRoom {
    /// The room.
    pub room: Id,
    /// Its secret, if it has one.
    pub secret: Option<String>,
    /// Its new name.
    pub new_description: Option<String>,
    /// Its new secret.
    pub new_secret: Option<String>,
    /// Its new pin.
    pub new_pin: Option<String>,
    /// Whether it is left out of `list`.
    pub new_is_private: Option<bool>,
    /// Whether subscribers must show a private id.
    pub new_require_pvtid: Option<bool>,
    /// The most each may send, bit/s; 0 for no limit.
    pub new_bitrate: Option<u32>,
    /// How often the server asks for keyframes, s; 0 for never.
    pub new_fir_freq: Option<u32>,
    /// How many may publish at once.
    pub new_publishers: Option<u32>,
    /// Whether only who knows the secret may change recording.
    pub new_lock_record: Option<bool>,
    /// Where recordings go.
    pub new_rec_dir: Option<String>,
    /// Save the change in the server's configuration.
    pub permanent: Option<bool>,
}

wire!(EditRoom {
    room
    ; optional secret, new_description, new_secret, new_pin, new_is_private, new_require_pvtid,
    new_bitrate, new_fir_freq, new_publishers, new_lock_record, new_rec_dir, permanent
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

/// What `allowed` does with a room's list of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedAction {
    /// Only the tokens of the list may join.
    Enable,
    /// Everybody may join.
    Disable,
    /// Put tokens on the list.
    Add,
    /// Take tokens off the list.
    Remove,
}

words!(AllowedAction { Enable = "enable", Disable = "disable", Add = "add", Remove = "remove" });

/// `allowed`
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The room.
    pub room: Id,
    /// Its secret, if it has one.
    pub secret: Option<String>,
    /// What to do.
    pub action: AllowedAction,
    /// The tokens to add or remove.
    pub allowed: Option<Vec<String>>,
}

wire!(Allowed { room, action; optional secret, allowed });

/// `kick`
#[derive(Clone, Debug)]
pub struct Kick {
    /// The room.
    pub room: Id,
    /// Whom to send out.
    pub id: Id,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(Kick { room, id; optional secret });

/// `moderate`
#[derive(Clone, Debug)]
pub struct Moderate {
    /// The room.
    pub room: Id,
    /// Whose stream.
    pub id: Id,
    /// Which stream.
    pub mid: String,
    /// Whether it is muted.
    pub mute: bool,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(Moderate { room, id, mid, mute; optional secret });

/// `enable_recording`
#[derive(Clone, Debug)]
pub struct EnableRecording {
    /// The room.
    pub room: Id,
    /// Whether everybody is recorded.
    pub record: bool,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(EnableRecording { room, record; optional secret });

/// `exists`
#[derive(Clone, Debug)]
pub struct Exists {
    /// The room.
    pub room: Id,
}

wire!(Exists { room });

/// `listparticipants`
#[derive(Clone, Debug)]
pub struct ListParticipants {
    /// The room.
    pub room: Id,
}

wire!(ListParticipants { room });
