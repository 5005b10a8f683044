import type { RoomCore } from '../../pkg/janus.js';
import { FLAG, check, checked, optionText } from './checks.js';
import { invalidArgument } from './errors.js';
import { parse, stringify } from './json.js';
import type { LivePort } from './live.js';
import type { Attributes, ChatMessage, FileOptions, RequestOptions } from './exchange/types.js';
import type { LocalTrackPublication, RemoteTrackPublication, TrackPublication } from './publication.js';
import { LocalTrack } from './track.js';
import type {
  CameraOptions,
  ConnectionQuality,
  DataOptions,
  Id,
  MicrophoneOptions,
  TrackPublishOptions,
  ScreenOptions,
  TrackKind,
  TrackSource,
} from './types.js';
import type { Metadata } from './videoroom/types.js';

/** Somebody in the room. */
export class Participant {
  /** @internal */
  _id: Id | undefined;
  /** @internal */
  _display: string;
  /** @internal What the server said last of whether they speak. */
  _announced: boolean | undefined;
  /**
   * Whether speaking now: as the server says in rooms that announce it (`audiolevel_event`), otherwise as we hear it.
   * Whoever is muted does not.
   */
  readonly isSpeaking: boolean = false;
  /** How loud, 0 (silence) to 1 (as loud as can be), on a scale that follows the ear; of what is received, and of us. */
  readonly audioLevel: number = 0;
  /** What they say of themselves to everybody; see `setAttributes()`. The words are theirs: text, never HTML. */
  readonly attributes: Attributes = {};
  /**
   * What the server passes on of them, whatever page they use; `undefined` before Janus 1.3.0 and for those who said
   * nothing. The words are theirs: text, never HTML.
   */
  readonly metadata: Metadata | undefined = undefined;
  /** How well media gets through. */
  readonly connectionQuality: ConnectionQuality = 'excellent';
  /** @internal */
  readonly _publications = new Map<string, TrackPublication>();

  /** @internal */
  constructor(id: Id | undefined, display: string) {
    this._id = id;
    this._display = display;
  }

  /** The participant's id in the room; one's own is not known before joining. */
  get id(): Id | undefined {
    return this._id;
  }

  /** The name shown to people. */
  get display(): string {
    return this._display;
  }

  /** @internal */
  _setMetadata(text: unknown): void {
    (this as { metadata: Metadata | undefined }).metadata = typeof text === 'string' ? (parse(text) as Metadata) : undefined;
  }

  /** Whether this is us. */
  get isLocal(): boolean {
    return false;
  }

  /** What is published, by mid. */
  get publications(): ReadonlyMap<string, TrackPublication> {
    return this._publications;
  }

  /** Whether the hand is raised: the attribute `hand`. */
  get isHandRaised(): boolean {
    return 'hand' in this.attributes;
  }

  /** Whether a camera is published and not muted. */
  get isCameraEnabled(): boolean {
    return this.#isEnabled('camera', 'video');
  }

  /** Whether a microphone is published and not muted. */
  get isMicrophoneEnabled(): boolean {
    return this.#isEnabled('microphone', 'audio');
  }

  /** Clients that do not say what they send are taken at the kind of it. */
  #isEnabled(source: TrackSource, kind: TrackKind): boolean {
    const all = [...this._publications.values()].filter((publication) => publication.kind === kind);
    const named = all.filter((publication) => publication.source === source);
    const unnamed = all.filter((publication) => publication.source === 'unknown');
    return (named.length > 0 ? named : unnamed).some((publication) => !publication.isMuted);
  }
}

/** Somebody else. */
export class RemoteParticipant extends Participant {
  override get publications(): ReadonlyMap<string, RemoteTrackPublication> {
    return this._publications as Map<string, RemoteTrackPublication>;
  }

  override get id(): Id {
    return this._id as Id;
  }

}

/** @internal */
export function checkMetadata(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalidArgument('metadata: expected an object');
  }
  if ('attributes' in metadata) throw invalidArgument('metadata.attributes: these are set by setAttributes()');
}

/** What can be sent to the room: text or bytes. */
export type DataPayload = string | ArrayBuffer | ArrayBufferView;

