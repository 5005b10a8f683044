import { candidateStep, type Gathered } from './verdicts.js';
import type { CheckStep } from './types.js';

/** The addresses of STUN and TURN servers, whatever was given. */
export function urlsOf(iceServers: readonly RTCIceServer[]): string[] {
  return iceServers.flatMap((server) => [server?.urls ?? []].flat()).filter((url) => typeof url === 'string');
}

/** Gathers all candidates this browser can, until there is one of each type that can be, or the signal says so. */
async function gather(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<Gathered> {
  const gathered: Gathered = { counts: {}, errors: [], urls: urlsOf(iceServers) };
  const connection = new RTCPeerConnection({ iceServers: [...iceServers] });
  try {
    const done = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
      connection.addEventListener('icegatheringstatechange', () => connection.iceGatheringState === 'complete' && resolve());
      connection.addEventListener('icecandidateerror', (event) => {
        const { errorCode: code, url } = event as RTCPeerConnectionIceErrorEvent;
        gathered.errors.push({ code, url: url ?? '' });
      });
      connection.addEventListener('icecandidate', ({ candidate }) => {
        const type = candidate?.type;
        if (type) gathered.counts[type] = (gathered.counts[type] ?? 0) + 1;
        if (['host', 'srflx', 'relay'].every((one) => gathered.counts[one])) resolve();
      });
    });
    connection.createDataChannel('check');
    await connection.setLocalDescription();
    await done;
    return gathered;
  } finally {
    connection.close();
  }
}

/** The three steps about candidates. */
export async function checkCandidates(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<CheckStep[]> {
  const gathered = await gather(iceServers, signal);
  return (['host', 'srflx', 'relay'] as const).map((name) => candidateStep(name, gathered));
}
