/** Servers that are not what the page hopes for. Each stands on a given port until `close()`. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

/** A web server that knows nothing of Janus; any page may read its answers. */
export function webServer(port) {
  return listen(port, createServer((request, response) => {
    response.writeHead(200, { ...CORS, 'content-type': 'text/html' });
    response.end('<!doctype html><title>Hello</title><p>It works!');
  }));
}

/** A web server that answers with JSON, but not with Janus's. */
export function jsonServer(port) {
  return listen(port, createServer((request, response) => {
    response.writeHead(200, { ...CORS, 'content-type': 'application/json' });
    response.end('{"status":"ok","data":[1,2,3]}');
  }));
}

/** A server that takes requests and never answers one. */
export function silentServer(port) {
  return listen(port, createServer(() => {}));
}

/**
 * A WebSocket server that takes the subprotocol and is no Janus: it says `greeting` to everybody who comes and again
 * to everything that is said; without a greeting it says nothing at all.
 */
export function webSocketServer(port, { greeting, subprotocol = true } = {}) {
  const server = createServer((request, response) => response.writeHead(426).end());
  server.on('upgrade', (request, socket) => {
    const { 'sec-websocket-key': key, 'sec-websocket-protocol': asked } = request.headers;
    const accept = createHash('sha1').update(key + WEBSOCKET_GUID).digest('base64');
    const protocol = subprotocol ? `Sec-WebSocket-Protocol: ${asked}\r\n` : '';
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
      + `${protocol}Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('error', () => {});
    if (greeting !== undefined) {
      socket.write(textFrame(greeting));
      socket.on('data', () => socket.write(textFrame(greeting)));
    }
    socket.resume();
  });
  return listen(port, server);
}

/**
 * A TCP relay to Janus that, from the first bytes matching `from` on, keeps back all the server says. What the client
 * says still arrives, and so does the end of either side.
 */
export async function holdingRelay(port, targetPort, from) {
  let holding = false;
  const relay = await listen(port, createTcpServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    upstream.on('data', (bytes) => {
      holding ||= from.test(bytes.toString('latin1'));
      if (!holding) {
        client.write(bytes);
      }
    });
    client.on('data', (bytes) => upstream.write(bytes));
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  }));
  return { ...relay, isHolding: () => holding };
}

function textFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) {
    throw new Error('a short text, please');
  }
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
}

/** Listens, and on `close()` ends the open connections too: the port is free afterwards. */
async function listen(port, server) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: server.address().port,
    async close() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
