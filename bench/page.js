/** What runs in the page: one measurement each, in ms. */
import './sockets.js';
import * as bare from './bare.js';
import * as ours from './ours.js';
import * as staying from './staying.js';
import * as theirs from './built/theirs.js';

export { again, longestGap, quiet, resumed, end as stopWatching } from './staying.js';

const SIDES = { ours, theirs };

/** A picture that moves: its track. */
function picture() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const paint = canvas.getContext('2d');
  const [track] = canvas.captureStream(20).getVideoTracks();
  let hue = 0;
  const painting = setInterval(() => {
    if (track.readyState === 'ended') return clearInterval(painting);
    paint.fillStyle = `hsl(${(hue += 7)} 80% 50%)`;
    paint.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  return track;
}

let host;

/** Somebody publishes, for others to watch. */
export async function beHost({ server, room }) {
  if (host) return;
  const track = picture();
  const { leave } = await ours.publish({ server, room, track });
  host = { track, leave };
}

/** Nobody does any longer. */
export async function noHost() {
  await host?.leave();
  host?.track.stop();
  host = undefined;
}

/** Resolves when the first picture of a track is shown. */
function shown(track) {
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
  document.body.append(video);
  video.srcObject = new MediaStream([track]);
  return new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(video.remove())));
}

/** From the click to the first picture of somebody who is there. `prepare`: what can be done ahead is done. */
export async function join({ side, server, room, prepare }) {
  const ready = prepare && (await SIDES[side].prepared?.({ server }));
  const began = performance.now();
  const { track, leave } = await SIDES[side].watchFirst({ server, room, ready });
  await shown(track);
  const time = performance.now() - began;
  await leave();
  return time;
}

/** Begins to watch for what happens next. */
export const beginWatching = ({ side, ...place }) => staying.begin({ ...place, side: SIDES[side] });

/** From the click to media that reaches the server. */
export async function publish({ side, server, room }) {
  const track = picture();
  const began = performance.now();
  const { leave } = await SIDES[side].publish({ server, room, track });
  const time = performance.now() - began;
  await leave();
  track.stop();
  return time;
}

/** The largest message Janus passes on everywhere; what is larger a bare channel has to send in several. */
const LARGEST = 60_000;

/** Of data: from the first message sent to the last that arrived. */
export async function data({ side, server, room, count, bytes }) {
  if (side === 'theirs') {
    const pair = await bare.open({ server, room });
    const pieces = Math.ceil(bytes / LARGEST);
    const time = await bare.run(pair, { count: count * pieces, bytes: Math.ceil(bytes / pieces) });
    await pair.janus.close();
    return time;
  }
  const [ada, bob] = [await ours.talk({ server, room }), await ours.talk({ server, room })];
  let missing = count;
  const heard = new Promise((resolve) => bob.room.on('dataReceived', ({ data: message }) => {
    if ((message.byteLength ?? message.length) === bytes) missing -= 1;
    if (missing === 0) resolve();
  }));
  const hello = new Promise((resolve) => bob.room.on('dataReceived', resolve));
  await until(hello, () => ada.room.localParticipant.sendData('hello'));
  const message = new Uint8Array(bytes);
  const began = performance.now();
  const sent = [];
  for (let index = 0; index < count; index += 1) sent.push(ada.room.localParticipant.sendData(message));
  await Promise.all([...sent, heard]);
  const time = performance.now() - began;
  await Promise.all([ada.leave(), bob.leave()]);
  return time;
}

/** Does it again and again until it has come: nothing tells when the way to somebody is open. */
async function until(promise, again) {
  let done = false;
  void promise.then(() => (done = true));
  while (!done) {
    await again();
    await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
}
