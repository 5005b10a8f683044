import type { PublicationCore, RoomCore } from '../../pkg/janus.js';
import { FLAG, OBJECT, check, checked } from './checks.js';
import { canInsertDTMF, insertDTMF, type ToneOptions } from './dtmf.js';
import { JanusError, invalidArgument } from './errors.js';
import { stringify } from './json.js';
import type { LocalParticipant, Participant, RemoteParticipant } from './participant.js';
import { LocalTrack, type RemoteTrack } from './track.js';
import type { TrackPublishOptions, TrackKind, TrackSource } from './types.js';

/** @internal A stream as the core tells it. */
export interface PublicationFields {
  mid: string;
  key?: number;
  kind: TrackKind;
  source: TrackSource;
  name?: string;
  muted: boolean;
  moderated: boolean;
}

/** What there is too little of: of the network, or of the processor. */
export type Limitation = 'bandwidth' | 'cpu';

/** A stream somebody publishes. */
export class TrackPublication {
  readonly kind: TrackKind;
  readonly source: TrackSource;
  readonly participant: Participant;
  /** @internal */
  _mid: string;
  /** @internal */
  _name: string | undefined;
  /** @internal */
  _muted: boolean;
  /** @internal */
  _moderated: boolean;
  /** @internal */
  _track: LocalTrack | RemoteTrack | undefined;
  /** @internal */
  _limitation: Limitation | undefined;

  /** @internal */
  constructor(participant: Participant, fields: PublicationFields) {
    this.participant = participant;
    this._mid = fields.mid;
    this.kind = fields.kind;
    this.source = fields.source;
    this._name = fields.name;
    this._muted = fields.muted;
    this._moderated = fields.moderated;
  }

  /**
   * The m-line's mid, unique within the participant. One's own may change when a peer connection is made anew, and is
   * one that no m-line has while nothing of it is sent there.
   */
  get mid(): string {
    return this._mid;
  }

  /** What its owner calls it; for clients that are not ours, their words about it. */
  get name(): string | undefined {
    return this._name;
  }

  /** Whether its owner, or a moderator, muted it. */
  get isMuted(): boolean {
    return this._muted || this._moderated;
  }

  /** Whether a moderator muted it: nobody receives it, whatever its owner does, until a moderator unmutes it. */
  get isModerated(): boolean {
    return this._moderated;
  }

  /** What can be played; not there before it arrives. */
  get track(): LocalTrack | RemoteTrack | undefined {
    return this._track;
  }

  /** Why less of it is sent or received than there could be, if adapting ({@link RoomOptions.adaptive}) saw to that. */
  get limitation(): Limitation | undefined {
    return this._limitation;
  }
}

/** What is in force for a track of ours, as the browser has it. */
export interface PublishSettings {
  /** The codec that is sent; not known before the negotiation. */
  codec: string | undefined;
  /** The encodings that are sent, best first. */
  encodings: readonly RTCRtpEncodingParameters[];
  /** The parameters of the codec, for Opus `usedtx=1` and the like. */
  codecParameters: string | undefined;
  degradationPreference: RTCDegradationPreference | undefined;
  contentHint: string;
  /** The size and rate of the picture, or the properties of the sound, as captured. */
  capture: MediaTrackSettings;
}

/** A device that is not opened now is to be there all the same; pages that may not know their devices' ids are trusted. */
async function checkDevice(deviceId: string): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const ids = devices.map((device) => device.deviceId).filter((id) => id !== '');
  if (ids.length > 0 && !ids.includes(deviceId)) throw new DOMException('there is no such device', 'NotFoundError');
}

/** A stream of ours. It keeps its identity while its device is closed and opened again, and while another track is sent in its place. */
export class LocalTrackPublication extends TrackPublication {
  readonly #core: PublicationCore;
  /** The last that is under way. */
  #configuring: Promise<void> | undefined;
  /** @internal */
  readonly _key: number;

  /** @internal */
  constructor(participant: LocalParticipant, fields: PublicationFields, core: PublicationCore, track: LocalTrack) {
    super(participant, fields);
    this.#core = core;
    this._key = fields.key as number;
    this._track = track;
  }

  override get track(): LocalTrack {
    return this._track as LocalTrack;
  }

  /** The browser's sender, for transforms above all. Another takes its place when the peer connection is made anew. */
  get sender(): RTCRtpSender | undefined {
    return this.#core.transceiver?.sender;
  }

  /**
   * Ceases to send and tells the others; the device stays open. With `release` the device is closed too, if the library
   * opened it: its light goes out. Called again before it is done, the last wish wins.
   */
  async mute(options: { release?: boolean | undefined } = {}): Promise<void> {
    const { release } = checked('muting', options ?? {}, '');
    await this.#core.change(release ? 'release' : 'mute');
  }

