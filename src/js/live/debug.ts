import type { Capabilities } from '../capabilities.js';
import { capabilities, internal } from '../index.js';
import { parse } from '../json.js';
import type { ConnectionStats, TrackStats } from '../media/stats.js';
import type { Device, DevicePermission } from '../media/devices.js';
import type { Id, RoomOptions, RoomState, ServerInfo, TrackSource } from '../types.js';
import type { Host } from './index.js';
import { withParts } from './parts.js';
import { scrub, secretsOf, shownAddress } from './scrub.js';

declare const VERSION: string;

/** What a report holds beyond the usual. */
export interface DebugBundleOptions {
  /** The addresses of candidates as they are; otherwise only whether they are IPv4, IPv6 or hidden (false). */
  addresses?: boolean | undefined;
}

/** How a peer connection stands. */
export interface DebugConnection {
  role: 'publisher' | 'subscriber';
  connectionState: RTCPeerConnectionState;
  iceConnectionState: RTCIceConnectionState;
  signalingState: RTCSignalingState;
  /** How many candidates of each type: `{ host: 2, relay: 1 }`. */
  localCandidates: Record<string, number>;
  remoteCandidates: Record<string, number>;
  stats: ConnectionStats;
}

/** A report about a room: JSON, without secrets, names of people, labels of devices and addresses. */
export interface DebugBundle {
  /** Of this format. */
  version: 1;
  /** In a few lines, for people. */
  summary: string;
  createdAt: string;
  /** The same moment by the clock of `states` and `log`, ms. */
  at: number;
  library: string;
  browser: { userAgent: string; online: boolean; visibility: string; secure: boolean; capabilities: Capabilities };
  /** What the server is, if it answers. */
  server: { name: string; version: string; sessionTimeout: number; plugins: Record<string, string> } | undefined;
  /** How the room was made. */
  options: Record<string, unknown>;
  room: { state: RoomState; id: Id | undefined; participantId: Id | undefined; participants: number };
  /** The last changes of state. */
  states: { at: number; state: RoomState; reason?: string; error?: { code: string; status?: number; message: string } }[];
  connections: DebugConnection[];
  /** What is sent and received. */
  tracks: (TrackStats & { participant: Id | undefined; source: TrackSource; muted: boolean; moderated: boolean })[];
  devices: Pick<Device, 'kind' | 'isDefault'>[];
  permissions: { camera: DevicePermission; microphone: DevicePermission } | undefined;
  /** What was said to the server and by it, from the flight recorder. */
  log: Record<string, unknown>[];
}

/** How long anything may take that has to be asked for, ms. */
const PATIENCE_MS = 2_000;

/** Options that are neither secrets nor functions. */
const PLAIN = ['connectTimeout', 'requestTimeout', 'probeInterval', 'probeTimeout', 'leaveOn', 'logLevel', 'recorder',
  'iceTransportPolicy'] as const;
/** Options of which only whether they are there is told. */
const GIVEN = ['token', 'apiSecret', 'transport', 'logger', 'reconnect'] as const;

/** A report helps most where something fails: what cannot be had is left out. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, undefined)));
  try {
    return await Promise.race([work(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Those in use: they may be others than the room was made with, with other credentials. */
function iceServersOf({ room }: Host): RTCIceServer[] {
  const { publisher, subscriber } = room.peerConnections;
  return [publisher, subscriber].flatMap((connection) => connection?.getConfiguration().iceServers ?? []);
}

function shownOptions(options: RoomOptions): Record<string, unknown> {
  const servers = typeof options.servers === 'string' ? [options.servers] : options.servers;
  const iceServers = (options.iceServers ?? []).map(({ urls, username, credential }) => ({
    urls: [urls].flat().map(shownAddress),
    authenticated: username !== undefined || credential !== undefined,
  }));
  return {
    servers: servers.map(shownAddress),
    iceServers,
    ...Object.fromEntries(PLAIN.map((name) => [name, options[name]])),
    given: GIVEN.filter((name) => options[name] !== undefined),
  };
}

async function serverOf(host: Host): Promise<DebugBundle['server']> {
  const text = await withParts(host.core(), ({ janus }) => janus.info() as Promise<string>);
  const info = parse(text) as ServerInfo;
  const plugins = Object.entries(info.plugins ?? {}).map(([name, { version_string: version }]) => [name, version]);
  return {
    name: info.name,
    version: info.version_string,
    sessionTimeout: info['session-timeout'],
    plugins: Object.fromEntries(plugins) as Record<string, string>,
  };
}

