/** People who make sounds, each with a room of their own. */
import { Room, openDevices } from '/dist/index.js';
import { Pattern } from '/call/pattern.js';
import { transport } from '/call/wire.js';

const people = new Map();
const of = (name) => people.get(name);
const other = ({ name, of: display }) => [...of(name).room.remoteParticipants.values()].find((one) => one.display === display);
const who = (participant) => (participant?.isLocal ? 'me' : participant?.display);

/** A tone as a track; `gain` changes how loud it is. */
function tone() {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: 330 });
  const volume = new GainNode(context, { gain: 0 });
  const out = context.createMediaStreamDestination();
  oscillator.connect(volume).connect(out);
  oscillator.start();
  void context.resume();
  return { track: out.stream.getAudioTracks()[0], volume };
}

/** `desk`: media goes through relays; `sieve`: what comes may be kept from being decoded. */
export function create({ name, servers, desk, sieve, ...options }) {
  // What comes is not to depend on what of this page can be seen.
  const room = new Room({ servers, adaptive: false, ...options, ...(desk && { transport: transport(desk) }) });
  const entry = { room, log: [], wrong: [], tracks: [], slow: [], playback: [], sound: undefined };
  people.set(name, entry);
  const note = (text) => entry.log.push(text);
  // What is said has to agree, whenever somebody asks.
  const check = () => {
    const all = [room.localParticipant, ...room.remoteParticipants.values()];
    const speaking = all.filter(({ isSpeaking }) => isSpeaking);
    const same = speaking.length === room.activeSpeakers.length && speaking.every((one) => room.activeSpeakers.includes(one));
    if (!same) entry.wrong.push(`${speaking.map(who)} and ${room.activeSpeakers.map(who)}`);
    for (const one of speaking) if (!one.isMicrophoneEnabled) entry.wrong.push(`${who(one)} is muted and speaks`);
  };
  room.on('speakingChanged', ({ participant, speaking }) => {
    check();
    note(`${who(participant)} ${speaking ? 'speaks' : 'is silent'}`);
  });
  room.on('activeSpeakersChanged', ({ speakers }) => {
    check();
    note(`speakers: ${speakers.map(who).join(' ')}`);
  });
  room.on('connectionQualityChanged', ({ participant, quality }) => note(`${who(participant)}: ${quality}`));
  room.on('trackStalled', ({ publication, participant }) => note(`${who(participant)}'s ${publication.kind} stalled`));
  room.on('trackResumed', ({ publication, participant }) => note(`${who(participant)}'s ${publication.kind} resumed`));
  room.on('slowLink', ({ direction, lost, publication, participant }) =>
    entry.slow.push({ direction, lost, kind: publication?.kind, who: who(participant) }));
  room.on('playbackChanged', ({ canPlayback }) => entry.playback.push(canPlayback));
  room.on('trackSubscribed', ({ track }) => {
    entry.tracks.push(track);
    document.body.append(track.attach());
  });
  room.on('trackUnsubscribed', ({ track }) => track.detach().forEach((element) => element.remove()));
  if (sieve) room.on('remoteReceiverAdded', ({ receiver }) => receiver.track.kind === 'video' && pass(receiver));
}

const SIEVE = `let open = true;
onmessage = ({ data }) => (open = data);
onrtctransform = ({ transformer }) => transformer.readable
  .pipeThrough(new TransformStream({ transform: (frame, controller) => open && controller.enqueue(frame) }))
  .pipeTo(transformer.writable);`;
let sieveWorker;

/** Has what comes pass a worker that can keep it from being decoded. */
function pass(receiver) {
  sieveWorker ??= new Worker(URL.createObjectURL(new Blob([SIEVE])));
  receiver.transform = new RTCRtpScriptTransform(sieveWorker, {});
}

/** Whether pictures are made of what comes. */
export const setOpen = ({ open }) => sieveWorker.postMessage(open);

/** Shows what this person sees, or hides it. */
export const setShown = ({ name, shown }) => of(name).tracks.filter(({ kind }) => kind === 'video')
  .forEach(({ attachedElements }) => attachedElements.forEach((one) => (one.style.display = shown ? '' : 'none')));

/** Joins; `gain`: with a tone of this loudness; `number`: with a picture. */
export async function join({ name, room, gain, number, options = {} }) {
  const entry = of(name);
  const tracks = [];
  if (gain !== undefined) {
    entry.sound = tone();
    entry.sound.volume.gain.value = gain;
    tracks.push({ track: entry.sound.track, source: 'microphone' });
  }
  if (number !== undefined) tracks.push({ track: new Pattern(number).track, source: 'camera' });
  await entry.room.join({ room, display: name, tracks, ...options });
}

export const leave = ({ name }) => of(name).room.leave();

export function loudness({ name, gain }) {
  of(name).sound.volume.gain.value = gain;
}

const own = (name, kind) => [...of(name).room.localParticipant.publications.values()].find((one) => one.kind === kind);
export const mute = ({ name, kind = 'audio' }) => own(name, kind).mute();
export const unmute = ({ name, kind = 'audio' }) => own(name, kind).unmute();

