// What comes over a call from outside: another network, a page that was put to sleep, a server that does not come back.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';

const ROOM = 1234;

/** `options` are those of both; `way` is Ada's to the server, if it is another than Bob's. */
async function meet(ada, bob, { way, ...options }) {
  await ada.create({ name: 'Ada', ...options, servers: way ?? options.servers });
  await bob.create({ name: 'Bob', ...options });
  await ada.join({ name: 'Ada', room: ROOM, number: 17 });
  await bob.join({ name: 'Bob', room: ROOM, number: 18 });
  await seeEachOther(ada, bob);
}

async function seeEachOther(ada, bob) {
  await sees(bob, { name: 'Bob', of: 'Ada' }, 17);
  await sees(ada, { name: 'Ada', of: 'Bob' }, 18);
}

for (const kind of BROWSERS) {
  describe(`from outside: ${kind}`, () => {
    const on = onStage(kind, setCallStage);

    it('when the network is another one, media takes new ways, each connection once, and nothing else changes', async () => {
      const call = await openCalls(on.browser, on.stage.site);
      await meet(call, call, { servers: on.stage.janus.ws });
      const [before, known] = [await call.credentials({ name: 'Bob' }), await call.identities({ name: 'Bob' })];
      // Browsers say so to the page; it cannot be plugged into another network here.
      await call.page.evaluate(() => dispatchEvent(new Event('online')));
      const isOther = (now, way) => now[way] !== undefined && now[way] !== before[way];
      const after = await until('other credentials, both ways', async () => {
        const now = await call.credentials({ name: 'Bob' });
        return isOther(now, 'publisher') && isOther(now, 'subscriber') && now;
      });
      await until('the connections to be up', async () =>
        (await call.connected({ name: 'Bob' })).every((state) => state === 'connected'));
      await seeEachOther(call, call);
      assert.deepEqual(await call.identities({ name: 'Bob' }), known);
      assert.deepEqual(await call.credentials({ name: 'Bob' }), after);
      assert.equal(await call.state({ name: 'Bob' }), 'connected');
      assert.deepEqual(call.page.complaints, []);
    });

    it('a server that does not come back in time ends the call, with the reason, and is joined again when it is there', async () => {
      const call = await openCalls(on.browser, on.stage.site);
      await meet(call, call, { servers: on.stage.janus.ws, reconnect: { budget: 2_000 } });
      await on.stage.janus.kill();
      for (const name of ['Ada', 'Bob']) {
        await until(`${name} to give up`, async () => (await call.log({ name })).at(-1) === 'disconnected connection-lost');
        assert.equal(await call.state({ name }), 'disconnected');
        assert.deepEqual(await call.identities({ name }), {});
      }
      await on.stage.janus.start();
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      await seeEachOther(call, call);
    });

    it('how often and when it is tried again is the page\'s to say', async () => {
      const call = await openCalls(on.browser, on.stage.site);
      await call.page.evaluate(async (servers) => {
        const { create } = await import('/call/call.js');
        globalThis.__asked = [];
        const delay = ({ number }) => {
          globalThis.__asked.push(number);
          return number < 4 ? 20 : undefined;
        };
        create({ name: 'Ada', servers, reconnect: { delay } });
      }, on.stage.janus.ws);
      await call.join({ name: 'Ada', room: ROOM });
      await on.stage.janus.kill();
      await until('Ada to give up', async () => (await call.log({ name: 'Ada' })).at(-1) === 'disconnected connection-lost');
      assert.deepEqual(await call.page.evaluate(() => globalThis.__asked), [1, 2, 3, 4]);
      await on.stage.janus.start();
    });
  });
}

describe('a page that sleeps: chromium', () => {
  const on = onStage('firefox', () => setCallStage({ reclaimSessionTimeout: 30 }));
  let sleeper;
  let proxy;

  afterEach(async () => {
    await sleeper?.close();
    await proxy?.close();
  });

  it('has its call back when it wakes, though its socket was closed meanwhile, with everybody as they were', async () => {
    sleeper = await launch('chromium', { background: true });
    proxy = await startProxy({ target: { host: '127.0.0.1', port: on.stage.janus.ports.ws } });
    const [ada, bob] = [await openCalls(sleeper, on.stage.site), await openCalls(on.browser, on.stage.site)];
    await meet(ada, bob, { servers: on.stage.janus.ws, way: proxy.url('ws') });
    const [mine, theirs] = [await ada.identities({ name: 'Ada' }), await bob.identities({ name: 'Bob' })];

    await ada.page.setHidden(true);
    await ada.page.setFrozen(true);
    proxy.faults.cleanClose();
    // Nothing of it reaches a page that sleeps.
    await until('the socket to be gone', () => proxy.connections === 0);
    await ada.page.setFrozen(false);
    await ada.page.setHidden(false);
    await until('Ada to be back', async () => {
      const states = (await ada.log({ name: 'Ada' })).filter((line) => /connect/.test(line));
      return states.slice(-2).join() === 'reconnecting,connected';
    });
    await seeEachOther(ada, bob);
    assert.deepEqual(await ada.identities({ name: 'Ada' }), mine);
    assert.deepEqual(await bob.identities({ name: 'Bob' }), theirs);
  });
});
