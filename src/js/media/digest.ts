import { Entries, kindOf, midOf, type Entry, type Line, type Report } from './report.js';
import { framesOf, milliseconds, remoteOf, streamEntry, streamOf, type Stream } from './streams.js';
import type { ConnectionStats, LayerStats, TrackStats } from './stats.js';

/** @internal What a report says, and what the next one is compared with. */
export interface Digest {
  readonly connection: ConnectionStats;
  readonly tracks: Map<string, TrackStats>;
  readonly returned: Map<string, TrackStats>;
  /** When the report was made, ms. */
  readonly time: number;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly mids: ReadonlyMap<number, string>;
}

/**
 * @internal Turns a report into numbers. Browsers give the same report again for a while: it says the same then, since
 * nothing can be computed between a report and itself.
 */
export function digest(report: Report, lines: readonly Line[], before?: Digest): Digest {
  const entries = new Entries(report);
  if (before?.time === entries.time) return before;
  const streams = streamsOf(entries, lines, before);
  const mids = new Map<number, string>();
  for (const { mid, entry } of streams.values()) if (entry.ssrc !== undefined) mids.set(entry.ssrc, mid);
  const all = [...streams.values()];
  const sent = byMid(all.filter(({ entry }) => entry.type === 'outbound-rtp'));
  const received = byMid(all.filter(({ entry }) => entry.type === 'inbound-rtp'));
  const tracks = new Map<string, TrackStats>();
  const returned = new Map<string, TrackStats>();
  for (const [mid, group] of sent) tracks.set(mid, sentTrack(mid, group, lines.find((line) => line.mid === mid)));
  for (const [mid, group] of received) (sent.has(mid) ? returned : tracks).set(mid, receivedTrack(mid, group));
  return { connection: connectionOf(entries), tracks, returned, time: entries.time, streams, mids };
}

function streamsOf(entries: Entries, lines: readonly Line[], before: Digest | undefined): Map<string, Stream> {
  const streams = new Map<string, Stream>();
  for (const raw of [...entries.all('outbound-rtp'), ...entries.all('inbound-rtp')]) {
    const entry = streamEntry(raw, entries);
    const source = entries.get(entry.mediaSourceId);
    const mid = midOf(entry, source?.trackIdentifier ?? entry.trackIdentifier, lines, before?.mids ?? new Map());
    if (mid === undefined) continue;
    // A new SSRC is a new stream: its counters are its own.
    const key = `${entry.type} ${mid} ${entry.ssrc ?? entry.id}`;
    const parts = { mid, entry, source, remote: remoteOf(entry, entries) };
    streams.set(key, streamOf(parts, entries, before?.streams.get(key)));
  }
  return streams;
}

function byMid(streams: readonly Stream[]): Map<string, [Stream, ...Stream[]]> {
  const groups = new Map<string, [Stream, ...Stream[]]>();
  for (const stream of streams) {
    const group = groups.get(stream.mid);
    if (group) group.push(stream);
    else groups.set(stream.mid, [stream]);
  }
  return groups;
}

/** Something that is received: when the SSRC has just changed there are two for a while, and the last heard counts. */
function receivedTrack(mid: string, streams: readonly [Stream, ...Stream[]]): TrackStats {
  const heard = ({ entry }: Stream): number => entry.lastPacketReceivedTimestamp ?? 0;
  const stream = streams.reduce((best, other) => (heard(other) >= heard(best) ? other : best));
  const { entry } = stream;
  return {
    ...commonOf(mid, [stream]),
    ...pictureOf(stream),
    direction: 'receive',
    kind: kindOf(entry),
    packetsLost: entry.packetsLost,
    jitter: milliseconds(entry.jitter),
    frames: framesOf(entry),
    keyFrames: entry.keyFramesDecoded,
    limitation: undefined,
    layers: [],
  };
}

/** Something that is sent, in one or several layers. */
function sentTrack(mid: string, streams: readonly [Stream, ...Stream[]], line: Line | undefined): TrackStats {
  const layers = streams.some(({ entry }) => entry.rid !== undefined) ? layersOf(streams, line) : [];
  const idle = new Set(layers.filter(({ active }) => active === false).map(({ rid }) => rid));
  const main = biggest(streams.filter(({ entry }) => entry.active !== false && !idle.has(entry.rid ?? '')));
  return {
    ...commonOf(mid, streams),
    ...pictureOf(main),
    direction: 'send',
    kind: kindOf(streams[0].entry),
    packetsLost: sum(streams.map(({ remote }) => remote?.packetsLost)),
    jitter: milliseconds(most(streams.map(({ remote }) => remote?.jitter))),
    frames: most(streams.map(({ entry }) => framesOf(entry))),
    keyFrames: sum(streams.map(({ entry }) => entry.keyFramesEncoded)),
    limitation: limitationOf(streams.map(({ entry }) => entry)),
    layers,
  };
}

