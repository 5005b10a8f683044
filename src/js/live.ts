import { lazily } from './lazily.js';
import type { Host } from './live/index.js';
import type { StateChanged } from './types.js';

/** What there is to load. */
type Live = typeof import('./live/index.js');

/** What can be asked of it. @internal */
export type Asked = Exclude<keyof Live, 'enliven'>;

/** Loaded once, so that what is asked is done in the order in which it was. */
const load = lazily((): Promise<Live> => import('./live/index.js'));

/** How many changes of state are kept for a report. */
const KEPT = 50;

/** What lasts as long as a call is up, and what few pages ask for; loaded when there is a call, or when asked for. @internal */
export class LivePort {
  readonly #host: Host;
  /** The call that is up: each has a number of its own. */
  #call: number | undefined;
  #calls = 0;
  #stop: (() => void) | undefined;
  /** Beginnings and ends, one after the other: what is loaded for one call may come during the next. */
  #last: Promise<void> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  /** One of the functions there, for this room, and for the stay during which it is asked. */
  async ask<K extends Asked>(name: K, argument: Parameters<Live[K]>[1]): Promise<Awaited<ReturnType<Live[K]>>> {
    type Answer = Awaited<ReturnType<Live[K]>>;
    return this.#host.within(async (stay): Promise<Answer> => {
      const live = await load();
      return (await live[name](this.#host, argument as never, stay)) as Answer;
    });
  }

  follow(change: StateChanged): void {
    const { state } = change;
    const { states } = this.#host;
    states.push({ at: performance.now(), ...change });
    states.splice(0, states.length - KEPT);
    if (state === 'connected' && this.#call === undefined) {
      const call = (this.#call = this.#calls += 1);
      this.#then(() => this.#begin(call));
    } else if (state === 'disconnected') {
      this.#call = undefined;
      this.#then(() => {
        this.#stop?.();
        this.#stop = undefined;
      });
    }
  }

  #then(work: () => void | Promise<void>): void {
    this.#last = this.#last.then(work).catch(reportError);
  }

  async #begin(call: number): Promise<void> {
    try {
      const { enliven } = await load();
      if (this.#call === call) this.#stop = enliven(this.#host);
    } catch (error) {
      // Tried again when the room comes up again.
      if (this.#call === call) this.#call = undefined;
      throw error;
    }
  }
}
