import type { RoomCore } from '../../pkg/janus.js';
import { checkedId, invalidArgument } from './errors.js';
import { Emitter, abortable, type Abortable } from './events.js';
import { serverList, splitOptions } from './connection-options.js';
import { stringify } from './json.js';
import { loadCore } from './load.js';
import { LocalParticipant, RemoteParticipant } from './participant.js';
import { RoomModel, type RoomEventMap } from './model.js';
import { LocalTrack, deviceOptions } from './track.js';
import type {
  CameraOptions,
  Id,
  MicrophoneOptions,
  RoomOptions,
  RoomState,
  TrackSource,
} from './types.js';

/** A stay in a room. */
export interface JoinOptions extends Abortable {
  /** The room. */
  room: Id;
  /** The name shown to people. */
  display?: string | undefined;
  /** The participant id to have; the server picks one otherwise. */
  id?: Id | undefined;
  /** The room's pin. */
  pin?: string | undefined;
  /** A token of the room's list, or a signed one. */
  token?: string | undefined;
  /** Opens the camera and publishes it. An unanswered prompt delays nobody. */
  camera?: boolean | CameraOptions | undefined;
  /** Opens the microphone and publishes it. */
  microphone?: boolean | MicrophoneOptions | undefined;
  /** Publishes tracks the page has. They stay the page's: leaving does not stop them. */
  tracks?: readonly (LocalTrack | MediaStreamTrack)[] | undefined;
}

interface GivenTrack {
  track: MediaStreamTrack;
  source: TrackSource;
}

function given(track: LocalTrack | MediaStreamTrack): GivenTrack {
  if (track instanceof LocalTrack) return { track: track.mediaStreamTrack, source: track.source };
  return { track, source: track.kind === 'video' ? 'camera' : 'microphone' };
}

function givenTracks(tracks: unknown): GivenTrack[] {
  const isTrack = (track: unknown): boolean => track instanceof LocalTrack || track instanceof MediaStreamTrack;
  if (Array.isArray(tracks) && tracks.every(isTrack)) return tracks.map(given);
  throw invalidArgument('tracks: expected a list of tracks');
}

/** A page may forget its Room object and go on with the call: as long as one lasts, it is kept alive here. */
const lasting = new Set<RoomModel>();

/**
 * A conference: join, and everybody in the room is here, seen and heard.
 *
 * @example
 * const room = new Room({ servers: 'wss://sfu.example/janus' });
 * room.on('trackSubscribed', ({ track }) => grid.append(track.attach()));
 * await room.join({ room: 1234, display: 'Ada', camera: true, microphone: true });
 */
export class Room extends Emitter<RoomEventMap> {
  readonly #options: RoomOptions;
  readonly #servers: string[];
  #core: Promise<RoomCore> | undefined;
  readonly #model: RoomModel;

  constructor(options: RoomOptions) {
    super();
    this.#servers = serverList(options?.servers, options);
    this.#options = options;
    const { iceServers } = options;
    if (iceServers && !Array.isArray(iceServers)) throw invalidArgument('iceServers: expected a list');
    const local = new LocalParticipant(() => this.#load());
    const model: RoomModel = new RoomModel(local, (type, event) => {
      if (model.state === 'disconnected') lasting.delete(model);
      else lasting.add(model);
      this.emit(type, event);
    });
    this.#model = model;
  }

  /** Where the room stands. */
  get state(): RoomState {
    return this.#model.state;
  }

  /** The room joined last. */
  get id(): Id | undefined {
    return this.#model.id;
  }

  /** The name of the room joined last. */
  get description(): string | undefined {
    return this.#model.description;
  }

  /** Us. */
  get localParticipant(): LocalParticipant {
    return this.#model.local;
  }

  /** Everybody else, by id. */
  get remoteParticipants(): ReadonlyMap<Id, RemoteParticipant> {
    return this.#model.remote;
  }

  /** Whether the browser lets the page play sound; if not, call `startPlayback()` in a click. */
  get canPlayback(): boolean {
    return this.#model.canPlayback;
  }

  /** Connects ahead of time, so that joining takes less. Optional. */
  async prepare(): Promise<void> {
    const core = await this.#load();
    await core.prepare();
  }

  /**
   * Joins. Resolves when we are in the room; publishing and receiving follow as media comes. A camera
   * or microphone that cannot be had is no error but the event `mediaError`.
   */
  async join(options: JoinOptions): Promise<void> {
    const { signal, camera, microphone, tracks, ...rest } = options ?? {};
    signal?.throwIfAborted();
    if (rest.room === undefined || rest.room === null) {
      throw invalidArgument('room: say which room to join');
    }
    const settings = {
      ...rest,
      room: checkedId('room', rest.room),
      id: rest.id === undefined || rest.id === null ? undefined : checkedId('id', rest.id),
      camera: deviceOptions(camera),
      microphone: deviceOptions(microphone),
    };
    const [text, bring] = [stringify(settings), givenTracks(tracks ?? [])];
    const core = await this.#load();
    try {
      await abortable(core.join(text, bring) as Promise<void>, signal);
    } catch (error) {
      if (signal?.aborted) await core.leave();
      throw error;
    }
  }

  /** Leaves. Everything this room opened is closed, on the server too; joining again works. */
  async leave(): Promise<void> {
    if (this.#core === undefined) return;
    const core = await this.#core;
    await core.leave();
  }

  /** Plays what the browser blocked; for use in a click. */
  async startPlayback(): Promise<void> {
    const core = await this.#load();
    await core.startPlayback();
  }

  #load(): Promise<RoomCore> {
    this.#core ??= loadCore().then(
      ({ RoomCore }) => {
        const { iceServers, servers: _, ...connection } = this.#options;
        const { settings, hooks } = splitOptions(connection);
        // The core lives as long as this object, which therefore must not live as long as the core.
        const weak = new WeakRef(this.#model);
        const onEvent = (name: string, fields: never): void => weak.deref()?.apply(name, fields);
        return new RoomCore(stringify({ ...settings, servers: this.#servers }), iceServers, hooks, onEvent);
      },
      (error: unknown) => {
        this.#core = undefined;
        throw error;
      },
    );
    return this.#core;
  }
}
