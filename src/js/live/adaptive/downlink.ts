/** What of all that is wanted the way to us has room for. Pure: nothing of the browser is in here. */
import { Budget } from './budget.js';
import { allocate, type Allocation, type Tile } from './ladder.js';
import { Network, type Sample } from './network.js';

const PACE = { settle: 2_500, patience: 4_000, longest: 60_000 };
/** What is asked for of what got through when not all did. */
const GOAL = 0.85;

/** @internal */
export class Downlink {
  readonly #budget = new Budget(PACE);
  readonly #network = new Network();
  /** Nothing is lost: whatever is held back, nothing stops. */
  #isGentle = false;

  /** How long it has to go well before more is tried, ms. */
  get patience(): number {
    return this.#budget.patience;
  }

  /** What comes of each. */
  allocate(tiles: readonly Tile[]): Allocation {
    return allocate(tiles, this.#budget.limit, this.#isGentle);
  }

  /** What is wanted has changed by itself. */
  disturb(now: number): void {
    this.#budget.disturb(now);
  }

  /**
   * Judges by what arrived; whether decisions are to go by the newest costs from now on. What they cost is given as
   * decisions have gone by, and as it was measured last. After a trial that failed all is as it was, costs included.
   */
  judge(now: number, sample: Sample, tiles: readonly Tile[], newest: readonly Tile[]): boolean {
    const { held } = this.allocate(tiles);
    const spent = newest.reduce((sum, tile, at) => sum + tile.cost(held[at] ?? { level: tile.wanted, isThin: false }), 0);
    const verdict = this.#network.judge(sample);
    const isGentle = verdict === 'bad' && !this.#network.isLosing;
    const stakes = allocate(newest, spent, isGentle);
    const goal = Math.min(sample.bitrate, stakes.now) * GOAL;
    const action = this.#budget.judge(now, verdict, { ...stakes, goal });
    if (action === 'less') {
      this.#isGentle = isGentle;
      this.#network.cut(sample);
    }
    return action === 'less' || action === 'more';
  }
}
