/** Ends a socket with RST instead of FIN. One that is not connected has nobody to send it to. */
export function breakOff(socket) {
  if (socket.pending || socket.destroyed) socket.destroy();
  else socket.resetAndDestroy();
}

/** One direction of a connection: what one side says waits here for its turn to reach the other. */
export class Lane {
  #to;
  #onBroken;
  #queue = [];
  #timer;
  #stopped = false;
  #swallowing = false;
  #hole = false;
  #endLost = false;
  #latency = 0;
  #heldUntil = 0;
  #drip;
  #nextPiece = 0;

  /** `onBroken` is called when bytes would arrive behind others that never did: no TCP connection goes on like that. */
  constructor(to, onBroken) {
    this.#to = to;
    this.#onBroken = onBroken;
  }

  /** Takes bytes for the other side. */
  take(bytes) {
    if (bytes.length > 0) this.#add({ bytes });
  }

  /** Takes the end for the other side: 'fin' in order, 'reset' without waiting for an answer. */
  takeEnd(end) {
    this.#add({ end });
  }

  swallow() {
    this.#swallowing = true;
    this.#pump();
  }

  holdUntil(moment) {
    this.#heldUntil = moment;
    this.#pump();
  }

  delay(ms) {
    this.#latency = ms;
  }

  /** From now on only so many bytes at a time arrive, with a pause of `every` ms in between. */
  drip({ bytes, every }) {
    this.#drip = { bytes, every };
  }

  /** Lets everything that waits arrive now. What was swallowed stays lost. */
  heal() {
    this.#swallowing = false;
    this.#latency = 0;
    this.#heldUntil = 0;
    this.#drip = undefined;
    this.#nextPiece = 0;
    for (const entry of this.#queue) entry.due = 0;
    if (this.#endLost) this.#onBroken();
    else this.#pump();
  }

  /** Forgets everything; nothing arrives any more. */
  stop() {
    this.#stopped = true;
    this.#queue = [];
    clearTimeout(this.#timer);
  }

  #add(entry) {
    if (this.#stopped) return;
    this.#queue.push({ ...entry, due: performance.now() + this.#latency });
    this.#pump();
  }

  #pump() {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0) {
      const [entry] = this.#queue;
      const wait = Math.max(entry.due, this.#heldUntil, this.#nextPiece) - performance.now();
      // What is swallowed is gone at once, whatever else it would have waited for.
      if (wait > 0 && !this.#swallowing) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
        return;
      }
      this.#deliver(entry);
    }
  }

  #deliver(entry) {
    if (this.#swallowing) {
      this.#queue.shift();
      this.#hole = true;
      this.#endLost ||= entry.end !== undefined;
    } else if (this.#hole) {
      this.#onBroken();
    } else if (entry.end !== undefined) {
      this.#queue.shift();
      this.#deliverEnd(entry.end);
    } else {
      this.#deliverBytes(entry);
    }
  }

  #deliverBytes(entry) {
    const piece = entry.bytes.subarray(0, this.#drip?.bytes);
    entry.bytes = entry.bytes.subarray(piece.length);
    if (entry.bytes.length === 0) this.#queue.shift();
    if (this.#drip !== undefined) this.#nextPiece = performance.now() + this.#drip.every;
    if (this.#to.writable) this.#to.write(piece);
  }

  #deliverEnd(end) {
    if (end === 'fin') this.#to.end();
    else breakOff(this.#to);
  }
}