/** The stream with the most pixels among those that have pictures now. */
function biggest(streams: readonly Stream[]): Stream | undefined {
  const area = ({ entry, framesPerSecond }: Stream): number =>
    framesPerSecond === 0 ? 0 : (entry.frameWidth ?? 0) * (entry.frameHeight ?? 0);
  const [first, ...others] = streams;
  return others.reduce((best, other) => (best && area(best) >= area(other) ? best : other), first);
}

type Picture = Pick<TrackStats, 'frameWidth' | 'frameHeight' | 'framesPerSecond'>;

function pictureOf(stream: Stream | undefined): Picture {
  return {
    // Before the first picture Firefox has 0.
    frameWidth: stream?.entry.frameWidth || undefined,
    frameHeight: stream?.entry.frameHeight || undefined,
    framesPerSecond: stream?.framesPerSecond,
  };
}

type Common = Omit<
  TrackStats,
  keyof Picture | 'direction' | 'kind' | 'packetsLost' | 'jitter' | 'frames' | 'keyFrames' | 'limitation' | 'layers'
>;

/** What is found in the same way for both directions. */
function commonOf(mid: string, streams: readonly Stream[]): Common {
  const total = (pick: (entry: Entry) => number | undefined): number | undefined =>
    sum(streams.map(({ entry }) => pick(entry)));
  return {
    mid,
    codec: streams.find(({ codec }) => codec !== undefined)?.codec,
    bitrate: sum(streams.map(({ bitrate }) => bitrate)),
    packets: total(({ packetsSent, packetsReceived }) => packetsSent ?? packetsReceived),
    lossRate: lossRateOf(streams),
    roundTripTime: milliseconds(most(streams.map(({ remote }) => remote?.roundTripTime))),
    freezeCount: total(({ freezeCount }) => freezeCount),
    freezeDuration: milliseconds(total(({ totalFreezesDuration }) => totalFreezesDuration)),
    jitterBufferDelay: most(streams.map(({ jitterBufferDelay }) => jitterBufferDelay)),
    audioLevel: most(streams.map(({ audioLevel }) => audioLevel)),
    nackCount: total(({ nackCount }) => nackCount),
    pliCount: total(({ pliCount }) => pliCount),
    firCount: total(({ firCount }) => firCount),
  };
}

function lossRateOf(streams: readonly Stream[]): number | undefined {
  const lost = sum(streams.map(({ loss }) => loss?.lost)) ?? 0;
  const expected = sum(streams.map(({ loss }) => loss?.expected)) ?? 0;
  return expected > 0 ? Math.min(1, lost / expected) : undefined;
}

/** The layers in the order in which they are configured. */
function layersOf(streams: readonly Stream[], line: Line | undefined): LayerStats[] {
  const encodings = line?.encodings() ?? [];
  const rank = (rid: string): number => encodings.findIndex((encoding) => encoding.rid === rid);
  const layers = streams.map((stream) => {
    const { active, rid = '' } = stream.entry;
    const { bitrate } = stream;
    return { rid, bitrate, ...pictureOf(stream), active: active ?? encodings[rank(rid)]?.active };
  });
  return layers.sort((left, right) => rank(left.rid) - rank(right.rid));
}

/** What holds any layer back. */
function limitationOf(entries: readonly Entry[]): TrackStats['limitation'] {
  const reasons = entries.map(({ qualityLimitationReason }) => qualityLimitationReason);
  return reasons.find((reason) => reason !== undefined && reason !== 'none') ?? reasons.find((reason) => reason);
}

function connectionOf(entries: Entries): ConnectionStats {
  const pairs = entries.all('candidate-pair');
  const transports = entries.all('transport');
  const named = transports.map((transport) => entries.get(transport.selectedCandidatePairId)).find((pair) => pair);
  const pair = named ?? pairs.find(({ selected }) => selected) ?? pairs.find(isInUse);
  const local = entries.get(pair?.localCandidateId);
  const remote = entries.get(pair?.remoteCandidateId);
  // Firefox counts by pair, and more than one may have been in use.
  const total = (pick: (entry: Entry) => number | undefined): number | undefined =>
    sum(transports.map(pick)) ?? sum(pairs.map(pick));
  return {
    roundTripTime: milliseconds(roundTripOf(pair) ?? mediaRoundTrip(entries)),
    availableOutgoingBitrate: pair?.availableOutgoingBitrate,
    bytesSent: total(({ bytesSent }) => bytesSent),
    bytesReceived: total(({ bytesReceived }) => bytesReceived),
    localCandidateType: local?.candidateType,
    remoteCandidateType: remote?.candidateType,
    protocol: local?.relayProtocol ?? local?.protocol,
    relayed: local && remote && (local.candidateType === 'relay' || remote.candidateType === 'relay'),
  };
}

const isInUse = ({ nominated, state }: Entry): boolean => nominated === true && state === 'succeeded';

/** Firefox has 0 before there was an answer. */
function roundTripOf(pair: Entry | undefined): number | undefined {
  return pair?.responsesReceived === 0 ? undefined : pair?.currentRoundTripTime;
}

/** The shortest that media took. */
function mediaRoundTrip(entries: Entries): number | undefined {
  const times = entries.all('remote-inbound-rtp').flatMap(({ roundTripTime }) => roundTripTime ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : undefined;
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
