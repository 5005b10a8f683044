import type { HandleCore } from '../../pkg/janus.js';
import { abortable, type Abortable } from './events.js';
import { parse, stringify } from './json.js';
import { ID_WORDS, JanusError, invalidArgument, isId, normalizeId } from './errors.js';
import type {
  CreateRoomOptions,
  Id,
  JoinPublisherOptions,
  Joined,
  ParticipantInfo,
  RoomChanged,
  RoomInfo,
} from './types.js';

type Fields = Record<string, unknown>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What each field may be, and how that is said. A field means the same in every request. */
const KINDS: readonly (readonly [names: string, fits: (value: unknown) => boolean, words: string])[] = [
  ['room id', isId, ID_WORDS],
  ['description secret pin display token audiocodec videocodec recDir adminKey', isText, 'a string'],
  ['isPrivate permanent audiolevelEvent notifyJoining record', isFlag, 'true or false'],
  ['publishers bitrate firFreq', isCount, 'an integer from 0'],
  ['allowed', isTexts, 'an array of strings'],
];

/** `isPrivate` for people, `is_private` for Janus. */
const toJanus = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const fromJanus = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The fields of a request. What is not set stays away: Janus takes `null` for a value. */
function request(options: Abortable): Fields {
  const { signal: _, ...fields } = options;
  const named = Object.entries<unknown>(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    named.map(([name, value]) => {
      const kind = KINDS.find(([names]) => names.split(' ').includes(name));
      if (!kind) throw invalidArgument(`there is no field ${name}`);
      if (!kind[1](value)) throw invalidArgument(`${name} must be ${kind[2]}`);
      return [toJanus(name), isId(value) ? normalizeId(value as Id) : value];
    }),
  );
}

/** An answer, or an element of one, under the names the page knows. */
function answer<T>(data: unknown): T {
  return Object.fromEntries(Object.entries(data as Fields).map(([name, value]) => [fromJanus(name), value])) as T;
}

/** A handle on the VideoRoom plugin, typed. */
export class VideoRoom {
  /** @internal */
  static readonly plugin = 'janus.plugin.videoroom';
  readonly #core: HandleCore;

  /** @internal */
  constructor(core: HandleCore) {
    this.#core = core;
  }

  /** Asks, and takes out of the answer what `check` says has to be there. */
  async #ask(name: string, options: Abortable, check: (data: Fields) => boolean, extra?: Fields): Promise<Fields> {
    const asked = this.#core.ask(name, stringify({ ...request(options), ...extra })) as Promise<string>;
    const data = parse(await abortable(asked, options.signal)) as Fields;
    if (check(data)) return data;
    const details = { code: 'protocol', request: name, retryable: false } as const;
    throw new JanusError(`${name}: the server's answer does not fit the request`, details);
  }

  /**
   * Makes a room (`create`). Rejects with `room-exists` (427) if the id is taken.
   *
   * @example
   * const { room } = await rooms.create({ description: 'Weekly', pin: '1234', isPrivate: true });
   */
  async create(options: CreateRoomOptions & Abortable = {}): Promise<RoomChanged> {
    return this.#change('create', options);
  }

  /** Ends a room and sends everybody out (`destroy`). */
  async destroy(options: { room: Id; secret?: string; permanent?: boolean } & Abortable): Promise<RoomChanged> {
    return this.#change('destroy', options);
  }

  async #change(name: string, options: Abortable): Promise<RoomChanged> {
    const { room, permanent = false } = await this.#ask(name, options, (data) => isId(data['room']));
    return { room, permanent } as RoomChanged;
  }

  /** Whether there is such a room, private ones included (`exists`). */
  async exists(room: Id, options: Abortable = {}): Promise<boolean> {
    const data = await this.#ask('exists', { ...options, room } as Abortable, (found) => isFlag(found['exists']));
    return data['exists'] as boolean;
  }

  /** The public rooms; with the server's admin key the private ones too (`list`). */
  async list(options: { adminKey?: string } & Abortable = {}): Promise<RoomInfo[]> {
    const data = await this.#ask('list', options, (found) => Array.isArray(found['list']));
    return (data['list'] as unknown[]).map((room) => answer<RoomInfo>(room));
  }

  /** Who is in a room (`listparticipants`). */
  async listParticipants(room: Id, options: Abortable = {}): Promise<ParticipantInfo[]> {
    const isThere = (found: Fields): boolean => Array.isArray(found['participants']);
    const data = await this.#ask('listparticipants', { ...options, room } as Abortable, isThere);
    return (data['participants'] as unknown[]).map((person) => answer<ParticipantInfo>(person));
  }

  /** Joins a room as a publisher who does not publish yet (`join`). A handle joins once. */
  async join(options: JoinPublisherOptions & Abortable): Promise<Joined> {
    const joined = (found: Fields): boolean => found['videoroom'] === 'joined' && isId(found['id']);
    const data = await this.#ask('join', options, joined, { ptype: 'publisher' });
    const { room, description = '', id, publishers = [] } = data;
    return { room, description, id, publishers } as Joined;
  }

  /** Ends the handle. */
  detach(): Promise<void> {
    return this.#core.detach() as Promise<void>;
  }
}
