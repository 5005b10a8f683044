/**
 * Is there really media? Judged by what the browser decoded (getStats through the witness), never by what the library
 * or the page say.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from './wait.mjs';

/** Frames a stream must decode while it is watched before it counts as moving. */
const FRAMES = 5;
/** A tone or a beep gives far more than this in a second, comfort noise far less. */
const ENERGY = 1e-5;

/** The RTP streams that arrive at a page now. */
export function inbound(page) {
  return page.evaluate(() => globalThis.__witness.inbound());
}

/** Every peer connection the page ever made, as `{ closed, state, applied: ['remote offer', ...] }`. */
export function connections(page) {
  return page.evaluate(() => globalThis.__witness.connections());
}

/** How many captured tracks of a kind still hold their device. */
export function liveCaptures(page, kind) {
  return page.evaluate((kind) => globalThis.__witness.liveCaptures(kind).length, kind);
}

/** Waits until at least `people` video streams decode frames and as many audio streams carry sound. */
export async function hearsAndSees(page, people, { audio = people, video = people, timeout } = {}) {
  const before = byKey(await inbound(page));
  let gained = [];
  await until(
    `${video} moving and ${audio} audible streams (${page.kind})`,
    async () => {
      gained = (await inbound(page)).map((stream) => gain(stream, before.get(stream.key)));
      const moving = gained.filter((stream) => stream.kind === 'video' && stream.frames >= FRAMES);
      const audible = gained.filter((stream) => stream.kind === 'audio' && stream.energy > ENERGY);
      return moving.length >= video && audible.length >= audio;
    },
    { timeout, explain: async () => ({ gained, page: await page.describe() }) },
  );
}

/**
 * Waits until the tile with that name shows a moving picture: its element has a size, and the very track in it decodes
 * frames.
 */
export async function tileMoves(page, name, { timeout } = {}) {
  let first;
  let last;
  await until(
    `a moving picture on the tile of ${name} (${page.kind})`,
    async () => {
      const track = await page.evaluate(trackOfTile, name);
      last = track && (await inbound(page)).find((stream) => stream.track === track);
      if (!last) {
        return false;
      }
      if (first?.key !== last.key) {
        first = last;
      }
      return last.frames - first.frames >= FRAMES;
    },
    { timeout, explain: async () => ({ first, last, page: await page.describe() }) },
  );
}

/** What the inbound streams of a kind gained during `duration`, summed: to show that something stopped. */
export async function gainOver(page, kind, duration) {
  const before = byKey(await inbound(page));
  await pause(duration);
  const sum = { frames: 0, energy: 0 };
  for (const stream of await inbound(page)) {
    if (stream.kind === kind) {
      const { frames, energy } = gain(stream, before.get(stream.key));
      sum.frames += frames;
      sum.energy += energy;
    }
  }
  return sum;
}

function trackOfTile(name) {
  for (const tile of document.querySelectorAll('.tile:not([data-self])')) {
    const video = tile.querySelector('video');
    if (tile.querySelector('.name')?.textContent.trim() === name && video?.videoWidth > 0 && !video.paused) {
      return video.srcObject?.getVideoTracks()[0]?.id;
    }
  }
  return undefined;
}

function byKey(streams) {
  return new Map(streams.map((stream) => [stream.key, stream]));
}

function gain(stream, before) {
  return {
    key: stream.key,
    kind: stream.kind,
    frames: stream.frames - (before?.frames ?? 0),
    energy: stream.energy - (before?.energy ?? 0),
  };
}
