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
  readonly remoteId?: string;
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

/** What is read of the server's own reports: when one came, and when it was sent, by a clock of its own, ms. */
interface ServerReport {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly remoteTimestamp?: number;
}

type Counter = Exclude<keyof Inbound, 'id' | 'type' | 'kind' | 'mid' | 'remoteId'>;

/** Makes samples of reports, each of what was since the one before. @internal */
export class Sampler {
  #before = new Map<string, Inbound>();
  readonly #way = new Way();

  /** The first report makes none. `whose`: who sends what comes on an m-line. */
  read(report: Pick<RTCStatsReport, 'forEach'>, whose: ReadonlyMap<string, unknown>): Sample | undefined {
    const now = new Map<string, Inbound>();
    const reports = new Map<string, ServerReport>();
    report.forEach((entry: Inbound & ServerReport) => {
      if (entry.type === 'inbound-rtp') now.set(`${entry.id} ${entry.ssrc}`, entry);
      if (entry.type === 'remote-outbound-rtp') reports.set(entry.id, entry);
    });
    const pairs = [...now].flatMap(([key, entry]) => {
      const before = this.#before.get(key);
      return before && entry.timestamp > before.timestamp ? [[entry, before] as const] : [];
    });
    this.#before = now;
    const way = this.#way.read(now, reports);
    return pairs.length > 0 ? sampleOf(pairs, whose, way) : undefined;
  }

  /** What was is of no account: nobody looked for a while. */
  forget(): void {
    this.#before.clear();
  }
}

/** How long the way was when a report took it last, ms; `isNew`: it took it since the time before. */
interface Passage {
  readonly took: number;
  readonly isNew: boolean;
}

/**
 * How much longer reports of the server are on their way than at first: a queue that fills evenly is seen by nothing else.
 * Whatever the clocks say, the differences are right.
 */
class Way {
  #before = new Map<string, { readonly first: number; readonly sent: number }>();
  #took = 0;

  read(streams: ReadonlyMap<string, Inbound>, reports: ReadonlyMap<string, ServerReport>): Passage | undefined {
    const passages = [...streams].flatMap(([key, { remoteId = '' }]) => {
      const { timestamp = 0, remoteTimestamp: sent } = reports.get(remoteId) ?? {};
      return sent === undefined ? [] : [{ key, sent, took: timestamp - sent, before: this.#before.get(key) }];
    });
    // Of a stream that is paused there are no more.
    const fresh = passages.filter(({ sent, before }) => sent !== before?.sent);
    const known = fresh.flatMap(({ took, before }) => (before ? took - before.first : []));
    const took = known.length > 0 ? Math.min(...known) : this.#took;
    // One that is new took as long as the others do now.
    this.#before = new Map(passages.map((one) => [one.key, { first: one.before?.first ?? one.took - took, sent: one.sent }]));
    this.#took = took;
    return passages.length > 0 ? { took, isNew: fresh.length > 0 } : undefined;
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

function sampleOf(pairs: readonly Pair[], whose: ReadonlyMap<string, unknown>, way: Passage | undefined): Sample {
  const sum = (list: typeof pairs, field: Counter): number => list.reduce((total, pair) => total + growth(pair, field), 0);
  const people = (list: typeof pairs): number => new Set(list.map(([{ mid = '' }]) => whose.get(mid))).size;
  const video = pairs.filter(([{ kind }]) => kind === 'video');
  const lost = sum(pairs, 'packetsLost');
  const seconds = Math.max(...pairs.map(([now, before]) => now.timestamp - before.timestamp)) / 1000;
  // The least of them: one stream that waits for its own sender does not count.
  const delays = pairs.flatMap((pair) => delayOf(pair) ?? []);
  const frozen = video.filter((pair) => growth(pair, 'freezeCount') > 0);
  return {
    lost,
    expected: lost + sum(pairs, 'packetsReceived'),
    bitrate: (sum(video, 'bytesReceived') * 8) / seconds,
    people: people([...video.filter((pair) => growth(pair, 'framesDecoded') > 0), ...frozen]),
    frozen: people(frozen),
    delay: way?.isNew === false ? undefined : delays.length > 0 ? Math.min(...delays) + (way?.took ?? 0) : way?.took,
    decoded: sum(video, 'framesDecoded'),
    dropped: sum(video, 'framesDropped'),
  };
}
