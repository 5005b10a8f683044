/** A stream that comes again needs a picture that stands by itself. */
import type { RemoteTrackPublication } from '../../publication.js';
import type { RemoteTrack } from '../../track.js';

/** Janus asks a sender for one at most once a second, and passes over who asks more often. */
const AGAIN_MS = 1_150;
const ATTEMPTS = 3;

async function keyFrames({ receiver }: RemoteTrack): Promise<number | undefined> {
  const report = await receiver?.getStats();
  let count: number | undefined;
  report?.forEach((entry: { type: string; keyFramesDecoded?: number }) => {
    if (entry.type === 'inbound-rtp') count = entry.keyFramesDecoded;
  });
  return count;
}

/**
 * Sees to it that one comes. The server asks for one when it sends again; where that was too soon after the last time
 * nothing comes of it, and what moves is shown on top of what was there before.
 *
 * @internal
 */
export function freshPicture(track: RemoteTrack, publication: RemoteTrackPublication, isWanted: () => boolean): void {
  const ask = async (): Promise<void> => {
    const before = await keyFrames(track);
    for (let attempt = 0; attempt < ATTEMPTS && before !== undefined; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      const isOver = publication.track !== track || publication.isPaused || !isWanted();
      if (isOver || (await keyFrames(track)) !== before) return;
      publication.requestKeyFrame();
    }
  };
  // Connections that are closed meanwhile have no more pictures.
  ask().catch(() => undefined);
}