type Send = (data: DataPayload, options: DataOptions) => Promise<void>;

/** Us. */
export class LocalParticipant extends Participant {
  readonly #core: () => Promise<RoomCore>;
  readonly #send: Send;
  readonly #live: LivePort;

  /** @internal What the server was told of us last. */
  _introduced: string | undefined;

  /** @internal */
  constructor(core: () => Promise<RoomCore>, send: Send, live: LivePort) {
    super(undefined, '');
    this.#live = live;
    this.#core = core;
    this.#send = send;
  }

  override get isLocal(): boolean {
    return true;
  }

  /** @internal Takes what the page says of us, and gives what the server is told. */
  _introduce(metadata: Metadata | null | undefined): object {
    if (metadata !== undefined && metadata !== null) checkMetadata(metadata);
    this._setMetadata(metadata && stringify(metadata));
    const words = { ...this.metadata, attributes: this.attributes };
    this._introduced = stringify(words);
    return words;
  }

  override get publications(): ReadonlyMap<string, LocalTrackPublication> {
    return this._publications as Map<string, LocalTrackPublication>;
  }

  /** @internal */
  _withKey(key: unknown): LocalTrackPublication | undefined {
    return [...this.publications.values()].find(({ _key }) => _key === key);
  }

  /**
   * Opens the camera, or releases it (its light goes out) while its publication stays. Called again before it is done,
   * the last wish wins; off is off at once, whatever the browser still asks. Rejects with `moderated` if a moderator
   * muted it: nobody sees it then.
   */
  async setCameraEnabled(enabled: boolean, options?: CameraOptions): Promise<void> {
    check('enabled', FLAG, enabled);
    const text = optionText('camera', options);
    const core = await this.#core();
    await core.switch('camera', enabled, text);
    this.#checkModerated('camera', enabled);
  }

  /**
   * Unmutes or mutes the microphone, which is opened when needed and kept while muted. Rejects with `moderated` if a
   * moderator muted it: nobody hears it then.
   */
  async setMicrophoneEnabled(enabled: boolean, options?: MicrophoneOptions): Promise<void> {
    check('enabled', FLAG, enabled);
    const text = optionText('microphone', options);
    const core = await this.#core();
    await core.switch('microphone', enabled, text);
    this.#checkModerated('microphone', enabled);
  }

  /**
   * Shares a screen, a window or a tab, with its sound where the browser gives it; or no longer. The person chooses
   * what; rejects with the browser's `DOMException` if nothing. Has to be called in a click. Each start and stop takes a
   * negotiation, unless `join({ reserveScreen: true })` holds a place ready.
   */
  async setScreenShareEnabled(enabled: boolean, options?: ScreenOptions, publishing?: TrackPublishOptions): Promise<void> {
    check('enabled', FLAG, enabled);
    const text = optionText('screen', options);
    const publishingText = optionText('publishing', publishing);
    const core = await this.#core();
    await core.switch('screen', enabled, text, publishingText);
  }

  /**
   * Publishes a track: of a further camera, a canvas, an element. It stays the page's: leaving does not stop it. One of
   * `createLocalTracks()` is switched like one the room opened.
   * Resolves when the server has it; a track that is published already keeps its publication.
   *
   * @example
   * const [track] = canvas.captureStream(15).getVideoTracks();
   * await room.localParticipant.publishTrack(track, { name: 'Whiteboard', contentHint: 'detail' });
   */
  async publishTrack(track: LocalTrack | MediaStreamTrack, options: TrackPublishOptions = {}): Promise<LocalTrackPublication> {
    const media = track instanceof LocalTrack ? track.mediaStreamTrack : track;
    if (!(media instanceof MediaStreamTrack)) throw invalidArgument('track: expected a track');
    const { source = track instanceof LocalTrack ? track.source : undefined, ...rest } = checked('publishing', options ?? {}, '');
    const text = stringify(source === undefined ? rest : { ...rest, source });
    const device = track instanceof LocalTrack ? track._device : undefined;
    const core = await this.#core();
    const publication = this._withKey(await core.publish(media, text, device));
    if (!publication) throw invalidArgument('track: it was unpublished meanwhile');
    return publication;
  }

