import type { LocalParticipant } from '../participant.js';
import { JanusError, internal } from '../index.js';
import type { Host } from '../live/index.js';
import { withParts } from '../live/parts.js';
import type { Metadata, ServerInfo } from '../index.js';

const { checkMetadata, parse, stringify } = internal;

/** 1.3.0: from then on Janus passes metadata on. */
const SINCE = 1300;

/** What the server itself tells the others about us, where it does: it reaches pages of every kind, and those who come later. @internal */
export class Introduction {
  readonly #host: Host;
  readonly #stay: AbortSignal;
  readonly #local: LocalParticipant;
  #passesOn: Promise<boolean> | undefined;
  /** One after the other, each with what holds by then: of two at once the later one would know nothing of the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: Host, stay: AbortSignal) {
    this.#host = host;
    this.#stay = stay;
    this.#local = host.room.localParticipant;
  }

  /** Whether the server passes metadata on; asked once for each connection. */
  passesOn(): Promise<boolean> {
    this.#passesOn ??= withParts(this.#host.core(), ({ janus }) => janus.info() as Promise<string>)
      .then((text) => (parse(text) as ServerInfo).version >= SINCE);
    // Whoever asks again may have an answer.
    this.#passesOn.catch(() => this.forget());
    return this.#passesOn;
  }

  forget(): void {
    this.#passesOn = undefined;
  }

  /** Tells it our attributes, beside the metadata there is. */
  say(): Promise<void> {
    return this.#inTurn(() => this.#say(this.#local.metadata));
  }

  async set(metadata: unknown): Promise<void> {
    checkMetadata(metadata);
    const text = stringify(metadata);
    await this.#inTurn(async () => {
      if (!(await this.passesOn())) {
        throw new JanusError('the server passes no metadata on: it is older than 1.3.0', { code: 'unsupported', retryable: false });
      }
      await this.#say(parse(text) as Metadata);
      this.#stay.throwIfAborted();
      this.#local._setMetadata(text);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #say(metadata: Metadata | undefined): Promise<void> {
    const text = stringify({ ...metadata, attributes: this.#local.attributes });
    // What waited goes to nobody else, and what holds in the next call is said with joining.
    this.#stay.throwIfAborted();
    if (text === this.#local._introduced) return;
    await this.#host.core()?.setMetadata(text);
    this.#stay.throwIfAborted();
    this.#local._introduced = text;
  }
}
