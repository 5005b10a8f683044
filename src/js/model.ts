import type { TrackCore } from '../../pkg/janus.js';
import {
  RemoteParticipant,
  TrackPublication,
  type LocalParticipant,
  type Participant,
  type PublicationFields,
} from './participant.js';
import { LocalTrack, RemoteTrack } from './track.js';
import type { Id, RoomState, StateChanged, TrackSource } from './types.js';
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
  trackPublished: { publication: TrackPublication; participant: RemoteParticipant };
  /** Somebody ceased to publish a stream. */
  trackUnpublished: { publication: TrackPublication; participant: RemoteParticipant };
  /** A stream can be played. */
  trackSubscribed: { track: RemoteTrack; publication: TrackPublication; participant: RemoteParticipant };
  /** A stream can be played no longer. */
  trackUnsubscribed: { track: RemoteTrack; publication: TrackPublication; participant: RemoteParticipant };
  /** A stream of ours is on the server. */
  localTrackPublished: { track: LocalTrack; publication: TrackPublication; participant: LocalParticipant };
  /** A stream of ours is published no longer. */
  localTrackUnpublished: { publication: TrackPublication; participant: LocalParticipant };
  /** Somebody, maybe we or a moderator, muted a stream. */
  trackMuted: { publication: TrackPublication; participant: Participant };
  /** Somebody, maybe we or a moderator, unmuted a stream. */
  trackUnmuted: { publication: TrackPublication; participant: Participant };
  /** Somebody, maybe we, began or ceased to speak. */
  speakingChanged: { participant: Participant; speaking: boolean };
  /** The browser began or ceased to let the page play sound. */
  playbackChanged: { canPlayback: boolean };
  /** A camera or microphone could not be opened, or nothing can be published or received; the room goes on. */
  mediaError: { source: TrackSource; error: DOMException | JanusError };
}

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

  constructor(
    readonly local: LocalParticipant,
    private readonly emit: Emit,
  ) {}

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
        return;
      case 'joined': {
        const participant = new RemoteParticipant(fields.id, fields['display'] as string);
        this.remote.set(fields.id, participant);
        return this.emit('participantJoined', { participant });
      }
      case 'localPublished':
        return this.#publishLocal(fields);
      case 'localMuted':
        return this.#mute(this.local, fields);
      case 'localSpeaking':
        return this.#speak(this.local, fields['speaking'] as boolean);
      case 'playback':
        this.canPlayback = fields['allowed'] as boolean;
        return this.emit('playbackChanged', { canPlayback: this.canPlayback });
      case 'mediaError':
        return this.emit('mediaError', fields as unknown as RoomEventMap['mediaError']);
    }
  }

  #applyTo(participant: RemoteParticipant, name: string, fields: Fields): void {
    const publication = participant._publications.get(fields.mid);
    switch (name) {
      case 'left':
        this.remote.delete(fields.id);
        return this.emit('participantLeft', { participant, reason: fields['kicked'] ? 'kicked' : 'left' });
      case 'changed':
        participant._display = fields['display'] as string;
        return this.emit('participantChanged', { participant });
      case 'speaking':
        return this.#speak(participant, fields['speaking'] as boolean);
      case 'published': {
        const published = new TrackPublication(participant, fields as unknown as PublicationFields);
        participant._publications.set(fields.mid, published);
        return this.emit('trackPublished', { publication: published, participant });
      }
    }
    if (publication === undefined) return;
    switch (name) {
      case 'unpublished':
        participant._publications.delete(fields.mid);
        return this.emit('trackUnpublished', { publication, participant });
      case 'muted':
        return this.#mute(participant, fields);
      case 'subscribed': {
        const track = new RemoteTrack(fields['track'] as TrackCore);
        publication._track = track;
        return this.emit('trackSubscribed', { track, publication, participant });
      }
      case 'unsubscribed': {
        const track = publication._track as RemoteTrack | undefined;
        publication._track = undefined;
        if (track) this.emit('trackUnsubscribed', { track, publication, participant });
      }
    }
  }

  #setState(change: StateChanged): void {
    this.state = change.state;
    if (change.state === 'disconnected') this.#clearLocal();
    this.emit('stateChanged', change);
  }

  #clearLocal(): void {
    const publications = [...this.local._publications.values()];
    this.local._publications.clear();
    this.#speak(this.local, false);
    for (const publication of publications) {
      this.emit('localTrackUnpublished', { publication, participant: this.local });
    }
  }

  #publishLocal(fields: Fields): void {
    const publication = new TrackPublication(this.local, fields as unknown as PublicationFields);
    const track = new LocalTrack(fields['track'] as TrackCore);
    publication._track = track;
    this.local._publications.set(fields.mid, publication);
    this.emit('localTrackPublished', { track, publication, participant: this.local });
  }

  #mute(participant: Participant, fields: Fields): void {
    const publication = participant._publications.get(fields.mid);
    if (publication === undefined || publication._muted === fields['muted']) return;
    publication._muted = fields['muted'] as boolean;
    this.emit(publication._muted ? 'trackMuted' : 'trackUnmuted', { publication, participant });
  }

  #speak(participant: Participant, speaking: boolean): void {
    if (participant._speaking === speaking) return;
    participant._speaking = speaking;
    this.emit('speakingChanged', { participant, speaking });
  }
}