function countCandidates(raw: RTCStatsReport, type: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of raw.values() as Iterable<{ type: string; candidateType?: string }>) {
    if (entry.type === type && entry.candidateType) counts[entry.candidateType] = (counts[entry.candidateType] ?? 0) + 1;
  }
  return counts;
}

async function mediaOf({ room }: Host): Promise<Pick<DebugBundle, 'connections' | 'tracks'>> {
  const stats = await room.getStats();
  const connections: DebugConnection[] = [];
  for (const role of ['publisher', 'subscriber'] as const) {
    const [connection, read] = [room.peerConnections[role], stats[role]];
    if (!connection || !read) continue;
    const { connectionState, iceConnectionState, signalingState } = connection;
    connections.push({
      role, connectionState, iceConnectionState, signalingState,
      localCandidates: countCandidates(read.raw, 'local-candidate'),
      remoteCandidates: countCandidates(read.raw, 'remote-candidate'),
      stats: read.connection,
    });
  }
  const tracks = stats.tracks.map(({ participant, publication, ...numbers }) => ({
    participant: participant.id,
    source: publication.source,
    muted: publication.isMuted,
    moderated: publication.isModerated,
    ...numbers,
  }));
  return { connections, tracks };
}

async function devicesOf(): Promise<Pick<DebugBundle, 'devices' | 'permissions'>> {
  const { Devices } = await import('../media/index.js');
  const devices = new Devices();
  try {
    const [list, camera, microphone] = await Promise.all([
      devices.list(), devices.permission('camera'), devices.permission('microphone')]);
    return { devices: list.map(({ kind, isDefault }) => ({ kind, isDefault })), permissions: { camera, microphone } };
  } finally {
    devices.close();
  }
}

function statesOf({ states }: Host): DebugBundle['states'] {
  return states.map(({ at, state, reason, error }) => ({
    at,
    state,
    ...(reason && { reason }),
    ...(error && { error: { code: error.code, message: error.message, ...(error.status && { status: error.status }) } }),
  }));
}

function summarised({ library, browser, server, room, states, connections, permissions, at }: Omit<DebugBundle, 'summary'>): string {
  const ago = (then: number): string => `${((at - then) / 1000).toFixed(1)} s before`;
  const lines = [
    `janus-wasm ${library}, ${browser.userAgent}`,
    server ? `${server.name} ${server.version}` : 'the server was not asked, or does not answer',
    `room ${room.state}, ${room.participants} others`,
    ...connections.map(({ role, connectionState, stats }) => `${role} ${connectionState}, ${stats.localCandidateType ?? 'no'} to `
      + `${stats.remoteCandidateType ?? 'no'} candidate, ${stats.protocol ?? 'no protocol'}, round trip ${stats.roundTripTime ?? '?'} ms`),
    `camera ${permissions?.camera ?? 'unknown'}, microphone ${permissions?.microphone ?? 'unknown'}`,
    ...states.map((it) => `${ago(it.at)}: ${[it.state, it.reason, it.error?.code, it.error?.message].filter(Boolean).join(', ')}`),
  ];
  return lines.join('\n');
}

/** Collects a report; whatever fails while it does is left out. @internal */
export async function debugBundle(host: Host, options: DebugBundleOptions = {}): Promise<DebugBundle> {
  const { addresses = false } = internal.checked('report', options ?? {}, '');
  const core = host.core();
  const iceServers = [...(host.options.iceServers ?? []), ...iceServersOf(host)];
  const [server, media, devices] = await Promise.all([
    attempt(() => serverOf(host)), attempt(() => mediaOf(host)), attempt(devicesOf)]);
  const { room } = host;
  const bundle: Omit<DebugBundle, 'summary'> = {
    version: 1,
    createdAt: new Date().toISOString(),
    at: performance.now(),
    library: VERSION,
    browser: {
      userAgent: navigator.userAgent,
      online: navigator.onLine,
      visibility: document.visibilityState,
      secure: isSecureContext,
      capabilities: capabilities(),
    },
    server,
    options: shownOptions(host.options),
    room: {
      state: room.state, id: room.id, participantId: room.localParticipant.id, participants: room.remoteParticipants.size,
    },
    states: statesOf(host),
    connections: media?.connections ?? [],
    tracks: media?.tracks ?? [],
    devices: devices?.devices ?? [],
    permissions: devices?.permissions,
    log: core ? (parse(core.exportLog()) as { entries: Record<string, unknown>[] }).entries : [],
  };
  const scrubbing = { secrets: secretsOf({ ...host.options, iceServers }), addresses };
  return scrub({ ...bundle, summary: summarised(bundle) }, scrubbing) as DebugBundle;
}
