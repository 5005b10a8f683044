// A real Janus of the tests' own: several side by side, on loopback only, and gone when they are to be.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startJanus } from '../../lib/janus.mjs';
import { isFree } from '../../lib/ports.mjs';
import { family } from '../../../tests/page/lib/processes.mjs';

const JANUS = new URL('../../lib/janus.mjs', import.meta.url);

async function ask(url, body) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ transaction: 'test', ...body }) });
  return response.json();
}

describe('startJanus', () => {
  let folder;
  const running = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'janus-wasm-live-'));
  });

  afterEach(() => Promise.all(running.splice(0).map((janus) => janus.stop())));

  after(() => rm(folder, { recursive: true, force: true }));

  async function start(name, options = {}) {
    const janus = await startJanus({ dir: join(folder, name), ...options });
    running.push(janus);
    return janus;
  }

  it('starts several at once that share no port', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const ports = (await Promise.all(names.map((name) => start(name)))).flatMap((janus) => Object.values(janus.ports));
    assert.equal(new Set(ports).size, 3 * names.length);
    const ranges = await Promise.all(names.map(async (name) =>
      /rtp_port_range = "(.+)"/.exec(await readFile(join(folder, name, 'janus.jcfg'), 'utf8'))[1]));
    assert.equal(new Set(ranges).size, names.length);
  });

  it('answers as configured, with the three rooms', async () => {
    const janus = await start('rooms', { reclaimSessionTimeout: 7 });
    const info = await (await fetch(`${janus.http}/info`)).json();
    assert.equal(info['reclaim-session-timeout'], 7);
    const session = (await ask(janus.http, { janus: 'create' })).data.id;
    const handle = (await ask(`${janus.http}/${session}`, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id;
    const reply = await ask(`${janus.http}/${session}/${handle}`, { janus: 'message', body: { request: 'list' } });
    const rooms = reply.plugindata.data.list.map(({ room, max_publishers: publishers, pin_required: pin }) => ({ room, publishers, pin }));
    assert.deepEqual(rooms.sort((a, b) => a.room - b.room), [
      { room: 1234, publishers: 20, pin: false },
      { room: 4321, publishers: 20, pin: true },
      { room: 5678, publishers: 1, pin: false },
    ]);
    const listed = await ask(janus.admin, { janus: 'list_sessions', admin_secret: janus.adminSecret });
    assert.deepEqual(listed.sessions, [session]);
    assert.equal((await ask(janus.admin, { janus: 'list_sessions', admin_secret: 'guess' })).janus, 'error');
  });

  it('keeps its secrets to this user', async () => {
    await start('secret');
    assert.equal((await stat(join(folder, 'secret', 'janus.jcfg'))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'secret'))).mode & 0o777, 0o700);
  });

  it('starts again on the same ports after being killed', async () => {
    const first = await start('again');
    await first.kill();
    const second = await start('again', { ports: first.ports });
    assert.equal(second.ws, first.ws);
  });

  it('tells what ended it', async () => {
    const janus = await start('ended');
    const [, server] = family(janus.pid);
    process.kill(server, 'SIGKILL');
    await janus.exited;
    assert.match(janus.log(), /\njanus was ended by SIGKILL\n$/);
  });

  it('has string ids on request', async () => {
    await start('strings', { stringIds: true });
    assert.match(await readFile(join(folder, 'strings', 'janus.plugin.videoroom.jcfg'), 'utf8'), /string_ids = true/);
  });

  it('steps around ports that are taken', async () => {
    const first = await start('first');
    assert.notEqual((await start('second')).ports.ws, first.ports.ws);
  });

  for (const taken of ['ws', 'http', 'admin']) {
    it(`fails soon, and with Janus's words, where the given ${taken} port is taken`, async () => {
      // It takes connections and never answers: the worst neighbour.
      const neighbour = createServer().listen(0, '127.0.0.1');
      await once(neighbour, 'listening');
      const { ports } = await start('model');
      await running.pop().stop();
      const wrong = { ...ports, [taken]: neighbour.address().port };
      const began = Date.now();
      await assert.rejects(start('wrong', { ports: wrong }), /could not start[^]*\[FATAL\]/);
      assert.ok(Date.now() - began < 8000);
      neighbour.close();
    });
  }

  it('ends when the process that started it is killed', async () => {
    const program = `const { startJanus } = await import('${JANUS}');
      const janus = await startJanus({ dir: '${join(folder, 'orphan')}' });
      console.log(janus.ports.ws);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const port = Number(String(line));
    assert.equal(await isFree(port), false);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    for (const deadline = Date.now() + 30_000; !(await isFree(port));) {
      assert.ok(Date.now() < deadline, 'it is still there');
      await pause(50);
    }
  });
});
