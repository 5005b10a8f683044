/** Somebody who watches, and goes on watching whatever happens. */
import { sinceOpened } from './sockets.js';

/** As many pictures tell what the gaps between them are like. */
const PICTURES = 60;
/** After so long without a picture none is on the way, ms. */
const QUIET_MS = 400;

let viewer;

/** Begins to watch the host. */
export async function begin({ side, server, room }) {
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
  document.body.append(video);
  viewer = { video, stay: await side.stay({ server, room, video }) };
  await picture();
}

export async function end() {
  await viewer.stay.leave();
  viewer.video.remove();
}

/** Resolves with the next picture, to when it is shown, ms. */
const picture = () => new Promise((resolve) => viewer.video.requestVideoFrameCallback(resolve));

/** The longest time between two pictures among those that come next, ms. */
export async function longestGap() {
  let [last, longest] = [await picture(), 0];
  for (let count = 0; count < PICTURES; count += 1) {
    const now = await picture();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

/** Resolves when signalling works again, to how long that took since its socket opened, ms. */
export async function resumed() {
  await viewer.stay.resumed();
  return sinceOpened();
}

/** Resolves when nothing comes any more. */
export async function quiet() {
  const pause = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS, 'quiet'));
  while ((await Promise.race([picture(), pause()])) !== 'quiet');
}

/** Resolves when something comes again. */
export async function again() {
  await picture();
}
