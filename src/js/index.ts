/**
 * Conferencing on a Janus WebRTC server, for browser pages.
 *
 * - {@link Room}: the conference
 * - {@link Janus}, {@link Session}, {@link VideoRoom}: the server, typed
 * - {@link Handle}: any plugin
 *
 * @packageDocumentation
 */
import { checked } from './checks.js';
import { ID_WORDS, invalidArgument, isId, normalizeId } from './errors.js';
import { serverList } from './connection-options.js';
import { abortable, signalOf } from './events.js';
import { HANDLE_EVENTS, described, parsed } from './janus.js';
import { parse, stringify } from './json.js';
import { checkMetadata } from './participant.js';

export { JanusError, type ErrorCode } from './errors.js';
export { Emitter, type Abortable, type NamedEvent } from './events.js';
export { Handle, Janus, Session, type JanusEventMap, type SessionEventMap } from './janus.js';
export { load, type WasmSource } from './load.js';
export type { RoomEventMap } from './model.js';
export { canInsertDTMF, insertDTMF, type ToneOptions } from './dtmf.js';
export { LocalParticipant, Participant, RemoteParticipant } from './participant.js';
export {
  LocalTrackPublication,
  RemoteTrackPublication,
  TrackPublication,
  type Layers,
  type Limitation,
  type PublishSettings,
} from './publication.js';
export { capabilities, type Capabilities } from './capabilities.js';
export { checkConnection } from './check.js';
export type { CheckOptions, CheckReport, CheckStep, CheckStepName, CheckVerdict } from './check/types.js';
export type { DebugBundle, DebugBundleOptions } from './live/debug.js';
export type {
  Attributes,
  ChatMessage,
  FileOptions,
  IncomingFile,
  IncomingFileEventMap,
  IncomingRequest,
  RequestHandler,
  RequestOptions,
} from './exchange/types.js';
export type { JoinOptions, PrepareOptions, RoomCredentials, TrackToPublish } from './join-options.js';
export type { Moderation } from './live/moderation.js';
export type { Trouble } from './live/simulate.js';
export { Room } from './room.js';
export { LocalTrack, RemoteTrack, Track, createLocalTracks, type LocalTrackOptions } from './track.js';
export { openDevices } from './media.js';
export type {
  Device,
  DeviceKind,
  DevicePermission,
  Devices,
  DevicesEventMap,
  PermissionKind,
  SpeakerTestOptions,
} from './media/devices.js';
export type { PublicationStats, RoomStats } from './media/room-stats.js';
export type { ConnectionStats, LayerStats, PeerStats, TrackStats } from './media/stats.js';
export type * from './types.js';
export type { VideoRoom } from './videoroom/admin.js';
export type { LinkEventMap, PublisherLink } from './videoroom/link.js';
export type { Publisher } from './videoroom/publisher.js';
export type { Subscriber } from './videoroom/subscriber.js';
export type * from './videoroom/types.js';

/** @internal What the part that is loaded later shares with this one. */
export const internal = {
  HANDLE_EVENTS, ID_WORDS, abortable, checkMetadata, checked, described, invalidArgument, isId, normalizeId, parse, parsed, serverList,
  signalOf, stringify,
};
