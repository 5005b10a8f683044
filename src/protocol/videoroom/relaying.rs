//! Requests that take media out of a server or bring it in: RTP forwarders, and publishers of other
//! servers' rooms.

use super::types::StreamKind;
use crate::protocol::wire::{wire, words};
use crate::protocol::{Id, Json};

/// Which addresses of a host are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFamily {
    /// Those of IPv4.
    Ipv4,
    /// Those of IPv6.
    Ipv6,
}

words!(HostFamily { Ipv4 = "ipv4", Ipv6 = "ipv6" });

/// `rtp_forward`
#[derive(Clone, Debug)]
pub struct RtpForward {
    /// The room.
    pub room: Id,
    /// Whose media.
    pub publisher_id: Id,
    /// Where it goes.
    pub host: String,
    /// Which addresses of the host are used.
    pub host_family: Option<HostFamily>,
    /// What is forwarded, and to which ports. Streams that are not there are passed over in silence.
    pub streams: Vec<ForwardStream>,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
    /// What the server asks for before anybody may forward.
    pub admin_key: Option<String>,
    /// The length of the SRTP authentication tag, bit: 32 or 80.
    pub srtp_suite: Option<u32>,
    /// The SRTP key, base64.
    pub srtp_crypto: Option<String>,
}

wire!(RtpForward {
    room, publisher_id, host, streams
    ; optional host_family, secret, admin_key, srtp_suite, srtp_crypto
});

/// One stream to forward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardStream {
    /// Which stream.
    pub mid: String,
    /// Where to, UDP port.
    pub port: u16,
    /// Where to, if not the request's host.
    pub host: Option<String>,
    /// Which addresses of that host are used.
    pub host_family: Option<HostFamily>,
    /// Where RTCP comes from, UDP port.
    pub rtcp_port: Option<u16>,
    /// The SSRC to use.
    pub ssrc: Option<u32>,
    /// The payload type to use.
    pub pt: Option<u32>,
    /// Forward the best simulcast layer in one stream.
    pub simulcast: Option<bool>,
    /// Where the second simulcast layer goes, UDP port.
    pub port_2: Option<u16>,
    /// Its SSRC.
    pub ssrc_2: Option<u32>,
    /// Its payload type.
    pub pt_2: Option<u32>,
    /// Where the third simulcast layer goes, UDP port.
    pub port_3: Option<u16>,
    /// Its SSRC.
    pub ssrc_3: Option<u32>,
    /// Its payload type.
    pub pt_3: Option<u32>,
}

wire!(ForwardStream {
    mid, port
    ; optional host, host_family, rtcp_port, ssrc, pt, simulcast, port_2, ssrc_2, pt_2, port_3, ssrc_3, pt_3
});

/// `stop_rtp_forward`
#[derive(Clone, Debug)]
pub struct StopRtpForward {
    /// The room.
    pub room: Id,
    /// Whose media.
    pub publisher_id: Id,
    /// Which forwarder.
    pub stream_id: u32,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
    /// What the server asks for before anybody may forward.
    pub admin_key: Option<String>,
}

wire!(StopRtpForward { room, publisher_id, stream_id; optional secret, admin_key });

/// `listforwarders`
#[derive(Clone, Debug)]
pub struct ListForwarders {
    /// The room.
    pub room: Id,
    /// Its secret, if it has one.
    pub secret: Option<String>,
}

wire!(ListForwarders { room; optional secret });

/// `publish_remotely`: on the server where the publisher is.
#[derive(Clone, Debug)]
pub struct PublishRemotely {
    /// The room.
    pub room: Id,
    /// Whose media.
    pub publisher_id: Id,
    /// A name for this copy.
    pub remote_id: String,
    /// The other server.
    pub host: String,
    /// Its port, from the answer to `add_remote_publisher`.
    pub port: u16,
    /// Which addresses of the host are used.
    pub host_family: Option<HostFamily>,
    /// Its RTCP port.
    pub rtcp_port: Option<u16>,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
    /// What the server asks for before anybody may forward.
    pub admin_key: Option<String>,
    /// The length of the SRTP authentication tag, bit: 32 or 80 (since 1.3.0).
    pub srtp_suite: Option<u32>,
    /// The SRTP key, base64 (since 1.3.0).
    pub srtp_crypto: Option<String>,
}

