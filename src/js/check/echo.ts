import type { Janus } from '../janus.js';
import type { PeerStats } from '../media/stats.js';
import { FRAME_RATE, makeSources, type Sources } from './sources.js';
import type { CheckStep } from './types.js';
import { echoStep, mediaFailure, qualityStep } from './verdicts.js';

export const ECHO = 'janus.plugin.echotest';
/** Opus is sent in packets of 20 ms. */
const PACKETS_A_SECOND = 50;
/** How long packets may take to find a way, ms: a browser gives up a little later. */
const CONNECT_MS = 10_000;
/** How long the server may take to end the session, ms. */
const GOODBYE_MS = 2_000;

/** How it is sent. */
export interface Way {
  iceServers: readonly RTCIceServer[];
  policy: RTCIceTransportPolicy;
  /** Whether a TURN server gave an address. */
  relay: () => Promise<boolean>;
  duration: number;
}

type Tell = (step: CheckStep) => void;

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, signal?.aborted ? 0 : ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Sends to EchoTest and looks at what comes back; what was made for it is gone afterwards. */
export async function checkEcho(janus: Janus, way: Way, signal: AbortSignal, tell: Tell): Promise<void> {
  const config = { iceServers: [...way.iceServers], iceTransportPolicy: way.policy };
  const connection = new RTCPeerConnection(config);
  const player = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
  connection.addEventListener('track', ({ streams, track }) => {
    // Not every browser decodes what nobody plays.
    player.srcObject = streams[0] ?? new MediaStream([track]);
    player.play().catch(() => undefined);
  });
  let sources: Sources | undefined;
  try {
    sources = await makeSources();
    const session = await janus.createSession({ signal });
    try {
      const begun = performance.now();
      const state = await connect(await session.attach(ECHO, { signal }), connection, sources, signal);
      await judge(connection, sources, { state, took: performance.now() - begun }, way, signal, tell);
    } finally {
      connection.close();
      // The connection is closed next, and a session ends with it at the latest.
      await Promise.race([session.destroy().catch(() => undefined), pause(GOODBYE_MS)]);
    }
  } finally {
    connection.close();
    player.srcObject = null;
    sources?.close();
  }
}

/** Offers, and waits until packets pass or it is clear that they will not. */
async function connect(
  handle: Awaited<ReturnType<Awaited<ReturnType<Janus['createSession']>>['attach']>>,
  connection: RTCPeerConnection,
  sources: Sources,
  signal: AbortSignal,
): Promise<string> {
  const settled = new Promise<void>((resolve) => {
    connection.addEventListener('connectionstatechange', () => {
      if (['connected', 'failed', 'closed'].includes(connection.connectionState)) resolve();
    });
  });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    // What is lost of these shows by itself.
    handle.trickle([candidate?.candidate ? candidate.toJSON() : { completed: true }]).catch(() => undefined);
  });
  handle.on('trickle', ({ candidate }) => {
    if (!candidate.completed) connection.addIceCandidate(candidate).catch(() => undefined);
  });
  const stream = new MediaStream();
  for (const track of [sources.video, sources.audio]) if (track) connection.addTrack(track, stream);
  const offer = await connection.createOffer();
  const sent = connection.setLocalDescription(offer);
  const body = { audio: sources.audio !== undefined, video: sources.video !== undefined };
  const { jsep } = await handle.send(body, { jsep: offer, signal });
  await sent;
  if (!jsep) throw new Error('EchoTest did not answer the offer.');
  await connection.setRemoteDescription(jsep);
  await Promise.race([settled, pause(CONNECT_MS, signal)]);
  const { connectionState, iceConnectionState } = connection;
  if (connectionState === 'connected') return connectionState;
  return ['connected', 'completed'].includes(iceConnectionState) ? 'connected-without-encryption' : connectionState;
}

async function judge(
  connection: RTCPeerConnection,
  sources: Sources,
  { state, took }: { state: string; took: number },
  way: Way,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  if (state !== 'connected') {
    const text = mediaFailure(state, await way.relay(), way.policy);
    tell({ name: 'media', verdict: 'failed', text, details: { state } });
    return skipRest(tell, 'Media finds no way, so this was not tried.');
  }
  const { StatsReader } = await import('../media/index.js');
  const reader = new StatsReader(connection);
  const first = await reader.read();
  await pause(way.duration, signal);
  const last = await reader.read();
  const { localCandidateType, remoteCandidateType, protocol, relayed } = last.connection;
  const details = { took: Math.round(took), localCandidateType, remoteCandidateType, protocol, relayed };
  const over = relayed ? 'over a TURN server' : `directly over ${protocol?.toUpperCase() ?? 'the network'}`;
  tell({ name: 'media', verdict: 'passed', text: `Media finds its way ${over}, in ${Math.round(took)} ms.`, details });
  measure(connection, sources, [first, last], tell);
}

function measure(connection: RTCPeerConnection, sources: Sources, [first, last]: [PeerStats, PeerStats], tell: Tell): void {
  const seconds = (last.at - first.at) / 1000;
  const midOf = (track: MediaStreamTrack | undefined): string =>
    connection.getTransceivers().find(({ sender }) => track && sender.track === track)?.mid ?? '';
  const [video, audio] = [midOf(sources.video), midOf(sources.audio)];
  const frames = (stats: PeerStats): number => stats.returned.get(video)?.frames ?? 0;
  tell(echoStep('video', { came: frames(last) - frames(first), expected: seconds * FRAME_RATE, seconds }));
  if (sources.audio) {
    const came = packets(last, audio) - packets(first, audio);
    tell(echoStep('audio', { came, expected: seconds * PACKETS_A_SECOND, seconds }));
  } else {
    const text = 'This page can make no sound now, before a click or without a sound card, so that none was sent.';
    tell({ name: 'audio', verdict: 'skipped', text, details: {} });
  }
  const [sent, received] = [last.tracks.get(video), last.returned.get(video)];
  tell(qualityStep({
    roundTripTime: last.connection.roundTripTime ?? sent?.roundTripTime,
    jitter: received?.jitter,
    lossSent: sent?.lossRate,
    lossReceived: received?.lossRate,
  }));
}

/** The packets of an m-line that arrived, as the browser counts them. */
function packets({ raw }: PeerStats, mid: string): number {
  const all = raw.values() as Iterable<{ type: string; kind?: string; mid?: string; packetsReceived?: number }>;
  const inbound = [...all].find(({ type, kind, mid: at }) => type === 'inbound-rtp' && kind === 'audio' && (at ?? mid) === mid);
  return inbound?.packetsReceived ?? 0;
}

export function skipRest(tell: Tell, text: string): void {
  for (const name of ['video', 'audio', 'quality'] as const) tell({ name, verdict: 'skipped', text, details: {} });
}

