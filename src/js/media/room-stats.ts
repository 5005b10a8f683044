import type { Participant } from '../participant.js';
import type { TrackPublication } from '../publication.js';
import { StatsReader, type PeerStats, type TrackStats } from './stats.js';

/** How a publication does. */
export interface PublicationStats extends TrackStats {
  participant: Participant;
  publication: TrackPublication;
}

/** How a room does: its peer connections as a whole, and each track. */
export interface RoomStats {
  /** What we send, if there is anything. */
  publisher: PeerStats | undefined;
  /** What we receive, if there is anything. */
  subscriber: PeerStats | undefined;
  /** Each track that is sent or received, ours and theirs. */
  tracks: PublicationStats[];
}

/** Whose the m-lines of the two connections are. @internal */
export interface Lines {
  publisher: RTCPeerConnection | undefined;
  subscriber: RTCPeerConnection | undefined;
  sent: ReadonlyMap<string, TrackPublication>;
  received: ReadonlyMap<string, TrackPublication>;
}

/** Reads how a room does. One reader for each peer connection, so that rates are since the read before. @internal */
export class RoomStatistics {
  readonly #readers = new WeakMap<RTCPeerConnection, StatsReader>();

  async read(lines: Lines): Promise<RoomStats> {
    const [publisher, subscriber] = await Promise.all([this.#of(lines.publisher), this.#of(lines.subscriber)]);
    const tracks = [...named(publisher, lines.sent), ...named(subscriber, lines.received)];
    return { publisher, subscriber, tracks };
  }

  /** A connection that is closed while it is asked has nothing to tell. */
  async #of(connection: RTCPeerConnection | undefined): Promise<PeerStats | undefined> {
    if (!connection || connection.connectionState === 'closed') return undefined;
    const reader = this.#readers.get(connection) ?? new StatsReader(connection);
    this.#readers.set(connection, reader);
    return reader.read().catch((error: unknown) => {
      if (connection.connectionState === 'closed') return undefined;
      throw error;
    });
  }
}

function named(stats: PeerStats | undefined, publications: ReadonlyMap<string, TrackPublication>): PublicationStats[] {
  const all: PublicationStats[] = [];
  for (const [mid, track] of stats?.tracks ?? []) {
    const publication = publications.get(mid);
    if (publication) all.push({ ...track, publication, participant: publication.participant });
  }
  return all;
}
