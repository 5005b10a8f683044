/**
 * How much there may be of something that is short: less when it goes badly, and more again by careful trials, the
 * longer apart the more of them failed. Pure: nothing of the browser is in here.
 */

/** There is less from now on; there is more, to see how that goes; there is what there was before that. @internal */
export type Action = 'less' | 'more' | 'back';

/** How it goes. `fair` is reason for neither more nor less. @internal */
export type Verdict = 'bad' | 'fair' | 'good';

/** What is at stake, in the budget's own unit. @internal */
export interface Stakes {
  /** What to come down to when it goes badly. */
  readonly goal: number;
  /** What it comes to now, and with one step less: so much less it is at least. */
  readonly now: number;
  readonly less: number;
  /** With one step more; `undefined` when nothing is held back. */
  readonly more: number | undefined;
}

/** Times, ms. @internal */
export interface Pace {
  /** How long what was changed takes to show. */
  readonly settle: number;
  /** How long it goes well before the first trial. */
  readonly patience: number;
  /** The longest pause between trials. */
  readonly longest: number;
}

/** By how much each further trial is bolder than the one before, as long as they go well. The first is one step. */
const STRIDE = 1.5;
/** A trial is watched for as long as it was waited for, between twice the time to settle and this, ms. */
const LONGEST_TRIAL = 10_000;

/** @internal */
export class Budget {
  readonly #pace: Pace;
  #limit = Infinity;
  /** What is measured before says nothing yet. */
  #settled = 0;
  /** How long it has to go well, and since when it does. */
  #patience: number;
  #wellSince: number | undefined;
  /** A trial under way: what there was before, and until when it may fail. */
  #trial: { before: number; until: number } | undefined;
  #successes = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#patience = pace.patience;
  }

  /** How much there may be. */
  get limit(): number {
    return this.#limit;
  }

  /** How long it has to go well until the next trial, ms. */
  get patience(): number {
    return this.#patience;
  }

  /** What is wanted has changed by itself: it takes a while to show what that does. */
  disturb(now: number): void {
    this.#settled = Math.max(this.#settled, now + this.#pace.settle);
  }

  /** Judges; what was done about it. */
  judge(now: number, verdict: Verdict, stakes: Stakes): Action | undefined {
    if (verdict === 'bad' && this.#trial) return this.#fail(now, this.#trial);
    if (now < this.#settled) return undefined;
    if (verdict === 'bad') return this.#cut(now, stakes);
    if (verdict === 'good') this.#wellSince ??= now;
    else this.#wellSince = undefined;
    if (this.#trial && this.#trial.until <= now) this.#succeed();
    if (this.#trial || this.#limit === Infinity || this.#wellSince === undefined) return undefined;
    // After one that went well the next may follow.
    const isTime = this.#successes > 0 || now - this.#wellSince >= this.#patience;
    return isTime ? this.#try(now, stakes) : undefined;
  }

  #cut(now: number, { goal, now: spent, less }: Stakes): Action | undefined {
    this.#wellSince = undefined;
    this.#successes = 0;
    if (less >= spent) return undefined;
    this.#limit = Math.max(0, Math.min(goal, less));
    this.#settled = now + this.#pace.settle;
    return 'less';
  }

  #try(now: number, { now: spent, more }: Stakes): Action | undefined {
    if (more === undefined) {
      // Nothing is held back: there is nothing to try.
      this.#limit = Infinity;
      return undefined;
    }
    const { settle } = this.#pace;
    const watched = Math.min(LONGEST_TRIAL, Math.max(2 * settle, this.#patience));
    this.#trial = { before: spent, until: now + watched };
    this.#limit = Math.max(more, spent * STRIDE ** this.#successes);
    this.#settled = now + settle;
    return 'more';
  }

  #fail(now: number, { before }: { before: number }): Action {
    this.#limit = before;
    this.#trial = undefined;
    this.#successes = 0;
    this.#wellSince = undefined;
    this.#patience = Math.min(this.#pace.longest, this.#patience * 2);
    this.#settled = now + this.#pace.settle;
    return 'back';
  }

  /** One alone says little: the next may fail. */
  #succeed(): void {
    this.#trial = undefined;
    this.#successes += 1;
    if (this.#successes > 1) this.#patience = Math.max(this.#pace.patience, this.#patience / 2);
  }
}
