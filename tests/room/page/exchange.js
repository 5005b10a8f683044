/** What people of `/call/call.js` say to each other beside media. */
import { create, person } from '/call/call.js';
import { digest, noise } from './bytes.js';
import { asked as askedOf, newer, setSlowJoins } from './newer.js';

const heard = new Map();
let asked = false;

const all = (name) => {
  const { room } = person(name);
  return [room.localParticipant, ...room.remoteParticipants.values()];
};
const whois = (name, of) => all(name).find(({ display }) => display === of);

/** What happened, or what went wrong, in plain words. */
async function outcome(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    const { name, code, message } = error;
    return { name, code, message };
  }
}

/** Takes down what this person hears; files are waited for. */
export function hear({ name }) {
  const { room } = person(name);
  const words = { attributes: [], chat: [], files: [], offered: [] };
  heard.set(name, words);
  room.on('attributesChanged', ({ participant, changed }) => {
    const { display, attributes, isHandRaised } = participant;
    words.attributes.push({ display, changed: [...changed].sort(), attributes: { ...attributes }, isHandRaised });
  });
  room.on('chatMessage', ({ message: { id, text, participant, time } }) => {
    words.chat.push({ id, text, display: participant.display, recent: Math.abs(Date.now() - time) < 60_000 });
  });
  room.on('fileOffered', ({ file }) => {
    const entry = { name: file.name, type: file.type, size: file.size, from: file.participant.display, progress: [] };
    words.files.push(entry);
    words.offered.push(file);
    file.on('progress', ({ received }) => entry.progress.push(received));
    outcome(file.blob().then(digest)).then((end) => Object.assign(entry, { end }));
  });
}

export const heardBy = ({ name, what }) => heard.get(name)[what];
export const cancelFile = ({ name }) => heard.get(name).offered.at(-1).cancel();

export const attributesOf = ({ name, of }) => {
  const who = whois(name, of);
  return who && { ...who.attributes };
};
export const handRaised = ({ name, of }) => whois(name, of)?.isHandRaised;
export const setAttributes = ({ name, changes }) => outcome(person(name).room.localParticipant.setAttributes(changes));
export const raiseHand = ({ name, raised }) => outcome(person(name).room.localParticipant.setHandRaised(raised));

export async function chat({ name, text }) {
  const { value, ...wrong } = await outcome(person(name).room.localParticipant.sendChatMessage(text));
  return value ? { id: value.id, text: value.text, display: value.participant.display } : wrong;
}

/** Answers with what it was asked; `broken` fails, `slow` never answers, `huge` answers too much. */
export function answer({ name }) {
  const { room } = person(name);
  room.onRequest('echo', ({ participant, payload }) => ({ from: participant.display, payload }));
  room.onRequest('broken', () => {
    throw new Error('the secret is 42');
  });
  asked = false;
  room.onRequest('slow', () => {
    asked = true;
    return new Promise(() => {});
  });
  room.onRequest('huge', () => 'x'.repeat(100_000));
  const stop = room.onRequest('over', () => 'not yet');
  stop();
}

export const wasAsked = () => asked;

export function ask({ name, of, method, payload, timeout, abortAfter, big }) {
  const { room } = person(name);
  const signal = abortAfter === undefined ? undefined : AbortSignal.timeout(abortAfter);
  const words = big ? 'x'.repeat(big) : payload;
  return outcome(room.localParticipant.request(whois(name, of), method, words, { timeout, signal }));
}

/** `clumsy`: what is told of the progress throws, once. */
export async function sendFile({ name, length, called, abortAt, clumsy, type = 'application/x-noise' }) {
  const file = new File([noise(length)], called ?? 'noise.bin', { type });
  const controller = new AbortController();
  const steps = [];
  const onProgress = ({ sent, size }) => {
    steps.push([sent, size]);
    if (sent >= abortAt) controller.abort();
    if (clumsy && steps.length === 1) throw new Error('no such bar');
  };
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const sent = await outcome(person(name).room.localParticipant.sendFile(file, { onProgress, signal: controller.signal }));
  return { ...sent, digest: await digest(file), steps: steps.length, last: steps.at(-1), reported };
}

