/** What people of `/call/call.js` do to others, and to themselves. */
import { Janus, Room, checkConnection } from '/dist/index.js';
import { person } from '/call/call.js';
import { Pattern } from '/call/pattern.js';
import { transport } from '/call/wire.js';

export * from './exchange.js';
export * from './lifecycle.js';
export * from './own.js';
export * from './within.js';

const told = new Map();
const stalls = new Map();

/** An answer, or what went wrong, in plain words. */
async function outcome(promise) {
  try {
    const value = await promise;
    return value === undefined ? {} : { value };
  } catch (error) {
    const { name, code, status, message } = error;
    return { name, code, status, message };
  }
}

function publicationOf(name, of, what) {
  const { room } = person(name);
  const all = name === of ? room.localParticipant : [...room.remoteParticipants.values()].find(({ display }) => display === of);
  return [...(all?.publications.values() ?? [])].find(({ kind, source }) => kind === what || source === what);
}

/** A method of the moderator's, with a stream or a person as its first argument if one is named. */
export async function moderate({ name, secret, method, of, what, argument }) {
  const { room } = person(name);
  return outcome((async () => {
    const moderation = await room.moderation(secret);
    const participant = [...room.remoteParticipants.values()].find(({ display }) => display === of);
    const first = what ? publicationOf(name, of, what) : (participant ?? argument);
    return moderation[method](...(first === undefined ? [] : [first]));
  })());
}

let moderator;

/** A moderator made now, for `asHeld()`. */
export async function holdModerator({ name, secret }) {
  moderator = await person(name).room.moderation(secret);
}

export const asHeld = ({ method }) => outcome(moderator[method]());

/** Whether what is held for moderating tells its secret in any usual way. */
export async function showsSecret({ name, secret }) {
  const moderation = await person(name).room.moderation(secret);
  return [JSON.stringify(moderation), String(moderation), Object.values(moderation).join(), Object.keys(moderation).join()]
    .some((text) => text.includes(secret));
}

export function stream({ name, of, what }) {
  const publication = publicationOf(name, of, what);
  return publication && { muted: publication.isMuted, moderated: publication.isModerated, mid: publication.mid };
}

/** Takes down what this person hears of muting and of the end. */
export function listen({ name }) {
  const { room } = person(name);
  const heard = [];
  told.set(name, heard);
  for (const type of ['trackMuted', 'trackUnmuted', 'trackModerated']) {
    room.on(type, ({ participant, publication }) => {
      heard.push(`${type} ${participant.display}/${publication.source} ${publication.isMuted} ${publication.isModerated}`);
    });
  }
  room.on('participantLeft', ({ participant, reason }) => heard.push(`${participant.display} ${reason}`));
}

export const heard = ({ name }) => told.get(name);

/** Takes down which streams stall for this person, and go on. */
export function watchStalls({ name }) {
  const list = [];
  stalls.set(name, list);
  for (const type of ['trackStalled', 'trackResumed']) {
    person(name).room.on(type, ({ participant, publication }) => list.push(`${type} ${participant.display}/${publication.kind}`));
  }
}

export const stallsTold = ({ name }) => stalls.get(name);
export const unmuteSelf = ({ name, what }) => outcome(publicationOf(name, name, what).unmute());
export const muteSelf = ({ name, what }) => outcome(publicationOf(name, name, what).mute());
export const switchMicrophone = ({ name, enabled }) => outcome(person(name).room.localParticipant.setMicrophoneEnabled(enabled));
export const tryToJoin = ({ name, ...options }) => outcome(person(name).room.join(options));
export const simulate = ({ name, trouble }) => outcome(person(name).room.simulate(trouble));
/** Several troubles at once. */
export const simulateTogether = ({ name, troubles }) => Promise.all(troubles.map((trouble) => simulate({ name, trouble })));
/** The same trouble for several at once. */
export const simulateAll = ({ names, trouble }) => Promise.all(names.map((name) => simulate({ name, trouble })));
export const bundle = async ({ name, options }) => JSON.stringify(await person(name).room.debugBundle(options));

/** Makes a room on a server that asks for secrets. */
export async function makeRoom({ servers, connection, ...options }) {
  const janus = await Janus.connect(servers, connection);
  const rooms = await (await janus.createSession()).videoRoom();
  await rooms.create(options);
  janus.close();
}

export async function publishNamed({ name, number, called }) {
  const { track } = new Pattern(number);
  await person(name).room.localParticipant.publishTrack(track, { source: 'screen', name: called });
}

/** A report of a room that was never joined. */
export const emptyBundle = async (options) => JSON.stringify(await new Room(options).debugBundle());

/** The browser's own tracks, to be compared later: whether they are the same objects, and live. */
const kept = new Map();
export function keepTracks({ name }) {
  const { room } = person(name);
  kept.set(name, [...room.remoteParticipants.values()].flatMap(({ publications }) => [...publications.values()].map(({ track }) => track)));
}
export function sameTracks({ name }) {
  const { room } = person(name);
  const now = [...room.remoteParticipants.values()].flatMap(({ publications }) => [...publications.values()].map(({ track }) => track));
  return now.length > 0 && now.every((track, index) => track === kept.get(name)[index] && track.mediaStreamTrack.readyState === 'live');
}

/** A check; `desk` sends media through relays, `abortAfter` calls it off with the step of this name. */
export async function check({ desk, abortAfter, ...options }) {
  const steps = [];
  const controller = new AbortController();
  const onStep = (step) => {
    steps.push(step.name);
    if (step.name === abortAfter) controller.abort(new Error('called off'));
  };
  const begun = performance.now();
  const meddled = desk && { transport: transport(desk) };
  const result = await outcome(checkConnection({ onStep, ...options, ...meddled, signal: controller.signal }));
  return { ...result, told: steps, took: performance.now() - begun };
}

/** The same in a page that came by `http:` from another machine, as far as it can tell. */
export function checkInsecure(options) {
  Object.defineProperty(globalThis, 'isSecureContext', { value: false, configurable: true });
  Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true });
  return check(options);
}

const made = { contexts: [], tracks: [] };

/** The same where no peer connection can be made for media. What is made to be sent is taken down. */
export function checkWithoutMedia(options) {
  const { RTCPeerConnection: Connection, AudioContext: Context } = globalThis;
  globalThis.RTCPeerConnection = function Refusing(config) {
    if (config.iceTransportPolicy) throw new DOMException('too many peer connections', 'OperationError');
    return new Connection(config);
  };
  globalThis.AudioContext = class extends Context {
    constructor() {
      super();
      made.contexts.push(this);
    }
  };
  const { captureStream } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.captureStream = function kept(...rate) {
    const stream = captureStream.apply(this, rate);
    made.tracks.push(...stream.getTracks());
    return stream;
  };
  return check(options);
}

/** How much of that goes on. */
export const goesOn = () => made.contexts.filter(({ state }) => state !== 'closed').length
  + made.tracks.filter(({ readyState }) => readyState === 'live').length;

/** How many peer connections of this page are not closed: the witness of every page keeps them. */
export const openConnections = () => globalThis.__witness.connections().filter(({ closed }) => !closed).length;
