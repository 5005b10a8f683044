// One person of a room: what is sent, muted, said; and what an operator can do about it.
import { make, whilePressed } from './dom.js';
import { attempt } from './problems.js';
import { preview } from './preview.js';

const KINDS = { audio: 'Sound', video: 'Picture', data: 'Data' };

/** What there is to watch and to hear. */
const live = (streams) => (streams ?? []).filter(({ type, disabled }) => type !== 'data' && !disabled);

/** Which streams those are, to see whether they are others. */
const lines = (streams) => live(streams).map(({ mid, codec }) => `${mid} ${codec}`).join();

function words(stream) {
  const details = [stream.codec?.toUpperCase(), stream.simulcast && 'simulcast', stream.disabled && 'off'];
  return [stream.description ?? KINDS[stream.type], ...details].filter(Boolean).join(' · ');
}

export class Person {
  #room;
  #info;
  #preview;
  #status = make('span', { className: 'tag' });
  #streams = make('ul', { className: 'streams', role: 'list' });
  #name = make('strong');
  #show = make('button', { className: 'quiet', type: 'button', text: 'Watch' });
  #kick = make('button', { className: 'danger', type: 'button', text: 'Send out' });
  #video = make('video', { muted: true, autoplay: true, playsInline: true, hidden: true });
  element = make('li', { className: 'person' });

  /** `room` has what is needed to ask: `rooms`, and `own()` with number and secret. */
  constructor(room, info) {
    this.#room = room;
    const head = make('div', { className: 'bar' }, [
      make('div', {}, [this.#name, ' ', this.#status]), make('div', { className: 'tools' }, [this.#show, this.#kick]),
    ]);
    this.element.append(head, this.#streams, this.#video);
    this.#show.addEventListener('click', () => whilePressed(this.#show, () => attempt(() => this.#toggle())));
    this.#kick.addEventListener('click', () => whilePressed(this.#kick, () => attempt(() => this.#sendOut())));
    this.update(info);
  }

  /** Replaces what is known. With other streams, or none any more, what was watched is over. */
  update(info) {
    const before = lines(this.#info?.streams);
    this.#info = { ...this.#info, ...info };
    if (this.#preview && lines(this.#info.streams) !== before) void this.stopWatching();
    this.#paint();
  }

  moderated(mid, muted) {
    const streams = this.#info.streams?.map((stream) => (stream.mid === mid ? { ...stream, moderated: muted } : stream));
    this.#info = { ...this.#info, streams };
    this.#paint();
  }

  speaking(speaks) {
    this.element.toggleAttribute('data-speaking', speaks);
  }

  async stopWatching() {
    const shown = this.#preview;
    this.#preview = undefined;
    this.#video.hidden = true;
    this.#show.textContent = 'Watch';
    // Gone with the room, at times.
    await shown?.close().catch(() => {});
  }

  async #toggle() {
    if (this.#preview) return this.stopWatching();
    this.#video.hidden = false;
    this.#video.setAttribute('aria-label', `What ${this.#name.textContent} sends`);
    const before = lines(this.#info.streams);
    try {
      this.#preview = await preview(this.#room.rooms, { ...this.#room.entry(), publisher: this.#info }, this.#video);
      this.#show.textContent = 'Stop watching';
      // Gone meanwhile, or others.
      if (lines(this.#info.streams) !== before) await this.stopWatching();
    } catch (error) {
      this.#video.hidden = true;
      throw error;
    }
  }

  #sendOut() {
    return this.#room.rooms.kick({ ...this.#room.own(), id: this.#info.id });
  }

  #paint() {
    const { display, id, streams } = this.#info;
    this.#name.textContent = display || `Person ${id}`;
    this.#status.textContent = streams ? 'on air' : 'listening';
    this.#status.classList.toggle('live', Boolean(streams));
    this.#show.hidden = live(streams).length === 0;
    this.#streams.replaceChildren(...(streams ?? []).map((stream) => this.#line(stream)));
  }

  #line(stream) {
    const muted = Boolean(stream.moderated);
    const button = make('button', { className: 'quiet', type: 'button', text: muted ? 'Unmute' : 'Mute' });
    button.setAttribute('aria-label', `${button.textContent} ${words(stream)} of ${this.#name.textContent}`);
    button.hidden = stream.type === 'data' || Boolean(stream.disabled);
    button.addEventListener('click', () => whilePressed(button, () => attempt(() =>
      this.#room.rooms.moderate({ ...this.#room.own(), id: this.#info.id, mid: stream.mid, mute: !muted }))));
    const text = make('span', { text: words(stream) + (muted ? ' · muted by a moderator' : '') });
    return make('li', {}, [text, button]);
  }
}
