/** Before the call: name, room, and how one looks and sounds. */
import { createLocalTracks } from 'janus-wasm';
import { clearMessage, showError } from './messages.js';

const $ = (selector) => document.querySelector(selector);
const isOn = (button) => button.getAttribute('aria-pressed') === 'true';
const press = (button, on) => button.setAttribute('aria-pressed', String(on));

/** Preview and wishes. `wishes()` is what joining passes on. */
export class Lobby {
  #tracks = new Map();
  #stopMeter = () => {};
  #opening;
  #camera = $('#lobby-camera');
  #microphone = $('#lobby-microphone');

  constructor({ name, room, pin, camera, microphone }) {
    $('#name').value = name;
    $('#room').value = room;
    if (pin) this.askPin(pin);
    press(this.#camera, camera);
    press(this.#microphone, microphone);
    this.#camera.addEventListener('click', () => this.#toggle(this.#camera, 'camera'));
    this.#microphone.addEventListener('click', () => this.#toggle(this.#microphone, 'microphone'));
  }

  get form() {
    return { name: $('#name').value.trim(), room: $('#room').value.trim(), pin: $('#pin').value };
  }

  askPin(pin = '') {
    $('#pin-field').hidden = false;
    if (pin) $('#pin').value = pin;
  }

  /** What to publish: tracks that are open, and devices that are wished for and not open yet. */
  wishes() {
    this.#opening?.abort();
    const tracks = [...this.#tracks.values()].filter((track) => track.mediaStreamTrack.readyState === 'live');
    const missing = (button, source) => isOn(button) && !tracks.some((track) => track.source === source);
    return {
      tracks,
      camera: missing(this.#camera, 'camera'),
      microphone: missing(this.#microphone, 'microphone'),
    };
  }

  /** Shows what the person wished to send. */
  async open() {
    this.#drop((track) => track.mediaStreamTrack.readyState !== 'live');
    const camera = isOn(this.#camera) && !this.#tracks.has('camera');
    const microphone = isOn(this.#microphone) && !this.#tracks.has('microphone');
    if (camera || microphone) await this.#openDevices({ camera, microphone });
    this.#show();
  }

  async #openDevices(wanted) {
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    try {
      this.#keep(await createLocalTracks({ ...wanted, signal }));
    } catch (error) {
      if (signal.aborted) return;
      const both = wanted.camera && wanted.microphone;
      // One that is missing or busy must not cost the other; a refused prompt is not repeated.
      const rest = both && error.name !== 'NotAllowedError' ? [{ microphone: true }, { camera: true }] : [];
      const results = await Promise.allSettled(rest.map((one) => createLocalTracks({ ...one, signal })));
      for (const { value = [] } of results) this.#keep(value);
      const failed = results.find(({ status }) => status === 'rejected');
      showError(failed?.reason ?? error);
      press(this.#camera, this.#tracks.has('camera'));
      press(this.#microphone, this.#tracks.has('microphone'));
    }
  }

  #keep(tracks) {
    for (const track of tracks) this.#tracks.set(track.source, track);
  }

  #drop(unwanted) {
    for (const [source, track] of this.#tracks) {
      if (!unwanted(track)) continue;
      track.detach();
      track.stop();
      this.#tracks.delete(source);
    }
  }

  #toggle(button, source) {
    press(button, !isOn(button));
    clearMessage();
    if (!isOn(button)) this.#drop((track) => track.source === source);
    void this.open();
  }

  #show() {
    const preview = $('#preview');
    const camera = this.#tracks.get('camera');
    preview.toggleAttribute('data-live', camera !== undefined);
    camera?.attach(preview);
    this.#stopMeter();
    this.#level(0);
    const stop = this.#tracks.get('microphone')?.monitorLevel((level) => this.#level(level));
    this.#stopMeter = stop ?? (() => {});
  }

  #level(level) {
    const meter = $('#mic-level');
    const percent = Math.round(level * 100);
    meter.setAttribute('aria-valuenow', percent);
    meter.style.setProperty('--level', `${percent}%`);
  }

  /** The call has begun: the preview rests, its devices go on in the call. */
  pause() {
    this.#opening?.abort();
    this.#stopMeter();
    for (const track of this.#tracks.values()) track.detach();
  }
}
