import { Emitter, JanusError, internal } from '../index.js';
import type { Abortable, EventNames } from '../events.js';
import type { Id } from '../types.js';
import type { VideoRoom } from './admin.js';
import { encode } from './requests.js';
import { Side, mayHaveExecuted } from './side.js';
import type {
  LinkPublisherOptions,
  LinkState,
  Metadata,
  PublisherInfo,
  RemotePublisher,
  RemoteStream,
  StreamInfo,
} from './types.js';

/** Events of a link. */
export interface LinkEventMap {
  /** It stands elsewhere; with `ended`, because of this error if something went wrong. */
  stateChanged: { state: LinkState; error?: JanusError | undefined };
}

const EVENTS: EventNames<LinkEventMap> = { stateChanged: 0 };

/** What the other room is told, until it is told something else. */
interface Shown {
  display: string | undefined;
  metadata: Metadata | undefined;
  streams: RemoteStream[];
}

/** How long taking a link away may take, ms: one of the servers may be away. */
const GOODBYE = 5_000;

const GONE = ['room-not-found', 'feed-not-found'];

/** What a server says of something that is gone already. */
const isGone = (error: unknown): boolean => error instanceof JanusError && GONE.includes(error.code);

/** Worth waiting for: the connection is made again by itself. */
const isPassing = (error: unknown): boolean =>
  error instanceof JanusError && ['connection-lost', 'session-not-found'].includes(error.code);

const CODECS = { audio: 'opus', video: 'vp8', data: undefined };

/** Since when servers take profiles as text. */
const PROFILES = 1201;

/** A stream as another server has to be told of it. That numbers streams anew, by their place: their mids are theirs. */
function remoteStream(stream: StreamInfo, before: RemoteStream | undefined, version: number): RemoteStream {
  const { mindex, type, description, stereo, fec, dtx, h264Profile, vp9Profile, simulcast, svc } = stream;
  // Said in any case: what is left out stays as it was.
  const disabled = stream.disabled ?? false;
  // Of a disabled one no more is told than that: it is what it was.
  if (disabled && before?.type === type) return { ...before, ...(description !== undefined && { description }), disabled };
  // Without anything before, the codec is a guess.
  const { codec = CODECS[type], audiolevelExtId, videoorientExtId, playoutdelayExtId } = stream;
  const profiles = version >= PROFILES ? { h264Profile, vp9Profile } : {};
  const extensions = { audiolevelExtId, videoorientExtId, playoutdelayExtId };
  const rest = { description, disabled, stereo, fec, dtx, ...profiles, simulcast, svc, ...extensions };
  return { mid: String(mindex), mindex, type, codec, ...rest };
}

/** What the other server never changes of a stream it has. */
const LASTING = ['type', 'codec', 'simulcast', 'svc', 'h264Profile', 'vp9Profile'] as const;

/** Whether a stream has become another, which only a new copy can be. */
const isAnother = (was: RemoteStream, is: RemoteStream): boolean =>
  was.mindex === is.mindex && LASTING.some((name) => (was[name] ?? false) !== (is[name] ?? false));

/** What was shown and is no more; the other server would keep it as it was. */
const ended = (stream: RemoteStream): RemoteStream => ({ ...stream, disabled: true });

/**
 * A publisher of a room on one Janus, shown in a room on another. It follows what the publisher does, and takes itself
 * away when either end goes.
 */
