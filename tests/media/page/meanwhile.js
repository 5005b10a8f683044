/** What people of `call.js` do while something else is still under way. */
import { person } from './call.js';
import { Pattern } from './pattern.js';
import { refuse } from './wire.js';

const { mediaDevices } = navigator;
const getUserMedia = MediaDevices.prototype.getUserMedia;
const { replaceTrack } = RTCRtpSender.prototype;
const { addTransceiver } = RTCPeerConnection.prototype;
let prompts = [];
let asked = 0;

const us = (name) => person(name).room.localParticipant;
const published = (name, source) => [...us(name).publications.values()].find((one) => one.source === source);
const fresh = (number) => new Pattern(number, undefined).track;

/** What becomes of promises: "done", or the code or name of the error. */
const outcome = (promise) => promise.then(() => 'done', ({ code, name }) => (typeof code === 'string' ? code : name));
const outcomes = (...promises) => Promise.all(promises.map(outcome));

/** From now on a question for a device stays open until it is answered. */
export function keepPrompts() {
  asked = 0;
  mediaDevices.getUserMedia = async (constraints) => {
    asked += 1;
    await new Promise((resolve) => prompts.push(resolve));
    return getUserMedia.call(mediaDevices, constraints);
  };
}

/** Answers what is open, and what comes; how often there was a question. */
export function answerPrompts() {
  mediaDevices.getUserMedia = async (constraints) => {
    asked += 1;
    return getUserMedia.call(mediaDevices, constraints);
  };
  prompts.splice(0).forEach((answer) => answer());
}

export const openPrompts = () => prompts.length;
export const askedOften = () => asked;
export const publications = ({ name }) =>
  [...us(name).publications.values()].map(({ source, isMuted }) => `${source}${isMuted ? ' muted' : ''}`).sort();

const pending = new Map();

/** Starts something that is asked for later by `result`. */
function begin(key, ...promises) {
  pending.set(key, outcomes(...promises));
}

export const result = (key) => pending.get(key);

export const beginUnmute = ({ name, source }) => begin('unmute', published(name, source).unmute());
export const beginCamera = ({ name, enabled, options }) => begin('camera', us(name).setCameraEnabled(enabled, options));
export const unpublishSource = ({ name, source }) => published(name, source).unpublish();

export function replaceMuted({ name, source, number }) {
  return outcome(published(name, source).replaceTrack(fresh(number)));
}

/** The browser is slow to take a track; `leave` meanwhile. */
export async function leaveWhileReplacing({ name, source }) {
  let reached;
  const replacing = new Promise((resolve) => (reached = resolve));
  RTCRtpSender.prototype.replaceTrack = () => {
    reached();
    return new Promise(() => undefined);
  };
  const unmuting = outcome(published(name, source).unmute());
  await replacing;
  await person(name).room.leave();
  RTCRtpSender.prototype.replaceTrack = replaceTrack;
  return unmuting;
}

/** The browser does not take what is to be sent. */
export async function refuseSenders({ name }) {
  const errors = [];
  const off = person(name).room.on('mediaError', ({ source }) => errors.push(source));
  RTCPeerConnection.prototype.addTransceiver = () => {
    throw new TypeError('no such encodings');
  };
  const switched = await outcome(us(name).setCameraEnabled(true));
  RTCPeerConnection.prototype.addTransceiver = addTransceiver;
  off?.();
  return { switched, errors };
}

/** A track that has ended, at each door. */
export async function giveEnded({ name, source, room, server }) {
  const ended = fresh(1);
  ended.stop();
  const another = await import('/dist/index.js').then(({ Room }) => new Room({ servers: server }));
  const all = await outcomes(
    us(name).publishTrack(ended),
    published(name, source).replaceTrack(ended),
    another.join({ room, display: 'Eve', tracks: [ended] }),
  );
  return { all, state: another.state };
}

export async function publishCanvas({ name, number }) {
  const publication = await us(name).publishTrack(fresh(number));
  return publication.source;
}

/** Several wishes in one breath. */
export function wishes({ name, source, number }) {
  const publication = published(name, source);
  return outcomes(publication.mute(), publication.replaceTrack(fresh(number)), publication.unmute());
}

export function badDeviceAndMute({ name, source }) {
  const publication = published(name, source);
  return outcomes(publication.switchDevice('there is no such device'), publication.mute());
}

export const switchTo = ({ name, source, deviceId }) => outcome(published(name, source).switchDevice(deviceId));

export function captured({ name, source }) {
  const { mediaStreamTrack } = published(name, source).track;
  return { deviceId: mediaStreamTrack.getSettings().deviceId, live: mediaStreamTrack.readyState === 'live' };
}

export async function deviceIds(kind) {
  return (await mediaDevices.enumerateDevices()).filter((device) => device.kind === kind).map(({ deviceId }) => deviceId);
}

export async function configureTwice({ name, source }) {
  const publication = published(name, source);
  const done = await outcomes(publication.configure({ maxBitrate: 300_000 }), publication.configure({ name: 'Lectern' }));
  return { done, options: publication.options, named: publication.name };
}

