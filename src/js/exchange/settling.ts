/**
 * After somebody came, or a channel opened, Janus and the others take a moment until what is sent arrives: they subscribe,
 * which takes a negotiation, and the server keeps nothing for them meanwhile. So long nothing is settled, ms. @internal
 */
export const UNSETTLED_MS = 3_000;

/** Tells when everybody hears us, as far as can be told. @internal */
export class Settling {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];
  #isHeld = false;

  get isSettled(): boolean {
    return this.#timer === undefined && !this.#isHeld;
  }

  /** Nobody hears us, for as long as it takes. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isHeld = true;
  }

  /** Something changed that takes a moment. */
  disturb(): void {
    clearTimeout(this.#timer);
    this.#isHeld = false;
    this.#timer = setTimeout(() => this.end(), UNSETTLED_MS);
  }

  /** Resolves when it is settled, or after as many milliseconds. */
  async wait(most?: number): Promise<void> {
    if (this.isSettled) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (most !== undefined) setTimeout(resolve, most);
    });
  }

  /** Nobody is waited for any longer. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isHeld = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
