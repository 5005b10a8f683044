/** The npm package's content: `dist/`. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, TARGET } from './paths.mjs';
import { run } from './proc.mjs';
import { step } from './progress.mjs';
import { ensureNodePackages, ensureRust, ensureWasmBindgen, extendPath } from './tools.mjs';

const DIST = join(ROOT, 'dist');
const PKG = join(ROOT, 'pkg');
const WASM = join(TARGET, 'wasm32-unknown-unknown', 'release', 'janus_wasm.wasm');
const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types',
  'sign-ext'].map((feature) => `--enable-${feature}`);

/** `-Oz` makes the file smaller as it lies on disk, and 6 kB larger as it travels: what it folds compresses badly. */
const OPTIMISE = ['-O1', '--shrink-level=2', '--code-folding', '--dae-optimizing'];

/** Panic messages hold source paths; those of this machine are nobody's business, and long. */
async function rustFlags() {
  const home = process.env.CARGO_HOME || join(process.env.HOME ?? '', '.cargo');
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  const registry = join(home, 'registry', 'src');
  const sources = existsSync(registry) ? (await readdir(registry)).map((name) => join(registry, name)) : [];
  return [...sources, registry, home, sysroot, ROOT].map((path) => `--remap-path-prefix=${path}=`).join('\x1f');
}

async function newest(path, skip = () => false) {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || skip(path)) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  const times = await Promise.all((await readdir(path)).map((name) => newest(join(path, name), skip)));
  return Math.max(0, ...times);
}

/** What the output depends on; unchanged inputs mean that there is nothing to do. */
async function isFresh() {
  const stamp = await stat(join(DIST, '.built')).catch(() => undefined);
  if (stamp === undefined) return false;
  const inputs = ['src', 'Cargo.toml', 'Cargo.lock', 'package-lock.json', 'tsconfig.build.json', 'scripts/lib/build.mjs'];
  const times = await Promise.all(inputs.map((name) => newest(join(ROOT, name))));
  return Math.max(...times) <= stamp.mtimeMs;
}

const tool = (name, args) => run(join(ROOT, 'node_modules', '.bin', name), args, { cwd: ROOT });

/** Builds what is out of date, installing what it takes. */
export async function build() {
  extendPath();
  await ensureRust();
  await ensureNodePackages();
  await ensureWasmBindgen();
  if (await isFresh()) return;
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  await step('Rust to WebAssembly (release)', async () => {
    const args = ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', '--lib', '--features', 'npm'];
    await run('cargo', args, { cwd: ROOT, env: { CARGO_ENCODED_RUSTFLAGS: await rustFlags() } });
  });
  await step('JavaScript glue', () =>
    run('wasm-bindgen', ['--target', 'web', '--out-dir', PKG, '--out-name', 'janus', '--remove-name-section',
      '--remove-producers-section', WASM]));
  await step('Smaller WebAssembly (wasm-opt)', () =>
    tool('wasm-opt', [...OPTIMISE, ...FEATURES, join(PKG, 'janus_bg.wasm'), '-o', join(DIST, 'janus_bg.wasm')]));
  await step('Bundle and types', async () => {
    await tool('esbuild', ['src/js/index.ts', '--bundle', '--format=esm', '--minify', '--target=es2022',
      '--legal-comments=none', '--log-level=warning', '--outfile=dist/index.js']);
    await tool('tsc', ['-p', 'tsconfig.build.json']);
  });
  await writeFile(join(DIST, '.built'), '');
}

/** The version the package has, for messages. */
export async function version() {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version;
}
