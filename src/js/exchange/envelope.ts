/**
 * What pages with this library say to each other beside the data they send. It travels as binary messages of one frame, so
 * that clients that read text are not shown it:
 *
 * | bytes | |
 * |---|---|
 * | 0 to 2 | `JWX` |
 * | 3 | 1: the rest is JSON; 2: a piece of a file |
 *
 * A piece of a file goes on with its number (4 bytes) and where it begins (8 bytes, in bytes); integers are big-endian.
 */
import { ENVELOPE, MAX_FRAME_BYTES } from '../media/framing.js';

const JSON_KIND = 1;
const PIECE_KIND = 2;
const PIECE_HEAD_BYTES = 16;

/** What of a file fits into a frame. @internal */
export const FILE_PIECE_BYTES = MAX_FRAME_BYTES - PIECE_HEAD_BYTES;

/** A piece of a file. @internal */
export interface Piece {
  number: number;
  at: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The word of an envelope, and what goes with it. @internal */
export type Words = Record<string, unknown> & { is: string };

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** `undefined` if it is no JSON, or too long for a frame. @internal */
export function wrap(words: Words): Uint8Array<ArrayBuffer> | undefined {
  const body = encoder.encode(write(words));
  if (body.length === 0 || body.length > MAX_FRAME_BYTES - 4) return undefined;
  const envelope = new Uint8Array(4 + body.length);
  new DataView(envelope.buffer).setUint32(0, ENVELOPE + JSON_KIND);
  envelope.set(body, 4);
  return envelope;
}

/** @internal */
export function wrapPiece({ number, at, bytes }: Piece): Uint8Array<ArrayBuffer> {
  const envelope = new Uint8Array(PIECE_HEAD_BYTES + bytes.length);
  const head = new DataView(envelope.buffer);
  head.setUint32(0, ENVELOPE + PIECE_KIND);
  head.setUint32(4, number);
  head.setBigUint64(8, BigInt(at));
  envelope.set(bytes, PIECE_HEAD_BYTES);
  return envelope;
}

/** What is in an envelope; `undefined` if nothing is that makes sense. @internal */
export function unwrap(envelope: ArrayBuffer): { words: Words } | { piece: Piece } | undefined {
  const head = new DataView(envelope);
  const kind = envelope.byteLength > 4 ? head.getUint32(0) - ENVELOPE : 0;
  if (kind === JSON_KIND) {
    const words = parse(decoder.decode(new Uint8Array(envelope, 4)));
    return words && { words };
  }
  if (kind !== PIECE_KIND || envelope.byteLength <= PIECE_HEAD_BYTES) return undefined;
  const bytes = new Uint8Array(envelope, PIECE_HEAD_BYTES);
  return { piece: { number: head.getUint32(4), at: Number(head.getBigUint64(8)), bytes } };
}

/** What would arrive as nothing, or as something else, has no JSON. */
function kept(_key: string, value: unknown): unknown {
  const isNone = typeof value === 'function' || typeof value === 'symbol';
  if (isNone || (typeof value === 'number' && !Number.isFinite(value))) throw new TypeError('this has no JSON');
  return value;
}

function write(words: Words): string {
  try {
    return JSON.stringify(words, kept);
  } catch {
    return '';
  }
}

function parse(text: string): Words | undefined {
  try {
    const words = JSON.parse(text) as Words | null;
    return typeof words?.is === 'string' ? words : undefined;
  } catch {
    return undefined;
  }
}
