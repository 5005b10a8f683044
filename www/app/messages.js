import { byId } from './dom.js';

const box = byId('message');
const text = box.querySelector('.message-text');
const detail = box.querySelector('.message-detail');

/** What the message is about: a device's trouble never hides why one is not in the room. */
let topic = '';

/** Shows a sentence until something better happens or the reader dismisses it. */
export function showMessage(about, { code, text: sentence, detail: more = '' }) {
  if (about === 'device' && topic === 'room') return;
  topic = about;
  box.dataset.code = code;
  box.dataset.about = about;
  box.hidden = false;
  text.textContent = sentence;
  detail.textContent = more;
}

/** Takes the message away; with `about`, only one about that. */
export function clearMessage(about = topic) {
  if (about !== topic) return;
  topic = '';
  box.hidden = true;
  delete box.dataset.code;
  text.textContent = '';
  detail.textContent = '';
}

box.querySelector('button').addEventListener('click', () => clearMessage());
