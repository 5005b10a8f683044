import type { RoomCore } from '../../../pkg/janus.js';
import { JanusError, internal } from '../index.js';
import type { Deliver } from '../data.js';
import type { DataOptions, Id } from '../types.js';
import { copied, frames, Reassembly, travelsWhole } from './chunks.js';
import { isEnvelope } from './framing.js';

const { abortable, checked, invalidArgument } = internal;

/** Bytes that may wait in the browser; what is more waits here. */
const HIGH_BYTES = 1_048_576;
/** When as few wait, more is handed over. */
const LOW_BYTES = 262_144;
/** Text or bytes a message may have. */
const MAX_BYTES = 64 * 1_048_576;

/** What the channel for messages of this kind is called. */
function laneOf({ reliable = true, ordered = reliable, maxLifetime }: DataOptions): string {
  if (!reliable) return ['lossy', ordered && 'ordered', maxLifetime].filter(Boolean).join('-');
  if (maxLifetime !== undefined) throw invalidArgument('data.maxLifetime: with reliable: false alone');
  return ordered ? 'reliable' : 'reliable-unordered';
}

/** How it is opened. */
function channelOf({ reliable = true, ordered = reliable, maxLifetime }: DataOptions): RTCDataChannelInit {
  if (reliable) return { ordered };
  return { ordered, ...(maxLifetime ? { maxPacketLifeTime: maxLifetime } : { maxRetransmits: 0 }) };
}

/** What a channel brings. */
export type Message = MessageEvent<string | ArrayBuffer>;

interface Job {
  /** What is sent for it; nothing of it is the page's, which may go on with its own. */
  frames: readonly (string | Uint8Array<ArrayBuffer>)[];
  signal: AbortSignal | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const left = (): JanusError =>
  new JanusError('the room was left before the data was on its way', { code: 'aborted', retryable: false });

/** Resolves at one of these events. */
function once(target: EventTarget, ...types: string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const type of types) target.removeEventListener(type, done);
      resolve();
    };
    for (const type of types) target.addEventListener(type, done);
  });
}

/** Messages in order on one channel, or on those that take its place. */
class Lane {
  readonly #jobs: Job[] = [];
  #channel: RTCDataChannel | undefined;
  #arrived: (() => void) | undefined;
  #running = false;
  #over = false;

  use(channel: RTCDataChannel): void {
    channel.bufferedAmountLowThreshold = LOW_BYTES;
    this.#channel = channel;
    this.#arrived?.();
  }

  add(job: Job): void {
    this.#jobs.push(job);
    if (!this.#running) void this.#run();
  }

  /** Sends at once what needs no waiting, which is most of what is small. Whether it could. */
  sendNow(data: string | Uint8Array<ArrayBuffer>, envelope: boolean): boolean {
    return !this.#running && !this.#over && (envelope || travelsWhole(data)) && this.#pass(data);
  }

  #pass(data: string | Uint8Array<ArrayBuffer>): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== 'open') return false;
    if (channel.bufferedAmount + most(data) > HIGH_BYTES) return false;
    // The two signatures of one method.
    if (typeof data === 'string') channel.send(data);
    else channel.send(data);
    return true;
  }

