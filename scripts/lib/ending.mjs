/** Ending without leaving anything behind: the one registry of what has to be undone. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const MARK = 'JANUS_WASM_RUN';
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/** How long what is asked to end may take before it is killed. */
const GRACE = 3000;
/** How long what ends by itself may take. */
const PATIENCE = 15_000;

const cleanups = new Set();
const unfinished = new Set();
let run;
let ending;

/** Registers something to undo when this process is told to end; returns how to take that back. */
export function atEnd(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Work that must not be cut in the middle: the end waits for it. */
export async function uncut(work) {
  unfinished.add(work);
  try {
    return await work;
  } finally {
    unfinished.delete(work);
  }
}

/** Whether this process is on its way out: programs that fail now fail because of that. */
export const isEnding = () => ending !== undefined;

/**
 * The processes this run has started, however far down and whoever their parent is by now: they inherited its mark.
 * Browser drivers put browsers into process groups of their own, so that groups alone do not find them.
 */
function descendants() {
  if (run === undefined || process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(run);
    } catch {
      return false;
    }
  });
}

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone already.
    }
  }
}

/** Waits for what this run has started to be gone; returns how many processes are still there. */
async function untilGone(time = GRACE) {
  for (const deadline = Date.now() + time; Date.now() < deadline; await pause(50)) {
    if (descendants().length === 0) return 0;
  }
  return descendants().length;
}

/**
 * Ends what this run has started and is still there; returns how many processes had to be ended. With `patience` they
 * may go by themselves first, as the helpers of browsers do.
 */
export async function sweep({ patience = false } = {}) {
  const count = patience ? await untilGone(PATIENCE) : descendants().length;
  if (count === 0) return 0;
  signal(descendants(), 'SIGTERM');
  await untilGone();
  signal(descendants(), 'SIGKILL');
  return count;
}

/** Undoes everything and ends this process. */
export function end(code) {
  ending ??= (async () => {
    if (unfinished.size > 0) process.stderr.write('\nFinishing what must not be cut in the middle first.\n');
    await Promise.allSettled(unfinished);
    await Promise.allSettled([...cleanups].reverse().map((cleanup) => cleanup()));
    await sweep();
    process.exit(code);
  })();
  return ending;
}

/** The npm that runs us, be there a shell between us or not. */
function npmAbove() {
  for (let pid = process.ppid; pid > 1;) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    if (/^Name:\s+npm/m.test(status)) return pid;
    pid = Number(/^PPid:\s+(\d+)/m.exec(status)[1]);
  }
  return undefined;
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends with npm, which does not pass on every signal, and none past a shell that keeps itself in between. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform !== 'linux') return;
  const parent = process.ppid;
  const npm = npmAbove() ?? parent;
  const look = () => (process.ppid === parent && isThere(npm)) || void end(CODES.SIGHUP);
  setInterval(look, 500).unref();
}

/** To be called once by every command: signals end it in order, and so does the end of npm. */
export function endInOrder() {
  run = `<${randomUUID()}>`;
  process.env[MARK] = `${process.env[MARK] ?? ''}${run}`;
  for (const [name, code] of Object.entries(CODES)) process.on(name, () => void end(code));
  process.on('exit', () => signal(descendants(), 'SIGKILL'));
  // A terminal or a pipe that closed is no reason to fail before everything is undone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => void end(1));
  endWithNpm();
}
