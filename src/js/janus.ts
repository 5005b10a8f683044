import type { HandleCore, JanusCore, SessionCore } from '../../pkg/janus.js';
import { Emitter, abortable, signalOf, type Abortable, type EventNames } from './events.js';
import { serverList, splitOptions } from './connection-options.js';
import { JanusError, invalidArgument } from './errors.js';
import { parse, stringify } from './json.js';
import { loadCore } from './load.js';
import type {
  AttachOptions,
  ConnectionOptions,
  ConnectionState,
  HandleEventMap,
  Jsep,
  PluginMessage,
  ServerInfo,
} from './types.js';
import type { VideoRoom } from './videoroom/admin.js';

const VIDEO_ROOM = 'janus.plugin.videoroom';

/** The typed requests, which a page that only wants a call does without. */
/** @internal */
export const loadVideoRoom = (): Promise<typeof import('./videoroom/index.js')> =>
  import('./videoroom/index.js').catch((error: unknown) => {
    const text = `dist/videoroom/index.js could not be loaded: ${String(error)}`;
    throw new JanusError(text, { code: 'unreachable', retryable: true });
  });

/** Events of a connection. */
export interface JanusEventMap {
  /** It stands elsewhere, because of this error if there is one. */
  stateChanged: { state: ConnectionState; error?: JanusError | undefined };
}

/** Events of a session. */
export interface SessionEventMap {
  /**
   * The connection was lost, and is back. The session is the same, with its handles and peer connections;
   * what the server told meanwhile is lost.
   */
  resumed: object;
  /**
   * It is gone with its handles, without having been asked to go: expired, the server started again, or the
   * connection is closed. With `renewing`, a new one is being made in its place.
   */
  lost: { error: JanusError; renewing: boolean };
  /** There is a new session in its place, without handles. */
  renewed: { id: number };
}

const JANUS_EVENTS: EventNames<JanusEventMap> = { stateChanged: 0 };
const SESSION_EVENTS: EventNames<SessionEventMap> = { resumed: 0, lost: 0, renewed: 0 };

/** @internal */
export const HANDLE_EVENTS: EventNames<HandleEventMap> = {
  event: 0, webrtcup: 0, media: 0, slowlink: 0, icefailed: 0, hangup: 0, trickle: 0, detached: 0,
};

/** A connection to a Janus server. Lost, it is made again, and its sessions go on where they can. */
export class Janus extends Emitter<JanusEventMap> {
  #core!: JanusCore;

  private constructor() {
    super(JANUS_EVENTS);
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
    const signal = signalOf(options);
    signal?.throwIfAborted();
    const { signal: _, ...settings } = options ?? {};
    const list = serverList(servers, options);
    const split = splitOptions(settings);
    const core = await abortable(loadCore(), signal);
    const janus = new Janus();
    const onState = (state: ConnectionState, error?: JanusError): void =>
      janus.emit('stateChanged', { state, error });
    const connecting = core.JanusCore.connect(list, stringify(split.settings), split.hooks, onState);
    janus.#core = await abortable(connecting as Promise<JanusCore>, signal, (late) => late.close());
    return janus;
  }

  /** Where it stands. */
  get state(): ConnectionState {
    return this.#core.state as ConnectionState;
  }

  /** The address in use, without what may be secret in it. */
  get url(): string {
    return this.#core.url;
  }