/** Takes down which peer connections there are, and whether they are still the same. */
export const keepConnections = ({ name }) => void (of(name).connections = { ...of(name).room.peerConnections });
export function sameConnections({ name }) {
  const { connections, room } = of(name);
  return ['publisher', 'subscriber'].every((role) => connections[role] && connections[role] === room.peerConnections[role]);
}

/** How many packets this person received until now. */
export async function received({ name }) {
  const stats = await of(name).room.peerConnections.subscriber.getStats();
  return [...stats.values()].filter(({ type }) => type === 'inbound-rtp').reduce((sum, { packetsReceived }) => sum + packetsReceived, 0);
}

/** Whoever this page sends with first is never told how loud that is, as Firefox does when a connection is closed. */
export function answerNothing() {
  const { getStats } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.getStats = function patched() {
    unanswered ??= this;
    return this === unanswered ? new Promise(() => {}) : getStats.call(this);
  };
}
let unanswered;
export const wasAsked = () => unanswered !== undefined;

export const simulate = ({ name, trouble }) => of(name).room.simulate(trouble);

/** What this person knows. */
export function state({ name }) {
  const { room, log, wrong, slow, playback, tracks } = of(name);
  const all = [room.localParticipant, ...room.remoteParticipants.values()];
  return {
    state: room.state,
    speakers: room.activeSpeakers.map(who),
    level: Object.fromEntries(all.map((one) => [who(one), one.audioLevel])),
    speaking: all.filter(({ isSpeaking }) => isSpeaking).map(who),
    quality: Object.fromEntries(all.map((one) => [who(one), one.connectionQuality])),
    stalled: [...room.remoteParticipants.values()].flatMap(({ display, publications }) =>
      [...publications.values()].filter(({ isStalled }) => isStalled).map(({ kind }) => `${display} ${kind}`)),
    playing: [...room.remoteParticipants.values()].flatMap(({ display, publications }) =>
      [...publications.values()].filter(({ track }) => track).map(({ kind }) => `${display} ${kind}`)),
    canPlayback: room.canPlayback,
    tracks: tracks.length,
    same: [...room.remoteParticipants.values()].every(({ publications }) =>
      [...publications.values()].every(({ track }) => !track || tracks.includes(track))),
    log, wrong, slow, playback,
  };
}

export const pause = ({ name, of: display, paused }) =>
  [...other({ name, of: display }).publications.values()].forEach((one) => one.setPaused(paused));

/** The speakers there are, after a permission that uncovers them. */
export async function speakers() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  stream.getTracks().forEach((track) => track.stop());
  const devices = await openDevices();
  const list = await devices.list('speaker');
  devices.close();
  return list.map(({ id }) => id);
}

export const setSpeaker = ({ name, id }) => of(name).room.setSpeaker(id).then(() => 'done', ({ code, name: kind }) =>
  typeof code === 'string' ? code : kind);

const sounds = (name) => of(name).tracks.filter(({ kind }) => kind === 'audio');
export const sinks = ({ name }) => sounds(name).flatMap(({ attachedElements }) => attachedElements.map(({ sinkId }) => sinkId));
export const attachMore = ({ name }) => void sounds(name)[0].attach();

export function withoutChoice() {
  delete HTMLMediaElement.prototype.setSinkId;
}

/** Whether what this person hears is played. */
export const playing = ({ name }) => sounds(name).flatMap(({ attachedElements }) => attachedElements.map(({ paused }) => !paused));

/** Takes all sound out of its elements: what is left of these. */
export const detachSounds = ({ name }) => sounds(name).flatMap((track) =>
  track.detach().map((element) => ({ empty: element.srcObject === null, left: track.attachedElements.length })));

/** Puts a button into the page that plays what is blocked; `itself`: without the library. */
export function button({ name, itself }) {
  const element = Object.assign(document.createElement('button'), { id: 'play', textContent: 'Play' });
  element.style = 'position: fixed; top: 0; left: 0; z-index: 9';
  const start = () => void of(name).room.startPlayback().then(() => (of(name).started = true));
  const play = () => sounds(name).forEach(({ attachedElements }) => attachedElements.forEach((one) => void one.play()));
  element.onclick = itself ? play : start;
  document.body.append(element);
}

export const startPlayback = ({ name }) => of(name).room.startPlayback();
const playOfTheBrowser = HTMLMediaElement.prototype.play;

/** The page is put to sleep, for which browsers pause its elements, and wakes up. `isRefused`: it may not play then. */
export function sleepAndWake({ name, isRefused }) {
  document.dispatchEvent(new Event('freeze'));
  for (const { attachedElements } of sounds(name)) attachedElements.forEach((element) => element.pause());
  HTMLMediaElement.prototype.play = isRefused ? () => Promise.reject(new DOMException('no', 'NotAllowedError')) : playOfTheBrowser;
  document.dispatchEvent(new Event('resume'));
}

export const letPlay = () => void (HTMLMediaElement.prototype.play = playOfTheBrowser);

export const started = ({ name }) => of(name).started === true;

/** Says in the console whether sound may be played. */
export const watchPlayback = ({ name }) =>
  of(name).room.on('playbackChanged', ({ canPlayback }) => console.warn(canPlayback ? 'plays' : 'blocked'));
