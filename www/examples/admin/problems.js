// Sentences for what goes wrong: what happened, and what to do about it.
import { JanusError } from 'janus-wasm';
import { byId } from './dom.js';

const WORDS = {
  'room-not-found': 'The room is gone. Refresh the list.',
  'room-exists': 'There is a room of that number already. Choose another, or leave it to the server.',
  'feed-not-found': 'That person, or that stream, has just gone.',
  'missing-element': 'The room asks for its pin or its secret. Open it again and give it.',
  unauthorized: 'The pin or the secret is wrong. Check it and try again.',
  'invalid-element': 'The server refuses a value: a room’s number may have to be a number, or a text.',
  'connection-lost': 'The connection to the server was lost. It is being made again.',
  unreachable: 'The server cannot be reached. Check its address and your network, then reload the page.',
  timeout: 'The server does not answer. Try again.',
};

export function describe(error) {
  if (!(error instanceof JanusError)) return String(error?.message ?? error);
  const words = WORDS[error.code] ?? 'That did not work.';
  const number = error.status === undefined ? error.code : `${error.code}, ${error.status}`;
  return `${words} (${error.message.replace(/ \(\d+\)$/, '')}; ${number})`;
}

/** Shows a problem until something works again. */
export function complain(error) {
  byId('problem').textContent = describe(error);
  byId('problem').hidden = false;
}

export function content() {
  byId('problem').hidden = true;
}

/** Runs it, and shows what goes wrong; what it gives, or nothing. */
export async function attempt(work) {
  try {
    const done = await work();
    content();
    return done ?? true;
  } catch (error) {
    complain(error);
    return undefined;
  }
}
