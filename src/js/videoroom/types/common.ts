/** What requests have in common. */
import type { Id } from '../../types.js';

/** The most a person may know of another: an object of the page's own (since Janus 1.3.0). */
export type Metadata = Record<string, unknown>;

/** Audio, video, or data channel messages. */
export type MediaKind = 'audio' | 'video' | 'data';

/** Who may change a room: whoever knows its secret. */
export interface Secret {
  /** The room's secret, if it has one. */
  secret?: string | undefined;
}

/** What the server asks for before anybody may do it, where it was configured to. */
export interface AdminKey {
  adminKey?: string | undefined;
}

/** A request about a room. */
export interface InRoom {
  room: Id;
}

/** How RTP is encrypted on its way. */
export interface Srtp {
  /** The length of the authentication tag, bit. */
  srtpSuite?: 32 | 80 | undefined;
  /** The key, base64. */
  srtpCrypto?: string | undefined;
}

/** Which layers of a stream to receive, each 0 to 2. */
export interface Layers {
  /** The simulcast layer. */
  substream?: number | undefined;
  /** The temporal layer of a simulcast. */
  temporal?: number | undefined;
  /** The spatial layer of an SVC stream. */
  spatialLayer?: number | undefined;
  /** The temporal layer of an SVC stream. */
  temporalLayer?: number | undefined;
}
