/** What a report of the connection that receives says of the network. Pure: a `Map` does for tests. */
import type { Sample } from './network.js';

/** What is read of an entry. */
interface Inbound {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly ssrc?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly bytesReceived?: number;
  readonly freezeCount?: number;
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

type Counter = Exclude<keyof Inbound, 'id' | 'type' | 'kind'>;

/** Makes samples of reports, each of what was since the one before. @internal */
export class Sampler {
  #before = new Map<string, Inbound>();

  /** The first report makes none. */
  read(report: Pick<RTCStatsReport, 'forEach'>): Sample | undefined {
    const now = new Map<string, Inbound>();
    report.forEach((entry: Inbound) => {
      if (entry.type === 'inbound-rtp') now.set(`${entry.id} ${entry.ssrc}`, entry);
    });
    const pairs = [...now].flatMap(([key, entry]) => {
      const before = this.#before.get(key);
      return before && entry.timestamp > before.timestamp ? [[entry, before] as const] : [];
    });
    this.#before = now;
    return pairs.length > 0 ? sampleOf(pairs) : undefined;
  }

  /** What was is of no account: nobody looked for a while. */
  forget(): void {
    this.#before.clear();
  }
}

/** How much a counter grew; one that began anew did not. */
const growth = ([now, before]: readonly [Inbound, Inbound], field: Counter): number =>
  Math.max(0, (now[field] ?? 0) - (before[field] ?? 0));

function sampleOf(pairs: readonly (readonly [Inbound, Inbound])[]): Sample {
  const sum = (list: typeof pairs, field: Counter): number => list.reduce((total, pair) => total + growth(pair, field), 0);
  const video = pairs.filter(([{ kind }]) => kind === 'video');
  const lost = sum(pairs, 'packetsLost');
  const seconds = Math.max(...pairs.map(([now, before]) => now.timestamp - before.timestamp)) / 1000;
  const delays = pairs.flatMap((pair) => {
    const count = growth(pair, 'jitterBufferEmittedCount');
    return count > 0 ? (growth(pair, 'jitterBufferDelay') / count) * 1000 : [];
  });
  return {
    lost,
    expected: lost + sum(pairs, 'packetsReceived'),
    bitrate: (sum(video, 'bytesReceived') * 8) / seconds,
    freezes: sum(video, 'freezeCount'),
    // The least of them: one stream that waits for its own sender does not count.
    delay: delays.length > 0 ? Math.min(...delays) : undefined,
    decoded: sum(video, 'framesDecoded'),
    dropped: sum(video, 'framesDropped'),
  };
}
