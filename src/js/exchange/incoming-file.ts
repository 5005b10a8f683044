import type { RemoteParticipant } from '../participant.js';
import type { EventNames } from '../events.js';
import { Emitter, JanusError } from '../index.js';
import type { IncomingFile, IncomingFileEventMap } from './types.js';

/** Pieces are put together when they are so much, bytes: what is put together the browser may keep on disk. */
const TOGETHER_BYTES = 8_388_608;
/** A file of which nothing came for so long is given up, ms. */
const PATIENCE_MS = 30_000;

const EVENTS: EventNames<IncomingFileEventMap> = { progress: 0 };

/** What is said of a file before it comes. @internal */
export interface FileHead {
  name: string;
  type: string;
  size: number;
}

/** @internal */
export class ArrivingFile extends Emitter<IncomingFileEventMap> implements IncomingFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  received = 0;
  readonly #blob: Promise<Blob>;
  #resolve!: (blob: Blob) => void;
  #reject!: (error: JanusError) => void;
  #whole: Blob[] = [];
  #loose: Uint8Array<ArrayBuffer>[] = [];
  #looseBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(readonly participant: RemoteParticipant, head: FileHead) {
    super(EVENTS);
    this.name = head.name;
    this.type = head.type;
    this.size = head.size;
    this.#blob = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A file that nobody waits for is no failure.
    this.#blob.catch(() => undefined);
    this.#wait();
    this.#checkWhole();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  blob(): Promise<Blob> {
    return this.#blob;
  }

  cancel(): void {
    this.fail(new JanusError('the file was cancelled', { code: 'aborted', retryable: false }));
  }

  /** The next piece, from this byte on. */
  add(at: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isOver) return;
    if (at !== this.received || at + bytes.length > this.size) {
      return this.fail(new JanusError('a part of the file was lost; ask for it again', { code: 'connection-lost', retryable: true }));
    }
    this.received += bytes.length;
    this.#loose.push(bytes);
    this.#looseBytes += bytes.length;
    if (this.#looseBytes >= TOGETHER_BYTES) this.#putTogether();
    this.#wait();
    this.emit('progress', { received: this.received, size: this.size });
    this.#checkWhole();
  }

  fail(error: JanusError): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(error);
  }

  #checkWhole(): void {
    if (this.received < this.size || this.#isOver) return;
    this.#putTogether();
    const blob = new Blob(this.#whole, { type: this.type });
    this.#end();
    this.#resolve(blob);
  }

  #putTogether(): void {
    this.#whole.push(new Blob(this.#loose));
    this.#loose = [];
    this.#looseBytes = 0;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.fail(new JanusError('nothing came of the file for a while', { code: 'timeout', retryable: true }));
    }, PATIENCE_MS);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#whole = [];
    this.#loose = [];
  }
}
