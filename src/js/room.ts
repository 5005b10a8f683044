import type { RoomCore } from '../../pkg/janus.js';
import { FLAG, FUNCTION, ICE_SERVERS, check, checked } from './checks.js';
import { DataPort } from './data.js';
import { JanusError, checkedId, invalidArgument } from './errors.js';
import { Emitter, abortable } from './events.js';
import { serverList, splitOptions } from './connection-options.js';
import { givenTracks, type JoinOptions, type PrepareOptions, type RoomCredentials } from './join-options.js';
import { stringify } from './json.js';
import type { DebugBundle, DebugBundleOptions } from './live/debug.js';
import type { RequestHandler } from './exchange/types.js';
import type { Moderation } from './live/moderation.js';
import type { Trouble } from './live/simulate.js';
import { LivePort } from './live.js';
import { loadVideoRoom } from './janus.js';
import { lazily } from './lazily.js';
import { loadCore } from './load.js';
import type { RoomStatistics, RoomStats } from './media/room-stats.js';
import { LocalParticipant, type DataPayload, type Participant, type RemoteParticipant } from './participant.js';
import { ROOM_EVENTS, RoomModel, type RoomEventMap } from './model.js';
import { deviceOptions } from './track.js';
import type { DataOptions, Id, RoomOptions, RoomState, StateChanged } from './types.js';
import type { CreateRoomOptions } from './videoroom/types.js';

/** `create` as Janus reads it. */
async function creation(options: CreateRoomOptions | undefined): Promise<object | undefined> {
  if (!options) return undefined;
  const { encode } = await loadVideoRoom();
  return encode('create', options, Number.MAX_SAFE_INTEGER).fields;
}

const wrongState = (text: string): JanusError => new JanusError(text, { code: 'invalid-state', retryable: false });

const left = (): JanusError => new JanusError('the room was left meanwhile', { code: 'aborted', retryable: false });

/** One wish to be in a room, and whether the core has heard of it. */
interface Stay {
  begun: boolean;
}

/**
 * The core lives as long as the room, which therefore must not live as long as the core. Apart from the class: a function
 * keeps alive what can be seen where it is written, `this` too.
 */
function teller(model: RoomModel): (name: string, fields: never) => void {
  const weak = new WeakRef(model);
  return (name, fields) => weak.deref()?.apply(name, fields);
}

