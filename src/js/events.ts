import { FUNCTION, SIGNAL, check } from './checks.js';
import { invalidArgument } from './errors.js';

/** Options of everything that can be called off. */
export interface Abortable {
  /** Calls it off: what waits rejects with the signal's reason, listeners are removed. */
  signal?: AbortSignal | undefined;
}

/** An event of an async iterator: its name, and its fields. */
export type NamedEvent<M> = { [K in keyof M]: { readonly type: K } & M[K] }[keyof M];

/** The names of all events there are: others are refused. @internal */
export type EventNames<M> = Readonly<Record<keyof M, 0>>;

type Listener = (event: never) => void;

/** What calls it off, if it is what it has to be. @internal */
export function signalOf(options: Abortable | null | undefined): AbortSignal | undefined {
  const signal = options?.signal ?? undefined;
  if (signal !== undefined) check('signal', SIGNAL, signal);
  return signal;
}

/** Typed events. State can always be read, so that a listener that comes late misses nothing. */
export class Emitter<M extends object> {
  readonly #listeners = new Map<keyof M, Set<Listener>>();
  readonly #iterators = new Set<(event: NamedEvent<M>) => void>();
  readonly #names: EventNames<M>;

  /** @internal */
  constructor(names: EventNames<M>) {
    this.#names = names;
  }

  /**
   * Calls `listener` with each event of this type; the returned function ends that. What a listener throws is an error of
   * the page's, at its window, and the others hear the event all the same; if it is async and rejects, that is an unhandled
   * rejection.
   */
  on<K extends keyof M>(type: K, listener: (event: M[K]) => void, options: Abortable = {}): () => void {
    if (!Object.hasOwn(this.#names, type)) throw invalidArgument(`type: there is no event "${String(type)}"`);
    check('listener', FUNCTION, listener);
    const signal = signalOf(options);
    if (signal?.aborted) return () => undefined;
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // A wrapper, so that the same function can listen twice and stop once.
    const entry: Listener = (event) => listener(event);
    listeners.add(entry);
    const stop = (): void => {
      listeners.delete(entry);
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop, { once: true });
    return stop;
  }

  /** Every event from now on, as an async iterator; leaving the loop or aborting the signal ends it. */
  events(options: Abortable = {}): AsyncIterableIterator<NamedEvent<M>> {
    const signal = signalOf(options);
    const queue: NamedEvent<M>[] = [];
    const waiting: ((result: IteratorResult<NamedEvent<M>>) => void)[] = [];
    const end = { done: true, value: undefined } as const;
    let done = signal?.aborted ?? false;
    const take = (event: NamedEvent<M>): void => {
      const next = waiting.shift();
      if (next) next({ done: false, value: event });
      else queue.push(event);
    };
    const finish = (): void => {
      done = true;
      this.#iterators.delete(take);
      signal?.removeEventListener('abort', finish);
      waiting.splice(0).forEach((next) => next(end));
    };
    if (!done) this.#iterators.add(take);
    signal?.addEventListener('abort', finish, { once: true });
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        const value = queue.shift();
        if (value !== undefined) return { done: false, value };
        return done ? end : new Promise((resolve) => waiting.push(resolve));
      },
      return() {
        finish();
        queue.length = 0;
        return Promise.resolve(end);
      },
    };
  }

  /** @internal A listener that throws neither stops the others nor the room: the page hears of it. */
  protected emit<K extends keyof M>(type: K, event: M[K]): void {
    const listeners = this.#listeners.get(type);
    for (const listener of [...(listeners ?? [])]) {
      // An earlier one may have ended it.
      if (!listeners?.has(listener)) continue;
      try {
        (listener as (event: M[K]) => void)(event);
      } catch (error) {
        reportError(error);
      }
    }
    for (const take of [...this.#iterators]) take({ type, ...event });
  }
}

/**
 * @internal Rejects with the signal's reason as soon as it is aborted. What comes all the same is undone by `undo`.
 */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | null | undefined,
  undo?: (late: T) => unknown,
): Promise<T> {
  if (!signal) return promise;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
      promise.then(undo).catch(() => undefined);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
