import { ChatLog } from './chat-log.js';
import { announce, byId } from './dom.js';

const panel = byId('chat');
const button = byId('open-chat');
const badge = button.querySelector('.badge');
const form = byId('chat-form');
const box = byId('chat-text');
const hint = byId('chat-hint');

/** What the library takes, in characters. */
const LONGEST = 16_384;
/** So much of a message is read out while the chat is closed, characters. */
const READ_OUT = 200;

const USUAL = 'Message to everybody';
const FULL = 'The room is full: messages wait';

/** What people in the call write to each other: a panel, and a button that says how much is unread. */
export class Chat {
  #room;
  #log = new ChatLog();
  #unread = 0;
  #unsent = new Set();
  /** By room, what was typed and not sent when it was left: it is meant for those there, and for nobody else. */
  #drafts = new Map();

  constructor(room) {
    this.#room = room;
    room.on('chatMessage', ({ message }) => this.#hear(message));
    button.addEventListener('click', () => this.toggle());
    byId('close-chat').addEventListener('click', () => this.#hide());
    document.addEventListener('keydown', (event) => {
      const isOurs = event.key === 'Escape' && this.#isShown && !document.querySelector('dialog[open]');
      if (isOurs && !isComposing(event)) this.#hide();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    box.addEventListener('input', () => this.#typed());
    box.addEventListener('keydown', (event) => {
      // Enter that ends the composing of a word is not meant for us.
      if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  /** The call is up. */
  open() {
    const draft = this.#drafts.get(this.#room.id);
    this.#drafts.delete(this.#room.id);
    if (draft) this.#type(draft, 'This was not sent before you left.');
    this.#render();
  }

  /** The room has no place for those who write: what they write waits until there is one. */
  queue() {
    box.placeholder = FULL;
  }

  /** The call is over: what was said in it goes, and what could not be sent waits for the next one in this room. */
  close() {
    const unsent = [...this.#unsent].map(({ text }) => text);
    const draft = [...unsent, box.value].filter((text) => text.trim()).join('\n');
    if (draft) this.#drafts.set(this.#room.id, draft);
    this.#unsent.clear();
    this.#unread = 0;
    this.#log.clear();
    this.#type('');
    box.placeholder = USUAL;
    panel.hidden = true;
    this.#render();
  }

  toggle() {
    if (this.#isShown) this.#hide();
    else this.#show();
  }

  get #isShown() {
    return !panel.hidden;
  }

  #show() {
    panel.hidden = false;
    this.#unread = 0;
    this.#render();
    this.#grow();
    this.#log.toEnd();
    // On a screen that is touched, the keyboard would hide what one wants to read.
    if (matchMedia('(pointer: coarse)').matches) panel.focus();
    else box.focus();
  }

  #hide() {
    const isFocused = panel.contains(document.activeElement);
    panel.hidden = true;
    this.#render();
    if (isFocused) button.focus();
  }

  #hear({ from, participant, text, time }) {
    const name = participant.display || 'Guest';
    this.#log.add({ from, name, text, time });
    if (this.#isShown) return;
    this.#unread += 1;
    this.#render();
    announce(`${name} writes: ${text.slice(0, READ_OUT)}`);
  }

  #submit() {
    const text = box.value.replace(/^\s*\n|\s+$/g, '');
    if (text === '') return;
    if (text.length > LONGEST) {
      const [most, length] = [LONGEST, text.length].map((count) => count.toLocaleString());
      hint.textContent = `A message has at most ${most} characters, and this has ${length}. Shorten it, then send it.`;
      return;
    }
    const from = String(this.#room.localParticipant.id);
    const entry = this.#log.add({ from, name: 'You', text, time: new Date(), isOwn: true });
    entry.onRetry = () => {
      box.focus();
      void this.#send(entry);
    };
    this.#type('');
    box.focus();
    void this.#send(entry);
  }

  async #send(entry) {
    this.#unsent.add(entry);
    entry.state = 'sending';
    this.#render();
    try {
      await this.#room.localParticipant.sendChatMessage(entry.text);
      this.#unsent.delete(entry);
      entry.state = 'sent';
      box.placeholder = USUAL;
      this.#render();
    } catch {
      // It is in the draft for the next call, if this one is over.
      if (!this.#unsent.has(entry)) return;
      entry.state = 'failed';
      this.#render();
      if (!this.#isShown) announce('A message was not sent');
    }
  }

  /** Puts text into the box, with a word about it. */
  #type(text, about = '') {
    box.value = text;
    this.#typed();
    hint.textContent = about;
  }

  #typed() {
    hint.textContent = '';
    byId('send').disabled = box.value.trim() === '';
    this.#grow();
  }

  /** The box is as high as its text, up to what the style sheet lets it be. */
  #grow() {
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }

  #render() {
    const isLacking = [...this.#unsent].some(({ state }) => state === 'failed');
    badge.hidden = this.#isShown || (this.#unread === 0 && !isLacking);
    badge.textContent = isLacking ? '!' : this.#unread > 99 ? '99+' : this.#unread;
    document.body.dataset.chat = this.#isShown ? 'open' : 'closed';
    button.setAttribute('aria-expanded', String(this.#isShown));
    button.setAttribute('aria-label', `Chat${unread(this.#unread)}${isLacking ? ', a message was not sent' : ''}`);
    button.title = this.#isShown ? 'Close the chat (c)' : 'Open the chat (c)';
  }
}

/** Safari says that a word is complete before the key that completes it; the key has this code then. */
function isComposing({ isComposing: composes, keyCode }) {
  return composes || keyCode === 229;
}

function unread(count) {
  if (count === 0) return '';
  return count === 1 ? ', 1 unread message' : `, ${count} unread messages`;
}
