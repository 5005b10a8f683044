// One room, watched by somebody who joined it without publishing: servers tell only participants what happens.
import { ask } from './ask.js';
import { byId, count, entries, whilePressed } from './dom.js';
import { Person } from './person.js';
import { attempt, complain, content } from './problems.js';

export class RoomView {
  #info;
  #secret;
  #pin;
  #watcher;
  #people = new Map();
  /** Who left since we are here: a list that was on its way may still have them. */
  #gone = new Set();
  #leave;
  rooms;

  /** `leave` is called when there is nothing to see any more. */
  constructor(rooms, info, { pin, secret }, leave) {
    this.rooms = rooms;
    this.#info = info;
    this.#pin = pin;
    this.#secret = secret;
    this.#leave = leave;
  }

  /** What is known of the room by now. */
  get info() {
    return this.#info;
  }

  /** The room with what it takes to change it. The secret is here, and nowhere else. */
  own() {
    return { room: this.#info.room, secret: this.#secret };
  }

  /** The room with what it takes to enter it. */
  entry() {
    return { room: this.#info.room, pin: this.#pin, privateId: this.#watcher?.joined.privateId };
  }

  async open() {
    const { room } = this.#info;
    const watcher = await this.rooms.joinPublisher({ room, pin: this.#pin, display: 'Operator' });
    this.#watcher = watcher;
    this.#info = { ...this.#info, description: this.#info.description ?? watcher.joined.description };
    this.#listen(watcher);
    const { publishers, attendees = [] } = watcher.joined;
    for (const who of [...attendees, ...publishers.filter(({ dummy }) => !dummy)]) this.#know(who);
    // Rooms that do not announce who listens tell it here.
    const everybody = await this.rooms.listParticipants(room);
    for (const { id, display, dummy } of everybody) if (!dummy && !this.#gone.has(id)) this.#know({ id, display });
    this.#bind();
    this.#paint();
  }

  async close() {
    for (const person of this.#people.values()) await person.stopWatching();
    this.#people.clear();
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await watcher?.leave();
  }

  #listen(watcher) {
    const person = (id) => this.#people.get(id);
    const gone = ({ id }) => this.#forget(id);
    watcher.on('publishers', ({ publishers }) => publishers.forEach((who) => this.#know(who)));
    watcher.on('joining', (who) => this.#know(who));
    watcher.on('changed', (who) => this.#know(who));
    watcher.on('unpublished', ({ id }) => person(id)?.update({ streams: undefined }));
    watcher.on('leaving', gone);
    watcher.on('kicked', gone);
    watcher.on('moderated', ({ id, mid, muted }) => person(id)?.moderated(mid, muted));
    watcher.on('talking', ({ id }) => person(id)?.speaking(true));
    watcher.on('stoppedTalking', ({ id }) => person(id)?.speaking(false));
    watcher.on('destroyed', () => this.#over('The room was closed.'));
    watcher.on('kickedOurselves', () => this.#over('Somebody sent you out of the room.'));
  }

  #over(text) {
    this.#watcher = undefined;
    this.#leave(text);
  }

  #know(who) {
    if (who.id === this.#watcher?.id) return;
    this.#gone.delete(who.id);
    const known = this.#people.get(who.id);
    if (known) known.update(who);
    else {
      const person = new Person(this, who);
      this.#people.set(who.id, person);
      byId('people').append(person.element);
    }
    this.#paint();
  }

  #forget(id) {
    this.#gone.add(id);
    const person = this.#people.get(id);
    this.#people.delete(id);
    void person?.stopWatching();
    person?.element.remove();
    this.#paint();
  }

  #bind() {
    const on = (id, work) => {
      byId(id).onclick = ({ currentTarget }) => whilePressed(currentTarget, () => attempt(work));
    };
    on('record', () => this.#record());
    on('close', () => this.#destroy());
    byId('edit').onsubmit = (event) => {
      event.preventDefault();
      void whilePressed(event.submitter, () => attempt(() => this.#edit(event.target)));
    };
    const { newDescription, newPublishers, newBitrate } = byId('edit').elements;
    newDescription.value = this.#info.description;
    newPublishers.value = this.#info.maxPublishers ?? '';
    newBitrate.value = this.#info.bitrate === undefined ? '' : this.#info.bitrate / 1000;
  }

  #paint() {
    const { description, room, maxPublishers, bitrate, record } = this.#info;
    byId('room-title').textContent = description;
    const limit = bitrate > 0 ? `${Math.round(bitrate / 1000)} kbit/s each` : 'no limit of bandwidth';
    const facts = [`Room ${room}`, count(this.#people.size, 'person', 'people')];
    // Of a room that is in no list no more is known.
    if (maxPublishers !== undefined) facts.push(`${maxPublishers} publishers at most`, limit);
    byId('facts').textContent = facts.join(' · ');
    byId('nobody').hidden = this.#people.size > 0;
    byId('record').setAttribute('aria-pressed', String(Boolean(record)));
    byId('record').textContent = record ? 'Stop recording' : 'Record everybody';
  }

  async #record() {
    const record = await this.rooms.enableRecording({ ...this.own(), record: !this.#info.record });
    this.#info = { ...this.#info, record };
    this.#paint();
  }

  async #edit(form) {
    const { newBitrate, ...changes } = entries(form);
    const bitrate = newBitrate === undefined ? this.#info.bitrate : Math.round(newBitrate * 1000);
    await this.rooms.edit({ ...this.own(), ...changes, newBitrate: bitrate });
    const { newDescription: description, newPublishers: maxPublishers, newPin } = changes;
    this.#info = { ...this.#info, description, maxPublishers, bitrate };
    this.#pin = newPin ?? this.#pin;
    form.elements.newPin.value = '';
    this.#paint();
  }

  async #destroy() {
    const text = `Everybody in “${this.#info.description}” is sent out, and the room is gone.`;
    if (await ask({ title: 'Close the room?', text, yes: 'Close the room', danger: true })) {
      await this.rooms.destroy(this.own());
    }
  }
}

/** Opens a room, or says why not. */
export async function openRoom(rooms, info, credentials, leave) {
  const view = new RoomView(rooms, info, credentials, leave);
  try {
    await view.open();
    content();
    return view;
  } catch (error) {
    await view.close().catch(() => {});
    complain(error);
    return undefined;
  }
}
