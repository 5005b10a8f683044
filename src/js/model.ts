import type { PublicationCore, RoomCore, TrackCore } from '../../pkg/janus.js';
import type { DataPort } from './data.js';
import type { EventNames } from './events.js';
import type { ChatMessage, IncomingFile } from './exchange/types.js';
import { isLabelOf } from './label.js';
import { RemoteParticipant, type LocalParticipant, type Participant } from './participant.js';
import {
  LocalTrackPublication,
  RemoteTrackPublication,
  type Limitation,
  type PublicationFields,
  type TrackPublication,
} from './publication.js';
import { LocalTrack, RemoteTrack } from './track.js';
import type { ConnectionQuality, Id, RoomState, StateChanged, TrackSource } from './types.js';
import type { JanusError } from './errors.js';

/** The events of a room. */
export interface RoomEventMap {
  /** The room came up or went down. */
  stateChanged: StateChanged;
  /** Somebody is here. */
  participantJoined: { participant: RemoteParticipant };
  /** Somebody is gone. */
  participantLeft: { participant: RemoteParticipant; reason: 'left' | 'kicked' };
  /** Somebody's name changed. */
  participantChanged: { participant: Participant };
  /** Somebody publishes a stream. */
  trackPublished: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** Somebody ceased to publish a stream. */
  trackUnpublished: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** A stream can be played. */
  trackSubscribed: { track: RemoteTrack; publication: RemoteTrackPublication; participant: RemoteParticipant };
  /**
   * A track brings another `mediaStreamTrack`, as its connection was made anew. Elements it is attached to play that of
   * themselves.
   */
  trackReplaced: { track: RemoteTrack; publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** A stream can be played no longer. */
  trackUnsubscribed: { track: RemoteTrack; publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** A track of somebody's has a receiver, and nothing was received yet: the moment to give it a transform. */
  remoteReceiverAdded: { receiver: RTCRtpReceiver; publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** Another layer of a stream comes. */
  layersChanged: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** Adapting sees to it that less of a stream is sent or received, or no longer; `limitation` says why. */
  limitationChanged: { publication: TrackPublication; participant: Participant; limitation: Limitation | undefined };
  /** A stream of ours is on the server. */
  localTrackPublished: { track: LocalTrack; publication: LocalTrackPublication; participant: LocalParticipant };
  /** A stream of ours is published no longer. */
  localTrackUnpublished: { publication: LocalTrackPublication; participant: LocalParticipant };
  /** A track of ours has a sender, and nothing was sent yet: the moment to give it a transform. */
  localSenderAdded: { sender: RTCRtpSender; source: TrackSource };
  /** A camera or microphone of ours was unplugged; its publication is muted, and unmuting opens what there is. */
  deviceLost: { source: TrackSource };
  /** Somebody sent data. `participant` is missing for senders that publish nothing else and were never announced. */
  dataReceived: { data: string | ArrayBuffer; from: string; participant: RemoteParticipant | undefined };
  /** Somebody, maybe we, said other words about themselves; `changed` has their names. */
  attributesChanged: { participant: Participant; changed: readonly string[] };
  /** Somebody else wrote to the room. */
  chatMessage: { message: ChatMessage };
  /** Somebody else sends a file; `file.blob()` waits for it. */
  fileOffered: { file: IncomingFile };
  /** Somebody else calls a stream otherwise. */
  trackRenamed: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** Somebody, maybe we or a moderator, muted a stream. */
  trackMuted: { publication: TrackPublication; participant: Participant };
  /** Somebody, maybe we or a moderator, unmuted a stream. */
  trackUnmuted: { publication: TrackPublication; participant: Participant };
  /** A moderator muted or unmuted a stream, maybe ours; `trackMuted` or `trackUnmuted` follows if that changed. */
  trackModerated: { publication: TrackPublication; participant: Participant; moderated: boolean };
  /** Somebody, maybe we, began or ceased to speak. */
  speakingChanged: { participant: Participant; speaking: boolean };
  /** Others speak, or in another order: loudest first. Comes after the `speakingChanged` of those it is about. */
  activeSpeakersChanged: { speakers: readonly Participant[] };
  /** Somebody's media, maybe ours, gets through better or worse. */
  connectionQualityChanged: { participant: Participant; quality: ConnectionQuality };
  /** Nothing comes of a stream that should. It stays as it is, and goes on when something does. */
  trackStalled: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /** A stream that stalled goes on, or is not to come any longer: muted, paused, gone. */
  trackResumed: { publication: RemoteTrackPublication; participant: RemoteParticipant };
  /**
   * The server says that packets get lost, so many in the last second: of what we send, or receive. Servers do so if
   * their `slowlink_threshold` is set. What it is about is missing where it cannot be told.
   */
  slowLink: {
    direction: 'send' | 'receive';
    lost: number;
    publication: TrackPublication | undefined;
    participant: Participant | undefined;
  };
  /** The browser began or ceased to let the page play sound. */
  playbackChanged: { canPlayback: boolean };
  /** A camera or microphone could not be opened, or nothing can be published or received; the room goes on. */
  mediaError: { source: TrackSource; error: DOMException | JanusError };
}

/** Their names. @internal */
export const ROOM_EVENTS: EventNames<RoomEventMap> = {
  stateChanged: 0, participantJoined: 0, participantLeft: 0, participantChanged: 0, trackPublished: 0, trackUnpublished: 0,
  trackSubscribed: 0, trackReplaced: 0, trackUnsubscribed: 0, remoteReceiverAdded: 0, layersChanged: 0, limitationChanged: 0,
  localTrackPublished: 0, localTrackUnpublished: 0, localSenderAdded: 0, deviceLost: 0, dataReceived: 0, attributesChanged: 0,
  chatMessage: 0, fileOffered: 0, trackRenamed: 0, trackMuted: 0, trackUnmuted: 0, trackModerated: 0, speakingChanged: 0,
  activeSpeakersChanged: 0, connectionQualityChanged: 0, trackStalled: 0, trackResumed: 0, slowLink: 0, playbackChanged: 0,
  mediaError: 0,
};

type Emit = <K extends keyof RoomEventMap>(type: K, event: RoomEventMap[K]) => void;

type Fields = Record<string, unknown> & { id: Id; mid: string };

/**
 * The objects the page sees, brought up to date by what the core tells. They keep their identity; the
 * core decides everything.
 *
 * @internal
 */
export class RoomModel {
  state: RoomState = 'disconnected';
  id: Id | undefined;
  description: string | undefined;
  canPlayback = true;
  readonly remote = new Map<Id, RemoteParticipant>();

  /** Whether streams are received that nobody spoke of. */
  subscribes = true;

  /** Sends what an element plays to the speaker that was chosen. */
  route: ((element: HTMLMediaElement) => void) | undefined;

  constructor(
    readonly local: LocalParticipant,
    private readonly data: DataPort,
    private readonly core: () => RoomCore,
    private readonly emit: Emit,
  ) {}

  /** What is received, by the m-line it comes on. */
  get received(): ReadonlyMap<string, TrackPublication> {
    const received = new Map<string, TrackPublication>();
    for (const { publications } of this.remote.values()) {
      for (const publication of publications.values()) {
        const mid = publication.track?._mid;
        if (mid) received.set(mid, publication);
      }
    }
    return received;
  }

  /** Takes what the library of somebody else's page said. */
  hear: ((from: string, participant: RemoteParticipant, data: ArrayBuffer) => void) | undefined;

  /** Data that arrived, from the sender with this id as text. */
  deliver(from: string, data: string | ArrayBuffer, envelope: boolean): void {
    const people = [...this.remote.values()];
    // Whose id it is goes before whose it may be.
    const participant = people.find(({ id }) => String(id) === from) ?? people.find(({ id }) => isLabelOf(from, String(id)));
    if (!envelope) this.emit('dataReceived', { data, from, participant });
    else if (participant) this.hear?.(from, participant, data as ArrayBuffer);
  }

  /** One event of the core. */
  apply(name: string, fields: Fields): void {
    const participant = this.remote.get(fields.id);
    if (participant === undefined) this.#applyToRoom(name, fields);
    else this.#applyTo(participant, name, fields);
  }

  #applyToRoom(name: string, fields: Fields): void {
    switch (name) {
      case 'state':
        return this.#setState(fields as unknown as StateChanged);
      case 'localJoined':
        this.id = fields['room'] as Id;
        this.description = fields['description'] as string;
        this.local._id = fields.id;
        this.local._display = fields['display'] as string;
        // What was said in a stay before is of no use: this room may announce nobody.
        for (const one of [this.local, ...this.remote.values()]) one._announced = undefined;
        return;
      case 'joined': {
        const participant = new RemoteParticipant(fields.id, fields['display'] as string);
        participant._setMetadata(fields['metadata']);
        this.remote.set(fields.id, participant);
        return this.emit('participantJoined', { participant });
      }
      case 'localPublished':
        return this.#publishLocal(fields);
      case 'localUnpublished':
        return this.#unpublishLocal(this.#ours(fields));
      case 'senderAdded': {
        const { sender } = fields['transceiver'] as RTCRtpTransceiver;
        // What a moderator said was about the stream of the peer connection before.
        for (const one of this.local.publications.values()) {
          if (one._moderated && one.sender === sender) this.#mute(one, 'moderated', false);
        }
        return this.emit('localSenderAdded', { sender, source: fields['source'] as TrackSource });
      }
      case 'deviceLost':
        return this.emit('deviceLost', { source: fields['source'] as TrackSource });
      case 'dataChannel':
        return this.data.add(fields['channel'] as RTCDataChannel, fields['label'] as string, fields['ours'] as boolean);
      case 'localMuted':
        return this.#mute(this.#ours(fields), name, fields['muted']);
      case 'moderated':
        return this.#mute(this.local.publications.get(fields.mid), name, fields['muted']);
      case 'localSpeaking':
        this.local._announced = fields['speaking'] as boolean;
        return;
      case 'slowLink': {
        const { receiving, lost } = fields as unknown as { receiving: boolean; lost: number };
        const publication = (receiving ? this.received : this.local.publications).get(fields.mid);
        const direction = receiving ? 'receive' : 'send';
        return this.emit('slowLink', { direction, lost, publication, participant: publication?.participant });
      }
      case 'playback':
        this.canPlayback = fields['allowed'] as boolean;
        return this.emit('playbackChanged', { canPlayback: this.canPlayback });
      case 'mediaError':
        return this.emit('mediaError', fields as unknown as RoomEventMap['mediaError']);
    }
  }

  #applyTo(participant: RemoteParticipant, name: string, fields: Fields): void {
    const publication = participant.publications.get(fields.mid);
    switch (name) {
      case 'left':
        this.remote.delete(fields.id);
        this.data.over(fields.id);
        return this.emit('participantLeft', { participant, reason: fields['kicked'] ? 'kicked' : 'left' });
      case 'changed':
        participant._display = fields['display'] as string;
        participant._setMetadata(fields['metadata']);
        return this.emit('participantChanged', { participant });
      case 'speaking':
        participant._announced = fields['speaking'] as boolean;
        return;
      case 'published': {
        const described = fields as unknown as PublicationFields;
        const published = new RemoteTrackPublication(participant, described, this.core, this.subscribes);
        participant._publications.set(fields.mid, published);
        return this.emit('trackPublished', { publication: published, participant });
      }
    }
    if (publication === undefined) return;
    switch (name) {
      case 'unpublished':
        participant._publications.delete(fields.mid);
        return this.emit('trackUnpublished', { publication, participant });
      case 'renamed':
        publication._name = fields['name'] as string | undefined;
        return this.emit('trackRenamed', { publication, participant });
      case 'muted':
      case 'moderated':
        return this.#mute(publication, name, fields['muted']);
      case 'receiverAdded': {
        const { receiver } = fields['transceiver'] as RTCRtpTransceiver;
        return this.emit('remoteReceiverAdded', { receiver, publication, participant });
      }
      case 'subscribed': {
        const track = new RemoteTrack(fields['track'] as TrackCore);
        track._route = this.route;
        publication._track = track;
        return this.emit('trackSubscribed', { track, publication, participant });
      }
      case 'replaced': {
        const { track } = publication;
        if (track) this.emit('trackReplaced', { track, publication, participant });
        return;
      }
      case 'unsubscribed': {
        const { track } = publication;
        publication._track = undefined;
        if (track) this.emit('trackUnsubscribed', { track, publication, participant });
        return;
      }
      case 'layer': {
        const { spatial, temporal } = fields as { spatial?: number; temporal?: number };
        if (spatial !== undefined) publication._layer.spatial = spatial;
        if (temporal !== undefined) publication._layer.temporal = temporal;
        return this.emit('layersChanged', { publication, participant });
      }
    }
  }

  #setState(change: StateChanged): void {
    this.state = change.state;
    if (change.state === 'disconnected') {
      this.data.over();
      this.#clearLocal();
    }
    this.emit('stateChanged', change);
  }