  /** What the server is and has (`info`). */
  async info(options: Abortable = {}): Promise<ServerInfo> {
    const signal = signalOf(options);
    return parse(await abortable(this.#core.info() as Promise<string>, signal)) as ServerInfo;
  }

  /** Asks for a sign of life (`ping`). */
  async ping(options: Abortable = {}): Promise<void> {
    const signal = signalOf(options);
    await abortable(this.#core.ping() as Promise<void>, signal);
  }

  /** Makes a session (`create`). */
  async createSession(options: Abortable = {}): Promise<Session> {
    return Session.create(this.#core, options);
  }

  /**
   * Looks at once whether the server is there, or tries at once to reach it: for hints of the page's own,
   * such as ICE trouble. `online` and a page that wakes up are heard anyway.
   */
  check(): void {
    this.#core.check();
  }

  /** What was said last and where the connection stood, as one JSON text for a report, without secrets. */
  exportLog(): string {
    return this.#core.exportLog();
  }

  /** Closes the connection; whatever waits rejects. */
  close(): void {
    this.#core.close();
  }
}

/** A session on a server. */
export class Session extends Emitter<SessionEventMap> {
  readonly #janus: JanusCore;
  #core!: SessionCore;

  private constructor(janus: JanusCore) {
    super(SESSION_EVENTS);
    this.#janus = janus;
  }

  /** @internal */
  static async create(janus: JanusCore, options: Abortable): Promise<Session> {
    const signal = signalOf(options);
    const session = new Session(janus);
    const onEvent = (type: keyof SessionEventMap, event: never): void => session.emit(type, event);
    const making = janus.createSession(onEvent) as Promise<SessionCore>;
    session.#core = await abortable(making, signal, (late) => late.destroy());
    return session;
  }

  /** Its id. After `renewed` it is another one. */
  get id(): number {
    return this.#core.id as number;
  }

  /** Makes a handle on a plugin (`attach`). */
  async attach(plugin: string, options: AttachOptions & Abortable = {}): Promise<Handle> {
    if (typeof plugin !== 'string') throw invalidArgument('plugin: give its name, such as janus.plugin.echotest');
    return Handle.attach(this.#core, plugin, options);
  }

  /** Makes a handle on the VideoRoom plugin. */
  async videoRoom(options: Abortable = {}): Promise<VideoRoom> {
    const signal = signalOf(options);
    const attach = (onEvent: (type: keyof HandleEventMap, fields: object) => void): Promise<HandleCore> =>
      this.#core.attach(VIDEO_ROOM, undefined, undefined, undefined, onEvent) as Promise<HandleCore>;
    const attached = abortable(attach(() => undefined), signal, (late) => late.detach());
    try {
      // All in one flight. What the server can is decided by its version.
      const all = [attached, this.#janus.info() as Promise<string>, loadVideoRoom()] as const;
      const [core, info, { videoRoom }] = await abortable(Promise.all(all), signal);
      const { version } = parse(info) as ServerInfo;
      return videoRoom(core, { attach, version, session: this });
    } catch (error) {
      attached.then((core) => core.detach()).catch(() => undefined);
      throw error;
    }
  }

  /** Ends the session and all its handles (`destroy`). */
  destroy(): Promise<void> {
    return this.#core.destroy() as Promise<void>;
  }
}

/** @internal What the core gives as JSON, as values. */
export const parsed = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, JSON_FIELDS.includes(name) ? parse(value as string) : value]),
  );

const JSON_FIELDS = ['data', 'jsep', 'candidate'];

/** @internal A session description as the core takes it. */
export function described(jsep: unknown, types: readonly string[], request?: string): string | undefined {
  if (jsep === undefined) return undefined;
  const { type, sdp, trickle, e2ee, rid_order: order = 'hml', force_relay: relay } = (jsep ?? {}) as Partial<Jsep>;
  const flags = [trickle, e2ee, relay].every((flag) => flag === undefined || typeof flag === 'boolean');
  const fits = flags && ['hml', 'lmh'].includes(order) && types.includes(type!) && typeof sdp === 'string';
  if (fits) return stringify(jsep);
  throw invalidArgument(`jsep: expected a session description, ${types.join(' or ')}`, request);
}

/** A handle on any plugin. */
export class Handle extends Emitter<HandleEventMap> {
  #core!: HandleCore;
  /** The plugin's package name. */
  readonly plugin: string;

  private constructor(plugin: string) {
    super(HANDLE_EVENTS);
    this.plugin = plugin;
  }

  /** @internal */
  static async attach(
    session: SessionCore,
    plugin: string,
    options: AttachOptions & Abortable,
  ): Promise<Handle> {
    const signal = signalOf(options);
    const handle = new Handle(plugin);
    const onEvent = (type: keyof HandleEventMap, fields: object): void => handle.emit(type, parsed(fields) as never);
    const { opaqueId, loopIndex, token } = options;
    const attaching = session.attach(plugin, opaqueId, loopIndex, token, onEvent) as Promise<HandleCore>;
    handle.#core = await abortable(attaching, signal, (late) => late.detach());
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
  async send(
    body: object,
    options: { jsep?: Jsep | RTCSessionDescriptionInit | undefined } & Abortable = {},
  ): Promise<PluginMessage> {
    const signal = signalOf(options);
    const jsep = described(options.jsep, ['offer', 'answer']);
    const sent = this.#core.send(stringify(body), jsep) as Promise<object>;
    return abortable(sent.then((fields) => parsed(fields) as PluginMessage), signal);
  }

  /** Sends ICE candidates, all in one request (`trickle`); `{ completed: true }` ends them. */
  async trickle(candidates: readonly (RTCIceCandidateInit | { completed: true })[]): Promise<void> {
    await this.#core.trickle(stringify(candidates));
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
