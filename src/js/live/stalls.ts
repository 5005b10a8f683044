import type { RoomStats } from '../media/room-stats.js';
import type { RemoteTrackPublication, TrackPublication } from '../publication.js';
import type { Room } from '../room.js';
import type { Host } from './index.js';
import { StallWatch, type Flow } from './stalls-rule.js';
import { onStats } from './ticker.js';
import type { Writable } from './writable.js';

/** After how long without anything a stream is stalled, ms; pictures that may hold still are given more time. */
const PATIENCE_MS = 2_500;
const STILL_PATIENCE_MS = 10_000;

/** Whether media of it should be coming now. @internal */
export function flows(room: Room, publication: RemoteTrackPublication): boolean {
  const { track, isSubscribed, _isHeld, isMuted } = publication;
  return track !== undefined && isSubscribed && !_isHeld && !isMuted && !room._receivingPaused;
}

/**
 * Tells which streams of others stand still, and asks for a key frame of pictures that do. One stream is never made anew
 * for that. Where everything stands still for long, recovery is told, which knows whether packets get through at all. @internal
 */
export function watchStalls({ room, emit }: Host): () => void {
  const watch = new StallWatch<RemoteTrackPublication>();
  const tell = (publication: RemoteTrackPublication, isStalled: boolean): void => {
    (publication as Writable<RemoteTrackPublication>).isStalled = isStalled;
    const event = { publication, participant: publication.participant };
    emit(isStalled ? 'trackStalled' : 'trackResumed', event);
  };
  const stop = onStats(room, (stats, now) => {
    const { stalled, resumed, silent } = watch.step(now, flowing(room, stats));
    for (const publication of stalled) {
      tell(publication, true);
      if (publication.kind === 'video') publication.requestKeyFrame();
    }
    for (const publication of resumed) tell(publication, false);
    if (silent && room._receivesNothing()) watch.heard();
  });
  return () => {
    stop();
    room._receivingPaused = false;
  };
}

/** Whether somebody looks at it, so that the browser has to make pictures of it. */
function isSeen({ track, kind }: RemoteTrackPublication): boolean {
  const shows = (element: HTMLMediaElement): boolean => !element.paused && element.getClientRects().length > 0;
  return kind === 'video' && !document.hidden && track !== undefined && track.attachedElements.some(shows);
}

/** What should flow, with its packets, and with the pictures made of them where they are looked at. */
function flowing(room: Room, stats: RoomStats): Map<RemoteTrackPublication, Flow> {
  const read = new Map(stats.tracks.map((one) => [one.publication as TrackPublication, one]));
  const all = new Map<RemoteTrackPublication, Flow>();
  for (const { publications } of room.remoteParticipants.values()) {
    for (const publication of publications.values()) {
      if (!flows(room, publication)) continue;
      const mayHold = publication.kind === 'video' && publication.source !== 'camera';
      const { packets, frames } = read.get(publication) ?? {};
      const patience = mayHold ? STILL_PATIENCE_MS : PATIENCE_MS;
      all.set(publication, { count: packets, pictures: isSeen(publication) ? frames : undefined, patience });
    }
  }
  return all;
}
