/** Rust, the WebAssembly tools and the node packages: found, or installed. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ensurePackages } from './apt.mjs';
import { LOGS, ROOT, TOOLS } from './paths.mjs';
import { run, which } from './proc.mjs';
import { step } from './progress.mjs';

const TARGET = 'wasm32-unknown-unknown';
const WASM_PACK = '0.15.1';
const GECKODRIVER = '0.37.1';

const text = (name) => readFile(join(ROOT, name), 'utf8');

/** Tools of ours and of the project come before those of the system. */
export function extendPath() {
  process.env.PATH = [join(TOOLS, 'bin'), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
}

function atLeast(version, wanted) {
  const [a, b] = [version, wanted].map((v) => v.split('.').map(Number));
  for (let i = 0; i < b.length; i += 1) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

/** Rust of the version the manifest asks for, with the WebAssembly target. */
export async function ensureRust() {
  const wanted = /^rust-version = "(.+)"/m.exec(await text('Cargo.toml'))[1];
  const hint = 'Install Rust with rustup (https://rustup.rs), or update it with: rustup update stable';
  if ((await which('cargo')) === undefined) throw new Error(`Rust is missing.\n${hint}`);
  // Rust links what runs on this machine, build scripts and tools, with the system's compiler.
  await ensurePackages({ cc: 'gcc libc6-dev' });
  const { output } = await run('rustc', ['--version']);
  const version = /rustc (\d+\.\d+\.\d+)/.exec(output)?.[1] ?? '0';
  if (!atLeast(version, wanted)) throw new Error(`Rust ${wanted} or newer is needed, this is ${version}.\n${hint}`);
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  if (existsSync(join(sysroot, 'lib', 'rustlib', TARGET))) return;
  if ((await which('rustup')) === undefined) {
    throw new Error(`This Rust has no ${TARGET} target and there is no rustup to add it.\n${hint}`);
  }
  await step(`rustup target add ${TARGET}`, () => run('rustup', ['target', 'add', TARGET]));
}

async function ensureCrate(crate, program, version) {
  const present = await which(program);
  if (present !== undefined) {
    const { output } = await run(program, ['--version'], { check: false });
    if (output.includes(version)) return;
  }
  await mkdir(LOGS, { recursive: true });
  const args = ['install', '--debug', '--force', '--root', TOOLS, crate, '--version', version];
  // Debug builds of these tools install three times faster and are quick enough. A lock file of theirs may name
  // versions that a mirror does not have yet, so it is not asked for.
  await step(`cargo install ${crate} ${version} (once, some minutes)`, () =>
    run('cargo', args, { log: join(LOGS, `install-${crate}.log`) }));
}

/** wasm-bindgen's tool must be of the very version of the crate. */
export async function ensureWasmBindgen() {
  const lock = await text('Cargo.lock');
  const version = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(lock)[1];
  await ensureCrate('wasm-bindgen-cli', 'wasm-bindgen', version);
}

export const ensureWasmPack = () => ensureCrate('wasm-pack', 'wasm-pack', WASM_PACK);

export const ensureGeckodriver = () => ensureCrate('geckodriver', 'geckodriver', GECKODRIVER);

/** The packages of package-lock.json; installed again only when it changed. */
export async function ensureNodePackages() {
  const stamp = join(ROOT, 'node_modules', '.installed-lock.json');
  const lock = await text('package-lock.json');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return;
  await step('npm ci', async () => {
    // Scripts are not needed: the packages that have some ship what they would fetch.
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: ROOT });
    await copyFile(join(ROOT, 'package-lock.json'), stamp);
  });
}
