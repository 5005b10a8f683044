/** One video that is received: what is seen of it, what it takes, and what comes of it. */
import type { Layers, Limitation, RemoteTrackPublication, Terms } from '../../publication.js';
import type { RemoteTrack } from '../../track.js';
import { Costs } from './costs.js';
import { BEST, Demand, NOTHING, USUAL, scaleOf, type Level, type Size } from './demand.js';
import type { Held, Tile } from './ladder.js';
import { ElementWatch } from './watch.js';

type Layer = Layers['spatial'];
const lesser = (one: Layer = 2, other: Layer = 2): Layer => Math.min(one, other) as Layer;

/** @internal */
export class VideoTile {
  readonly publication: RemoteTrackPublication;
  readonly track: RemoteTrack;
  readonly demand = new Demand();
  readonly costs = new Costs();
  /** What comes at most. */
  held: Held = { level: BEST, isThin: false };
  /** In pixels of the screen. */
  area = 0;
  readonly #changed: () => void;
  readonly #watches = new Map<HTMLMediaElement, ElementWatch>();
  #smallest: Size = USUAL;
  #most: Layers = {};
  /** What came at the last measurement. */
  #came: { level: Level; width: number } | undefined;
  #governed = false;

  constructor(publication: RemoteTrackPublication, track: RemoteTrack, changed: () => void) {
    this.publication = publication;
    this.track = track;
    this.#changed = changed;
    publication._bound = (terms) => this.#bind(terms);
    track._onElements = () => {
      this.#watch();
      changed();
    };
    this.#watch();
  }

  /** Whether it is adapted at all: what was never attached, the page shows in a way of its own. */
  get isGoverned(): boolean {
    return this.#governed;
  }

  /** Looks at all its elements. */
  look(now: number): void {
    const sights = [...this.#watches.values()].map((watch) => watch.sight);
    const views = sights.flatMap((sight) => (sight && 'view' in sight ? sight.view : []));
    if (views.length > 0) {
      const { publication } = this;
      const scale = Math.max(...views.map((view) => scaleOf(view, this.#smallest)));
      this.area = Math.max(...views.map(({ width, height }) => width * height));
      this.demand.show(now, scale, publication.source === 'screen');
    } else if (!sights.includes(undefined)) {
      const isPageHidden = sights.some((sight) => sight && 'isPageHidden' in sight && sight.isPageHidden);
      this.demand.hide(now, isPageHidden);
    }
  }

  /** Learns from what arrived since the last time. */
  measure(bitrate: number | undefined, width: number | undefined, height: number | undefined): void {
    const { spatial } = this.publication.currentLayers;
    const level = (spatial === undefined ? BEST : Math.min(spatial, 2) + 1) as Level;
    const isSteady = this.#came?.level === level && this.#came.width === width;
    this.#came = width === undefined ? undefined : { level, width };
    if (!isSteady || this.held.level === NOTHING || !width || !height) return;
    this.costs.top = this.held.level > level ? level : BEST;
    if (spatial !== undefined) {
      const scale = 2 ** (level - 1);
      this.#smallest = { width: Math.max(1, width / scale), height: Math.max(1, height / scale) };
    }
    if (bitrate !== undefined && !this.held.isThin) this.costs.measure(level, bitrate);
  }

  /** As the ladder sees it. */
  stake(now: number, cost: (held: Held) => number): Tile {
    const wanted = this.demand.level(now);
    const { source, participant } = this.publication;
    const isLayered = this.publication.currentLayers.spatial !== undefined;
    return { wanted, cost, isLayered, isScreen: source === 'screen', isSpeaking: participant.isSpeaking, area: this.area };
  }

  /** Pixels per second, in those of the smallest layer. */
  pixels({ level, isThin }: Held): number {
    return level === NOTHING ? 0 : 4 ** (Math.min(level, this.costs.top) - 1) * (isThin ? 0.5 : 1);
  }

  /** Has so much come, when it is told next; whether that is anything new. */
  hold(held: Held): boolean {
    const { level, isThin } = held;
    const before = this.held;
    this.held = held;
    if (before.level === level && before.isThin === isThin) return false;
    // The layer is chosen when it comes again.
    if (level !== NOTHING) this.#most = { spatial: (level - 1) as 0 | 1 | 2, temporal: isThin ? 0 : 2 };
    return true;
  }

  /** Whether it is limited now for another reason than before. */
  limit(limitation: Limitation | undefined): boolean {
    const isNew = this.publication._limitation !== limitation;
    this.publication._limitation = limitation;
    return isNew;
  }

  /** It is over, or goes on without this. */
  stop(): void {
    this.track._onElements = undefined;
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
    this.publication._bound = undefined;
    this.publication._limitation = undefined;
  }

  /** The page's word is the most there can be, and ours within that. */
  #bind(terms: Terms): Terms {
    const spatial = lesser(this.#most.spatial, terms.spatial);
    const temporal = lesser(this.#most.temporal, terms.temporal);
    return { ...terms, paused: this.held.level === NOTHING || terms.paused, spatial, temporal };
  }

  #watch(): void {
    const elements = new Set(this.track.attachedElements);
    for (const [element, watch] of this.#watches) {
      if (elements.has(element)) continue;
      watch.stop();
      this.#watches.delete(element);
    }
    for (const element of elements) {
      this.#governed = true;
      if (this.#watches.has(element) || !('videoWidth' in element)) continue;
      this.#watches.set(element, new ElementWatch(element as HTMLVideoElement, this.#changed));
    }
  }
}
