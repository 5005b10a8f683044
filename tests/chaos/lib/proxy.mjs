/**
 * A TCP proxy with faults, in front of a server that has none. It knows nothing of HTTP, and of WebSocket only where
 * messages end.
 */
import { createServer } from 'node:net';
import { Connection } from './connection.mjs';

const HOST = '127.0.0.1';
const NO_JSON = 'Welcome to the chat! <b>42</b> people are here.';
const UNKNOWN_KIND = '{"janus":"fanfare","session_id":42,"melody":[1,null,{"key":"D"}]}';

class Proxy {
  #server;
  #target;
  #connections = new Set();
  /** What new connections begin with. */
  #fresh = [];
  /** How many connections were ever accepted. */
  accepted = 0;

  constructor(target) {
    this.#target = target;
    // Each direction ends by itself: the proxy passes on ends as it passes on bytes.
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  async listen(port) {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, resolve);
    });
    this.port = this.#server.address().port;
  }

  /** How many connections are open now, on either side. */
  get connections() {
    return this.#connections.size;
  }

  /** The proxy's address: `url('ws')`, `url('http', '/janus')`. */
  url(scheme, path = '') {
    return `${scheme}://${HOST}:${this.port}${path}`;
  }

  /**
   * What can go wrong, each for the connections there are (`on: 'existing'`), those to come until `heal()` ('new'), or
   * 'both'. Faults add up.
   */
  faults = {
    /** Both sides are told that the other has ended. */
    cleanClose: ({ on = 'existing' } = {}) => this.#apply(on, (connection) => connection.cleanClose()),
    /** Both sides are told that the connection is broken. */
    reset: ({ on = 'existing' } = {}) => this.#apply(on, (connection) => connection.reset()),
    /** Connections to come are accepted and broken at once. */
    refuse: ({ on = 'new' } = {}) => this.#apply(on, (connection) => connection.reset()),
    /** Nothing arrives, nothing ends. A connection that lost something breaks on the first bytes after `heal()`. */
    blackhole: ({ on = 'both' } = {}) => this.#apply(on, (connection) => connection.swallow('both')),
    /** As `blackhole`, in one direction: 'toClient' or 'toServer'. */
    halfOpen: (way, { on = 'both' } = {}) => this.#apply(on, (connection) => connection.swallow(way)),
    /** Everything is held for so long and then arrives in order. */
    stall: (ms, { on = 'both' } = {}) => {
      const end = performance.now() + ms;
      this.#apply(on, (connection) => connection.holdUntil(end));
    },
    /** Everything takes so much longer, in each direction. */
    latency: (ms, { on = 'both' } = {}) => this.#apply(on, (connection) => connection.delay(ms)),
    /** What the server says arrives a few bytes at a time. */
    drip: ({ bytes = 5, every = 20, on = 'both' } = {}) => {
      this.#apply(on, (connection) => connection.drip({ bytes, every }));
    },
    /** The client hears a WebSocket message that is no JSON; connections that are no WebSocket are left alone. */
    garbage: ({ on = 'existing' } = {}) => this.#apply(on, (connection) => connection.inject(NO_JSON)),
    /** The client hears a WebSocket message of a kind there is none of. */
    unknownKind: ({ on = 'existing' } = {}) => this.#apply(on, (connection) => connection.inject(UNKNOWN_KIND)),
  };

  /** Ends every fault. */
  heal() {
    this.#fresh = [];
    for (const connection of this.#connections) connection.heal();
  }

  /** Breaks off every connection and listens no more. */
  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) connection.reset();
    await closed;
  }

  #accept(client) {
    this.accepted += 1;
    const connection = new Connection(client, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    for (const fault of this.#fresh) fault(connection);
    connection.start(this.#target);
  }

  #apply(on, fault) {
    if (on !== 'new') for (const connection of this.#connections) fault(connection);
    if (on !== 'existing') this.#fresh.push(fault);
  }
}

/** Starts a proxy in front of `target` { host, port }; `port` 0 takes any. */
export async function startProxy({ port = 0, target }) {
  const proxy = new Proxy(target);
  await proxy.listen(port);
  return proxy;
}
