/** The Janus API without a browser and without a library: one request, one answer. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';

const transaction = () => randomBytes(8).toString('hex');

/** A text in one frame as a client sends it: masked, here with zeros. */
function maskedFrame(text) {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** The texts of the whole frames at the beginning of `bytes`, and what is left. No Janus answers at greater length. */
function readFrames(bytes) {
  const found = [];
  let rest = bytes;
  while (rest.length >= 2) {
    const long = rest[1] === 126;
    if (long && rest.length < 4) break;
    const begin = long ? 4 : 2;
    const end = begin + (long ? rest.readUInt16BE(2) : rest[1]);
    if (rest.length < end) break;
    found.push(rest.subarray(begin, end).toString());
    rest = rest.subarray(end);
  }
  return { found, rest };
}

/** Asks over WebSocket; `close()` ends the connection. */
export async function webSocketClient(url) {
  const request = httpRequest(url.replace(/^ws/, 'http'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-protocol': 'janus-protocol',
    },
  });
  const [, socket, head] = await once(request.end(), 'upgrade');
  const waiting = new Map();
  let unread = head;
  const read = (bytes) => {
    const { found, rest } = readFrames(Buffer.concat([unread, bytes]));
    unread = rest;
    for (const answer of found.map((text) => JSON.parse(text))) waiting.get(answer.transaction)?.(answer);
  };
  socket.on('data', read);
  return {
    ask(body) {
      const id = transaction();
      const answered = new Promise((resolve) => waiting.set(id, resolve));
      socket.write(maskedFrame(JSON.stringify({ transaction: id, ...body })));
      return answered;
    },
    close: () => socket.destroy(),
  };
}

/** Asks over HTTP, with the same questions: Janus takes ids in the body as well. */
export function httpClient(url) {
  return {
    async ask({ session_id: session, handle_id: handle, ...body }) {
      const address = [url, session, handle].filter((part) => part !== undefined).join('/');
      const text = JSON.stringify({ transaction: transaction(), ...body });
      const response = await fetch(address, { method: 'POST', body: text });
      return response.json();
    },
    close() {},
  };
}
