/**
 * Messages in pieces: Janus drops what is larger than 64 kB. What fits travels as it is, so that clients that are not ours
 * exchange it with us; what does not travels in binary pieces with a head of sixteen bytes:
 *
 * | bytes | |
 * |---|---|
 * | 0 to 3 | `JWC` and the version, 1 |
 * | 4 to 7 | the number of the message |
 * | 8 to 11 | where the piece begins, in bytes |
 * | 12 to 15 | the length of the whole, in bytes; the top bit says that it is text |
 *
 * Integers are big-endian.
 */

import { isLabelOf } from '../label.js';
import { MAX_FRAME_BYTES, isEnvelope } from './framing.js';

const HEAD_BYTES = 16;
const PIECE_BYTES = MAX_FRAME_BYTES - HEAD_BYTES;
const MAGIC = 0x4a574301;
const TEXT = 0x80000000;
/** A message of which nothing came for so long is given up, ms: a piece of a lossy one was lost. */
const PATIENCE_MS = 30_000;
/** Messages in pieces that may be under way from one sender, and how often they may have the size of the largest. */
const UNDER_WAY = 256;
const LARGEST_UNDER_WAY = 2;

const encoder = new TextEncoder();
let next = Math.floor(Math.random() * 2 ** 32);

/** Whether a message certainly travels as it is. @internal */
export function travelsWhole(data: string | Uint8Array): boolean {
  // A character takes three bytes at most.
  return typeof data === 'string' ? data.length * 3 <= MAX_FRAME_BYTES : data.length <= MAX_FRAME_BYTES && !isOurs(data);
}

/** The same, in memory of its own. @internal */
export const copied = (data: string | Uint8Array<ArrayBuffer>): string | Uint8Array<ArrayBuffer> =>
  typeof data === 'string' ? data : data.slice();

/** What has to be sent for a message, in memory of its own. @internal */
export function* frames(data: string | Uint8Array<ArrayBuffer>): Generator<string | Uint8Array<ArrayBuffer>> {
  const isText = typeof data === 'string';
  if (travelsWhole(data)) return yield copied(data);
  const bytes = isText ? encoder.encode(data) : data;
  if (bytes.length <= MAX_FRAME_BYTES && isText) return yield data;
  const number = (next = (next + 1) % 2 ** 32);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const body = bytes.subarray(at, at + PIECE_BYTES);
    const piece = new Uint8Array(HEAD_BYTES + body.length);
    const head = new DataView(piece.buffer);
    head.setUint32(0, MAGIC);
    head.setUint32(4, number);
    head.setUint32(8, at);
    head.setUint32(12, isText ? bytes.length + TEXT : bytes.length);
    piece.set(body, HEAD_BYTES);
    yield piece;
  }
}

/** What a page sends must not be taken for what the library does: it travels in pieces then. */
const isOurs = (bytes: Uint8Array): boolean => isPiece(bytes) || isEnvelope(bytes);

function isPiece(bytes: Uint8Array): boolean {
  return bytes.length > HEAD_BYTES && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === MAGIC;
}

interface Partial {
  readonly length: number;
  pieces: Map<number, Uint8Array>;
  missing: number;
  seen: number;
}

/** What one sender has under way: what something came of least recently comes first. */
interface Incoming {
  partials: Map<number, Partial>;
  /** Of all their pieces. */
  bytes: number;
}

/** Puts messages together again. @internal */
export class Reassembly {
  readonly #limit: number;
  readonly #senders = new Map<string, Incoming>();

  /** `limit`: what a message may have, bytes; larger ones are passed over. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The message that is complete now; `undefined` while pieces are missing. What is no piece is a message. */
  take(sender: string, data: string | ArrayBuffer, now = performance.now()): string | ArrayBuffer | undefined {
    if (typeof data === 'string' || !isPiece(new Uint8Array(data))) return data;
    const head = new DataView(data);
    const [number, at, flagged] = [head.getUint32(4), head.getUint32(8), head.getUint32(12)];
    const isText = flagged >= TEXT;
    const length = isText ? flagged - TEXT : flagged;
    const body = new Uint8Array(data, HEAD_BYTES);
    if (length > this.#limit || at % PIECE_BYTES !== 0 || body.length !== Math.min(PIECE_BYTES, length - at)) return undefined;
    // Of those who say nothing any more, too.
    for (const one of this.#senders.values()) this.#giveUp(one, now);
    const incoming = this.#senders.get(sender) ?? { partials: new Map<number, Partial>(), bytes: 0 };
    this.#senders.set(sender, incoming);
    const pieces = new Map<number, Uint8Array>();
    const partial = incoming.partials.get(number) ?? { length, pieces, missing: length, seen: now };
    if (partial.pieces.has(at) || partial.length !== length) return undefined;
    partial.pieces.set(at, body);
    partial.missing -= body.length;
    partial.seen = now;
    incoming.bytes += body.length;
    incoming.partials.delete(number);
    incoming.partials.set(number, partial);
    if (partial.missing > 0) return undefined;
    drop(incoming, number);
    return whole(partial.pieces, length, isText);
  }

  /** Somebody is gone, with this id as text. */
  parted(id: string): void {
    for (const sender of this.#senders.keys()) {
      if (isLabelOf(sender, id)) this.#senders.delete(sender);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#senders.clear();
  }

  /** Gives up what nothing came of for long, and of too much what nothing came of for longest. */
  #giveUp(incoming: Incoming, now: number): void {
    const { partials } = incoming;
    for (const [number, { seen }] of partials) {
      const isTooMuch = partials.size > UNDER_WAY || incoming.bytes > LARGEST_UNDER_WAY * this.#limit;
      if (!isTooMuch && now - seen <= PATIENCE_MS) return;
      drop(incoming, number);
    }
  }
}

function drop(incoming: Incoming, number: number): void {
  const { pieces } = incoming.partials.get(number)!;
  for (const { length } of pieces.values()) incoming.bytes -= length;
  incoming.partials.delete(number);
}

function whole(pieces: Map<number, Uint8Array>, length: number, isText: boolean): string | ArrayBuffer | undefined {
  const bytes = new Uint8Array(length);
  for (const [at, body] of pieces) bytes.set(body, at);
  return isText ? new TextDecoder().decode(bytes) : bytes.buffer;
}
