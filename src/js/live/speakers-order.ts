/** How somebody sounds at a moment. @internal */
export interface Voice {
  /** 0..1, as `Participant.audioLevel`. */
  readonly level: number;
  /** What the server said last; `undefined` if it said nothing. */
  readonly announced: boolean | undefined;
  /** Whether nothing can be heard, whatever was said: no microphone that is on. */
  readonly muted: boolean;
}

/** What a step changed. @internal */
export interface Turn<P> {
  readonly began: readonly P[];
  readonly ceased: readonly P[];
  /** Everybody who speaks, loudest first; the same array as before if neither people nor their order changed. */
  readonly speakers: readonly P[];
}

/** From here on it is speech, about -34 dBov; what speaks goes on down to the lower one, about -40 dBov. */
export const SPEAKS = 0.14;
export const SILENT = 0.1;
/** For how long, ms: a knock on the table is no speech, a breath is no end. */
const ONSET_MS = 150;
const PAUSE_MS = 800;
/** Over which time loudness is compared, ms, how much louder is louder, and how often somebody moves up, ms. */
const MEMORY_MS = 1_000;
const LOUDER = 1.2;
const SETTLED_MS = 1_000;
/** A page that slept heard nothing meanwhile. */
const LONGEST_STEP_MS = 1_000;

interface Heard {
  speaking: boolean;
  /** For how long there was sound, ms. */
  sounding: number;
  /** When there was sound last. */
  last: number;
  /** The level of the last while. */
  loudness: number;
  /** When this one moved up last. */
  moved: number;
}

/**
 * Who speaks, in a stable order. The server's word about somebody counts if there is one; otherwise what is heard,
 * with a higher threshold to begin than to go on. Who is muted does not speak.
 *
 * @internal
 */
export class SpeakerOrder<P> {
  readonly #heard = new Map<P, Heard>();
  #speakers: readonly P[] = [];
  #before: number | undefined;

  step(now: number, voices: ReadonlyMap<P, Voice>): Turn<P> {
    const passed = Math.min(LONGEST_STEP_MS, Math.max(0, now - (this.#before ?? now)));
    this.#before = now;
    const [began, ceased]: [P[], P[]] = [[], []];
    for (const [person, heard] of this.#heard) {
      if (voices.has(person)) continue;
      this.#heard.delete(person);
      if (heard.speaking) ceased.push(person);
    }
    for (const [person, voice] of voices) {
      const heard = this.#of(person);
      const was = heard.speaking;
      listen(heard, voice, { now, passed });
      if (was !== heard.speaking) (was ? ceased : began).push(person);
    }
    this.#arrange(now, { began, ceased });
    return { began, ceased, speakers: this.#speakers };
  }

  #of(person: P): Heard {
    const heard = this.#heard.get(person) ?? { speaking: false, sounding: 0, last: -Infinity, loudness: 0, moved: -Infinity };
    this.#heard.set(person, heard);
    return heard;
  }

  #arrange(now: number, { began, ceased }: { began: readonly P[]; ceased: readonly P[] }): void {
    const order = this.#speakers.filter((person) => !ceased.includes(person));
    for (const person of began) {
      const { loudness } = this.#of(person);
      // Of those who are as loud the last to begin is the first.
      const place = order.findIndex((other) => this.#of(other).loudness <= loudness);
      order.splice(place < 0 ? order.length : place, 0, person);
      this.#of(person).moved = now;
    }
    for (let at = order.length - 1; at > 0; at -= 1) {
      const [upper, lower] = [order[at - 1]!, order[at]!];
      const rising = this.#of(lower);
      if (now - rising.moved < SETTLED_MS || rising.loudness <= this.#of(upper).loudness * LOUDER) continue;
      [order[at - 1], order[at]] = [lower, upper];
      // Who climbs past several does so in one step.
      if (at === 1 || rising.loudness <= this.#of(order[at - 2]!).loudness * LOUDER) rising.moved = now;
    }
    const isSame = order.length === this.#speakers.length && order.every((person, at) => person === this.#speakers[at]);
    if (!isSame) this.#speakers = order;
  }
}

function listen(heard: Heard, { level, announced, muted }: Voice, { now, passed }: { now: number; passed: number }): void {
  const sounds = level >= (heard.speaking ? SILENT : SPEAKS);
  heard.sounding = sounds ? heard.sounding + passed : Math.max(0, heard.sounding - passed);
  heard.sounding = Math.min(heard.sounding, ONSET_MS);
  if (sounds) heard.last = now;
  const was = heard.speaking;
  if (muted) heard.sounding = 0;
  const audible = was ? now - heard.last < PAUSE_MS : heard.sounding >= ONSET_MS;
  heard.speaking = !muted && (announced ?? audible);
  // Somebody who begins is as loud as the first word; before that there was silence to be averaged with.
  heard.loudness = heard.speaking && !was ? level : heard.loudness + (level - heard.loudness) * (1 - Math.exp(-passed / MEMORY_MS));
}
