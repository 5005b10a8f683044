import { JanusError, internal } from '../index.js';
import type { Abortable } from '../events.js';
import type { Participant } from '../participant.js';
import type { TrackPublication } from '../publication.js';
import type { Id } from '../types.js';
import type { Method } from '../videoroom/requests.js';
import type { RoomInfo } from '../videoroom/types.js';
import type { Host } from './index.js';
import { withParts } from './parts.js';

const { checked, invalidArgument, isId, normalizeId } = internal;

/** Loaded with the first moderator, and with no call. */
const loadVideoRoom = (): Promise<typeof import('../videoroom/index.js')> => import('../videoroom/index.js');

/** The fields of requests used here are as old as the plugin. */
const ANY_VERSION = 0;

/**
 * A room, for those who know its secret. Rejects with `missing-element` (429) where a secret is needed and none was
 * given, with `unauthorized` (433) if it is wrong, and with `invalid-state` outside of the room; it stays with the room it
 * was made in, and once that is left, another is needed. The secret is in the
 * requests and nowhere else: neither in errors nor in logs.
 *
 * @example
 * const moderation = await room.moderation(secret);
 * await moderation.kick(participant);
 */
export class Moderation {
  readonly #host: Host;
  readonly #secret: string | undefined;
  readonly #stay: AbortSignal;

  /** @internal */
  constructor(host: Host, secret: string | undefined, stay: AbortSignal) {
    this.#host = host;
    this.#secret = secret;
    this.#stay = stay;
  }

  /** Sends somebody out, who may come back. Rejects with `feed-not-found` (428) for people who are not here. */
  async kick(participant: Participant | Id, options: Abortable = {}): Promise<void> {
    const id = typeof participant === 'object' ? participant?.id : participant;
    if (!isId(id)) throw invalidArgument('participant: expected a participant of the room, or an id');
    await this.#ask('kick', { id }, options);
  }

  /**
   * Nobody receives this stream any longer, until `unmute()`; those who join later included. Its owner cannot undo it,
   * and everybody sees `publication.isModerated`. Rejects with `feed-not-found` (428) if it is gone.
   */
  mute(publication: TrackPublication, options: Abortable = {}): Promise<void> {
    return this.#moderate(publication, true, options);
  }

  /** The stream is received again, unless its owner muted it. */
  unmute(publication: TrackPublication, options: Abortable = {}): Promise<void> {
    return this.#moderate(publication, false, options);
  }

  /**
   * Lets in only those who know this pin from now on. Those who are here stay; they too need it to come back, and to see and
   * hear others when a connection is made anew: `room.setCredentials()`. This room has it already.
   */
  async lock(pin: string, options: Abortable = {}): Promise<void> {
    if (typeof pin !== 'string' || pin === '') throw invalidArgument('pin: expected a text that is not empty');
    await this.#ask('edit', { newPin: pin }, options);
    const { room } = this.#host;
    if (room.state !== 'disconnected') room.setCredentials({ pin });
  }

  /**
   * Lets in everybody again. No Janus so far can take a pin away: then this rejects with `unsupported`, and the room stays
   * as it is. Lock it with another pin and give that out, or make another room.
   */
  async unlock(options: Abortable = {}): Promise<void> {
    await this.#ask('edit', { newPin: '' }, options);
    const { list } = (await this.#ask('list', {}, options)) as { list: RoomInfo[] };
    if (list.find(({ room }) => normalizeId(room) === this.#host.room.id)?.pinRequired === false) return;
    const text = 'this Janus cannot take the pin of a room away: lock it with another pin, or make a room without one';
    throw new JanusError(text, { code: 'unsupported', request: 'edit', retryable: false });
  }

  /** Begins or ends recording everybody, to files on the server. Gives whether everybody is recorded now. */
  async setRecording(record: boolean, options: Abortable = {}): Promise<boolean> {
    return (await this.#ask('enableRecording', { record }, options))['record'] as boolean;
  }

  /** Ends the room and sends everybody out, ourselves too: `disconnected` with `room-destroyed`. */
  async end(options: Abortable = {}): Promise<void> {
    let isEnded = false;
    const stop = this.#host.room.on('stateChanged', ({ reason }) => (isEnded ||= reason === 'room-destroyed'));
    try {
      await this.#ask('destroy', {}, options);
    } catch (error) {
      // That may be told before it is answered, and ends the session the answer was to come by.
      if (!isEnded) throw error;
    } finally {
      stop();
    }
  }

  async #moderate(publication: TrackPublication, mute: boolean, options: Abortable): Promise<void> {
    const [id, mid] = [publication?.participant?.id, publication?.mid];
    if (!isId(id)) throw invalidArgument('publication: expected a publication of somebody in the room');
    await this.#ask('moderate', { id, mid, mute }, options);
  }

  /** These requests are answered at once, so that the handle that is in the room can carry them. */
  #ask(method: Method, body: object, options: Abortable): Promise<Record<string, unknown>> {
    const given = { ...body, ...checked('opening', options ?? {}, '') };
    return this.#host.within(async () => {
      const { RoomHandle } = await loadVideoRoom();
      // Another room is not the one it was made for.
      if (this.#stay.aborted) throw new JanusError('the room this moderates was left', { code: 'invalid-state', retryable: false });
      const fields = method === 'list' ? given : { room: this.#host.room.id, secret: this.#secret, ...given };
      return withParts(this.#host.core(), ({ publisher }) => new RoomHandle(publisher, ANY_VERSION).read(method, fields));
    });
  }
}

/** @internal */
export async function moderation(host: Host, secret: string | undefined, stay: AbortSignal): Promise<Moderation> {
  if (secret !== undefined && typeof secret !== 'string') throw invalidArgument('secret: expected a text');
  return new Moderation(host, secret, stay);
}
