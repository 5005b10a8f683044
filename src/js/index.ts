/**
 * Conferencing on a Janus WebRTC server, for browser pages.
 *
 * - {@link Room}: the conference
 * - {@link Janus}, {@link Session}, {@link VideoRoom}: the server, typed
 * - {@link Handle}: any plugin
 *
 * @packageDocumentation
 */
export { JanusError, type ErrorCode } from './errors.js';
export { Emitter, type Abortable, type NamedEvent } from './events.js';
export { Handle, Janus, Session, type JanusEventMap, type SessionEventMap } from './janus.js';
export { load, type WasmSource } from './load.js';
export type { RoomEventMap } from './model.js';
export { LocalParticipant, Participant, RemoteParticipant, TrackPublication } from './participant.js';
export { Room, type JoinOptions } from './room.js';
export { LocalTrack, RemoteTrack, Track, createLocalTracks, type LocalTrackOptions } from './track.js';
export type * from './types.js';
export { VideoRoom } from './videoroom.js';
