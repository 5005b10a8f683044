/** UDP relays between browsers and Janus, which can cut media without a word, lose some of it, or have it wait. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Random } from '../../chaos/lib/random.mjs';

const HOST = '127.0.0.1';

/** The same losses every time: a small generator of pseudo-random numbers, 0..1. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A line that so many bits a second get through: what is too much waits, in order, and none of it is lost. */
class Line {
  rate = Infinity;
  #queue = [];
  /** When all is through. */
  #free = 0;
  #timer;

  pass(bytes, go) {
    const now = performance.now();
    this.#free = Math.max(now, this.#free) + (bytes.length * 8_000) / this.rate;
    if (this.#free <= now) return go();
    this.#queue.push({ due: this.#free, go });
    this.#timer ??= setTimeout(() => this.#leave(), this.#free - now);
  }

  #leave() {
    const now = performance.now();
    while (this.#queue[0]?.due <= now) this.#queue.shift().go();
    const [next] = this.#queue;
    this.#timer = next && setTimeout(() => this.#leave(), next.due - now);
  }

  close() {
    clearTimeout(this.#timer);
    this.#queue = [];
  }
}

class Relay {
  #to;
  #socket = createSocket('udp4');
  /** Towards Janus, one socket for each address of a browser's. */
  #upstream = new Map();
  cut = false;
  /** Which part of the packets gets lost, each way. */
  loss = 0;
  /** From Janus to the browser. */
  line = new Line();
  #chance = chance(7);

  constructor(to) {
    this.#to = to;
    this.#socket.on('message', (bytes, from) => this.#toJanus(bytes, from));
  }

  async listen() {
    this.#socket.bind(0, HOST);
    await once(this.#socket, 'listening');
    return this.#socket.address().port;
  }

  #isLost() {
    return this.cut || this.#chance() < this.loss;
  }

  #toJanus(bytes, from) {
    if (this.#isLost()) return;
    const key = `${from.address}:${from.port}`;
    let socket = this.#upstream.get(key);
    if (!socket) {
      socket = createSocket('udp4');
      socket.on('message', (answer) => {
        if (!this.#isLost()) this.line.pass(answer, () => this.#socket.send(answer, from.port, from.address));
      });
      this.#upstream.set(key, socket);
    }
    socket.send(bytes, this.#to.port, this.#to.host);
  }

  close() {
    this.line.close();
    this.#socket.close();
    for (const socket of this.#upstream.values()) socket.close();
  }
}

/** A desk that gives relays to pages: `GET url?to=127.0.0.1:20123` answers the relay's port. */
export async function openRelayDesk() {
  const relays = new Set();
  let [cut, loss, rate] = [false, 0, Infinity];
  const server = createServer(async (request, response) => {
    const [host, port] = new URL(request.url, 'http://localhost').searchParams.get('to').split(':');
    const relay = new Relay({ host, port: Number(port) });
    Object.assign(relay, { cut, loss });
    relay.line.rate = rate;
    relays.add(relay);
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'application/json' });
    response.end(JSON.stringify(await relay.listen()));
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    url: `http://${HOST}:${server.address().port}/`,
    /** Whether nothing passes, through the relays there are and those to come. */
    setCut(value) {
      cut = value;
      for (const relay of relays) relay.cut = value;
    },
    /** Which part of the packets gets lost, 0..1. */
    setLoss(value) {
      loss = value;
      for (const relay of relays) relay.loss = value;
    },
    /** Nothing passes the relays there are any more; those to come are well. */
    abandon() {
      for (const relay of relays) relay.cut = true;
    },
    /** How much gets through each relay to the browser, bit/s: what is more waits. */
    setRate(value) {
      rate = value;
      for (const relay of relays) relay.line.rate = value;
    },
    close() {
      server.close();
      for (const relay of relays) relay.close();
    },
  };
}
