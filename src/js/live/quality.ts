import type { PublicationStats, RoomStats } from '../media/room-stats.js';
import type { LocalParticipant, Participant, RemoteParticipant } from '../participant.js';
import type { RemoteTrackPublication, TrackPublication } from '../publication.js';
import type { Host } from './index.js';
import { LOST, Pace, Steady, blame, gradeOf, inWords, type Grade, type Health } from './quality-score.js';
import { flows } from './stalls.js';
import { onStats } from './ticker.js';
import type { Writable } from './writable.js';

/** For how long a hint of the server's holds, ms. */
const HINT_MS = 5_000;
/** A stream that has just begun has no average yet, reads. */
const FIRST_READS = 3;

/** What is kept of a stream from one read to the next. */
interface Record {
  reads: number;
  at: number;
  frozen: number;
  pace: Pace;
}

/** How good everybody's connection is. @internal */
export class Quality {
  readonly #host: Host;
  readonly #steady = new WeakMap<Participant, Steady>();
  readonly #records = new WeakMap<TrackPublication, Record>();
  readonly #hints = new WeakMap<TrackPublication, number>();

  constructor(host: Host) {
    this.#host = host;
  }

  begin(): () => void {
    const { room } = this.#host;
    const stops = [
      onStats(room, (stats, now) => this.#read(stats, now)),
      room.on('stateChanged', ({ state }) => {
        if (state === 'reconnecting') this.#grade(room.localParticipant, LOST, true);
      }),
      room.on('slowLink', ({ publication }) => publication && this.#hints.set(publication, performance.now())),
    ];
    return () => {
      stops.forEach((stop) => stop());
      (room.localParticipant as Writable<LocalParticipant>).connectionQuality = 'excellent';
    };
  }

  #read(stats: RoomStats, now: number): void {
    const { room } = this.#host;
    const tracks = new Map(stats.tracks.map((track) => [track.publication, track]));
    const others = new Map<RemoteParticipant, Grade>();
    for (const participant of room.remoteParticipants.values()) {
      const grade = this.#received(participant, tracks, now);
      if (grade !== undefined) others.set(participant, grade);
    }
    const { publisher, subscriber } = room.peerConnections;
    const down = room.state !== 'connected' || isDown(publisher) || isDown(subscriber);
    const verdict = blame(this.#sent(tracks, now), others, down);
    this.#grade(room.localParticipant, verdict.own, down);
    for (const [participant, grade] of verdict.others) this.#grade(participant, grade);
  }

  /** The worst of what somebody sends us. */
  #received(participant: RemoteParticipant, tracks: ReadonlyMap<TrackPublication, PublicationStats>, now: number): Grade | undefined {
    const streams = [...participant.publications.values()].filter((publication) => flows(this.#host.room, publication));
    if (streams.length === 0) return undefined;
    if (streams.every(({ isStalled }) => isStalled)) return LOST;
    const grades = streams.map((publication): Grade => {
      const track = tracks.get(publication);
      return publication.isStalled ? 2 : track ? gradeOf(this.#healthOf(publication, track, now)) : 0;
    });
    return Math.max(...grades) as Grade;
  }

  #sent(tracks: ReadonlyMap<TrackPublication, PublicationStats>, now: number): Grade {
    const grades = [...this.#host.room.localParticipant.publications.values()].map((publication): Grade => {
      const track = tracks.get(publication);
      if (!track || publication.isMuted) return 0;
      const { lossRate: loss, jitter, roundTripTime } = track;
      return gradeOf({ loss, jitter, roundTripTime, hinted: this.#isHinted(publication, now) });
    });
    return Math.max(0, ...grades) as Grade;
  }

  #healthOf(publication: RemoteTrackPublication, track: PublicationStats, now: number): Health {
    const layers = JSON.stringify([publication.currentLayers, publication.layers]);
    const past = this.#records.get(publication);
    const reads = (past?.reads ?? 0) + 1;
    const pace = past?.pace ?? new Pace();
    const missing = pace.step(layers, track.framesPerSecond);
    const frozen = track.freezeDuration ?? 0;
    this.#records.set(publication, { reads, at: now, frozen, pace });
    if (!past || reads <= FIRST_READS) return {};
    const { lossRate: loss, jitter, roundTripTime } = track;
    const health = { loss, jitter, roundTripTime, hinted: this.#isHinted(publication, now) };
    // Nobody sees a hidden page, and browsers draw it as they like; a screen holds still as its owner likes.
    if (publication.source !== 'camera' || document.hidden) return health;
    return { ...health, missing, frozen: Math.max(0, frozen - past.frozen) / Math.max(1, now - past.at) };
  }

  #isHinted(publication: TrackPublication, now: number): boolean {
    return now - (this.#hints.get(publication) ?? -Infinity) < HINT_MS;
  }

  #grade(participant: Participant, grade: Grade, certain = false): void {
    const steady = this.#steady.get(participant) ?? new Steady();
    this.#steady.set(participant, steady);
    const quality = inWords(steady.step(grade, certain && grade === LOST));
    if (participant.connectionQuality === quality) return;
    (participant as Writable<Participant>).connectionQuality = quality;
    this.#host.emit('connectionQualityChanged', { participant, quality });
  }
}

function isDown(connection: RTCPeerConnection | undefined): boolean {
  return connection?.connectionState === 'disconnected' || connection?.connectionState === 'failed';
}
