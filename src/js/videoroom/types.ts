import type { HandleEventMap, Id, Jsep, PluginMessage } from '../types.js';
import type { VideoRoom } from './admin.js';

/** The most a person may know of another: an object of the page's own (since Janus 1.3.0). */
export type Metadata = Record<string, unknown>;

/** Audio, video, or data channel messages. */
export type MediaKind = 'audio' | 'video' | 'data';

/** Who may change a room: whoever knows its secret. */
export interface Secret {
  /** The room's secret, if it has one. */
  secret?: string | undefined;
}

/** What the server asks for before anybody may do it, where it was configured to. */
export interface AdminKey {
  adminKey?: string | undefined;
}

/** A request about a room. */
export interface InRoom {
  room: Id;
}

/** `create`: every field optional. */
export interface CreateRoomOptions extends Secret, AdminKey {
  /** The id the room is to have; the server picks one otherwise. */
  room?: Id | undefined;
  /** Its name. */
  description?: string | undefined;
  /** What it takes to join. */
  pin?: string | undefined;
  /** Leave the room out of `list` (false). */
  isPrivate?: boolean | undefined;
  /** Tokens that may join; present, even empty, it locks the room to them. */
  allowed?: readonly string[] | undefined;
  /** Save it in the server's configuration (false). */
  permanent?: boolean | undefined;
  /** Subscribers must show the private id of a participant (false). */
  requirePvtid?: boolean | undefined;
  /** Tokens are signed ones (false). */
  signedTokens?: boolean | undefined;
  /** The most each may send, bit/s; 0 for no limit. The server makes 64,000 of less. */
  bitrate?: number | undefined;
  /** Participants may not ask for more than `bitrate` (false). */
  bitrateCap?: boolean | undefined;
  /** How often the server asks for keyframes, s; 0 for never. */
  firFreq?: number | undefined;
  /** How many may publish at once (3). */
  publishers?: number | undefined;
  /** Audio codecs, best first, with commas, at most five (`opus`). */
  audiocodec?: string | undefined;
  /** Video codecs, best first, with commas, at most five (`vp8`). */
  videocodec?: string | undefined;
  /** The VP9 profile to prefer, `2` for example. */
  vp9Profile?: string | undefined;
  /** The H.264 profile to prefer, `42e01f` for example. */
  h264Profile?: string | undefined;
  /** Opus forward error correction (true). */
  opusFec?: boolean | undefined;
  /** Opus discontinuous transmission (false). */
  opusDtx?: boolean | undefined;
  /** Negotiate the audio level extension (true). */
  audiolevelExt?: boolean | undefined;
  /** Announce who speaks (false). */
  audiolevelEvent?: boolean | undefined;
  /** Over how many packets the level is taken (100). */
  audioActivePackets?: number | undefined;
  /** The level from which somebody speaks, -dBov (25). */
  audioLevelAverage?: number | undefined;
  /** Negotiate the video orientation extension (true). */
  videoorientExt?: boolean | undefined;
  /** Negotiate the playout delay extension (true). */
  playoutdelayExt?: boolean | undefined;
  /** Negotiate transport-wide congestion control (true). */
  transportWideCcExt?: boolean | undefined;
  /** Record the room (false). */
  record?: boolean | undefined;
  /** Where recordings go, a folder of the server's. */
  recDir?: string | undefined;
  /** Only who knows the secret may change recording (false). */
  lockRecord?: boolean | undefined;
  /** Announce people who do not publish (false). */
  notifyJoining?: boolean | undefined;
  /** Media must be end-to-end encrypted (false). */
  requireE2ee?: boolean | undefined;
  /** Have a publisher of the server's that sends nothing, so that subscriptions can begin early (false). */
  dummyPublisher?: boolean | undefined;
  /** What that publisher pretends to send. */
  dummyStreams?: readonly DummyStream[] | undefined;
  /** It counts as encrypted (since 1.3.2). */
  dummyE2ee?: boolean | undefined;
  /** How many helper threads relay the room's media (since 1.2.3). */
  threads?: number | undefined;
  /** Rooms of VP9 alone whose streams have SVC layers (before 1.1.4; a flag of the offer since). */
  videoSvc?: boolean | undefined;
}