  /** Nothing more is sent. */
  close(): void {
    this.#over = true;
    for (const job of this.#jobs.splice(0)) job.reject(left());
    this.#arrived?.();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let job = this.#jobs[0]; job && !this.#over; job = this.#jobs[0]) {
      if (job.frames.length === 1 && !job.signal?.aborted && this.#pass(job.frames[0]!)) {
        this.#jobs.shift();
        job.resolve();
        continue;
      }
      const error = await this.#send(job).catch((thrown: unknown) => thrown);
      // Closing settled it already.
      if (this.#jobs[0] !== job) continue;
      this.#jobs.shift();
      if (error === undefined) job.resolve();
      else job.reject(error);
    }
    this.#running = false;
  }

  /** All of a message on one channel; if that breaks halfway, all of it again on the next. */
  async #send(job: Job): Promise<unknown> {
    for (;;) {
      const channel = await this.#open();
      if (this.#over) return left();
      if (await this.#sendOn(channel, job)) return undefined;
    }
  }

  async #sendOn(channel: RTCDataChannel, job: Job): Promise<boolean> {
    for (const frame of job.frames) {
      while (this.#isUsable(channel) && channel.bufferedAmount + most(frame) > HIGH_BYTES) {
        // A connection that is closed from here may say nothing: then another one is what there is to hear of.
        await Promise.race([once(channel, 'bufferedamountlow', 'close', 'error'), this.#another()]);
      }
      job.signal?.throwIfAborted();
      if (!this.#isUsable(channel)) return false;
      // The two signatures of one method.
      if (typeof frame === 'string') channel.send(frame);
      else channel.send(frame);
    }
    return true;
  }

  #isUsable(channel: RTCDataChannel): boolean {
    return channel.readyState === 'open' && channel === this.#channel && !this.#over;
  }

  /** Resolves when another channel takes its place, or none will. */
  #another(): Promise<void> {
    return new Promise((resolve) => (this.#arrived = resolve));
  }

  /** The channel, once it is open. */
  async #open(): Promise<RTCDataChannel> {
    for (;;) {
      const channel = this.#channel;
      if (channel?.readyState === 'open' || (this.#over && channel)) return channel;
      const waiting = [this.#another()];
      if (channel?.readyState === 'connecting') waiting.push(once(channel, 'open', 'close', 'error'));
      await Promise.race(waiting);
      if (this.#over && !this.#channel) throw left();
    }
  }
}

/** Data to and from the room. Payloads stay in JavaScript. @internal */
export class DataLink {
  readonly #core: () => Promise<RoomCore>;
  readonly #lanes = new Map<string, Lane>();
  readonly #reassembly = new Reassembly(MAX_BYTES);
  readonly #deliver: Deliver;

  constructor(core: () => Promise<RoomCore>, deliver: Deliver) {
    this.#core = core;
    this.#deliver = deliver;
  }

  async send(data: unknown, options: DataOptions, stay: AbortSignal, envelope: boolean): Promise<void> {
    // What was loaded for it may have come too late.
    stay.throwIfAborted();
    const given = payloadOf(data);
    const { signal } = options;
    signal?.throwIfAborted();
    const wanted = checked('data', options);
    const name = laneOf(wanted);
    if (this.#lanes.get(name)?.sendNow(given, envelope)) return;
    const waiting = envelope ? [copied(given)] : [...frames(given)];
    if (!this.#lanes.has(name)) {
      const core = await this.#core();
      stay.throwIfAborted();
      if (!this.#lanes.has(name)) core.openChannel(name, JSON.stringify(channelOf(wanted)));
    }
    const lane = this.#lane(name);
    const sent = new Promise<void>((resolve, reject) => lane.add({ frames: waiting, signal, resolve, reject }));
    await abortable(sent, signal);
  }

  /** A channel is there: one of ours, or somebody's, with what it brought already. */
  add(channel: RTCDataChannel, label: string, ours: boolean, early: readonly Message[]): void {
    if (ours) return this.#lane(label).use(channel);
    const hear = ({ data }: Message): void => {
      if (typeof data !== 'string' && isEnvelope(new Uint8Array(data))) return this.#deliver(label, data, true);
      const whole = this.#reassembly.take(label, data);
      if (whole !== undefined) this.#deliver(label, whole, false);
    };
    early.forEach(hear);
    channel.onmessage = hear;
  }

  /** The room was left, by us or by somebody. */
  over(by: Id | undefined): void {
    if (by !== undefined) return this.#reassembly.parted(String(by));
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
    this.#reassembly.clear();
  }

  #lane(name: string): Lane {
    const lane = this.#lanes.get(name) ?? new Lane();
    this.#lanes.set(name, lane);
    return lane;
  }
}

/** The most bytes it takes: of a character, three. */
const most = (data: string | Uint8Array): number => (typeof data === 'string' ? data.length * 3 : data.byteLength);

function payloadOf(data: unknown): string | Uint8Array<ArrayBuffer> {
  const payload = typeof data === 'string' ? data : bytesOf(data);
  if (payload.length === 0) throw invalidArgument('data: Janus drops empty messages');
  if (payload.length > MAX_BYTES) throw invalidArgument(`data: more than ${MAX_BYTES} bytes`);
  return payload;
}

function bytesOf(data: unknown): Uint8Array<ArrayBuffer> {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // No channel takes memory that is shared.
    return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  }
  throw invalidArgument('data: expected text, an ArrayBuffer or a view of one');
}
