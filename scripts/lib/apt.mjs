/** Debian packages: Janus, the browsers, a linker. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uncut } from './ending.mjs';
import { INSTALL_LOGS } from './paths.mjs';
import { run, which } from './proc.mjs';
import { note, step } from './progress.mjs';

const DAY = 24 * 3600 * 1000;
const LISTS = ['/var/lib/apt/lists', '/var/lib/apt/lists/partial'];
const OPTIONS = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];

/** Packages that bring a service of the same name. */
const SERVERS = ['janus', 'coturn'];

/**
 * Installs packages without any daemon being started, as root: services are denied by a policy unless there is one,
 * and the units of servers are masked where systemd does not know them yet. Both are undone however this ends, and a
 * server that was not there before stays disabled. A shell does all that, so that it also does it when we are killed.
 */
export const INSTALL = `
policy=/usr/sbin/policy-rc.d
denied= masked= new=
undo() {
  trap - EXIT
  if [ -n "$denied" ]; then rm -f "$policy"; fi
  for name in $masked; do systemctl unmask "$name.service"; done
  for name in $new; do
    if [ -e "/etc/init.d/$name" ]; then
      if [ -d /run/systemd/system ]; then systemctl disable "$name.service"; else update-rc.d "$name" disable; fi
    fi
  done
}
trap undo EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
  denied=1
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
for name in ${SERVERS.join(' ')}; do
  case " $* " in *" $name "*)
    if [ ! -e "/etc/init.d/$name" ]; then new="$new $name"; fi
    if [ -d /run/systemd/system ] && [ "$(systemctl show -p LoadState --value "$name.service")" = not-found ]; then
      masked="$masked $name"
      systemctl mask "$name.service" || exit 1
    fi
  esac
done
apt-get install ${OPTIONS.join(' ')} "$@"
`;

/** How to run something as root: directly, by sudo (which may ask for a password), or not at all. */
async function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (which('sudo') === undefined) return undefined;
  const { code } = await run('sudo', ['-n', 'true'], { check: false });
  if (code === 0) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : undefined;
}

/** What a person has to do where this cannot be done for them. */
export function byHand(packages, why) {
  const lines = [
    `${packages.join(', ')} ${packages.length > 1 ? 'are' : 'is'} missing, and ${why}.`,
    'To be installed by hand, on Debian 12 or newer:',
    `  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
  ];
  if (packages.includes('janus')) {
    lines.push(
      '  sudo systemctl disable --now janus    # the package starts a service; this project starts its own Janus',
      'Or use a server you have, and install no Janus:',
      '  JANUS_URL=wss://your.server/janus npm start',
    );
  }
  return new Error(lines.join('\n'));
}

/** Runs something as root. What runs by sudo cannot be ended by us, so it is waited for, like what must not be cut. */
async function asRootRun(prefix, whole, [command, ...args]) {
  await mkdir(INSTALL_LOGS, { recursive: true });
  const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', command, ...args];
  const input = prefix.length === 1 ? 'inherit' : 'ignore';
  const work = run(program, rest, { input, log: join(INSTALL_LOGS, 'apt.log') });
  return whole || prefix.length > 0 ? uncut(work) : work;
}

/** Asks for sudo's password while no clock is running over the prompt. */
async function authenticate(prefix) {
  if (prefix.length !== 1) return;
  note('sudo is needed to install Debian packages.');
  const [code] = await once(spawn('sudo', ['-v'], { stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error('sudo did not let us in');
}

async function listsAreGood(packages) {
  const changed = Math.max(...LISTS.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  if (Date.now() - changed > DAY) return false;
  const { code } = await run('apt-cache', ['show', '--no-all-versions', ...packages], { check: false });
  return code === 0;
}

async function install(packages) {
  const prefix = await asRoot();
  await authenticate(prefix);
  if (!(await listsAreGood(packages))) {
    await step('apt-get update', () => asRootRun(prefix, false, ['apt-get', 'update']));
  }
  const names = packages.join(' ');
  await step(`Downloading Debian packages: ${names}`, () =>
    asRootRun(prefix, false, ['apt-get', 'install', '--download-only', ...OPTIONS, ...packages]));
  await step(`Installing Debian packages: ${names}`, () =>
    asRootRun(prefix, true, ['sh', '-c', INSTALL, 'sh', ...packages]));
}

/** The need for programs that Debian packages have: program to package or packages, as in `{ janus: 'janus' }`. */
export function packages(wanted) {
  const missing = () => Object.keys(wanted).filter((program) => which(program) === undefined)
    .flatMap((program) => wanted[program]);
  return {
    async lacks() {
      const names = missing();
      if (names.length === 0) return undefined;
      if (which('apt-get') === undefined) throw byHand(names, 'this system has no apt-get');
      if ((await asRoot()) === undefined) throw byHand(names, 'installing needs root rights or sudo');
      const services = names.some((name) => SERVERS.includes(name)) ? ' (no service will be started)' : '';
      return `Debian packages: ${names.join(', ')}${services}`;
    },
    install: () => install(missing()),
  };
}

export const JANUS = packages({ janus: 'janus' });
export const BROWSERS = packages({ chromium: 'chromium', chromedriver: 'chromium-driver', 'firefox-esr': 'firefox-esr' });
/** A display for a browser that shares none without. */
export const DISPLAY = packages({ Xvfb: 'xvfb' });
/** A TURN server; as with Janus, its service is not started. */
export const TURN = packages({ turnserver: 'coturn' });
/** Rust links by the system's C compiler, which rustup does not bring. */
export const LINKER = packages({ cc: ['gcc', 'libc6-dev'] });
