/** A stream that should flow. @internal */
export interface Flow {
  /** Grows with everything that comes; `undefined` before anything did. */
  readonly count: number | undefined;
  /** After how long without anything it is stalled, ms. */
  readonly patience: number;
}

/** What began to stall, and what no longer does. @internal */
export interface StallChange<K> {
  readonly stalled: readonly K[];
  readonly resumed: readonly K[];
}

/** Before the first frame there is a connection to be made, and a key frame to be waited for, ms. */
const FIRST_MS = 5_000;
/** A page that slept for longer, ms, knows nothing of what came meanwhile. */
const SLEPT_MS = 6_000;

interface Watched {
  count: number | undefined;
  moved: number;
  stalled: boolean;
}

/**
 * Tells which streams stand still. Those that are not given in a step are not to flow: they are forgotten, and stalled
 * no longer.
 *
 * @internal
 */
export class StallWatch<K> {
  readonly #watched = new Map<K, Watched>();
  #before: number | undefined;

  step(now: number, flows: ReadonlyMap<K, Flow>): StallChange<K> {
    const slept = this.#before !== undefined && now - this.#before > SLEPT_MS;
    this.#before = now;
    const [stalled, resumed]: [K[], K[]] = [[], []];
    for (const [key, watched] of this.#watched) {
      if (flows.has(key)) continue;
      this.#watched.delete(key);
      if (watched.stalled) resumed.push(key);
    }
    for (const [key, flow] of flows) {
      const watched = this.#watched.get(key) ?? { count: flow.count, moved: now, stalled: false };
      this.#watched.set(key, watched);
      const moves = flow.count !== undefined && flow.count !== watched.count;
      watched.count = flow.count ?? watched.count;
      if (moves || (slept && !watched.stalled)) watched.moved = now;
      const patience = watched.count ? flow.patience : Math.max(FIRST_MS, flow.patience);
      const stalls = watched.stalled ? !moves : now - watched.moved >= patience;
      if (stalls !== watched.stalled) (stalls ? stalled : resumed).push(key);
      watched.stalled = stalls;
    }
    return { stalled, resumed };
  }
}
