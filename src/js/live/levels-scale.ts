/** How fast a level rises and falls, ms: a word shows at once, and its end is not a blink. */
const RISE_MS = 60;
const FALL_MS = 300;
/** Below this it is silence: a level that only ever came nearer to 0 would not be 0. */
const SILENCE = 0.005;

/** A linear level (1 is as loud as can be), as browsers have it, on the scale that follows the ear. @internal */
export function toEar(level: number): number {
  return Math.min(1, Math.sqrt(Math.max(0, level)));
}

/** The level after so many ms, on its way from one to another. @internal */
export function smooth(from: number, to: number, passed: number): number {
  const level = from + (to - from) * (1 - Math.exp(-passed / (to > from ? RISE_MS : FALL_MS)));
  return level < SILENCE ? 0 : level;
}

/** The time it was heard last, as the browser has it, and since when that has not changed. */
interface Mark {
  stamp: number;
  since: number;
}

/** For how long a level holds with nothing new, ms: Opus says something at least every 400 ms, even of silence. */
const STALE_MS = 600;

/** Tells levels from what browsers keep repeating for ten seconds after the last packet. @internal */
export class Freshness<K extends object> {
  readonly #marks = new WeakMap<K, Mark>();

  /** Whether something new came of late; `stamp` changes with everything that comes. */
  step(key: K, stamp: number, now: number): boolean {
    const mark = this.#marks.get(key);
    if (mark?.stamp !== stamp) {
      this.#marks.set(key, { stamp, since: now });
      return true;
    }
    return now - mark.since < STALE_MS;
  }
}

/**
 * Whom to ask when asking all takes too long: the loudest, and the others in turn.
 *
 * @internal
 */
export class Rota<K> {
  #next = 0;

  /** So many of them, or all if there are not more. */
  choose(all: readonly K[], count: number, loudness: (key: K) => number): readonly K[] {
    if (all.length <= count) return all;
    const loud = all.filter((key) => loudness(key) > 0).sort((a, b) => loudness(b) - loudness(a)).slice(0, count - 1);
    const others = all.filter((key) => !loud.includes(key));
    const begin = this.#next % others.length;
    const turn = [...others.slice(begin), ...others.slice(0, begin)].slice(0, count - loud.length);
    this.#next = begin + turn.length;
    return [...loud, ...turn];
  }
}
