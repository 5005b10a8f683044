import type { HandleCore, JanusCore } from '../../../pkg/janus.js';
import { JanusError, internal } from '../index.js';
import type { LocalTrackPublication } from '../publication.js';
import type { Host } from './index.js';
import { withParts, type Parts } from './parts.js';

const { invalidArgument, parsed, stringify } = internal;

/**
 * What can be broken.
 *
 * - `signal-lost`: what carries messages, the WebSocket, is closed under the room
 * - `signal-blackhole`: it stays open, and nothing passes any more in either direction
 * - `session-lost`: the session is ended on the server, as if it had expired
 * - `server-restart`: the same, and the connection is closed: what is left of us when a server starts again
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
  'signal-lost': (host) => withParts(host.core(), async ({ janus }) => cause(janus, CUT)),
  'signal-blackhole': (host) => withParts(host.core(), async ({ janus }) => cause(janus, SWALLOW)),
  'session-lost': (host) => withParts(host.core(), (parts) => endSession(parts, false)),
  'server-restart': (host) => withParts(host.core(), (parts) => endSession(parts, true)),
  'ice-failed': (host) => withParts(host.core(), (parts) => loseTheWay(host, parts)),
  'publisher-failed': (host) => hangUp(host.room.peerConnections.publisher),
  'subscriber-failed': (host) => hangUp(host.room.peerConnections.subscriber),
  'device-lost': async ({ room }) => unplug([...room.localParticipant.publications.values()]),
};

/** What the core breaks, as it knows it. */
const [CUT, SWALLOW, END_SESSIONS] = [0, 1, 2] as const;
/** Harmless. */
const QUESTION = { request: 'exists', room: 0 };

/** Breaks something. @internal */
export async function simulate(host: Host, trouble: Trouble, stay: AbortSignal): Promise<void> {
  const begin = Object.hasOwn(TROUBLES, trouble) ? TROUBLES[trouble] : undefined;
  if (!begin) throw invalidArgument(`simulate: expected ${Object.keys(TROUBLES).join(', ')}`);
  // Another call is not the one to break.
  stay.throwIfAborted();
  await begin(host);
}

function cause(janus: JanusCore, trouble: number): void {
  const text = 'there is no open connection to break: wait until the room is connected';
  if (!janus.cause(trouble)) throw new JanusError(text, { code: 'invalid-state', retryable: true });
}

async function endSession({ janus, publisher }: Parts, restart: boolean): Promise<void> {
  cause(janus, END_SESSIONS);
  // The server reads what belongs to no handle in the order in which it comes.
  await janus.ping();
  if (restart) return cause(janus, CUT);
  // Nobody would notice before the next sign of life. It is refused: that is how it is noticed.
  await send(publisher, QUESTION).catch(() => undefined);
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
