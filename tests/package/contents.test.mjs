// What is in the tarball, and what is not.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT, run, unpackTarball } from './lib/tarball.mjs';

const REQUIRED = ['package.json', 'README.md', 'dist/index.js', 'dist/janus_bg.wasm', 'dist/index.d.ts'];
const LICENCE = /^LICEN[CS]E(-[A-Za-z0-9.]+)?$/;
const ALLOWED = [/^package\.json$/, /^README\.md$/, /^CHANGELOG\.md$/, LICENCE, /^dist\/[\w./-]+\.d\.ts$/,
  /^dist\/((videoroom|media|live|check)\/)?index\.js$/, /^dist\/janus_bg\.wasm$/];

describe('the tarball', () => {
  let tarball;
  let manifest;

  before(async () => {
    tarball = await unpackTarball();
    manifest = JSON.parse(await readFile(join(tarball.folder, 'package.json'), 'utf8'));
  });

  after(() => tarball?.remove());

  it('contains what is needed and nothing else', () => {
    for (const file of REQUIRED) {
      assert.ok(tarball.files.includes(file), `${file} is in the package`);
    }
    assert.ok(tarball.files.some((file) => LICENCE.test(file)), 'a licence is in the package');
    const surprising = tarball.files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
    assert.deepEqual(surprising, []);
  });

  it('depends on nothing', () => {
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
      assert.deepEqual(Object.keys(manifest[kind] ?? {}), [], kind);
    }
    for (const script of ['preinstall', 'install', 'postinstall']) {
      assert.equal(manifest.scripts?.[script], undefined, script);
    }
  });

  it('every path of its manifest is there', () => {
    const paths = [manifest.main, manifest.types, manifest.module, ...exported(manifest.exports)].filter(Boolean);
    assert.ok(paths.length > 0);
    for (const path of paths) {
      assert.ok(tarball.files.includes(path.replace(/^\.\//, '')), path);
    }
    assert.equal(manifest.name, 'janus-wasm');
    assert.equal(manifest.type, 'module');
    assert.ok(manifest.license);
  });

  it('its declarations name nothing that is not in it', async () => {
    const declarations = tarball.files.filter((file) => file.endsWith('.d.ts'));
    for (const file of declarations) {
      const text = await readFile(join(tarball.folder, file), 'utf8');
      for (const [, target] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
        const path = join('/', file, '..', target).slice(1).replace(/\.js$/, '.d.ts');
        assert.ok(tarball.files.includes(path), `${file} imports ${target}`);
      }
    }
  });

  it('its script fetches its own wasm by a literal address, as bundlers need it', async () => {
    const script = await readFile(join(tarball.folder, 'dist', 'index.js'), 'utf8');
    assert.match(script, /new URL\(["'`]\.?\/?janus_bg\.wasm["'`],\s*import\.meta\.url\)/);
    assert.doesNotMatch(script, /\beval\(|new Function\(/);
  });

  it('is one library in one bundle and in several', async () => {
    const program = `
      import { JanusError } from 'janus-wasm';
      import { encode } from './node_modules/janus-wasm/dist/videoroom/index.js';
      try { encode('exists', { room: {} }, 1102); } catch (error) { console.log(error instanceof JanusError, error.code); }
    `;
    await writeFile(join(tarball.project, 'app.js'), program);
    const esbuild = join(ROOT, 'node_modules', '.bin', 'esbuild');
    for (const [folder, flags] of [['one', []], ['several', ['--splitting']]]) {
      const args = ['app.js', '--bundle', '--format=esm', '--log-level=error', '--out-extension:.js=.mjs', ...flags];
      await run(esbuild, [...args, `--outdir=${folder}`], { cwd: tarball.project });
      const { stdout } = await run(process.execPath, [join(folder, 'app.mjs')], { cwd: tarball.project });
      assert.equal(stdout.trim(), 'true invalid-argument', folder);
    }
  });

  it('can be imported where there is no browser', async () => {
    const program = `
      const before = Object.getOwnPropertyNames(globalThis).sort().join();
      const janus = await import('janus-wasm');
      const added = Object.getOwnPropertyNames(globalThis).sort().join() !== before;
      const room = new janus.Room({ servers: 'wss://janus.example/janus' });
      console.log(JSON.stringify({ names: Object.keys(janus).sort(), added, state: room.state }));
      const wasm = import.meta.resolve('janus-wasm/janus.wasm');
      if (!wasm.endsWith('/dist/janus_bg.wasm')) throw new Error(wasm);
    `;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program],
      { cwd: tarball.project });
    assert.equal(stderr, '');
    const { names, added, state } = JSON.parse(stdout);
    for (const name of ['Janus', 'JanusError', 'Room', 'createLocalTracks', 'load']) {
      assert.ok(names.includes(name), `${name} is exported`);
    }
    assert.equal(added, false, 'no global was made');
    assert.equal(state, 'disconnected');
  });
});

function exported(value) {
  return typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(exported);
}
