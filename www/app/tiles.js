import { byId, paintAvatar } from './dom.js';

/** One person in the grid: the picture, or an avatar; the name; who speaks and who is muted. */
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
    const { display, isCameraEnabled, isMicrophoneEnabled, isSpeaking, isLocal } = this.#participant;
    const name = display || 'Guest';
    const { dataset } = this.element;
    this.element.querySelector('.name').textContent = name;
    paintAvatar(this.element.querySelector('.avatar'), name);
    dataset.camera = isCameraEnabled ? 'on' : 'off';
    dataset.microphone = isMicrophoneEnabled ? 'on' : 'off';
    dataset.speaking = String(isSpeaking && isMicrophoneEnabled);
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
    // A picture that only pauses stays attached, and is back at once.
    if (!shown || shown.track === this.#picture?.track) return;
    this.#picture?.track.detach(this.#video);
    this.#picture = { track: shown.track };
    shown.track.attach(this.#video);
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
