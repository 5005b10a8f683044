/** WebSocket frames as a server sends them: making one, and finding where another may be put in between. */

const HEAD_END = '\r\n\r\n';
const SWITCHED = /^HTTP\/1\.1 101 /;
/** The low bits of a frame's second byte that mean: the length follows, in so many bytes. */
const LENGTH_BYTES = { 126: 2, 127: 8 };
const MASK_BYTES = 4;

/** A whole text message in one frame. */
export function textFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
  if (payload.length > 0xffff) throw new Error('a shorter text, please');
  const header = Buffer.from([0x81, 126, 0, 0]);
  header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** How long the header is of which these are the first bytes. */
function headerLength([, second]) {
  if (second === undefined) return 2;
  return 2 + (LENGTH_BYTES[second & 0x7f] ?? 0) + (second & 0x80 ? MASK_BYTES : 0);
}

function payloadLength(header) {
  const short = header[1] & 0x7f;
  const bytes = LENGTH_BYTES[short];
  return bytes === undefined ? short : header.slice(2, 2 + bytes).reduce((length, byte) => length * 256 + byte, 0);
}

/** Follows what a server says, from the answer to the handshake on, and knows where its messages end. */
export class MessageEnds {
  #head = '';
  #kind = 'head';
  #header = [];
  #payload = 0;
  #inMessage = false;

  /** Whether another message could begin after all that was pushed so far. */
  get between() {
    return this.#kind === 'frames' && this.#header.length === 0 && this.#payload === 0 && !this.#inMessage;
  }

  /** Takes the next bytes; returns the last place among them where another message could begin, if there is one. */
  push(bytes) {
    let at = this.#kind === 'head' ? this.#readHead(bytes) : 0;
    let end = at > 0 && this.between ? at : undefined;
    while (this.#kind === 'frames' && at < bytes.length) {
      at += this.#payload > 0 ? this.#skip(bytes.length - at) : this.#readHeader(bytes[at]);
      if (this.between) end = at;
    }
    return end;
  }

  /** Reads the answer to the handshake; returns how many of the bytes belong to it. */
  #readHead(bytes) {
    const before = this.#head.length;
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return bytes.length;
    // Anything but a switch of protocols is plain HTTP: no frames will come.
    this.#kind = SWITCHED.test(this.#head) ? 'frames' : 'other';
    this.#head = '';
    return end + HEAD_END.length - before;
  }

  #skip(available) {
    const skipped = Math.min(this.#payload, available);
    this.#payload -= skipped;
    return skipped;
  }

  #readHeader(byte) {
    this.#header.push(byte);
    if (this.#header.length === headerLength(this.#header)) {
      const [first] = this.#header;
      // Control frames may stand between the fragments of a message without ending it.
      if ((first & 0x0f) < 8) this.#inMessage = (first & 0x80) === 0;
      this.#payload = payloadLength(this.#header);
      this.#header = [];
    }
    return 1;
  }
}