/** What a dummy publisher pretends to send. */
export interface DummyStream {
  codec: string;
  /** Format parameters, as in SDP. */
  fmtp?: string | undefined;
}

/** `edit`. The server ignores empty texts: a pin or a secret can be changed, not removed. */
export interface EditRoomOptions extends InRoom, Secret {
  newDescription?: string | undefined;
  newSecret?: string | undefined;
  newPin?: string | undefined;
  newIsPrivate?: boolean | undefined;
  newRequirePvtid?: boolean | undefined;
  /** The most each may send, bit/s; 0 for no limit. */
  newBitrate?: number | undefined;
  /** How often the server asks for keyframes, s; 0 for never. */
  newFirFreq?: number | undefined;
  /** How many may publish at once. */
  newPublishers?: number | undefined;
  newLockRecord?: boolean | undefined;
  newRecDir?: string | undefined;
  /** Save the change in the server's configuration (false). */
  permanent?: boolean | undefined;
}

/** `destroy` */
export interface DestroyRoomOptions extends InRoom, Secret {
  /** Remove it from the server's configuration too (false). */
  permanent?: boolean | undefined;
}

/** `list` */
export interface ListOptions extends AdminKey {}

/** `allowed` */
export interface AllowedOptions extends InRoom, Secret {
  /** Have only the tokens of the list join, have everybody join, or change the list. */
  action: 'enable' | 'disable' | 'add' | 'remove';
  /** The tokens to add or to remove. */
  allowed?: readonly string[] | undefined;
}

/** `kick` */
export interface KickOptions extends InRoom, Secret {
  /** Whom. */
  id: Id;
}

/** `moderate` */
export interface ModerateOptions extends InRoom, Secret {
  /** Whose stream. */
  id: Id;
  /** Which stream. */
  mid: string;
  mute: boolean;
}

/** `enable_recording` */
export interface EnableRecordingOptions extends InRoom, Secret {
  record: boolean;
}

/** How RTP is encrypted on its way. */
export interface Srtp {
  /** The length of the authentication tag, bit. */
  srtpSuite?: 32 | 80 | undefined;
  /** The key, base64. */
  srtpCrypto?: string | undefined;
}

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
  h264Profile?: string | undefined;
  /** Since 1.2.1. */
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

/** `join` as a publisher. */
export interface JoinPublisherOptions extends InRoom {
  /** The participant id to have; the server picks one otherwise. */
  id?: Id | undefined;
  /** The name shown to people. */
  display?: string | undefined;
  /** Since 1.3.0. */
  metadata?: Metadata | undefined;
  pin?: string | undefined;
  /** A token of the room's list, or a signed one. */
  token?: string | undefined;
  /** Over how many packets our level is taken, in place of the room's number. */
  audioActivePackets?: number | undefined;
  /** The level from which we speak, -dBov, in place of the room's. */
  audioLevelAverage?: number | undefined;
}

/** Words about a stream, for others to read. */
export interface StreamDescription {
  mid: string;
  description: string;
}

/** What an offer may come with. */
export interface Publishing {
  /** The audio codec to use, one of the room's. */
  audiocodec?: string | undefined;
  /** The video codec to use, one of the room's. */
  videocodec?: string | undefined;
  /** The most to send, bit/s; 0 for no limit. */
  bitrate?: number | undefined;
  /** Record us. */
  record?: boolean | undefined;
  /** Where the recording goes, a path of the server's without its ending. */
  filename?: string | undefined;
  descriptions?: readonly StreamDescription[] | undefined;
}

/** `joinandconfigure` */
export interface JoinAndConfigureOptions extends JoinPublisherOptions, Publishing {}

/** `publish` */
export interface PublishOptions extends Publishing, Secret {
  /** A new name. */
  display?: string | undefined;
  /** Since 1.3.0. */
  metadata?: Metadata | undefined;
  audioActivePackets?: number | undefined;
  audioLevelAverage?: number | undefined;
}

