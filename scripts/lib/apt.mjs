/** Debian packages: Janus and the browsers. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, which } from './proc.mjs';
import { say, step } from './progress.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const isRoot = () => process.getuid?.() === 0;

/** How to run something as root: directly, by sudo, or not at all. */
async function asRoot() {
  if (isRoot()) return [];
  if ((await which('sudo')) === undefined) return undefined;
  const { code } = await run('sudo', ['-n', 'true'], { check: false });
  if (code === 0) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : undefined;
}

async function root(prefix, command, args, options = {}) {
  const [program, ...rest] = [...prefix, command, ...args];
  const input = prefix.length === 1 ? 'inherit' : 'ignore';
  return run(program, rest, { input, env: { DEBIAN_FRONTEND: 'noninteractive' }, ...options });
}

/** What a person has to do where this cannot be done for them. */
function byHand(packages, why, otherwise) {
  const lines = [
    `${packages.join(' ')} ${packages.length > 1 ? 'are' : 'is'} missing, and ${why}.`,
    'Install by hand, on Debian 12 or newer:',
    `  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
  ];
  if (packages.includes('janus')) {
    lines.push('  sudo systemctl disable --now janus   # this project starts its own');
  }
  return new Error([...lines, ...(otherwise ? [otherwise] : [])].join('\n'));
}

/**
 * Keeps a package from starting a daemon while it is installed: a policy that says no, unless there is one, and the
 * unit masked where systemd runs. Returns what undoes both; a unit that was not there before stays disabled.
 */
async function withoutDaemons(prefix, unit) {
  const undo = [];
  if (!existsSync(POLICY)) {
    const folder = await mkdtemp(join(tmpdir(), 'janus-wasm-'));
    const file = join(folder, 'policy-rc.d');
    await writeFile(file, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await root(prefix, 'install', ['-m', '755', file, POLICY]);
    undo.push(() => root(prefix, 'rm', ['-f', POLICY]), () => rm(folder, { recursive: true, force: true }));
  }
  if (existsSync('/run/systemd/system')) {
    await root(prefix, 'systemctl', ['mask', unit], { check: false });
    undo.push(
      () => root(prefix, 'systemctl', ['unmask', unit], { check: false }),
      () => root(prefix, 'systemctl', ['disable', unit], { check: false }),
    );
  }
  return async () => {
    for (const one of undo) await one();
  };
}

/**
 * Installs what is missing. `wanted`: program to its packages, as in `{ cc: 'gcc libc6-dev' }`. `otherwise` is said in
 * addition when it cannot be done.
 */
export async function ensurePackages(wanted, otherwise) {
  const missing = [];
  for (const [program, name] of Object.entries(wanted)) {
    if ((await which(program)) === undefined) missing.push(...name.split(' ').filter((one) => !missing.includes(one)));
  }
  if (missing.length === 0) return;
  if ((await which('apt-get')) === undefined) throw byHand(missing, 'this system has no apt-get', otherwise);
  const prefix = await asRoot();
  if (prefix === undefined) throw byHand(missing, 'installing needs root rights', otherwise);
  say(`Installing Debian packages: ${missing.join(', ')}${missing.includes('janus') ? ' (no service will be started)' : ''}`);
  const undo = missing.includes('janus') ? await withoutDaemons(prefix, 'janus.service') : async () => {};
  try {
    await step('apt-get update', () => root(prefix, 'apt-get', ['update']));
    const args = ['install', '-y', '--no-install-recommends', ...missing];
    await step(`apt-get install ${missing.join(' ')}`, () => root(prefix, 'apt-get', args));
  } finally {
    await undo();
  }
}
