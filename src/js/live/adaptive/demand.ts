/** How much of a picture is wanted: what is seen of it, and since when. Pure: nothing of the browser is in here. */

/** What comes of a stream: nothing, or layers up to the smallest, the middle, the best. @internal */
export type Level = 0 | 1 | 2 | 3;

export const NOTHING: Level = 0;
export const SMALLEST: Level = 1;
export const BEST: Level = 3;

/** A size, px. @internal */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What can be seen of a picture in one element. @internal */
export interface View extends Size {
  /** Whether the picture fills the element and is cut, rather than shown whole. */
  readonly fills: boolean;
}

/** The smallest layer of a camera, until the stream has shown its own. */
export const USUAL: Size = { width: 320, height: 180 };
/** Up to here a picture may be enlarged before a better layer is worth its bytes. */
const ENLARGED = 1.25;
/** So much smaller a picture has to be before less is enough: one that is just at the limit stays. */
const CLEARLY = 0.9;
/** How long a picture has to be smaller before less comes, ms. */
const SHRINK_MS = 1_000;
/** How long nothing has to be seen of it before nothing comes, ms: elements are moved about, and scrolled past. */
const HIDE_MS = 400;

/** How much larger than the smallest layer a picture is shown. @internal */
export function scaleOf(view: View, smallest: Size): number {
  const wide = view.width / smallest.width;
  const high = view.height / smallest.height;
  return view.fills ? Math.max(wide, high) : Math.min(wide, high);
}

/** The least that looks right at this scale, for a stream of which `now` comes. @internal */
export function levelFor(scale: number, now: Level): Level {
  const enough = (level: number): boolean =>
    scale <= ENLARGED * 2 ** (level - 1) * (level < now ? CLEARLY : 1);
  return enough(1) ? 1 : enough(2) ? 2 : 3;
}

/** What is wanted of one stream. More is wanted at once, less only after a while. @internal */
export class Demand {
  #level: Level = BEST;
  #less: { level: Level; due: number } | undefined;

  /** Nothing is seen of it; `at once` when the page as a whole is hidden, whose timers are slow from then on. */
  hide(now: number, atOnce: boolean): void {
    this.#want(NOTHING, now + (atOnce ? 0 : HIDE_MS), now);
  }

  /** It is seen at this scale. */
  show(now: number, scale: number, sharp: boolean): void {
    this.#want(sharp ? BEST : levelFor(scale, this.level(now)), now + SHRINK_MS, now);
  }

  /** What is wanted now. */
  level(now: number): Level {
    if (this.#less && this.#less.due <= now) {
      this.#level = this.#less.level;
      this.#less = undefined;
    }
    return this.#level;
  }

  /** When less will be wanted, if nothing changes. */
  get deadline(): number | undefined {
    return this.#less?.due;
  }

  #want(level: Level, due: number, now: number): void {
    if (level >= this.level(now)) {
      this.#level = level;
      this.#less = undefined;
    } else {
      // What shrinks on and on is not put off for ever.
      this.#less = { level, due: Math.min(due, this.#less?.due ?? due) };
    }
  }
}
