/**
 * Conferencing on a Janus WebRTC server, for browser pages.
 *
 * - {@link Room}: the conference
 * - {@link Janus}, {@link Session}, {@link VideoRoom}: the server, typed
 * - {@link Handle}: any plugin
 *
 * @packageDocumentation
 */
import { ID_WORDS, invalidArgument, isId, normalizeId } from './errors.js';
import { abortable } from './events.js';
import { described, parsed } from './janus.js';
import { stringify } from './json.js';

export { JanusError, type ErrorCode } from './errors.js';
export { Emitter, type Abortable, type NamedEvent } from './events.js';
export { Handle, Janus, Session, type JanusEventMap, type SessionEventMap } from './janus.js';
export { load, type WasmSource } from './load.js';
export type { RoomEventMap } from './model.js';
export { LocalParticipant, Participant, RemoteParticipant, TrackPublication } from './participant.js';
export { Room, type JoinOptions } from './room.js';
export { LocalTrack, RemoteTrack, Track, createLocalTracks, type LocalTrackOptions } from './track.js';
export type * from './types.js';
export type { VideoRoom } from './videoroom/admin.js';
export type { LinkEventMap, PublisherLink } from './videoroom/link.js';
export type { Publisher } from './videoroom/publisher.js';
export type { Subscriber } from './videoroom/subscriber.js';
export type * from './videoroom/types.js';

/** @internal What the part that is loaded later shares with this one. */
export const internal = { ID_WORDS, abortable, described, invalidArgument, isId, normalizeId, parsed, stringify };
