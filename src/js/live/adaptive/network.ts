/** How the way to us does, judged by what arrives. Pure: nothing of the browser is in here. */
import type { Verdict } from './budget.js';
import { LESS, TIMES, Waits } from './waits.js';

/** What arrived since the sample before. @internal */
export interface Sample {
  /** Packets that were to arrive, and those of them that did not. */
  readonly expected: number;
  readonly lost: number;
  /** Of pictures, bit/s. */
  readonly bitrate: number;
  /** Of how many people pictures came, and of how many of them any stood still. */
  readonly people: number;
  readonly frozen: number;
  /**
   * How long media waited to be played, on average, ms, without what the page asked for: it waits longer where the network
   * is uneven. And how much longer it was on its way than at first. Nothing where there is no news of that.
   */
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
/** For so many samples after an interruption what was lost in it shows, and pictures wait for one that stands by itself. */
const AFTERMATH = 4;
/** What is lost however little comes is not ours to mend, up to this much. */
const MOST_AMBIENT = 0.25;

/** How the way to us does. @internal */
export class Network {
  /** Whether packets are why it was bad: what is only late or stands still is no reason to stop anything. */
  isLosing = false;
  /** Loss that stays whatever is held back: a bad radio, not a narrow way. */
  #ambient = 0;
  #cut: { loss: number; bitrate: number } | undefined;
  #lossy = 0;
  #away = 0;
  readonly #waits = new Waits();

  judge(sample: Sample): Verdict {
    const { expected, lost, frozen } = sample;
    this.#away = lost === expected ? AFTERMATH : Math.max(0, this.#away - 1);
    const waits = this.#away > 0 ? 'good' : this.#waits.judge(sample);
    this.isLosing = false;
    if (expected < TOO_FEW) return lost > 0 || waits !== 'good' ? 'fair' : 'good';
    const loss = lost / expected;
    if (this.#away > 0) return loss > SOME_LOSS ? 'fair' : 'good';
    this.#learn(loss, sample.bitrate);
    const more = loss - this.#ambient;
    this.#lossy = more > SOME_LOSS ? this.#lossy + 1 : 0;
    this.isLosing = (more > MUCH_LOSS || (more > SOME_LOSS && frozen > 0)) && this.#lossy >= TIMES;
    if (this.isLosing) return 'bad';
    return this.#lossy > 0 && waits === 'good' ? 'fair' : waits;
  }

  /** Less was asked for because of this sample. */
  cut(sample: Sample): void {
    const { expected, lost, bitrate } = sample;
    if (this.isLosing) this.#cut = { loss: lost / expected, bitrate };
    this.#waits.cut(sample);
  }

  /** Where less is sent and the same part of it is lost, the loss is not of our making. */
  #learn(loss: number, bitrate: number): void {
    if (loss < this.#ambient) this.#ambient += (loss - this.#ambient) / 4;
    const cut = this.#cut;
    if (!cut || bitrate > cut.bitrate * LESS) return;
    this.#cut = undefined;
    if (loss > cut.loss * 0.75) this.#ambient = Math.min(MOST_AMBIENT, loss);
  }
}

/** Below these parts of dropped pictures all is well, above something has to be done. */
const FEW_DROPS = 0.05;
const MANY_DROPS = 0.2;
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
