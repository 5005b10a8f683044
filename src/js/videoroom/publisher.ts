import { Emitter, internal } from '../index.js';
import type { Abortable, EventNames } from '../events.js';
import type { HandleEventMap, Id } from '../types.js';
import { decoded, enter, ignoreLoss, ignoreRefusal, misfit } from './handle.js';
import type { Answer, Attaching, Description, RoomHandle } from './handle.js';
import { decode, type Fields } from './requests.js';
import type {
  ConfigurePublisherOptions,
  JoinAndConfigureOptions,
  JoinPublisherOptions,
  Joined,
  PublishOptions,
  Published,
  PublisherEventMap,
  PublisherInfo,
} from './types.js';

const { HANDLE_EVENTS, described } = internal;

type Configuring = ConfigurePublisherOptions & { jsep?: Description | undefined } & Abortable;

const EVENTS: EventNames<PublisherEventMap> = {
  ...HANDLE_EVENTS, publishers: 0, joining: 0, unpublished: 0, leaving: 0, kicked: 0, kickedOurselves: 0, changed: 0, moderated: 0,
  talking: 0, stoppedTalking: 0, destroyed: 0, slowLink: 0,
};

const LEFT = 'this publisher has left the room: join with a new one';

/** The event a message of the plugin is, with its fields. Nobody else's "ok" comes here: answers do not. */
export function sortPublisherEvent(data: Fields): [keyof PublisherEventMap, Fields] | undefined {
  const { videoroom, room: _, ...said } = data;
  const { publishers, joining, unpublished, leaving, kicked, reason, moderation, id, mid, ...rest } = said;
  const whom = (who: unknown): Fields => decode({ id: who, ...rest }) as Fields;
  if (videoroom === 'talking' || videoroom === 'stopped-talking') {
    const { mindex, 'audio-level-dBov-avg': level } = rest;
    return [videoroom === 'talking' ? 'talking' : 'stoppedTalking', { id, mid, mindex, level }];
  }
  if (videoroom === 'destroyed') return ['destroyed', {}];
  if (videoroom === 'slow_link') return ['slowLink', decode(rest) as Fields];
  if (videoroom !== 'event') return undefined;
  if (Array.isArray(publishers)) return ['publishers', { publishers: decode(publishers) }];
  if (joining !== undefined) return ['joining', decode(joining) as Fields];
  if (unpublished !== undefined) return ['unpublished', whom(unpublished)];
  if (leaving === 'ok' && reason === 'kicked') return ['kickedOurselves', {}];
  if (leaving !== undefined) return ['leaving', whom(leaving)];
  if (kicked !== undefined) return ['kicked', whom(kicked)];
  if (id === undefined) return undefined;
  if (moderation !== undefined) return ['moderated', { id, mid, muted: moderation === 'muted' }];
  return 'display' in rest || 'metadata' in rest ? ['changed', whom(id)] : undefined;
}

/** What an answer to an offer holds. */
function published(method: string, { data, jsep }: Answer): Published {
  if (!jsep) throw misfit(method);
  return { streams: (decode(data['streams'] ?? []) as Published['streams']), jsep };
}

/**
 * A participant of a room, who may publish. The peer connection is the page's: this carries words.
 *
 * It joins once, on a handle of its own, and is spent when it has left.
 */
export class Publisher extends Emitter<PublisherEventMap> {
  readonly #handle: RoomHandle;
  readonly #publishers = new Map<Id, PublisherInfo>();
  #leaving: Promise<void> | undefined;
  /** What the server said on joining. */
  readonly joined: Joined;

  /** @internal */
  constructor(handle: RoomHandle, joined: Joined) {
    super(EVENTS);
    this.#handle = handle;
    this.joined = joined;
    for (const publisher of joined.publishers) this.#publishers.set(publisher.id, publisher);
  }

  /** @internal */
  static join(attaching: Attaching, options: JoinPublisherOptions & Abortable): Promise<Publisher> {
    return enter(attaching, 'joinPublisher', options, async (handle) => {
      const { data } = await handle.ask('joinPublisher', options);
      return new Publisher(handle, joinedOf(data));
    });
  }

  /** @internal */
  static async joinAndConfigure(
    attaching: Attaching,
    options: JoinAndConfigureOptions & { jsep: Description } & Abortable,
  ): Promise<Published & { publisher: Publisher }> {
    const { jsep, ...rest } = options ?? {};
    described(jsep ?? null, ['offer'], 'joinandconfigure');
    let answer: Published;
    const publisher = await enter(attaching, 'joinAndConfigure', rest, async (handle) => {
      const answered = await handle.ask('joinAndConfigure', rest, jsep);
      answer = published('joinandconfigure', answered);
      return new Publisher(handle, joinedOf(answered.data));
    });
    return { publisher, ...answer! };
  }

  /** The handle's id. */
  get handleId(): number {
    return this.#handle.id;
  }

  /** Our participant id. */
  get id(): Id {
    return this.joined.id;
  }

  /** Who publishes now, by id. */
  get publishers(): ReadonlyMap<Id, PublisherInfo> {
    return this.#publishers;
  }

