import type { RemoteParticipant } from '../participant.js';
import { JanusError } from '../index.js';
import type { Words } from './envelope.js';

/** Who said something: the label of the channel it came on, and who that is. @internal */
export interface Sender {
  from: string;
  participant: RemoteParticipant;
}

/** What the parts of an exchange say things with. @internal */
export interface Line {
  /** Our id, as text. */
  ownId(): string;
  /** Resolves when it is on its way. */
  say(words: Words): Promise<void>;
  sayPiece(number: number, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Whether those who are here hear us by now, as far as can be told. */
  isSettled(): boolean;
  /** Resolves when they do; after as many milliseconds all the same, while people keep coming. */
  settled(most?: number): Promise<void>;
}

/** One subject of an exchange. @internal */
export interface Part {
  /** Words that may be about it. Whoever says them may be hostile. */
  take(sender: Sender, words: Words): void;
  /** Somebody is gone. */
  parted(participant: RemoteParticipant): void;
  /** The room was left. */
  over(): void;
}

/** @internal */
export const gone = (): JanusError =>
  new JanusError('the participant left the room', { code: 'participant-left', retryable: false });

/** @internal */
export const left = (): JanusError => new JanusError('the room was left meanwhile', { code: 'aborted', retryable: false });

/** Chosen so that no two pages hit upon the same. @internal */
export const randomNumber = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;
