import { byId } from './dom.js';

const log = byId('chat-log');
const entries = byId('chat-entries');
const newest = byId('chat-newest');
const template = byId('entry-template');

/** So many are shown; the oldest make room. */
const MOST = 500;
/** Whoever is so close to the end is there, px. */
const NEAR = 32;
/** What somebody writes within this time of their last goes without another head, ms. */
const TOGETHER_MS = 120_000;

const STATES = { sending: 'Sending…', failed: 'Not sent.', sent: '' };

/** Something somebody wrote. What comes from the network is text, and stays text. */
class Entry {
  element = template.content.firstElementChild.cloneNode(true);
  text;
  #state = 'sent';

  constructor({ name, text, time, isOwn }) {
    this.text = text;
    const head = this.element.querySelector('time');
    head.dateTime = time.toISOString();
    head.textContent = time.toLocaleTimeString([], { timeStyle: 'short' });
    this.element.querySelector('.entry-name').textContent = name;
    this.element.querySelector('.entry-text').textContent = text;
    if (isOwn) this.element.dataset.own = '';
  }

  get state() {
    return this.#state;
  }

  set state(state) {
    this.#state = state;
    this.element.dataset.state = state;
    this.element.querySelector('.entry-state span').textContent = STATES[state];
  }

  /** Called when the person wants to send it again. */
  set onRetry(listener) {
    this.element.querySelector('button').addEventListener('click', listener);
  }
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

function measure() {
  return `${log.clientHeight} of ${log.scrollHeight}`;
}

/** What was written in this call: it keeps to the newest unless somebody reads further up. */
export class ChatLog {
  #sticks = true;
  /** What there was to scroll when it was looked at last. */
  #measured;
  #last;

  constructor() {
    log.addEventListener('scroll', () => {
      this.#look();
      if (this.#sticks) newest.hidden = true;
    });
    // The box below grows and keyboards open, which hides the newest; so does what an entry says of itself.
    const observer = new ResizeObserver(() => {
      if (this.#sticks) this.toEnd();
      this.#measured = measure();
    });
    observer.observe(log);
    observer.observe(entries);
    newest.addEventListener('click', () => {
      this.toEnd();
      log.focus({ preventScroll: true });
    });
  }

  /** `{ from, name, text, time, isOwn }`: `from` tells people of the same name apart. */
  add(said) {
    // Scrolling may not have been told yet.
    this.#look();
    const entry = new Entry(said);
    const follows = this.#last?.from === said.from && said.time - this.#last.time < TOGETHER_MS;
    if (follows) entry.element.dataset.follows = '';
    this.#last = said;
    entries.append(entry.element);
    this.#makeRoom();
    byId('chat-empty').hidden = true;
    if (said.isOwn || this.#sticks) this.toEnd();
    else newest.hidden = false;
    return entry;
  }

  toEnd() {
    this.#sticks = true;
    newest.hidden = true;
    log.scrollTop = log.scrollHeight;
    this.#measured = measure();
  }

  clear() {
    entries.replaceChildren();
    this.#last = undefined;
    byId('chat-empty').hidden = false;
    this.toEnd();
  }

  /** Where somebody is who scrolled. What became smaller or longer meanwhile took nobody away from the end. */
  #look() {
    if (measure() === this.#measured) this.#sticks = isAtEnd();
  }

  /** What is not sent yet stays, however old. */
  #makeRoom() {
    if (entries.childElementCount <= MOST) return;
    entries.querySelector('.entry:is(:not([data-state]), [data-state="sent"])')?.remove();
    delete entries.firstElementChild.dataset.follows;
  }
}
