/** What people of `call.js` do while what they publish goes over to another peer connection, and what they are told. */
import { createLocalTracks } from '/dist/index.js';
import { person } from './call.js';
import { Pattern } from './pattern.js';

const { mediaDevices } = navigator;
const { getUserMedia } = mediaDevices;
const { send } = WebSocket.prototype;
const us = (name) => person(name).room.localParticipant;
const published = (name, source) => [...us(name).publications.values()].find((one) => one.source === source);
/** What becomes of a promise: "done", or the code or name of the error. */
const outcome = (promise) => promise.then(() => 'done', ({ code, name }) => (typeof code === 'string' ? code : name));

/** Cameras and screens that show numbers; a camera is open as long as its light is on. */
let numbers = { camera: 0, screen: 0 };
let lights = [];
let refusal;
let asked = [];

mediaDevices.getUserMedia = async (constraints) => {
  const { audio, video } = constraints;
  asked.push(video?.deviceId?.exact ?? 'any');
  const why = refusal?.(video?.deviceId?.exact);
  if (why) throw new DOMException('refused by the test', why);
  const tracks = audio ? (await getUserMedia.call(mediaDevices, { audio })).getTracks() : [];
  if (video) {
    const { track } = new Pattern(numbers.camera);
    lights.push(track);
    tracks.push(track);
  }
  return new MediaStream(tracks);
};
mediaDevices.getDisplayMedia = async () => new MediaStream([new Pattern(numbers.screen).track]);

/** What cameras and screens that are opened from now on show. */
export const show = (what) => void Object.assign(numbers, what);
/** How many cameras are open. */
export const light = () => lights.filter(({ readyState }) => readyState === 'live').length;
/** From now on this device is gone (`id`), or each one but one is busy as long as that is open (`busy`). */
export function deny({ id, name, busy }) {
  refusal = id || busy ? (wanted) => (busy || wanted === id ? name : undefined) : undefined;
}
export const askedFor = () => asked.splice(0);

const logs = new Map();
const objects = new Map();

/** Writes down what this person is told of themselves. */
export function listen({ name }) {
  const { room } = person(name);
  const log = [];
  logs.set(name, log);
  const note = (type) => ({ publication, participant, source }) => {
    if (participant?.isLocal ?? true) log.push(`${type} ${publication?.source ?? source}`);
  };
  for (const type of ['localTrackPublished', 'localTrackUnpublished', 'trackMuted', 'trackUnmuted', 'deviceLost', 'mediaError']) {
    room.on(type, note(type));
  }
}

/** What was told since this was asked last. */
export const events = ({ name }) => logs.get(name).splice(0);

/** What this person publishes, each with a number that is the same for the same object. */
export function ours({ name }) {
  const us = person(name).room.localParticipant;
  const list = [...us.publications].map(([mid, one]) => {
    if (!objects.has(one)) objects.set(one, objects.size);
    const wrong = mid === one.mid && one.participant === us ? '' : ' in the wrong place';
    return `${objects.get(one)} ${one.source}${one.isMuted ? ' muted' : ''}${wrong}`;
  });
  return { all: list.sort(), camera: us.isCameraEnabled, microphone: us.isMicrophoneEnabled };
}

/** Whether somebody else's publication is muted for this person. */
export function isMuted({ name, of, what }) {
  const other = [...person(name).room.remoteParticipants.values()].find(({ display }) => display === of);
  return [...(other?.publications.values() ?? [])].find(({ source }) => source === what)?.isMuted;
}

/** Which tracks the connection sends that publishes, and the ids of those that it sends more than once. */
export function sending({ name }) {
  const tracks = person(name).room.peerConnections.publisher.getSenders().map(({ track }) => track?.id).filter(Boolean);
  return { count: tracks.length, twice: tracks.filter((id, at) => tracks.indexOf(id) !== at) };
}

const canvases = new Map();
const canvas = (number) => {
  if (!canvases.has(number)) canvases.set(number, new Pattern(number).track);
  return canvases.get(number);
};

/** What may be done at a certain moment. */
const ACTS = {
  camera: (name, enabled) => us(name).setCameraEnabled(enabled),
  microphone: (name, enabled) => us(name).setMicrophoneEnabled(enabled),
  mute: (name, source) => published(name, source).mute(),
  unmute: (name, source) => published(name, source).unmute(),
  unpublish: async (name, source) => published(name, source).unpublish(),
  publish: (name, number) => us(name).publishTrack(canvas(number)),
  replace: (name, source, number) => published(name, source).replaceTrack(canvas(number)),
  configure: (name, source, options) => published(name, source).configure(options),
  switchDevice: (name, source, id) => published(name, source).switchDevice(id),
  screen: (name, enabled) => us(name).setScreenShareEnabled(enabled),
};

/** Does all of it in one breath, and waits for what becomes of each. */
export const act = ({ name, acts }) => Promise.all(acts.map(([what, ...rest]) => outcome(ACTS[what](name, ...rest))));

let pending;
/** Does it, and waits for nothing. */
export function begin(argument) {
  pending = act(argument);
}
/** What became of what was begun, or of what was to be done at a certain moment. */
export const acted = () => pending;

/** Does it in the moment the connection to the server is said to be lost. */
export function actOnLoss({ name, acts }) {
  pending = new Promise((resolve) => {
    const off = person(name).room.on('stateChanged', ({ state }) => {
      if (state !== 'reconnecting') return;
      off();
      resolve(act({ name, acts }));
    });
  });
}

let hangUps = 0;
export const countHangUps = () => hangUps;

/** Does it while a connection is hung up to be made anew: the request waits until everything has begun. */
export function actOnHangUp({ name, acts }) {
  hangUps = 0;
  pending = new Promise((resolve) => {
    WebSocket.prototype.send = function meddled(text) {
      if (JSON.parse(text).janus !== 'hangup') return send.call(this, text);
      hangUps += 1;
      if (hangUps > 1) return send.call(this, text);
      setTimeout(() => {
        resolve(act({ name, acts }));
        setTimeout(() => send.call(this, text));
      });
      return undefined;
    };
  });
}

/** The next offers are of no use to the server. */
export function spoilOffers(count) {
  let left = count;
  WebSocket.prototype.send = function spoiled(text) {
    const message = JSON.parse(text);
    if (message.jsep?.type !== 'offer' || left === 0) return send.call(this, text);
    left -= 1;
    return send.call(this, JSON.stringify({ ...message, jsep: { type: 'offer', sdp: 'this is not SDP' } }));
  };
}

const { setRemoteDescription } = RTCPeerConnection.prototype;

/** The next connection that gets an answer is closed before it has it. */
export function closeOnAnswer() {
  RTCPeerConnection.prototype.setRemoteDescription = function closed(description) {
    if (description.type === 'answer') {
      behave();
      this.close();
    }
    return setRemoteDescription.call(this, description);
  };
}

export function behave() {
  RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
  WebSocket.prototype.send = send;
  deny({});
}

export const simulate = ({ name, trouble }) => person(name).room.simulate(trouble);

let preview = [];

/** Opens a camera for a preview, and joins with it. */
export async function joinWithPreview({ name, room }) {
  preview = await createLocalTracks({ camera: { deviceId: 'chosen' } });
  await person(name).room.join({ room, display: name, tracks: preview });
}

export const previewIsLive = () => preview.map(({ mediaStreamTrack }) => mediaStreamTrack.readyState === 'live');
export const stopPreview = () => preview.forEach((track) => track.stop());
