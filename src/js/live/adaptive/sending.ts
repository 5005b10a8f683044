/** Sends less while this machine cannot keep up with encoding. */
import type { RoomStats } from '../../media/room-stats.js';
import type { TrackStats } from '../../media/stats.js';
import type { LocalTrackPublication } from '../../publication.js';
import type { Host } from '../index.js';
import { Budget, type Verdict } from './budget.js';
import { Encoders } from './encoders.js';
import { reduce, reduced, stepsOf, type Asked, type Reduction } from './reduction.js';

const PACE = { settle: 6_000, patience: 20_000, longest: 300_000 };
/** Encoders need a while to begin with, ms. */
const START_MS = 10_000;
/** How long an encoder has to be short before it counts, ms. */
const LASTING_MS = 4_000;

/** One of our pictures: what the page asked for, and what was made of it. */
interface Picture {
  readonly since: number;
  shortSince: number | undefined;
  asked: Asked;
  told: Asked | undefined;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** @internal */
export class Sending {
  readonly #host: Host;
  readonly #budget = new Budget(PACE);
  readonly #encoders = new Encoders();
  readonly #pictures = new Map<LocalTrackPublication, Picture>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether there is anything to judge. */
  get isWatching(): boolean {
    return this.#published().length > 0;
  }

  /** Judges by how it went since the last time. */
  judge({ tracks, publisher }: RoomStats): void {
    const now = performance.now();
    const published = this.#published();
    for (const publication of this.#pictures.keys()) if (!published.includes(publication)) this.#pictures.delete(publication);
    for (const publication of published) this.#notice(publication, now);
    const slow = publisher && this.#encoders.read(publisher.raw);
    const isShort = ({ limitation, direction, mid }: TrackStats): boolean =>
      limitation === undefined ? direction === 'send' && slow?.has(mid) === true : limitation === 'cpu';
    const short = new Set(tracks.filter(isShort).map(({ publication }) => publication));
    const verdicts = published.map((publication) => this.#verdict(publication, short.has(publication), now));
    const verdict = verdicts.includes('bad') ? 'bad' : verdicts.includes('fair') ? 'fair' : 'good';
    const sent = published.map((one) => ({ isScreen: one.source === 'screen', layers: one.settings.encodings.length || 1 }));
    const all = stepsOf(sent);
    const left = (): number => Math.min(all, this.#budget.limit);
    const spent = left();
    const stakes = { goal: spent - 1, now: spent, less: Math.max(0, spent - 1), more: spent < all ? spent + 1 : undefined };
    this.#budget.judge(now, verdict, stakes);
    const reductions = reduce(sent, Math.round(all - left()));
    published.forEach((publication, at) => {
      const { layers } = sent[at] ?? { layers: 1 };
      this.#apply(publication, reductions[at] ?? { layers: 0, frameRate: undefined }, layers);
    });
  }

  /** What was left out is sent again. */
  stop(): void {
    for (const publication of this.#published()) this.#apply(publication, { layers: 0, frameRate: undefined }, 1);
    this.#pictures.clear();
  }

  #published(): LocalTrackPublication[] {
    return [...this.#host.room.localParticipant.publications.values()].filter(({ kind }) => kind === 'video');
  }

  /** What the page asks for meanwhile counts, in place of what it asked for before. */
  #notice(publication: LocalTrackPublication, now: number): void {
    const { layers, maxFrameRate } = publication.options;
    const known = this.#pictures.get(publication);
    if (!known) {
      this.#pictures.set(publication, { since: now, shortSince: undefined, asked: { layers, maxFrameRate }, told: undefined });
    } else if (known.told) {
      const { asked, told } = known;
      known.asked = {
        layers: isSame(layers, told.layers) ? asked.layers : layers,
        maxFrameRate: maxFrameRate === told.maxFrameRate ? asked.maxFrameRate : maxFrameRate,
      };
    } else {
      known.asked = { layers, maxFrameRate };
    }
  }

  #verdict(publication: LocalTrackPublication, isShort: boolean, now: number): Verdict {
    const picture = this.#pictures.get(publication);
    if (!picture || !isShort || publication.isMuted) {
      if (picture) picture.shortSince = undefined;
      return 'good';
    }
    picture.shortSince ??= now;
    const lasts = now - picture.shortSince >= LASTING_MS && now - picture.since >= START_MS;
    return lasts ? 'bad' : 'fair';
  }

  #apply(publication: LocalTrackPublication, reduction: Reduction, count: number): void {
    const picture = this.#pictures.get(publication);
    if (!picture) return;
    const wanted = reduced(picture.asked, reduction, count);
    const { layers, maxFrameRate } = publication.options;
    const isLess = !isSame(wanted, picture.asked);
    picture.told = isLess ? wanted : undefined;
    if (!isSame(wanted, { layers, maxFrameRate })) {
      // A publication that ends meanwhile has nothing to be sent.
      publication.configure({ layers: wanted.layers, maxFrameRate: wanted.maxFrameRate }).catch(() => undefined);
    }
    const limitation = isLess ? 'cpu' : undefined;
    if (publication._limitation === limitation) return;
    publication._limitation = limitation;
    this.#host.emit('limitationChanged', { publication, participant: publication.participant, limitation });
  }
}
