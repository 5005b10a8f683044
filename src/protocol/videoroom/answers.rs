//! What the plugin answers to requests about rooms.

use super::types::StreamKind;
use crate::protocol::wire::wire;
use crate::protocol::{Id, Json};

/// The answer to `create`, `edit` and `destroy`.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomChanged {
    /// The room.
    pub room: Id,
    /// Whether the server's configuration holds the change. False although asked for: it could not be
    /// saved.
    pub permanent: bool,
}

wire!(RoomChanged { room; optional permanent });

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
    /// Whether participants may not ask for more.
    pub bitrate_cap: bool,
    /// How often the server asks for keyframes, s; 0 for never.
    pub fir_freq: u32,
    /// Whether subscribers must show a private id.
    pub require_pvtid: bool,
    /// Whether media must be end-to-end encrypted.
    pub require_e2ee: bool,
    /// Whether the server has a publisher of its own in it.
    pub dummy_publisher: bool,
    /// Whether people who do not publish are announced.
    pub notify_joining: bool,
    /// Audio codecs, best first, with commas.
    pub audiocodec: String,
    /// Video codecs, best first, with commas.
    pub videocodec: String,
    /// Opus forward error correction.
    pub opus_fec: bool,
    /// Opus discontinuous transmission.
    pub opus_dtx: bool,
    /// Whether its streams have SVC layers (before 1.1.4).
    pub video_svc: bool,
    /// Whether it is being recorded.
    pub record: bool,
    /// Where recordings go.
    pub rec_dir: Option<String>,
    /// Whether only who knows the secret may change recording.
    pub lock_record: bool,
    /// How many people are in it.
    pub num_participants: u32,
    /// Whether the audio level extension is negotiated.
    pub audiolevel_ext: bool,
    /// Whether speaking is announced.
    pub audiolevel_event: bool,
    /// Over how many packets the level is taken.
    pub audio_active_packets: Option<u32>,
    /// The level from which somebody speaks, -dBov.
    pub audio_level_average: Option<u32>,
    /// Whether the video orientation extension is negotiated.
    pub videoorient_ext: bool,
    /// Whether the playout delay extension is negotiated.
    pub playoutdelay_ext: bool,
    /// Whether transport-wide congestion control is negotiated.
    pub transport_wide_cc_ext: bool,
}

wire!(RoomInfo {
    room
    ; optional description, pin_required, is_private, max_publishers, bitrate, bitrate_cap, fir_freq,
    require_pvtid, require_e2ee, dummy_publisher, notify_joining, audiocodec, videocodec, opus_fec,
    opus_dtx, video_svc, record, rec_dir, lock_record, num_participants, audiolevel_ext, audiolevel_event,
    audio_active_packets, audio_level_average, videoorient_ext, playoutdelay_ext, transport_wide_cc_ext
});

/// One participant of `listparticipants`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParticipantInfo {
    /// The participant.
    pub id: Id,
    /// The name shown to people.
    pub display: Option<String>,
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
    /// A placeholder of the server's.
    pub dummy: bool,
    /// Whether the participant is in a room of another server.
    pub remote: bool,
    /// Whether the participant publishes now.
    pub publisher: bool,
    /// Whether the participant is speaking, where the server knows.
    pub talking: Option<bool>,
}

wire!(ParticipantInfo { id; optional display, metadata, dummy, remote, publisher, talking });

/// One RTP forwarder, of `rtp_forward` and `listforwarders`.
#[derive(Clone, Debug, PartialEq)]
pub struct Forwarder {
    /// What `stop_rtp_forward` asks for.
    pub stream_id: u32,
    /// Audio, video or data.
    pub kind: StreamKind,
    /// Where it goes.
    pub host: String,
    /// Where it goes, UDP port.
    pub port: u16,
    /// Where RTCP comes in, UDP port.
    pub local_rtcp_port: Option<u16>,
    /// Where RTCP comes from, UDP port.
    pub remote_rtcp_port: Option<u16>,
    /// The SSRC in use.
    pub ssrc: Option<u32>,
    /// The payload type in use.
    pub pt: Option<u32>,
    /// Which simulcast layer, if not the first.
    pub substream: Option<u32>,
    /// Whether it is encrypted.
    pub srtp: bool,
}

wire!(Forwarder {
    stream_id, kind = "type", host, port
    ; optional local_rtcp_port, remote_rtcp_port, ssrc, pt, substream, srtp
});

/// The answer to `rtp_forward`.
#[derive(Clone, Debug, PartialEq)]
pub struct RtpForwarded {
    /// The room.
    pub room: Id,
    /// Whose media.
    pub publisher_id: Id,
    /// One for each stream and simulcast layer.
    pub forwarders: Vec<Forwarder>,
}

wire!(RtpForwarded { room, publisher_id; optional forwarders });

/// One publisher of `listforwarders`.
#[derive(Clone, Debug, PartialEq)]
pub struct PublisherForwarders {
    /// Whose media.
    pub publisher_id: Id,
    /// The name shown to people.
    pub display: Option<String>,
    /// What else the participant tells others (since 1.3.0).
    pub metadata: Option<Json>,
    /// Where it goes.
    pub forwarders: Vec<Forwarder>,
}

wire!(PublisherForwarders { publisher_id; optional display, metadata, forwarders });

/// One copy of `listremotes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Remote {
    /// Its name.
    pub remote_id: String,
    /// The other server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its RTCP port.
    pub rtcp_port: Option<u16>,
}

wire!(Remote { remote_id, host, port; optional rtcp_port });

/// The answer to `add_remote_publisher`: where its media is awaited.
#[derive(Clone, Debug, PartialEq)]
pub struct RemotePublisher {
    /// The room.
    pub room: Id,
    /// The participant id it has here.
    pub id: Id,
    /// The address, where the server knows one.
    pub ip: Option<String>,
    /// The UDP port for media.
    pub port: u16,
    /// The UDP port for RTCP.
    pub rtcp_port: Option<u16>,
}

wire!(RemotePublisher { room, id, port; optional ip, rtcp_port });
