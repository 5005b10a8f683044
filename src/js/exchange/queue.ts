import { internal } from '../index.js';
import { left } from './line.js';

const { abortable } = internal;

/** Bytes of a file, and of all that come from one person at a time. @internal */
export const MOST_BYTES = 268_435_456;
/** Files that come from one person at a time. @internal */
export const AT_A_TIME = 8;

/** Whether one of so many bytes may be under way as well; who receives passes over more. @internal */
export function mayBegin(sizes: readonly number[], size: number): boolean {
  return sizes.length < AT_A_TIME && sizes.reduce((sum, one) => sum + one, size) <= MOST_BYTES;
}

interface Waiting {
  size: number;
  begin: () => void;
  reject: (error: unknown) => void;
}

/** Our files, one after the other where they are more than others take from one person at a time. @internal */
export class Queue {
  readonly #sizes: number[] = [];
  #waiting: Waiting[] = [];

  /** Resolves when it may begin, with what is to be called when it is over. */
  async turn(size: number, signal: AbortSignal | undefined): Promise<() => void> {
    let waiting: Waiting | undefined;
    const begun = new Promise<void>((begin, reject) => this.#waiting.push((waiting = { size, begin, reject })));
    this.#next();
    try {
      await abortable(begun, signal);
    } catch (error) {
      const isWaiting = this.#waiting.some((one) => one === waiting);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      // What waited behind it may fit.
      if (isWaiting) this.#next();
      else this.#end(size);
      throw error;
    }
    return () => this.#end(size);
  }

  /** The room was left: nothing of it begins any more. */
  over(): void {
    for (const { reject } of this.#waiting) reject(left());
  }

  #end(size: number): void {
    this.#sizes.splice(this.#sizes.indexOf(size), 1);
    this.#next();
  }

  /** None overtakes another. */
  #next(): void {
    for (let first = this.#waiting[0]; first && mayBegin(this.#sizes, first.size); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#sizes.push(first.size);
      first.begin();
    }
  }
}
