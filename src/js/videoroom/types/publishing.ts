/** Requests of publishers. */
import type { Id } from '../../types.js';
import type { InRoom, Metadata, Secret } from './common.js';

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
