/** What joining is told, and what is made ahead of it. */
import { checked } from './checks.js';
import { invalidArgument } from './errors.js';
import type { Abortable } from './events.js';
import { stringify } from './json.js';
import { LocalTrack } from './track.js';
import type { CameraOptions, Id, MicrophoneOptions, TrackPublishOptions } from './types.js';
import type { CreateRoomOptions, Metadata } from './videoroom/types.js';

/** What is made ahead of joining, besides the connection. */
export interface PrepareOptions {
  /**
   * Makes the offer of these tracks, so that it travels with joining at once. `join()` publishes them unless it names
   * tracks itself, until `leave()` or until something else is prepared.
   */
  tracks?: JoinOptions['tracks'];
  /** The offer holds a place ready for a screen, as that of `join({ reserveScreen })` does (false). */
  reserveScreen?: boolean | undefined;
}

/** A stay in a room. */
export interface JoinOptions extends Abortable {
  /** The room. */
  room: Id;
  /** The name shown to people. */
  display?: string | undefined;
  /**
   * What the others are told about us, an object of JSON: their `participant.metadata`. Janus before 1.3.0 ignores it.
   * `attributes` in it are the library's: see `setAttributes()`.
   */
  metadata?: Metadata | undefined;
  /** The participant id to have; the server picks one otherwise. */
  id?: Id | undefined;
  /** The room's pin, if it is not that of `create`. */
  pin?: string | undefined;
  /** A token of the room's list, or a signed one. */
  token?: string | undefined;
  /** Makes the room if it is not there, in this way; fields an older server does not know it ignores. */
  create?: Omit<CreateRoomOptions, 'room'> | undefined;
  /**
   * What the room lets one publisher send (its `bitrate`), bit/s: all layers of a picture together stay within it. Janus
   * does not tell; that of `create` by default.
   */
  roomBitrate?: number | undefined;
  /**
   * For how long a room that is ended while we are in it is waited for, ms, in case it is made again: `reconnecting`
   * meanwhile, with the people and tracks there are (0: the call is over at once). One that is gone with a server that
   * started again is waited for as well. Who was kicked while the connection was away is taken for one who missed such an
   * end.
   */
  awaitRoom?: number | undefined;
  /** Opens the camera and publishes it, unless `tracks` bring one. An unanswered prompt delays nobody. */
  camera?: boolean | CameraOptions | undefined;
  /** Opens the microphone and publishes it. */
  microphone?: boolean | MicrophoneOptions | undefined;
  /**
   * Publishes tracks the page has, each alone or with its options; those of `prepare()` by default. They stay the page's:
   * leaving does not stop them. Those of `createLocalTracks()` are switched like those the room opens.
   */
  tracks?: readonly (LocalTrack | MediaStreamTrack | TrackToPublish)[] | undefined;
  /** Whether everything others publish is received of itself (true). */
  subscribe?: boolean | undefined;
  /** Opens the way for data at once; otherwise with the first that is sent, which takes a negotiation (false). */
  data?: boolean | undefined;
  /**
   * Holds a place ready for a screen beside the camera, and for its sound where the browser shares it: a screen starts and
   * stops without a negotiation of ours then (false). Pages that do not use this library see a video stream of which
   * nothing comes, called `screen (off)`, while none is shared.
   */
  reserveScreen?: boolean | undefined;
  /** Tells the server that what we send is end-to-end encrypted; the encryption is the page's (false). */
  e2ee?: boolean | undefined;
}

/** What a room asks of those who come in; what is left out stays as it is. */
export interface RoomCredentials {
  /** The room's pin. */
  pin?: string | undefined;
  /** A token of the room's list, or a signed one. */
  token?: string | undefined;
}

/** A track with the way it is published. */
export interface TrackToPublish extends TrackPublishOptions {
  track: LocalTrack | MediaStreamTrack;
}

interface GivenTrack {
  track: MediaStreamTrack;
  options: string;
  device?: string | undefined;
}

function given(entry: LocalTrack | MediaStreamTrack | TrackToPublish): GivenTrack {
  const isTrack = entry instanceof LocalTrack || entry instanceof MediaStreamTrack;
  const { track, ...options } = isTrack ? { track: entry } : entry;
  if (track instanceof LocalTrack) {
    const text = stringify(checked('publishing', { source: track.source, ...options }, ''));
    return { track: track.mediaStreamTrack, options: text, device: track._device };
  }
  if (track instanceof MediaStreamTrack) return { track, options: stringify(checked('publishing', options, '')) };
  throw invalidArgument('tracks: expected a list of tracks');
}

/** The tracks of a list, as the core takes them. */
export function givenTracks(tracks: unknown): GivenTrack[] {
  if (!Array.isArray(tracks)) throw invalidArgument('tracks: expected a list of tracks');
  const all = tracks.map((track: unknown) => given((track ?? {}) as TrackToPublish));
  // Named twice, it is published once, as by `publishTrack()`.
  return all.filter(({ track }, index) => all.findIndex((one) => one.track === track) === index);
}
