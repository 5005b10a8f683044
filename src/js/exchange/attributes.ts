import type { Participant } from '../participant.js';
import { internal } from '../index.js';
import type { Writable } from '../live/writable.js';
import type { Words } from './envelope.js';
import type { Line, Part, Sender } from './line.js';
import type { Introduction } from './metadata.js';
import type { Attributes } from './types.js';

const { invalidArgument } = internal;

/** What somebody may say of themselves: so many words, of so many characters together. */
const MOST = 64;
const MOST_CHARACTERS = 8_192;
/** Said again as long as there is anything to say, ms: whoever only listens cannot ask. */
const AGAIN_MS = 10_000;
/** What was taken back is said as long, ms, for those who were cut off at that moment. */
const TAKEN_BACK_MS = 60_000;

/** The attributes with these changes; `null` takes one away. @internal */
export function changed(before: Attributes, changes: unknown): Attributes {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) throw invalidArgument('attributes: expected an object');
  const after = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) after.delete(name);
    else if (typeof value === 'string') after.set(name, value);
    else throw invalidArgument(`attributes.${name}: expected text, or null to take it away`);
  }
  const all = Object.fromEntries(after);
  if (!isBounded(all)) {
    throw invalidArgument(`attributes: at most ${MOST}, with ${MOST_CHARACTERS} characters together`);
  }
  return Object.freeze(all);
}

function isBounded(all: Attributes): boolean {
  const entries = Object.entries(all);
  const length = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return entries.length <= MOST && length <= MOST_CHARACTERS;
}

/** What somebody else said of themselves; `undefined` if it makes no sense. @internal */
export function read(said: unknown): Attributes | undefined {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return undefined;
  if (!Object.values(said).every((value) => typeof value === 'string')) return undefined;
  return isBounded(said as Attributes) ? Object.freeze({ ...said } as Attributes) : undefined;
}

/** The names whose values differ. @internal */
export function difference(before: Attributes, after: Attributes): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const valueIn = (all: Attributes, name: string): string | undefined => (Object.hasOwn(all, name) ? all[name] : undefined);
  return [...names].filter((name) => valueIn(before, name) !== valueIn(after, name));
}

/**
 * Everybody's attributes: the server tells them where it can; otherwise each says their own over data, again and again, so
 * that whoever comes or comes back knows them.
 *
 * @internal
 */
export class AttributeExchange implements Part {
  readonly #line: Line;
  readonly #local: Participant;
  readonly #introduction: Introduction;
  readonly #tell: (participant: Participant, names: string[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = false;
  #isSaying = false;
  #isStale = false;
  #changedAt = -Infinity;

  constructor(
    line: Line,
    local: Participant,
    introduction: Introduction,
    tell: (participant: Participant, names: string[]) => void,
  ) {
    this.#line = line;
    this.#local = local;
    this.#introduction = introduction;
    this.#tell = tell;
  }

  set(changes: unknown): void {
    const before = this.#local.attributes;
    const after = changed(before, changes);
    const names = difference(before, after);
    if (names.length === 0) return;
    (this.#local as Writable<Participant>).attributes = after;
    this.#changedAt = performance.now();
    this.announce();
    this.#tell(this.#local, names);
  }

  /** The room is up. */
  begin(): void {
    this.#isOn = true;
    this.announce();
  }

  /**
   * Says them by the server's means, and by ours where those do not reach everybody: in a room that does not tell who joins,
   * nobody knows of somebody who publishes nothing, and a way for data is something.
   */
  announce(): void {
    if (!this.#isOn || !this.#hasToSay()) return;
    const introduced = this.#introduction.passesOn().then((passesOn) => passesOn && this.#introduction.say().then(() => true));
    introduced.catch(() => false).then((done) => {
      if (!done || this.#local.publications.size === 0) this.#announceOurselves();
    });
  }

  /** Says them now, and once more when everybody hears us. */
  #announceOurselves(): void {
    if (!this.#isOn || !this.#hasToSay()) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#announceOurselves(), AGAIN_MS);
    if (!this.#line.isSettled()) void this.#line.settled().then(() => this.#say(), () => undefined);
    this.#say();
  }

  take({ participant }: Sender, words: Words): void {
    if (words.is === 'attributes') this.hear(participant, words['all']);
  }

  /** What somebody says of themselves. */
  hear(participant: Participant, all: unknown): void {
    const said = read(all);
    const names = said ? difference(participant.attributes, said) : [];
    if (!said || names.length === 0) return;
    (participant as Writable<Participant>).attributes = said;
    this.#tell(participant, names);
  }

  parted(): void {
    // What they said goes with them.
  }

  over(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  #hasToSay(): boolean {
    return Object.keys(this.#local.attributes).length > 0 || performance.now() - this.#changedAt < TAKEN_BACK_MS;
  }

  /** One at a time: on a line that is down they would pile up. */
  #say(): void {
    if (!this.#isOn) return;
    this.#isStale = this.#isSaying;
    if (this.#isSaying) return;
    this.#isSaying = true;
    const done = (): void => {
      this.#isSaying = false;
      if (this.#isStale) this.#say();
    };
    this.#line.say({ is: 'attributes', all: this.#local.attributes }).then(done, done);
  }
}

