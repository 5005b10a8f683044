import type { Abortable, Emitter } from '../events.js';
import type { Participant, RemoteParticipant } from '../participant.js';

/** Words about a person that everybody in the room can read. */
export type Attributes = Readonly<Record<string, string>>;

/** What somebody wrote to the room. */
export interface ChatMessage {
  /** The same for everybody who got it. */
  readonly id: string;
  /** As it was written: text, never HTML. */
  readonly text: string;
  /** When it was sent, for one's own; when it arrived, for those of others. */
  readonly time: Date;
  /** The sender's participant id, as text. */
  readonly from: string;
  /** Who wrote it. */
  readonly participant: Participant;
}

/** Options of a request to one person. */
export interface RequestOptions extends Abortable {
  /** How long to wait for the answer, ms (10,000). */
  timeout?: number | undefined;
}

/** What somebody asks of this page. */
export interface IncomingRequest {
  readonly participant: RemoteParticipant;
  /** As it came: any JSON, from a page that is not yours to trust. */
  readonly payload: unknown;
}

/** Answers requests: what it returns, or resolves to, is the answer, and has to be JSON. */
export type RequestHandler = (request: IncomingRequest) => unknown;

/** Options of sending a file. */
export interface FileOptions extends Abortable {
  /** What it is called; a `File` has a name of its own. */
  name?: string | undefined;
  /** Hears how much is on its way, bytes. */
  onProgress?: ((progress: { sent: number; size: number }) => void) | undefined;
}

/** The events of a file that arrives. */
export interface IncomingFileEventMap {
  /** More of it is here, bytes. */
  progress: { received: number; size: number };
}

/** A file that somebody sends to the room. */
export interface IncomingFile extends Emitter<IncomingFileEventMap> {
  readonly participant: RemoteParticipant;
  /** What the sender calls it, without what could be a path. */
  readonly name: string;
  /** The media type the sender gives, or ''. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes that are here. */
  readonly received: number;
  /**
   * All of it, once it is here. Rejects with a {@link JanusError}: `participant-left`, `aborted` (by its sender, by
   * `cancel()`, or as we left), `connection-lost` (a part of it was), `timeout` (nothing came for 30 s).
   */
  blob(): Promise<Blob>;
  /** It is not wanted: what is here is dropped. Others still get it. */
  cancel(): void;
}
