import { Emitter, JanusError, internal } from '../index.js';
import type { Abortable, EventNames } from '../events.js';
import type { HandleEventMap } from '../types.js';
import { enter, ignoreLoss, ignoreRefusal, lasting, misfit } from './handle.js';
import type { Answer, Attaching, Description, RoomHandle } from './handle.js';
import { decode, type Fields, type Method } from './requests.js';
import type {
  ConfigureSubscriberOptions,
  JoinSubscriberOptions,
  Mapping,
  SubStream,
  SubscribeOptions,
  SubscriberEventMap,
  SwitchOptions,
  Switched,
  UnsubscribeOptions,
  UpdateOptions,
} from './types.js';

const { HANDLE_EVENTS, abortable, described } = internal;

const EVENTS: EventNames<SubscriberEventMap> = { ...HANDLE_EVENTS, updated: 0, layerChanged: 0, slowLink: 0 };

const LEFT = 'this subscriber has left: join with a new one';

/** How long the second part of an answer may take, ms. */
const SECOND_PART = 15_000;

/** The event a message of the plugin is, with its fields. */
export function sortSubscriberEvent({ data, jsep }: Answer): [keyof SubscriberEventMap, object] | undefined {
  const { videoroom, room: _, mid, substream, temporal, spatial_layer, temporal_layer } = data;
  if (videoroom === 'updated') return ['updated', mappingOf({ data, jsep: jsep! })];
  if (videoroom === 'slow_link') return ['slowLink', {}];
  const layers = { substream, temporal, spatial_layer, temporal_layer };
  if (videoroom !== 'event' || mid === undefined || Object.values(layers).every((layer) => layer === undefined)) {
    return undefined;
  }
  const changed = Object.entries(layers).filter(([, layer]) => layer !== undefined);
  return ['layerChanged', decode(Object.fromEntries([['mid', mid], ...changed])) as object];
}

function mappingOf({ data, jsep }: Answer): Mapping {
  const { streams } = data;
  return { ...(streams !== undefined && { streams: decode(streams) as SubStream[] }), ...(jsep && { jsep }) };
}

/**
 * A subscription to streams of a room, over one peer connection, which is the page's: this carries words.
 *
 * It joins once, on a handle of its own, and is spent when it has left.
 */
export class Subscriber extends Emitter<SubscriberEventMap> {
  readonly #handle: RoomHandle;
  #streams: SubStream[] = [];
  /** An offer was not answered yet. */
  #offered = false;
  /** How many requests are under way that may bring one, or answer one. */
  #asking = 0;
  #leaving: Promise<void> | undefined;
  /** How many of them are a `switch`, which may be answered in two parts. */
  #switching = 0;
  /** Tells the wish for an offer that one of the server's crosses it. */
  #crossed: (() => void) | undefined;
  /** Second parts of answers that nobody waits for yet, and those who wait. */
  readonly #parts: Fields[] = [];
  readonly #waiting: ((data: Fields) => void)[] = [];

  /** @internal */
  constructor(handle: RoomHandle) {
    super(EVENTS);
    this.#handle = handle;
  }

  /** @internal */
  static async join(
    attaching: Attaching,
    options: JoinSubscriberOptions & Abortable,
  ): Promise<Mapping & { subscriber: Subscriber }> {
    let mapping: Mapping = {};
    const subscriber = await enter(attaching, 'joinSubscriber', options, async (handle) => {
      const answer = await handle.ask('joinSubscriber', options);
      if (answer.data['videoroom'] !== 'attached') throw misfit('join');
      const joined = new Subscriber(handle);
      mapping = joined.#learn(mappingOf(answer));
      return joined;
    });
    return { subscriber, ...mapping };
  }

  /** The handle's id. */
  get handleId(): number {
    return this.#handle.id;
  }

  /** What each m-line carries, as the server said last. */
  get streams(): readonly SubStream[] {
    return this.#streams;
  }

