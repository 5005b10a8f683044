/** Small servers to put a proxy in front of, and clients that go through it. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { textFrame } from './frames.mjs';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEAD_END = '\r\n\r\n';

/** A server whose every connection is given to `serve`; `connections` are those it has, `received` all it ever heard. */
export async function startServer(serve) {
  const sockets = new Set();
  const heard = { text: '', ends: 0, errors: 0 };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => (heard.text += bytes.toString('latin1')));
    socket.on('error', () => (heard.errors += 1));
    socket.on('end', () => {
      heard.ends += 1;
      socket.end();
    });
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    heard,
    sockets,
    target: { host: '127.0.0.1', port: server.address().port },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server that says back what it hears. */
export const startEcho = () => startServer((socket) => socket.on('data', (bytes) => socket.write(bytes)));

/** A WebSocket server that says what `send` is called with, on every connection; what it hears it does not read. */
export async function startWebSocketServer() {
  const server = await startServer((socket) => {
    socket.once('data', (bytes) => {
      const [, key] = /Sec-WebSocket-Key: (.+)\r\n/i.exec(bytes.toString('latin1'));
      const accept = createHash('sha1').update(key + WEBSOCKET_GUID).digest('base64');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
        + `Sec-WebSocket-Accept: ${accept}${HEAD_END}`);
    });
  });
  const write = (bytes) => {
    for (const socket of server.sockets) socket.write(bytes);
  };
  return { ...server, write, send: (text) => write(textFrame(text)) };
}

/** Waits for the end of a socket, be it good or bad. */
export const closing = (socket) => new Promise((resolve) => socket.once('close', resolve));

/** A connection and what came over it so far: `text`, and how it ended: 'fin', 'reset' or not yet. */
export async function open(port) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const client = { socket, text: '', ended: undefined, closed: closing(socket) };
  socket.setEncoding('latin1');
  socket.on('data', (text) => (client.text += text));
  socket.on('error', ({ code }) => (client.ended = code === 'ECONNRESET' ? 'reset' : code));
  socket.on('end', () => {
    client.ended = 'fin';
    socket.end();
  });
  await once(socket, 'connect');
  return client;
}

/** The same with the question for a WebSocket already asked. */
export async function openWebSocket(port) {
  const client = await open(port);
  const key = randomBytes(16).toString('base64');
  client.socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13${HEAD_END}`);
  return client;
}

/** The texts of the whole, short frames a client got, after the answer to the handshake. */
export function texts(client) {
  const bytes = Buffer.from(client.text.slice(client.text.indexOf(HEAD_END) + HEAD_END.length), 'latin1');
  const found = [];
  for (let at = 0; at + 2 <= bytes.length && at + 2 + bytes[at + 1] <= bytes.length; at += 2 + bytes[at + 1]) {
    found.push(bytes.subarray(at + 2, at + 2 + bytes[at + 1]).toString());
  }
  return found;
}
