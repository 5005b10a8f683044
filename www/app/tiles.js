import { byId, paintAvatar } from './dom.js';

/** Worth a sign only where one hears and sees it. */
const SIGNALS = { poor: 'Poor connection', lost: 'Connection lost' };

/** One person in the grid: the picture, or an avatar; the name; who speaks, is muted, has the hand up or comes badly. */
export class Tile {
  element = byId('tile-template').content.firstElementChild.cloneNode(true);
  #participant;
  #video = this.element.querySelector('video');
  #picture;
  #sounds = new Map();

  constructor(participant) {
    this.#participant = participant;
    this.element.dataset.participant = String(participant.id);
    if (participant.isLocal) this.element.dataset.self = '';
    // Until the first frame is there the avatar stays: nobody looks at a black box.
    this.#video.addEventListener('loadeddata', () => this.#showPicture());
    this.#video.addEventListener('emptied', () => this.#showPicture());
    this.update();
  }

  /** Brings the tile up to date with what the participant is now. */
  update() {
    const { display, isCameraEnabled, isMicrophoneEnabled, isSpeaking, isHandRaised, isLocal } = this.#participant;
    const name = display || 'Guest';
    const { dataset } = this.element;
    this.element.querySelector('.name').textContent = name;
    paintAvatar(this.element.querySelector('.avatar'), name);
    dataset.camera = isCameraEnabled ? 'on' : 'off';
    dataset.microphone = isMicrophoneEnabled ? 'on' : 'off';
    dataset.speaking = String(isSpeaking && isMicrophoneEnabled);
    dataset.hand = isHandRaised ? 'up' : 'down';
    this.#showSignal();
    this.#showModeration();
    this.#play();
    if (!isLocal) this.#sound();
    this.#showPicture();
  }

  remove() {
    this.#picture?.track.detach(this.#video);
    for (const { track, element } of this.#sounds.values()) track.detach(element);
    this.element.remove();
  }

  /** Screens have the stage: here one sees who is there. */
  #play() {
    const shown = [...this.#participant.publications.values()]
      .find(({ kind, source, track, isMuted }) => kind === 'video' && source !== 'screen' && track && !isMuted);
    this.element.dataset.source = shown?.source ?? 'none';
    this.element.dataset.frozen = String(shown?.isStalled ?? false);
    // A picture that only pauses stays attached, and is back at once.
    if (!shown || shown.track === this.#picture?.track) return;
    this.#picture?.track.detach(this.#video);
    this.#picture = { track: shown.track };
    shown.track.attach(this.#video);
  }

  #showSignal() {
    const { connectionQuality } = this.#participant;
    this.element.dataset.signal = connectionQuality in SIGNALS ? connectionQuality : 'fine';
    if (!(connectionQuality in SIGNALS)) return;
    const sign = this.element.querySelector('.signal');
    sign.setAttribute('aria-label', SIGNALS[connectionQuality]);
    sign.querySelector('use').setAttribute('href', `#icon-signal-${connectionQuality}`);
  }

  /** Whose microphone a moderator muted cannot turn it on: that is worth knowing before one asks them to speak. */
  #showModeration() {
    const isModerated = [...this.#participant.publications.values()]
      .some((publication) => publication.kind === 'audio' && publication.source !== 'screen' && publication.isModerated);
    const label = isModerated ? 'Microphone muted by a moderator' : 'Microphone off';
    this.element.querySelector('.muted-badge').setAttribute('aria-label', label);
  }

  #sound() {
    const tracks = [...this.#participant.publications.values()]
      .filter(({ kind }) => kind === 'audio')
      .map(({ track }) => track)
      .filter(Boolean);
    for (const [track, { element }] of this.#sounds) {
      if (tracks.includes(track)) continue;
      track.detach(element);
      element.remove();
      this.#sounds.delete(track);
    }
    for (const track of tracks.filter((each) => !this.#sounds.has(each))) {
      const element = track.attach();
      this.element.append(element);
      this.#sounds.set(track, { track, element });
    }
  }

  #showPicture() {
    const hasFrame = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    this.element.dataset.picture = this.element.dataset.source !== 'none' && hasFrame ? 'on' : 'off';
  }
}
