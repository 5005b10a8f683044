// What comes over a call from outside: another network, a page that was put to sleep, a server that does not come back.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { endSessions, sessions } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { stays, until } from '../page/lib/wait.mjs';

const ROOM = 1234;
/** A network that swallows what it did not is noticed by the silence, and then another way is looked for, ms. */
const PATIENCE = { timeout: 60_000 };
/** Who is told of it is there again well before a session's life sign would be due, ms. */
const SOON = 10_000;

/** `options` are those of both; `ways` are Ada's to the server and for media, if they are others than Bob's. */
async function meet(ada, bob, { ways, ...options }) {
  await ada.create({ name: 'Ada', ...options, ...ways });
  await bob.create({ name: 'Bob', ...options });
  await ada.join({ name: 'Ada', room: ROOM, number: 17 });
  await bob.join({ name: 'Bob', room: ROOM, number: 18 });
  await seeEachOther(ada, bob);
}

async function seeEachOther(ada, bob, options) {
  await sees(bob, { name: 'Bob', of: 'Ada' }, 17, undefined, options);
  await sees(ada, { name: 'Ada', of: 'Bob' }, 18, undefined, options);
}

/** A network between people and the server. When it is left, all that went through it is swallowed, and others can be found. */
async function openNetwork(janus) {
  const [proxy, desk] = [await startProxy({ target: { host: '127.0.0.1', port: janus.ports.ws } }), await openRelayDesk()];
  return {
    ways: { servers: proxy.url('ws'), desk: desk.url },
    leave() {
      proxy.faults.blackhole({ on: 'existing' });
      desk.abandon();
    },
    async close() {
      await proxy.close();
      desk.close();
    },
  };
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

for (const kind of BROWSERS) {
  describe(`another network, and nothing comes through the one before: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));
    let call;
    let network;

    beforeEach(async () => {
      network = await openNetwork(on.stage.janus);
      call = await openCalls(on.browser, on.stage.site);
    });

    afterEach(() => network.close());

    const everything = async () => [await call.identities({ name: 'Ada' }), await call.identities({ name: 'Bob' })];

    /** How long it takes until everybody has other ways and sees everybody, ms. */
    async function change({ tell }) {
      const names = ['Ada', 'Bob'];
      const before = await Promise.all(names.map((name) => call.credentials({ name })));
      await call.changeRelays();
      network.leave();
      const began = performance.now();
      if (tell) await call.page.evaluate(() => dispatchEvent(new Event('online')));
      // Pictures that were on the way may still come.
      await until('other ways for all', async () => {
        const now = await Promise.all(names.map((name) => call.credentials({ name })));
        return now.every((its, index) => ['publisher', 'subscriber'].every((way) => its[way] && its[way] !== before[index][way]));
      }, PATIENCE);
      await seeEachOther(call, call, PATIENCE);
      return performance.now() - began;
    }

    it('is noticed by itself, and much sooner by what the browser says; everything stays the same', async (t) => {
      await meet(call, call, network.ways);
      const known = await everything();
      const untold = await change({ tell: false });
      await until('both to be well', async () => (await Promise.all(['Ada', 'Bob'].map((name) => call.connected({ name })))).flat()
        .every((state) => state === 'connected'), PATIENCE);
      const told = await change({ tell: true });
      t.diagnostic(`${untold.toFixed(0)} ms by itself, ${told.toFixed(0)} ms when it was told`);
      assert.ok(told < untold && told < SOON, `${untold} ms by itself, ${told} ms when it was told`);
      assert.deepEqual(await everything(), known);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });
  });
}

for (const kind of BROWSERS) {
  describe(`a machine that sleeps: ${kind}`, () => {
    const on = onStage(kind === 'firefox' ? 'chromium' : 'firefox', () => setCallStage({ reclaimSessionTimeout: 30 }));
    let sleeper;
    let network;

    beforeEach(async () => {
      network = await openNetwork(on.stage.janus);
      sleeper = await launch(kind, { background: true });
    });

    afterEach(async () => {
      sleeper.setAsleep(false);
      await sleeper.close();
      await network.close();
    });

    it('has its call back when it wakes, though its session is over and no way it had leads anywhere', async () => {
      const [ada, bob] = [await openCalls(sleeper, on.stage.site), await openCalls(on.browser, on.stage.site)];
      await ada.create({ name: 'Ada', ...network.ways });
      await ada.join({ name: 'Ada', room: ROOM, number: 17 });
      const hers = await sessions(on.stage.janus);
      await bob.create({ name: 'Bob', servers: on.stage.janus.ws });
      await bob.join({ name: 'Bob', room: ROOM, number: 18 });
      await seeEachOther(ada, bob);
      const mine = [await ada.identities({ name: 'Ada' }), await ada.ownIdentities({ name: 'Ada' })];

      await ada.changeRelays();
      sleeper.setAsleep(true);
      network.leave();
      // The server has heard nothing for as long as sessions live.
      await endSessions(on.stage.janus, hers);
      const isAlone = async () => !(await bob.see({ name: 'Bob', of: 'Ada' })).there;
      await until('Ada to be gone', isAlone);
      await stays('Ada away', isAlone, 5_000);
      sleeper.setAsleep(false);
      await until('Ada to be back', async () => {
        const states = (await ada.log({ name: 'Ada' })).filter((line) => /connect/.test(line));
        return states.slice(-2).join() === 'reconnecting,connected';
      });
      await seeEachOther(ada, bob);
      assert.deepEqual([await ada.identities({ name: 'Ada' }), await ada.ownIdentities({ name: 'Ada' })], mine);
      assert.deepEqual(await ada.contradictions({ name: 'Ada' }), []);
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
    await meet(ada, bob, { servers: on.stage.janus.ws, ways: { servers: proxy.url('ws') } });
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
