/** The npm package's content: `dist/`. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd } from './ending.mjs';
import { CARGO_HOME, ROOT, TARGET } from './paths.mjs';
import { run } from './proc.mjs';
import { step } from './progress.mjs';
import { SHORTEN, shortenFile } from './shorten.mjs';

const DIST = join(ROOT, 'dist');
const PKG = join(ROOT, 'pkg');
const STAMP = join(PKG, '.inputs');
const WASM = join(TARGET, 'wasm32-unknown-unknown', 'release', 'janus_wasm.wasm');
const OUTPUTS = ['index.js', 'index.d.ts', 'videoroom/index.js', 'media/index.js', 'live/index.js', 'check/index.js',
  'janus_bg.wasm'];
/** What is bundled, each with what it imports from the others at run time. */
const BUNDLES = [
  ['index', './videoroom/index.js', './media/index.js', './live/index.js', './check/index.js'],
  ['videoroom/index', '../index.js'],
  ['media/index', '../index.js'],
  ['live/index', '../index.js', '../media/index.js', '../videoroom/index.js'],
  ['check/index', '../index.js', '../media/index.js'],
];
const INPUTS = ['src', 'Cargo.toml', 'Cargo.lock', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json',
  'scripts/lib/build.mjs', 'scripts/lib/shorten.mjs'];

const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types',
  'sign-ext'].map((feature) => `--enable-${feature}`);

/** `-Oz` makes the file smaller as it lies on disk, and 6 kB larger as it travels: what it folds compresses badly. */
const OPTIMISE = ['-O1', '--shrink-level=2', '--code-folding', '--dae-optimizing'];
/** Done before a second round, which then finds more: 0.4 kB of brotli together. */
const PREPARE = ['--gufa-optimizing', '--precompute-propagate', '--remove-unused-brs', '--rse'];

/**
 * What LLVM does for speed costs bytes: rewritten loops, and calls kept where the function is no larger than the call.
 * Together 0.9 kB of brotli; other values of the threshold are worse.
 */
const LLVM = ['-disable-lsr', '-inline-threshold=10'].map((argument) => `-Cllvm-args=${argument}`);

/** Panic messages hold source paths; those of this machine are nobody's business, and long. */
async function rustFlags() {
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  const registry = join(CARGO_HOME, 'registry', 'src');
  const sources = existsSync(registry) ? (await readdir(registry)).map((name) => join(registry, name)) : [];
  const paths = [...sources, registry, CARGO_HOME, sysroot, ROOT];
  return [...LLVM, ...paths.map((path) => `--remap-path-prefix=${path}=`)].join('\x1f');
}

async function addTo(hash, path) {
  const full = join(ROOT, path);
  if ((await stat(full)).isDirectory()) {
    for (const name of (await readdir(full)).sort()) await addTo(hash, join(path, name));
  } else {
    hash.update(`${path}\0`).update(await readFile(full)).update('\0');
  }
}

/** Stands for everything the output depends on. */
async function fingerprint() {
  const hash = createHash('sha256').update((await run('rustc', ['--version', '--verbose'])).output);
  for (const path of INPUTS) await addTo(hash, path);
  return hash.digest('hex');
}

async function isFresh(inputs) {
  if (!OUTPUTS.every((name) => existsSync(join(DIST, name)))) return false;
  return (await readFile(STAMP, 'utf8').catch(() => '')) === inputs;
}

const tool = (name, args) => run(join(ROOT, 'node_modules', '.bin', name), args, { cwd: ROOT });

async function buildInto(folder) {
  await step('Rust to WebAssembly (release)', async () => {
    const args = ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', '--lib', '--features', 'npm'];
    await run('cargo', args, { cwd: ROOT, env: { CARGO_ENCODED_RUSTFLAGS: await rustFlags() } });
  });
  await step('JavaScript glue (wasm-bindgen)', () =>
    run('wasm-bindgen', ['--target', 'web', '--out-dir', PKG, '--out-name', 'janus', '--remove-name-section',
      '--remove-producers-section', WASM]));
  await step('Smaller WebAssembly (wasm-opt)', async () => {
    const [made, smaller] = [join(PKG, 'janus_bg.wasm'), join(folder, 'janus_bg.wasm')];
    await tool('wasm-opt', [...OPTIMISE, ...PREPARE, ...FEATURES, made, '-o', smaller]);
    const { output } = await tool('wasm-opt', [...OPTIMISE, SHORTEN, ...FEATURES, smaller, '-o', smaller]);
    await shortenFile(join(PKG, 'janus.js'), output);
  });
  await step('Bundle (esbuild)', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    for (const [name, ...others] of BUNDLES) {
      await tool('esbuild', [`src/js/${name}.ts`, '--bundle', '--format=esm', '--minify', '--target=es2022',
        '--legal-comments=none', '--log-level=warning', `--define:VERSION="${version}"`, ...others.map((other) => `--external:${other}`),
        `--outfile=${join(folder, `${name}.js`)}`]);
    }
  });
  await step('Types (tsc)', () => tool('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder]));
}

/** Builds `dist/` unless nothing changed; what is there stays usable until all of the new one is ready. */
export async function build() {
  const inputs = await fingerprint();
  if (await isFresh(inputs)) return;
  const staging = join(PKG, `dist-${process.pid}`);
  const clear = () => rm(staging, { recursive: true, force: true });
  const forget = atEnd(clear);
  await mkdir(staging, { recursive: true });
  try {
    await buildInto(staging);
    await rm(STAMP, { force: true });
    await rm(DIST, { recursive: true, force: true });
    await rename(staging, DIST);
    await writeFile(STAMP, inputs);
  } finally {
    await clear();
    forget();
  }
}
