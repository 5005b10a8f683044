/** Reads how the room does, apart from what the page reads: its rates stay those between its own reads. */
import { RoomStatistics } from '../media/index.js';
import type { RoomStats } from '../media/room-stats.js';
import type { TrackPublication } from '../publication.js';
import type { Room } from '../room.js';

/** @internal */
export function statisticsOf(room: Room): () => Promise<RoomStats> {
  const statistics = new RoomStatistics();
  return () => {
    const received = new Map<string, TrackPublication>();
    for (const { publications } of room.remoteParticipants.values()) {
      for (const publication of publications.values()) {
        const mid = publication.track?._mid;
        if (mid) received.set(mid, publication);
      }
    }
    return statistics.read({ ...room.peerConnections, sent: room.localParticipant.publications, received });
  };
}
