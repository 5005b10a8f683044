/** People who publish patterns, and people who look at them. */
import { Room } from '/dist/index.js';
import { Pattern } from '/call/pattern.js';
import { transport } from '/call/wire.js';

const people = new Map();
const viewers = new Map();

/** Somebody who publishes a pattern and receives nothing; all of it however slow the machine is, unless `adaptive`. */
export async function publish({ name, servers, room: id, number = 7, size, screen, publishing, adaptive = false }) {
  const room = new Room({ servers, adaptive });
  const pattern = new Pattern(number, size);
  const source = screen ? 'screen' : 'camera';
  const whole = adaptive ? {} : { degradationPreference: 'maintain-resolution' };
  const tracks = [{ track: pattern.track, source, simulcast: true, ...whole, ...publishing }];
  const limitations = [];
  room.on('limitationChanged', ({ limitation }) => limitations.push(limitation ?? 'none'));
  people.set(name, { room, pattern, limitations });
  await room.join({ room: id, display: name, tracks, subscribe: false });
}

/** Somebody who looks; each video goes into a box, unless `attach` is false. */
export async function look({ name, servers, room: id, adaptive, attach = true, box = {}, desk }) {
  const sent = [];
  const logger = ({ kind, text }) => {
    if (kind === 'sent' && text.includes('"configure"')) sent.push({ at: performance.now(), text });
  };
  const meddled = desk && { transport: transport(desk) };
  const room = new Room({ servers, adaptive, logger, logLevel: 'debug', ...meddled });
  const viewer = { room, boxes: new Map(), publications: new Map(), sent, limitations: [] };
  viewers.set(name, viewer);
  room.on('limitationChanged', ({ participant, limitation }) =>
    viewer.limitations.push([participant.display, limitation ?? 'none']));
  room.on('trackSubscribed', ({ track, publication, participant }) => {
    viewer.publications.set(participant.display, publication);
    if (!attach) return;
    const place = document.createElement('div');
    place.className = `place of-${name}`;
    const element = track.attach();
    Object.assign(element.style, { display: 'block', width: '100%', height: '100%' });
    style(place, box);
    place.append(element);
    stage(name).append(place);
    viewer.boxes.set(participant.display, place);
  });
  await room.join({ room: id, display: name });
}

const UNIT = { width: 'px', height: 'px', top: 'px', left: 'px' };

function style(place, wishes) {
  for (const [key, value] of Object.entries(wishes)) place.style[key] = typeof value === 'number' ? `${value}${UNIT[key] ?? ''}` : value;
}

/** Where a viewer's boxes are. */
function stage(name) {
  const found = document.querySelector(`#stage-${name}`);
  if (found) return found;
  document.body.style.margin = 0;
  const made = Object.assign(document.createElement('div'), { id: `stage-${name}` });
  made.style.cssText = 'display: flex; flex-wrap: wrap; position: absolute; top: 0; left: 0; width: 100vw';
  document.body.append(made);
  return made;
}

/** A window that plays a picture by itself. */
let floating;
const viewer = (name) => viewers.get(name);
const publication = ({ name, of }) => viewer(name).publications.get(of);
const element = ({ name, of }) => publication({ name, of }).track.attachedElements[0];

