/** What went wrong, in sentences that say what to do. */

const SENTENCES = {
  unreachable:
    'The conference server cannot be reached. It may be down, or its address may be wrong. Try again in a moment.',
  'not-janus': 'Something answers at the server’s address, but it is not a Janus server. Check the address.',
  timeout: 'The server took too long to answer. Check its address and your network, then try again.',
  'connection-lost': 'The connection to the server was lost. Join again to go on.',
  'session-not-found': 'The server ended your session. Join again to go on.',
  'session-expired': 'The server ended your session. Join again to go on.',
  'room-not-found': 'There is no such room on this server. Check the room and try again.',
  'room-full': 'The room is full. Try again when somebody has left.',
  unauthorized: 'This room asks for a pin, and the one given does not fit. Enter the pin and try again.',
  'id-taken': 'Somebody with your identity is in the room already.',
  'invalid-argument': 'This is nothing the server can work with. Check the room and try again.',
  'negotiation-failed': 'Sound and picture cannot get through. A firewall may be in the way.',
  NotAllowedError:
    'Camera and microphone are not allowed. Allow them in the browser’s address bar to be seen and heard; you can join without.',
  NotFoundError: 'No camera or microphone was found. You can join with what there is, or plug one in.',
  NotReadableError: 'Your camera or microphone is in use by another program. Close it and try again; you can join without.',
  OverconstrainedError: 'Your camera cannot do what was asked of it. You can join without.',
  kicked: 'A moderator removed you from the room.',
  'room-destroyed': 'The room was closed.',
};

/** The stable name of an error: a JanusError's code, or a DOMException's name. */
const codeOf = (error) => (typeof error.code === 'string' ? error.code : error.name);

const place = document.querySelector('#message');
const news = document.querySelector('#news');

/** Says what happened, until the next attempt. */
export function showError(error, code = codeOf(error)) {
  place.dataset.code = code;
  place.textContent = SENTENCES[code] ?? `Something went wrong: ${error.message}`;
  place.hidden = false;
}

export function clearMessage() {
  place.hidden = true;
  place.textContent = '';
  delete place.dataset.code;
}

/** Who came and went, for those who listen rather than look. */
export function note(text) {
  news.textContent = text;
}
