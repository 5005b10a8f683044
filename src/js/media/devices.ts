import type { Abortable, EventNames, NamedEvent } from '../events.js';
import { Emitter, JanusError, internal } from '../index.js';
import { DEVICE_KINDS, mediaDevices, readDevices, toDevice, type Device, type DeviceKind } from './device-list.js';
import {
  DeviceWatch,
  PERMISSION_KINDS,
  permissionStatus,
  type DevicePermission,
  type PermissionKind,
} from './device-watch.js';
import { canChooseSpeaker, checkSpeaker, unsupported } from './speaker.js';
import { playTestSound } from './test-sound.js';

const { abortable, invalidArgument, signalOf } = internal;

export type { Device, DeviceKind } from './device-list.js';
export type { DevicePermission, PermissionKind } from './device-watch.js';

/** The events of {@link Devices}. */
export interface DevicesEventMap {
  /**
   * The list is another. Devices that were plugged in or out are in `added` and `removed`; both are empty when
   * labels came to be known by a permission, or the default device changed.
   */
  devicesChanged: {
    readonly devices: readonly Device[];
    readonly added: readonly Device[];
    readonly removed: readonly Device[];
  };
  /** Another device is the default of its kind; `undefined`: there is none any more. */
  defaultChanged: { readonly kind: DeviceKind; readonly device: Device | undefined };
  /** The person, or the browser, gave or took a permission. */
  permissionChanged: { readonly kind: PermissionKind; readonly permission: DevicePermission };
}

/** How a speaker is tested. */
export interface SpeakerTestOptions extends Abortable {
  /** The speaker's id; the default one otherwise. */
  deviceId?: string | undefined;
  /** How long the sound is, ms, at most 60000 (1000). */
  duration?: number | undefined;
}

type SpeakerChooser = MediaDevices & { selectAudioOutput(): Promise<MediaDeviceInfo> };

const EVENTS: EventNames<DevicesEventMap> = { devicesChanged: 0, defaultChanged: 0, permissionChanged: 0 };

/** How long the test sound may be, ms. */
const MAX_DURATION_MS = 60_000;

/**
 * The cameras, microphones and speakers of this machine. Nothing here prompts but `chooseSpeaker`. In an insecure
 * context there are none. The browser is listened to only while somebody listens here.
 *
 * @example
 * const devices = new Devices();
 * showMenu(await devices.list('camera'));
 * devices.on('devicesChanged', async () => showMenu(await devices.list('camera')));
 */
export class Devices extends Emitter<DevicesEventMap> {
  readonly #closing = new AbortController();
  readonly #holders = new Set<() => void>();
  #watch: DeviceWatch | undefined;

  constructor() {
    super(EVENTS);
  }

  /**
   * The devices that are there, of one kind or all. Before permission the browser tells no more than that there is
   * one: its id and label are ''. Not every browser tells when opening a device uncovers them: ask again then, and
   * listeners hear of it too.
   * Rejects with the browser's `DOMException`, or a {@link JanusError}: `invalid-argument`, `closed`.
   */
  async list(kind?: DeviceKind): Promise<Device[]> {
    if (kind !== undefined) checkWord('kind', kind, DEVICE_KINDS);
    this.#watch?.refresh();
    const devices = await this.#untilClosed(readDevices);
    return devices.filter((device) => kind === undefined || device.kind === kind);
  }

  /**
   * Whether the page may open cameras or microphones. Where it is `unknown` or `prompt`, opening one shows.
   * Rejects with a {@link JanusError}: `invalid-argument`, `closed`.
   */
  async permission(kind: PermissionKind): Promise<DevicePermission> {
    checkWord('kind', kind, PERMISSION_KINDS);
    const status = await this.#untilClosed(() => permissionStatus(kind));
    return status?.state ?? 'unknown';
  }

  /** Whether sound can be sent to a speaker other than the default one. */
  get canChooseSpeaker(): boolean {
    return canChooseSpeaker();
  }