/** The browser does not take it. */
export async function configureInVain({ name, source }) {
  const { setParameters } = RTCRtpSender.prototype;
  const publication = published(name, source);
  RTCRtpSender.prototype.setParameters = () => Promise.reject(new DOMException('no', 'OperationError'));
  const done = await outcome(publication.configure({ maxBitrate: 1_000 }));
  RTCRtpSender.prototype.setParameters = setParameters;
  return { done, maxBitrate: publication.options.maxBitrate };
}

export function sentAs({ name, source }) {
  const { options, mid, name: named } = published(name, source);
  return { options, mid, named };
}

/** The browser makes no m-line for what it is to be sent as. */
export async function sendAnewInVain({ name, source }) {
  const publication = published(name, source);
  RTCPeerConnection.prototype.addTransceiver = () => {
    throw new DOMException('no such encodings', 'OperationError');
  };
  const done = await outcome(publication.configure({ scalabilityMode: 'L1T2', name: 'Lectern' }));
  RTCPeerConnection.prototype.addTransceiver = addTransceiver;
  return { done, ...sentAs({ name, source }) };
}

export const rename = ({ name, source, called }) => published(name, source).configure({ name: called });

/** The server does not take it, which is told later: what it is called by then, and when that is told. */
export async function configureRefused({ name, source, options }) {
  const publication = published(name, source);
  const told = new Promise((resolve) => {
    const off = person(name).room.on('mediaError', ({ error }) => {
      off();
      resolve([error.code, publication.name]);
    });
  });
  refuse();
  await publication.configure(options);
  const wished = publication.name;
  return { wished, told: await told, options: publication.options };
}

/** The page's own track in the place of a device. */
export async function offWithOwnTrack({ name, number }) {
  const own = fresh(number);
  await published(name, 'camera').replaceTrack(own);
  await us(name).setCameraEnabled(false);
  const { readyState } = own;
  await us(name).setCameraEnabled(true);
  return readyState;
}

export async function publishAndTakeBack({ name, number }) {
  const track = fresh(number);
  const publishing = outcome(us(name).publishTrack(track));
  us(name).unpublishTrack(track);
  return publishing;
}

/** Publishes a track, takes it back at once, and publishes it again after so many ms. */
export async function publishAgain({ name, number, later = 0 }) {
  const track = fresh(number);
  const first = outcome(us(name).publishTrack(track));
  us(name).unpublishTrack(track);
  const outcomes = [await first];
  if (later > 0) await new Promise((resolve) => setTimeout(resolve, later));
  outcomes.push(await outcome(us(name).publishTrack(track)));
  return outcomes;
}

/** The mids under which somebody publishes, as they know them, or as somebody else does. */
export const mids = ({ name, of }) => {
  const { localParticipant, remoteParticipants } = person(name).room;
  const publisher = of === undefined ? localParticipant : [...remoteParticipants.values()].find(({ display }) => display === of);
  return [...publisher.publications.values()].map(({ mid }) => mid).sort();
};

export const publishOutcome = ({ name, number }) => outcome(us(name).publishTrack(fresh(number)));

/** Switches the camera on in a room that takes no more publishers, and off. */
export async function cameraInVain({ name }) {
  const on = await outcome(us(name).setCameraEnabled(true));
  const off = await outcome(us(name).setCameraEnabled(false));
  return { on, off };
}

/** Joins with the camera a room that takes no more publishers: whose error is told. */
export async function joinInVain({ name, room: id }) {
  const { room } = person(name);
  const failed = new Promise((resolve) => {
    const off = room.on('mediaError', ({ source, error }) => {
      off();
      resolve([source, error.code]);
    });
  });
  await room.join({ room: id, display: name, camera: true });
  return failed;
}

/** Publishes while an offer with new ICE credentials is made. */
export function offerAndPublish({ name, number }) {
  person(name).room.restartIce();
  return outcomes(Promise.resolve(), us(name).publishTrack(fresh(number)));
}

/** Lets go of everything in the moment it ends, and of what ended long ago. */
export function letGoOfWhatEnds({ name }) {
  person(name).room.on('trackUnpublished', ({ publication }) => {
    const letGo = () => {
      publication.setSubscribed(false);
      publication.setPaused(true);
      publication.requestKeyFrame();
    };
    letGo();
    person(name).room.on('trackPublished', letGo);
  });
}

/**
 * Has data sent for the first time in the moment a connection that sends begins to apply an answer; the browser takes
 * some time for that.
 */
export function sendWhileApplying({ name, number }) {
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  let sending;
  RTCPeerConnection.prototype.setRemoteDescription = function apply(description) {
    const applied = setRemoteDescription.call(this, description);
    if (description.type === 'answer') {
      RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
      sending = outcome(us(name).sendData('in between'));
    }
    return applied;
  };
  return outcome(us(name).publishTrack(fresh(number))).then(async (published) => [published, await sending]);
}

/** Joins and looks for other ways before anything has come up. */
export async function joinAndRestart({ name, room: id }) {
  const { room } = person(name);
  room.on('remoteReceiverAdded', () => {
    room.restartIce();
    room.restartIce();
  });
  await room.join({ room: id, display: name });
  room.restartIce();
}
