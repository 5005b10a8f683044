import { JanusError } from '../index.js';
import type { Id } from '../types.js';
import type { VideoRoom } from './admin.js';
import type { Publisher } from './publisher.js';
import type { JoinPublisherOptions, PublisherInfo } from './types.js';

/** What somebody who looks on is told. */
interface Heard {
  /** People came, went, or publish something else. */
  changed(): void;
  /** The room, or the way to it, is gone for good. */
  gone(error?: JanusError): void;
  /** The connection was away: what happened meanwhile is not known, and the server may be a new one. */
  again(): void;
}

/** One of the two rooms of a link: somebody who looks on there without publishing, for as long as there is a room. */
export class Side {
  readonly #join: JoinPublisherOptions;
  readonly #heard: Heard;
  #rooms: VideoRoom;
  /** Whether that is ours, and not the one the page gave. */
  #own = false;
  #watcher: Publisher | undefined;
  #stops: (() => void)[] = [];
  #left = false;
  /** Who went since somebody looked on. */
  readonly left = new Set<Id>();

  constructor(rooms: VideoRoom, join: JoinPublisherOptions, heard: Heard) {
    this.#rooms = rooms;
    this.#join = join;
    this.#heard = heard;
  }

  /** What to ask with: a handle of the session there is now. */
  get rooms(): VideoRoom {
    return this.#rooms;
  }

  /** Whether somebody looks on now. */
  get isIn(): boolean {
    return this.#watcher !== undefined;
  }

  /** Who publishes, by id. */
  get publishers(): ReadonlyMap<Id, PublisherInfo> {
    return this.#watcher?.publishers ?? new Map<Id, PublisherInfo>();
  }

  async enter(): Promise<void> {
    const { session } = this.#rooms;
    this.#stops = [
      session.on('lost', ({ error, renewing }) => {
        this.#watcher = undefined;
        if (renewing) this.#heard.changed();
        else this.#heard.gone(error);
      }),
      session.on('resumed', () => this.#back(false)),
      session.on('renewed', () => this.#back(true)),
    ];
    await this.#watch();
  }

  async #watch(): Promise<void> {
    const watcher = await this.#rooms.joinPublisher(this.#join);
    if (this.#left) return watcher.leave();
    this.#watcher = watcher;
    for (const id of watcher.publishers.keys()) this.left.delete(id);
    const went = ({ id }: { id: Id }): void => {
      this.left.add(id);
      this.#heard.changed();
    };
    const text = (reason: string): JanusError => new JanusError(reason, { code: 'closed', retryable: false });
    watcher.on('publishers', ({ publishers }) => {
      for (const { id } of publishers) this.left.delete(id);
      this.#heard.changed();
    });
    watcher.on('changed', () => this.#heard.changed());
    watcher.on('unpublished', () => this.#heard.changed());
    watcher.on('leaving', went);
    watcher.on('kicked', went);
    watcher.on('destroyed', () => this.#heard.gone(text('the room was ended')));
    watcher.on('kickedOurselves', () => this.#heard.gone(text('a moderator sent the link out of the room')));
    watcher.on('detached', () => {
      if (this.#watcher === watcher) this.#heard.gone(text('the handle that looks on is gone'));
    });
  }

  /** The connection is back: who is here is asked anew, by joining anew. */
  #back(renewed: boolean): void {
    const before = renewed ? undefined : this.#watcher;
    if (renewed) this.#watcher = undefined;
    const entering = async (): Promise<void> => {
      if (renewed) await this.#renew();
      await this.#watch();
      if (!this.#left) this.#heard.again();
      await before?.leave();
    };
    // Lost once more, it will be tried again; anything else is the end.
    entering().catch((error: JanusError) => {
      const passing = ['connection-lost', 'session-not-found'].includes(error.code);
      if (!this.#left && !passing) this.#heard.gone(error);
    });
  }

  async #renew(): Promise<void> {
    const rooms = await this.#rooms.session.videoRoom();
    if (this.#left) return rooms.detach();
    this.#rooms = rooms;
    this.#own = true;
  }

  async leave(): Promise<void> {
    this.#left = true;
    for (const stop of this.#stops.splice(0)) stop();
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await watcher?.leave();
    if (this.#own) await this.#rooms.detach();
  }
}
