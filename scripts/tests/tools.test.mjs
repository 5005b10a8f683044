// What is missing is said in words one can act on, and nothing is installed before everything was looked at.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { byHand, packages } from '../lib/apt.mjs';
import { ensure } from '../lib/needs.mjs';
import { ROOT } from '../lib/paths.mjs';
import { run } from '../lib/proc.mjs';
import { atLeast } from '../lib/tools.mjs';

const need = (lacks, install = async () => {}) => ({ lacks, install });

describe('what a machine lacks', () => {
  it('compares versions by number', () => {
    assert.equal(atLeast('1.100.0', '1.88'), true);
    assert.equal(atLeast('1.88.0', '1.88'), true);
    assert.equal(atLeast('1.9.9', '1.88'), false);
    assert.equal(atLeast('0.2.13', '0.2.130'), false);
    assert.equal(atLeast('20.0.0', '20'), true);
  });

  it('installs nothing where something cannot be had', async () => {
    let installed = false;
    const can = need(async () => 'this', async () => (installed = true));
    const cannot = need(async () => Promise.reject(new Error('no')));
    await assert.rejects(ensure([can, cannot]), /^Error: no$/);
    assert.equal(installed, false);
  });

  it('goes on after a failure where that is wanted', async () => {
    const broken = need(async () => 'that', async () => Promise.reject(new Error('broken')));
    let installed = 0;
    const can = need(async () => (installed ? undefined : 'this'), async () => (installed += 1));
    const failed = await ensure([broken, can, can], { goOn: true });
    assert.equal(installed, 1);
    assert.deepEqual([...failed.keys()], [broken]);
  });

  it('says how to install Janus by hand, and how to do without', () => {
    const { message } = byHand(['janus'], 'this system has no apt-get');
    assert.match(message, /sudo apt-get install --no-install-recommends janus$|apt-get install .*janus/m);
    assert.match(message, /systemctl disable --now janus/);
    assert.match(message, /JANUS_URL=wss:/);
  });

  it('asks for a package only where its program is missing', async () => {
    assert.equal(await packages({ sh: 'dash' }).lacks(), undefined);
  });

  it('without Rust, says how to install it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'janus-wasm-tools-'));
    const env = { PATH: folder, HOME: folder, CARGO_HOME: folder, XDG_CACHE_HOME: folder };
    const { code, output } = await run(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, env, check: false });
    await rm(folder, { recursive: true, force: true });
    assert.equal(code, 1);
    assert.match(output, /Rust is missing[^]*sh\.rustup\.rs/);
  });
});
