import { openDevices } from 'janus-wasm';
import { recall, remember } from './memory.js';

/** Which camera, microphone and speaker this person wants, now and on the next visit, and which there are. */
export class Choice {
  #ids = { camera: recall('camera'), microphone: recall('microphone'), speaker: recall('speaker') };
  #devices;
  #list = [];
  #onChange = new Set();

  /** Looks at the machine from now on. Its names are known once a camera or a microphone was allowed. */
  async watch() {
    this.#devices = await openDevices();
    this.#devices.on('devicesChanged', ({ devices }) => this.#take(devices));
    await this.refresh();
  }

  /** Asks again: not every browser tells when opening a device uncovers the names. */
  async refresh() {
    if (this.#devices) this.#take(await this.#devices.list());
  }

  /** Calls `listener` when there are other devices, or another one is wanted. */
  onChange(listener) {
    this.#onChange.add(listener);
  }

  /** Whether anything was ever chosen. */
  get isMade() {
    return Object.values(this.#ids).some((id) => id !== '');
  }

  get canChooseSpeaker() {
    return this.#devices?.canChooseSpeaker ?? false;
  }

  /** The devices of a kind that can be told apart. */
  list(kind) {
    return this.#list.filter((device) => device.kind === kind && (device.id !== '' || kind === 'speaker'));
  }

  /** Whether there is one, be it nameless. */
  has(kind) {
    return this.#list.some((device) => device.kind === kind);
  }

  /** The chosen device, if it is there: what was unplugged is kept in mind, and taken again when it is back. */
  id(kind) {
    const id = this.#ids[kind];
    return this.list(kind).some((device) => device.id === id) ? id : undefined;
  }

  /** The chosen device as far as is known: before any permission nobody tells which are there. */
  likelyId(kind) {
    return this.list(kind).length > 0 ? this.id(kind) : this.#ids[kind] || undefined;
  }

  choose(kind, id) {
    this.#ids[kind] = id;
    remember(kind, id);
    this.#tell();
  }

  /** Plays two tones through a speaker. */
  test(deviceId) {
    return this.#devices.testSpeaker({ deviceId });
  }

  #take(devices) {
    this.#list = devices;
    this.#tell();
  }

  #tell() {
    for (const listener of this.#onChange) listener();
  }
}
