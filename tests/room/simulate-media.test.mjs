// Trouble with media and devices, caused from inside: it mends itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, endSessions } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const VIEW = { name: 'Bob', of: 'Ada' };
let room = 7250;

for (const kind of BROWSERS) {
  describe(`simulate, media: ${kind}`, () => {
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

    async function meet(join = { number: 17 }, options = {}) {
      // Each test has a room of its own: with time to claim, those of a page that was closed stay for a while.
      room += 1;
      await endSessions(stage.janus);
      await createRoom(stage.janus, room);
      call = await openSupport(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws, ...options });
      await call.join({ name: 'Ada', room, ...join });
      await call.join({ name: 'Bob', room });
      if (join.number) await sees(call, VIEW, join.number);
    }

    const cause = async (trouble, name = 'Bob') => assert.deepEqual(await call.simulate({ name, trouble }), {});

    it('publisher-failed and subscriber-failed: a new connection for the one, and the other stays', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await cause('subscriber-failed');
      await until('a new connection', async () => {
        const { subscriber } = await call.credentials({ name: 'Bob' });
        return subscriber !== undefined && subscriber !== before[1].subscriber;
      });
      await sees(call, VIEW, 17);
      assert.equal((await call.credentials({ name: 'Ada' })).publisher, before[0].publisher);
      await cause('publisher-failed', 'Ada');
      await until('a new connection', async () => {
        const { publisher } = await call.credentials({ name: 'Ada' });
        return publisher !== undefined && publisher !== before[0].publisher;
      });
      await sees(call, VIEW, 17);
      assert.deepEqual(call.page.complaints, []);
    });

    it('ice-failed: packets find another way, with the same tracks', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await call.keepTracks({ name: 'Bob' });
      await cause('ice-failed', 'Ada');
      await cause('ice-failed', 'Bob');
      await until('both to have noticed', async () =>
        (await call.credentials({ name: 'Ada' })).publisher !== before[0].publisher
        && (await call.credentials({ name: 'Bob' })).subscriber !== before[1].subscriber, { timeout: 45_000 });
      await until('the connections to be well', async () =>
        (await call.connected({ name: 'Ada' }))[0] === 'connected' && (await call.connected({ name: 'Bob' }))[1] === 'connected');
      await sees(call, VIEW, 17);
      assert.equal(await call.sameTracks({ name: 'Bob' }), true);
    });

    it('device-lost: muted, until it is opened again', async () => {
      await meet({ options: { camera: true } });
      const view = { ...VIEW, what: 'video' };
      await until('the picture', async () => (await call.stream(view)) !== undefined);
      assert.equal((await call.simulate({ name: 'Bob', trouble: 'device-lost' })).code, 'invalid-state');
      await cause('device-lost', 'Ada');
      await until('Ada to hear of it', async () => (await call.log({ name: 'Ada' })).includes('lost camera'));
      await until('Bob to see it', async () => (await call.stream(view)).muted);
      await call.unmuteSelf({ name: 'Ada', what: 'video' });
      await until('the picture', async () => !(await call.stream(view)).muted);
      const { frames } = await call.received({ ...VIEW });
      await until('it to move', async () => (await call.received({ ...VIEW })).frames > frames + 10);
    });
  });
}