/** Several at once, each called by its number. */
export const sendFiles = ({ name, count }) => Promise.all(Array.from({ length: count }, (_, index) =>
  person(name).room.localParticipant.sendFile(new Blob([noise(100 + index)]), { name: String(index) })));

/** Wishes for the hand, all at once; whether it is up then. */
export async function wishForHand({ name, wishes }) {
  const { localParticipant: me } = person(name).room;
  await Promise.all(wishes.map((raised) => me.setHandRaised(raised)));
  return me.isHandRaised;
}

/** Says things to one room and goes to another: at once, after as many ms, or within the file. How each ended. */
export async function moveOn({ name, to, when, length = 1_000 }) {
  const { room } = person(name);
  const me = room.localParticipant;
  const words = `said elsewhere ${when}`;
  let began;
  const isUnderWay = new Promise((resolve) => (began = resolve));
  const file = new File([new Uint8Array(length)], words);
  const asked = [me.sendFile(file, { onProgress: began }), me.sendChatMessage(words), me.sendData(words)].map(outcome);
  if (when === 'within') await isUnderWay;
  else if (when > 0) await new Promise((resolve) => setTimeout(resolve, when));
  const leaving = room.leave();
  await room.join({ room: to, display: name });
  await leaving;
  return (await Promise.all(asked)).map(({ code }) => code);
}

/** Sends bytes as they are over a channel of the page's own, as another client would. */
export async function sendRaw({ name, messages }) {
  const { publisher } = person(name).room.peerConnections;
  const channel = publisher.createDataChannel('JanusDataChannel');
  if (channel.readyState !== 'open') await new Promise((resolve) => (channel.onopen = resolve));
  for (const message of messages) channel.send(Array.isArray(message) ? new Uint8Array(message) : message);
}

/** Takes down every text that leaves the page on a channel. */
export function watchTexts() {
  globalThis.__texts = [];
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function spied(data) {
    if (typeof data === 'string') globalThis.__texts.push(data);
    return send.call(this, data);
  };
}

export const textsSent = () => globalThis.__texts;

/** Takes down from now on when words about oneself leave the page; `announced()` has them. */
export const watchAnnouncements = async () => void (await import('./announcing.js'));
export const announced = async () => (await import('./announcing.js')).announced();

const lookalike = Uint8Array.from([0x4a, 0x57, 0x58, 1, 0x7b, 0x7d]);

export const sendLookalike = ({ name }) => person(name).room.localParticipant.sendData(lookalike);
export const lookalikeDigest = async () => [...new Uint8Array(await crypto.subtle.digest('SHA-256', lookalike))].join(',');

/** Somebody on a server that passes metadata on. */
export const createNewer = ({ name, servers }) => create({ name, servers, transport: newer });
export const metadataOf = ({ name, of }) => whois(name, of)?.metadata;
export const setMetadata = ({ name, metadata }) => outcome(person(name).room.localParticipant.setMetadata(metadata));
export const joinWith = ({ name, room, id, metadata }) => outcome(person(name).room.join({ room, id, display: name, metadata }));
export const metadataAsked = () => askedOf;

/** Both in one breath, the one or the other first. */
export const sayBoth = ({ name, metadata, changes, isTurned }) => {
  const local = person(name).room.localParticipant;
  const calls = [() => local.setMetadata(metadata), () => local.setAttributes(changes)];
  if (isTurned) calls.reverse();
  return outcome(Promise.all(calls.map((call) => call())).then(() => undefined));
};

const joins = new Map();

/** Joins, and does not wait for it. */
export function beginToJoin({ name, ...rest }) {
  joins.set(name, joinWith({ name, ...rest }));
}

export const joined = ({ name }) => joins.get(name);
export const slowJoins = ({ isSlow }) => setSlowJoins(isSlow);
export const hasDataLine = ({ name }) => /^m=application/m.test(person(name).room.peerConnections.publisher.localDescription.sdp);
