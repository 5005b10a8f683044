// `npm start` as people run it: what it says is true, and it leaves nothing behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../../lib/paths.mjs';
import { isFree } from '../../lib/ports.mjs';
import { hasEnded } from '../../lib/proc.mjs';
import { buildRustExample } from '../../lib/rust-example.mjs';
import { extendPath } from '../../lib/tools.mjs';

const PATIENCE = 60_000;

/** The Janus below a process: its child's child, as the guard is between them. */
async function janusOf(pid) {
  for (const child of await childrenOf(pid)) {
    for (const grandchild of await childrenOf(child)) {
      if ((await readFile(`/proc/${grandchild}/comm`, 'utf8')).trim() === 'janus') return grandchild;
    }
  }
  throw new Error(`no Janus below ${pid}`);
}

async function childrenOf(pid) {
  const lists = await Promise.all((await readdir(`/proc/${pid}/task`)).map((task) =>
    readFile(`/proc/${pid}/task/${task}/children`, 'utf8')));
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}

describe('npm start', () => {
  const running = [];

  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGKILL');
      if (!hasEnded(child)) await once(child, 'exit');
    }
  });

  /** Starts it and waits until it has said all. */
  async function start(env = {}, [command, ...args] = [process.execPath, 'scripts/start.mjs']) {
    const child = spawn(command, args, {
      cwd: ROOT, env: { ...process.env, JANUS_URL: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    });
    running.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    for (const deadline = Date.now() + PATIENCE; !said.includes('Ctrl-C ends') && !hasEnded(child);) {
      assert.ok(Date.now() < deadline, said);
      await pause(50);
    }
    return { child, said: () => said, page: /Page +(\S+)/.exec(said)?.[1], servers: said.match(/(?<=Janus +)\S+:\/\/\S+/g) };
  }

  async function portsAreFree(...urls) {
    for (const url of urls) {
      for (const deadline = Date.now() + 30_000; !(await isFree(Number(new URL(url).port)));) {
        assert.ok(Date.now() < deadline, `${url} is still taken`);
        await pause(50);
      }
    }
  }

  it('serves a page that knows a Janus that answers', async () => {
    const { page, servers } = await start();
    assert.equal((await fetch(page)).status, 200);
    assert.equal((await fetch(`${page}dist/index.js`)).status, 200);
    assert.deepEqual(await (await fetch(`${page}config.json`)).json(), { servers, room: 1234 });
    assert.match(servers[0], /^ws:\/\/127\.0\.0\.1:\d+$/);
    const info = await (await fetch(`${servers[1]}/info`)).json();
    assert.equal(info.janus, 'server_info');
    assert.equal(info['reclaim-session-timeout'], 30);
  });

  it('has the example in Rust if asked for it', async () => {
    extendPath();
    // Compiling takes longer than a start is waited for.
    await buildRustExample();
    const { page, servers, said } = await start({}, [process.execPath, 'scripts/start.mjs', '--rust']);
    const [, address] = /In Rust +(\S+)/.exec(said());
    assert.equal(new URL(address).searchParams.get('server'), servers[0]);
    for (const file of [address, `${page}rust/pkg/call.js`, `${page}rust/pkg/call_bg.wasm`]) {
      assert.equal((await fetch(file)).status, 200, file);
    }
  });

  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    it(`${signal} ends all of it, without a word of failure`, async () => {
      const { child, page, servers, said } = await start();
      child.kill(signal);
      assert.equal((await once(child, 'exit'))[0], code);
      await portsAreFree(page, ...servers);
      assert.doesNotMatch(said(), /unexpectedly|Error/);
    });
  }

  it('SIGKILL ends all of it', async () => {
    const { child, page, servers } = await start();
    child.kill('SIGKILL');
    await portsAreFree(page, ...servers);
  });

  it('Ctrl-C in a terminal, which every process of npm gets, ends all of it', async () => {
    const { child, page, servers } = await start({}, ['npm', 'start']);
    process.kill(-child.pid, 'SIGINT');
    await portsAreFree(page, ...servers);
  });

  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL']) {
    it(`${signal} to npm alone ends all of it`, async () => {
      const { child, page, servers } = await start({}, ['npm', 'start']);
      child.kill(signal);
      await portsAreFree(page, ...servers);
    });
  }

  it('ends when Janus does, and says so', async () => {
    const { child, page, said } = await start();
    process.kill(await janusOf(child.pid), 'SIGKILL');
    assert.equal((await once(child, 'close'))[0], 1);
    assert.match(said(), /Janus ended unexpectedly/);
    await portsAreFree(page);
  });

  it('a second one steps around the ports of the first', async () => {
    const [one, two] = [await start(), await start()];
    assert.notEqual(one.page, two.page);
    assert.notEqual(one.servers[0], two.servers[0]);
    assert.equal((await fetch(`${two.servers[1]}/info`)).status, 200);
  });

  it('takes servers from JANUS_URL and starts none', async () => {
    const given = ['wss://one.example/janus', 'https://two.example/janus'];
    const { page, servers, child } = await start({ JANUS_URL: given.join(', ') });
    assert.deepEqual(servers, given);
    assert.deepEqual((await (await fetch(`${page}config.json`)).json()).servers, given);
    child.kill('SIGTERM');
    assert.equal((await once(child, 'exit'))[0], 143);
  });

  it('refuses a JANUS_URL that is none', async () => {
    const { child, said } = await start({ JANUS_URL: 'janus.example' });
    if (!hasEnded(child)) await once(child, 'exit');
    assert.equal(child.exitCode, 1);
    assert.match(said(), /JANUS_URL: "janus\.example" is no address/);
  });
});
