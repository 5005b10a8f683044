// Who waits in a lobby has prepared: whatever becomes of that meanwhile, joining is as if nothing had been.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { detachHandles, endSessions, nothingLeft, present, sessions } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
const NUMBER = 17;
/** When one joins after the server died, ms; and whether it is there again by then. */
const MOMENTS = [[0, false], [300, false], [1_000, false], [0, true], [3_000, true]];

for (const kind of BROWSERS) {
  describe(`in the lobby: ${kind}`, () => {
    const on = onStage(kind, () => setSupportStage({ reclaimSessionTimeout: 30 }));
    let call;
    let proxy;

    afterEach(async () => {
      await proxy?.close();
      proxy = undefined;
    });

    const play = (steps, options = {}) => call.story({ name: 'Ada', steps, options: { room: ROOM, ...options } });

    /** Ada has session, handles and an offer. */
    async function wait(options = {}) {
      call = await openSupport(on.browser, on.stage.site);
      await call.create({ name: 'Ada', servers: on.stage.janus.ws, ...options });
      await prepare();
    }

    async function prepare() {
      assert.deepEqual(await play(['prepare'], { number: NUMBER }), ['done']);
      assert.equal((await sessions(on.stage.janus)).length, 1);
    }

    async function throughProxy(options) {
      proxy = await startProxy({ target: { host: '127.0.0.1', port: on.stage.janus.ports.ws } });
      await wait({ servers: proxy.url('ws'), ...options });
    }

    /** In once, by one session, and seen by somebody who comes now. */
    async function isIn(room = ROOM) {
      assert.equal(await call.state({ name: 'Ada' }), 'connected');
      await until('one session alone', async () => (await sessions(on.stage.janus)).length === 1);
      // Who goes with a session goes a moment after it.
      await until('one participant alone', async () => `${await present(on.stage.janus, room)}` === 'Ada');
      await call.create({ name: 'Bob', servers: on.stage.janus.ws });
      await call.join({ name: 'Bob', room });
      await sees(call, { name: 'Bob', of: 'Ada' }, NUMBER);
      for (const name of ['Bob', 'Ada']) {
        assert.deepEqual(await call.contradictions({ name }), []);
        await call.leave({ name });
      }
      await nothingLeft(on.stage.janus);
    }

    for (const way of ['ws', 'http']) {
      it(`a server that dies and comes back is joined, whenever that is: ${way}`, async () => {
        await wait({ servers: on.stage.janus[way] });
        for (const [time, isBack] of MOMENTS) {
          await on.stage.janus.kill();
          const starting = on.stage.janus.start();
          if (isBack) await starting;
          const [ends] = await Promise.all([play([time, 'join']), starting]);
          assert.deepEqual(ends, ['done'], `${time} ms after it ${isBack ? 'came back' : 'died'}`);
          await isIn();
          await prepare();
        }
      });
    }

    it('a death that nobody was told of is noticed by joining', async () => {
      await throughProxy();
      for (const options of [{}, { id: 4711 }, { room: 6161, create: { publishers: 6 } }]) {
        proxy.faults.blackhole({ on: 'existing' });
        await on.stage.janus.kill();
        const [ends] = await Promise.all([play(['join'], options), on.stage.janus.start()]);
        assert.deepEqual(ends, ['done'], JSON.stringify(options));
        await isIn(options.room);
        await prepare();
      }
    });

    it('a join that was heard, and whose answer was not, is not in the room twice', async () => {
      await throughProxy();
      for (const options of [{}, { id: 4711 }]) {
        proxy.faults.halfOpen('toClient', { on: 'existing' });
        assert.deepEqual(await play(['join'], options), ['done'], JSON.stringify(options));
        await isIn();
        await prepare();
      }
    });

    it('sessions and handles that the server ended are made anew', async () => {
      await wait();
      for (const end of [endSessions, detachHandles]) {
        await end(on.stage.janus);
        assert.deepEqual(await play(['join']), ['done'], end.name);
        await isIn();
        await prepare();
      }
    });

    it('a way that was cut is made again', async () => {
      await throughProxy();
      for (const time of [0, 1_000]) {
        const [session, ways] = [await sessions(on.stage.janus), proxy.accepted];
        proxy.faults.cleanClose();
        if (time > 0) await until('another way', () => proxy.accepted > ways);
        assert.deepEqual(await play([time, 'join']), ['done']);
        // By then it has long been claimed.
        if (time > 0) assert.deepEqual(await sessions(on.stage.janus), session, 'what was prepared is used');
        await isIn();
        await prepare();
      }
    });

    it('one whose connections are not made again joins over another', async () => {
      await wait({ reconnect: { budget: 0 } });
      await on.stage.janus.kill();
      await on.stage.janus.start();
      assert.deepEqual(await play(['join']), ['done']);
      await isIn();
    });

    it('calling it off works while the server is away', async () => {
      await wait();
      await on.stage.janus.kill();
      assert.deepEqual(await play(['join', 300, 'abort']), ['AbortError']);
      assert.equal(await call.state({ name: 'Ada' }), 'disconnected');
      await on.stage.janus.start();
      await prepare();
      await on.stage.janus.kill();
      const [ends] = await Promise.all([play(['join', 50, 'leave', 'join'], { number: NUMBER }), setTimeout(200).then(() => on.stage.janus.start())]);
      assert.deepEqual(ends.slice(0, 2), ['aborted', 'done']);
      // That one is told at once that nobody is there, unless the server is faster.
      if (ends[2] !== 'done') assert.deepEqual(await play(['join'], { number: NUMBER }), ['done'], ends[2]);
      await isIn();
    });

    it('a server that stays away fails joining as it does unprepared, in about the time for connecting', async () => {
      await wait({ connectTimeout: 1_500 });
      await on.stage.janus.kill();
      try {
        const began = performance.now();
        const [prepared] = await play(['join']);
        assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`);
        assert.equal(prepared, 'unreachable');
        // Firefox holds a socket back after failures, perhaps for longer than there is.
        const [unprepared] = await play(['join']);
        assert.match(unprepared, /^(unreachable|timeout)$/);
        assert.equal(await call.state({ name: 'Ada' }), 'disconnected');
      } finally {
        await on.stage.janus.start();
      }
    });
  });
}
