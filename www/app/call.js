import { capabilities } from 'janus-wasm';
import { announce, byId, people, setToggle } from './dom.js';
import { describeDevices } from './errors.js';
import { keepArranged } from './layout.js';
import { clearMessage, showMessage } from './messages.js';
import { Screen, screenOf } from './screens.js';
import { Tile } from './tiles.js';

const grid = byId('grid');
const alone = byId('alone');
const unblock = byId('unblock');
const share = byId('share');
const toggles = { camera: byId('toggle-camera'), microphone: byId('toggle-microphone') };

/** The call on the page: it shows what the room is, and hands the person's wishes to it. */
export class Call {
  #room;
  #tiles = new Map();
  #screens = new Map();
  #arrange = keepArranged(grid);
  #wishes = {};
  #failures = new Map();
  #isOpen = false;
  #choice;
  /** What was chosen for a camera or microphone that is not published yet. */
  #coming = new Map();
  #onDevice;

  /** `onDevice(kind, on)` is told when camera or microphone went on or off, or turned out to be missing. */
  constructor(room, choice, onDevice) {
    this.#room = room;
    this.#choice = choice;
    this.#onDevice = onDevice;
    this.#listen();
    for (const kind of Object.keys(toggles)) {
      toggles[kind].addEventListener('click', () => this.toggle(kind));
    }
    share.hidden = !capabilities().screenShare;
    share.addEventListener('click', () => void this.#share());
    unblock.addEventListener('click', () => void room.startPlayback());
  }

  /** Shows everybody who is in the room. */
  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#add(this.#room.localParticipant);
    for (const participant of this.#room.remoteParticipants.values()) this.#add(participant);
    if (this.#failures.size > 0) this.#tellFailures();
    this.#render();
  }

  close() {
    this.#isOpen = false;
    this.#wishes = {};
    this.#coming.clear();
    this.#failures.clear();
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
    for (const participant of this.#screens.keys()) this.#takeDown(participant);
  }

  async toggle(kind) {
    const { localParticipant } = this.#room;
    const on = !this.#isOn(kind);
    this.#wishes[kind] = on;
    this.#render();
    try {
      // One that is open stays what it is.
      const deviceId = on && !this.#isLive(kind) ? this.#choice.id(kind) : undefined;
      const options = deviceId && { deviceId };
      if (kind === 'camera') await localParticipant.setCameraEnabled(on, options);
      else await localParticipant.setMicrophoneEnabled(on, options);
      if (!this.#isOpen) return;
      this.#failures.clear();
      clearMessage('device');
      this.#onDevice(kind, on);
      announce(`${kind === 'camera' ? 'Camera' : 'Microphone'} ${on ? 'on' : 'off'}`);
    } catch (error) {
      // Whoever has left meanwhile no longer cares.
      if (this.#isOpen && this.#wishes[kind] === on) this.#complain(kind, error);
    } finally {
      if (this.#wishes[kind] === on) delete this.#wishes[kind];
      this.#render();
    }
  }

  /** The id of the device that is on. */
  inUse(kind) {
    const publication = this.#published(kind);
    return publication?.isMuted === false ? publication.track?.mediaStreamTrack.getSettings().deviceId : undefined;
  }

  /** Sends another camera or microphone: now, or as soon as it is turned on. */
  async change(kind, id) {
    const publication = this.#published(kind);
    if (publication) await publication.switchDevice(id);
    else this.#coming.set(kind, id);
  }

  #isLive(kind) {
    return this.#published(kind)?.track?.mediaStreamTrack.readyState === 'live';
  }

  /** What was chosen while another opened takes its place; and the browser tells by now what devices are called. */
  async #settle(publication) {
    const id = this.#coming.get(publication.source);
    this.#coming.delete(publication.source);
    if (id && id !== publication.track?.mediaStreamTrack.getSettings().deviceId) await publication.switchDevice(id);
    await this.#choice.refresh();
  }

  #published(kind) {
    return [...this.#room.localParticipant.publications.values()].find(({ source }) => source === kind);
  }

  /** Whoever closes the browser's question has changed their mind: nothing is said about that. */
  async #share() {
    const on = !this.#isSharing;
    try {
      await this.#room.localParticipant.setScreenShareEnabled(on);
      if (this.#isOpen) announce(on ? 'You share your screen' : 'You share your screen no longer');
    } catch (error) {
      if (this.#isOpen && error.name !== 'NotAllowedError') this.#complain('screen', error);
    }
  }

  get #isSharing() {
    return [...this.#room.localParticipant.publications.values()].some(({ source }) => source === 'screen');
  }

  #listen() {
    const room = this.#room;
    const changed = ({ participant }) => this.#update(participant);
    for (const type of [
      'participantChanged', 'trackPublished', 'trackUnpublished', 'trackSubscribed', 'trackUnsubscribed',
      'localTrackPublished', 'localTrackUnpublished', 'trackMuted', 'trackUnmuted', 'trackModerated',
      'trackStalled', 'trackResumed', 'speakingChanged', 'attributesChanged', 'connectionQualityChanged',
    ]) {
      room.on(type, changed);
    }
    room.on('participantJoined', ({ participant }) => {
      if (!this.#isOpen) return;
      this.#add(participant);
      this.#render();
      announce(`${participant.display || 'Guest'} joined`);
    });
    room.on('participantLeft', ({ participant, reason }) => {
      this.#tiles.get(participant)?.remove();
      this.#takeDown(participant);
      if (!this.#tiles.delete(participant) || !this.#isOpen) return;
      this.#render();
      announce(`${participant.display || 'Guest'} ${reason === 'kicked' ? 'was removed' : 'left'}`);
    });
    room.on('trackModerated', ({ publication, participant, moderated }) => {
      if (participant.isLocal && !moderated) this.#forgive(publication.source);
    });
    room.on('localTrackPublished', ({ publication }) => {
      if (publication.source in toggles) this.#settle(publication).catch(() => undefined);
    });
    room.on('playbackChanged', () => this.#render());
    room.on('mediaError', ({ source, error }) => {
      if (error.code !== 'room-full') this.#complain(source, error);
    });
  }

  #add(participant) {
    if (this.#tiles.has(participant)) return;
    const tile = new Tile(participant);
    this.#tiles.set(participant, tile);
    grid.append(tile.element);
    this.#present(participant);
  }

  /** Puts on the stage what somebody shares, and takes it away again. */
  #present(participant) {
    if (!screenOf(participant)) return this.#takeDown(participant);
    const screen = this.#screens.get(participant);
    if (screen) return screen.update();
    const added = new Screen(participant);
    this.#screens.set(participant, added);
    byId('screens').append(added.element);
    if (!participant.isLocal) announce(`${participant.display || 'Guest'} is presenting`);
  }

  #takeDown(participant) {
    this.#screens.get(participant)?.remove();
    this.#screens.delete(participant);
  }

  #update(participant) {
    if (!this.#isOpen) return;
    this.#tiles.get(participant)?.update();
    this.#present(participant);
    if (participant.isLocal) this.#render();
  }

  /** A device's trouble ends no call: a sentence says so, and the buttons try again. */
  #complain(source, error) {
    this.#failures.set(source, error);
    // The browser may refuse a device before the room is entered: it is told when it is.
    if (this.#isOpen) this.#tellFailures();
  }

  /** It can be turned on again: what was said of it is so no longer. */
  #forgive(source) {
    if (!this.#failures.delete(source) || !this.#isOpen) return;
    if (this.#failures.size > 0) this.#tellFailures();
    else clearMessage('device');
  }

  #tellFailures() {
    for (const source of this.#failures.keys()) {
      if (source in toggles) this.#onDevice(source, false);
    }
    showMessage('device', describeDevices([...this.#failures].map(([source, error]) => ({ source, error }))));
  }

  #isOn(kind) {
    const { isCameraEnabled, isMicrophoneEnabled } = this.#room.localParticipant;
    return this.#wishes[kind] ?? (kind === 'camera' ? isCameraEnabled : isMicrophoneEnabled);
  }

  #render() {
    if (!this.#isOpen) return;
    setToggle(toggles.camera, this.#isOn('camera'), 'camera', 'v');
    setToggle(toggles.microphone, this.#isOn('microphone'), 'microphone', 'm');
    share.setAttribute('aria-pressed', String(this.#isSharing));
    share.title = this.#isSharing ? 'Stop sharing your screen' : 'Share your screen';
    unblock.hidden = this.#room.canPlayback;
    const count = this.#tiles.size;
    alone.hidden = count > 1;
    byId('room-title').textContent = this.#room.description || `Room ${this.#room.id}`;
    byId('people-count').querySelector('span').textContent = people(count);
    document.title = `Room ${this.#room.id} · ${people(count)} · janus-wasm`;
    this.#arrange();
  }
}