/** `configure` of a publisher. Others hear of a new name only if there was one before. */
export interface ConfigurePublisherOptions extends PublishOptions {
  /** Ask our browser for keyframes of all streams. With `streams`, say it there. */
  keyframe?: boolean | undefined;
  /** What single streams are to do, once they are published. */
  streams?: readonly PublisherStream[] | undefined;
}

/** What one of our streams is to do. */
export interface PublisherStream {
  /** Which; a single entry without it is for all. */
  mid?: string | undefined;
  /** Whether the server relays it. Nobody is told. */
  send?: boolean | undefined;
  /** Ask our browser for a keyframe. */
  keyframe?: boolean | undefined;
  /** The least playout delay receivers are told, 10 ms; negative for none. */
  minDelay?: number | undefined;
  /** The most playout delay receivers are told, 10 ms; negative for none. */
  maxDelay?: number | undefined;
}

/** Which layers of a stream to receive, each 0 to 2. */
export interface Layers {
  /** The simulcast layer. */
  substream?: number | undefined;
  /** The temporal layer of a simulcast. */
  temporal?: number | undefined;
  /** The spatial layer of an SVC stream. */
  spatialLayer?: number | undefined;
  /** The temporal layer of an SVC stream. */
  temporalLayer?: number | undefined;
}

/** How a stream is received. */
export interface Receiving extends Layers {
  /** After how long without a packet the next lower layer is taken, µs (250,000). */
  fallback?: number | undefined;
  /** The least playout delay, 10 ms; negative for none. */
  minDelay?: number | undefined;
  /** The most playout delay, 10 ms; negative for none. */
  maxDelay?: number | undefined;
}

/** One stream to receive, or all of a feed. */
export interface Subscription extends Receiving {
  /** The publisher. */
  feed: Id;
  /** Which stream; all of the feed if left out. In `join` name those that are not disabled. */
  mid?: string | undefined;
  /** A name of one's own for it, which the server repeats. */
  crossrefid?: string | undefined;
}

/** One more stream to receive. */
export interface LiveSubscription extends Subscription {
  /** Whether it is relayed at once (true). */
  send?: boolean | undefined;
}

/** `join` as a subscriber. */
export interface JoinSubscriberOptions extends InRoom {
  /** At least one. One bad entry fails the whole. */
  streams: readonly Subscription[];
  /** Put feed ids into the offer, as the ids of media streams (false). */
  useMsid?: boolean | undefined;
  /** Offer anew when a publisher goes (true). */
  autoupdate?: boolean | undefined;
  /** Of our publisher; rooms may ask for it. */
  privateId?: number | undefined;
  pin?: string | undefined;
  token?: string | undefined;
}

/** `subscribe` */
export interface SubscribeOptions {
  streams: readonly LiveSubscription[];
}

/** What to stop receiving: an m-line, or a feed that still publishes. */
export interface Unsubscription {
  /** The subscription's m-line. */
  subMid?: string | undefined;
  feed?: Id | undefined;
  /** Which of the feed's streams; all if left out. */
  mid?: string | undefined;
}

/** `unsubscribe` */
export interface UnsubscribeOptions {
  streams: readonly Unsubscription[];
}

/** `update`: at least one of the two. Removals go first. */
export interface UpdateOptions {
  subscribe?: readonly LiveSubscription[] | undefined;
  unsubscribe?: readonly Unsubscription[] | undefined;
}

/** `configure` of a subscriber. */
export interface ConfigureSubscriberOptions {
  streams?: readonly SubscriberStream[] | undefined;
  /** Offer an ICE restart. */
  restart?: boolean | undefined;
  /** Offer anew. */
  update?: boolean | undefined;
}

/** How one m-line is received. */
export interface SubscriberStream extends Receiving {
  /** Which; a single entry without it is for all. */
  mid?: string | undefined;
  /** Whether it is sent. */
  send?: boolean | undefined;
}

