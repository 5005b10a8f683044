/** People of one page, each with a room of their own. */
import { Room, capabilities as can } from '/dist/index.js';
import { Pattern, look } from './pattern.js';
import { observe } from './order.js';
import { transport } from './wire.js';

export { contradictions, identities, ownIdentities, told } from './order.js';
export { collect, held, inUse, memory } from './weight.js';
export { changeRelays, hold, release, waiting } from './wire.js';
export { call as callByTone, dial, end as endCallByTone } from './tones.js';

const people = new Map();
const patterns = new Map();

/** A pattern's track; the same for the same number. */
function pattern(number, size) {
  if (!patterns.has(number)) patterns.set(number, new Pattern(number, size));
  return patterns.get(number);
}

export const person = (name) => {
  const found = people.get(name);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
};

/** Somebody else as this person sees them. */
function other({ name, of }) {
  const found = [...person(name).room.remoteParticipants.values()].find(({ display }) => display === of);
  return found;
}

function local(name, of) {
  const meant = [...person(name).room.localParticipant.publications.values()].filter((one) => one.name === of || one.source === of);
  return meant.find(({ kind }) => kind === 'video') ?? meant[0];
}

function remote(argument) {
  const all = [...(other(argument)?.publications.values() ?? [])];
  const { what } = argument;
  const meant = all.filter(({ name, source }) => what === undefined || name === what || source === what);
  return meant.find(({ kind }) => kind === 'video') ?? (what && meant[0]);
}

/** `wire`: what the server says can be held; `desk`: media goes through relays. */
export function create({ name, servers, wire, desk, transforms, ...options }) {
  const meddled = (wire || desk) && { transport: transport(desk) };
  const [heard, said] = [[], []];
  const logger = ({ kind, text }) => ({ received: heard, sent: said })[kind]?.push(text);
  // What is seen of it does not matter here. A flight recorder that is full soon: memory is to be flat after a while.
  const room = new Room({ servers, adaptive: false, logger, logLevel: 'debug', recorder: 20, ...options, ...meddled });
  const entry = { room, tiles: new Map(), log: [], data: [], tracks: 0, heard, said };
  people.set(name, entry);
  observe(name, room);
  if (transforms) transform(name, room);
  room.on('trackSubscribed', ({ track, publication, participant }) => {
    entry.log.push(`+${participant.display}/${publication.source}`);
    entry.tracks += 1;
    const element = track.attach();
    element.muted = true;
    document.body.append(element);
    entry.tiles.set(publication, element);
  });
  room.on('trackUnsubscribed', ({ track, publication, participant }) => {
    entry.log.push(`-${participant.display}/${publication.source}`);
    track.detach().forEach((element) => element.remove());
    entry.tiles.delete(publication);
  });
  room.on('mediaError', ({ error }) => entry.log.push(`! ${error.message}`));
  room.on('deviceLost', ({ source }) => entry.log.push(`lost ${source}`));
  room.on('stateChanged', ({ state, reason }) => entry.log.push(`${state} ${reason ?? ''}`.trim()));
  room.on('dataReceived', ({ data, participant }) => {
    entry.data.push({ from: participant?.display, data });
  });
}

/** Joins; `patterns` are published at once. */
export async function join({ name, room, number, size, publishing, options = {} }) {
  const tracks = number === undefined ? [] : [{ track: pattern(number, size).track, source: 'camera', ...publishing }];
  await person(name).room.join({ room, display: name, tracks, ...options });
}

export const prepare = ({ name }) => person(name).room.prepare();
export const leave = ({ name }) => person(name).room.leave();

export function forget({ name }) {
  people.delete(name);
}

export async function publish({ name, number, size, ...options }) {
  const publication = await person(name).room.localParticipant.publishTrack(pattern(number, size).track, options);
  return publication.mid;
}

