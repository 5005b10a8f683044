/** What people in a room say to each other beside media: words about themselves, chat, requests, files. */
import { JanusError, RemoteParticipant, internal, type Participant } from '../index.js';
import type { Host } from '../live/index.js';
import { AttributeExchange } from './attributes.js';
import { Chat } from './chat.js';
import { unwrap, wrap, wrapPiece, type Words } from './envelope.js';
import { Files } from './files.js';
import { gone, type Line, type Part } from './line.js';
import { Introduction } from './metadata.js';
import { Requests } from './requests.js';
import { Settling } from './settling.js';
import type { ChatMessage, FileOptions, RequestOptions } from './types.js';

const { invalidArgument } = internal;

/** One stay's: what was asked within it is said to nobody else. @internal */
class Exchange {
  readonly attributes: AttributeExchange;
  readonly chat: Chat;
  readonly requests: Requests;
  readonly files: Files;
  readonly #host: Host;
  readonly #stay: AbortSignal;
  readonly introduction: Introduction;
  readonly #settling = new Settling();
  readonly #parts: readonly Part[];
  /** Whether a channel of ours is known to be open. */
  #hasSaid = false;
  #stops: (() => void)[] = [];

  constructor(host: Host, stay: AbortSignal) {
    this.#host = host;
    this.#stay = stay;
    const { localParticipant: local } = host.room;
    const line: Line = {
      ownId: () => String(local.id),
      say: (words) => this.#say(words),
      sayPiece: (number, at, bytes) => this.#send(wrapPiece({ number, at, bytes })),
      isSettled: () => this.#settling.isSettled,
      settled: (most) => this.#settled(most),
    };
    this.introduction = new Introduction(host, stay);
    this.attributes = new AttributeExchange(line, local, this.introduction, (participant, changed) => {
      host.emit('attributesChanged', { participant, changed });
    });
    this.chat = new Chat(line, local, (message) => host.emit('chatMessage', { message }));
    this.requests = new Requests(line, host.room._handlers);
    this.files = new Files(line, (file) => host.emit('fileOffered', { file }));
    this.#parts = [this.attributes, this.chat, this.requests, this.files];
    stay.addEventListener('abort', () => this.#over(), { once: true });
  }

  begin(): () => void {
    const { room } = this.#host;
    this.#settling.disturb();
    this.attributes.begin();
    const introduced = (participant: Participant): void => {
      const { metadata } = participant;
      if (metadata && 'attributes' in metadata) this.attributes.hear(participant, metadata['attributes']);
    };
    room.remoteParticipants.forEach(introduced);
    this.#stops = [
      room.on('participantJoined', ({ participant }) => {
        introduced(participant);
        this.#disturbed();
      }),
      room.on('participantChanged', ({ participant }) => introduced(participant)),
      // Maybe it was the last by which the others know us.
      room.on('localTrackUnpublished', () => this.attributes.announce()),
      room.on('stateChanged', ({ state }) => {
        if (state === 'connected') this.#returned();
        if (state === 'reconnecting') this.#interrupted();
      }),
      // Somebody is back, or is seen over another connection: it may have taken with it what we said.
      room.on('trackReplaced', () => room.state === 'connected' && this.#settling.disturb()),
      room.on('participantLeft', ({ participant }) => queueMicrotask(() => {
        // Who leaves parts from everybody, and is told that they left themselves.
        if (room.state !== 'disconnected') this.#parts.forEach((part) => part.parted(participant));
      })),
    ];
    return () => this.#over();
  }

  take(from: string, participant: RemoteParticipant, data: ArrayBuffer): void {
    const inside = unwrap(data);
    if (!inside) return;
    const sender = { from, participant };
    if ('piece' in inside) this.files.takePiece(sender, inside.piece);
    else this.#parts.forEach((part) => part.take(sender, inside.words));
  }

  #over(): void {
    this.#stops.forEach((stop) => stop());
    this.#settling.end();
    this.#parts.forEach((part) => part.over());
  }

  /** Maybe on another server. */
  #returned(): void {
    this.introduction.forget();
    this.#disturbed();
  }

  #interrupted(): void {
    this.#settling.hold();
    this.chat.interrupted();
  }

  #disturbed(): void {
    this.#settling.disturb();
    this.attributes.announce();
  }

  async #settled(most?: number): Promise<void> {
    this.#check();
    // What was never used is opened by what is said first, and nobody hears that.
    if (!this.#hasSaid) await this.#say({ is: 'hello' });
    await this.#settling.wait(most);
    this.#stay.throwIfAborted();
  }

  async #say(words: Words): Promise<void> {
    const envelope = wrap(words);
    if (!envelope) throw invalidArgument('expected JSON, of 59,000 bytes at most; more goes as a file, or as data');
    await this.#send(envelope);
  }

  async #send(envelope: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#check();
    await this.#host.send(envelope, this.#stay);
    if (this.#hasSaid || this.#stay.aborted) return;
    this.#hasSaid = true;
    this.#settling.disturb();
  }

  #check(): void {
    this.#stay.throwIfAborted();
    if (this.#host.room.state !== 'disconnected') return;
    throw new JanusError('join the room first', { code: 'invalid-state', retryable: false });
  }
}

const exchanges = new WeakMap<AbortSignal, Exchange>();

function exchangeOf(host: Host, stay: AbortSignal): Exchange {
  const exchange = exchanges.get(stay) ?? new Exchange(host, stay);
  exchanges.set(stay, exchange);
  return exchange;
}

/** That of what goes with a stay; what was loaded for it may have come too late. */
function within(host: Host, stay: AbortSignal): Exchange {
  stay.throwIfAborted();
  return exchangeOf(host, stay);
}

/** Lasts as long as the call. @internal */
export const exchange = (host: Host): (() => void) => exchangeOf(host, host.stay()).begin();

/** Something of an exchange arrived. @internal */
export function takeEnvelope(host: Host, [from, participant, data]: [string, RemoteParticipant, ArrayBuffer], stay: AbortSignal): void {
  // After leaving, nobody waits for it.
  if (!stay.aborted) exchangeOf(host, stay).take(from, participant, data);
}

/** They hold beyond the stay. @internal */
export function setAttributes(host: Host, changes: unknown): void {
  exchangeOf(host, host.stay()).attributes.set(changes);
}

/** As it is by now: what was asked before is done. @internal */
export function setHandRaised(host: Host, raised: boolean): void {
  if (raised !== host.room.localParticipant.isHandRaised) setAttributes(host, { hand: raised ? new Date().toISOString() : null });
}

/** @internal */
export function setMetadata(host: Host, metadata: unknown, stay: AbortSignal): Promise<void> {
  return within(host, stay).introduction.set(metadata);
}

/** @internal */
export function sendChatMessage(host: Host, text: unknown, stay: AbortSignal): Promise<ChatMessage> {
  return within(host, stay).chat.send(text);
}

/** @internal */
export function request(
  host: Host,
  [participant, method, payload, options]: [RemoteParticipant, unknown, unknown, RequestOptions],
  stay: AbortSignal,
): Promise<unknown> {
  if (!(participant instanceof RemoteParticipant)) throw invalidArgument('participant: expected one of remoteParticipants');
  const { requests } = within(host, stay);
  const isHere = host.room.remoteParticipants.get(participant.id) === participant;
  // In a room that was left nobody is.
  if (!isHere && host.room.state !== 'disconnected') throw gone();
  return requests.ask(participant, method, payload, options);
}

/** @internal */
export function sendFile(host: Host, [file, options]: [unknown, FileOptions], stay: AbortSignal): Promise<void> {
  return within(host, stay).files.send(file, options);
}
