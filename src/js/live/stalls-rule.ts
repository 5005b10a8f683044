/** A stream that should flow. @internal */
export interface Flow {
  /** Grows with everything that comes; `undefined` before anything did. */
  readonly count: number | undefined;
  /** Grows with every picture that is made of it; `undefined` where nobody looks, so that none has to be. */
  readonly pictures?: number | undefined;
  /** After how long without anything it is stalled, ms. */
  readonly patience: number;
}

/** What began to stall, and what no longer does. @internal */
export interface StallChange<K> {
  readonly stalled: readonly K[];
  readonly resumed: readonly K[];
  /** Nothing has come of all that should, for some time; said until it was heard. */
  readonly silent: boolean;
}

/** Before the first frame there is a connection to be made, and a key frame to be waited for, in a stream that goes on as well; ms. */
const FIRST_MS = 5_000;
/** For how long everything has to stand still before the connection is to blame, ms. */
const SILENCE_MS = 8_000;
/** A page that slept for longer, ms, knows nothing of what came meanwhile. */
const SLEPT_MS = 6_000;

/** A number that should grow. */
class Counter {
  count: number | undefined;
  #moved: number;

  constructor(count: number | undefined, now: number) {
    this.count = count;
    this.#moved = now;
  }

  /** For how long it has not moved, ms. */
  step(now: number, count: number | undefined): number {
    // What begins again from nothing has not come yet.
    if (count !== undefined && count > (this.count ?? -1)) this.excuse(now);
    this.count = count ?? this.count;
    return now - this.#moved;
  }

  /** It counts as moved. */
  excuse(now: number): void {
    this.#moved = now;
  }
}

interface Watched {
  readonly packets: Counter;
  pictures: Counter | undefined;
  stalled: boolean;
}

/** Whether a stream stands still. */
function stands(now: number, watched: Watched, { count, pictures, patience }: Flow): boolean {
  const still = watched.packets.step(now, count);
  // When somebody looks again, it begins anew.
  watched.pictures = pictures === undefined ? undefined : (watched.pictures ?? new Counter(pictures, now));
  const frozen = watched.pictures?.step(now, pictures) ?? 0;
  const first = Math.max(FIRST_MS, patience);
  // What stalled goes on with the next packet, and with the next picture where there is to be one.
  if (watched.stalled) return still > 0 || frozen > 0;
  return still >= (watched.packets.count ? patience : first) || frozen >= first;
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
  /** Since when everything stands still; `Infinity` once that was heard. */
  #silent: number | undefined;

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
      const watched = this.#watched.get(key) ?? { packets: new Counter(flow.count, now), pictures: undefined, stalled: false };
      this.#watched.set(key, watched);
      if (slept && !watched.stalled) for (const counter of [watched.packets, watched.pictures]) counter?.excuse(now);
      const stalls = stands(now, watched, flow);
      if (stalls !== watched.stalled) (stalls ? stalled : resumed).push(key);
      watched.stalled = stalls;
    }
    return { stalled, resumed, silent: this.#isSilent(now, flows) };
  }

  /** Something is done about the silence: it is not said again before something came. */
  heard(): void {
    this.#silent = Infinity;
  }

  /** Whether everything has stood still for long. What may hold still proves nothing alone. */
  #isSilent(now: number, flows: ReadonlyMap<K, Flow>): boolean {
    const stands = [...this.#watched.values()].every(({ stalled }) => stalled);
    const proves = [...flows.values()].some(({ patience }) => patience < SILENCE_MS);
    this.#silent = stands && proves ? (this.#silent ?? now) : undefined;
    return this.#silent !== undefined && now - this.#silent >= SILENCE_MS;
  }
}
