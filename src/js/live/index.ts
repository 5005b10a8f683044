/** What a call does once it is up: loaded then, so that it delays no first frame. */
import type { RoomCore } from '../../../pkg/janus.js';
import type { Room } from '../room.js';
import type { RoomEventMap } from '../model.js';
import type { RoomOptions, StateChanged } from '../types.js';
import { adaptive } from './adaptive/index.js';
import { exchange } from '../exchange/index.js';
import { Quality } from './quality.js';
import { tellSpeakers } from './speakers.js';
import { watchStalls } from './stalls.js';

export { debugBundle } from './debug.js';
export {
  request, sendChatMessage, sendFile, setAttributes, setHandRaised, setMetadata, takeEnvelope,
} from '../exchange/index.js';
export { moderation } from './moderation.js';
export { simulate } from './simulate.js';

/** What a feature works with: the room as a page sees it, and a way to tell. @internal */
export interface Host {
  readonly room: Room;
  /** How it was made. Holds secrets. */
  readonly options: RoomOptions;
  /** Its last changes of state, the last one last. */
  readonly states: ({ at: number } & StateChanged)[];
  /** What is under it; there is none before anything was asked of the room. */
  core(): RoomCore | undefined;
  /** The stay in a room there is, or that comes next: it is aborted when it is over. */
  stay(): AbortSignal;
  /** Says something to the libraries of the other pages of a stay, in one frame. */
  send(envelope: Uint8Array<ArrayBuffer>, stay: AbortSignal): Promise<void>;
  /** Does what belongs to a stay: rejects with `aborted` what comes too late because we left. */
  within<T>(work: (stay: AbortSignal) => Promise<T>): Promise<T>;
  emit<K extends keyof RoomEventMap>(type: K, event: RoomEventMap[K]): void;
}

/** Begins with the call; the returned function ends it. @internal */
export type Feature = (host: Host) => () => void;

const FEATURES: readonly Feature[] = [watchStalls, tellSpeakers, (host) => new Quality(host).begin(), adaptive, exchange];

/** Begins all of them. @internal */
export function enliven(host: Host): () => void {
  const stops = FEATURES.map((begin) => begin(host));
  return () => stops.forEach((stop) => stop());
}
