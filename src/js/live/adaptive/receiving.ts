/** Receives of each video what is seen of it, and less where the network or this machine is short. */
import type { PublicationStats, RoomStats } from '../../media/room-stats.js';
import type { Limitation, RemoteTrackPublication } from '../../publication.js';
import type { RemoteTrack } from '../../track.js';
import type { Host } from '../index.js';
import { Budget } from './budget.js';
import { NOTHING } from './demand.js';
import { Downlink } from './downlink.js';
import { freshPicture } from './fresh.js';
import { allocate, kinder, lesser, type Tile } from './ladder.js';
import { Decoder } from './network.js';
import { Sampler } from './sample.js';
import { VideoTile } from './tile.js';

const DECODER_PACE = { settle: 4_000, patience: 10_000, longest: 120_000 };
/** What is asked for of what was too much to decode. */
const DECODER_GOAL = 0.7;

/** @internal */
export class Receiving {
  readonly #host: Host;
  readonly #tiles = new Map<RemoteTrackPublication, VideoTile>();
  readonly #decoder = new Decoder();
  readonly #sampler = new Sampler();
  readonly #downlink = new Downlink();
  readonly #power = new Budget(DECODER_PACE);
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  #wanted = '';

  constructor(host: Host) {
    this.#host = host;
    const { room } = host;
    const soon = (): void => this.#plan(0);
    const visible = (): void => this.#refresh();
    document.addEventListener('visibilitychange', visible);
    this.#stops = [
      room.on('trackSubscribed', ({ publication, track }) => this.#add(publication, track)),
      room.on('trackUnsubscribed', ({ publication }) => this.#remove(publication)),
      room.on('speakingChanged', soon),
      () => document.removeEventListener('visibilitychange', visible),
    ];
    for (const { publications } of room.remoteParticipants.values()) {
      for (const publication of publications.values()) if (publication.track) this.#add(publication, publication.track);
    }
  }

  /** Whether there is anything to judge. */
  get isWatching(): boolean {
    return this.#governed().some(({ demand }) => demand.level(performance.now()) > NOTHING);
  }

  /** Judges by how it went since the last time. */
  judge({ subscriber, tracks }: RoomStats): void {
    const received = tracks.filter(({ direction }) => direction === 'receive');
    const whose = new Map(received.map(({ mid, participant }) => [mid, participant]));
    const sample = subscriber && this.#sampler.read(subscriber.raw, whose);
    this.#measure(tracks);
    this.#refresh();
    if (!sample) return;
    const now = performance.now();
    const tiles = this.#governed();
    const newest = tiles.map((tile) => tile.stake(now, (held) => tile.costs.newest(held)));
    if (this.#downlink.judge(now, sample, this.#bits(tiles, now), newest)) for (const { costs } of tiles) costs.adopt();
    const pixels = this.#pixels(tiles, now);
    const stakes = allocate(pixels, this.#power.limit);
    const goal = kinder(pixels, stakes.now, stakes.now * DECODER_GOAL);
    this.#power.judge(now, this.#decoder.judge(sample), { ...stakes, goal });
    this.#refresh();
  }

  /** Nobody looked for a while. */
  forget(): void {
    this.#sampler.forget();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    for (const tile of this.#tiles.values()) tile.stop();
    this.#tiles.clear();
  }

  #add(publication: RemoteTrackPublication, track: RemoteTrack): void {
    if (publication.kind !== 'video') return;
    this.#tiles.get(publication)?.stop();
    this.#tiles.set(publication, new VideoTile(publication, track, () => this.#plan(0)));
    this.#plan(0);
  }

  #remove(publication: RemoteTrackPublication): void {
    const tile = this.#tiles.get(publication);
    if (!tile) return;
    this.#tiles.delete(publication);
    tile.stop();
    // One that is received again later begins without our words, unless it is gone for good.
    queueMicrotask(() => {
      if (this.#isPublished(publication) && !this.#tiles.has(publication)) this.#tell([publication]);
    });
  }

  #isPublished(publication: RemoteTrackPublication): boolean {
    const { participant, mid } = publication;
    const { remoteParticipants } = this.#host.room;
    return [...remoteParticipants.values()].some((one) => one === participant && one.publications.get(mid) === publication);
  }

  #governed(): VideoTile[] {
    return [...this.#tiles.values()].filter(({ isGoverned }) => isGoverned);
  }

  #measure(tracks: readonly PublicationStats[]): void {
    for (const { publication, bitrate, frameWidth, frameHeight } of tracks) {
      this.#tiles.get(publication as RemoteTrackPublication)?.measure(bitrate, frameWidth, frameHeight);
    }
  }

  /** Refreshes after so many ms, or earlier: what happens meanwhile is one change. */
  #plan(delay: number): void {
    const due = performance.now() + delay;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#refresh(), delay);
  }

  /** Compares what is wanted with what was asked for, and asks for the difference by one request. */
  #refresh(): void {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    const now = performance.now();
    const tiles = this.#governed();
    for (const tile of tiles) tile.look(now);
    this.#notice(tiles, now);
    const bits = this.#downlink.allocate(this.#bits(tiles, now));
    const pixels = allocate(this.#pixels(tiles, now), this.#power.limit);
    const changed: VideoTile[] = [];
    const resumed: VideoTile[] = [];
    tiles.forEach((tile, at) => {
      const [byBits, byPixels] = [bits.held[at], pixels.held[at]];
      if (!byBits || !byPixels) return;
      const wanted = tile.demand.level(now);
      const isShort = ({ level, isThin }: typeof byBits): boolean => level < wanted || (isThin && level > NOTHING);
      this.#limit(tile, isShort(byBits) ? 'bandwidth' : isShort(byPixels) ? 'cpu' : undefined);
      const wasPaused = tile.held.level === NOTHING;
      if (!tile.hold(lesser(byBits, byPixels))) return;
      changed.push(tile);
      if (wasPaused && !tile.publication.isPaused) resumed.push(tile);
    });
    for (const tile of resumed) freshPicture(tile.track, tile.publication, () => tile.held.level > NOTHING);
    this.#tell(changed.map(({ publication }) => publication));
    const deadline = Math.min(...tiles.map(({ demand }) => demand.deadline ?? Infinity));
    if (deadline < Infinity) this.#plan(Math.max(0, deadline - now) + 1);
  }

  /** What is wanted otherwise by itself needs a while before it is judged. */
  #notice(tiles: readonly VideoTile[], now: number): void {
    const wanted = tiles.map(({ demand }) => demand.level(now)).join();
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#downlink.disturb(now);
    this.#power.disturb(now);
  }

  #bits(tiles: readonly VideoTile[], now: number): Tile[] {
    return tiles.map((tile) => tile.stake(now, (held) => tile.costs.known(held)));
  }

  #pixels(tiles: readonly VideoTile[], now: number): Tile[] {
    return tiles.map((tile) => tile.stake(now, (held) => tile.pixels(held)));
  }

  #limit(tile: VideoTile, limitation: Limitation | undefined): void {
    const { publication } = tile;
    if (!tile.limit(limitation)) return;
    this.#host.emit('limitationChanged', { publication, participant: publication.participant, limitation });
  }

  #tell(publications: readonly RemoteTrackPublication[]): void {
    try {
      publications.forEach((publication, at) => publication._tell(at < publications.length - 1));
    } catch {
      // The room was left just now.
    }
  }
}
