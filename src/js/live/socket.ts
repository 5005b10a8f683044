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
/** Harmless, and asked by nobody else. */
const QUESTION = { request: 'exists', room: 0 };

/** Asks something of VideoRoom that changes nothing. @internal */
export const ask = (handle: HandleCore): Promise<unknown> => handle.send(JSON.stringify(QUESTION)) as Promise<unknown>;

/** Finds the socket by what the handle sends when it is asked to. @internal */
export async function wireOf(handle: HandleCore): Promise<Wire> {
  const { prototype } = WebSocket;
  const { send } = prototype;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Wire>((resolve, reject) => {
      prototype.send = function (this: WebSocket, data: never): void {
        const request = readQuestion(data);
        if (request) resolve({ socket: this, request });
        send.call(this, data);
      };
      timer = setTimeout(() => reject(noSocket()), PATIENCE_MS);
      ask(handle).catch(() => undefined);
    });
  } finally {
    prototype.send = send;
    clearTimeout(timer);
  }
}

function readQuestion(data: unknown): Wire['request'] | undefined {
  if (typeof data !== 'string' || !data.includes(JSON.stringify(QUESTION))) return undefined;
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
  const stop = (event: Event): void => event.stopImmediatePropagation();
  for (const type of ['message', 'close', 'error']) socket.addEventListener(type, stop, { capture: true });
  socket.send = () => undefined;
  // The server is not told either, until it has had the time to find out.
  socket.close = () => void setTimeout(() => WebSocket.prototype.close.call(socket), GRAVE_MS);
}