  /**
   * Sends again; the device is opened if it was closed. Rejects with the browser's `DOMException` if it cannot be, and
   * with `moderated` if a moderator muted it too: then it is heard and seen as soon as a moderator unmutes it.
   */
  async unmute(): Promise<void> {
    await this.#core.change('unmute');
    this._checkModerated();
  }

  /** @internal */
  _checkModerated(): void {
    if (!this._moderated) return;
    throw new JanusError('a moderator muted this, and only a moderator can unmute it', { code: 'moderated', retryable: true });
  }

  /**
   * Sends another track of the same kind in its place, without negotiating anew; muted, when it is unmuted. It stays the
   * page's to stop.
   */
  async replaceTrack(track: LocalTrack | MediaStreamTrack): Promise<void> {
    const media = track instanceof LocalTrack ? track.mediaStreamTrack : track;
    if (!(media instanceof MediaStreamTrack) || media.kind !== this.kind) {
      throw invalidArgument(`track: expected ${this.kind === 'audio' ? 'an audio' : 'a video'} track`);
    }
    await this.#core.replace(media);
  }

  /**
   * Opens another camera or microphone in its place, without negotiating anew. If that fails, what was there goes on,
   * and it rejects with the browser's `DOMException`. A camera that is off stays off, and is the other one when it is
   * switched on.
   */
  async switchDevice(deviceId: string): Promise<void> {
    if (typeof deviceId !== 'string' || deviceId === '') throw invalidArgument('deviceId: expected the id of a device');
    if (this.isMuted) await checkDevice(deviceId);
    await this.#core.change('device', deviceId);
  }

  /**
   * Sends it in another way; what is left out stays as it is. What Opus does takes a negotiation; with another `codec`,
   * `simulcast` or `scalabilityMode` it moves to another m-line, where others meet it as a new stream. If it rejects,
   * everything is as before.
   *
   * @example
   * await publication.configure({ maxBitrate: 500_000, degradationPreference: 'maintain-resolution' });
   */
  async configure(options: TrackPublishOptions): Promise<void> {
    checked('publishing', options, '');
    if ((options?.source ?? this.source) !== this.source) throw invalidArgument('source: it stays what it is');
    const configure = async (): Promise<void> => {
      const merged = checked('publishing', { ...this.options, ...options });
      await this.#core.change('settings', stringify(merged));
    };
    // Each begins with what the one before made of it.
    const configured = this.#configuring ? this.#configuring.then(configure) : configure();
    const settled = configured.catch(() => undefined).then(() => {
      if (this.#configuring === settled) this.#configuring = undefined;
    });
    this.#configuring = settled;
    await configured;
  }

  /** What it is called: as before again, where the server refuses the offer that was to say so. */
  override get name(): string | undefined {
    return this.options.name;
  }

  /** What was asked for. */
  get options(): Readonly<TrackPublishOptions> {
    return JSON.parse(this.#core.settings) as TrackPublishOptions;
  }

  /** What is in force. */
  get settings(): PublishSettings {
    const media = this.track.mediaStreamTrack;
    const parameters = this.sender?.getParameters();
    const codec = parameters?.codecs?.[0];
    return {
      codec: codec?.mimeType.split('/')[1]?.toLowerCase(),
      codecParameters: codec?.sdpFmtpLine,
      encodings: parameters?.encodings ?? [],
      degradationPreference: parameters?.degradationPreference,
      contentHint: media.contentHint,
      capture: media.getSettings(),
    };
  }

  /** Whether DTMF tones can be sent; VideoRoom of Janus negotiates none, so that it is false there. */
  get canInsertDTMF(): boolean {
    return canInsertDTMF(this.sender);
  }

  /** Sends DTMF tones (W3C WebRTC, 7). Rejects with `unsupported` where {@link canInsertDTMF} is false. */
  insertDTMF(tones: string, options: ToneOptions = {}): Promise<void> {
    return insertDTMF(this.sender, tones, options);
  }

  /** Publishes it no longer. A device the room opened is closed. */
  unpublish(): void {
    this.#core.unpublish();
  }
}

/** How a stream is to come. */
export interface Layers {
  /** The most of spatial layers, of simulcast and SVC alike: 0 is the smallest, 2 the best; the best if left out. */
  spatial?: 0 | 1 | 2 | undefined;
  /** The most of temporal layers: 0 has the fewest pictures, 2 all; all if left out. */
  temporal?: 0 | 1 | 2 | undefined;
}

/** @internal */
export interface Terms extends Layers {
  paused?: boolean | undefined;
  minDelay?: number | undefined;
  maxDelay?: number | undefined;
}

/** Janus counts playout delays in 10 ms, up to 40 s. */
const DELAY_UNIT_MS = 10;
const MAX_DELAY_MS = 40_950;

function layer(name: string, value: unknown): void {
  if (value !== undefined && value !== 0 && value !== 1 && value !== 2) throw invalidArgument(`${name}: expected 0, 1 or 2`);
}

function delay(name: string, value: number | undefined, least = 0): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= least && value <= MAX_DELAY_MS)) {
    throw invalidArgument(`${name}: expected ${least} to ${MAX_DELAY_MS} ms`);
  }
  return Math.round(value / DELAY_UNIT_MS);
}