  #clearLocal(): void {
    this.local._announced = undefined;
    for (const publication of [...this.local.publications.values()]) this.#unpublishLocal(publication);
  }

  /** What is meant of ours: mids change, keys do not. */
  #ours(fields: Fields): LocalTrackPublication | undefined {
    return this.local._withKey(fields['key']);
  }

  #unpublishLocal(publication: LocalTrackPublication | undefined): void {
    if (!publication) return;
    this.local._publications.delete(publication.mid);
    this.emit('localTrackUnpublished', { publication, participant: this.local });
  }

  #move(publication: LocalTrackPublication, mid: string): void {
    this.local._publications.delete(publication.mid);
    publication._mid = mid;
    this.local._publications.set(mid, publication);
  }

  #publishLocal(fields: Fields): void {
    const known = this.#ours(fields);
    const displaced = this.local.publications.get(fields.mid);
    // Whose m-line this was is told, too, where it is now, unless nothing of it is sent.
    if (displaced && displaced !== known) this.#move(displaced, `none-${displaced._key}`);
    if (known) {
      // The same on another m-line.
      this.#move(known, fields.mid);
      return this.#mute(known, 'localMuted', fields['muted']);
    }
    const track = new LocalTrack(fields['track'] as TrackCore);
    const core = fields['local'] as PublicationCore;
    const publication = new LocalTrackPublication(this.local, fields as unknown as PublicationFields, core, track);
    this.local._publications.set(fields.mid, publication);
    this.emit('localTrackPublished', { track, publication, participant: this.local });
  }

  #mute(publication: TrackPublication | undefined, name: string, told: unknown): void {
    if (publication === undefined) return;
    const { participant, isMuted: before } = publication;
    const muted = told as boolean;
    publication[name === 'moderated' ? '_moderated' : '_muted'] = muted;
    const { isMuted } = publication;
    if (name === 'moderated') this.emit('trackModerated', { publication, participant, moderated: muted });
    if (isMuted !== before) this.emit(isMuted ? 'trackMuted' : 'trackUnmuted', { publication, participant });
  }
}
