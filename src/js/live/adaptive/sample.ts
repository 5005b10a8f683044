/** What a report of the connection that receives says of the network. Pure: a `Map` does for tests. */
import type { Sample } from './network.js';

/** What is read of an entry. */
interface Inbound {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly mid?: string;
  readonly ssrc?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly bytesReceived?: number;
  readonly freezeCount?: number;
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferMinimumDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

type Counter = Exclude<keyof Inbound, 'id' | 'type' | 'kind' | 'mid'>;

/** Makes samples of reports, each of what was since the one before. @internal */
export class Sampler {
  #before = new Map<string, Inbound>();

  /** The first report makes none. `whose`: who sends what comes on an m-line. */
  read(report: Pick<RTCStatsReport, 'forEach'>, whose: ReadonlyMap<string, unknown>): Sample | undefined {
    const now = new Map<string, Inbound>();
    report.forEach((entry: Inbound) => {
      if (entry.type === 'inbound-rtp') now.set(`${entry.id} ${entry.ssrc}`, entry);
    });
    const pairs = [...now].flatMap(([key, entry]) => {
      const before = this.#before.get(key);
      return before && entry.timestamp > before.timestamp ? [[entry, before] as const] : [];
    });
    this.#before = now;
    return pairs.length > 0 ? sampleOf(pairs, whose) : undefined;
  }

  /** What was is of no account: nobody looked for a while. */
  forget(): void {
    this.#before.clear();
  }
}

type Pair = readonly [now: Inbound, before: Inbound];

/** How much a counter grew; one that began anew did not. */
const growth = ([now, before]: Pair, field: Counter): number => Math.max(0, (now[field] ?? 0) - (before[field] ?? 0));

/** How long media waited to be played, on average, ms: where the browser says it, without what was asked for. */
function delayOf(pair: Pair): number | undefined {
  const count = growth(pair, 'jitterBufferEmittedCount');
  const waited = growth(pair, 'jitterBufferDelay');
  const least = pair[0].jitterBufferMinimumDelay === undefined ? waited : growth(pair, 'jitterBufferMinimumDelay');
  return count > 0 ? (Math.min(waited, least) / count) * 1000 : undefined;
}

function sampleOf(pairs: readonly Pair[], whose: ReadonlyMap<string, unknown>): Sample {
  const sum = (list: typeof pairs, field: Counter): number => list.reduce((total, pair) => total + growth(pair, field), 0);
  const people = (list: typeof pairs): number => new Set(list.map(([{ mid = '' }]) => whose.get(mid))).size;
  const video = pairs.filter(([{ kind }]) => kind === 'video');
  const lost = sum(pairs, 'packetsLost');
  const seconds = Math.max(...pairs.map(([now, before]) => now.timestamp - before.timestamp)) / 1000;
  const delays = pairs.flatMap((pair) => delayOf(pair) ?? []);
  const frozen = video.filter((pair) => growth(pair, 'freezeCount') > 0);
  return {
    lost,
    expected: lost + sum(pairs, 'packetsReceived'),
    bitrate: (sum(video, 'bytesReceived') * 8) / seconds,
    people: people([...video.filter((pair) => growth(pair, 'framesDecoded') > 0), ...frozen]),
    frozen: people(frozen),
    // The least of them: one stream that waits for its own sender does not count.
    delay: delays.length > 0 ? Math.min(...delays) : undefined,
    decoded: sum(video, 'framesDecoded'),
    dropped: sum(video, 'framesDropped'),
  };
}