const changes = {
  style: ({ name, of, box }) => style(viewer(name).boxes.get(of), box),
  density: ({ density }) => {
    Object.defineProperty(globalThis, 'devicePixelRatio', { value: density, configurable: true });
    dispatchEvent(new Event('resize'));
  },
  remove: ({ name, of }) => viewer(name).boxes.get(of).remove(),
  restore: ({ name, of }) => stage(name).append(viewer(name).boxes.get(of)),
  // For a moment; how long it became, ms.
  blink: async (one) => {
    const began = performance.now();
    changes.remove(one);
    await new Promise((resolve) => setTimeout(resolve, 100));
    changes.restore(one);
    return performance.now() - began;
  },
  detach: ({ name, of }) => void publication({ name, of }).track.detach(),
  attach: ({ name, of }) => {
    const place = viewer(name).boxes.get(of);
    const made = publication({ name, of }).track.attach();
    Object.assign(made.style, { display: 'block', width: '100%', height: '100%' });
    place.replaceChildren(made);
  },
  second: ({ name, of, box }) => {
    const place = document.createElement('div');
    place.id = 'second';
    place.append(publication({ name, of }).track.attach());
    Object.assign(place.firstChild.style, { display: 'block', width: '100%', height: '100%' });
    style(place, box);
    stage(name).append(place);
  },
  // As a window of its own would take it: another document of the same origin.
  adopt: ({ name, of, size }) => {
    const frame = Object.assign(document.createElement('iframe'), { id: 'other', ...size });
    frame.style.border = 0;
    stage(name).append(frame);
    const video = element({ name, of });
    frame.contentDocument.body.style.margin = 0;
    frame.contentDocument.body.append(video);
    Object.assign(video.style, { width: '100vw', height: '100vh' });
    return video.play();
  },
  takeBack: async ({ name, of }) => {
    const video = element({ name, of });
    Object.assign(video.style, { width: '100%', height: '100%' });
    viewer(name).boxes.get(of).append(video);
    document.querySelector('#other').remove();
    await video.play();
  },
  // As a browser that has such windows tells of one.
  float: ({ name, of, size }) => {
    floating = Object.assign(new EventTarget(), size);
    const entered = Object.assign(new Event('enterpictureinpicture'), { pictureInPictureWindow: floating });
    element({ name, of }).dispatchEvent(entered);
  },
  floatResize: ({ size }) => void Object.assign(floating, size).dispatchEvent(new Event('resize')),
  sink: ({ name, of }) => void element({ name, of }).dispatchEvent(new Event('leavepictureinpicture')),
  // What the page is told of another tab in front of it.
  hide: ({ isHidden }) => {
    const values = { hidden: isHidden, visibilityState: isHidden ? 'hidden' : 'visible' };
    for (const [name, value] of Object.entries(values)) Object.defineProperty(document, name, { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  },
  layers: ({ name, of, layers }) => publication({ name, of }).setLayers(layers),
  delay: ({ name, of, range }) => publication({ name, of }).setPlayoutDelay(range),
  pause: ({ name, of, paused }) => publication({ name, of }).setPaused(paused),
  nothing: () => undefined,
};

/** Does something; how it shows is not awaited. */
export const act = ({ what, ...rest }) => changes[what](rest);

/** The layers of what is 1280 px wide, by what is left of that. */
const LAYERS = { 320: 0, 640: 1, 1280: 2 };

/** When something was asked for first since then, ms after it. */
function asked(name, began, what) {
  const first = viewer(name).sent.find(({ at, text }) => at >= began && what.test(text));
  return first && Math.round(first.at - began);
}

/**
 * Does something, and tells how long it took until its layer was asked for and until a picture this wide was shown, ms, with
 * what was told when. One that stands by itself: what is decoded on top of what was there before is not the picture.
 */
export async function timed({ what, width, patience = 30_000, ...rest }) {
  const of = publication(rest);
  const wanted = new RegExp(`"substream":${LAYERS[width]}\\b|"send":true`);
  const events = [];
  const before = await decoded(of);
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const stop = viewer(rest.name).room.on('layersChanged', (event) => {
    if (event.publication === of) events.push([since(), of.currentLayers.spatial]);
  });
  await changes[what](rest);
  const isThere = async () => {
    const now = await decoded(of);
    return now.width === width && now.keyFrames > before.keyFrames;
  };
  while (!(await isThere())) {
    if (since() > patience) {
      stop();
      return { asked: asked(rest.name, began, wanted), took: undefined, events, now: await decoded(of) };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop();
  return { asked: asked(rest.name, began, wanted), took: since(), events };
}

async function inbound(of) {
  const report = await of.track?.receiver.getStats();
  return [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
}

async function decoded(of) {
  const { frameWidth: width, keyFramesDecoded: keyFrames = 0 } = (await inbound(of)) ?? {};
  return { width, keyFrames };
}

export async function seen({ name, of }) {
  const one = publication({ name, of });
  const stats = one && (await inbound(one));
  return stats && {
    width: stats.frameWidth, bytes: stats.bytesReceived, frames: stats.framesDecoded, layers: { ...one.currentLayers },
    limitation: one.limitation ?? 'none', isPaused: one.isPaused, packets: stats.packetsReceived, lost: stats.packetsLost,
    keyFrames: stats.keyFramesDecoded, ssrc: stats.ssrc, elements: one.track.attachedElements.length,
  };
}

/** How long pictures wait to be shown, on average over half a second, ms. */
export async function waits({ name, of }) {
  const one = publication({ name, of });
  const before = await inbound(one);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await inbound(one);
  const grown = (field) => after[field] - before[field];
  return (grown('jitterBufferDelay') / grown('jitterBufferEmittedCount')) * 1_000;
}

/** How long the server's last reports seem to have been on their way, by both clocks, ms. */
export async function reports({ name }) {
  const report = await viewer(name).room.peerConnections.subscriber.getStats();
  const all = [...report.values()].filter(({ type }) => type === 'remote-outbound-rtp');
  return all.map(({ timestamp, remoteTimestamp }) => timestamp - remoteTimestamp);
}

/** What was asked for last, and how the connections are. */
export function recent({ name }) {
  const { room, sent } = viewer(name);
  const states = Object.values(room.peerConnections).map((one) => one && [one.connectionState, one.iceConnectionState]);
  return { sent: sent.slice(-3).map(({ text }) => text), requests: sent.length, states };
}

/** The bytes of everybody's video. */
export async function bytes({ name }) {
  const all = await Promise.all([...viewer(name).publications.values()].map(inbound));
  return all.reduce((sum, stats) => sum + (stats?.bytesReceived ?? 0), 0);
}

/** How many pictures come, and how wide they are. */
export async function widths({ name }) {
  const all = await Promise.all([...viewer(name).publications.values()].map(inbound));
  return all.map((stats) => (stats?.framesDecoded > 0 ? stats.frameWidth : 0));
}

/** Does something, and tells when it was asked for, and when the last bytes came, ms after it; watched for so long. */
export async function silence({ what, watch = 1_500, ...rest }) {
  const of = publication(rest);
  const began = performance.now();
  changes[what](rest);
  let [count, last] = [(await inbound(of)).bytesReceived, 0];
  while (performance.now() - began < watch) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { bytesReceived } = await inbound(of);
    if (bytesReceived !== count) [count, last] = [bytesReceived, performance.now() - began];
  }
  return { asked: asked(rest.name, began, /"send":false/), last: Math.round(last) };
}

/** Changes many boxes at once; how many requests for other layers that took until 900 ms after the first, and about how many streams. */
export async function regrid({ name, box }) {
  const { boxes, sent } = viewer(name);
  const { length } = sent;
  for (const place of boxes.values()) style(place, box);
  const end = performance.now() + 10_000;
  while (sent.length === length && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 900));
  const others = sent.slice(length).filter(({ text }) => text.includes('"substream"'));
  return others.map(({ text }) => (text.match(/"mid"/g) ?? []).length);
}

export const requests = ({ name }) => viewer(name).sent.length;
/** What one who publishes was told of themselves, or one who looks was told `of` somebody. */
export const limitations = ({ name, of }) => {
  const told = (viewer(name) ?? people.get(name)).limitations;
  return of === undefined ? told : told.filter(([display]) => display === of);
};
export const encodings = ({ name }) => {
  const [one] = people.get(name).room.localParticipant.publications.values();
  return {
    options: one.options, limitation: one.limitation ?? 'none',
    active: one.settings.encodings.map(({ active }) => active), rates: one.settings.encodings.map(({ maxFramerate }) => maxFramerate ?? 0),
  };
};

/** What the browser says of what somebody sends. */
export async function sends({ name }) {
  const report = [...(await people.get(name).room.peerConnections.publisher.getStats()).values()];
  const layers = report.filter(({ type }) => type === 'outbound-rtp');
  return {
    layers: layers.map((one) => [one.rid, one.active, one.targetBitrate, one.framesEncoded, one.qualityLimitationReason]),
    room: report.map((one) => one.availableOutgoingBitrate).find((bitrate) => bitrate !== undefined),
  };
}

export const configure = ({ name, ...options }) => {
  const [one] = people.get(name).room.localParticipant.publications.values();
  return one.configure(options);
};

/** Asks for picture-in-picture; needs a click. */
export async function pip({ name, of }) {
  const video = element({ name, of });
  const { width, height } = await video.requestPictureInPicture();
  return { width, height };
}

/** Has a button do that in a click. */
export function pipButton({ name, of }) {
  const button = Object.assign(document.createElement('button'), { id: 'pip', textContent: 'PiP' });
  button.style.cssText = 'position: fixed; top: 0; left: 0; z-index: 9';
  button.onclick = () => pip({ name, of }).then((size) => (button.dataset.size = JSON.stringify(size)), (error) => (button.dataset.size = String(error)));
  document.body.append(button);
}

export const pipState = () => document.querySelector('#pip').dataset.size;

/** What changes what the browser says of its connections from now on, by name: each gets all entries. */
const tampering = new Map();

function tamper(name, change) {
  const isFirst = tampering.size === 0;
  tampering.set(name, change);
  if (!isFirst) return;
  const { getStats } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.getStats = async function patched(...all) {
    const report = await getStats.apply(this, all);
    const entries = new Map([...report].map(([id, entry]) => [id, { ...entry }]));
    for (const one of tampering.values()) one(entries);
    return entries;
  };
}

const incoming = (entries) => [...entries.values()].filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');

/** What a machine that is busy for a moment does by itself is left out: losses, freezes, pictures dropped. */
export function pretendCalm() {
  if (tampering.has('calm')) return;
  const first = new Map();
  tamper('calm', (entries) => {
    for (const [id, entry] of entries) {
      if (entry.type === 'remote-outbound-rtp') entries.delete(id);
      if (entry.type !== 'inbound-rtp') continue;
      const { packetsLost, freezeCount, framesDropped } = entry;
      if (!first.has(id)) first.set(id, { packetsLost, freezeCount, framesDropped });
      Object.assign(entry, first.get(id));
    }
  });
}

let isShort = false;

/**
 * What the browser says of its encoders from now on; a machine cannot be made slow at will. Firefox has no word for it: there
 * they take all the time there is, and there is more to be encoded than they get done.
 */
export function pretendShort(value) {
  isShort = value;
  if (tampering.has('short')) return;
  let [last, seconds] = [performance.now(), 0];
  tamper('short', (entries) => {
    const now = performance.now();
    if (isShort) seconds += (now - last) / 1_000;
    last = now;
    for (const entry of entries.values()) if (entry.kind === 'video') beShort(entry, seconds);
  });
}

function beShort(entry, seconds) {
  if (entry.type === 'media-source') entry.frames += 15 * seconds;
  if (entry.type !== 'outbound-rtp') return;
  if ('qualityLimitationReason' in entry) entry.qualityLimitationReason = isShort ? 'cpu' : 'none';
  else entry.totalEncodeTime += seconds;
}

/** The same for decoders: they drop every other picture while those of all come to more than so many pixels. */
export function pretendSlow(pixels) {
  pretendSlow.pixels = pixels;
  if (tampering.has('slow')) return;
  pretendCalm();
  let [dropped, before] = [0, 0];
  tamper('slow', (entries) => {
    const videos = incoming(entries);
    const sum = (part) => videos.reduce((all, one) => all + part(one), 0);
    const count = sum(({ framesDecoded = 0 }) => framesDecoded);
    const isTooMuch = sum(({ frameWidth = 0, frameHeight = 0 }) => frameWidth * frameHeight) > pretendSlow.pixels;
    if (isTooMuch) dropped += Math.max(0, count - before);
    before = count;
    if (videos[0]) videos[0].framesDropped = dropped;
  });
}

/** How long pictures wait before they are shown, and how much longer while any stand still, s. */
const [WAIT, LATER] = [0.05, 0.15];

/** And for pictures that stand still: those of these people, twice a second, while all is later. */
export function pretendStill({ name, of }) {
  const lines = viewer(name).room.peerConnections.subscriber.getTransceivers();
  const receivers = of.map((one) => publication({ name, of: one }).track.receiver);
  pretendStill.mids = lines.filter(({ receiver }) => receivers.includes(receiver)).map(({ mid }) => mid);
  if (tampering.has('still')) return;
  pretendCalm();
  const [freezes, delays, emitted] = [new Map(), new Map(), new Map()];
  const add = (counts, key, more) => counts.set(key, (counts.get(key) ?? 0) + more);
  let last = performance.now();
  tamper('still', (entries) => {
    for (const mid of pretendStill.mids) add(freezes, mid, (2 * (performance.now() - last)) / 1_000);
    last = performance.now();
    for (const entry of entries.values()) {
      if (entry.type !== 'inbound-rtp') continue;
      const { jitterBufferEmittedCount: count, id, mid } = entry;
      const wait = WAIT + (pretendStill.mids.length > 0 ? LATER : 0);
      if (!delays.has(id)) delays.set(id, entry.jitterBufferDelay);
      add(delays, id, wait * (count - (emitted.get(id) ?? count)));
      emitted.set(id, count);
      entry.freezeCount += Math.floor(freezes.get(mid) ?? 0);
      entry.jitterBufferDelay = delays.get(id);
      entry.jitterBufferMinimumDelay = delays.get(id);
    }
  });
}

export const leave = ({ name }) => (viewer(name) ?? people.get(name)).room.leave();
