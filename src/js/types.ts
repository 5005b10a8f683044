import type { JanusError } from './errors.js';

/**
 * The id of a room, participant or feed, as Janus has it: integers beyond 2^53 are `bigint`, ids of
 * servers with `string_ids` are strings.
 */
export type Id = number | bigint | string;

/** What a track carries. */
export type TrackKind = 'audio' | 'video';

/** Where a track comes from; `unknown` for clients that do not say. */
export type TrackSource = 'camera' | 'microphone' | 'screen' | 'unknown';

/** Where a room stands. */
export type RoomState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';

/** Why a room is disconnected. */
export type DisconnectReason =
  | 'left'
  | 'join-failed'
  | 'connection-lost'
  | 'session-expired'
  | 'kicked'
  | 'room-destroyed';

/**
 * How well somebody's media gets through: `excellent`, `good` with small losses or delays, `poor` where one sees and
 * hears it, `lost` when nothing comes.
 */
export type ConnectionQuality = 'excellent' | 'good' | 'poor' | 'lost';

/** Where a connection stands. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** What a page's own transport tells; it may be told at any time, even before the transport is returned. */
export interface TransportEvents {
  /** It can send. Nothing is sent before. */
  open(): void;
  /** A message arrived. */
  message(text: string): void;
  /** It is closed, or could not be opened. */
  close(reason?: string): void;
}

/** A way to a server: text in both directions, in order. */
export interface Transport {
  /** Sends a message. */
  send(text: string): void;
  /** Closes it; what it tells later does not matter. */
  close(): void;
}

/** Something worth knowing about a connection. Secrets are left out. */
export interface LogEntry {
  /** `debug` for every message, `info` for states, `warn` while something is mended, `error` for good. */
  level: 'debug' | 'info' | 'warn' | 'error';
  /** What kind of thing it is. */
  kind: 'sent' | 'received' | 'unreadable' | 'opening' | 'opened' | 'dropped' | 'state';
  /** The message as JSON, or words. */
  text: string;
}

/** Something that was lost and is about to be tried again. */
export interface ReconnectAttempt {
  /** To reach the server, to find a way for packets of a peer connection, or to get into a room again that refuses us. */
  what: 'connection' | 'media' | 'room';
  /**
   * 1 for the first. It goes on counting where a connection that was back held for less than 5 s, and for media over peer
   * connections that are made anew.
   */
  number: number;
  /** How long it has been lost, ms; for a room, since it refused us first. */
  elapsed: number;
}

/** How what was lost is tried again. */
export interface ReconnectPolicy {
  /**
   * For how long it is tried, ms (120000), and for how long a room is asked again that refuses us on the way back (30000
   * where nothing is chosen).
   */
  budget?: number | undefined;
  /**
   * How long to wait before an attempt, ms; `undefined` gives up. By default
   * - to connect: none before the first, then 300 ms doubled each time up to 5 s, less a random part of up to a half. Given
   *   up, the connection is closed.
   * - for media: 2 s where packets are missing, and none where ICE failed. Three times ICE is restarted, each time with six
   *   seconds to help, and then the peer connection is made anew. Given up, it stays as it is until packets get through
   *   again, the network is another one, or `restartIce()` is called.
   * - for a room: 250 ms doubled each time up to 1 s; up to 5 s after half a minute, and where the room was ended. Given
   *   up, the call is over, for the reason there is.
   */
  delay?: ((attempt: ReconnectAttempt) => number | undefined) | undefined;
}