export class PublisherLink extends Emitter<LinkEventMap> {
  readonly #options: LinkPublisherOptions;
  readonly #from: Side;
  readonly #to: Side;
  readonly #remoteId: string;
  #state: LinkState = 'linking';
  /** The publisher as the source knows it; nothing while it does not publish. */
  #source: PublisherInfo | undefined;
  /** Where the other room awaits it, and what it was told. */
  #remote: (RemotePublisher & { shown: Shown }) | undefined;
  #forwarded = false;
  /** The source was asked to forward, and nobody knows whether it does. */
  #forwarding = false;
  /** The other room was asked to add it, and nobody knows whether it did. */
  #adding = false;
  /** Calls off what is asked, once it is to end. */
  readonly #stop = new AbortController();
  /** One of the servers was away, and may have forgotten. */
  #unsure = false;
  /** What the publisher did meanwhile was told to nobody. */
  #missed = false;
  /** Why it is to end. */
  #ending: { error?: JanusError | undefined } | undefined;
  /** Why something may have been left behind. */
  #failed: JanusError | undefined;
  /** One step at a time. */
  #queue: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(rooms: VideoRoom, options: LinkPublisherOptions) {
    super(EVENTS);
    const { room, pin, token, to } = options;
    // As the servers' ids are kept.
    this.#options = { ...options, publisherId: internal.normalizeId(options.publisherId) };
    this.#remoteId = `link-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    const heard = {
      changed: () => this.#look(),
      gone: (error?: JanusError) => this.#end(error),
      again: () => this.#look(true),
    };
    const again = (renewed: boolean): void => {
      // A server that forgot us forgot the publisher too, who may be on the way back.
      this.#missed = !renewed;
      this.#look(true);
    };
    this.#from = new Side(rooms, { room, pin, token }, { ...heard, again });
    this.#to = new Side(to.rooms, { room: to.room, pin: to.pin, token: to.token }, heard);
  }

  /** @internal */
  static async open(rooms: VideoRoom, options: LinkPublisherOptions & Abortable): Promise<PublisherLink> {
    check(rooms, options);
    options.signal?.throwIfAborted();
    const link = new PublisherLink(rooms, options);
    const opened = PublisherLink.#open(link, options);
    return internal.abortable(opened, options.signal, (late) => late.close());
  }

  static async #open(link: PublisherLink, options: LinkPublisherOptions): Promise<PublisherLink> {
    try {
      await Promise.all([link.#from.enter(), link.#to.enter()]);
      link.#source = link.#from.publishers.get(link.#options.publisherId);
      if (!link.#source) throw absent(options);
      const made = link.#queue.then(() => link.#step());
      link.#queue = made.catch(() => undefined);
      await made;
      if (link.#ending) throw absent(options);
      return link;
    } catch (error) {
      // What is under way is called off when one of the ends goes: that is the reason.
      const ending = link.#ending;
      await link.close().catch(() => undefined);
      throw ending ? (ending.error ?? absent(options)) : error;
    }
  }

  /** Where it stands. */
  get state(): LinkState {
    return this.#state;
  }

  /** The participant id in the other room. */
  get id(): Id {
    return this.#remote?.id ?? this.#options.to.id ?? this.#options.publisherId;
  }

  /** Takes the publisher out of the other room again. Rejects if something of it may have been left behind. */
  async close(): Promise<void> {
    this.#end();
    await this.#queue;
    if (this.#failed) throw this.#failed;
  }

  #stand(state: LinkState, error?: JanusError): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('stateChanged', { state, error });
  }

  #end(error?: JanusError): void {
    this.#ending ??= { error };
    this.#stop.abort();
    this.#later();
  }

  /** Something happened in one of the rooms; `again`: one of the servers was away. */
  #look(again = false): void {
    this.#unsure ||= again;
    if (this.#ending) return;
    const { publisherId } = this.#options;
    this.#source = this.#from.publishers.get(publisherId);
    const away = !this.#from.isIn || !this.#to.isIn;
    if (away) return this.#stand('waiting');
    if (this.#from.left.has(publisherId)) return this.#end();
    // Somebody sent the copy out of the other room.
    if (this.#remote && this.#to.left.has(this.#remote.id)) {
      this.#remote = undefined;
      return this.#end();
    }
    this.#later();
  }

  #later(): void {
    this.#queue = this.#queue.then(() => this.#step()).catch((error: JanusError) => {
      // It is tried again when the connection is back.
      if (isPassing(error) && !this.#ending) return;
      this.#ending ??= { error };
      this.#stop.abort();
      return this.#takeAway();
    });
  }

  /** From what is to what should be. */
  async #step(): Promise<void> {
    if (this.#state === 'ended') return;
    if (this.#ending) return this.#takeAway();
    if (this.#unsure) await this.#verify();
    if (this.#ending) return;
    if (!this.#source) {
      await this.#remove();
      return this.#stand('waiting');
    }
    await this.#show(this.#source);
    await this.#forward();
    this.#stand('linked');
  }

  /** What the servers still have of what they had. */
  async #verify(): Promise<void> {
    const { room, secret, publisherId, to } = this.#options;
    this.#unsure = false;
    const { id } = this;
    const { signal } = this.#stop;
    if (this.#remote && !(await this.#to.rooms.listParticipants(to.room, { signal })).some((who) => who.id === id)) {
      this.#remote = undefined;
      this.#forwarded = false;
    }
    if (this.#forwarded && this.#source) {
      const remotes = await this.#from.rooms.listRemotes({ room, secret, publisherId, signal });
      this.#forwarded = remotes.some(({ remoteId }) => remoteId === this.#remoteId);
    }
    if (this.#missed && !this.#source) {
      const people = await this.#from.rooms.listParticipants(room, { signal });
      if (!people.some((who) => who.id === publisherId)) return this.#end();
    }
    this.#missed = false;
  }

  async #show(source: PublisherInfo): Promise<void> {
    const { to } = this.#options;
    const { serverVersion } = this.#to.rooms;
    const known = this.#remote?.shown.streams ?? [];
    const streams = source.streams
      .map((stream) => remoteStream(stream, known.find(({ mindex }) => mindex === stream.mindex), serverVersion))
      .sort((one, other) => one.mindex - other.mindex);
    const metadata = serverVersion >= 1300 ? source.metadata : undefined;
    const shown = { display: to.display ?? source.display, metadata, streams };
    if (known.some((was) => streams.some((is) => isAnother(was, is)))) await this.#remove();
    return this.#remote ? this.#update(this.#remote, shown) : this.#add(shown);
  }

  async #add(shown: Shown): Promise<void> {
    const { to } = this.#options;
    const { signal } = this.#stop;
    // A copy that was left behind, by a page that is gone for example, is in the way.
    if (to.replace || this.#adding) await this.#expel(signal);
    this.#adding = true;
    const adding = this.#to.rooms.addRemotePublisher({ ...this.#there(signal), ...shown, ...relay(to) });
    const added = await adding.catch((error: unknown) => {
      this.#adding = mayHaveExecuted(error);
      throw error;
    });
    this.#adding = false;
    this.#remote = { ...added, shown };
    this.#to.left.delete(added.id);
    this.#forwarded = false;
    await this.#to.here(added.id, signal);
  }

  async #update(remote: { shown: Shown }, shown: Shown): Promise<void> {
    const known = remote.shown.streams;
    const before = new Set(known.map((stream) => JSON.stringify(stream)));
    const over = known.filter(({ mindex }) => !shown.streams.some((stream) => stream.mindex === mindex)).map(ended);
    const told = [...shown.streams, ...over];
    const changed = told.filter((stream) => !before.has(JSON.stringify(stream)));
    const named = ({ display, metadata }: Shown): string => internal.stringify([display, metadata]);
    const renamed = named(shown) !== named(remote.shown);
    if (changed.length === 0 && !renamed) return;
    const update = (streams: RemoteStream[]): Promise<void> =>
      this.#to.rooms.updateRemotePublisher({ ...this.#there(this.#stop.signal), ...shown, streams });
    // A name alone is told to nobody there. It goes along with the description of a stream, if that is a new one, which
    // it always is of a stream without.
    const [first] = told;
    if (renamed && first && told.every(({ description }) => description !== undefined)) {
      await update([{ ...first, description: `${first.description} ` }]);
    }
    await update(renamed ? told : changed);
    remote.shown = { ...shown, streams: told };
  }

  /** The copy, as the other server knows it. */
  #there(signal: AbortSignal): { room: Id; secret: string | undefined; id: Id; signal: AbortSignal } {
    const { room, secret } = this.#options.to;
    return { room, secret, id: this.id, signal };
  }

  #expel(signal: AbortSignal): Promise<void> {
    const remove = (): Promise<void> => this.#to.rooms.removeRemotePublisher(this.#there(signal));
    return this.#to.expel(this.id, remove, signal).catch(ignoreGone);
  }

  async #forward(): Promise<void> {
    if (this.#forwarded || !this.#remote) return;
    const { room, secret, adminKey, publisherId, to } = this.#options;
    const { host, hostFamily, srtpSuite, srtpCrypto } = to;
    const { port, rtcpPort } = this.#remote;
    await this.#unforward();
    const { signal } = this.#stop;
    const copy = { room, secret, adminKey, publisherId, remoteId: this.#remoteId, signal };
    this.#forwarding = true;
    await this.#from.rooms.publishRemotely({ ...copy, host, hostFamily, port, rtcpPort, srtpSuite, srtpCrypto });
    this.#forwarded = true;
  }

  async #unforward(signal: AbortSignal = this.#stop.signal): Promise<void> {
    const { room, secret, publisherId } = this.#options;
    const copy = { room, secret, publisherId, remoteId: this.#remoteId, signal };
    await this.#from.rooms.unpublishRemotely(copy).catch(ignoreGone);
    this.#forwarded = false;
    this.#forwarding = false;
  }

  async #remove(signal: AbortSignal = this.#stop.signal): Promise<void> {
    if (!this.#remote && !this.#adding) return;
    await this.#to.here(this.id, signal);
    await this.#expel(signal);
    this.#remote = undefined;
    this.#adding = false;
    this.#forwarded = false;
  }

  /** As much of it as can be reached within a while. What is asked of a server that is away, it hears when it is back. */
  async #takeAway(): Promise<void> {
    const { error } = this.#ending!;
    const signal = AbortSignal.timeout(GOODBYE);
    const forwards = this.#forwarded || this.#forwarding;
    const forwarding = forwards ? patiently(() => this.#unforward(signal)) : Promise.resolve();
    const results = await Promise.allSettled([forwarding, patiently(() => this.#remove(signal))]);
    const leaving = Promise.allSettled([this.#from.leave(), this.#to.leave()]);
    await internal.abortable(leaving, signal).catch(() => undefined);
    const failed = results.find((result) => result.status === 'rejected')?.reason as unknown;
    this.#failed = failed === undefined || failed instanceof JanusError ? failed : unreached();
    this.#stand('ended', error ?? this.#failed);
  }
}

/** What the connection took with it is asked once more, and waits for the next. */
async function patiently(ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!isPassing(error)) throw error;
    await ask();
  }
}

const absent = ({ publisherId }: LinkPublisherOptions): JanusError =>
  new JanusError(`publisher ${String(publisherId)} does not publish in this room`, { code: 'feed-not-found', retryable: false });

const unreached = (): JanusError =>
  new JanusError('one of the servers could not be reached: what it holds of the link may be left behind', {
    code: 'timeout',
    retryable: false,
  });

/** How the other server is to receive it. */
function relay({ iface, mcast, port, srtpSuite, srtpCrypto }: LinkPublisherOptions['to']): object {
  return { iface, mcast, port, srtpSuite, srtpCrypto };
}

const OPTIONS = 'room secret adminKey publisherId pin token to signal';
const TARGET = 'rooms room secret pin token host hostFamily id display port iface mcast replace srtpSuite srtpCrypto';

/** What the requests' own checks would see too late: when something was made already. */
function check(from: VideoRoom, options: LinkPublisherOptions): void {
  const { room, publisherId, pin, token, to } = options ?? {};
  const wrong = (name: string, words: string): Error => internal.invalidArgument(`${name} must be ${words}`);
  for (const [name, id] of Object.entries({ room, publisherId, 'to.room': to?.room })) {
    if (!internal.isId(id)) throw wrong(name, internal.ID_WORDS);
  }
  for (const [path, given, known] of [['', options, OPTIONS], ['to.', to, TARGET]] as const) {
    const unknown = Object.keys(given).find((name) => !known.split(' ').includes(name));
    if (unknown !== undefined) throw internal.invalidArgument(`there is no option ${path}${unknown}`);
  }
  if (typeof to.rooms?.addRemotePublisher !== 'function') throw wrong('to.rooms', 'a VideoRoom');
  if (typeof to.host !== 'string') throw wrong('to.host', 'a string');
  if (!['undefined', 'boolean'].includes(typeof to.replace)) throw wrong('to.replace', 'true or false');
  encode('joinPublisher', { room, pin, token }, from.serverVersion);
  encode('joinPublisher', { room: to.room, pin: to.pin, token: to.token }, to.rooms.serverVersion);
  const { secret, adminKey } = options;
  const { host, hostFamily, srtpSuite, srtpCrypto } = to;
  const there = { room: to.room, secret: to.secret, id: to.id ?? publisherId, display: to.display };
  const stream = { mid: '0', mindex: 0, type: 'audio', codec: 'opus' };
  encode('addRemotePublisher', { ...there, streams: [stream], ...relay(to) }, to.rooms.serverVersion);
  const copy = { room, secret, adminKey, publisherId, remoteId: 'link', host, hostFamily, port: 1, srtpSuite, srtpCrypto };
  encode('publishRemotely', copy, from.serverVersion);
}

function ignoreGone(error: unknown): void {
  if (!isGone(error)) throw error;
}