export const unpublish = ({ name, of }) => local(name, of).unpublish();
export const mute = ({ name, of, release }) => local(name, of).mute({ release });
export const unmute = ({ name, of }) => local(name, of).unmute();
/** Begins to draw what is sent later. */
export const draw = ({ number, size }) => void pattern(number, size);
export const replace = ({ name, of, number, size }) => local(name, of).replaceTrack(pattern(number, size).track);
export const configure = ({ name, of, ...options }) => local(name, of).configure(options);
export const switchDevice = ({ name, of, deviceId }) => local(name, of).switchDevice(deviceId);
export const camera = ({ name, enabled, options }) => person(name).room.localParticipant.setCameraEnabled(enabled, options);
export const microphone = ({ name, enabled, options }) =>
  person(name).room.localParticipant.setMicrophoneEnabled(enabled, options);
export const screen = ({ name, enabled, options, publishing }) =>
  person(name).room.localParticipant.setScreenShareEnabled(enabled, options, publishing);
export const admit = ({ name, ...credentials }) => person(name).room.setCredentials(credentials);
export const restartIce = ({ name }) => person(name).room.restartIce();
export const layers = (argument) => remote(argument).setLayers(argument.layers);
export const pause = (argument) => remote(argument).setPaused(argument.paused);
export const subscribe = (argument) => remote(argument).setSubscribed(argument.subscribed);
export const pauseAll = ({ name, paused }) => person(name).room.setReceivingPaused(paused);
export const keyFrame = (argument) => remote(argument).requestKeyFrame();
export const currentLayers = (argument) => ({ ...remote(argument).currentLayers });

/** Which temporal layers came of somebody's stream, as this person was told: from now on. */
export function watchTemporal(argument) {
  const meant = remote(argument);
  const temporal = [];
  const { room } = Object.assign(person(argument.name), { temporal });
  room.on('layersChanged', ({ publication }) => publication === meant && temporal.push(publication.currentLayers.temporal));
}

export const temporalTold = ({ name }) => person(name).temporal;

/** What this person sees of somebody. */
export function see(argument) {
  const publication = remote(argument);
  if (!publication) return { there: other(argument) !== undefined };
  const tile = person(argument.name).tiles.get(publication);
  return { published: true, muted: publication.isMuted, named: publication.name, ...(tile && look(tile)) };
}

/** What everybody sees of everybody: the numbers shown, and whether the pictures move. */
export function seeAll() {
  const seen = {};
  for (const [name, { room, tiles }] of people) {
    seen[name] = {};
    for (const { display, publications } of room.remoteParticipants.values()) {
      const shown = [...publications.values()].filter(({ kind }) => kind === 'video').map((publication) => {
        const tile = tiles.get(publication);
        return { muted: publication.isMuted, ...(tile && look(tile)) };
      });
      seen[name][display] = shown;
    }
  }
  return seen;
}

/** What the browser says of a receiver. Firefox never answers for a connection that was closed meanwhile: nothing then. */
async function entries(receiver, name) {
  const { subscriber } = person(name).room.peerConnections;
  let looking;
  const closed = new Promise((resolve) => {
    looking = setInterval(() => subscriber?.signalingState === 'closed' && resolve(new Map()), 100);
  });
  const report = await Promise.race([receiver.getStats(), closed]).finally(() => clearInterval(looking));
  return [...report.values()];
}

