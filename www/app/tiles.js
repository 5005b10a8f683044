/** One tile for each person, and a grid that fits them all. */

const grid = document.querySelector('#grid');
const template = document.querySelector('#tile');
const RATIO = 16 / 9;
const LEAST_WIDTH = 150;

function initials(name) {
  const letters = name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}

/** A colour that stays with a name. */
const hue = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

/** Shows a participant until `remove`. */
export class Tile {
  #participant;
  #element = template.content.firstElementChild.cloneNode(true);
  #audio = [];

  constructor(participant) {
    this.#participant = participant;
    if (participant.isLocal) this.#element.dataset.self = '';
    this.#element.querySelector('.you').hidden = !participant.isLocal;
    grid.append(this.#element);
    this.update();
    layOut();
  }

  get video() {
    return this.#element.querySelector('video');
  }

  /** Brings names and badges up to date. */
  update() {
    const { id, display, isSpeaking, isCameraEnabled, isMicrophoneEnabled } = this.#participant;
    const name = display || 'Guest';
    const { dataset } = this.#element;
    dataset.participant = String(id ?? '');
    dataset.camera = isCameraEnabled && this.#hasPicture ? 'on' : 'off';
    dataset.microphone = isMicrophoneEnabled ? 'on' : 'off';
    dataset.speaking = String(isSpeaking && isMicrophoneEnabled);
    this.#element.querySelector('.name').textContent = name;
    const avatar = this.#element.querySelector('.avatar');
    avatar.textContent = initials(name);
    avatar.style.setProperty('--hue', hue(name));
  }

  get #hasPicture() {
    return [...this.#participant.publications.values()].some(({ kind, track }) => kind === 'video' && track);
  }

  /** Plays a track: pictures in the tile, sound beside it. */
  attach(track) {
    if (track.kind === 'video') {
      track.attach(this.video);
    } else if (!this.#participant.isLocal) {
      const audio = track.attach();
      this.#audio.push(audio);
      this.#element.append(audio);
    }
    this.update();
  }

  detach(track) {
    for (const element of track.detach()) {
      if (element === this.video) continue;
      element.remove();
      this.#audio = this.#audio.filter((one) => one !== element);
    }
    this.update();
  }

  remove() {
    for (const { track } of this.#participant.publications.values()) track?.detach();
    this.#element.remove();
    layOut();
  }
}

/** The widest tiles of which all fit; where even small ones do not, two columns that scroll. */
function layOut() {
  const count = grid.childElementCount;
  const { clientWidth: width, clientHeight: height } = grid;
  if (count === 0 || width === 0) return;
  const gap = width < 600 ? 6 : 10;
  let best = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows) * RATIO;
    best = Math.max(best, Math.min(byWidth, byHeight));
  }
  const least = Math.min((width - gap) / 2, LEAST_WIDTH);
  grid.style.setProperty('--gap', `${gap}px`);
  grid.style.setProperty('--tile-width', `${Math.floor(Math.max(best, least))}px`);
}

new ResizeObserver(layOut).observe(grid);
