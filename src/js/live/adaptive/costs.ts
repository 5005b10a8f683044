/** What the layers of a stream take, as far as that was seen. Pure: nothing of the browser is in here. */
import { BEST, type Level } from './demand.js';
import type { Held } from './ladder.js';

/** What the levels take before anything was measured, bit/s. */
const GUESSES = [0, 120_000, 400_000, 1_300_000] as const;
/** What the fewest pictures take of all. */
const THIN = 0.5;
/** How much the last measurement counts. */
const NEWEST = 0.4;
/** By how much the guesses may be wrong. */
const SANE = 20;
/** Where to look for what was measured, from a level on. */
const NEAREST = [0, 1, -1, 2, -2];

type Measured = readonly (number | undefined)[];

/** @internal */
export class Costs {
  readonly #newest: (number | undefined)[] = [];
  #known: Measured = [];
  /** The best the sender has at the moment: it may send no more. */
  top: Level = BEST;

  measure(level: Level, bitrate: number): void {
    const before = this.#newest[level] ?? bitrate;
    this.#newest[level] = before + (bitrate - before) * NEWEST;
  }

  /** From now on decisions go by what was measured meanwhile: not all the time, or they would sway with it. */
  adopt(): void {
    this.#known = [...this.#newest];
  }

  /** By what decisions go by, bit/s. */
  known(held: Held): number {
    return this.#of(held, this.#known);
  }

  /** By what was measured last, bit/s. */
  newest(held: Held): number {
    return this.#of(held, this.#newest);
  }

  #of({ level, isThin }: Held, measured: Measured): number {
    const real = Math.min(level, this.top);
    const nearest = NEAREST.map((off) => real + off).find((at) => at > 0 && measured[at] !== undefined) ?? 0;
    const factor = (measured[nearest] ?? 1) / (GUESSES[nearest] || 1);
    return (GUESSES[real] ?? 0) * Math.min(SANE, Math.max(1 / SANE, factor)) * (isThin ? THIN : 1);
  }
}