  /**
   * Publishes (`publish`), with an offer of a new peer connection. After an error, `hangup()` and wait for its event
   * before the next offer. Rejects with `already-published` (434), `room-full` (432), `invalid-sdp` (437).
   */
  async publish(options: PublishOptions & { jsep: Description } & Abortable): Promise<Published> {
    const { jsep, ...rest } = options ?? {};
    return published('publish', await this.#handle.ask('publish', rest, jsep ?? null));
  }

  /**
   * Changes what and how we publish (`configure`); with an offer it renegotiates, and the answer holds one too.
   * Rejects with `feed-not-found` (428) if a mid is unknown, `invalid-element` (430) if a codec is not the room's.
   */
  async configure(options: ConfigurePublisherOptions & { jsep: Description } & Abortable): Promise<Published>;
  async configure(options: ConfigurePublisherOptions & { jsep?: undefined } & Abortable): Promise<undefined>;
  async configure(options: Configuring): Promise<Published | undefined>;
  async configure(options: Configuring): Promise<Published | undefined> {
    const { jsep, ...rest } = options ?? {};
    const answer = await this.#handle.ask('configurePublisher', rest, jsep);
    return jsep ? published('configure', answer) : undefined;
  }

  /**
   * Stops publishing, stays in the room (`unpublish`). The peer connection is over. Rejects with `not-published`. Where
   * the server forwards our streams, close the peer connection instead: Janus before 1.2.2 can abort otherwise.
   */
  async unpublish(options: Abortable = {}): Promise<void> {
    await this.#handle.ask('unpublish', options);
  }

  /** Sends ICE candidates, all in one request (`trickle`); `{ completed: true }` ends them. */
  trickle(candidates: readonly (RTCIceCandidateInit | { completed: true })[]): Promise<void> {
    return this.#handle.trickle(candidates);
  }

  /** Ends the peer connection on the server (`hangup`), stays in the room. */
  hangup(): Promise<void> {
    return this.#handle.hangup();
  }

  /**
   * Leaves (`unpublish`, `leave`, `detach`). Without the first of these nobody's subscription would learn that our
   * streams are over. If that fails, it may be tried again. Where the server forwards our streams, close the peer
   * connection and wait for `hangup` first: Janus before 1.2.2 can abort otherwise.
   */
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
      const unpublished = this.unpublish();
      const left = this.#handle.ask('leavePublisher', {});
      this.#handle.spent = LEFT;
      await Promise.all([unpublished.catch(ignoreLoss), left.catch(ignoreLoss)]);
    }
    if (this.#handle.spent === LEFT) await this.#handle.detach().catch(ignoreRefusal);
  }

  /** @internal */
  heard(type: keyof HandleEventMap, fields: object): void {
    const said = fields as Answer;
    // An answer that nobody waits for any more: its `unpublished: "ok"` is about nobody of that name.
    if (said.answers) return;
    const sorted = type === 'event' ? sortPublisherEvent(said.data) : undefined;
    const [name, event] = sorted ?? [type, fields as Fields];
    this.#know(name, event);
    this.emit(name, event as never);
  }

  #know(name: keyof PublisherEventMap, event: Fields): void {
    if (name === 'publishers') {
      const told = (event['publishers'] as PublisherInfo[]).map((publisher) => this.#stillModerated(publisher));
      event['publishers'] = told;
      for (const publisher of told) this.#publishers.set(publisher.id, publisher);
    }
    if (name === 'changed') {
      const known = this.#publishers.get(event['id'] as Id);
      if (known) this.#publishers.set(known.id, { ...known, ...event });
    }
    if (name === 'moderated') this.#moderate(event as { id: Id; mid: string; muted: boolean });
    if (name === 'unpublished' || name === 'leaving' || name === 'kicked') this.#publishers.delete(event['id'] as Id);
    const end = ENDS[name];
    if (end === undefined || this.#handle.spent !== undefined) return;
    this.#handle.spent = end;
    // Of no use to anybody: a handle joins once.
    if (name !== 'detached') this.#handle.detach().catch(() => undefined);
  }

  /** Who is muted is told anew of pictures only: of the rest it holds until it is told otherwise. */
  #stillModerated(publisher: PublisherInfo): PublisherInfo {
    const before = this.#publishers.get(publisher.id)?.streams ?? [];
    const muted = before.filter(({ type, moderated }) => type !== 'video' && moderated).map(({ mid }) => mid);
    if (muted.length === 0) return publisher;
    const streams = publisher.streams.map((stream) =>
      stream.type !== 'video' && muted.includes(stream.mid) ? { ...stream, moderated: true } : stream);
    return { ...publisher, streams };
  }

  #moderate({ id, mid, muted }: { id: Id; mid: string; muted: boolean }): void {
    const known = this.#publishers.get(id);
    if (!known) return;
    const streams = known.streams.map((stream) => (stream.mid === mid ? { ...stream, moderated: muted } : stream));
    this.#publishers.set(id, { ...known, streams });
  }
}

/** What ends a publisher, and what is said then. */
const ENDS: Record<string, string> = {
  kickedOurselves: 'a moderator sent us out',
  destroyed: 'the room is gone',
  detached: 'the handle is gone',
};

function joinedOf(data: Fields): Joined {
  if (data['videoroom'] !== 'joined') throw misfit('join');
  return { description: '', publishers: [], ...decoded<Partial<Joined>>('join', data, ['id', 'room']) } as Joined;
}
