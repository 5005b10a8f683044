import type { HandleCore } from '../../../pkg/janus.js';
import { JanusError, internal } from '../index.js';
import type { Abortable } from '../events.js';
import type { Session } from '../janus.js';
import type { HandleEventMap, Jsep } from '../types.js';
import { decode, encode, type Fields, type Method } from './requests.js';

const { abortable, described, parsed, stringify } = internal;

/** What an answer holds, under the names people know. */
export interface Answer {
  data: Fields;
  jsep?: Jsep;
  /** It came as an event, and belongs to a request of ours: one that timed out, or that was answered before. */
  answers?: boolean;
}

/** An offer or an answer, the browser's own or one with Janus's flags. */
export type Description = Jsep | RTCSessionDescriptionInit;

/** @internal What a session gives to those who attach to it. */
export interface Attaching {
  attach: (onEvent: (type: keyof HandleEventMap, fields: object) => void) => Promise<HandleCore>;
  /** The server's version. */
  version: number;
  session: Session;
}

/** A handle on the plugin, and what it takes to ask something on it. */
export class RoomHandle {
  readonly #core: HandleCore;
  readonly version: number;
  /** Why it cannot be used any more. */
  spent: string | undefined;

  /** @internal */
  constructor(core: HandleCore, version: number) {
    this.#core = core;
    this.version = version;
  }

  get id(): number {
    return this.#core.id as number;
  }

  #usable(request: string): void {
    if (this.spent === undefined) return;
    throw new JanusError(`${request}: ${this.spent}`, { code: 'invalid-state', request, retryable: false });
  }

  /** Sends ICE candidates, all in one request. */
  async trickle(candidates: readonly (RTCIceCandidateInit | { completed: true })[]): Promise<void> {
    this.#usable('trickle');
    await this.#core.trickle(stringify(candidates));
  }

  /** Ends the peer connection on the server. */
  async hangup(): Promise<void> {
    this.#usable('hangup');
    await (this.#core.hangup() as Promise<void>);
  }

  /** Ends the handle. */
  detach(): Promise<void> {
    return this.#core.detach() as Promise<void>;
  }

  /** Asks, and gives the answer as the server wrote it; `apart` from the order of the others if it may stay away. */
  async ask(method: Method, options: object & Abortable, jsep?: Description | null, apart = false): Promise<Answer> {
    const { request, fields } = encode(method, options, this.version);
    this.#usable(request);
    // An answer on a publisher's handle may bring the server down.
    const description = described(jsep, [method === 'start' ? 'answer' : 'offer'], request);
    options.signal?.throwIfAborted();
    const asked = this.#core.send(stringify(fields), description, request, apart) as Promise<object>;
    return parsed(await abortable(asked, options.signal)) as Answer;
  }

  /** The same, with the answer under the names people know, as long as all of `keys` are in it. */
  async read<T>(method: Method, options: object & Abortable, ...keys: string[]): Promise<T> {
    const { data } = await this.ask(method, options);
    return decoded<T>(method, data, keys);
  }
}

/** An answer under the names people know, as long as all of `keys` are in it. */
export function decoded<T>(method: string, { videoroom: _, ...data }: Fields, keys: string[]): T {
  if (keys.some((key) => data[key] === undefined)) throw misfit(method);
  return decode(data) as T;
}

/** For an answer that is none. */
export function misfit(method: string): JanusError {
  const details = { code: 'protocol', request: method, retryable: false } as const;
  return new JanusError(`${method}: the server's answer does not fit the request`, details);
}

/** What is asked, without what calls it off: it goes on whoever waits. */
export const lasting = <T extends object & Abortable>(options: T): T =>
  typeof options === 'object' && options !== null ? { ...options, signal: undefined } : options;

/** Of what is ended, the server may say that it is over already. */
export function ignoreRefusal(error: unknown): void {
  const over = error instanceof JanusError && (error.status !== undefined || error.code === 'handle-not-found');
  if (!over) throw error;
}

/** Of what is to end: a connection that was lost meanwhile is no hindrance, for the handle ends when it is back. */
export function ignoreLoss(error: unknown): void {
  if (!(error instanceof JanusError && error.code === 'connection-lost')) ignoreRefusal(error);
}

/** Runs `then` once those who wait for a promise have gone on; not slowed down in hidden pages, as timers are. */
function afterwards(then: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    then();
  };
  port2.postMessage(undefined);
}

/** What a handle is once it joined. */
export interface Role {
  heard(type: keyof HandleEventMap, fields: object): void;
  leave(): Promise<void>;
}

/**
 * @internal Attaches and joins, if there is nothing wrong with what was asked. What is told before the caller can
 * listen waits for it; what is left of a failed or called-off attempt is detached.
 */
export async function enter<T extends Role>(
  attaching: Attaching,
  method: Method,
  options: object & Abortable,
  join: (handle: RoomHandle) => Promise<T>,
): Promise<T> {
  encode(method, options, attaching.version);
  const { signal } = options;
  const early: [keyof HandleEventMap, object][] = [];
  let role: T | undefined;
  const onEvent = (type: keyof HandleEventMap, fields: object): void => {
    const heard = parsed(fields);
    if (role) role.heard(type, heard);
    else early.push([type, heard]);
  };
  const entering = async (): Promise<T> => {
    const core = await attaching.attach(onEvent);
    try {
      const joined = await join(new RoomHandle(core, attaching.version));
      afterwards(() => {
        role = joined;
        for (const [type, heard] of early.splice(0)) joined.heard(type, heard);
      });
      return joined;
    } catch (error) {
      // A join that fails at its offer leaves us in the room. A handle that is gone is what we want.
      await (core.detach() as Promise<void>).catch(() => undefined);
      throw error;
    }
  };
  signal?.throwIfAborted();
  return abortable(entering(), signal, (late) => late.leave());
}
