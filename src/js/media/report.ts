import type { TrackKind } from '../types.js';

/** @internal What is read of a report: a `Map` does for tests. */
export type Report = Pick<RTCStatsReport, 'forEach'>;

/**
 * @internal An entry of a report with the fields that are read, as browsers name them. Times are s, sizes px.
 * Which are there depends on its type, and on the browser.
 */
export interface Entry {
  readonly id: string;
  readonly timestamp: number;
  readonly type: string;
  readonly kind?: TrackKind;
  readonly mediaType?: TrackKind;
  readonly mid?: string;
  readonly rid?: string;
  readonly ssrc?: number;
  readonly active?: boolean;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly localId?: string;
  readonly remoteId?: string;
  readonly trackId?: string;
  readonly mediaSourceId?: string;
  readonly trackIdentifier?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly lastPacketReceivedTimestamp?: number;
  readonly jitter?: number;
  readonly roundTripTime?: number;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly framesPerSecond?: number;
  readonly framesSent?: number;
  readonly framesEncoded?: number;
  readonly framesDecoded?: number;
  readonly keyFramesEncoded?: number;
  readonly keyFramesDecoded?: number;
  readonly freezeCount?: number;
  readonly totalFreezesDuration?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly audioLevel?: number;
  readonly totalAudioEnergy?: number;
  readonly totalSamplesDuration?: number;
  readonly qualityLimitationReason?: 'none' | 'cpu' | 'bandwidth' | 'other';
  readonly nackCount?: number;
  readonly pliCount?: number;
  readonly firCount?: number;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly currentRoundTripTime?: number;
  readonly responsesReceived?: number;
  readonly availableOutgoingBitrate?: number;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: RTCIceCandidateType;
  readonly protocol?: string;
  readonly relayProtocol?: string;
}

/** Beyond this a time is in µs, as old Safari has it: 10^14 ms after 1970 is the year 5138. */
const MICROSECONDS = 1e14;

/** @internal When an entry was taken, ms. */
export function timeOf(entry: Entry): number {
  return entry.timestamp > MICROSECONDS ? entry.timestamp / 1000 : entry.timestamp;
}

/** @internal A report by id and by type. */
export class Entries {
  readonly #byId = new Map<string, Entry>();
  readonly #byType = new Map<string, Entry[]>();
  /** When the newest entry was taken, ms. */
  readonly time: number;

  constructor(report: Report) {
    let time = 0;
    report.forEach((entry: Entry) => {
      this.#byId.set(entry.id, entry);
      const others = this.#byType.get(entry.type);
      if (others) others.push(entry);
      else this.#byType.set(entry.type, [entry]);
      time = Math.max(time, timeOf(entry));
    });
    this.time = time;
  }

  get(id: string | undefined): Entry | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  all(type: string): readonly Entry[] {
    return this.#byType.get(type) ?? [];
  }
}

/** @internal What the peer connection itself says of an m-line. */
export interface Line {
  readonly mid: string;
  readonly kind: string;
  readonly sends: boolean;
  readonly receives: boolean;
  /** The id of the track that is sent. */
  readonly sentTrack: string | undefined;
  /** The id of the track that is received. */
  readonly receivedTrack: string;
  /** The SSRCs that were heard of late; asked for only where nothing else helps. */
  readonly sources: () => readonly number[];
  /** Asked for only where there are layers. */
  readonly encodings: () => readonly RTCRtpEncodingParameters[];
}

/** @internal The m-lines that were negotiated. */
export function linesOf(pc: RTCPeerConnection): Line[] {
  return pc.getTransceivers().flatMap(({ mid, currentDirection, sender, receiver }) => {
    if (mid === null) return [];
    const { track } = receiver;
    return {
      mid,
      kind: track.kind,
      sends: currentDirection === 'sendrecv' || currentDirection === 'sendonly',
      receives: currentDirection === 'sendrecv' || currentDirection === 'recvonly',
      sentTrack: sender.track?.id,
      receivedTrack: track.id,
      sources: () => receiver.getSynchronizationSources().map(({ source }) => source),
      encodings: () => sender.getParameters().encodings,
    };
  });
}

/**
 * @internal The m-line of an RTP stream. Where the browser does not name it (Firefox, at times), it is that of the
 * track, that where the SSRC was before or is heard, or the only one of its kind.
 */
export function midOf(
  stream: Entry,
  track: string | undefined,
  lines: readonly Line[],
  known: ReadonlyMap<number, string>,
): string | undefined {
  if (stream.mid !== undefined) return stream.mid;
  const { ssrc } = stream;
  const isSent = stream.type === 'outbound-rtp';
  const candidates = lines.filter((line) => line.kind === kindOf(stream) && (isSent ? line.sends : line.receives));
  const only = (test: (line: Line) => boolean): string | undefined => {
    const found = candidates.filter(test);
    return found.length === 1 ? found[0]?.mid : undefined;
  };
  return (
    (track === undefined ? undefined : only((line) => (isSent ? line.sentTrack : line.receivedTrack) === track)) ??
    (ssrc === undefined ? undefined : (known.get(ssrc) ?? only((line) => !isSent && line.sources().includes(ssrc)))) ??
    only(() => true)
  );
}

/** @internal */
export function kindOf(stream: Entry): TrackKind {
  return stream.kind ?? stream.mediaType ?? 'video';
}