  /**
   * Lets the person choose a speaker in the browser's own dialog; call it in a click. Where there is no such dialog,
   * it rejects with a {@link JanusError}, `unsupported`: show `list('speaker')` instead. Rejects with the browser's
   * `DOMException`: `NotAllowedError` (dismissed), `NotFoundError` (no speakers), `InvalidStateError` (no click).
   */
  async chooseSpeaker(): Promise<Device> {
    const chooser = mediaDevices() as SpeakerChooser | undefined;
    if (!chooser?.selectAudioOutput) throw unsupported('this browser has no dialog to choose a speaker');
    const chosen = toDevice(await this.#untilClosed(() => chooser.selectAudioOutput()));
    const speakers = await this.list('speaker');
    return speakers.find(({ id }) => id === chosen.id) ?? chosen;
  }

  /**
   * Plays two short tones through a speaker and resolves when they ended; call it in a click. Rejects with the
   * signal's reason; with the browser's `DOMException`: `NotAllowedError` (blocked: no click), `NotFoundError` (no
   * such speaker); or with a {@link JanusError}: `timeout` (no sound came), `unsupported`, `invalid-argument`,
   * `closed`.
   *
   * @example
   * button.onclick = () => devices.testSpeaker({ deviceId: menu.value });
   */
  async testSpeaker(options: SpeakerTestOptions = {}): Promise<void> {
    const signal = signalOf(options);
    const [deviceId, duration] = [options?.deviceId ?? '', options?.duration ?? 1_000];
    if (!(typeof duration === 'number' && duration > 0 && duration <= MAX_DURATION_MS)) {
      throw invalidArgument(`duration must be a number of milliseconds up to ${MAX_DURATION_MS}`);
    }
    const signals = [signal, this.#closing.signal];
    signals.forEach((one) => one?.throwIfAborted());
    if (typeof AudioContext === 'undefined') throw unsupported('this browser plays no sound');
    checkSpeaker(deviceId);
    await playTestSound({ deviceId, duration, signals });
  }

  /** Calls `listener` with each event of this type; the returned function ends that. */
  override on<K extends keyof DevicesEventMap>(
    type: K,
    listener: (event: DevicesEventMap[K]) => void,
    options: Abortable = {},
  ): () => void {
    const signal = signalOf(options);
    if (signal?.aborted || this.#closing.signal.aborted) return () => undefined;
    return this.#hold(super.on(type, listener), signal);
  }

  /** Every event from now on, as an async iterator; leaving the loop, aborting the signal or closing ends it. */
  override events(options: Abortable = {}): AsyncIterableIterator<NamedEvent<DevicesEventMap>> {
    const signal = signalOf(options);
    const ending = new AbortController();
    if (signal?.aborted || this.#closing.signal.aborted) ending.abort();
    const events = super.events({ signal: ending.signal });
    if (ending.signal.aborted) return events;
    const release = this.#hold(() => ending.abort(), signal);
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => events.next(),
      return: () => {
        release();
        return events.return!();
      },
    };
  }

  /** Ends all listening; what still waits, and whatever is asked later, rejects with `closed`. */
  close(): void {
    for (const release of [...this.#holders]) release();
    this.#closing.abort(new JanusError('these devices are closed', { code: 'closed', retryable: false }));
  }

  async #untilClosed<T>(ask: () => Promise<T>): Promise<T> {
    this.#closing.signal.throwIfAborted();
    return abortable(ask(), this.#closing.signal);
  }

  /** Watches the browser until the returned function, or the signal, stops this and all other listeners. */
  #hold(stop: () => void, signal: AbortSignal | undefined): () => void {
    const release = (): void => {
      stop();
      signal?.removeEventListener('abort', release);
      this.#holders.delete(release);
      if (this.#holders.size === 0) this.#endWatch();
    };
    signal?.addEventListener('abort', release, { once: true });
    this.#holders.add(release);
    this.#watch ??= new DeviceWatch((type, event) => this.emit(type, event));
    return release;
  }

  #endWatch(): void {
    this.#watch?.end();
    this.#watch = undefined;
  }
}

function checkWord(name: string, word: unknown, words: readonly unknown[]): void {
  if (!words.includes(word)) throw invalidArgument(`${name} must be one of ${words.join(', ')}`);
}
