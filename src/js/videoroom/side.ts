import { JanusError, internal } from '../index.js';
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
  /** The connection was away: what happened meanwhile is not known, and if `renewed` the server forgot all it had. */
  again(renewed: boolean): void;
}

/** How long the room's word of something that was done may take, ms: it may be lost with a connection. */
const NEWS = 2_000;

/** Whether what failed may be done all the same; what was called off may. */
export const mayHaveExecuted = (error: unknown): boolean => !(error instanceof JanusError) || error.mayHaveExecuted;

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
  /** Whose going was asked for, and is still to be told. */
  readonly #expelled = new Set<Id>();
  /** Those who wait for news. */
  readonly #looking = new Set<() => void>();

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
    this.#expelled.clear();
    for (const id of watcher.publishers.keys()) this.left.delete(id);
    // While it is replaced, the one before it hears the same.
    const news = (happened?: () => void) => (): void => {
      if (this.#watcher !== watcher) return;
      happened?.();
      for (const look of [...this.#looking]) look();
      this.#heard.changed();
    };
    const went = ({ id }: { id: Id }): void =>
      news(() => void (this.#expelled.delete(id) || this.left.add(id)))();
    const text = (reason: string): JanusError => new JanusError(reason, { code: 'closed', retryable: false });
    watcher.on('publishers', ({ publishers }) => news(() => publishers.forEach(({ id }) => this.left.delete(id)))());
    watcher.on('changed', news());
    watcher.on('unpublished', news());
    watcher.on('leaving', went);
    watcher.on('kicked', went);
    watcher.on('destroyed', () => this.#heard.gone(text('the room was ended')));
    watcher.on('kickedOurselves', () => this.#heard.gone(text('a moderator sent the link out of the room')));
    watcher.on('detached', () => {
      if (this.#watcher === watcher) this.#heard.gone(text('the handle that looks on is gone'));
    });
  }

  /** Until somebody is told to publish: the server answers that it added somebody before it knows them. */
  here(id: Id, signal: AbortSignal): Promise<void> {
    return this.#until(() => this.publishers.has(id), signal);
  }

  /** Removes somebody, and waits until the room is told: before that the server has the id for taken. */
  async expel(id: Id, remove: () => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#expelled.add(id);
    try {
      await remove();
    } catch (error) {
      if (!mayHaveExecuted(error)) this.#expelled.delete(id);
      throw error;
    }
    await this.#until(() => !this.#expelled.has(id), signal);
  }

  async #until(fits: () => boolean, signal: AbortSignal): Promise<void> {
    if (fits() || !this.isIn) return;
    let end = (): void => undefined;
    const news = new Promise<void>((resolve) => {
      const look = (): void => {
        if (fits()) resolve();
      };
      const late = setTimeout(resolve, NEWS);
      this.#looking.add(look);
      end = () => {
        clearTimeout(late);
        this.#looking.delete(look);
      };
    });
    // Called off, it waits no longer; what is asked next says so.
    await internal.abortable(news, signal).catch(() => undefined);
    end();
  }

  /** The connection is back: who is here is asked anew, by joining anew. */
  #back(renewed: boolean): void {
    const before = renewed ? undefined : this.#watcher;
    if (renewed) this.#watcher = undefined;
    const entering = async (): Promise<void> => {
      if (renewed) await this.#renew();
      await this.#watch();
      if (!this.#left) this.#heard.again(renewed);
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
    try {
      await watcher?.leave();
    } finally {
      if (this.#own) await this.#rooms.detach();
    }
  }
}