/** What there is of a picture that should move and does not. */
export async function examine(argument) {
  const publication = remote(argument);
  const tile = person(argument.name).tiles.get(publication);
  const { track } = publication ?? {};
  const report = track ? await entries(track.receiver, argument.name) : [];
  const { bytesReceived, framesReceived, framesDecoded, keyFramesDecoded, pliCount, ssrc } =
    report.find(({ type }) => type === 'inbound-rtp') ?? {};
  const { subscriber } = person(argument.name).room.peerConnections;
  const line = subscriber?.getTransceivers().find(({ receiver }) => receiver === track?.receiver);
  return {
    theirs: publication?.mid, ours: line?.mid, direction: line?.currentDirection, track: track?.mediaStreamTrack.readyState,
    silent: track?.mediaStreamTrack.muted, tile: tile && [tile.readyState, tile.paused, tile.videoWidth],
    same: tile?.srcObject?.getTracks()[0] === track?.mediaStreamTrack,
    stats: { bytesReceived, framesReceived, framesDecoded, keyFramesDecoded, pliCount, ssrc },
    states: [subscriber?.connectionState, subscriber?.signalingState],
    log: person(argument.name).log.slice(-30),
    heard: person(argument.name).heard.slice(-12),
  };
}

/** How often the connection that receives answered an offer. */
export function countNegotiations({ name }) {
  const sdp = person(name).room.peerConnections.subscriber?.localDescription?.sdp;
  // Both browsers count on in the version of their session, Chromium from 2, Firefox from 0; the first answer counts as one.
  const version = Number(/^o=\S+ \S+ (\d+)/m.exec(sdp ?? '')?.[1]);
  if (sdp === undefined) return 0;
  return navigator.userAgent.includes('Firefox') ? version + 1 : version - 1;
}

/** How many layers the camera of this person has. */
export const layersOf = ({ name }) => local(name, 'camera').sender?.getParameters().encodings.length;

export const settings = ({ name, of }) => local(name, of).settings;
export const log = ({ name }) => person(name).log;
export const state = ({ name }) => person(name).room.state;
export const trackCount = ({ name }) => person(name).tracks;

/** How often a description was set, each way: a negotiation more shows. */
export function descriptions({ name }) {
  const version = (connection) => /^o=\S+ \S+ (\d+)/m.exec(connection?.localDescription?.sdp ?? '')?.[1];
  const { publisher, subscriber } = person(name).room.peerConnections;
  return { publisher: version(publisher), subscriber: version(subscriber) };
}

export function credentials({ name }) {
  const words = (connection) => /^a=ice-ufrag:(\S+)/m.exec(connection?.localDescription?.sdp ?? '')?.[1];
  const { publisher, subscriber } = person(name).room.peerConnections;
  return { publisher: words(publisher), subscriber: words(subscriber) };
}

export function connected({ name }) {
  const { publisher, subscriber } = person(name).room.peerConnections;
  return [publisher?.connectionState, subscriber?.connectionState];
}

/** m-lines of the connection that sends. */
export const lines = ({ name }) => person(name).room.peerConnections.publisher.getTransceivers().length;

export async function received({ name, of }) {
  const stats = (await entries(remote({ name, of }).track.receiver, name)).find(({ type }) => type === 'inbound-rtp');
  return { frames: stats?.framesDecoded ?? 0, bytes: stats?.bytesReceived ?? 0, width: stats?.frameWidth };
}

export const send = ({ name, data, options }) => person(name).room.localParticipant.sendData(data, options);

export async function sendBytes({ name, length, options }) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
  const most = await mostWaiting(() => person(name).room.localParticipant.sendData(bytes, options));
  return { digest: await digest(bytes), most };
}

/** Does something; the most bytes that waited in the browser meanwhile. */
async function mostWaiting(act) {
  let most = 0;
  const { send: original } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function send(payload) {
    original.call(this, payload);
    most = Math.max(most, this.bufferedAmount);
  };
  await act();
  RTCDataChannel.prototype.send = original;
  return most;
}

const channels = new WeakMap();
const { createDataChannel } = RTCPeerConnection.prototype;
RTCPeerConnection.prototype.createDataChannel = function create(...all) {
  const channel = createDataChannel.apply(this, all);
  channels.set(this, [...(channels.get(this) ?? []), channel]);
  return channel;
};

