import type { HandleCore } from '../../../pkg/janus.js';
import { JanusError, internal } from '../index.js';
import type { LocalTrackPublication } from '../publication.js';
import type { Host } from './index.js';
import { withParts, type Parts } from './parts.js';
import { ask, sendRaw, swallow, wireOf, type Wire } from './socket.js';

const { invalidArgument, parsed, stringify } = internal;

/**
 * What can be broken.
 *
 * - `signal-lost`: the WebSocket is closed under the room
 * - `signal-blackhole`: the WebSocket stays open, and nothing passes any more in either direction
 * - `session-lost`: the session is ended on the server, as if it had expired
 * - `server-restart`: the same, and the WebSocket is closed: what is left of us when a server starts again
 * - `ice-failed`: both peer connections lose their way to the server, which answers other credentials now
 * - `publisher-failed`, `subscriber-failed`: the peer connection that sends, or that receives, is closed under the room;
 *   the server notices, and hangs up
 * - `device-lost`: the camera, or the microphone if there is no camera, ends as if it was unplugged
 */
export type Trouble =
  | 'signal-lost'
  | 'signal-blackhole'
  | 'session-lost'
  | 'server-restart'
  | 'ice-failed'
  | 'publisher-failed'
  | 'subscriber-failed'
  | 'device-lost';

const TROUBLES: Record<Trouble, (host: Host) => Promise<void>> = {
  'signal-lost': (host) => withParts(host.core(), async ({ publisher }) => (await wireOf(publisher)).socket.close()),
  'signal-blackhole': (host) => withParts(host.core(), async ({ publisher }) => swallow(await wireOf(publisher))),
  'session-lost': (host) => withParts(host.core(), (parts) => endSession(parts, false)),
  'server-restart': (host) => withParts(host.core(), (parts) => endSession(parts, true)),
  'ice-failed': (host) => withParts(host.core(), (parts) => loseTheWay(host, parts)),
  'publisher-failed': (host) => hangUp(host.room.peerConnections.publisher),
  'subscriber-failed': (host) => hangUp(host.room.peerConnections.subscriber),
  'device-lost': async ({ room }) => unplug([...room.localParticipant.publications.values()]),
};

/** How long the server may take to end a session, ms. */
const PATIENCE_MS = 5_000;

/** Breaks something. @internal */
export async function simulate(host: Host, trouble: Trouble, stay: AbortSignal): Promise<void> {
  const cause = Object.hasOwn(TROUBLES, trouble) ? TROUBLES[trouble] : undefined;
  if (!cause) throw invalidArgument(`simulate: expected ${Object.keys(TROUBLES).join(', ')}`);
  // Another call is not the one to break.
  stay.throwIfAborted();
  await cause(host);
}

/** The server ends it by a request that the library did not send, and so does not understand as its own. */
async function endSession({ publisher }: Parts, restart: boolean): Promise<void> {
  const wire = await wireOf(publisher);
  const answered = untilAnswered(wire);
  sendRaw(wire, { janus: 'destroy' });
  await answered;
  if (restart) return wire.socket.close();
  // Nobody would notice before the next sign of life.
  await ask(publisher).catch(() => undefined);
}

/** Resolves when the server has answered what the library did not send, or when nothing is to be expected any more. */
function untilAnswered({ socket }: Wire): Promise<void> {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const end = (): void => {
      listening.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, PATIENCE_MS);
    socket.addEventListener('message', ({ data }) => String(data).includes('"simulated-') && end(), { signal });
    socket.addEventListener('close', end, { signal });
  });
}

/** What we said last, with the credentials of somebody who does not exist. */
function misled(connection: RTCPeerConnection | undefined): RTCSessionDescriptionInit | undefined {
  const { type, sdp } = connection?.localDescription ?? {};
  if (!type || !sdp) return undefined;
  const words = { 'ice-ufrag': 'lost', 'ice-pwd': 'lost'.repeat(6) };
  const named = sdp.replace(/^a=(ice-ufrag|ice-pwd):.*$/gm, (_, name: keyof typeof words) => `a=${name}:${words[name]}`);
  return { type, sdp: named.replace(/^a=(candidate:|end-of-candidates).*\r\n/gm, '') };
}

/**
 * Both negotiate ICE anew, as far as the server knows, and the browser was never told: packets with the old credentials
 * are answered no more. Browsers notice within a dozen seconds.
 */
async function loseTheWay(host: Host, { publisher, subscriber }: Parts): Promise<void> {
  const connections = host.room.peerConnections;
  const [sent, received] = [misled(connections.publisher), misled(connections.subscriber)];
  if (sent) await send(publisher, { request: 'configure' }, { ...sent, type: 'offer' });
  if (received) {
    await send(subscriber, { request: 'configure', restart: true });
    await send(subscriber, { request: 'start' }, { ...received, type: 'answer' });
  }
}

/** The other end is told by DTLS, and tells the library. */
async function hangUp(connection: RTCPeerConnection | undefined): Promise<void> {
  if (!connection || connection.signalingState === 'closed') throw new JanusError('there is no such peer connection to close', { code: 'invalid-state', retryable: false });
  connection.close();
}

async function send(handle: HandleCore, body: object, jsep?: RTCSessionDescriptionInit): Promise<object> {
  return parsed((await handle.send(stringify(body), jsep && stringify(jsep))) as object);
}

/** Browsers tell of a device that is gone by `ended`, and of one that the page stopped not at all. */
function unplug(publications: LocalTrackPublication[]): void {
  const of = (wanted: string): LocalTrackPublication | undefined => publications.find(({ source }) => source === wanted);
  const track = (of('camera') ?? of('microphone'))?.track.mediaStreamTrack;
  if (!track) throw new JanusError('there is no camera or microphone to lose', { code: 'invalid-state', retryable: false });
  track.stop();
  track.dispatchEvent(new Event('ended'));
}
