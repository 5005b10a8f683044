/** Child processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, createWriteStream, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
child.on('exit', (code, signal) => {
  if (signal) console.error(command + ' was ended by ' + signal);
  process.exit(signal ? 1 : code);
});
`;

/** Starts a program that ends with this process, however this process ends. */
export function startGuarded(command, args, options = {}) {
  return spawn(process.execPath, ['-e', GUARD, command, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Whether a child has ended. */
export const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

/** Ends a child with its process group and waits for it. */
export async function stopChild(child, signal = 'SIGTERM') {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  killGroup(child, signal);
  await gone;
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Thrown by `run` when a program fails; `output` is what it said. */
export class RunError extends Error {
  constructor(command, why, output, log) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(`${command} ${why}\n${tail}${log ? `\n(all of it: ${log})` : ''}`);
    this.output = output;
  }
}

/**
 * Runs a program to its end and returns what it said. Options: `cwd`, `env` (added to ours), `log` (a file that gets
 * everything), `hear` (is given all of it so far whenever there is more), `check` (false: do not throw on failure),
 * `seconds` it may take, `input` 'inherit' where a person may be asked something.
 */
export async function run(command, args, { cwd, env, log, hear, check = true, seconds, input = 'ignore' } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input, 'pipe', 'pipe'],
    // In a group of its own: Ctrl-C reaches only us, and we end things in order. A terminal is lent to our group only.
    detached: input !== 'inherit',
  });
  const file = log && createWriteStream(log, { flags: 'a' });
  let output = '';
  const take = (chunk) => {
    output += chunk;
    file?.write(chunk);
    hear?.(output);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
  const limit = seconds && setTimeout(() => {
    take(`\n${command} did not end within ${seconds} s\n`);
    killGroup(child, 'SIGKILL');
  }, seconds * 1000);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new RunError(command, 'cannot be run', error.message)));
      child.once('close', resolve);
    });
    if (code !== 0 && check) {
      const why = code === null ? 'was ended' : `failed with code ${code}`;
      throw new RunError([command, ...args].join(' '), why, output, log);
    }
    return { code, output };
  } finally {
    clearTimeout(limit);
    file?.end();
  }
}

/** Where a program is, if it is there. */
export function which(program) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}