/** How the channels of the connection that sends are, by their labels. */
export function channelsOf({ name }) {
  const all = channels.get(person(name).room.peerConnections.publisher) ?? [];
  const plain = ({ ordered, maxRetransmits, maxPacketLifeTime }) => ({ ordered, maxRetransmits, maxPacketLifeTime });
  return Object.fromEntries(all.map((channel) => [channel.label, plain(channel)]));
}

/** The channel in use is closed as the browser's own end does, without a word; what waits cannot be told so. */
export function closeConnection({ name }) {
  person(name).room.peerConnections.publisher.close();
}

async function digest(bytes) {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join(',');
}

/** The data that arrived, bytes by their digest. */
export function data({ name }) {
  return Promise.all(person(name).data.map(async ({ from, data: payload }) => ({
    from,
    data: typeof payload === 'string' ? payload : await digest(payload),
  })));
}

export function forgetData({ name }) {
  person(name).data.length = 0;
}

export const dataCount = ({ name }) => person(name).data.length;

/** Many short messages; the most bytes that ever waited in the browser. */
export function flood({ name, count, length }) {
  const { room } = person(name);
  const text = 'x'.repeat(length - 8);
  return mostWaiting(() => Promise.all(Array.from({ length: count }, (_, at) =>
    room.localParticipant.sendData(String(at).padStart(8, '0') + text))));
}

/** Whether the numbered messages of a flood arrived, each once and in order. */
export function flooded({ name, count }) {
  const numbers = person(name).data.map(({ data: payload }) => Number(payload.slice(0, 8)));
  return numbers.length === count && numbers.every((number, index) => number === index);
}

/** Tracks that still bring something, on any open connection. */
export function liveTracks() {
  const open = globalThis.__witness.peers.filter(({ connectionState }) => connectionState !== 'closed');
  const all = open.flatMap((peer) => [...peer.getSenders(), ...peer.getReceivers()].map(({ track }) => track));
  return all.filter((track) => track?.readyState === 'live').length;
}

export const capabilities = () => can();

export async function stats({ name }) {
  const { tracks } = await person(name).room.getStats();
  return tracks.map(({ participant, publication, ...numbers }) => ({ of: participant.display, source: publication.source, ...numbers }));
}

const WORKER = `onrtctransform = ({ transformer }) => transformer.readable
  .pipeThrough(new TransformStream({
    transform(frame, controller) { postMessage(frame.getMetadata().spatialIndex); controller.enqueue(frame); },
  }))
  .pipeTo(transformer.writable);`;
const counts = {};
const spatial = {};

/** Has every frame this person sends and receives pass a worker of the page's. */
function transform(name, room) {
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
  counts[name] = 0;
  spatial[name] = {};
  worker.onmessage = ({ data: layer }) => {
    counts[name] += 1;
    spatial[name][layer] = (spatial[name][layer] ?? 0) + 1;
  };
  room.on('localSenderAdded', ({ sender }) => (sender.transform = new RTCRtpScriptTransform(worker, {})));
  room.on('remoteReceiverAdded', ({ receiver }) => (receiver.transform = new RTCRtpScriptTransform(worker, {})));
}

export const transformed = () => counts;

/** How many frames of each spatial layer passed. */
export const transformedLayers = ({ name }) => spatial[name];

/** Whether the server said in its answer that what this person sends is encrypted. */
export const answeredEncrypted = ({ name }) => person(name).heard.some((text) => text.includes('"e2ee"') && text.includes('"answer"'));

/** All that anybody could read later of what was said. */
export async function records({ name }) {
  const { room, heard, said } = person(name);
  return [...heard, ...said, JSON.stringify(await room.debugBundle())].join('\n');
}

/** Whether the server was asked for this. */
export const hasSaid = ({ name, words }) => person(name).said.some((text) => words.every((word) => text.includes(word)));

/** They go on as long as they are held. */
const contexts = [];

/** Silence, or a tone. */
function tone(frequency) {
  const context = new AudioContext();
  contexts.push(context);
  void context.resume();
  const out = context.createMediaStreamDestination();
  if (frequency > 0) {
    const oscillator = new OscillatorNode(context, { frequency });
    oscillator.connect(out);
    oscillator.start();
  }
  return out.stream.getAudioTracks()[0];
}

