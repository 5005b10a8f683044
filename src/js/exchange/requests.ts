import type { RemoteParticipant } from '../participant.js';
import { JanusError, internal } from '../index.js';
import { wrap, type Words } from './envelope.js';
import { gone, left, randomNumber, type Line, type Part, type Sender } from './line.js';
import type { RequestHandler, RequestOptions } from './types.js';

const { invalidArgument } = internal;

const TIMEOUT_MS = 10_000;
const LONGEST_MS = 2 ** 31 - 1;
/** What was not answered is asked again, ms: one of us may not hear the other yet. */
const AGAIN_MS = 1_000;
/** Requests of one person that are answered at a time, and answers that are kept for those who ask again. */
const AT_A_TIME = 64;
const MOST_CHARACTERS = 256;

interface Asked {
  participant: RemoteParticipant;
  resolve: (answer: Words) => void;
  reject: (error: unknown) => void;
}

type Question = Words & { number: number };

/** Asks one person, and answers what is asked. Everybody hears it; those it is not for pass over it. @internal */
export class Requests implements Part {
  readonly #line: Line;
  readonly #handlers: ReadonlyMap<string, RequestHandler>;
  readonly #asked = new Map<number, Asked>();
  readonly #answers = new WeakMap<RemoteParticipant, Map<number, Words | undefined>>();

  constructor(line: Line, handlers: ReadonlyMap<string, RequestHandler>) {
    this.#line = line;
    this.#handlers = handlers;
  }

  async ask(participant: RemoteParticipant, method: unknown, payload: unknown, options: RequestOptions): Promise<unknown> {
    if (typeof method !== 'string' || method === '' || method.length > MOST_CHARACTERS) {
      throw invalidArgument('method: expected a name');
    }
    const { timeout = TIMEOUT_MS, signal } = options;
    if (!(timeout > 0 && timeout <= LONGEST_MS)) throw invalidArgument('timeout: expected milliseconds');
    signal?.throwIfAborted();
    const number = randomNumber();
    const words = { is: 'ask', number, to: String(participant.id), method, payload };
    const callOff = (): void => this.#asked.get(number)?.reject(signal?.reason);
    signal?.addEventListener('abort', callOff);
    const answer = await this.#answer(participant, words, timeout).finally(() => {
      signal?.removeEventListener('abort', callOff);
    });
    if (answer['ok'] === true) return answer['value'];
    throw refused(method, answer['reason']);
  }

  take(sender: Sender, words: Words): void {
    const { is, number, to } = words;
    if (to !== this.#line.ownId() || !Number.isSafeInteger(number)) return;
    if (is === 'answer') {
      const asked = this.#asked.get(number as number);
      if (asked?.participant === sender.participant) asked.resolve(words);
    } else if (is === 'ask') {
      void this.#reply(sender, number as number, words);
    }
  }

  parted(participant: RemoteParticipant): void {
    for (const asked of this.#asked.values()) if (asked.participant === participant) asked.reject(gone());
  }

  over(): void {
    for (const asked of this.#asked.values()) asked.reject(left());
  }

  async #answer(participant: RemoteParticipant, words: Question, timeout: number): Promise<Words> {
    // What is no JSON, or too much, is told by this.
    const first = this.#line.say(words);
    let late: ReturnType<typeof setTimeout> | undefined;
    const stop = insist(() => this.#line.say(words), first);
    try {
      return await new Promise<Words>((resolve, reject) => {
        this.#asked.set(words.number, { participant, resolve, reject });
        first.catch(reject);
        late = setTimeout(() => reject(tooLate(timeout)), timeout);
      });
    } finally {
      stop();
      clearTimeout(late);
      this.#asked.delete(words.number);
    }
  }

  async #reply({ participant }: Sender, number: number, { method, payload }: Words): Promise<void> {
    const answers = this.#answers.get(participant) ?? new Map<number, Words | undefined>();
    this.#answers.set(participant, answers);
    if (!answers.has(number)) {
      // The oldest makes room, unless it is being worked on: then there is too much of it.
      if (answers.size >= AT_A_TIME) {
        const oldest = [...answers].find(([, answer]) => answer !== undefined);
        if (!oldest) return;
        answers.delete(oldest[0]);
      }
      answers.set(number, undefined);
      const outcome = await this.#handle(participant, method, payload);
      answers.set(number, { is: 'answer', number, to: String(participant.id), ...outcome });
    }
    const answer = answers.get(number);
    // Who asks again while it is worked on gets the answer all the same.
    if (answer) await this.#line.say(answer).catch(() => undefined);
  }

  async #handle(participant: RemoteParticipant, method: unknown, payload: unknown): Promise<object> {
    const handler = this.#handlers.get(method as string);
    if (!handler) return { ok: false, reason: 'method' };
    try {
      const value = await handler({ participant, payload });
      // What cannot be said is the handler's mistake as well.
      if (wrap({ is: 'answer', value })) return { ok: true, value };
      throw invalidArgument(`the answer to ${String(method)} is no JSON, or too long`);
    } catch (error) {
      reportError(error);
      return { ok: false, reason: 'failed' };
    }
  }
}

/** Says it again and again until that is stopped; one at a time, for on a line that is down they would pile up. */
function insist(say: () => Promise<void>, first: Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const next = (): void => {
    if (!isOver) timer = setTimeout(() => say().then(next, next), AGAIN_MS);
  };
  first.then(next, next);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

function refused(method: string, reason: unknown): JanusError {
  return reason === 'method'
    ? new JanusError(`the other page does not answer "${method}"`, { code: 'unsupported', retryable: false })
    : new JanusError(`the other page could not answer "${method}"`, { code: 'request-failed', retryable: false });
}

function tooLate(timeout: number): JanusError {
  const details = { code: 'timeout', retryable: true, mayHaveExecuted: true } as const;
  return new JanusError(`no answer came within ${timeout} ms`, details);
}
