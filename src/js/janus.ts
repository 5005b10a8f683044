import type { HandleCore, JanusCore, SessionCore, VideoRoomCore } from '../../pkg/janus.js';
import { Emitter, abortable, type Abortable } from './events.js';
import { normalizeId } from './errors.js';
import { loadCore } from './load.js';
import type {
  ConnectionOptions,
  CreateRoomOptions,
  HandleEventMap,
  Id,
  Jsep,
  JoinPublisherOptions,
  Joined,
  ParticipantInfo,
  PluginMessage,
  RoomChanged,
  RoomInfo,
  ServerInfo,
} from './types.js';

/** Copies an options object without its signal, with ids in their one form. */
function plain(options: Abortable & { room?: Id | undefined; id?: Id | undefined }): object {
  const { signal: _, ...rest } = options;
  const ids = { room: rest.room, id: rest.id };
  for (const [key, id] of Object.entries(ids)) {
    if (id !== undefined) Object.assign(rest, { [key]: normalizeId(id) });
  }
  return rest;
}

/** A connection to a Janus server. */
export class Janus {
  readonly #core: JanusCore;

  private constructor(core: JanusCore) {
    this.#core = core;
  }

  /**
   * Connects to the first of the servers that answers: `wss:` or `ws:` by WebSocket, `https:` or `http:`
   * by REST.
   *
   * @example
   * const janus = await Janus.connect('wss://sfu.example/janus');
   */
  static async connect(
    servers: string | readonly string[],
    options: ConnectionOptions & Abortable = {},
  ): Promise<Janus> {
    const { signal, ...settings } = options;
    signal?.throwIfAborted();
    const core = await loadCore();
    const list = typeof servers === 'string' ? [servers] : [...servers];
    const connecting = core.JanusCore.connect(list, settings) as Promise<JanusCore>;
    try {
      return new Janus(await abortable(connecting, signal));
    } catch (error) {
      // Called off: a connection that comes all the same is closed at once.
      if (signal?.aborted) {
        void connecting.then(
          (late) => late.close(),
          () => undefined,
        );
      }
      throw error;
    }
  }

  /** The address in use. */
  get url(): string {
    return this.#core.url;
  }

  /** What the server is and has (`info`). */
  info(options: Abortable = {}): Promise<ServerInfo> {
    return abortable(this.#core.info() as Promise<ServerInfo>, options.signal);
  }

  /** Asks for a sign of life (`ping`). */
  ping(options: Abortable = {}): Promise<void> {
    return abortable(this.#core.ping() as Promise<void>, options.signal);
  }

  /** Makes a session (`create`). */
  async createSession(options: Abortable = {}): Promise<Session> {
    return new Session(await abortable(this.#core.createSession() as Promise<SessionCore>, options.signal));
  }

  /** Closes the connection; whatever waits rejects. */
  close(): void {
    this.#core.close();
  }
}

/** A session on a server. */
export class Session {
  readonly #core: SessionCore;

  /** @internal */
  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Its id. */
  get id(): number {
    return this.#core.id as number;
  }

  /** Makes a handle on a plugin (`attach`). */
  async attach(plugin: string, options: { opaqueId?: string } & Abortable = {}): Promise<Handle> {
    return Handle.attach(this.#core, plugin, options);
  }

  /** Makes a handle on the VideoRoom plugin. */
  async videoRoom(options: Abortable = {}): Promise<VideoRoom> {
    return new VideoRoom(await abortable(this.#core.videoRoom() as Promise<VideoRoomCore>, options.signal));
  }

  /** Ends the session and all its handles (`destroy`). */
  destroy(): Promise<void> {
    return this.#core.destroy() as Promise<void>;
  }
}

/** A handle on any plugin. */
export class Handle extends Emitter<HandleEventMap> {
  #core!: HandleCore;
  /** The plugin's package name. */
  readonly plugin: string;

  private constructor(plugin: string) {
    super();
    this.plugin = plugin;
  }

  /** @internal */
  static async attach(
    session: SessionCore,
    plugin: string,
    options: { opaqueId?: string } & Abortable,
  ): Promise<Handle> {
    const handle = new Handle(plugin);
    const onEvent = (type: keyof HandleEventMap, event: never): void => handle.emit(type, event);
    const attaching = session.attach(plugin, options.opaqueId, onEvent) as Promise<HandleCore>;
    handle.#core = await abortable(attaching, options.signal);
    return handle;
  }

  /** Its id. */
  get id(): number {
    return this.#core.id as number;
  }

  /**
   * Speaks to the plugin (`message`) and waits for its answer, not for the mere `ack`. A plugin's own
   * errors are part of its answer.
   *
   * @example
   * const { data, jsep } = await echo.send({ audio: true, video: true }, { jsep: offer });
   */
  send(body: object, options: { jsep?: Jsep | RTCSessionDescriptionInit | undefined } & Abortable = {}): Promise<PluginMessage> {
    return abortable(this.#core.send(body, options.jsep) as Promise<PluginMessage>, options.signal);
  }

  /** Sends ICE candidates, all in one request (`trickle`); `{ completed: true }` ends them. */
  trickle(candidates: readonly (RTCIceCandidateInit | { completed: true })[]): Promise<void> {
    return this.#core.trickle(candidates) as Promise<void>;
  }

  /** Ends the handle's peer connection on the server (`hangup`). */
  hangup(): Promise<void> {
    return this.#core.hangup() as Promise<void>;
  }

  /** Ends the handle (`detach`). */
  detach(): Promise<void> {
    return this.#core.detach() as Promise<void>;
  }
}

/** A handle on the VideoRoom plugin, typed. */
export class VideoRoom {
  readonly #core: VideoRoomCore;

  /** @internal */
  constructor(core: VideoRoomCore) {
    this.#core = core;
  }

  /**
   * Makes a room (`create`). Rejects with `room-exists` (427) if the id is taken.
   *
   * @example
   * const { room } = await rooms.create({ description: 'Weekly', pin: '1234', isPrivate: true });
   */
  create(options: CreateRoomOptions & Abortable = {}): Promise<RoomChanged> {
    return abortable(this.#core.create(plain(options)) as Promise<RoomChanged>, options.signal);
  }

  /** Ends a room and sends everybody out (`destroy`). */
  destroy(options: { room: Id; secret?: string; permanent?: boolean } & Abortable): Promise<RoomChanged> {
    return abortable(this.#core.destroy(plain(options)) as Promise<RoomChanged>, options.signal);
  }

  /** Whether there is such a room, private ones included (`exists`). */
  exists(room: Id, options: Abortable = {}): Promise<boolean> {
    return abortable(this.#core.exists(normalizeId(room)) as Promise<boolean>, options.signal);
  }

  /** The public rooms; with the server's admin key the private ones too (`list`). */
  list(options: { adminKey?: string } & Abortable = {}): Promise<RoomInfo[]> {
    return abortable(this.#core.list(plain(options)) as Promise<RoomInfo[]>, options.signal);
  }

  /** Who is in a room (`listparticipants`). */
  listParticipants(room: Id, options: Abortable = {}): Promise<ParticipantInfo[]> {
    const listing = this.#core.listParticipants(normalizeId(room)) as Promise<ParticipantInfo[]>;
    return abortable(listing, options.signal);
  }

  /** Joins a room as a publisher who does not publish yet (`join`). A handle joins once. */
  join(options: JoinPublisherOptions & Abortable): Promise<Joined> {
    return abortable(this.#core.join(plain(options)) as Promise<Joined>, options.signal);
  }

  /** Ends the handle. */
  detach(): Promise<void> {
    return this.#core.detach() as Promise<void>;
  }
}