  /** Publishes a track no longer; the same as `unpublish()` of its publication. */
  unpublishTrack(track: LocalTrack | MediaStreamTrack): void {
    const media = track instanceof LocalTrack ? track.mediaStreamTrack : track;
    if (!(media instanceof MediaStreamTrack)) throw invalidArgument('track: expected a track');
    // In the order of the calls. Without a core nothing is published.
    this.#core().then((core) => core.unpublishTrack(media)).catch(() => undefined);
  }

  /**
   * Sends data to everybody in the room: text or bytes, up to 64 MiB. Resolves when the browser has all of it on its
   * way; waits while too much is. Janus broadcasts data: everybody in the room can read it.
   *
   * @example
   * await room.localParticipant.sendData('hello');
   */
  async sendData(data: DataPayload, options: DataOptions = {}): Promise<void> {
    await this.#send(data, checked('sending', options ?? {}, ''));
  }

  /**
   * Says something else about oneself, in place of what `join({ metadata })` said, to every kind of page. Rejects with
   * `unsupported` before Janus 1.3.0; attributes work with every server.
   *
   * @example
   * await room.localParticipant.setMetadata({ seat: 12 });
   */
  setMetadata(metadata: Metadata): Promise<void> {
    return this.#live.ask('setMetadata', metadata);
  }

  /**
   * Says words about oneself to everybody, whoever comes later as well: those given are set, `null` takes one away. They
   * stay until they are changed, in the next call of this room too. From Janus 1.3.0 on they are metadata (`attributes`);
   * before, they need a way for data, which is opened if there is none.
   *
   * @example
   * await room.localParticipant.setAttributes({ language: 'pt', seat: null });
   */
  setAttributes(changes: Readonly<Record<string, string | null>>): Promise<void> {
    return this.#live.ask('setAttributes', changes);
  }

  /** Raises or lowers the hand: the attribute `hand`, with the time it was raised (ISO 8601), so that hands have an order. */
  async setHandRaised(raised: boolean): Promise<void> {
    check('raised', FLAG, raised);
    await this.#live.ask('setHandRaised', raised);
  }

  /**
   * Writes to everybody who is in the room, up to 16,384 characters. Resolves with what the others get, when it is on its
   * way, which does not prove that anybody got it. Nothing is kept for those who come later. Join with `data: true`: else
   * the first message opens the way, and takes some seconds.
   *
   * @example
   * show(await room.localParticipant.sendChatMessage('hello'));
   * room.on('chatMessage', ({ message }) => show(message));
   */
  sendChatMessage(text: string): Promise<ChatMessage> {
    return this.#live.ask('sendChatMessage', text);
  }

  /**
   * Asks somebody's page, and resolves with its answer: `room.onRequest()` there. Payload and answer are JSON: functions,
   * symbols and what else has none are refused. Janus broadcasts data: everybody in the room can read both.
   *
   * Rejects with a {@link JanusError}: `timeout`, `participant-left`, `unsupported` (nobody answers that there),
   * `request-failed` (whoever does could not), `aborted` (we left).
   *
   * @example
   * const level = await room.localParticipant.request(bob, 'battery');
   */
  async request(participant: RemoteParticipant, method: string, payload?: unknown, options: RequestOptions = {}): Promise<unknown> {
    return this.#live.ask('request', [participant, method, payload, checked('request', options ?? {}, '')]);
  }

  /**
   * Sends a file to everybody who is in the room, up to 256 MiB; see the event `fileOffered`. Resolves when the browser
   * has all of it on its way, which does not prove that anybody got it. Other data goes on meanwhile; of files, eight are under way at a time, with 256 MiB together.
   * Rejects with `aborted` if the room is left meanwhile.
   *
   * @example
   * await room.localParticipant.sendFile(input.files[0], { onProgress: ({ sent, size }) => (bar.value = sent / size) });
   */
  async sendFile(file: Blob, options: FileOptions = {}): Promise<void> {
    await this.#live.ask('sendFile', [file, checked('file', options ?? {}, '')]);
  }

  #checkModerated(source: TrackSource, enabled: boolean): void {
    if (enabled) [...this.publications.values()].find((one) => one.source === source)?._checkModerated();
  }
}
