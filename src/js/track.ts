import type { MeterCore, TrackCore } from '../../pkg/janus.js';
import { abortable, type Abortable } from './events.js';
import { stringify } from './json.js';
import { loadCore } from './load.js';
import type { CameraOptions, MicrophoneOptions, TrackKind, TrackSource } from './types.js';

/** Something to be seen or heard. */
export class Track {
  readonly #core: TrackCore;
  readonly kind: TrackKind;
  readonly source: TrackSource;

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
   * Plays the track in `element`, or in a new `<video>` or `<audio>` element, which is returned.
   *
   * @example
   * room.on('trackSubscribed', ({ track }) => document.body.append(track.attach()));
   */
  attach(): HTMLMediaElement;
  attach<E extends HTMLMediaElement>(element: E): E;
  attach(element?: HTMLMediaElement): HTMLMediaElement {
    return this.#core.attach(element);
  }

  /** Takes the track out of `element`, or out of all; returns the elements it was in. */
  detach(element?: HTMLMediaElement): HTMLMediaElement[] {
    return this.#core.detach(element) as HTMLMediaElement[];
  }

  /** The elements that play it. */
  get attachedElements(): readonly HTMLMediaElement[] {
    return this.#core.elements() as HTMLMediaElement[];
  }

  /** @internal */
  protected stopDevice(): void {
    this.#core.stop();
  }

  /** @internal */
  protected startMeter(listener: (level: number) => void): MeterCore {
    return this.#core.meter((level: number) => {
      try {
        listener(level);
      } catch (error) {
        reportError(error);
      }
    });
  }
}

/** A track of somebody else. */
export class RemoteTrack extends Track {
  readonly #remote = true;
}

/** A track of this page's. */
export class LocalTrack extends Track {
  /** Closes the device. */
  stop(): void {
    this.stopDevice();
  }

  /**
   * Reports how loud an audio track is, from 0 to 1, about 16 times a second; the returned function
   * ends that.
   */
  monitorLevel(listener: (level: number) => void): () => void {
    const meter = this.startMeter(listener);
    return () => meter.stop();
  }
}

/** What to open. */
export interface LocalTrackOptions extends Abortable {
  camera?: boolean | CameraOptions | undefined;
  microphone?: boolean | MicrophoneOptions | undefined;
}

/** @internal `true` means with defaults; `false` and nothing mean no. */
export function deviceOptions(wish: boolean | object | undefined): object | undefined {
  return wish === true ? {} : wish || undefined;
}

/** @internal The same for the core. */
export function deviceText(wish: boolean | object | undefined): string | undefined {
  const options = deviceOptions(wish);
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
  const { camera, microphone, signal } = options;
  signal?.throwIfAborted();
  const core = await loadCore();
  const opening = core.createLocalTracks(deviceText(camera), deviceText(microphone)) as Promise<TrackCore[]>;
  const tracks = opening.then((cores) => cores.map((track) => new LocalTrack(track)));
  return abortable(tracks, signal, (late) => late.forEach((track) => track.stop()));
}
