import { stringify } from './json.js';
import type { RoomCore } from '../../pkg/janus.js';
import type { LocalTrack, RemoteTrack } from './track.js';
import type { CameraOptions, Id, MicrophoneOptions, TrackKind, TrackSource } from './types.js';

/** @internal A stream as the core tells it. */
export interface PublicationFields {
  mid: string;
  kind: TrackKind;
  source: TrackSource;
  muted: boolean;
}

/** A stream somebody publishes. */
export class TrackPublication {
  /** The m-line's mid, unique within the participant. */
  readonly mid: string;
  readonly kind: TrackKind;
  readonly source: TrackSource;
  readonly participant: Participant;
  /** @internal */
  _muted: boolean;
  /** @internal */
  _track: LocalTrack | RemoteTrack | undefined;

  /** @internal */
  constructor(participant: Participant, fields: PublicationFields) {
    this.participant = participant;
    this.mid = fields.mid;
    this.kind = fields.kind;
    this.source = fields.source;
    this._muted = fields.muted;
  }

  /** Whether its owner, or a moderator, muted it. */
  get isMuted(): boolean {
    return this._muted;
  }

  /** What can be played; not there before it arrives. */
  get track(): LocalTrack | RemoteTrack | undefined {
    return this._track;
  }
}

/** Somebody in the room. */
export class Participant {
  /** @internal */
  _id: Id | undefined;
  /** @internal */
  _display: string;
  /** @internal */
  _speaking = false;
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

  /** Whether this is us. */
  get isLocal(): boolean {
    return false;
  }

  /** Whether speaking now, in rooms that announce it (`audiolevel_event`). */
  get isSpeaking(): boolean {
    return this._speaking;
  }

  /** What is published, by mid. */
  get publications(): ReadonlyMap<string, TrackPublication> {
    return this._publications;
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
  override get id(): Id {
    return this._id as Id;
  }
}

/** Us. */
export class LocalParticipant extends Participant {
  readonly #core: () => Promise<RoomCore>;

  /** @internal */
  constructor(core: () => Promise<RoomCore>) {
    super(undefined, '');
    this.#core = core;
  }

  override get isLocal(): boolean {
    return true;
  }

  /**
   * Opens the camera, or releases it (its light goes out) while its publication stays. Called again
   * before it is done, the last wish wins.
   */
  async setCameraEnabled(enabled: boolean, options?: CameraOptions): Promise<void> {
    const core = await this.#core();
    await core.switch(true, enabled, options && stringify(options));
  }

  /** Unmutes or mutes the microphone, which is opened when needed and kept while muted. */
  async setMicrophoneEnabled(enabled: boolean, options?: MicrophoneOptions): Promise<void> {
    const core = await this.#core();
    await core.switch(false, enabled, options && stringify(options));
  }
}
