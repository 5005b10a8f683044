/**
 * Whether our encoders keep up, where the browser does not say so (Firefox): by how long they take. Pure: a `Map` does for
 * tests.
 */

/** What is read of an entry: of what is sent, or of what is to be encoded. */
interface Entry {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly mid?: string;
  readonly ssrc?: number;
  readonly framesEncoded?: number;
  readonly totalEncodeTime?: number;
  readonly frames?: number;
}

/** An encoder that takes so much of the time has none left. */
const BUSY = 0.8;
/** Of what there is to be encoded so little is: what takes long and is all done is done by several at a time. */
const ALL = 0.95;

/** @internal */
export class Encoders {
  #before = new Map<string, Entry>();

  /** On which m-lines they were short since the report before. */
  read(report: Pick<RTCStatsReport, 'forEach'>): ReadonlySet<string> {
    const before = this.#before;
    const now = (this.#before = new Map<string, Entry>());
    const busy = new Map<string, number>();
    const encoded = new Map<string, number>();
    let frames: number | undefined;
    report.forEach((entry: Entry) => {
      const { type, kind, mid = '' } = entry;
      if (kind !== 'video' || (type !== 'outbound-rtp' && type !== 'media-source')) return;
      const key = `${entry.id} ${entry.ssrc}`;
      now.set(key, entry);
      const past = before.get(key);
      if (!past || entry.timestamp <= past.timestamp) return;
      if (type === 'media-source') {
        if (entry.frames !== undefined) frames = (frames ?? 0) + growth(entry.frames, past.frames);
        return;
      }
      // Layers are made one after the other, and each is said to have taken as long as all up to it.
      const took = (growth(entry.totalEncodeTime, past.totalEncodeTime) * 1_000) / (entry.timestamp - past.timestamp);
      busy.set(mid, Math.max(took, busy.get(mid) ?? 0));
      encoded.set(mid, Math.max(growth(entry.framesEncoded, past.framesEncoded), encoded.get(mid) ?? 0));
    });
    const done = [...encoded.values()].reduce((sum, count) => sum + count, 0);
    const isAll = frames !== undefined && done >= frames * ALL;
    return new Set([...busy].flatMap(([mid, part]) => (part > BUSY && !isAll ? mid : [])));
  }
}

/** How much a counter grew; one that began anew did not. */
const growth = (now = 0, before = 0): number => Math.max(0, now - before);