/** `switch` */
export interface SwitchOptions {
  streams: readonly Switch[];
}

/** Another source for an m-line, of the same kind and codec. Layers since 1.1.4. */
export interface Switch extends Layers {
  feed: Id;
  mid: string;
  /** The m-line. */
  subMid: string;
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

/** What each request of VideoRoom takes, by the method that sends it. */
export interface VideoRoomRequestMap {
  create: CreateRoomOptions;
  edit: EditRoomOptions;
  destroy: DestroyRoomOptions;
  exists: InRoom;
  list: ListOptions;
  listParticipants: InRoom;
  allowed: AllowedOptions;
  kick: KickOptions;
  moderate: ModerateOptions;
  enableRecording: EnableRecordingOptions;
  rtpForward: RtpForwardOptions;
  stopRtpForward: StopRtpForwardOptions;
  listForwarders: ListForwardersOptions;
  publishRemotely: PublishRemotelyOptions;
  unpublishRemotely: UnpublishRemotelyOptions;
  listRemotes: ListRemotesOptions;
  addRemotePublisher: AddRemotePublisherOptions;
  updateRemotePublisher: UpdateRemotePublisherOptions;
  removeRemotePublisher: RemoveRemotePublisherOptions;
  joinPublisher: JoinPublisherOptions;
  joinAndConfigure: JoinAndConfigureOptions;
  publish: PublishOptions;
  configurePublisher: ConfigurePublisherOptions;
  unpublish: object;
  leavePublisher: object;
  joinSubscriber: JoinSubscriberOptions;
  start: object;
  pause: object;
  subscribe: SubscribeOptions;
  unsubscribe: UnsubscribeOptions;
  update: UpdateOptions;
  configureSubscriber: ConfigureSubscriberOptions;
  switch: SwitchOptions;
  leaveSubscriber: object;
}

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
  /** A moderator muted it. Of sound, in `joined` only. */
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

/** Who speaks, or ceased to. */
export interface Talking {
  id: Id;
  mid: string;
  mindex: number;
  /** How loud, dBov: 0 is loudest, 127 is silence. */
  level: number;
}

/** What a publisher is told. */
export interface PublisherEventMap extends HandleEventMap {
  /** Publishers are new or changed; each entry replaces what was known. */
  publishers: { publishers: PublisherInfo[] };
  /** Somebody came who does not publish, in rooms with `notifyJoining`. */
  joining: ParticipantBrief;
  /** Somebody stopped publishing. Repeats, and comes for people who never published. */
  unpublished: ParticipantBrief;
  /** Somebody left. */
  leaving: ParticipantBrief;
  /** Somebody was sent out; no `leaving` follows. */
  kicked: ParticipantBrief;
  /** We were sent out. */
  kickedOurselves: Record<never, never>;
  /** Somebody has another name, other metadata, or both. */
  changed: ParticipantBrief;
  /** A moderator muted or unmuted a stream, maybe ours. */
  moderated: { id: Id; mid: string; muted: boolean };
  /** Somebody, maybe we, began to speak. */
  talking: Talking;
  /** Somebody, maybe we, ceased to speak. */
  stoppedTalking: Talking;
  /** The room is gone. */
  destroyed: Record<never, never>;
  /** The plugin's `slow_link`: packets get lost, and we may send only so much for now, bit/s. */
  slowLink: { currentBitrate?: number };
  /** What this library has no name for. */
  event: PluginMessage;
}

/** What a subscriber is told. */
export interface SubscriberEventMap extends HandleEventMap {
  /** The m-lines changed without our asking, or after it. Answer the offer with `start`. */
  updated: Mapping;
  /** Another layer of a stream comes; what is absent did not change. */
  layerChanged: { mid: string; substream?: number; temporal?: number; spatialLayer?: number; temporalLayer?: number };
  /** The plugin's `slow_link`: packets get lost on their way to us. */
  slowLink: Record<never, never>;
  /** What this library has no name for. */
  event: PluginMessage;
}
