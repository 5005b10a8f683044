/** A connection through the proxy: two sockets with a lane each way between them. */
import { Socket } from 'node:net';
import { MessageEnds, textFrame } from './frames.mjs';
import { Lane, breakOff } from './lane.mjs';

export class Connection {
  #client;
  #server = new Socket({ allowHalfOpen: true });
  #toServer;
  #toClient;
  #ends = new MessageEnds();
  #injections = [];
  #over = false;

  /** `onClosed` is called when both sockets are gone. */
  constructor(client, onClosed) {
    this.#client = client;
    this.#toServer = new Lane(this.#server, () => this.reset());
    this.#toClient = new Lane(client, () => this.reset());
    let open = 2;
    for (const socket of [client, this.#server]) {
      socket.setNoDelay(true);
      socket.once('close', () => {
        open -= 1;
        if (open === 0) onClosed();
      });
    }
    client.on('data', (bytes) => this.#toServer.take(bytes));
    this.#server.on('data', (bytes) => this.#hear(bytes));
    this.#passEnds(client, this.#toServer);
    this.#passEnds(this.#server, this.#toClient);
  }

  /** Reaches for the server, unless a fault has ended the connection before it began. */
  start(target) {
    if (!this.#over) this.#server.connect(target);
  }

  /** Ends both ways in order, as a server does that is told to stop. */
  cleanClose() {
    this.#finish();
    this.#client.end();
    if (this.#server.pending) this.#server.destroy();
    else this.#server.end();
  }

  /** Breaks off both ways at once. */
  reset() {
    this.#finish();
    breakOff(this.#client);
    breakOff(this.#server);
  }

  /** Loses what is said: 'toClient', 'toServer' or 'both' ways. */
  swallow(way) {
    for (const lane of this.#lanes(way)) lane.swallow();
  }

  holdUntil(moment) {
    for (const lane of this.#lanes('both')) lane.holdUntil(moment);
  }

  delay(ms) {
    for (const lane of this.#lanes('both')) lane.delay(ms);
  }

  drip(pace) {
    this.#toClient.drip(pace);
  }

  /** Puts a WebSocket message of the server's between its own, as soon as one of those ends. */
  inject(text) {
    this.#injections.push(textFrame(text));
    if (this.#ends.between) this.#injectNow();
  }

  heal() {
    this.#injections = [];
    for (const lane of this.#lanes('both')) lane.heal();
  }

  #lanes(way) {
    return [...(way === 'toClient' ? [] : [this.#toServer]), ...(way === 'toServer' ? [] : [this.#toClient])];
  }

  #hear(bytes) {
    const end = this.#ends.push(bytes);
    if (end === undefined) return this.#toClient.take(bytes);
    this.#toClient.take(bytes.subarray(0, end));
    this.#injectNow();
    return this.#toClient.take(bytes.subarray(end));
  }

  #injectNow() {
    for (const frame of this.#injections.splice(0)) this.#toClient.take(frame);
  }

  #passEnds(socket, lane) {
    socket.on('end', () => lane.takeEnd('fin'));
    socket.on('error', () => lane.takeEnd('reset'));
  }

  #finish() {
    this.#over = true;
    for (const lane of this.#lanes('both')) lane.stop();
  }
}
