// Trouble with the way to the server, caused from inside, is the real thing: it mends itself, with the same tracks.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, endSessions, sessions } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const VIEW = { name: 'Bob', of: 'Ada' };
let room = 7200;

for (const kind of BROWSERS) {
  describe(`simulate: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setSupportStage({ reclaimSessionTimeout: 30 });
      browser = await launch(kind);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    async function meet(join = { number: 17 }, options = {}, servers = stage.janus.ws) {
      // Each test has a room of its own: with time to claim, those of a page that was closed stay for a while.
      room += 1;
      await endSessions(stage.janus);
      await createRoom(stage.janus, room);
      call = await openSupport(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers, ...options });
      await call.join({ name: 'Ada', room, ...join });
      await call.join({ name: 'Bob', room });
      if (join.number) await sees(call, VIEW, join.number);
    }

    const cause = async (trouble, name = 'Bob') => assert.deepEqual(await call.simulate({ name, trouble }), {});
    const states = async (name = 'Bob') => (await call.log({ name })).filter((line) => /^(re|dis)?connect/.test(line));

    const over = (troubles) => troubles.flatMap((trouble) => [['ws', trouble], ['http', trouble]]);

    for (const [transport, trouble] of over(['signal-lost', 'signal-blackhole'])) {
      it(`${trouble} over ${transport}: the session is claimed, and media never stopped`, async () => {
        await meet(undefined, undefined, stage.janus[transport]);
        const before = (await sessions(stage.janus)).sort();
        const ways = await call.credentials({ name: 'Bob' });
        await call.keepTracks({ name: 'Bob' });
        await cause(trouble);
        await until('the loss and the end of it', async () => (await states()).slice(-2).join() === 'reconnecting,connected');
        await sees(call, VIEW, 17);
        assert.equal(await call.sameTracks({ name: 'Bob' }), true);
        assert.deepEqual(await call.credentials({ name: 'Bob' }), ways, 'neither restarted nor made anew');
        assert.deepEqual((await sessions(stage.janus)).sort(), before);
        // Requests pass again, too.
        await call.layers({ ...VIEW, layers: { spatial: 0 } });
        await cause('signal-lost', 'Ada');
        await until('Ada to be back', async () => (await states('Ada')).slice(-2).join() === 'reconnecting,connected');
        await sees(call, VIEW, 17);
        assert.deepEqual(call.page.complaints, []);
      });
    }

    it('signal-blackhole: nothing comes in either', async () => {
      await meet();
      await call.create({ name: 'Cy', servers: stage.janus.ws });
      await cause('signal-blackhole');
      await call.join({ name: 'Cy', room, number: 19 });
      const isKnown = async () => 'Cy' in (await call.identities({ name: 'Bob' }));
      let isKnownEarly = false;
      await until('the loss', async () => {
        const known = await isKnown();
        const isLost = (await states()).includes('reconnecting');
        isKnownEarly ||= known && !isLost;
        return isLost;
      });
      assert.equal(isKnownEarly, false);
      await until('Cy to be known', isKnown);
    });

    for (const [transport, trouble] of over(['session-lost', 'server-restart'])) {
      it(`${trouble} over ${transport}: the server does not know us any more, and we take our place again`, async () => {
        await meet(undefined, undefined, stage.janus[transport]);
        const before = await sessions(stage.janus);
        for (const name of ['Bob', 'Ada']) {
          await cause(trouble, name);
          await until(`${name} to notice`, async () => (await states(name)).includes('reconnecting'));
          await until(`${name} to be back`, async () => (await states(name)).at(-1) === 'connected');
          await sees(call, VIEW, 17);
        }
        await until('both sessions to be others', async () => {
          const now = await sessions(stage.janus);
          return now.length === 2 && before.every((id) => !now.includes(id));
        });
        assert.deepEqual(call.page.complaints, []);
      });
    }

    it('trouble in two rooms at once befalls each its own', async () => {
      await meet({});
      await call.create({ name: 'Cem', servers: stage.janus.ws });
      await call.join({ name: 'Cem', room });
      assert.deepEqual(await call.simulateAll({ names: ['Ada', 'Bob'], trouble: 'server-restart' }), [{}, {}]);
      const losses = async (name) => (await states(name)).filter((line) => line === 'reconnecting').length;
      for (const name of ['Ada', 'Bob']) {
        await until(`${name} to be back`, async () => (await states(name)).at(-1) === 'connected' && (await losses(name)) === 1);
      }
      assert.equal(await losses('Cem'), 0);
    });

    it('refuses what it does not know, and what it cannot break', async () => {
      await meet({});
      assert.equal((await call.simulate({ name: 'Bob', trouble: 'earthquake' })).code, 'invalid-argument');
      assert.equal((await call.simulate({ name: 'Bob', trouble: 'toString' })).code, 'invalid-argument');
      await call.leave({ name: 'Bob' });
      assert.equal((await call.simulate({ name: 'Bob', trouble: 'signal-lost' })).code, 'invalid-state');
    });
  });
}
