/** A real Janus with a configuration of its own, on the loopback interface only. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { choosePort } from './ports.mjs';
import { startGuarded, stopChild } from './proc.mjs';

/** Where Debian and others put the plugins. */
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'arm-linux-gnueabihf', '']
  .flatMap((arch) => ['/usr/lib', '/usr/local/lib'].map((base) => join(base, arch, 'janus')));

const PLUGINS = ['videoroom', 'echotest', 'textroom', 'streaming'];
const START_TIMEOUT = 15_000;

function libraries() {
  const found = LIBRARIES.find((path) => existsSync(join(path, 'plugins')));
  if (found === undefined) throw new Error('Janus is there, but its plugins are in no folder I know');
  return found;
}

/** One setting as Janus's configuration language writes it. */
function setting([name, value]) {
  return `  ${name} = ${JSON.stringify(value)}\n`;
}

function section(name, settings) {
  return `${name}: {\n${Object.entries(settings).map(setting).join('')}}\n`;
}

function disabled(folder, kind, wanted) {
  const all = {
    plugins: ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom',
      'videocall', 'videoroom', 'voicemail'],
    transports: ['http', 'websockets', 'pfunix', 'rabbitmq', 'mqtt', 'nanomsg'],
  };
  return all[kind].filter((name) => !wanted.includes(name)).map((name) => `libjanus_${name}.so`).join(',');
}

const ROOM = {
  publishers: 20,
  bitrate: 0,
  fir_freq: 0,
  audiocodec: 'opus',
  videocodec: 'vp8',
  audiolevel_ext: true,
  audiolevel_event: true,
  audio_active_packets: 30,
  audio_level_average: 45,
  notify_joining: true,
  secret: 'adminpwd',
};

function rooms(stringIds) {
  const room = (id, more) => section(`room-${id}`, { ...ROOM, ...more });
  return section('general', { string_ids: stringIds })
    + room(1234, { description: 'Demo room' })
    + room(5678, { description: 'A room for one', publishers: 1 })
    + room(4321, { description: 'A room with a pin', pin: '4321' });
}

/** The configuration files, by name. */
function configuration({ dir, ports, secret, reclaimSessionTimeout, stringIds, settings }) {
  const library = libraries();
  const general = {
    configs_folder: dir,
    plugins_folder: join(library, 'plugins'),
    transports_folder: join(library, 'transports'),
    events_folder: join(dir, 'none'),
    loggers_folder: join(dir, 'none'),
    debug_level: 4,
    admin_secret: secret,
    reclaim_session_timeout: reclaimSessionTimeout,
    server_name: 'janus-wasm',
    ...settings,
  };
  return {
    'janus.jcfg': section('general', general)
      + section('nat', { ice_enforce_list: 'lo,127.0.0.1' })
      + section('media', { rtp_port_range: `${ports.rtp}-${ports.rtp + 399}` })
      + section('plugins', { disable: disabled(library, 'plugins', PLUGINS) })
      + section('transports', { disable: disabled(library, 'transports', ['http', 'websockets']) })
      + section('events', { broadcast: false }),
    'janus.transport.http.jcfg':
      section('general', { json: 'compact', base_path: '/janus', http: true, port: ports.http, ip: '127.0.0.1', https: false })
      + section('admin', {
        admin_base_path: '/admin', admin_http: true, admin_port: ports.admin, admin_ip: '127.0.0.1', admin_https: false,
      }),
    'janus.transport.websockets.jcfg':
      section('general', { json: 'compact', ws: true, ws_port: ports.ws, ws_ip: '127.0.0.1', wss: false })
      + section('admin', { admin_ws: false, admin_wss: false }),
    'janus.plugin.videoroom.jcfg': rooms(stringIds),
    'janus.plugin.streaming.jcfg': section('general', {}),
    'janus.plugin.textroom.jcfg': section('general', {}),
    'janus.plugin.echotest.jcfg': section('general', {}),
  };
}

/** Ports near the usual ones; `rtp` begins a range that no other instance of ours uses. */
export async function choosePorts() {
  const taken = new Set();
  const ws = await choosePort(8188, taken);
  const http = await choosePort(8088, taken);
  const admin = await choosePort(7088, taken);
  return { ws, http, admin };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function answers({ http, ws }) {
  try {
    const signal = AbortSignal.timeout(1000);
    const response = await fetch(`http://127.0.0.1:${http}/janus/info`, { signal });
    const info = await response.json();
    return info.janus === 'server_info' && (await accepts(ws));
  } catch {
    return false;
  }
}

async function untilReady(child, ports, log) {
  const end = Date.now() + START_TIMEOUT;
  while (!(await answers(ports))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > end) {
      throw new Error(`Janus did not start\n${log().split('\n').slice(-15).join('\n')}`);
    }
    await pause(50);
  }
}

/**
 * Starts a Janus in `dir` (made if needed) and waits until it answers. Options: `ports` { ws, http, admin },
 * `reclaimSessionTimeout` s (30), `stringIds` (false), `settings` (more of `general`).
 */
export async function startJanus({ dir, ports, reclaimSessionTimeout = 30, stringIds = false, settings = {} }) {
  const chosen = ports ?? (await choosePorts());
  // Instances differ in their WebSocket port; 400 media ports each keep them apart.
  const all = { ...chosen, rtp: 20_000 + (chosen.ws % 100) * 400 };
  const secret = randomBytes(12).toString('hex');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = configuration({ dir, ports: all, secret, reclaimSessionTimeout, stringIds, settings });
  for (const [name, text] of Object.entries(files)) {
    await rm(join(dir, name), { force: true });
    await writeFile(join(dir, name), text, { mode: 0o600 });
  }
  const child = startGuarded('janus', ['-F', dir], { cwd: dir });
  let said = '';
  const keep = (chunk) => {
    said = (said + chunk).slice(-200_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const log = () => said;
  try {
    await untilReady(child, all, log);
  } catch (error) {
    await stopChild(child, 'SIGKILL');
    throw error;
  }
  return {
    ws: `ws://127.0.0.1:${all.ws}`,
    http: `http://127.0.0.1:${all.http}/janus`,
    admin: `http://127.0.0.1:${all.admin}/admin`,
    adminSecret: secret,
    ports: all,
    pid: child.pid,
    log,
    exited: once(child, 'exit'),
    stop: () => stopChild(child),
    kill: () => stopChild(child, 'SIGKILL'),
  };
}
