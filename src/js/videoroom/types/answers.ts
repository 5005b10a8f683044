/** What the plugin answers. */
import type { Id, Jsep } from '../../types.js';
import type { MediaKind, Metadata } from './common.js';

/** The answer to `create`, `edit` and `destroy`. */
export interface RoomChanged {
  room: Id;
  /** Whether the server's configuration holds the change. False although asked for: it could not be saved. */
  permanent: boolean;
}

/** One room of `list`. */
export interface RoomInfo {
  room: Id;
  description: string;
  pinRequired: boolean;
  isPrivate: boolean;
  maxPublishers: number;
  /** bit/s; 0 for no limit. */
  bitrate: number;
  bitrateCap?: boolean;
  /** s; 0 for never. */
  firFreq: number;
  requirePvtid: boolean;
  requireE2ee: boolean;
  dummyPublisher: boolean;
  notifyJoining: boolean;
  /** Best first, with commas. */
  audiocodec: string;
  videocodec: string;
  opusFec?: boolean;
  opusDtx?: boolean;
  /** Before 1.1.4. */
  videoSvc?: boolean;
  record: boolean;
  recDir?: string;
  lockRecord: boolean;
  numParticipants: number;
  audiolevelExt: boolean;
  audiolevelEvent: boolean;
  audioActivePackets?: number;
  audioLevelAverage?: number;
  videoorientExt: boolean;
  playoutdelayExt: boolean;
  transportWideCcExt: boolean;
}

/** A participant, as others know it. */
export interface ParticipantBrief {
  id: Id;
  display?: string;
  /** Since 1.3.0. */
  metadata?: Metadata;
}

/** One participant of `listparticipants`. */
export interface ParticipantInfo extends ParticipantBrief {
  /** Whether the participant publishes now. */
  publisher: boolean;
  /** Whether the participant is speaking, where the server knows. */
  talking?: boolean;
  /** A publisher of the server's own, never to be shown. */
  dummy?: boolean;
  /** The participant is in a room of another server. */
  remote?: boolean;
}

/** One RTP forwarder. */
export interface Forwarder {
  /** What `stopRtpForward` asks for. */
  streamId: number;
  type: MediaKind;
  host: string;
  port: number;
  localRtcpPort?: number;
  remoteRtcpPort?: number;
  ssrc?: number;
  pt?: number;
  /** Which simulcast layer, if not the first. */
  substream?: number;
  /** Whether it is encrypted. */
  srtp?: boolean;
}

/** The answer to `rtp_forward`. */
export interface RtpForwarded {
  room: Id;
  publisherId: Id;
  /** One for each stream and simulcast layer. */
  forwarders: Forwarder[];
}

/** One publisher of `listforwarders`. */
export interface PublisherForwarders {
  publisherId: Id;
  display?: string;
  metadata?: Metadata;
  forwarders: Forwarder[];
}

/** One copy of `listremotes`. */
export interface Remote {
  remoteId: string;
  host: string;
  port: number;
  rtcpPort?: number;
}

/** The answer to `add_remote_publisher`: where its media is awaited. */
export interface RemotePublisher {
  room: Id;
  /** The participant id it has here. */
  id: Id;
  ip?: string;
  port: number;
  rtcpPort?: number;
}

/** A participant who publishes. */
export interface PublisherInfo extends ParticipantBrief {
  /** A publisher of the server's own, never to be shown. */
  dummy?: boolean;
  /** Whether the participant is speaking; in `joined` only. */
  talking?: boolean;
  streams: StreamInfo[];
}

/** One published stream. */
export interface StreamInfo {
  type: MediaKind;
  mindex: number;
  mid: string;
  /** Nothing is sent, or the codec is not the room's. */
  disabled?: boolean;
  description?: string;
  codec?: string;
  stereo?: boolean;
  fec?: boolean;
  dtx?: boolean;
  /** In `joined` only, and unreliable there: see {@link PublisherInfo.talking}. */
  talking?: boolean;
  h264Profile?: string;
  vp9Profile?: string;
  simulcast?: boolean;
  svc?: boolean;
  /** A moderator muted it. Of sound the server tells once; a `Publisher` remembers, as long as it is published. */
  moderated?: boolean;
  /** Of our own streams, since 1.3.2. */
  audiolevelExtId?: number;
  videoorientExtId?: number;
  playoutdelayExtId?: number;
}

/** The answer to `join` as a publisher. */
export interface Joined {
  room: Id;
  description: string;
  /** Our participant id. */
  id: Id;
  /** Ties subscriptions to us, where the room asks for that. */
  privateId: number;
  /** Who publishes already. */
  publishers: PublisherInfo[];
  /** Who is there without publishing, in rooms with `notifyJoining`. */
  attendees?: ParticipantBrief[];
  audioActivePackets?: number;
  audioLevelAverage?: number;
}

/** What the server made of an offer. */
export interface Published {
  /** Our streams. One that is disabled right after publishing has a codec that is not the room's. */
  streams: StreamInfo[];
  /** The answer, for our peer connection. */
  jsep: Jsep;
}

/** One m-line of a subscription. */
export interface SubStream {
  type: MediaKind;
  /** Whether a source is attached. */
  active: boolean;
  mindex: number;
  /** The m-line's mid in the subscription, unrelated to the publisher's. */
  mid: string;
  crossrefid?: string;
  /** Whether the peer connection is up. */
  ready: boolean;
  /** Whether it is sent. */
  send: boolean;
  /** Of data: how many publishers it comes from, and which. */
  sources?: number;
  sourceIds?: Id[];
  feedId?: Id;
  feedDisplay?: string;
  /** Since 1.3.0. */
  feedMetadata?: Metadata;
  feedMid?: string;
  feedDescription?: string;
  codec?: string;
  h264Profile?: string;
  vp9Profile?: string;
  /** 10 ms. */
  playoutDelay?: { minDelay: number; maxDelay: number };
  /** The layers that come and that were asked for; -1 where none is yet. */
  simulcast?: {
    substream: number;
    substreamTarget: number;
    temporalLayer: number;
    temporalLayerTarget: number;
    /** µs */
    fallback?: number;
  };
  svc?: { spatialLayer: number; targetSpatialLayer: number; temporalLayer: number; targetTemporalLayer: number };
}

/** What a subscription carries, and the offer to answer with `start` if there is one. */
export interface Mapping {
  /** Every m-line; absent if nothing changed, or if an offer is outstanding and another comes later. */
  streams?: SubStream[];
  jsep?: Jsep;
}

/** The answer to `switch`. */
export interface Switched {
  /** How many m-lines have another source now. */
  changes: number;
  /** Every m-line. */
  streams: SubStream[];
}