  #learn(mapping: Mapping): Mapping {
    this.#streams = mapping.streams ?? this.#streams;
    this.#offered ||= mapping.jsep !== undefined;
    return mapping;
  }

  /** Under way until the server is done with it, whoever waits: it may bring an offer. */
  #busy<T>(asked: Promise<T>): Promise<T> {
    this.#asking += 1;
    const over = (): void => void (this.#asking -= 1);
    asked.then(over, over);
    return asked;
  }

  async #renegotiate(method: Method, options: object & Abortable): Promise<Mapping> {
    options?.signal?.throwIfAborted();
    return this.#mapping(this.#busy(this.#handle.ask(method, lasting(options))), options?.signal);
  }

  /** What comes of a request. What was called off happens all the same, and an offer has to be answered. */
  async #mapping(asked: Promise<Answer>, signal: AbortSignal | undefined): Promise<Mapping> {
    return this.#learn(mappingOf(await abortable(asked, signal, (answer) => this.#updated(answer))));
  }

  /** Tells of lines and offers that nobody waits for. */
  #updated({ data, jsep }: Answer): void {
    this.heard('event', { data: { videoroom: 'updated', streams: data['streams'] }, jsep, answers: true });
  }

  /** Answers an offer, or without one goes on after `pause` (`start`). */
  async start(given: { jsep?: Description | undefined } & Abortable = {}): Promise<void> {
    const { jsep, signal, ...options } = given ?? {};
    described(jsep, ['answer'], 'start');
    signal?.throwIfAborted();
    const started = this.#busy(this.#handle.ask('start', options, jsep));
    const before = this.#offered;
    // At once: the next offer may come together with the answer.
    if (jsep) this.#offered = false;
    // Called off, it may still fail.
    started.catch(() => {
      if (jsep) this.#offered = before;
    });
    await abortable(started, signal);
  }

  /** Has nothing sent for now (`pause`). */
  async pause(options: Abortable = {}): Promise<void> {
    await this.#handle.ask('pause', options);
  }

  /**
   * Adds streams (`subscribe`). While an offer is outstanding the answer holds none: `updated` brings one later.
   * Rejects with `feed-not-found` (428); one bad entry fails the whole.
   */
  subscribe(options: SubscribeOptions & Abortable): Promise<Mapping> {
    return this.#renegotiate('subscribe', options);
  }

  /** Removes streams (`unsubscribe`). What is not there is passed over. */
  unsubscribe(options: UnsubscribeOptions & Abortable): Promise<Mapping> {
    return this.#renegotiate('unsubscribe', options);
  }

  /** Removes and adds streams in one renegotiation (`update`). */
  update(options: UpdateOptions & Abortable): Promise<Mapping> {
    return this.#renegotiate('update', options);
  }

  /**
   * Changes how streams are sent, or asks for an offer (`configure`). `layerChanged` tells of new layers. If an offer of
   * the server's crosses the wish for one, the answer holds none: answer that one, and `updated` brings another.
   */
  async configure(options: ConfigureSubscriberOptions & Abortable): Promise<Mapping> {
    if (!options?.restart && !options?.update) return this.#renegotiate('configureSubscriber', options);
    // The server would merge it into its next offer, and never answer.
    if (this.#offered || this.#asking > 0) {
      const details = { code: 'invalid-state', request: 'configure', retryable: true } as const;
      throw new JanusError('configure: answer the offer there is, then ask for another', details);
    }
    options.signal?.throwIfAborted();
    let crossed = false;
    // The server works on several at once: it may get to this one when what crossed it was answered.
    const asked = this.#handle.ask('configureSubscriber', lasting(options), undefined, true).then((answer) => {
      if (crossed) this.#updated(answer);
      return answer;
    });
    const crossing = new Promise<void>((resolve) => (this.#crossed = resolve)).then((): Answer => {
      crossed = true;
      return { data: {} };
    });
    return this.#mapping(this.#busy(Promise.race([asked, crossing])), options.signal);
  }

  /**
   * Puts other sources on m-lines (`switch`), without a renegotiation unless an m-line was inactive: then `updated`
   * brings an offer. What does not fit is passed over: look at `changes`. Rejects with `feed-not-found` (428).
   */
  async switch(options: SwitchOptions & Abortable): Promise<Switched> {
    options?.signal?.throwIfAborted();
    this.#switching += 1;
    const asked = this.#handle.ask('switch', lasting(options)).then((answer) => this.#switched(answer));
    const switched = this.#busy(asked.finally(() => (this.#switching -= 1)));
    return abortable(switched, options?.signal, ({ streams }) => this.emit('updated', { streams }));
  }

  /** The answer to a `switch`, which comes in two parts where a line was inactive: the offer for it first. */
  async #switched(answer: Answer): Promise<Switched> {
    let { data } = answer;
    if (data['switched'] === undefined) {
      this.#updated(answer);
      data = this.#parts.shift() ?? (await this.#secondPart());
    }
    const { changes } = data;
    if (typeof changes !== 'number') throw misfit('switch');
    return { changes, streams: this.#learn(mappingOf({ data })).streams ?? [] };
  }

  #hand(part: Fields): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(part);
    else if (this.#switching > 0) this.#parts.push(part);
    // Of a switch that timed out: kept, it would be taken for the next one's.
    else this.#updated({ data: part });
  }

  #secondPart(): Promise<Fields> {
    const details = { code: 'timeout', request: 'switch', retryable: true, mayHaveExecuted: true } as const;
    return new Promise((resolve, reject) => {
      const take = (part: Fields): void => {
        clearTimeout(late);
        resolve(part);
      };
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new JanusError('switch: no answer in time', details));
      }, SECOND_PART);
      this.#waiting.push(take);
    });
  }

  /** Sends ICE candidates, all in one request (`trickle`); `{ completed: true }` ends them. */
  trickle(candidates: readonly (RTCIceCandidateInit | { completed: true })[]): Promise<void> {
    return this.#handle.trickle(candidates);
  }

  /** Ends the subscription (`leave`, `detach`). If that fails, it may be tried again. */
  async leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    try {
      await this.#leaving;
    } catch (error) {
      this.#leaving = undefined;
      throw error;
    }
  }

  async #leave(): Promise<void> {
    if (this.#handle.spent === undefined) {
      const left = this.#handle.ask('leaveSubscriber', {});
      this.#handle.spent = LEFT;
      await left.catch(ignoreLoss);
    }
    if (this.#handle.spent === LEFT) await this.#handle.detach().catch(ignoreRefusal);
  }

  /** @internal */
  heard(type: keyof HandleEventMap, fields: object): void {
    const said = fields as Answer;
    if (type === 'event') {
      if (said.data['switched'] !== undefined) return this.#hand(said.data);
      // Of a request that timed out an offer is left, which has to be answered, or nothing.
      if (said.answers && said.data['videoroom'] !== 'updated') return said.jsep && this.#updated(said);
    }
    if (type === 'detached') this.#handle.spent ??= 'the handle is gone';
    const [name, event] = (type === 'event' && sortSubscriberEvent(said)) || [type, fields];
    if (name === 'updated') this.#learn(event as Mapping);
    this.emit(name, event as never);
    // Its own offer is told already: what crossed it comes with the next.
    if (name === 'updated' && said.jsep && !said.answers) this.#crossed?.();
  }
}
