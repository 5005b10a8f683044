import { JanusError } from '../index.js';
import type { TrackKind } from '../types.js';
import { digest, type Digest } from './digest.js';
import { linesOf } from './report.js';

/** How a peer connection does. Every field is there in every browser: `undefined` where it cannot be known. */
export interface PeerStats {
  /** When it was read, ms, as `performance.now()` has it. */
  at: number;
  /** What the browser said. */
  raw: RTCStatsReport;
  connection: ConnectionStats;
  /** By mid, what is sent or received; m-lines without media are not there. */
  tracks: Map<string, TrackStats>;
  /** By mid, what is received on m-lines that send as well (`sendrecv`); `tracks` has what they send. */
  returned: Map<string, TrackStats>;
}

/** How the network does. */
export interface ConnectionStats {
  /** From here to the other end of the connection and back, ms. */
  roundTripTime: number | undefined;
  /** What the browser believes it could send, bit/s. Not in Firefox. */
  availableOutgoingBitrate: number | undefined;
  /** Total. */
  bytesSent: number | undefined;
  /** Total. */
  bytesReceived: number | undefined;
  localCandidateType: RTCIceCandidateType | undefined;
  remoteCandidateType: RTCIceCandidateType | undefined;
  /** How packets leave the browser: `udp`, `tcp`, or `tls` to a TURN server. */
  protocol: string | undefined;
  /** Whether a TURN server is in between. */
  relayed: boolean | undefined;
}

/**
 * How a track does. Rates and averages are since the read before, and `undefined` at the first, after the other end
 * began anew, and when nothing moved that could be measured.
 */
export interface TrackStats {
  mid: string;
  direction: 'send' | 'receive';
  kind: TrackKind;
  /** `VP8`, `opus`, ... */
  codec: string | undefined;
  /**
   * Of all layers together, without the packets' headers, bit/s. What is sent: with what is sent again, and what
   * browsers send to find out how much gets through, so that it may be more than arrives.
   */
  bitrate: number | undefined;
  /** That arrived, or were sent, total. */
  packets: number | undefined;
  /** Total, as the receiving end counts it. */
  packetsLost: number | undefined;
  /** Which part of the packets got lost, 0..1. What is sent: between the receiver's last reports, 1 to 5 s apart. */
  lossRate: number | undefined;
  /** As the receiving end measures it; of the worst layer, ms. */
  jitter: number | undefined;
  /** Measured with this media; of the worst layer, ms. What is received seldom has it. */
  roundTripTime: number | undefined;
  /** Of the biggest layer that is active, px. */
  frameWidth: number | undefined;
  /** Of the biggest layer that is active, px. */
  frameHeight: number | undefined;
  /** Of the biggest layer that is active. */
  framesPerSecond: number | undefined;
  /** Pictures that were decoded or sent, total; of the layer with the most. */
  frames: number | undefined;
  /** Total. What is sent: not in Firefox. */
  keyFrames: number | undefined;
  /**
   * How often the picture stood still, total. Where the browser does not count it stays unknown: the sums of delays and
   * of their squares give a spread, and any number of freezes may have the same.
   */
  freezeCount: number | undefined;
  /** For how long it stood still, total, ms. */
  freezeDuration: number | undefined;
  /** How long media waited to be played, on average, ms. */
  jitterBufferDelay: number | undefined;
  /** 0..1. What is sent: not in Firefox. */
  audioLevel: number | undefined;
  /** What keeps the picture from being better. Not in Firefox. */
  limitation: 'none' | 'cpu' | 'bandwidth' | 'other' | undefined;
  /** Packets that were asked for again, in requests; total. */
  nackCount: number | undefined;
  /** Key frames that were asked for since pictures were lost, total. */
  pliCount: number | undefined;
  /** Key frames that were asked for otherwise, total. */
  firCount: number | undefined;
  /** With simulcast, the layers that are sent, as they were configured. */
  layers: LayerStats[];
}

/** How a simulcast layer does. */
export interface LayerStats {
  rid: string;
  /** bit/s */
  bitrate: number | undefined;
  /** px */
  frameWidth: number | undefined;
  /** px */
  frameHeight: number | undefined;
  framesPerSecond: number | undefined;
  /** Whether it is to be sent; the browser may still hold it back, at 0 pictures per second. */
  active: boolean | undefined;
}

/** How often it is looked whether a connection that was asked is closed by now, ms: no event says so. */
const LOOK_MS = 200;

/** Reads how a peer connection does, with the same fields in every browser. */
export class StatsReader {
  readonly #pc: RTCPeerConnection;
  #last: Digest | undefined;
  #pending: Promise<PeerStats> | undefined;

  constructor(pc: RTCPeerConnection) {
    this.#pc = pc;
  }

  /**
   * Asks the browser, once for all who ask meanwhile. Rates are since the read before, whoever made it.
   *
   * Rejects with `closed` when the peer connection is closed, meanwhile too, even where the browser would still answer.
   */
  read(): Promise<PeerStats> {
    this.#pending ??= this.#read().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #read(): Promise<PeerStats> {
    const raw = await this.#ask();
    const last = digest(raw, linesOf(this.#pc), this.#last);
    this.#last = last;
    const { connection, tracks, returned } = last;
    return { at: performance.now(), raw, connection, tracks, returned };
  }

  /** Firefox never answers what was asked of a connection that was closed before it could. */
  async #ask(): Promise<RTCStatsReport> {
    const isClosed = (): boolean => this.#pc.signalingState === 'closed';
    let looking: ReturnType<typeof setInterval> | undefined;
    const closed = new Promise<undefined>((resolve) => {
      looking = setInterval(() => isClosed() && resolve(undefined), LOOK_MS);
    });
    try {
      const report = isClosed() ? undefined : await Promise.race([this.#pc.getStats(), closed]);
      if (report && !isClosed()) return report;
    } catch (error) {
      if (!isClosed()) throw error;
    } finally {
      clearInterval(looking);
    }
    throw new JanusError('the peer connection is closed', { code: 'closed', retryable: false });
  }
}
