/** A real Janus with a configuration of its own, on the loopback interface only. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { configuration } from './janus-config.mjs';
import { choosePort } from './ports.mjs';
import { hasEnded, startGuarded, stopChild } from './proc.mjs';

const START_TIMEOUT = 15_000;
const LOG_LENGTH = 200_000;
/** Media ports of an instance, and where the first instance's begin. */
const RTP = { first: 20_000, count: 400, blocks: 100 };

const rtpBlocks = new Set();

/** Test files that run side by side look for ports in places apart: a server that was killed is to get its own again. */
const APART = process.env.NODE_TEST_CONTEXT ? (process.pid % 100) * 3 : 0;

/** Ports near the usual ones. */
async function choosePorts() {
  const [ws, http, admin] = [8188, 8088, 7088].map((usual) => usual + APART);
  return { ws: await choosePort(ws), http: await choosePort(http), admin: await choosePort(admin) };
}

/** Media ports no other instance of this process uses; those of other processes start elsewhere by their `ws` port. */
function takeRtpBlock(ws) {
  const order = Array.from({ length: RTP.blocks }, (_, index) => (ws + index) % RTP.blocks);
  const block = order.find((candidate) => !rtpBlocks.has(candidate)) ?? order[0];
  rtpBlocks.add(block);
  return block;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** What the server says of itself, if it answers; something else on its port may never do. */
async function info(ports) {
  try {
    const signal = AbortSignal.timeout(1000);
    const response = await fetch(`http://127.0.0.1:${ports.http}/janus/info`, { signal });
    return await response.json();
  } catch {
    return undefined;
  }
}

async function untilReady(child, ports, name, log) {
  const deadline = Date.now() + START_TIMEOUT;
  const failed = (why) => new Error(`${why}\n${log().trimEnd().split('\n').slice(-15).join('\n')}`);
  for (let ready = false; !ready;) {
    // Another Janus may have been faster on the same port: the name tells which one answers.
    const answer = await info(ports);
    ready = answer?.['server-name'] === name && (await accepts(ports.ws)) && (await accepts(ports.admin));
    if (ready && answer.version < 1000) throw failed(`Janus 1.0 or newer is needed, this is ${answer.version_string}`);
    await pause(50);
    // Without one of its transports it would go on, and somebody else's port would accept.
    if (log().includes('[FATAL]')) throw failed('Janus could not start');
    if (hasEnded(child)) throw failed('Janus ended while it started');
    if (Date.now() > deadline) throw failed('Janus did not start in time');
  }
}

let turn = Promise.resolve();

/** One after the other: two that look for ports at once find the same. */
function inTurn(work) {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

async function startOn(ports, { dir, reclaimSessionTimeout, stringIds, adminKey, settings, nat }) {
  const block = takeRtpBlock(ports.ws);
  const first = RTP.first + block * RTP.count;
  const secret = randomBytes(12).toString('hex');
  const name = settings.server_name ?? `janus-wasm-${randomBytes(3).toString('hex')}`;
  const files = configuration({
    dir,
    ports,
    rtp: [first, first + RTP.count - 1],
    secret,
    stringIds,
    adminKey,
    general: { reclaim_session_timeout: reclaimSessionTimeout, server_name: name, ...settings },
    nat,
  });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(files)) {
    // A file that is there keeps its mode when it is written again.
    await rm(join(dir, file), { force: true });
    await writeFile(join(dir, file), text, { mode: 0o600 });
  }
  const child = startGuarded('janus', ['-F', dir], { cwd: dir });
  let said = '';
  const log = () => said;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-LOG_LENGTH);
    });
  }
  // Not 'exit': with this one, all it said is in the log.
  const exited = once(child, 'close').then(() => rtpBlocks.delete(block));
  try {
    await untilReady(child, ports, name, log);
  } catch (error) {
    await stopChild(child, 'SIGKILL');
    throw error;
  }
  return {
    ws: `ws://127.0.0.1:${ports.ws}`,
    http: `http://127.0.0.1:${ports.http}/janus`,
    admin: `http://127.0.0.1:${ports.admin}/admin`,
    adminSecret: secret,
    ports,
    pid: child.pid,
    log,
    exited,
    stop: () => stopChild(child),
    kill: () => stopChild(child, 'SIGKILL'),
  };
}

/**
 * Starts a Janus in `dir` (made if needed) and waits until it answers. Options: `ports` { ws, http, admin }, as those
 * of an earlier instance to start it again (free ones near the usual), `reclaimSessionTimeout` s (30), `stringIds`
 * (false), `adminKey` (what it takes to make a room; none), `settings` (more of `general`), `nat` (more of `nat`). It ends
 * with this process, however this process ends.
 */
export async function startJanus({ dir, ports, reclaimSessionTimeout = 30, stringIds = false, adminKey, settings = {}, nat }) {
  const options = { dir, reclaimSessionTimeout, stringIds, adminKey, settings, nat };
  if (ports !== undefined) return startOn(ports, options);
  return inTurn(async () => {
    try {
      return await startOn(await choosePorts(), options);
    } catch (error) {
      // Somebody may have taken a port between our look and Janus's.
      return startOn(await choosePorts(), options).catch(() => Promise.reject(error));
    }
  });
}
