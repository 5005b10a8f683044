/** Sentences for everything that can go wrong: what happened, and what to do about it. */
const SERVER = {
  'no-server': 'This page was not told where its Janus server is. '
    + 'Add ?server=wss://… to the address, or provide a /config.json, then join again.',
  unreachable: 'The conference server cannot be reached. '
    + 'Check your network and the server’s address, then join again.',
  'not-janus': 'Something answers at the server’s address, but it is not Janus. Check the address, then join again.',
  timeout: 'The conference server does not answer. Wait a moment, then join again.',
  'connection-lost': 'The connection to the conference server was lost. Check your network, then join again.',
  closed: 'The connection to the conference server was closed. Join again to come back.',
  'session-not-found': 'The conference server does not know you any more; it may have been restarted. '
    + 'Join again to come back.',
  'session-expired': 'The conference server has not heard from you for too long. Join again to come back.',
  'room-full': 'This room is full. Wait until somebody leaves, then join again.',
  'already-joined': 'You are in this room already. Leave it first, then join again.',
  'id-taken': 'Somebody in this room has your participant number. Join again to get another.',
  'plugin-not-found': 'This server has no VideoRoom plugin, so it has no rooms. Ask whoever runs it to enable the plugin.',
  'negotiation-failed': 'The server and this browser could not agree on how to send sound and picture. '
    + 'Join again, or try another browser.',
  'invalid-sdp': 'The server and this browser could not agree on how to send sound and picture. '
    + 'Join again, or try another browser.',
  'bad-server': 'The server’s address is none. It begins with wss:, ws:, https: or http: — correct it, then join again.',
  kicked: 'You were removed from the room by a moderator. Ask whoever runs it before you join again.',
  'room-destroyed': 'The room was closed, and everybody in it was sent out. Ask for a new room, then join that.',
  'no-room': 'Type the number of the room you want to be in, then join.',
};

/** Where the library's own words tell more than the sentence: addresses, numbers, the server's reason. */
const DETAILED = new Set(['no-server', 'unreachable', 'not-janus', 'plugin-not-found', 'negotiation-failed', 'invalid-sdp']);

const DEVICE = {
  NotFoundError: (what) => `No ${what} was found. Connect one and turn it on here, or go on without.`,
  NotAllowedError: (what) => `The browser may not use your ${what}. `
    + 'Allow it in the site settings beside the address, then turn it on here, or go on without.',
  NotReadableError: (what) => `Your ${what} cannot be opened; another program may be using it. `
    + 'Close that program, then turn it on here, or go on without.',
  OverconstrainedError: (what) => `Your ${what} cannot do what was asked of it. `
    + 'Choose another one, or go on without.',
  SecurityError: (what) => `This browser keeps pages from using the ${what}. `
    + 'Change that in its settings, or go on without.',
};

const DEVICE_SHORT = {
  NotFoundError: 'No camera found',
  NotAllowedError: 'The camera is blocked',
  NotReadableError: 'The camera is in use elsewhere',
};

/** `{ code, text, detail }` for an error of joining or of a call. */
export function describeFailure(error, { room, pin } = {}) {
  if (isPinMissing(error, pin)) return { code: 'unauthorized', text: describeRefusal(error, pin) };
  const code = failureCode(error);
  const detail = error?.message ?? '';
  if (code === 'room-not-found') {
    const text = `There is no room ${room}. Check the number, or ask whoever invited you, then join again.`;
    return { code, text };
  }
  if (code === 'invalid-argument') {
    const text = `The server takes no room “${room}”. Rooms usually have a number, such as 1234: check it, then join again.`;
    return { code, text };
  }
  if (code === 'unauthorized') return { code, text: describeRefusal(error, pin) };
  if (SERVER[code]) return { code, text: SERVER[code], detail: DETAILED.has(code) ? detail : '' };
  return { code, text: 'Something went wrong, and you are not in the room. Join again to retry.', detail };
}

function failureCode(error) {
  // Janus says of a text where it has numbers: an invalid element (430).
  if (error?.status === 430) return 'invalid-argument';
  if (error?.code === 'invalid-argument' && error.message.startsWith('servers')) return 'bad-server';
  return typeof error?.code === 'string' ? error.code : (error?.name ?? 'unknown');
}

/** Janus calls a pin that was not given a missing element (429), not a refusal. */
export function isPinMissing(error, pin) {
  return !pin && error?.status === 429;
}

/** The room asks for a pin (433), or the server for a token or a secret that this page does not have (403). */
function describeRefusal(error, pin) {
  if (error.status === 403) {
    return 'This server lets in only pages that have its token or secret. Ask whoever runs it for access.';
  }
  return pin
    ? 'That is not this room’s pin. Check it with whoever invited you, then join again.'
    : 'This room has a pin. Type it below, then join again.';
}

/** `{ code, text, detail }` for devices that could not be had, `failures` being `[{ source, error }]`. */
export function describeDevices(failures) {
  const [{ error }] = failures;
  const sentences = new Map();
  for (const failure of failures) {
    const code = codeOf(failure.error);
    sentences.set(code, [...(sentences.get(code) ?? []), failure]);
  }
  const text = [...sentences.values()].map(describeSame).join(' ');
  const known = failures.every(({ error }) => DEVICE[error.name] || error.code === 'moderated');
  return { code: codeOf(error), text, detail: known ? '' : error.message };
}

/** Devices that failed for the same reason, in one sentence. */
function describeSame(failures) {
  const [{ error }] = failures;
  const what = failures.map(({ source }) => source).join(' or ');
  if (!window.isSecureContext) {
    return 'Browsers give camera and microphone to secure pages only. Open this page over https, or go on without.';
  }
  if (DEVICE[error.name]) return DEVICE[error.name](what);
  if (error.code === 'moderated') return `A moderator muted your ${what}. Only a moderator can turn it on again.`;
  if (what === 'unknown') return 'Sound and picture cannot be sent or received. Leave and join again to retry.';
  return `Your ${what} could not be turned on. Try again, or go on without.`;
}

/** The few words that stand where the picture would be. */
export function describeNoPicture(error) {
  return DEVICE_SHORT[error?.name] ?? 'The camera does not open';
}

function codeOf(error) {
  return typeof error.code === 'string' ? error.code : error.name;
}