/** The same for functions of the page: what they see may well hold the room. */
function weakly(hooks: object): object {
  const each = ([name, hook]: [string, (...args: unknown[]) => unknown]): unknown[] => {
    const weak = new WeakRef(hook);
    return [name, (...args: unknown[]) => weak.deref()?.(...args)];
  };
  return Object.fromEntries(Object.entries(hooks).filter(([, hook]) => hook).map(each));
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
  readonly #load = lazily(async (): Promise<RoomCore> => {
    const { RoomCore } = await loadCore();
    const { iceServers, servers: _, ...connection } = this.#options;
    const { settings, hooks } = splitOptions(connection);
    const options = stringify({ ...settings, servers: this.#servers });
    this.#hooks = hooks;
    return (this.#present = new RoomCore(options, iceServers, weakly(hooks), teller(this.#model)));
  });
  readonly #statistics = lazily(async (): Promise<RoomStatistics> => new (await import('./media/index.js')).RoomStatistics());
  #present: RoomCore | undefined;
  /** The stay that is wanted, from `join()` until it ends or is taken back. */
  #stay: Stay | undefined;
  /** The last stay's, however it goes on. */
  #beginning: Promise<unknown> | undefined;
  /** Tells what was asked within a stay that it is over: when we leave, and when the call ends in another way. */
  #staying = new AbortController();
  /** Kept here for the core. */
  #hooks: object | undefined;
  /** @internal */
  _receivingPaused = false;
  /** @internal Who answers which requests. */
  readonly _handlers = new Map<string, RequestHandler>();
  /** Everybody who speaks now, maybe us: loudest first, in an order that does not flicker. */
  readonly activeSpeakers: readonly Participant[] = [];
  readonly #model: RoomModel;
  readonly #live: LivePort;

  constructor(options: RoomOptions) {
    super(ROOM_EVENTS);
    this.#servers = serverList(options?.servers, options);
    this.#options = options;
    const tell = <K extends keyof RoomEventMap>(type: K, event: RoomEventMap[K]): void => this.emit(type, event);
    const data: DataPort = new DataPort(() => this.#here(), (...message) => model.deliver(...message));
    const within = <T>(work: (stay: AbortSignal) => Promise<T>): Promise<T> => this.#within(work);
    const send = (envelope: Uint8Array<ArrayBuffer>, of: AbortSignal): Promise<void> => data.send(envelope, {}, of, true);
    const stay = (): AbortSignal => this.#staying.signal;
    const live = new LivePort({ room: this, options, states: [], core: () => this.#present, stay, send, within, emit: tell });
    const sendData = (payload: DataPayload, sending: DataOptions): Promise<void> => within((of) => data.send(payload, sending, of));
    const local = new LocalParticipant(() => this.#here(), sendData, live);
    const model: RoomModel = new RoomModel(local, data, () => this.#loaded(), (type, event) => {
      if (model.state === 'disconnected') lasting.delete(model);
      else lasting.add(model);
      // The end of a stay before says nothing about one that has not begun.
      if (type === 'stateChanged' && model.state === 'disconnected' && this.#stay?.begun) this.#end();
      this.emit(type, event);
      if (type === 'stateChanged') live.follow(event as StateChanged);
    });
    model.hear = (...said) => void live.ask('takeEnvelope', said).catch(reportError);
    this.#model = model;
    this.#live = live;
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

  /**
   * Connects ahead of time, so that joining takes less, and makes the offer of tracks. Optional: joining does what was
   * not done, and waits for what is being done. Rejects with `aborted` if the room is left meanwhile. Within a call nothing
   * is prepared.
   *
   * @example
   * await room.prepare({ tracks: await createLocalTracks({ camera: true, microphone: true }) });
   * // on the click:
   * await room.join({ room: 1234, display: 'Ada' });
   */
  async prepare(options: PrepareOptions = {}): Promise<void> {
    const { tracks: list, reserveScreen } = checked('join', options ?? {}, '');
    const tracks = givenTracks(list ?? []);
    const core = await this.#here();
    await core.prepare(tracks, reserveScreen === true);
  }

  /**
   * Joins. Resolves when we are in the room; publishing and receiving follow as media comes. A camera
   * or microphone that cannot be had is no error but the event `mediaError`.
   */
  async join(options: JoinOptions): Promise<void> {
    const { signal, camera, microphone, tracks, create, metadata, ...rest } = checked('join', options ?? {}, '');
    signal?.throwIfAborted();
    if (rest.room === undefined || rest.room === null) {
      throw invalidArgument('room: say which room to join');
    }
    const room = checkedId('room', rest.room);
    // To Janus that is none.
    if (rest.id === 0 || rest.id === 0n) throw invalidArgument('id must be another than 0');
    const settings = {
      ...checked('joining', rest, ''),
      room,
      pin: rest.pin ?? create?.pin,
      roomBitrate: rest.roomBitrate ?? create?.bitrate,
      id: rest.id === undefined || rest.id === null ? undefined : checkedId('id', rest.id),
      camera: deviceOptions('camera', camera),
      microphone: deviceOptions('microphone', microphone),
    };
    const bring = tracks ? givenTracks(tracks) : undefined;
    if (this.#stay) throw wrongState('this room is joined already, or being joined: leave() first');
    const stay: Stay = { begun: false };
    this.#stay = stay;
    const { signal: over } = this.#staying;
    let leaving: Promise<void> | undefined;
    let giveUp = (): void => undefined;
    const abort = (): void => {
      if (this.#stay === stay) leaving = this.leave();
    };
    signal?.addEventListener('abort', abort);
    try {
      const made = Promise.all([this.#load(), creation(create && { ...create, room })]);
      const begin = ([core, created]: [RoomCore, object | undefined]): { joined: Promise<void> } => {
        if (this.#stay !== stay) throw left();
        stay.begun = true;
        // Not before: to a call that goes on, nothing is to happen.
        const text = stringify({ ...settings, create: created, metadata: this.localParticipant._introduce(metadata) });
        this.#model.subscribes = rest.subscribe !== false;
        return { joined: core.join(text, bring) as Promise<void> };
      };
      const begun = made.then(begin);
      this.#beginning = begun.catch(() => undefined);
      // Loading may take for ever; a call that has begun ends by itself.
      const gone = new Promise<never>((_, reject) => {
        giveUp = () => void (stay.begun || reject(left()));
        over.addEventListener('abort', giveUp);
      });
      await abortable(Promise.race([begun.then(({ joined }) => joined), gone]), signal);
    } catch (error) {
      if (this.#stay === stay) this.#stay = undefined;
      await leaving;
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', abort);
      // It would hold the tracks for as long as the stay.
      over.removeEventListener('abort', giveUp);
    }
  }

  /**
   * Leaves. Everything this room opened is closed, on the server too, and what was prepared. Joining again works, at any
   * time: the last wish counts.
   */
  async leave(): Promise<void> {
    this.#end();
    // Nothing has begun without it, and nothing will.
    await this.#present?.leave();
  }

  /**
   * Looks for another way for packets, sending and receiving (ICE restart). Done by itself when packets are missing for
   * two seconds, when ICE fails, and when the browser says that the network changed. Throws `invalid-state` outside of a
   * room, so before joining.
   */
  restartIce(): void {
    this.#loaded().restartIce();
  }

  /** Nothing comes of all that should. Whether something is done about it now. @internal */
  _receivesNothing(): boolean {
    return this.#present?.receivesNothing() ?? false;
  }

  /** Other STUN and TURN servers, or new credentials for them; used from the next ICE restart or connection on. */
  async setIceServers(iceServers: readonly RTCIceServer[]): Promise<void> {
    check('iceServers', ICE_SERVERS, iceServers);
    const core = await this.#load();
    core.setIceServers(iceServers);
  }

  /**
   * Says another pin or token from now on, for as long as this stay: the room was locked, or the token is about to expire.
   * Whoever is in a room needs them again when a session is lost, the server starts again, or the connection that receives
   * is made anew. What was refused meanwhile for want of them is asked again at once. Moderators who `lock()` need not say
   * it for themselves. Throws `invalid-state` outside of a room.
   *
   * @example
   * room.setCredentials({ token: await freshToken() });
   */
  setCredentials(credentials: RoomCredentials): void {
    const { pin, token } = checked('join', credentials, '');
    this.#loaded().setCredentials(pin, token);
  }

  /** Stops or continues everything that is received; subscriptions stay. Throws `invalid-state` outside of a room, so before joining. */
  setReceivingPaused(paused: boolean): void {
    check('paused', FLAG, paused);
    this.#loaded().pauseReceiving(paused);
    this._receivingPaused = paused;
  }

  /** The browser's peer connections, as far as there are any, for what the library has no word for. */
  get peerConnections(): { publisher: RTCPeerConnection | undefined; subscriber: RTCPeerConnection | undefined } {
    const [publisher, subscriber] = (this.#present?.connections() ?? []) as (RTCPeerConnection | undefined)[];
    return { publisher, subscriber };
  }

  /**
   * How the room does: bit rates, sizes, losses, delays of each track, with the same fields in every browser. Rates are
   * since the read before. Of a connection that is closed meanwhile, as the room is left for example, there is nothing.
   *
   * @example
   * const { tracks } = await room.getStats();
   * for (const { participant, bitrate, frameWidth } of tracks) console.log(participant.display, bitrate, frameWidth);
   */
  async getStats(): Promise<RoomStats> {
    const statistics = await this.#statistics();
    return statistics.read({ ...this.peerConnections, sent: this.localParticipant.publications, received: this.#model.received });
  }

  /**
   * The room, for those who know its secret: send people out, mute streams, lock, record, end. Rooms without a secret
   * let everybody. What it resolves with stays with the room one is in: after leaving, ask again. Nothing is asked of the
   * server by that: with a wrong secret it resolves as well, and what is done with it rejects.
   *
   * @example
   * const moderation = await room.moderation(secret);
   * await moderation.mute(publication);
   */
  moderation(secret?: string): Promise<Moderation> {
    return this.#live.ask('moderation', secret);
  }

  /**
   * Breaks something, for tests: the real thing, as far as a page can cause it. Resolves when it is caused.
   *
   * @example
   * await room.simulate('signal-lost');
   */
  simulate(trouble: Trouble): Promise<void> {
    return this.#live.ask('simulate', trouble);
  }

  /**
   * Everything about this room that helps to find out what went wrong, for a report; without secrets, names and
   * addresses. It can be asked for at any time, after an error too.
   *
   * @example
   * await fetch('/reports', { method: 'POST', body: JSON.stringify(await room.debugBundle()) });
   */
  debugBundle(options?: DebugBundleOptions): Promise<DebugBundle> {
    return this.#live.ask('debugBundle', options);
  }

  /**
   * Answers what people in the room ask of this page, by this name; before joining as well, and until the returned
   * function is called. What the handler returns is the answer; if it throws, the other page hears that it failed, and no more.
   * A name that is answered already is refused.
   *
   * @example
   * room.onRequest('battery', async () => (await navigator.getBattery()).level);
   */
  onRequest(method: string, handler: RequestHandler): () => void {
    if (typeof method !== 'string' || method === '') throw invalidArgument('method: expected a name');
    check('handler', FUNCTION, handler);
    if (this._handlers.has(method)) throw invalidArgument(`onRequest: "${method}" is answered already`);
    this._handlers.set(method, handler);
    return () => void (this._handlers.get(method) === handler && this._handlers.delete(method));
  }

  /** Plays what the browser blocked; for use in a click. */
  async startPlayback(): Promise<void> {
    const core = await this.#load();
    await core.startPlayback();
  }

  /**
   * Plays what others say through this speaker (`openDevices()` lists them, '' is the default one), in elements that are
   * attached now and later; tracks of video are silent anyway. Works before joining as well. If it fails, everything
   * stays where it is: with a {@link JanusError}, `unsupported`, where the browser knows the default speaker only, or
   * with the browser's `DOMException`: `NotFoundError`, `NotAllowedError`.
   *
   * @example
   * await room.setSpeaker((await devices.list('speaker'))[0].id);
   */
  async setSpeaker(deviceId: string): Promise<void> {
    const { setSpeaker } = await import('./media/index.js');
    await setSpeaker(this.#model, deviceId);
  }

  #loaded(): RoomCore {
    if (this.#present) return this.#present;
    throw wrongState('join the room first');
  }

  /** The core, unless we left while it was loaded: what it was wanted for is called off then. */
  async #here(): Promise<RoomCore> {
    const { signal } = this.#staying;
    const core = await abortable(this.#ready(), signal);
    signal.throwIfAborted();
    return core;
  }

  /** The core, once what `join()` begins has begun: what is asked in the same breath comes after it. */
  async #ready(): Promise<RoomCore> {
    const beginning = this.#beginning;
    const core = await this.#load();
    await beginning;
    return core;
  }

  /** What loads more than the core: if we left meanwhile, it is called off, too. */
  async #within<T>(work: (stay: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#staying;
    try {
      return await work(signal);
    } catch (error) {
      const tooLate = signal.aborted && error instanceof JanusError && error.code === 'invalid-state';
      throw tooLate ? signal.reason : error;
    }
  }

  #end(): void {
    this.#stay = undefined;
    this.#beginning = undefined;
    const ended = this.#staying;
    this.#staying = new AbortController();
    ended.abort(left());
  }
}
