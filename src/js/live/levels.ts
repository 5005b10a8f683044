import type { RoomStats } from '../media/room-stats.js';
import type { LocalParticipant, Participant } from '../participant.js';
import type { LocalTrackPublication, RemoteTrackPublication, TrackPublication } from '../publication.js';
import type { Room } from '../room.js';
import { Freshness, Rota, smooth, toEar } from './levels-scale.js';
import { onStats } from './ticker.js';
import type { Writable } from './writable.js';

/** Sound of screens is not somebody's voice. */
const isVoice = ({ kind, source, isMuted, track }: TrackPublication): boolean =>
  kind === 'audio' && source !== 'screen' && !isMuted && track !== undefined;

/** How many are asked at a time. */
const ASKED = 4;
/**
 * Which part of the time asking may take, and for how long nobody is asked at most, ms. Chromium holds the page until
 * another thread answers: some 20 µs, and a millisecond where that is busy.
 */
const SHARE = 1 / 1_000;
const LONGEST_PAUSE_MS = 1_000;

/**
 * How loud somebody is. Of others, the browser knows by each packet; where packets do not say it (rooms without
 * `audiolevel_ext`), and of ourselves, the statistics have it, and where those do not either, the track is measured.
 * In large rooms the loudest are asked each time, and the others in turn.
 *
 * @internal
 */
export class Levels {
  readonly #room: Room;
  readonly #fresh = new Freshness<RemoteTrackPublication>();
  readonly #rota = new Rota<RemoteTrackPublication>();
  /** What was heard last, linear. */
  #heard = new Map<TrackPublication, number>();
  readonly #own: OwnLevel;
  readonly #stop: () => void;
  #next = 0;

  constructor(room: Room) {
    this.#room = room;
    this.#own = new OwnLevel(room.localParticipant);
    this.#stop = onStats(room, ({ tracks }: RoomStats) => {
      this.#heard = new Map(tracks.map(({ publication, audioLevel }) => [publication, audioLevel ?? 0]));
    });
  }

  /** Brings everybody's level up to date; `passed` since the last time, ms. */
  step(now: number, passed: number): void {
    const { localParticipant, remoteParticipants } = this.#room;
    const voices = [...remoteParticipants.values()].flatMap(({ publications }) => [...publications.values()].filter(isVoice));
    if (now >= this.#next) {
      for (const voice of this.#rota.choose(voices, ASKED, (one) => this.#heard.get(one) ?? 0)) this.#ask(voice, now);
      const took = performance.now() - now;
      this.#next = now + Math.min(LONGEST_PAUSE_MS, took / SHARE);
    }
    const levels = new Map<Participant, number>();
    for (const voice of voices) {
      const level = voice.isStalled ? 0 : (this.#heard.get(voice) ?? 0);
      levels.set(voice.participant, Math.max(level, levels.get(voice.participant) ?? 0));
    }
    for (const participant of remoteParticipants.values()) set(participant, toEar(levels.get(participant) ?? 0), passed);
    set(localParticipant, this.#own.step(), passed);
  }

  stop(): void {
    this.#stop();
    this.#own.stop();
    set(this.#room.localParticipant, 0, Infinity);
  }

  #ask(voice: RemoteTrackPublication, now: number): void {
    const [source] = voice.track?.receiver?.getSynchronizationSources?.() ?? [];
    if (!source) return;
    if (!this.#fresh.step(voice, source.timestamp, now)) this.#heard.set(voice, 0);
    else if (typeof source.audioLevel === 'number') this.#heard.set(voice, source.audioLevel);
  }
}

function set(participant: Participant, level: number, passed: number): void {
  (participant as Writable<Participant>).audioLevel = smooth(participant.audioLevel, level, passed);
}

/** Our own level: the browser's if it tells one, otherwise measured. */
class OwnLevel {
  readonly #me: LocalParticipant;
  #level = 0;
  /** Who is asked now. Firefox never answers for a connection that was closed meanwhile. */
  #asked: RTCRtpSender | undefined;
  /** Whether the browser tells no level of what is sent. */
  #measures = false;
  #meter: { track: MediaStreamTrack; stop: () => void } | undefined;

  constructor(me: LocalParticipant) {
    this.#me = me;
  }

  step(): number {
    const voice = [...this.#me.publications.values()].find(isVoice);
    if (!voice) {
      this.stop();
      return 0;
    }
    if (this.#measures) this.#measure(voice);
    else void this.#ask(voice);
    return this.#level;
  }

  stop(): void {
    this.#meter?.stop();
    this.#meter = undefined;
    this.#level = 0;
  }

  async #ask({ sender }: LocalTrackPublication): Promise<void> {
    if (!sender || this.#asked === sender) return;
    this.#asked = sender;
    const report = await sender.getStats().catch(() => undefined);
    if (this.#asked !== sender) return;
    this.#asked = undefined;
    let isSent = false;
    let level: number | undefined;
    report?.forEach(({ type, audioLevel, packetsSent }: { type: string; audioLevel?: number; packetsSent?: number }) => {
      if (type === 'outbound-rtp' && packetsSent) isSent = true;
      if (type === 'media-source') level ??= audioLevel;
    });
    if (level !== undefined) this.#level = toEar(level);
    else this.#measures ||= isSent;
  }

  /** A track that was taken for another is measured anew. */
  #measure({ track: { mediaStreamTrack: track }, track: local }: LocalTrackPublication): void {
    if (this.#meter?.track === track) return;
    this.stop();
    try {
      this.#meter = { track, stop: local.monitorLevel((level) => (this.#level = level)) };
    } catch {
      // What cannot be measured is silent. Once for each track.
      this.#meter = { track, stop: () => undefined };
    }
  }
}