const levels = new Map();

/** Publishes silence, and listens to it. */
export async function listenToSilence({ name }) {
  const publication = await person(name).room.localParticipant.publishTrack(tone(0), { name: 'Sound', source: 'unknown' });
  const heard = { publication, level: undefined };
  heard.stop = publication.track.monitorLevel((level) => (heard.level = level));
  levels.set(name, heard);
}

export const level = ({ name }) => levels.get(name).level;
export const playTone = ({ name, frequency }) => levels.get(name).publication.replaceTrack(tone(frequency));

export function stopListening({ name }) {
  levels.get(name).stop();
  levels.get(name).publication.unpublish();
}

const sound = (name) => [...person(name).room.localParticipant.publications.values()].find(({ kind }) => kind === 'audio');
export const canInsertTones = ({ name }) => sound(name)?.canInsertDTMF ?? false;
export const insertTones = ({ name, tones }) => sound(name).insertDTMF(tones);
export const playout = (argument) => remote(argument).setPlayoutDelay({ min: argument.min, max: argument.max });

/** Who hears that a track ended. Firefox tells its listeners of real ends only, and no script can bring one about. */
const endings = new WeakMap();
const { addEventListener } = MediaStreamTrack.prototype;
MediaStreamTrack.prototype.addEventListener = function listen(type, listener, ...rest) {
  if (type === 'ended') endings.set(this, listener);
  addEventListener.call(this, type, listener, ...rest);
};

/** The person ends the sharing by the browser's own button. */
export function endScreen({ name, of = 'screen' }) {
  const { mediaStreamTrack } = local(name, of).track;
  mediaStreamTrack.stop();
  endings.get(mediaStreamTrack)(new Event('ended'));
}

/** Shares a screen in the place of what is sent already. */
export async function shareInPlace({ name, of }) {
  const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
  await local(name, of).replaceTrack(track);
}

/** What this person publishes, as kinds of sources. */
export const sources = ({ name }) =>
  [...person(name).room.localParticipant.publications.values()].map(({ source, kind }) => `${source}/${kind}`).sort();

/** Everything shown of somebody, as kinds of sources. */
export const shown = (argument) =>
  [...other(argument).publications.values()].filter(({ track }) => track).map(({ source, kind }) => `${source}/${kind}`).sort();

const frames = new Map();

/** Writes down when pictures of a tile are shown, from now on. */
export function watchFrames(argument) {
  const tile = person(argument.name).tiles.get(remote(argument));
  const times = [];
  frames.set(argument.name, times);
  const next = (now) => {
    times.push(now);
    tile.requestVideoFrameCallback(next);
  };
  tile.requestVideoFrameCallback(next);
}

/** The longest time between two pictures since this was asked last, ms, and how many there were. */
export function longestGap({ name }) {
  const times = frames.get(name).splice(0, frames.get(name).length - 1);
  times.push(frames.get(name)[0]);
  const gaps = times.slice(1).map((time, index) => time - times[index]);
  return { longest: Math.max(0, ...gaps), count: gaps.length };
}

export const setIceServers = ({ name, iceServers }) => person(name).room.setIceServers(iceServers);

/** Of which kind our end of each way is that packets take. */
export async function ways({ name }) {
  const kinds = new Set();
  for (const connection of Object.values(person(name).room.peerConnections)) {
    const report = connection ? await connection.getStats() : new Map();
    for (const pair of report.values()) {
      if (pair.type === 'candidate-pair' && pair.state === 'succeeded' && pair.nominated) {
        kinds.add(report.get(pair.localCandidateId)?.candidateType);
      }
    }
  }
  return [...kinds];
}

export const gathered = ({ name }) => person(name).room.peerConnections.publisher?.iceGatheringState;
