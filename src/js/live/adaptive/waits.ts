/**
 * Whether what arrives waits on its way: media comes later and later, or the pictures of several people stand still at
 * once. Over TCP nothing is ever lost, and that is all there is to be seen of a narrow way. Pure: nothing of the browser is
 * in here.
 */
import type { Verdict } from './budget.js';
import type { Sample } from './network.js';

/** So much more delay than at the best of times is a queue that fills, ms; where a way is uneven, as much again. */
const QUEUE = 200;
/** One that shrinks from sample to sample by so much, ms, and by this part, is being emptied. */
const SHRINKS = 30;
const SOON = 0.97;
/** From this part of one on nothing more is to be tried. */
const BEGINS = 0.5;
/** How fast the best of times is forgotten, and found, by sample. */
const FORGET = 0.02;
const FIND = 0.25;
/** So often in a row: what happens once and then no more was an interruption, of our way or of whoever sends. @internal */
export const TIMES = 2;
/** Pictures stand still for us where all is later by so much, ms; one person's, where less arrives than usual as well. */
const RISE = 100;
const FELL = 0.8;
/** How fast it is forgotten what usually arrives, by sample. */
const UNUSUAL = 0.05;
/** What was asked for in place of more has come when so much less arrives. @internal */
export const LESS = 0.85;
/** Then so many samples without trouble say that it helped, and so many with the same trouble that it did not. */
const HELPED = 4;
const IN_VAIN = 6;
/** How much of a queue there is, of 1 that is too much, and whether that is being emptied. */
interface Queue {
  readonly part: number;
  readonly isEmptied: boolean;
}

/** @internal */
export class Waits {
  /** The delay at the best of times, or where it stays whatever is held back, ms. */
  #calm: number | undefined;
  #before: number | undefined;
  #queue: Queue = { part: 0, isEmptied: false };
  #usual = 0;
  #late = 0;
  #still = 0;
  /** Less was asked for: what arrived then, and how it went since it came. */
  #cut: { readonly bitrate: number; helped: number; inVain: number } | undefined;

  judge(sample: Sample): Verdict {
    const { bitrate, delay } = sample;
    const isStill = this.#isStill(sample);
    this.#usual = Math.max(bitrate, this.#usual + (bitrate - this.#usual) * UNUSUAL);
    if (delay !== undefined) this.#queue = this.#queueOf(delay);
    const { part, isEmptied } = this.#queue;
    const isLong = part > 1;
    if (!isEmptied && this.#isInVain(bitrate, isStill || isLong)) {
      this.#calm = this.#before;
      return 'fair';
    }
    if (delay !== undefined) this.#late = isLong && !isEmptied ? this.#late + 1 : 0;
    this.#still = isStill ? this.#still + 1 : 0;
    if (this.#late >= TIMES || this.#still >= TIMES) return 'bad';
    return part > BEGINS || this.#still > 0 ? 'fair' : 'good';
  }

  /** Less was asked for because of this sample. */
  cut({ bitrate }: Sample): void {
    this.#cut ??= { bitrate, helped: 0, inVain: 0 };
    this.#late = this.#still = this.#usual = 0;
  }

  /**
   * Whether pictures stand still for a reason of ours: those of several people who are no few, and those of one alone, who
   * may have reasons of their own, where less arrives. Where nothing is later this machine may be what stands still.
   */
  #isStill({ people, frozen, bitrate, delay = this.#before ?? 0 }: Sample): boolean {
    if (delay <= (this.#calm ?? delay) + RISE) return false;
    return frozen > 1 ? frozen * 2 >= people : frozen > 0 && people === 1 && bitrate < this.#usual * FELL;
  }

  #queueOf(delay: number): Queue {
    const [before, calm] = [this.#before ?? delay, this.#calm ?? delay];
    const part = (delay - calm) / Math.max(QUEUE, calm);
    const isEmptied = part > 1 && delay <= Math.min(before - SHRINKS, before * SOON);
    this.#before = delay;
    this.#calm = isEmptied ? calm : calm + (delay - calm) * (delay < calm ? FIND : FORGET);
    return { part, isEmptied };
  }

  /** Whether it stays as it is although less comes. */
  #isInVain(bitrate: number, isBad: boolean): boolean {
    const cut = this.#cut;
    if (!cut || bitrate > cut.bitrate * LESS) return false;
    if (isBad) cut.inVain += 1;
    else cut.helped += 1;
    const isInVain = cut.inVain >= IN_VAIN;
    if (isInVain || cut.helped >= HELPED) this.#cut = undefined;
    return isInVain;
  }
}
