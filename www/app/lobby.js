import { announce, byId, paintAvatar, setToggle } from './dom.js';
import { describeDevices, describeNoPicture } from './errors.js';
import { recall, remember } from './memory.js';
import { clearMessage, showMessage } from './messages.js';
import { parseRoom } from './params.js';
import { Preview } from './preview.js';

const DEFAULT_NAME = 'Guest';
const KINDS = ['camera', 'microphone'];

const name = byId('name');
const room = byId('room');
const pin = byId('pin');
const picture = byId('preview');
const level = byId('mic-level');
const toggles = { camera: byId('lobby-camera'), microphone: byId('lobby-microphone') };

/** The room before the room: who one is, where one goes, and how one looks and sounds. */
export class Lobby {
  #preview;
  #shown;
  #heard;
  #stopMeter;
  #isResting = false;

  constructor(params, choice) {
    name.value = params.name || recall('name');
    room.value = params.room;
    pin.value = params.pin;
    if (params.asksForPin) this.askForPin();
    const { camera, microphone } = params;
    this.#preview = new Preview({ camera, microphone }, choice, () => this.#render());
    name.addEventListener('input', () => this.#paint());
    for (const kind of KINDS) {
      toggles[kind].addEventListener('click', () => this.toggle(kind));
    }
    this.#render();
  }

  /** Who wants to go where. */
  get entry() {
    return {
      room: parseRoom(room.value.trim()),
      display: name.value.trim() || DEFAULT_NAME,
      pin: pin.value || undefined,
    };
  }

  /** Fills in the room, unless the person named one. */
  suggestRoom(suggestion) {
    room.value ||= suggestion;
  }

  askForPin() {
    byId('pin-field').hidden = false;
  }

  focus(field) {
    byId(field).focus();
    byId(field).select();
  }

  /** Shows oneself. */
  open() {
    this.#isResting = false;
    void this.#preview.open();
  }

  /** Hands over camera and microphone for joining, without waiting for an unanswered prompt. */
  take() {
    remember('name', name.value.trim());
    return this.#preview.take();
  }

  /** While one is in the call nobody looks here. The devices stay open: the call uses them. */
  rest() {
    this.#isResting = true;
    this.#show(undefined);
    this.#hear(undefined);
  }

  /** What the call did to camera or microphone holds for the lobby, too. */
  follow(kind, on) {
    this.#preview.want(kind, on);
    // The call has closed the camera: our own hold on it ends as well, so that its light goes out.
    if (kind === 'camera' && !on) this.#preview.close(kind);
  }

  /** The id of the device that is open. */
  inUse(kind) {
    return this.#preview.track(kind)?.mediaStreamTrack.getSettings().deviceId;
  }

  /** Looks through another camera, or listens to another microphone. */
  change(kind, id) {
    return this.#preview.change(kind, id);
  }

  toggle(kind) {
    const on = !this.#preview.wanted[kind];
    this.#preview.want(kind, on);
    announce(`${kind === 'camera' ? 'Camera' : 'Microphone'} ${on ? 'on' : 'off'}`);
    this.open();
  }

  #render() {
    if (this.#isResting) return;
    for (const kind of KINDS) {
      setToggle(toggles[kind], this.#preview.wanted[kind], kind, kind === 'camera' ? 'v' : 'm');
    }
    this.#show(this.#openTrack('camera'));
    this.#hear(this.#openTrack('microphone'));
    this.#paint();
    const failures = KINDS.filter((kind) => this.#preview.failures.has(kind));
    if (failures.length > 0) {
      const described = failures.map((source) => ({ source, error: this.#preview.failures.get(source) }));
      showMessage('device', describeDevices(described));
    } else {
      clearMessage('device');
    }
  }

  #openTrack(kind) {
    return this.#preview.wanted[kind] ? this.#preview.track(kind) : undefined;
  }

  #show(track) {
    if (track === this.#shown) return;
    this.#shown?.detach(picture);
    this.#shown = track;
    track?.attach(picture);
  }

  #hear(track) {
    if (track === this.#heard) return;
    this.#stopMeter?.();
    this.#heard = track;
    showLevel(0);
    this.#stopMeter = track?.monitorLevel(showLevel);
  }

  #paint() {
    paintAvatar(document.querySelector('.preview-off .avatar'), name.value || DEFAULT_NAME);
    document.querySelector('.preview').dataset.picture = this.#shown ? 'on' : 'off';
    byId('preview-status').textContent = this.#status();
  }

  #status() {
    if (this.#shown) return '';
    if (this.#preview.isAsking && this.#preview.wanted.camera) return 'Allow camera and microphone in your browser';
    if (this.#preview.failures.has('camera')) return describeNoPicture(this.#preview.failures.get('camera'));
    return 'Your camera is off';
  }
}

/** Loudness is felt by ratio: the root brings quiet speech into the visible range. */
function showLevel(loudness) {
  const percent = Math.min(100, Math.round(Math.sqrt(loudness) * 100));
  level.setAttribute('aria-valuenow', String(percent));
  level.style.setProperty('--level', String(percent / 100));
}
