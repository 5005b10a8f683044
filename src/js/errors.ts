import type { Id } from './types.js';

/** The stable codes of {@link JanusError}. */
export type ErrorCode =
  | 'unreachable'
  | 'not-janus'
  | 'connection-lost'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'invalid-argument'
  | 'invalid-state'
  | 'unsupported'
  | 'unauthorized'
  | 'session-not-found'
  | 'session-conflict'
  | 'too-many-sessions'
  | 'handle-not-found'
  | 'plugin-not-found'
  | 'room-not-found'
  | 'room-exists'
  | 'room-full'
  | 'already-joined'
  | 'id-taken'
  | 'feed-not-found'
  | 'participant-left'
  | 'request-failed'
  | 'no-message'
  | 'invalid-json'
  | 'invalid-request'
  | 'join-first'
  | 'moderated'
  | 'missing-element'
  | 'invalid-element'
  | 'invalid-sdp-type'
  | 'already-published'
  | 'not-published'
  | 'invalid-sdp'
  | 'invalid-feed'
  | 'unknown-error'
  | 'negotiation-failed'
  | 'server-error'
  | 'protocol';

/** @internal */
export interface ErrorDetails {
  code: ErrorCode;
  status?: number;
  request?: string;
  retryable: boolean;
  mayHaveExecuted?: boolean;
}

/**
 * What went wrong with the server, the connection, or an argument. Errors of cameras and microphones
 * stay the browser's own `DOMException`.
 *
 * @example
 * try {
 *   await room.join({ room: 1234 });
 * } catch (error) {
 *   if (error instanceof JanusError && error.code === 'room-not-found') showLobby();
 * }
 */
export class JanusError extends Error {
  /** What to match on. */
  readonly code: ErrorCode;
  /** The server's own number, where the server answered (426: no such room). */
  readonly status: number | undefined;
  /** The Janus request that failed. */
  readonly request: string | undefined;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /**
   * Whether the server may have executed the request all the same: it was sent, and the connection was
   * lost or the time was up before the answer came.
   */
  readonly mayHaveExecuted: boolean;

  /** @internal */
  constructor(message: string, details: ErrorDetails) {
    super(message);
    this.name = 'JanusError';
    this.code = details.code;
    this.status = details.status;
    this.request = details.request;
    this.retryable = details.retryable;
    this.mayHaveExecuted = details.mayHaveExecuted ?? false;
  }
}

/** @internal */
export function invalidArgument(message: string, request?: string): JanusError {
  return new JanusError(message, { code: 'invalid-argument', retryable: false, ...(request && { request }) });
}

/** @internal Ids are compared as map keys, so each has one form: numbers where they are exact. */
export function normalizeId(id: Id): Id {
  return typeof id === 'bigint' && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
}

/** @internal Whether it can be an id at all. */
export const isId = (value: unknown): value is Id =>
  typeof value === 'string' || ((Number.isSafeInteger(value) || typeof value === 'bigint') && inRange(value as bigint));

/** What Janus can read. */
const inRange = (id: bigint): boolean => id >= 0 && id < 2n ** 63n;

/** @internal */
export function checkedId(name: string, value: unknown): Id {
  if (!isId(value)) throw invalidArgument(`${name} must be ${ID_WORDS}`);
  return normalizeId(value);
}

/** @internal */
export const ID_WORDS = 'an id: a string, or an integer from 0 (beyond 2^53 a bigint, below 2^63)';
