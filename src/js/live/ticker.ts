import type { RoomStats } from '../media/room-stats.js';
import type { Room } from '../room.js';
import { statisticsOf } from './statistics.js';

/** How often the browser is asked, ms: with many tracks less, since that takes longer, and of a page that nobody sees. */
const PERIOD_MS = 1_000;
const CROWD_PERIOD_MS = 2_000;
const HIDDEN_PERIOD_MS = 4_000;
const CROWD = 16;

/** Hears how the room does; `now` is that of `performance.now()`, ms. @internal */
export type StatsListener = (stats: RoomStats, now: number) => void;

/** Asks once for everybody who listens, and nobody while none does. */
class Ticker {
  readonly #read: () => Promise<RoomStats>;
  readonly #listeners = new Set<StatsListener>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room) {
    this.#read = statisticsOf(room);
  }

  add(listener: StatsListener): () => void {
    // A wrapper, so that the same function can listen twice and stop once.
    const entry: StatsListener = (stats, now) => listener(stats, now);
    this.#listeners.add(entry);
    this.#timer ??= setTimeout(() => void this.#tick(), PERIOD_MS);
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  async #tick(): Promise<void> {
    const timer = this.#timer;
    // A browser that cannot say how it does is asked again the next time.
    const stats = await this.#read().catch(() => undefined);
    const now = performance.now();
    for (const listener of stats ? [...this.#listeners] : []) {
      try {
        listener(stats!, now);
      } catch (error) {
        reportError(error);
      }
    }
    // Nobody listens any longer, or a new round began meanwhile.
    if (this.#timer !== timer) return;
    const period = stats && stats.tracks.length > CROWD ? CROWD_PERIOD_MS : PERIOD_MS;
    this.#timer = setTimeout(() => void this.#tick(), document.hidden ? HIDDEN_PERIOD_MS : period);
  }
}

const tickers = new WeakMap<Room, Ticker>();

/**
 * Calls `listener` with the statistics of a room, every second or two, until the returned function is called. However many
 * listen, each peer connection is asked once.
 *
 * @internal
 */
export function onStats(room: Room, listener: StatsListener): () => void {
  const ticker = tickers.get(room) ?? new Ticker(room);
  tickers.set(room, ticker);
  return ticker.add(listener);
}
