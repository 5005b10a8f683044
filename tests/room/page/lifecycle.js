/** Wishes to be in a room and out of it, in any order and at any pace. */
import { create, person } from '/call/call.js';
import { Pattern } from '/call/pattern.js';

const patterns = new Map();
const words = new Map();
const outcomes = new Map();

function pattern(number) {
  if (!patterns.has(number)) patterns.set(number, new Pattern(number));
  return patterns.get(number);
}

const tracksOf = (number) => (number === undefined ? undefined : [{ track: pattern(number).track, source: 'camera' }]);
/** The codes of the browser's own errors are numbers of old. */
const told = (promise) => promise.then(() => 'done', ({ code, name }) => (typeof code === 'string' ? code : name));
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Somebody whose requests are written down: `joinandconfigure offer`. */
export function createHeard({ name, servers, ...options }) {
  const said = [];
  words.set(name, said);
  const transport = (url, events) => {
    said.push('socket');
    const socket = new WebSocket(url, 'janus-protocol');
    socket.onopen = () => events.open();
    socket.onclose = ({ reason }) => events.close(reason);
    socket.onmessage = ({ data }) => events.message(data);
    return {
      send(text) {
        const { janus, body, jsep } = JSON.parse(text);
        said.push([body?.request ?? janus, jsep?.type].filter(Boolean).join(' '));
        socket.send(text);
      },
      close: () => socket.close(),
    };
  };
  create({ name, servers, transport, ...options });
}

export const said = ({ name }) => words.get(name);

/** What one does: `prepare`, `join`, `abort` (the last join), `leave`; a number of ms passes. */
function act(room, step, { number, ...options }, state) {
  if (step === 'abort') return state.controller.abort();
  if (step === 'join') {
    state.controller = new AbortController();
    const tracks = tracksOf(number);
    state.ends.push(told(room.join({ ...options, ...(tracks && { tracks }), signal: state.controller.signal })));
  } else {
    state.ends.push(told(room[step](step === 'prepare' ? { tracks: tracksOf(number) } : undefined)));
  }
}

/** Does all of this, without waiting for anything but the pauses; then how each ended. */
export async function story({ name, steps, options = {} }) {
  const state = { ends: [], controller: undefined };
  const { room } = person(name);
  for (const step of steps) {
    if (typeof step === 'number') await pause(step);
    else act(room, step, { display: name, ...options }, state);
  }
  return Promise.all(state.ends);
}

/** Joins, and asks for a microphone and sends something in the same breath: how all of it ended. */
export function joinAndSpeak({ name, options }) {
  const { room } = person(name);
  const { localParticipant: me } = room;
  const joining = told(room.join({ display: name, ...options }));
  return Promise.all([joining, told(me.setMicrophoneEnabled(true)), told(me.sendData('hello'))]);
}

/** How joining ends whose signal is the browser's own, after so many ms. */
export const joinFor = ({ name, time, options }) =>
  told(person(name).room.join({ display: name, ...options, signal: AbortSignal.timeout(time) }));

/** From now on nothing that is compiled comes to an end. */
export function compileForEver() {
  WebAssembly.instantiate = () => new Promise(() => {});
  WebAssembly.instantiateStreaming = WebAssembly.instantiate;
}

/** What happens inside of an event, by another wish. */
export function react({ name, event, when, step, options }) {
  const { room } = person(name);
  const ends = [];
  outcomes.set(name, ends);
  const stop = room.on(event, (fields) => {
    if (when !== undefined && fields.state !== when) return;
    stop();
    act(room, step, { display: name, ...options }, { ends });
  });
}

export const reactions = ({ name }) => Promise.all(outcomes.get(name));

/** What a page reads of itself that a join says. */
export function introduced({ name }) {
  const { localParticipant, id } = person(name).room;
  return { metadata: localParticipant.metadata, id };
}

export async function tryTo({ name, step, options }) {
  const state = { ends: [] };
  act(person(name).room, step, options, state);
  return (await Promise.all(state.ends))[0];
}

/** Two listeners of which the first throws; the errors the page hears of. */
export function throwFirst({ name, event }) {
  const heard = { errors: [], second: 0 };
  outcomes.set(name, heard);
  addEventListener('error', (error) => {
    error.preventDefault();
    heard.errors.push(error.message);
  });
  const { room } = person(name);
  room.on(event, () => {
    throw new Error('a listener of the page');
  });
  room.on(event, () => (heard.second += 1));
}

export const afterThrowing = ({ name }) => outcomes.get(name);

/** Whether what others publish is wanted. */
export const subscriptions = ({ name }) =>
  [...person(name).room.remoteParticipants.values()].flatMap(({ publications }) => [...publications.values()].map(({ isSubscribed }) => isSubscribed));
