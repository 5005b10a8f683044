/** What publishers and subscribers are told. */
import type { HandleEventMap, Id, PluginMessage } from '../../types.js';
import type { Mapping, ParticipantBrief, PublisherInfo } from './answers.js';

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