/** How a connection is made and kept. */
export interface ConnectionOptions {
  /**
   * A stored or signed token, where the server asks for one; or a function that gives one, called at the
   * beginning and when the server refused the last.
   */
  token?: string | (() => string | Promise<string>) | undefined;
  /** The server's API secret, where it asks for one. Never ship it in a public page. */
  apiSecret?: string | undefined;
  /** How long opening may take, per server, ms (10000). On the way back the first attempts are given up sooner. */
  connectTimeout?: number | undefined;
  /** How long a request may take once it was sent, ms (15000). */
  requestTimeout?: number | undefined;
  /** After how long a silence the server is asked for a sign of life, ms (2000). */
  probeInterval?: number | undefined;
  /** How long it may take to give it before the connection counts as lost, ms (2500). */
  probeTimeout?: number | undefined;
  /** How a lost connection is made again; `false` for not at all. */
  reconnect?: ReconnectPolicy | false | undefined;
  /**
   * What ends the sessions on the server at once (`['pagehide']`): the page is closed, navigates away or is
   * put into the back-forward cache; the browser freezes it in the background; or it is about to be closed,
   * though a dialog may keep it. What is not named is survived where the server allows it.
   */
  leaveOn?: readonly ('pagehide' | 'freeze' | 'beforeunload')[] | undefined;
  /** Opens connections in place of WebSocket and `fetch`. */
  transport?: ((url: string, events: TransportEvents) => Transport) | undefined;
  /** Hears what happens. Off by default. */
  logger?: ((entry: LogEntry) => void) | undefined;
  /** What is less important is kept from the logger (`info`). */
  logLevel?: LogEntry['level'] | undefined;
  /** How many messages and changes of state the flight recorder keeps (200); 0 for none. */
  recorder?: number | undefined;
}

/** How a handle is made. */
export interface AttachOptions {
  /** A name of the page's own, shown by event handlers and the admin API. */
  opaqueId?: string | undefined;
  /** Which event loop of the server handles the peer connection, where their number is fixed and clients may choose. */
  loopIndex?: number | undefined;
  /** A token for this handle alone, in place of the connection's. */
  token?: string | undefined;
}

/** Where a room is, and how media finds its way. */
export interface RoomOptions extends ConnectionOptions {
  /** Server addresses, tried in order: `wss:` or `ws:` for WebSocket, `https:` or `http:` for REST. */
  servers: string | readonly string[];
  /** STUN and TURN servers. */
  iceServers?: readonly RTCIceServer[] | undefined;
  /** `relay` uses TURN only. */
  iceTransportPolicy?: RTCIceTransportPolicy | undefined;
  /**
   * Receives of each video that was attached what is seen of it, and less where the network or the processor is short;
   * sends less where the processor is (true).
   */
  adaptive?: boolean | undefined;
}

/** How a camera is opened. Sizes and rates are wishes. */
export interface CameraOptions {
  /** The device; the browser's choice otherwise. */
  deviceId?: string | undefined;
  /** Width, px (640). */
  width?: number | undefined;
  /** Height, px (360). */
  height?: number | undefined;
  /** Pictures per second (30). */
  frameRate?: number | undefined;
  /** Send several sizes at once, so that the server can choose for each viewer (false). */
  simulcast?: boolean | undefined;
}

/** How a microphone is opened. */
export interface MicrophoneOptions {
  /** The device; the browser's choice otherwise. */
  deviceId?: string | undefined;
  /** Remove what the loudspeaker plays (true). */
  echoCancellation?: boolean | undefined;
  /** Remove steady noise (true). */
  noiseSuppression?: boolean | undefined;
  /** Keep the loudness even (true). */
  autoGainControl?: boolean | undefined;
  /** 2 for stereo; the browser's choice otherwise. */
  channelCount?: number | undefined;
}

/** How a screen is shared. */
export interface ScreenOptions {
  /** The most in width, px; as it is otherwise. */
  width?: number | undefined;
  /** The most in height, px; as it is otherwise. */
  height?: number | undefined;
  /** Pictures per second (15). */
  frameRate?: number | undefined;
  /** With its sound, where the browser gives it (true). */
  audio?: boolean | undefined;
}

