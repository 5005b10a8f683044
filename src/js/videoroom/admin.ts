import type { Abortable } from '../events.js';
import type { Session } from '../janus.js';
import type { Id } from '../types.js';
import { RoomHandle, type Attaching, type Description } from './handle.js';
import { PublisherLink } from './link.js';
import { Publisher } from './publisher.js';
import { Subscriber } from './subscriber.js';
import type {
  AddRemotePublisherOptions,
  AllowedOptions,
  CreateRoomOptions,
  DestroyRoomOptions,
  EditRoomOptions,
  EnableRecordingOptions,
  InRoom,
  JoinAndConfigureOptions,
  JoinPublisherOptions,
  JoinSubscriberOptions,
  KickOptions,
  LinkPublisherOptions,
  ListForwardersOptions,
  ListOptions,
  ListRemotesOptions,
  Mapping,
  ModerateOptions,
  ParticipantInfo,
  PublishRemotelyOptions,
  Published,
  PublisherForwarders,
  Remote,
  RemotePublisher,
  RemoveRemotePublisherOptions,
  RoomChanged,
  RoomInfo,
  RtpForwardOptions,
  RtpForwarded,
  StopRtpForwardOptions,
  UnpublishRemotelyOptions,
  UpdateRemotePublisherOptions,
} from './types.js';

/**
 * VideoRoom, typed: everything about rooms on a handle that stays out of them, and the two roles one can have in one.
 *
 * Rooms with a secret ask for it: requests without are rejected with `missing-element` (429), with a wrong one with
 * `unauthorized` (433). What the server would refuse or is too old for rejects before it is sent, with
 * `invalid-argument` or `unsupported`.
 */
export class VideoRoom {
  readonly #handle: RoomHandle;
  readonly #attaching: Attaching;

  /** @internal */
  constructor(handle: RoomHandle, attaching: Attaching) {
    this.#handle = handle;
    this.#attaching = attaching;
  }

  /** The server's version as an integer: 1102 for 1.1.2. */
  get serverVersion(): number {
    return this.#handle.version;
  }

  /**
   * Makes a room (`create`). Rejects with `room-exists` (427) if the id is taken.
   *
   * @example
   * const { room } = await rooms.create({ description: 'Weekly', pin: '1234', isPrivate: true });
   */
  create(options: CreateRoomOptions & Abortable = {}): Promise<RoomChanged> {
    return this.#handle.read('create', options, 'room');
  }

  /** Changes a room (`edit`). Nobody is told. */
  edit(options: EditRoomOptions & Abortable): Promise<RoomChanged> {
    return this.#handle.read('edit', options, 'room');
  }

  /** Ends a room and sends everybody out (`destroy`). */
  destroy(options: DestroyRoomOptions & Abortable): Promise<RoomChanged> {
    return this.#handle.read('destroy', options, 'room');
  }

