import { changeOf, defaultChanges, mediaDevices, readDevices, type Device } from './device-list.js';
import type { DevicesEventMap } from './devices.js';

/** What a prompt for devices asks for. */
export type PermissionKind = 'camera' | 'microphone';

/** Whether the page may open devices of a kind; `unknown` where the browser does not tell. */
export type DevicePermission = 'granted' | 'denied' | 'prompt' | 'unknown';

/** @internal */
export const PERMISSION_KINDS: readonly PermissionKind[] = ['camera', 'microphone'];

/** @internal What the browser says of a permission, if it knows it. */
export async function permissionStatus(name: PermissionKind): Promise<PermissionStatus | undefined> {
  if (!mediaDevices()) return undefined;
  try {
    return await navigator.permissions?.query({ name });
  } catch {
    // A browser that does not know the name.
    return undefined;
  }
}

type Tell = <K extends keyof DevicesEventMap>(type: K, event: DevicesEventMap[K]) => void;

/** @internal Listens to the browser until it is ended, and tells what changed since it began. */
export class DeviceWatch {
  readonly #tell: Tell;
  readonly #ending = new AbortController();
  #known: readonly Device[] | undefined;
  #reading = false;
  #stale = false;

  constructor(tell: Tell) {
    this.#tell = tell;
    mediaDevices()?.addEventListener('devicechange', () => this.refresh(), { signal: this.#ending.signal });
    for (const kind of PERMISSION_KINDS) void this.#watchPermission(kind);
    this.refresh();
  }

  /** Looks whether something changed. What comes while it looks makes it look once more, however often it comes. */
  refresh(): void {
    this.#stale = true;
    if (!this.#reading) void this.#read();
  }

  end(): void {
    this.#ending.abort();
  }

  get #ended(): boolean {
    return this.#ending.signal.aborted;
  }

  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#stale && !this.#ended) {
      this.#stale = false;
      // What cannot be read now is read at the next event.
      const devices = await readDevices().catch(() => undefined);
      if (devices && !this.#ended) this.#compare(devices);
    }
    this.#reading = false;
  }

  #compare(devices: readonly Device[]): void {
    const before = this.#known;
    this.#known = devices;
    if (!before) return;
    const change = changeOf(before, devices);
    if (change) this.#tell('devicesChanged', change);
    for (const one of defaultChanges(before, devices)) this.#tell('defaultChanged', one);
  }

  async #watchPermission(kind: PermissionKind): Promise<void> {
    const status = await permissionStatus(kind);
    if (!status) return;
    let known = status.state;
    const compare = (): void => {
      if (status.state === known) return;
      known = status.state;
      this.#tell('permissionChanged', { kind, permission: known });
      // Permission uncovers ids and labels, and no `devicechange` need tell of that.
      this.refresh();
    };
    // A signal that is aborted by now adds nothing.
    status.addEventListener('change', compare, { signal: this.#ending.signal });
  }
}