/** A stream of somebody else. Once it is published no longer, what is wished of it does nothing. */
export class RemoteTrackPublication extends TrackPublication {
  declare readonly participant: RemoteParticipant;
  readonly #core: () => RoomCore;
  #subscribed: boolean;
  #terms: Terms = {};
  /**
   * Whether nothing comes of it although it should, for some three seconds now: of still pictures, for ten. Or what comes
   * makes no picture, for five, where it is attached and can be seen.
   */
  readonly isStalled: boolean = false;
  /** @internal What adapting leaves of what the page asked for. */
  _bound: ((terms: Terms) => Terms) | undefined;
  /** @internal Whether it is paused, by whomever. */
  _isHeld = false;
  /** @internal */
  readonly _layer: { spatial: number | undefined; temporal: number | undefined } = { spatial: undefined, temporal: undefined };

  /** @internal */
  constructor(participant: RemoteParticipant, fields: PublicationFields, core: () => RoomCore, subscribed: boolean) {
    super(participant, fields);
    this.#core = core;
    this.#subscribed = subscribed;
  }

  override get track(): RemoteTrack | undefined {
    return this._track as RemoteTrack | undefined;
  }

  /** Whether it is to be received. */
  get isSubscribed(): boolean {
    return this.#subscribed;
  }

  /** Whether the page paused it. */
  get isPaused(): boolean {
    return this.#terms.paused ?? false;
  }

  /** What was asked for. */
  get layers(): Readonly<Layers> {
    const { spatial, temporal } = this.#terms;
    return { spatial, temporal };
  }

  /** What comes, as far as the server says: of streams with layers only. */
  get currentLayers(): Readonly<{ spatial: number | undefined; temporal: number | undefined }> {
    return this._layer;
  }

  /**
   * Receives it, or no longer. By default everything is received (`join({ subscribe: false })` for nothing). One that
   * takes the place of another of the same codec needs no negotiation.
   */
  setSubscribed(subscribed: boolean): void {
    check('subscribed', FLAG, subscribed);
    if (this.#isOver) return;
    this.#core().setSubscribed(this.#reference(), subscribed);
    this.#subscribed = subscribed;
  }

  /**
   * Stops or continues it; unlike unsubscribing that takes no negotiation. What the page paused stays so; what it
   * continues comes when it is seen, where the room adapts.
   */
  setPaused(paused: boolean): void {
    check('paused', FLAG, paused);
    this.#change({ paused });
  }

  /** Which layers are to come, at most: where the room adapts, less may. Asked for again if they do not come. */
  setLayers(layers: Layers): void {
    check('layers', OBJECT, layers);
    layer('spatial', layers.spatial);
    layer('temporal', layers.temporal);
    this.#change({ spatial: layers.spatial, temporal: layers.temporal });
  }

  /**
   * How much later than it was sent it is to be played, ms: the browser's choice by default, 0 for as soon as can be. One
   * bound alone makes the other: `min` is 0 then, and `max` the same.
   */
  setPlayoutDelay(range: { min?: number | undefined; max?: number | undefined }): void {
    check('range', OBJECT, range);
    const { min, max } = range;
    // Janus takes no notice of one without the other.
    const least = min ?? (max === undefined ? undefined : 0);
    this.#change({ minDelay: delay('min', least), maxDelay: delay('max', max ?? min, min) });
  }

  /** Asks the sender for a picture that stands by itself. Browsers do so themselves where they miss one. */
  requestKeyFrame(): void {
    if (!this.#isOver) this.#core().requestKeyFrame(this.#reference());
  }

  #change(change: Terms): void {
    const terms = { ...this.#terms, ...change };
    this._tell(false, terms);
    this.#terms = terms;
  }

  /** @internal Has it come on its terms; while `more` follow, none of them is sent yet. */
  _tell(more: boolean, terms = this.#terms): void {
    if (this.#isOver) return;
    const bound = this._bound?.(terms) ?? terms;
    this._isHeld = bound.paused ?? false;
    this.#core().setTerms(this.#reference(), stringify(bound), more);
  }

  /** What is wished of it then is not wished of a stream that takes its mid. */
  get #isOver(): boolean {
    return this.participant.publications.get(this.mid) !== this;
  }

  #reference(): string {
    return stringify({ feed: this.participant.id, mid: this.mid });
  }
}
