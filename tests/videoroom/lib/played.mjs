/** A VideoRoom that is played: one room as Janus 1.1.2 keeps it, with threads that are as slow as a test wants. */
import { setTimeout as pause } from 'node:timers/promises';
import { JanusError } from '../../../dist/index.js';
import { videoRoom } from '../../../dist/videoroom/index.js';

const CODES = { 428: 'feed-not-found', 436: 'id-taken' };

const refuse = (status, request) => {
  throw new JanusError(`${request}: played (${status})`, { code: CODES[status], status, request, retryable: false });
};

export class PlayedRoom {
  /** Who is in the room, by id. */
  people = new Map();
  /** What was asked, by name. */
  asked = [];
  /** Where copies go: their names. */
  remotes = new Set();
  /** How long copies take to come, to go, and to be told of, ms. */
  slow = { adding: 5, removing: 5, telling: 0 };
  /** Requests that are never answered. */
  silent = new Set();
  /** How many copies came so far. */
  came = 0;
  #handles = [];
  #listeners = new Map();
  #nextId = 1000;

  constructor() {
    const session = {
      on: (name, listener) => {
        this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
        return () => {};
      },
      videoRoom: async () => this.rooms,
    };
    const attach = async (tell) => {
      this.#handles.push(tell);
      return this.#core();
    };
    this.rooms = videoRoom(this.#core(), { attach, version: 1102, session });
  }

  /** Tells what becomes of the session. */
  session(name, event = {}) {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }

  /** Tells everybody who looks on. */
  tell(data) {
    const event = { data: JSON.stringify({ videoroom: 'event', room: 1, ...data }) };
    for (const tell of this.#handles) tell('event', event);
  }

  /** Somebody publishes, or publishes something else. */
  publish(id, streams, display = 'Ada') {
    this.people.set(id, { id, display, streams });
    this.tell({ publishers: [{ id, display, streams }] });
  }

  rename(id, display) {
    Object.assign(this.people.get(id), { display });
    this.tell({ id, display });
  }

  leave(id) {
    this.people.delete(id);
    this.tell({ leaving: id });
  }

  #core() {
    return {
      id: (this.#nextId += 1),
      send: async (text, _jsep, request) => {
        this.asked.push(request);
        if (this.silent.has(request)) return new Promise(() => {});
        await pause(1);
        return { data: JSON.stringify({ videoroom: 'success', room: 1, ...this[`_${request}`]?.(JSON.parse(text)) }) };
      },
      detach: async () => {},
    };
  }

  _join() {
    const publishers = [...this.people.values()].filter(({ streams }) => streams);
    return { videoroom: 'joined', id: (this.#nextId += 1), private_id: 1, publishers };
  }

  _listparticipants() {
    return { participants: [...this.people.values()].map(({ id, display }) => ({ id, display, publisher: true })) };
  }

  _add_remote_publisher({ id, display, streams }) {
    if (this.people.has(id)) refuse(436, 'add_remote_publisher');
    // A thread of its own puts it into the room.
    const copies = streams.map((stream, index) => ({ ...stream, mid: String(index), mindex: index }));
    setTimeout(() => {
      this.publish(id, copies, display);
      this.people.get(id).remote = true;
      this.came += 1;
    }, this.slow.adding);
    return { id, port: 5000 };
  }

  _update_remote_publisher({ id, display, streams }) {
    const copy = this.#copy(id, 'update_remote_publisher');
    if (display !== undefined) copy.display = display;
    let changes = false;
    for (const stream of streams) {
      const known = copy.streams.find(({ mid }) => mid === stream.mid);
      if (!known) {
        copy.streams.push({ ...stream, mid: String(stream.mindex) });
        changes = true;
        continue;
      }
      const { description, disabled } = stream;
      if (known.description === undefined || (description !== undefined && description !== known.description)) {
        known.description = description;
        changes = true;
      }
      if (known.disabled !== disabled) changes = true;
      known.disabled = disabled;
    }
    if (changes) this.tell({ publishers: [copy] });
  }

  _remove_remote_publisher({ id }) {
    const copy = this.#copy(id, 'remove_remote_publisher');
    copy.going = true;
    setTimeout(() => {
      this.people.delete(id);
      setTimeout(() => this.tell({ leaving: id }), this.slow.telling);
    }, this.slow.removing);
  }

  #copy(id, request) {
    const copy = this.people.get(id);
    if (!copy?.remote || copy.going) refuse(428, request);
    return copy;
  }

  _publish_remotely({ remote_id: name }) {
    this.remotes.add(name);
  }

  _unpublish_remotely({ remote_id: name }) {
    if (!this.remotes.delete(name)) refuse(428, 'unpublish_remotely');
  }

  _listremotes() {
    return { list: [...this.remotes].map((name) => ({ remote_id: name, host: 'h', port: 1 })) };
  }
}
