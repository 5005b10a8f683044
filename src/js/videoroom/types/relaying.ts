/** Requests that take media out of a server or bring it in. */
import type { Id } from '../../types.js';
import type { VideoRoom } from '../admin.js';
import type { AdminKey, InRoom, MediaKind, Metadata, Secret, Srtp } from './common.js';

/** `rtp_forward` */
export interface RtpForwardOptions extends InRoom, Secret, AdminKey, Srtp {
  /** Whose media. */
  publisherId: Id;
  /** Where it goes. */
  host: string;
  /** Which addresses of the host are used. */
  hostFamily?: 'ipv4' | 'ipv6' | undefined;
  /** What is forwarded, and to which ports. Streams that are not there are passed over. */
  streams: readonly ForwardedStream[];
}

/** One stream to forward. Ports are UDP. */
export interface ForwardedStream {
  mid: string;
  port: number;
  /** Where it goes, if not to the request's host. */
  host?: string | undefined;
  hostFamily?: 'ipv4' | 'ipv6' | undefined;
  /** Where RTCP comes from. */
  rtcpPort?: number | undefined;
  ssrc?: number | undefined;
  /** The payload type. */
  pt?: number | undefined;
  /** Forward the best simulcast layer as one stream. */
  simulcast?: boolean | undefined;
  /** Where the second simulcast layer goes. */
  port2?: number | undefined;
  ssrc2?: number | undefined;
  pt2?: number | undefined;
  /** Where the third simulcast layer goes. */
  port3?: number | undefined;
  ssrc3?: number | undefined;
  pt3?: number | undefined;
}

/** `stop_rtp_forward` */
export interface StopRtpForwardOptions extends InRoom, Secret, AdminKey {
  publisherId: Id;
  /** Which forwarder. */
  streamId: number;
}

/** `listforwarders` */
export interface ListForwardersOptions extends InRoom, Secret {}

/** `publish_remotely`: on the server where the publisher is. Encryption since 1.3.0. */
export interface PublishRemotelyOptions extends InRoom, Secret, AdminKey, Srtp {
  publisherId: Id;
  /** A name for this copy. */
  remoteId: string;
  /** The other server, and the ports it named in the answer to `add_remote_publisher`. */
  host: string;
  port: number;
  rtcpPort?: number | undefined;
  hostFamily?: 'ipv4' | 'ipv6' | undefined;
}

/** `unpublish_remotely` */
export interface UnpublishRemotelyOptions extends InRoom, Secret {
  publisherId: Id;
  /** Which copy. */
  remoteId: string;
}

/** `listremotes` */
export interface ListRemotesOptions extends InRoom, Secret {
  publisherId: Id;
}

/** `add_remote_publisher`: on the server where somebody of another server is to be seen. Encryption since 1.3.0. */
export interface AddRemotePublisherOptions extends InRoom, Secret, Srtp {
  /** The participant id to have; the server picks one otherwise. */
  id?: Id | undefined;
  display?: string | undefined;
  /** Since 1.3.0. */
  metadata?: Metadata | undefined;
  /** A multicast group to listen to. */
  mcast?: string | undefined;
  /** The network interface to listen on. */
  iface?: string | undefined;
  /** The UDP port to listen on; the server picks one otherwise. */
  port?: number | undefined;
  /** What the publisher sends. */
  streams: readonly RemoteStream[];
}

/** One stream of a publisher of another server. */
export interface RemoteStream {
  /** Its mid over there; here streams are numbered anew. */
  mid: string;
  mindex: number;
  type: MediaKind;
  /** Needed for audio and video. */
  codec?: string | undefined;
  description?: string | undefined;
  /** Nothing is sent. */
  disabled?: boolean | undefined;
  stereo?: boolean | undefined;
  fec?: boolean | undefined;
  dtx?: boolean | undefined;
  /** As text since 1.2.1. */
  h264Profile?: string | undefined;
  /** As text since 1.2.1. */
  vp9Profile?: string | undefined;
  simulcast?: boolean | undefined;
  svc?: boolean | undefined;
  audiolevelExtId?: number | undefined;
  videoorientExtId?: number | undefined;
  playoutdelayExtId?: number | undefined;
}

/** `update_remote_publisher` */
export interface UpdateRemotePublisherOptions extends InRoom, Secret {
  id: Id;
  display?: string | undefined;
  /** Since 1.3.0. */
  metadata?: Metadata | undefined;
  /** The streams that are new or changed. */
  streams: readonly RemoteStream[];
}

/** `remove_remote_publisher` */
export interface RemoveRemotePublisherOptions extends InRoom, Secret {
  id: Id;
}

/** The other end of a link: a room on another Janus. */
export interface LinkTarget extends Secret, Srtp {
  /** VideoRoom there. */
  rooms: VideoRoom;
  /** The room there. */
  room: Id;
  /** What it takes to look on there. */
  pin?: string | undefined;
  token?: string | undefined;
  /** The address of that server, as this one reaches it. */
  host: string;
  hostFamily?: 'ipv4' | 'ipv6' | undefined;
  /** The participant id to have there; the one it has here otherwise. */
  id?: Id | undefined;
  /** The name to have there; the one it has here otherwise. */
  display?: string | undefined;
  /** Where that server listens for the media: a UDP port, a network interface, a multicast group. */
  port?: number | undefined;
  iface?: string | undefined;
  mcast?: string | undefined;
  /** Put it in the place of a publisher of that id who came from another server (false). */
  replace?: boolean | undefined;
}

/** A publisher of a room on this Janus, to be shown in a room on another. */
export interface LinkPublisherOptions extends InRoom, Secret, AdminKey {
  /** Who. */
  publisherId: Id;
  /** What it takes to look on in the room. */
  pin?: string | undefined;
  token?: string | undefined;
  /** Where to. */
  to: LinkTarget;
}

/**
 * Where a link stands: being made, there, waiting for the publisher to publish again or for a connection to come
 * back, or over.
 */
export type LinkState = 'linking' | 'linked' | 'waiting' | 'ended';
