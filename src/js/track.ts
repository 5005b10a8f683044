import type { TrackCore } from '../../pkg/janus.js';
import { startMeter } from '../web/media.js';
import { ELEMENT, FUNCTION, check, checked } from './checks.js';
import { invalidArgument } from './errors.js';
import { abortable, type Abortable } from './events.js';
import { stringify } from './json.js';
import { loadCore } from './load.js';
import type { CameraOptions, MicrophoneOptions, TrackKind, TrackSource } from './types.js';

/** Something to be seen or heard. */
export class Track {
  readonly #core: TrackCore;
  readonly kind: TrackKind;
  readonly source: TrackSource;
  /** @internal Hears of elements that come and go. */
  _onElements: (() => void) | undefined;

  /** @internal */
  constructor(core: TrackCore) {
    this.#core = core;
    this.kind = core.kind as TrackKind;
    this.source = core.source as TrackSource;
  }

  /** The browser's track. A local one changes when its device is closed and opened again. */
  get mediaStreamTrack(): MediaStreamTrack {
    return this.#core.media;
  }

  /**
   * Plays the track in `element`, or in a new `<video>` or `<audio>` element, which is returned. An element plays one track:
   * another one in it takes its place. `null`, of an element that was not found, is refused.
   *
   * @example
   * room.on('trackSubscribed', ({ track }) => document.body.append(track.attach()));
   */
  attach(): HTMLMediaElement;
  attach<E extends HTMLMediaElement>(element: E): E;
  attach(element?: HTMLMediaElement): HTMLMediaElement {
    if (element !== undefined) check('element', ELEMENT, element);
    const attached = this.#core.attach(element);
    this._onElements?.();
    return attached;
  }

  /** Takes the track out of `element`, or out of all; returns the elements it was in. */
  detach(element?: HTMLMediaElement): HTMLMediaElement[] {
    if (element !== undefined) check('element', ELEMENT, element);
    const detached = this.#core.detach(element) as HTMLMediaElement[];
    this._onElements?.();
    return detached;
  }

  /** The elements that play it. */
  get attachedElements(): readonly HTMLMediaElement[] {
    return this.#core.elements() as HTMLMediaElement[];
  }

  /** @internal */
  protected get transceiver(): RTCRtpTransceiver | undefined {
    return this.#core.transceiver;
  }

  /** @internal */
  protected stopDevice(): void {
    this.#core.stop();
  }
}

/** A track of somebody else. */
export class RemoteTrack extends Track {
  /** @internal Told of each element it is played in. */
  _route: ((element: HTMLMediaElement) => void) | undefined;

  override attach<E extends HTMLMediaElement>(element?: E): E {
    const playing = super.attach(element!);
    if (this.kind === 'audio') this._route?.(playing);
    return playing;
  }

  /** @internal Its m-line on the connection that receives. */
  get _mid(): string | null | undefined {
    return this.transceiver?.mid;
  }

  /** The browser's receiver, for transforms above all. */
  get receiver(): RTCRtpReceiver | undefined {
    return this.transceiver?.receiver;
  }
}

/** A track of this page's. */
export class LocalTrack extends Track {
  /** @internal How its device was opened, where the page had it opened. */
  _device: string | undefined;

  /**
   * Closes the device. Where the track is published it counts as switched off, as the others are told: its publication is
   * muted, and `unmute()` or `setCameraEnabled(true)` opens the device again. One of the page's own, that the library
   * cannot open again, is unpublished. Browsers tell nobody of `mediaStreamTrack.stop()`: what is stopped so stays
   * published, and stands still.
   */
  stop(): void {
    this.stopDevice();
  }

  /**
   * Reports how loud an audio track is, from 0 to 1, about 16 times a second, of whatever device is open in its place;
   * the returned function ends that.
   */
  monitorLevel(listener: (level: number) => void): () => void {
    check('listener', FUNCTION, listener);
    return startMeter(() => this.mediaStreamTrack, (level) => {
      try {
        listener(level);
      } catch (error) {
        reportError(error);
      }
    });
  }
}

/** What to open. */
export interface LocalTrackOptions extends Abortable {
  camera?: boolean | CameraOptions | undefined;
  microphone?: boolean | MicrophoneOptions | undefined;
}

/** @internal `true` means with defaults; `false` and nothing mean no. */
export function deviceOptions(kind: 'camera' | 'microphone', wish: boolean | object | undefined): object | undefined {
  if (wish === undefined || wish === null || wish === false) return undefined;
  return wish === true ? {} : checked(kind, wish);
}

/** @internal The same for the core. */
export function deviceText(kind: 'camera' | 'microphone', wish: boolean | object | undefined): string | undefined {
  const options = deviceOptions(kind, wish);
  return options && stringify(options);
}

/**
 * Opens camera and microphone, with one prompt, for a preview or to pass them to `Room.join`.
 * Rejects with the browser's `DOMException`: `NotAllowedError`, `NotFoundError`, `NotReadableError`, ...
 *
 * @example
 * const tracks = await createLocalTracks({ camera: true });
 * for (const track of tracks) document.body.append(track.attach());
 */
export async function createLocalTracks(options: LocalTrackOptions = {}): Promise<LocalTrack[]> {
  const { camera, microphone, signal } = checked('opening', options ?? {}, '');
  signal?.throwIfAborted();
  const wishes = [deviceText('camera', camera), deviceText('microphone', microphone)] as const;
  if (wishes.every((wish) => wish === undefined)) throw invalidArgument('options: expected camera, microphone or both');
  const core = await abortable(loadCore(), signal);
  const opening = core.createLocalTracks(...wishes) as Promise<TrackCore[]>;
  const tracks = opening.then((cores) => cores.map((core) => {
    const track = new LocalTrack(core);
    track._device = wishes[track.kind === 'video' ? 0 : 1];
    return track;
  }));
  return abortable(tracks, signal, (late) => late.forEach((track) => track.stop()));
}
