import type { Participant } from '../participant.js';
import { internal } from '../index.js';
import { randomNumber, type Line, type Part, type Sender } from './line.js';
import type { Words } from './envelope.js';
import type { ChatMessage } from './types.js';

const { invalidArgument } = internal;

/** Characters of a message; all of them fit into a frame, whatever they are. */
const MOST_CHARACTERS = 16_384;
/** Numbers of one's messages that are remembered, so that what is said twice is heard once: more than come within seconds. */
const REMEMBERED = 2_048;
/** As many people's: those who lost their session part, and come back with the same id. */
const PEOPLE = 1_024;

/** So long it may go unnoticed that nothing gets to the server, ms; and so many messages of that time are said again. */
const UNNOTICED_MS = 5_000;
const AGAIN = 64;

/** What people write to each other. @internal */
export class Chat implements Part {
  readonly #line: Line;
  readonly #local: Participant;
  readonly #tell: (message: ChatMessage) => void;
  readonly #heard = new Map<string, Set<number>>();
  /** What we said last, with the time. */
  #recent: { at: number; words: Words }[] = [];

  constructor(line: Line, local: Participant, tell: (message: ChatMessage) => void) {
    this.#line = line;
    this.#local = local;
    this.#tell = tell;
  }

  async send(text: unknown): Promise<ChatMessage> {
    if (typeof text !== 'string' || text === '') throw invalidArgument('text: expected text');
    if (text.length > MOST_CHARACTERS) throw invalidArgument(`text: at most ${MOST_CHARACTERS} characters`);
    const number = randomNumber();
    const words = { is: 'chat', number, text };
    const isSettled = this.#line.isSettled();
    await this.#line.say(words);
    if (!isSettled || !this.#line.isSettled()) this.#repeat(words);
    else if (this.#recent.push({ at: Date.now(), words }) > AGAIN) this.#recent.shift();
    const from = this.#line.ownId();
    return message({ number, text, from, participant: this.#local });
  }

  /** The way to the server is gone, and what we said last may be with it. */
  interrupted(): void {
    const since = Date.now() - UNNOTICED_MS;
    for (const { at, words } of this.#recent.splice(0)) if (at >= since) this.#repeat(words);
  }

  /** Who did not hear it yet hears it then. It is no failure if we have left meanwhile. */
  #repeat(words: Words): void {
    void this.#line.settled().then(() => this.#line.say(words)).catch(() => undefined);
  }

  take({ from, participant }: Sender, { is, number, text }: Words): void {
    if (is !== 'chat' || typeof text !== 'string' || text.length > MOST_CHARACTERS || !Number.isSafeInteger(number)) return;
    const heard = this.#heard.get(from) ?? new Set<number>();
    this.#heard.set(from, heard);
    if (heard.has(number as number)) return;
    heard.add(number as number);
    forget(heard, REMEMBERED);
    forget(this.#heard, PEOPLE);
    this.#tell(message({ number: number as number, text, from, participant }));
  }

  parted(): void {
    // They may be back in a moment, with the same words.
  }

  over(): void {
    // Nothing waits.
  }
}

/** The oldest make room. */
function forget(all: { size: number; keys(): Iterator<unknown>; delete(key: never): boolean }, most: number): void {
  if (all.size > most) all.delete(all.keys().next().value as never);
}

function message(fields: { number: number; text: string; from: string; participant: Participant }): ChatMessage {
  const { number, ...rest } = fields;
  return { id: `${rest.from}-${number}`, time: new Date(), ...rest };
}
