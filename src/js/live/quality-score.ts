import type { ConnectionQuality } from '../types.js';

/** What is known of a stream at a moment; what is not known counts for nothing. @internal */
export interface Health {
  /** Which part of the packets got lost, 0..1. */
  readonly loss?: number | undefined;
  /** ms */
  readonly jitter?: number | undefined;
  /** ms */
  readonly roundTripTime?: number | undefined;
  /** For which part of the time the picture stood still, 0..1. */
  readonly frozen?: number | undefined;
  /** Which part of the pictures that are to be expected is missing, 0..1. */
  readonly missing?: number | undefined;
  /** Whether the server complains of losses. */
  readonly hinted?: boolean | undefined;
}

/** How bad it is: 0 is excellent, 3 is lost. @internal */
export type Grade = 0 | 1 | 2 | 3;

export const LOST: Grade = 3;
const POOR: Grade = 2;

const WORDS: readonly ConnectionQuality[] = ['excellent', 'good', 'poor', 'lost'];

/** @internal */
export const inWords = (grade: Grade): ConnectionQuality => WORDS[grade]!;

/** From where on it is no longer excellent, and from where on it is poor. */
const LIMITS: readonly [keyof Omit<Health, 'hinted'>, number, number][] = [
  ['loss', 0.03, 0.1],
  ['jitter', 50, 150],
  ['roundTripTime', 350, 900],
  ['frozen', 0.1, 0.4],
  ['missing', 0.4, 0.75],
];

/** The worst of what is known decides. @internal */
export function gradeOf(health: Health): Grade {
  let worst: Grade = health.hinted ? 1 : 0;
  for (const [name, good, poor] of LIMITS) {
    const value = health[name] ?? 0;
    if (value >= poor) return POOR;
    if (value >= good) worst = 1;
  }
  return worst;
}

/** Below this many pictures per second nothing can be said of missing ones. */
const FEW_PICTURES = 8;
/** How fast more pictures, and fewer, come to be what is expected. */
const LEARN = 0.1;
const FORGET = 0.01;

/**
 * How many pictures per second are expected. Those that wait for one that stands by itself come in a burst, after a gap: of
 * the first three readings with other layers the middle one is what counts.
 *
 * @internal
 */
export class Pace {
  #of: string | undefined;
  #reads = 0;
  #expected = 0;
  #most = 0;

  /** Which part is missing, 0..1, of what comes of these layers. Before the first picture nothing is expected. */
  step(of: string, rate: number | undefined): number | undefined {
    if (rate === undefined) return undefined;
    if (of !== this.#of) this.#reads = this.#expected = 0;
    this.#of = of;
    if (rate > 0 || this.#reads > 0) this.#learn(rate);
    return this.#expected >= FEW_PICTURES ? 1 - rate / this.#expected : undefined;
  }

  #learn(rate: number): void {
    const expected = this.#expected;
    this.#reads += 1;
    if (this.#reads === 1) this.#expected = this.#most = rate;
    else if (this.#reads === 2) [this.#expected, this.#most] = [Math.min(expected, rate), Math.max(expected, rate)];
    else if (this.#reads === 3) this.#expected = Math.min(Math.max(expected, rate), this.#most);
    else this.#expected += (rate - expected) * (rate > expected ? LEARN : FORGET);
  }
}

/** How many moments in a row it has to be worse, or better, to be called so. */
const WORSE = 2;
const BETTER = 4;

/** A grade that does not jump. @internal */
export class Steady {
  #grade: Grade;
  #recent: Grade[] = [];

  constructor(grade: Grade = 0) {
    this.#grade = grade;
  }

  get grade(): Grade {
    return this.#grade;
  }

  /** `certain`: it is known and not measured, and holds at once. */
  step(grade: Grade, certain = false): Grade {
    this.#recent = [...this.#recent.slice(1 - BETTER), grade];
    const last = this.#recent.slice(-WORSE);
    const [worse, better] = [Math.min(...last) as Grade, Math.max(...this.#recent) as Grade];
    if (certain) this.#grade = grade;
    else if (last.length === WORSE && worse > this.#grade) this.#grade = worse;
    else if (this.#recent.length === BETTER && better < this.#grade) this.#grade = better;
    return this.#grade;
  }
}

/** Whose fault it is. @internal */
export interface Verdict<P> {
  readonly own: Grade;
  /** Only those of whom something can be said. */
  readonly others: ReadonlyMap<P, Grade>;
}

/**
 * What is bad of everybody, of two at least, is our own doing: it counts for us, and says nothing of those who are no
 * worse than that. That nothing comes from anybody is our doing only if our connection is `down`.
 *
 * @internal
 */
export function blame<P>(own: Grade, others: ReadonlyMap<P, Grade>, down: boolean): Verdict<P> {
  const least = others.size > 1 ? (Math.min(...others.values()) as Grade) : 0;
  const ours = down ? LOST : (Math.min(least, POOR) as Grade);
  const theirs = [...others].filter(([, grade]) => ours === 0 || grade > ours);
  return { own: Math.max(own, ours) as Grade, others: new Map(theirs) };
}
