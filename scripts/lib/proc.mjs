/** Child processes that never outlive this one. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const children = new Set();
let ending = false;

/**
 * Runs in the child's place: starts the real program and ends it when its standard input closes, which happens
 * whenever the parent goes, be it by SIGKILL.
 */
const GUARD = `
const { spawn } = require('node:child_process');
const [command, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = (signal) => { child.kill(signal); setTimeout(() => child.kill('SIGKILL'), 3000).unref(); };
process.stdin.resume().on('end', () => end('SIGTERM')).on('error', () => end('SIGTERM'));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(signal));
child.on('error', (error) => { console.error(error.message); process.exit(127); });
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
`;

/** Starts a program that ends with this process, however this process ends. */
export function startGuarded(command, args, options = {}) {
  const child = spawn(process.execPath, ['-e', GUARD, command, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends a child and waits for it. */
export async function stopChild(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  kill(child, signal);
  await gone;
}

function kill(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Whether this process was told to end and is at it. */
export const isEnding = () => ending;

/** Ends every child at once. */
export function killAll(signal = 'SIGKILL') {
  for (const child of children) kill(child, signal);
}

/** Runs `cleanup` once when this process is told to end, then ends. */
export function onEnd(cleanup) {
  const end = async (code) => {
    if (ending) return;
    ending = true;
    try {
      await cleanup();
    } finally {
      killAll();
      process.exit(code);
    }
  };
  process.on('SIGINT', () => void end(130));
  process.on('SIGTERM', () => void end(143));
  process.on('SIGHUP', () => void end(129));
  return end;
}

process.on('exit', () => killAll());

/** Thrown by `run` when a program fails; `output` is what it said. */
export class RunError extends Error {
  constructor(command, code, output) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(`${command} failed${code === null ? '' : ` with code ${code}`}\n${tail}`);
    this.output = output;
    this.code = code;
  }
}

/**
 * Runs a program to its end and returns what it said. Options: `cwd`, `env` (added to ours), `log` (a file that gets
 * everything), `check` (false: do not throw on failure), `input` 'inherit' where a person may be asked something.
 */
export async function run(command, args, { cwd, env, log, check = true, input = 'ignore' } = {}) {
  const interactive = input === 'inherit';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input, 'pipe', 'pipe'],
    // In a group of its own, so that its own children can be ended with it; a person's terminal needs it in ours.
    detached: !interactive,
  });
  children.add(child);
  const file = log && createWriteStream(log, { flags: 'a' });
  let output = '';
  const take = (chunk) => {
    output += chunk;
    file?.write(chunk);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new RunError(command, null, `${output}\n${error.message}`)));
    child.once('close', resolve);
  }).finally(() => {
    children.delete(child);
    file?.end();
  });
  if (code !== 0 && check) throw new RunError([command, ...args].join(' '), code, output);
  return { code, output };
}

/** Whether a program is there, and where. */
export async function which(program) {
  const { code, output } = await run('sh', ['-c', `command -v ${program}`], { check: false });
  return code === 0 ? output.trim().split('\n')[0] : undefined;
}