  /** Whether there is such a room, private ones included (`exists`). */
  async exists(room: Id, options: Abortable = {}): Promise<boolean> {
    const asked: InRoom & Abortable = { ...options, room };
    return (await this.#handle.read<{ exists: boolean }>('exists', asked, 'exists')).exists;
  }

  /** The public rooms; with the server's admin key the private ones too (`list`). */
  async list(options: ListOptions & Abortable = {}): Promise<RoomInfo[]> {
    return (await this.#handle.read<{ list: RoomInfo[] }>('list', options, 'list')).list;
  }

  /** Who is in a room (`listparticipants`). */
  async listParticipants(room: Id, options: Abortable = {}): Promise<ParticipantInfo[]> {
    const asked: InRoom & Abortable = { ...options, room };
    const answer = this.#handle.read<{ participants: ParticipantInfo[] }>('listParticipants', asked, 'participants');
    return (await answer).participants;
  }

  /** Changes who may join a room (`allowed`), and gives the tokens that may; with `disable` there are none. */
  async allowed(options: AllowedOptions & Abortable): Promise<string[]> {
    return (await this.#handle.read<{ allowed?: string[] }>('allowed', options)).allowed ?? [];
  }

  /** Sends somebody out (`kick`), who may come back. Rejects with `feed-not-found` (428) if nobody has that id. */
  async kick(options: KickOptions & Abortable): Promise<void> {
    await this.#handle.ask('kick', options);
  }

  /** Mutes or unmutes a stream for everybody (`moderate`). Rejects with `feed-not-found` (428). */
  async moderate(options: ModerateOptions & Abortable): Promise<void> {
    await this.#handle.ask('moderate', options);
  }

  /** Begins or ends recording everybody (`enable_recording`), and gives whether everybody is recorded now. */
  async enableRecording(options: EnableRecordingOptions & Abortable): Promise<boolean> {
    return (await this.#handle.read<{ record: boolean }>('enableRecording', options, 'record')).record;
  }

  /** Sends a publisher's media to an address as plain or secure RTP (`rtp_forward`). */
  rtpForward(options: RtpForwardOptions & Abortable): Promise<RtpForwarded> {
    return this.#handle.read('rtpForward', options, 'forwarders');
  }

  /** Ends one forwarder (`stop_rtp_forward`). Rejects with `feed-not-found` (428). */
  async stopRtpForward(options: StopRtpForwardOptions & Abortable): Promise<void> {
    await this.#handle.ask('stopRtpForward', options);
  }

  /** The forwarders of a room (`listforwarders`). */
  async listForwarders(options: ListForwardersOptions & Abortable): Promise<PublisherForwarders[]> {
    const answer = this.#handle.read<{ publishers: PublisherForwarders[] }>('listForwarders', options, 'publishers');
    return (await answer).publishers;
  }

  /** Sends a publisher's media to another Janus (`publish_remotely`). Rejects with `id-taken` (436). */
  async publishRemotely(options: PublishRemotelyOptions & Abortable): Promise<void> {
    await this.#handle.ask('publishRemotely', options);
  }

  /** Ends that (`unpublish_remotely`). */
  async unpublishRemotely(options: UnpublishRemotelyOptions & Abortable): Promise<void> {
    await this.#handle.ask('unpublishRemotely', options);
  }

  /** Where a publisher's media goes (`listremotes`). */
  async listRemotes(options: ListRemotesOptions & Abortable): Promise<Remote[]> {
    return (await this.#handle.read<{ list: Remote[] }>('listRemotes', options, 'list')).list;
  }

  /**
   * Shows a publisher of another Janus in a room of this one (`add_remote_publisher`); the answer says where the media
   * is awaited. The publisher stays until removed, whatever becomes of this handle. The server answers a moment before
   * they are in the room: until `publishers` or `listParticipants` tells of them, subscribing to them or updating them
   * may be refused with `feed-not-found` (428). Rejects with `id-taken` (436).
   */
  addRemotePublisher(options: AddRemotePublisherOptions & Abortable): Promise<RemotePublisher> {
    return this.#handle.read('addRemotePublisher', options, 'id', 'port');
  }

  /** Changes what such a publisher sends (`update_remote_publisher`). */
  async updateRemotePublisher(options: UpdateRemotePublisherOptions & Abortable): Promise<void> {
    await this.#handle.ask('updateRemotePublisher', options);
  }

  /** Removes such a publisher (`remove_remote_publisher`). */
  async removeRemotePublisher(options: RemoveRemotePublisherOptions & Abortable): Promise<void> {
    await this.#handle.ask('removeRemotePublisher', options);
  }

  /**
   * Joins a room (`join`), on a handle of its own. Rejects with `room-not-found` (426), `missing-element` (429) without
   * a pin, `unauthorized` (433) with a wrong one, `id-taken` (436).
   *
   * @example
   * const ada = await rooms.joinPublisher({ room: 1234, display: 'Ada' });
   * ada.on('publishers', ({ publishers }) => console.log(publishers));
   */
  async joinPublisher(options: JoinPublisherOptions & Abortable): Promise<Publisher> {
    return Publisher.join(this.#attaching, options);
  }

  /** Joins a room and publishes at once (`joinandconfigure`), on a handle of its own. */
  async joinAndConfigure(
    options: JoinAndConfigureOptions & { jsep: Description } & Abortable,
  ): Promise<Published & { publisher: Publisher }> {
    return Publisher.joinAndConfigure(this.#attaching, options);
  }

  /**
   * Subscribes to streams (`join`), on a handle of its own. The offer that comes is to be answered with `start`.
   * Rejects with `feed-not-found` (428), `invalid-sdp` (437) if nothing is left to subscribe to; one bad entry fails
   * the whole.
   */
  async joinSubscriber(
    options: JoinSubscriberOptions & Abortable,
  ): Promise<Mapping & { subscriber: Subscriber }> {
    return Subscriber.join(this.#attaching, options);
  }

  /**
   * Shows a publisher of a room here in a room on another Janus (`add_remote_publisher` there, `publish_remotely`
   * here), follows what it does, and takes it away when either end goes. It looks on in both rooms, without publishing.
   *
   * @example
   * const link = await here.linkPublisher({
   *   room: 1234, publisherId: ada, to: { rooms: there, room: 1234, host: '10.0.0.2' },
   * });
   */
  linkPublisher(options: LinkPublisherOptions & Abortable): Promise<PublisherLink> {
    return PublisherLink.open(this, options);
  }

  /** The session it is in. */
  get session(): Session {
    return this.#attaching.session;
  }

  /** Ends the handle. Publishers and subscribers have handles of their own. */
  detach(): Promise<void> {
    return this.#handle.detach();
  }
}
