import type { HandleCore } from '../../../pkg/janus.js';
import { JanusError } from '../index.js';

/** The socket under a room, and a request on its session: with what the server asks of every request. @internal */
export interface Wire {
  socket: WebSocket;
  request: Record<string, unknown>;
}

/** How long a connection that stands needs to send something, ms. */
const PATIENCE_MS = 1_000;
/** How long a socket in a black hole stays open for the server, ms. */
const GRAVE_MS = 10_000;
/** Harmless. */
const QUESTION = { request: 'exists', room: 0 };

/** Asks something of VideoRoom that changes nothing. @internal */
export const ask = (handle: HandleCore, question: object = QUESTION): Promise<unknown> =>
  handle.send(JSON.stringify(question)) as Promise<unknown>;

/** All rooms of a page share what is listened in on: one looks at a time. */
let before: Promise<unknown> = Promise.resolve();

/** Finds the socket by what the handle sends when it is asked to. @internal */
export function wireOf(handle: HandleCore): Promise<Wire> {
  const found = before.then(() => find(handle));
  before = found.catch(() => undefined);
  return found;
}

async function find(handle: HandleCore): Promise<Wire> {
  const { prototype } = WebSocket;
  const { send } = prototype;
  // Asked by nobody else, in this room or another.
  const question = { ...QUESTION, sought: Math.random() };
  let listen = send;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Wire>((resolve, reject) => {
      listen = function (this: WebSocket, data: never): void {
        const request = readQuestion(data, question);
        if (request) resolve({ socket: this, request });
        send.call(this, data);
      };
      prototype.send = listen;
      timer = setTimeout(() => reject(noSocket()), PATIENCE_MS);
      ask(handle, question).catch(() => undefined);
    });
  } finally {
    // Whoever took its place meanwhile stays.
    if (prototype.send === listen) prototype.send = send;
    clearTimeout(timer);
  }
}

function readQuestion(data: unknown, question: object): Wire['request'] | undefined {
  if (typeof data !== 'string' || !data.includes(JSON.stringify(question))) return undefined;
  const { body: _, handle_id: __, ...request } = JSON.parse(data) as Wire['request'];
  return request;
}

function noSocket(): JanusError {
  const text = 'there is no open WebSocket to break: join over one, and wait until the room is connected';
  return new JanusError(text, { code: 'invalid-state', retryable: true });
}

/** Sends past the library: nobody there waits for the answer. @internal */
export function sendRaw({ socket, request }: Wire, fields: object): void {
  socket.send(JSON.stringify({ ...request, transaction: `simulated-${Math.random()}`, ...fields }));
}

/** Nothing passes any more, in either direction, and nobody is told. @internal */
export function swallow({ socket }: Wire): void {
  // Neither open nor closed: the library takes nothing from it. To stop its events does not do, since in Chromium those who
  // listen to a socket longest hear of them first, whoever captures.
  Object.defineProperty(socket, 'readyState', { value: WebSocket.CLOSING });
  socket.send = () => undefined;
  // The server is not told either, until it has had the time to find out.
  socket.close = () => void setTimeout(() => WebSocket.prototype.close.call(socket), GRAVE_MS);
}
