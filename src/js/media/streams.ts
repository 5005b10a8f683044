import { timeOf, type Entries, type Entry } from './report.js';

/** @internal How many packets were lost of those that were to arrive. */
interface Loss {
  readonly lost: number;
  readonly expected: number;
}

/** @internal One RTP stream with what can be computed of it; what a report leaves open is `undefined`. */
export interface Stream {
  readonly mid: string;
  readonly entry: Entry;
  /** What the other end says of it. */
  readonly remote: Entry | undefined;
  /** What is encoded. */
  readonly source: Entry | undefined;
  readonly codec: string | undefined;
  /** bit/s */
  readonly bitrate: number | undefined;
  readonly framesPerSecond: number | undefined;
  readonly loss: Loss | undefined;
  /** ms */
  readonly jitterBufferDelay: number | undefined;
  /** 0..1 */
  readonly audioLevel: number | undefined;
  /** What the last receiver report said: later ones are compared with it. */
  readonly reported: Reported | undefined;
}

interface Reported {
  readonly time: number;
  readonly lost: number | undefined;
  readonly sent: number | undefined;
}

/** @internal An RTP stream as it is in the report. */
export interface Parts {
  readonly mid: string;
  readonly entry: Entry;
  readonly remote: Entry | undefined;
  readonly source: Entry | undefined;
}

/** @internal An RTP stream; old Safari keeps half of its fields in an entry of their own. */
export function streamEntry(entry: Entry, entries: Entries): Entry {
  const track = entries.get(entry.trackId);
  return track ? { ...track, ...entry } : entry;
}

/** @internal What the other end says of a stream. */
export function remoteOf(stream: Entry, entries: Entries): Entry | undefined {
  const type = stream.type === 'outbound-rtp' ? 'remote-inbound-rtp' : 'remote-outbound-rtp';
  const isAbout = ({ localId, ssrc }: Entry): boolean =>
    localId === stream.id || (ssrc !== undefined && ssrc === stream.ssrc);
  return entries.get(stream.remoteId) ?? entries.all(type).find(isAbout);
}

/** @internal Computes what there is between two reads; without an earlier one, rates are unknown. */
export function streamOf(parts: Parts, entries: Entries, before: Stream | undefined): Stream {
  const { entry, remote, source } = parts;
  const past = before?.entry;
  const seconds = past && (timeOf(entry) - timeOf(past)) / 1000;
  const bytes = growth(entry.bytesSent, past?.bytesSent) ?? growth(entry.bytesReceived, past?.bytesReceived);
  const isSent = entry.type === 'outbound-rtp';
  const reported = remote && { time: timeOf(remote), lost: remote.packetsLost, sent: entry.packetsSent };
  const isNews = reported?.time !== before?.reported?.time;
  return {
    ...parts,
    codec: entries.get(entry.codecId)?.mimeType?.replace(/^.*\//, ''),
    bitrate: ratio(bytes === undefined ? undefined : bytes * 8, seconds),
    framesPerSecond: entry.framesPerSecond ?? ratio(growth(framesOf(entry), past && framesOf(past)), seconds),
    loss: isSent ? (isNews ? sentLoss(reported, before?.reported) : before?.loss) : receivedLoss(entry, past),
    jitterBufferDelay: milliseconds(
      ratio(
        growth(entry.jitterBufferDelay, past?.jitterBufferDelay),
        growth(entry.jitterBufferEmittedCount, past?.jitterBufferEmittedCount),
      ),
    ),
    audioLevel: isSent ? levelOf(source, before?.source) : levelOf(entry, past),
    reported: isNews ? reported : before?.reported,
  };
}

/** @internal Frames that were shown or sent. */
export function framesOf(entry: Entry): number | undefined {
  return entry.framesDecoded ?? entry.framesSent ?? entry.framesEncoded;
}

/** @internal */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

/** How much a counter grew; one that went back began anew, and nobody knows. */
function growth(now: number | undefined, before: number | undefined): number | undefined {
  return now !== undefined && before !== undefined && now >= before ? now - before : undefined;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part !== undefined && whole !== undefined && whole > 0 ? part / whole : undefined;
}

/** The number of lost packets may fall, when one comes late or twice: nothing was lost then. */
function lostSince(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined ? undefined : Math.max(0, now - before);
}

function receivedLoss(entry: Entry, past: Entry | undefined): Loss | undefined {
  const lost = lostSince(entry.packetsLost, past?.packetsLost);
  const received = growth(entry.packetsReceived, past?.packetsReceived);
  return lost === undefined || received === undefined ? undefined : { lost, expected: lost + received };
}

/** Receiver reports come seldom: what was sent is counted from one to the next. */
function sentLoss(now: Reported | undefined, before: Reported | undefined): Loss | undefined {
  const lost = lostSince(now?.lost, before?.lost);
  const expected = growth(now?.sent, before?.sent);
  return lost === undefined || expected === undefined ? undefined : { lost, expected };
}

/** The loudness: what the browser says, or the mean since the last read (root mean square, as the energy is). */
function levelOf(entry: Entry | undefined, past: Entry | undefined): number | undefined {
  if (entry?.audioLevel !== undefined) return entry.audioLevel;
  const power = ratio(
    growth(entry?.totalAudioEnergy, past?.totalAudioEnergy),
    growth(entry?.totalSamplesDuration, past?.totalSamplesDuration),
  );
  return power === undefined ? undefined : Math.min(1, Math.sqrt(power));
}
