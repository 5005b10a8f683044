/** A way to the server that a test can meddle with: what is said can be held back, and media sent through relays. */

let holding = false;
let refusing = false;
let held = [];
const relays = new Map();

/** Holds what the server says of publishers, until `release()`. */
export function hold() {
  holding = true;
}

/** Refuses what the server is asked next by `configure`, as the server would. */
export function refuse() {
  refusing = true;
}

/** Whether it was a request that is refused, and is. */
function isRefused(text, events) {
  if (!refusing) return false;
  const { body, session_id, handle_id: sender, transaction } = JSON.parse(text);
  if (body?.request !== 'configure') return false;
  refusing = false;
  const data = { videoroom: 'event', error_code: 499, error: 'not now' };
  const plugindata = { plugin: 'janus.plugin.videoroom', data };
  setTimeout(() => events.message(JSON.stringify({ janus: 'event', session_id, sender, transaction, plugindata })));
  return true;
}

/** How many words are held. */
export const waiting = () => held.length;

export function release() {
  holding = false;
  const late = held;
  held = [];
  for (const deliver of late) deliver();
}

/** The ways to come go through other relays than those there are. */
export function changeRelays() {
  relays.clear();
}

async function relay(address, desk) {
  if (!relays.has(address)) relays.set(address, fetch(`${desk}?to=${address}`).then((response) => response.json()));
  return relays.get(address);
}

/** A candidate as it stands in JSON text. */
const CANDIDATE = /a=candidate:(\S+ \d+ udp \d+) (\S+) (\d+) typ host\\r\\n/g;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/** The server's candidates as those of relays, without what is not IPv4. */
async function throughRelays(text, desk) {
  const ports = new Map();
  for (const [, , host, port] of text.matchAll(CANDIDATE)) {
    if (IPV4.test(host)) ports.set(`${host}:${port}`, await relay(`${host}:${port}`, desk));
  }
  return text.replace(CANDIDATE, (_, before, host, port) =>
    IPV4.test(host) ? `a=candidate:${before} 127.0.0.1 ${ports.get(`${host}:${port}`)} typ host\\r\\n` : '');
}

/** Without candidates of our own: the server is to know the relays alone. */
function withoutCandidates(text) {
  const message = JSON.parse(text);
  if (message.janus === 'trickle') {
    delete message.candidates;
    message.candidate = { completed: true };
  }
  return JSON.stringify(message).replace(/a=candidate:.*?\\r\\n/g, '');
}

/** A transport for `RoomOptions`; `desk`: where relays are had. */
export const transport = (desk) => (url, events) => {
  const socket = new WebSocket(url, 'janus-protocol');
  // One after the other, as they came.
  let last = Promise.resolve();
  socket.onopen = () => events.open();
  socket.onclose = ({ reason }) => events.close(reason);
  socket.onmessage = ({ data }) => {
    last = last.then(async () => {
      const text = desk ? await throughRelays(data, desk) : data;
      if (holding && /"publishers":\s*\[\s*\{/.test(text) && text.includes('"event"')) held.push(() => events.message(text));
      else events.message(text);
    });
  };
  return {
    send: (text) => isRefused(text, events) || socket.send(desk ? withoutCandidates(text) : text),
    close: () => socket.close(),
  };
};
