import type { Host } from './live/index.js';
import type { StateChanged } from './types.js';

/** What there is to load. */
type Live = typeof import('./live/index.js');

/** What can be asked of it. @internal */
export type Asked = Exclude<keyof Live, 'enliven'>;

/** How many changes of state are kept for a report. */
const KEPT = 50;

/** What lasts as long as a call is up, and what few pages ask for; loaded when there is a call, or when asked for. @internal */
export class LivePort {
  readonly #host: Host;
  #stop: Promise<() => void> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** One of the functions there, for this room. */
  async ask<K extends Asked>(name: K, argument: Parameters<Live[K]>[1]): Promise<Awaited<ReturnType<Live[K]>>> {
    const live = await import('./live/index.js');
    return live[name](this.#host, argument as never) as Promise<Awaited<ReturnType<Live[K]>>>;
  }

  follow(change: StateChanged): void {
    const { state } = change;
    const { states } = this.#host;
    states.push({ at: performance.now(), ...change });
    states.splice(0, states.length - KEPT);
    if (state === 'connected') {
      this.#stop ??= import('./live/index.js').then(({ enliven }) => enliven(this.#host));
      this.#stop.catch(reportError);
    } else if (state === 'disconnected') {
      this.#stop?.then((stop) => stop(), () => undefined);
      this.#stop = undefined;
    }
  }
}
