/** How the way to us does, judged by what arrives. Pure: nothing of the browser is in here. */
import type { Verdict } from './budget.js';

/** What arrived since the sample before. @internal */
export interface Sample {
  /** Packets that were to arrive, and those of them that did not. */
  readonly expected: number;
  readonly lost: number;
  /** Of pictures, bit/s. */
  readonly bitrate: number;
  /** How often a picture stood still. */
  readonly freezes: number;
  /** How long media waited to be played, on average, ms; it waits longer where the network is uneven. */
  readonly delay: number | undefined;
  /** Pictures that were decoded, and those that came and were not. */
  readonly decoded: number;
  readonly dropped: number;
}

/** So few packets say little. */
const TOO_FEW = 20;
/** From here on loss can be seen and heard; up to there it is mended. */
const MUCH_LOSS = 0.08;
const SOME_LOSS = 0.02;
/** So often in a row: what is lost at once and then no more was an interruption, of our way or of whoever sends. */
const TIMES_LOST = 2;
/** For so many samples after an interruption what was lost in it shows, and pictures wait for one that stands by itself. */
const AFTERMATH = 4;
/** So much more delay than at the best of times is a queue that fills, ms. */
const QUEUE = 200;
/** What is lost however little comes is not ours to mend, up to this much. */
const MOST_AMBIENT = 0.25;
/** How fast the best of times is forgotten, by sample. */
const FORGET = 0.02;

/** @internal */
export class Network {
  /** Loss that stays whatever is held back: a bad radio, not a narrow way. */
  #ambient = 0;
  #cut: { loss: number; bitrate: number } | undefined;
  #calm: number | undefined;
  #late = 0;
  #lossy = 0;
  #away = 0;

  judge(sample: Sample): Verdict {
    const { expected, lost, freezes } = sample;
    this.#away = lost === expected ? AFTERMATH : Math.max(0, this.#away - 1);
    if (expected < TOO_FEW) return lost === 0 ? 'good' : 'fair';
    const loss = lost / expected;
    if (this.#away > 0) return loss > SOME_LOSS ? 'fair' : 'good';
    this.#learn(loss, sample.bitrate);
    this.#late = this.#isLate(sample.delay) ? this.#late + 1 : 0;
    const more = loss - this.#ambient;
    this.#lossy = more > SOME_LOSS ? this.#lossy + 1 : 0;
    const hurts = more > MUCH_LOSS || (more > SOME_LOSS && freezes > 0);
    if ((hurts && this.#lossy >= TIMES_LOST) || this.#late >= 2) return 'bad';
    return this.#lossy > 0 || this.#late > 0 ? 'fair' : 'good';
  }

  /** Less was asked for because of this sample. */
  cut({ expected, lost, bitrate }: Sample): void {
    this.#cut = { loss: lost / expected, bitrate };
    this.#late = 0;
  }

  /** Where less is sent and the same part of it is lost, the loss is not of our making. */
  #learn(loss: number, bitrate: number): void {
    if (loss < this.#ambient) this.#ambient += (loss - this.#ambient) / 4;
    const cut = this.#cut;
    if (!cut || bitrate > cut.bitrate * 0.85) return;
    this.#cut = undefined;
    if (loss > cut.loss * 0.75) this.#ambient = Math.min(MOST_AMBIENT, loss);
  }

  #isLate(delay: number | undefined): boolean {
    if (delay === undefined) return false;
    const calm = Math.min(delay, this.#calm ?? delay);
    this.#calm = calm + (delay - calm) * FORGET;
    return delay > this.#calm + QUEUE;
  }
}

/** Below these parts of dropped pictures all is well, above something has to be done. */
const FEW_DROPS = 0.05;
const MANY_DROPS = 0.2;
/** How often in a row. */
const TIMES = 2;
/** From here on the network tears pictures. */
const TORN = 0.01;

/** Whether this machine keeps up with decoding. Pictures that the network tore do not count against it. @internal */
export class Decoder {
  #bad = 0;
  #torn = 0;

  judge({ decoded, dropped, lost, expected }: Sample): Verdict {
    const all = decoded + dropped;
    // After an interruption pictures are torn for a while; what else is lost is mended soon.
    const isAway = lost > expected * MUCH_LOSS || lost === expected;
    this.#torn = isAway ? AFTERMATH : Math.max(0, this.#torn - 1);
    if (all === 0) return 'good';
    if (this.#torn > 0) return dropped > 0 || isAway ? 'fair' : 'good';
    // Of one slow camera there are never more.
    if (all < TOO_FEW) return dropped > 0 ? 'fair' : 'good';
    const share = dropped / all;
    // Whose fault that is cannot be told: it says nothing, neither for this machine nor against it.
    if (share > FEW_DROPS && lost > expected * TORN) return 'fair';
    this.#bad = share > MANY_DROPS ? this.#bad + 1 : 0;
    return this.#bad >= TIMES ? 'bad' : share > FEW_DROPS ? 'fair' : 'good';
  }
}
