/**
 * What is held back of which stream when there is less than all of them want: the least important first, screens never
 * blurred. Pure: nothing of the browser is in here.
 */
import { NOTHING, SMALLEST, type Level } from './demand.js';

/** One stream that is wanted. @internal */
export interface Tile {
  readonly wanted: Level;
  /** Never blurred, never stopped: fewer pictures at the most. */
  readonly isScreen: boolean;
  /** Held back after the others. */
  readonly isSpeaking: boolean;
  /** How large it is shown: the smallest are held back first. */
  readonly area: number;
  /** Whether there are layers to choose from. */
  readonly isLayered: boolean;
  /** What it takes. */
  cost(held: Held): number;
}

/** What comes of a stream. @internal */
export interface Held {
  readonly level: Level;
  /** With the fewest pictures. */
  readonly isThin: boolean;
}

/** What comes of all of them. @internal */
export interface Allocation {
  /** In the order of the streams. */
  readonly held: readonly Held[];
  /** What that takes; with one step less, and with one more, where there is one. */
  readonly now: number;
  readonly less: number;
  readonly more: number | undefined;
}

interface Step {
  readonly at: number;
  readonly to: Held;
}

/** A sum of costs is not exact. */
const HAIR = 1e-6;

/** The steps by which all is taken away, in order. */
function stepsOf(tiles: readonly Tile[]): Step[] {
  const order = tiles.map((tile, at) => ({ tile, at })).sort((one, other) => one.tile.area - other.tile.area);
  const cameras = order.filter(({ tile }) => !tile.isScreen && tile.wanted > NOTHING);
  const silent = cameras.filter(({ tile }) => !tile.isSpeaking);
  const speaking = cameras.filter(({ tile }) => tile.isSpeaking);
  const screens = order.filter(({ tile }) => tile.isScreen && tile.wanted > NOTHING);
  const thin = (list: typeof order): Step[] =>
    list.filter(({ tile }) => tile.isLayered).map(({ at, tile }) => ({ at, to: { level: blurred(tile), isThin: true } }));
  const stopped = (list: typeof order): Step[] =>
    list.map(({ at }) => ({ at, to: { level: NOTHING, isThin: true } }));
  return [
    ...blurring(silent),
    ...thin(silent),
    ...blurring(speaking),
    ...thin(speaking),
    ...stopped(silent),
    ...thin(screens),
    ...stopped(speaking),
  ];
}

const blurred = (tile: Tile): Level => (tile.isScreen ? tile.wanted : SMALLEST);

/** One layer off each, round by round, so that all are about as sharp. */
function blurring(list: readonly { tile: Tile; at: number }[]): Step[] {
  const steps: Step[] = [];
  for (const down of [1, 2] as const) {
    for (const { tile, at } of list) {
      const level = (tile.wanted - down) as Level;
      if (tile.isLayered && level >= SMALLEST) steps.push({ at, to: { level, isThin: false } });
    }
  }
  return steps;
}

/**
 * What to come down to from what all take `now`: to no less than it takes to blur and thin whatever can be, until it is
 * known whether that is enough. Only then somebody's picture stops. @internal
 */
export function kinder(tiles: readonly Tile[], now: number, goal: number): number {
  const least = tiles.reduce((sum, tile) => {
    const can = tile.isLayered && !tile.isScreen && tile.wanted > NOTHING;
    return sum + tile.cost({ level: can ? SMALLEST : tile.wanted, isThin: can });
  }, 0);
  return now > least ? Math.max(goal, least) : goal;
}

/**
 * As many steps as it takes to come down to `limit`; those that save nothing go with one that does. `isGentle`: nothing
 * stops. @internal
 */
export function allocate(tiles: readonly Tile[], limit: number, isGentle = false): Allocation {
  const held: Held[] = tiles.map(({ wanted }) => ({ level: wanted, isThin: false }));
  const costs = tiles.map((tile, at) => tile.cost(held[at] as Held));
  const free: Step[] = [];
  let now = costs.reduce((sum, cost) => sum + cost, 0);
  let more: number | undefined;
  for (const step of stepsOf(tiles)) {
    if (isGentle && step.to.level === NOTHING) continue;
    const cost = (tiles[step.at] as Tile).cost(step.to);
    const saved = (costs[step.at] as number) - cost;
    free.push(step);
    if (saved <= now * HAIR) continue;
    if (now <= limit * (1 + HAIR)) return { held, now, less: now - saved, more };
    for (const { at, to } of free.splice(0)) held[at] = to;
    costs[step.at] = cost;
    more = now;
    now -= saved;
  }
  return { held, now, less: now, more };
}

/** The lesser of both. @internal */
export function lesser(one: Held, other: Held): Held {
  return { level: Math.min(one.level, other.level) as Level, isThin: one.isThin || other.isThin };
}