wire!(PublishRemotely {
    room, publisher_id, remote_id, host, port
    ; optional host_family, rtcp_port, secret, admin_key, srtp_suite, srtp_crypto
});

/// `unpublish_remotely`
#[derive(Clone, Debug)]
pub struct UnpublishRemotely {
    /// The room.
    pub room: Id,
    /// Whose media.
    pub publisher_id: Id,
    /// Which copy.
    pub remote_id: String,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(UnpublishRemotely { room, publisher_id, remote_id; optional secret });

/// `listremotes`
#[derive(Clone, Debug)]
pub struct ListRemotes {
    /// The room.
    pub room: Id,
    /// Whose copies.
    pub publisher_id: Id,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(ListRemotes { room, publisher_id; optional secret });

/// `add_remote_publisher`: on the server where somebody of another server is to be seen.
#[derive(Clone, Debug)]
pub struct AddRemotePublisher {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    pub id: Option<Id>,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
    /// The name shown to people.
    pub display: Option<String>,
    /// Anything more that others are to know, an object (since 1.3.0).
    pub metadata: Option<Json>,
    /// A multicast group to listen to.
    pub mcast: Option<String>,
    /// The network interface to listen on.
    pub iface: Option<String>,
    /// The UDP port to listen on; the server picks one otherwise.
    pub port: Option<u16>,
    /// The length of the SRTP authentication tag, bit: 32 or 80 (since 1.3.0).
    pub srtp_suite: Option<u32>,
    /// The SRTP key, base64 (since 1.3.0).
    pub srtp_crypto: Option<String>,
    /// What the publisher sends; never empty.
    pub streams: Vec<RemoteStream>,
}

wire!(AddRemotePublisher {
    room, streams
    ; optional id, secret, display, metadata, mcast, iface, port, srtp_suite, srtp_crypto
});

/// One stream of a publisher of another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteStream {
    /// Its mid over there; here the streams are numbered anew.
    pub mid: String,
    /// Its m-line's index.
    pub mindex: u32,
    /// Audio, video or data.
    pub kind: StreamKind,
    /// Its codec; needed for audio and video.
    pub codec: Option<String>,
    /// The publisher's words about it.
    pub description: Option<String>,
    /// Nothing is sent.
    pub disabled: Option<bool>,
    /// Opus in stereo.
    pub stereo: Option<bool>,
    /// Opus forward error correction.
    pub fec: Option<bool>,
    /// Opus discontinuous transmission.
    pub dtx: Option<bool>,
    /// The H.264 profile.
    pub h264_profile: Option<String>,
    /// The VP9 profile (since 1.2.1).
    pub vp9_profile: Option<String>,
    /// Several simulcast layers.
    pub simulcast: Option<bool>,
    /// Several SVC layers.
    pub svc: Option<bool>,
    /// The id of the audio level extension.
    pub audiolevel_ext_id: Option<u32>,
    /// The id of the video orientation extension.
    pub videoorient_ext_id: Option<u32>,
    /// The id of the playout delay extension.
    pub playoutdelay_ext_id: Option<u32>,
}

wire!(RemoteStream {
    mid, mindex, kind = "type"
    ; optional codec, description, disabled, stereo, fec, dtx, h264_profile, vp9_profile, simulcast, svc,
    audiolevel_ext_id, videoorient_ext_id, playoutdelay_ext_id
});

/// `update_remote_publisher`
#[derive(Clone, Debug)]
pub struct UpdateRemotePublisher {
    /// The room.
    pub room: Id,
    /// Which publisher.
    pub id: Id,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
    /// The name shown to people.
    pub display: Option<String>,
    /// Anything more that others are to know, an object (since 1.3.0).
    pub metadata: Option<Json>,
    /// The streams that are new or changed.
    pub streams: Vec<RemoteStream>,
}

wire!(UpdateRemotePublisher { room, id, streams; optional secret, display, metadata });

/// `remove_remote_publisher`
#[derive(Clone, Debug)]
pub struct RemoveRemotePublisher {
    /// The room.
    pub room: Id,
    /// Which publisher.
    pub id: Id,
    /// The room's secret, if it has one.
    pub secret: Option<String>,
}

wire!(RemoveRemotePublisher { room, id; optional secret });
