import { announce, byId } from './dom.js';
import { clearMessage, showMessage } from './messages.js';

const button = byId('hand');

/** The own hand, and a word about everybody's. Their tiles show them. */
export class Hands {
  #room;
  #wish;
  #isOpen = false;

  constructor(room) {
    this.#room = room;
    button.addEventListener('click', () => void this.toggle());
    room.on('attributesChanged', ({ participant, changed }) => {
      if (!this.#isOpen || !changed.includes('hand')) return;
      this.#render();
      announce(describe(participant));
    });
  }

  /** The call is up. */
  open() {
    this.#isOpen = true;
    this.#render();
  }

  /** The call is over. A hand stays up until it is lowered, in the next call as well. */
  close() {
    this.#isOpen = false;
    clearMessage('hand');
    if (this.#isUp) this.#room.localParticipant.setHandRaised(false).catch(() => undefined);
    this.#wish = undefined;
  }

  async toggle() {
    const raised = !this.#isUp;
    this.#wish = raised;
    this.#render();
    try {
      await this.#room.localParticipant.setHandRaised(raised);
      clearMessage('hand');
    } catch (error) {
      const text = `Your hand could not be ${raised ? 'raised' : 'lowered'}. Try again.`;
      if (this.#isOpen) showMessage('hand', { code: error.code ?? error.name, text });
    } finally {
      if (this.#wish === raised) this.#wish = undefined;
      this.#render();
    }
  }

  get #isUp() {
    return this.#wish ?? this.#room.localParticipant.isHandRaised;
  }

  #render() {
    button.setAttribute('aria-pressed', String(this.#isUp));
    button.title = `${this.#isUp ? 'Lower' : 'Raise'} your hand (h)`;
  }
}

function describe({ isLocal, display, isHandRaised }) {
  if (isLocal) return `Your hand is ${isHandRaised ? 'up' : 'down'}`;
  return `${display || 'Guest'} ${isHandRaised ? 'raised' : 'lowered'} their hand`;
}
