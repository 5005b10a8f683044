/**
 * A transport of the page's own that makes serial round trips countable. What the library says gathers until it is told
 * to depart, and leaves as one flight; what the server says is held until every request of the flight has its last
 * answer, and arrives at once. Nothing else than the order of words decides, so that no clock does.
 *
 * `installRounds` is sent to the browser as text: it may use nothing from this module.
 */
export function installRounds() {
  /** Nobody waits for what these bring: they travel by themselves and cost no round. */
  const ONE_WAY = ['trickle', 'keepalive'];

  const nameOf = ({ janus, body }) => (janus === 'message' ? body.request ?? 'message' : janus);
  /** The `ack` of a message says that its answer will come. */
  const isLast = (request, { janus }) => request.janus !== 'message' || janus !== 'ack';

  function describeAnswer({ janus, plugindata, jsep }) {
    const said = plugindata?.data?.videoroom ?? janus;
    return jsep ? `${said} with ${jsep.type}` : said;
  }

  class Rounds {
    /** What departed and what came of it: `{ requests, jseps, answers }`. */
    flights = [];
    /** How many flights have come back. */
    ended = 0;
    /** Every call of the transport function: `{ url, events }`. */
    calls = [];
    /** Departs by itself, as a network does. */
    automatic = false;
    #gathered = [];
    #open = new Map();
    #held = [];

    transport = (url, events) => {
      this.calls.push({ url, events });
      this.#gathered = [];
      this.#open.clear();
      this.#held = [];
      const socket = new WebSocket(url, 'janus-protocol');
      this.#socket = socket;
      socket.onopen = () => events.open();
      socket.onmessage = ({ data }) => this.#hear(data, events);
      socket.onclose = () => events.close('the socket was closed');
      return { send: (text) => this.#say(text), close: () => socket.close() };
    };
    #socket;

    /** What waits for a departure, by names. */
    get gathered() {
      return this.#gathered.map(({ request }) => nameOf(request));
    }

    /** Lets the flight go that has gathered. */
    depart() {
      if (this.#open.size > 0) throw new Error('the last flight is still under way');
      const flight = this.#gathered.splice(0);
      const requests = flight.map(({ request }) => nameOf(request));
      const jseps = flight.flatMap(({ request }) => request.jsep?.type ?? []);
      this.flights.push({ requests, jseps, answers: [] });
      for (const { request } of flight) this.#open.set(request.transaction, request);
      for (const { text } of flight) this.#socket.send(text);
    }

    /** From now on flights depart by themselves. */
    goOn() {
      this.automatic = true;
      this.#departSoon();
    }

    #say(text) {
      const request = JSON.parse(text);
      if (ONE_WAY.includes(request.janus)) return this.#socket.send(text);
      this.#gathered.push({ text, request });
      return this.#departSoon();
    }

    /** What is said in one go leaves in one go. */
    #departSoon() {
      setTimeout(() => {
        if (this.automatic && this.#gathered.length > 0 && this.#open.size === 0) this.depart();
      });
    }

    #hear(text, events) {
      if (this.#open.size === 0) return events.message(text);
      this.#held.push(text);
      const message = JSON.parse(text);
      const request = this.#open.get(message.transaction);
      if (request === undefined || !isLast(request, message)) return undefined;
      this.flights.at(-1).answers.push(describeAnswer(message));
      this.#open.delete(message.transaction);
      return this.#open.size === 0 && this.#arrive(events);
    }

    #arrive(events) {
      this.ended += 1;
      for (const text of this.#held.splice(0)) events.message(text);
      this.#departSoon();
    }
  }

  globalThis.__rounds = new Rounds();
}
