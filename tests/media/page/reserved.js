/** Screens of people of `call.js` that show numbers, and places that are held ready for them. */
import { capabilities } from '/dist/index.js';
import { person } from './call.js';
import { Pattern } from './pattern.js';

/** A tone goes on as long as its context is held. */
const contexts = [];

function tone() {
  const context = new AudioContext();
  contexts.push(context);
  const out = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context);
  oscillator.connect(out);
  oscillator.start();
  return out.stream.getAudioTracks()[0];
}

let number = 0;

/** What screens that are shared from now on show. */
export function show(next) {
  number = next;
}

navigator.mediaDevices.getDisplayMedia = async () => {
  const sound = capabilities().screenSound ? [tone()] : [];
  return new MediaStream([new Pattern(number).track, ...sound]);
};

/** How often the connection that publishes made an offer, and how many m-lines it has. */
export function offered({ name }) {
  const { publisher } = person(name).room.peerConnections;
  return { offers: publisher.__applied.filter((one) => one === 'local offer').length, lines: publisher.getTransceivers().length };
}

/** Whether the server said this to somebody. */
export const hasHeard = ({ name, words }) => person(name).heard.some((text) => text.includes(words));

const logs = new Map();

/** Writes down what this person is told of tracks. */
export function listen({ name }) {
  const log = [];
  logs.set(name, log);
  for (const type of ['localTrackPublished', 'localTrackUnpublished', 'trackPublished', 'trackUnpublished', 'trackMuted', 'trackUnmuted', 'mediaError']) {
    person(name).room.on(type, ({ publication, source }) => {
      if ((publication?.source ?? source) === 'screen' && publication?.kind !== 'audio') log.push(type);
    });
  }
}

/** What was told of the pictures of screens since this was asked last. */
export const told = ({ name }) => logs.get(name).splice(0);

/** Makes the offer ahead of joining, and joins with it. */
export async function joinPrepared({ name, room: id, number: shown, ...options }) {
  const { room } = person(name);
  await room.prepare({ tracks: [{ track: new Pattern(shown).track, source: 'camera' }], ...options });
  await room.join({ room: id, display: name });
}

const us = (name) => person(name).room.localParticipant;
const screen = (name, called) =>
  [...us(name).publications.values()].find((one) => one.source === 'screen' && one.name === called);

/** Publishes a screen that the page has. */
export async function publish({ name, number: shown, options }) {
  await us(name).publishTrack(new Pattern(shown).track, { source: 'screen', ...options });
}

export const configure = ({ name, called, options }) => screen(name, called).configure(options);
export const unpublish = ({ name, called }) => screen(name, called).unpublish();

/** What becomes of sharing a screen. */
export const outcome = ({ name }) =>
  us(name).setScreenShareEnabled(true).then(() => 'done', ({ code, name: of }) => (typeof code === 'string' ? code : of));

export const simulate = ({ name, trouble }) => person(name).room.simulate(trouble);
