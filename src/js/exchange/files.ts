import type { RemoteParticipant } from '../participant.js';
import { JanusError, internal } from '../index.js';
import { FILE_PIECE_BYTES, type Piece, type Words } from './envelope.js';
import { ArrivingFile, type FileHead } from './incoming-file.js';
import { gone, left, randomNumber, type Line, type Part, type Sender } from './line.js';
import { MOST_BYTES, Queue, mayBegin } from './queue.js';
import { UNSETTLED_MS } from './settling.js';
import type { FileOptions, IncomingFile } from './types.js';

const { abortable, invalidArgument } = internal;

/** Of a Blob as much is read at a time, bytes. */
const READ_BYTES = 16 * FILE_PIECE_BYTES;
const NAME_CHARACTERS = 255;

/** What a name must not hold: what makes a path, what cannot be seen, and what turns the reading direction. */
const UNFIT = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A file's name as it can be shown, and be used for saving. @internal */
export function fitName(name: string): string {
  const fit = name.slice(0, NAME_CHARACTERS).replace(UNFIT, '_').trim();
  return /^\.*$/.test(fit) ? 'file' : fit;
}

/** What is said of a file, or `undefined` if it makes no sense. @internal */
export function readHead({ name, type, size }: Words): FileHead | undefined {
  if (typeof name !== 'string' || typeof type !== 'string' || typeof size !== 'number') return undefined;
  if (!Number.isSafeInteger(size) || size < 0 || size > MOST_BYTES) return undefined;
  return { name: fitName(name), type: /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(type) ? type : '', size };
}

/** Files to the room, and from it. @internal */
export class Files implements Part {
  readonly #line: Line;
  readonly #tell: (file: IncomingFile) => void;
  readonly #queue = new Queue();
  readonly #arriving = new Map<RemoteParticipant, Map<number, ArrivingFile>>();

  constructor(line: Line, tell: (file: IncomingFile) => void) {
    this.#line = line;
    this.#tell = tell;
  }

  async send(file: unknown, options: FileOptions): Promise<void> {
    if (!(file instanceof Blob)) throw invalidArgument('file: expected a File or a Blob');
    if (file.size > MOST_BYTES) throw invalidArgument(`file: at most ${MOST_BYTES} bytes`);
    const called = options.name ?? (file instanceof File ? file.name : 'file');
    if (typeof called !== 'string') throw invalidArgument('name: expected text');
    options.signal?.throwIfAborted();
    const end = await this.#queue.turn(file.size, options.signal);
    await this.#send(file, called, options).finally(end);
  }

  async #send(file: Blob, called: string, { onProgress, signal }: FileOptions): Promise<void> {
    // Those who came a moment ago get all of it.
    await abortable(this.#line.settled(UNSETTLED_MS), signal);
    const number = randomNumber();
    const { size, type } = file;
    await this.#line.say({ is: 'file', number, name: fitName(called), type, size });
    try {
      for await (const [at, bytes] of pieces(file)) {
        await abortable(this.#line.sayPiece(number, at, bytes), signal);
        try {
          onProgress?.({ sent: at + bytes.length, size });
        } catch (error) {
          // As of a listener: the page hears of it, and the file goes on.
          reportError(error);
        }
      }
    } catch (error) {
      await this.#line.say({ is: 'no-file', number }).catch(() => undefined);
      throw error;
    }
  }

  take({ participant }: Sender, words: Words): void {
    const { is, number } = words;
    if (typeof number !== 'number') return;
    if (is === 'no-file') {
      const error = new JanusError('its sender called the file off', { code: 'aborted', retryable: false });
      this.#of(participant).get(number)?.fail(error);
    } else if (is === 'file') {
      const head = readHead(words);
      if (head) this.#begin(participant, number, head);
    }
  }

  takePiece({ participant }: Sender, { number, at, bytes }: Piece): void {
    this.#of(participant).get(number)?.add(at, bytes);
  }

  parted(participant: RemoteParticipant): void {
    for (const file of this.#of(participant).values()) file.fail(gone());
    this.#arriving.delete(participant);
  }

  over(): void {
    for (const files of this.#arriving.values()) for (const file of files.values()) file.fail(left());
    this.#arriving.clear();
    this.#queue.over();
  }

  #begin(participant: RemoteParticipant, number: number, head: FileHead): void {
    const files = this.#of(participant);
    if (files.has(number)) return;
    // Nobody who means well sends more at a time.
    if (!mayBegin([...files.values()].map(({ size }) => size), head.size)) return;
    const file = new ArrivingFile(participant, head);
    this.#arriving.set(participant, files.set(number, file));
    this.#tell(file);
  }

  /** The files that come from somebody. */
  #of(participant: RemoteParticipant): Map<number, ArrivingFile> {
    const files = this.#arriving.get(participant) ?? new Map<number, ArrivingFile>();
    for (const [number, { isOver }] of files) if (isOver) files.delete(number);
    return files;
  }
}

/** A Blob, in frames, and where each begins. */
async function* pieces(file: Blob): AsyncGenerator<[number, Uint8Array<ArrayBuffer>]> {
  for (let at = 0; at < file.size; at += READ_BYTES) {
    const bytes = new Uint8Array(await file.slice(at, at + READ_BYTES).arrayBuffer());
    for (let from = 0; from < bytes.length; from += FILE_PIECE_BYTES) {
      yield [at + from, bytes.subarray(from, from + FILE_PIECE_BYTES)];
    }
  }
}
