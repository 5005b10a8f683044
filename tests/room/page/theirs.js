/** Somebody in a room with janus.js, as a page without this library writes it: one subscription for each who publishes. */
import adapter from 'webrtc-adapter';
import Janus from 'janus-gateway';
import { Pattern, look } from '/call/pattern.js';

// It reads a global when it has not been given one.
globalThis.adapter = adapter;

const ready = new Promise((resolve) => Janus.init({ debug: false, callback: resolve }));
let janus;
let publisher;
let picture;
const people = new Map();
const [heard, failed] = [[], []];
const error = (words) => failed.push(String(words));

const attach = (events) => new Promise((success, failure) => {
  janus.attach({ plugin: 'janus.plugin.videoroom', success, error: failure, ...events });
});

async function watch(room, { id, display }) {
  if (people.has(display)) return;
  const video = Object.assign(document.createElement('video'), { muted: true });
  document.body.append(video);
  people.set(display, { id, video });
  const handle = await attach({
    onmessage(message, jsep) {
      if (message.error) error(message.error);
      if (!jsep) return;
      const success = (answer) => handle.send({ message: { request: 'start' }, jsep: answer });
      handle.createAnswer({ jsep, tracks: [{ type: 'data' }], success, error });
    },
    onremotetrack(track, mid, on) {
      if (!on || track.kind !== 'video') return;
      video.srcObject = new MediaStream([track]);
      // A new picture in its place ends what was being waited for.
      video.play().catch(({ name }) => name === 'AbortError' || error(name));
    },
    ondata: (data) => heard.push(typeof data === 'string' ? data : { bytes: data.byteLength ?? data.size }),
  });
  handle.send({ message: { request: 'join', ptype: 'subscriber', room, streams: [{ feed: id }] } });
}

function leaves(id) {
  for (const [display, one] of people) if (one.id === id) people.delete(display);
}

/** Joins, and publishes the pattern of this number, and data. */
export async function join({ server, room, number }) {
  await ready;
  janus = await new Promise((resolve, reject) => {
    const made = new Janus({ server, success: () => resolve(made), error: reject, destroyed: () => undefined });
  });
  picture = new Pattern(number).track;
  publisher = await attach({
    onmessage(message, jsep) {
      if (message.error) error(message.error);
      if (jsep) publisher.handleRemoteJsep({ jsep });
      for (const one of message.publishers ?? []) watch(room, one).catch(error);
      if (message.leaving) leaves(message.leaving);
      if (message.videoroom !== 'joined') return;
      const success = (offer) => publisher.send({ message: { request: 'configure' }, jsep: offer });
      publisher.createOffer({ tracks: [{ type: 'video', capture: picture, recv: false }, { type: 'data' }], success, error });
    },
    ondataopen: () => (publisher.open = true),
  });
  publisher.send({ message: { request: 'join', ptype: 'publisher', room, display: 'Theo' } });
}

export const state = () => ({
  open: Boolean(publisher?.open),
  seen: Object.fromEntries([...people].map(([display, { video }]) => [display, look(video)])),
  heard,
  failed,
});

let sender;

/** Sends the picture, or nothing at all; nobody is told. `by`: for want of a track, or because the encoding is not active. */
export function setSending({ by, on }) {
  sender ??= publisher.webrtcStuff.pc.getSenders().find(({ track }) => track?.kind === 'video');
  if (by === 'track') return sender.replaceTrack(on ? picture : null);
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.active = on;
  return sender.setParameters(parameters);
}

/** A text, or bytes as a list. */
export const say = (data) => new Promise((success, failure) => {
  publisher.data({ data: Array.isArray(data) ? new Uint8Array(data).buffer : data, success, error: failure });
});

export const leave = () => new Promise((success) => janus.destroy({ success }));