/** How a track is published. What is left out is chosen by what the track is. */
export interface TrackPublishOptions {
  /** What it is; of tracks that are not the library's `unknown` by default. */
  source?: TrackSource | undefined;
  /** A name for people to see. */
  name?: string | undefined;
  /**
   * Send a picture in several sizes, so that the server can choose for each viewer: three from 960 by 540 px on, two from
   * 480 by 270 px on (false).
   */
  simulcast?: boolean | undefined;
  /** Send a picture in SVC layers, `L3T3` for example. Needs a codec that has it (VP9, AV1) and a room that takes it. */
  scalabilityMode?: string | undefined;
  /** The codec to prefer. If the room or the browser lacks it, its own choice is taken; `settings.codec` tells. */
  codec?: 'vp8' | 'vp9' | 'h264' | 'h265' | 'av1' | 'opus' | (string & {}) | undefined;
  /** The most it may take, all layers together, bit/s; by default what its size and rate suggest. */
  maxBitrate?: number | undefined;
  /** The most pictures per second. */
  maxFrameRate?: number | undefined;
  priority?: RTCPriorityType | undefined;
  /** What gives way when there is not enough. */
  degradationPreference?: RTCDegradationPreference | undefined;
  /** What it shows or sounds like. */
  contentHint?: 'motion' | 'detail' | 'text' | 'speech' | 'speech-recognition' | 'music' | '' | undefined;
  /** Which layers are sent, best first; all by default. */
  layers?: readonly boolean[] | undefined;
  /** Opus sends next to nothing in silence. */
  dtx?: boolean | undefined;
  /** Opus repairs lost packets from the next. */
  fec?: boolean | undefined;
  /** Opus in stereo; capture with `channelCount: 2` and without processing. */
  stereo?: boolean | undefined;
}

/** How data is sent. */
export interface DataOptions {
  /** Whether what is lost on the way to the server is sent again until it arrives (true). */
  reliable?: boolean | undefined;
  /** Whether it gets to the server in the order in which it was sent; by default what is reliable does. */
  ordered?: boolean | undefined;
  /** For how long what is lost is sent again, ms, with `reliable: false` alone (0: not at all). */
  maxLifetime?: number | undefined;
  /** Gives up what is not on its way yet. */
  signal?: AbortSignal | undefined;
}

/** What `info` says of the server, with Janus's own names. */
export interface ServerInfo {
  /** The server's name. */
  name: string;
  /** The version as an integer: 1102 for 1.1.2. */
  version: number;
  /** The version as text. */
  version_string: string;
  /** The transports the server has, by package name. */
  transports: Record<string, PluginInfo>;
  /** The plugins the server has, by package name. */
  plugins: Record<string, PluginInfo>;
  /** After how many seconds without a request a session ends. */
  'session-timeout': number;
  /** Everything else the server says. */
  [key: string]: unknown;
}

/** What `info` says of one plugin or transport. */
export interface PluginInfo {
  /** Its name. */
  name: string;
  /** What it does. */
  description: string;
  /** Its version as text. */
  version_string: string;
  /** Its version as an integer. */
  version: number;
  /** Everything else. */
  [key: string]: unknown;
}

/** A session description with Janus's flags. */
export interface Jsep {
  type: 'offer' | 'answer';
  sdp: string;
  /** `false`: the SDP holds every candidate. */
  trickle?: boolean;
  /** The media is end-to-end encrypted. */
  e2ee?: boolean;
  /** With an offer: simulcast layers come from the best to the least (`hml`), or the other way round. */
  rid_order?: 'hml' | 'lmh';
  /** With an offer: the server is to use TURN only, where it lets clients decide. */
  force_relay?: boolean;
  /** With an offer: the SVC modes of its m-lines (since 1.1.4). */
  svc?: { mindex: number; svc: string }[];
}

/** A plugin's words, and a session description that came with them. */
export interface PluginMessage {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each plugin has words of its own
  data: any;
  jsep?: Jsep;
}

/** What a handle tells without being asked. */
export interface HandleEventMap {
  /** The plugin says something; `answers` to a request of yours that was answered before, or timed out. */
  event: PluginMessage & { answers?: boolean };
  /** ICE and DTLS are up. */
  webrtcup: Record<never, never>;
  /** The server began or ceased to receive our media. */
  media: { mid: string; receiving: boolean; substream?: number };
  /** Packets are being lost: towards us (`uplink: true`) or towards the server. */
  slowlink: { mid: string; uplink: boolean; lost: number };
  /** ICE failed after having worked. */
  icefailed: Record<never, never>;
  /** The peer connection is gone, the handle is still there. */
  hangup: { reason: string };
  /** A candidate of the server's. */
  trickle: { candidate: RTCIceCandidateInit & { completed?: boolean } };
  /** The handle is gone. */
  detached: Record<never, never>;
}

/** Fields of `stateChanged`. */
export interface StateChanged {
  state: RoomState;
  /** With `disconnected` only. */
  reason?: DisconnectReason;
  /** With `reconnecting`, what was lost, if it was the connection or the session; with `disconnected`, what went wrong, if anything did. */
  error?: JanusError;
}
