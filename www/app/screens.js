import { byId } from './dom.js';

/** The publication of what somebody shares, if anything comes: beside the camera, not instead of it. */
export function screenOf(participant) {
  return [...participant.publications.values()]
    .find(({ kind, source, track, isMuted }) => kind === 'video' && source === 'screen' && track && !isMuted);
}

/** A shared screen, whole and large, and who presents it. */
export class Screen {
  element = byId('screen-template').content.firstElementChild.cloneNode(true);
  #participant;
  #video = this.element.querySelector('video');
  #track;

  constructor(participant) {
    this.#participant = participant;
    this.update();
  }

  /** Brings it up to date with what the participant shares now. */
  update() {
    const { isLocal, display } = this.#participant;
    this.element.querySelector('.name').textContent = isLocal ? 'You' : display || 'Guest';
    this.element.querySelector('.presents').textContent = isLocal ? 'are presenting' : 'is presenting';
    const publication = screenOf(this.#participant);
    this.element.dataset.frozen = String(publication?.isStalled ?? false);
    const track = publication?.track;
    if (track === this.#track) return;
    this.#track?.detach(this.#video);
    this.#track = track;
    track?.attach(this.#video);
  }

  remove() {
    this.#track?.detach(this.#video);
    this.element.remove();
  }
}
