// Media that is cut off comes back: through other ways found by ICE restarts, and over new connections.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { hangUp } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';
import { openRelayDesk } from './lib/relay.mjs';

const ROOM = 1234;
const VIEW = { name: 'Bob', of: 'Ada' };

for (const kind of BROWSERS) {
  describe(`recovery: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    let desk;

    before(async () => {
      stage = await setCallStage();
      browser = await launch(kind);
      desk = await openRelayDesk();
    });

    afterEach(async () => {
      await browser.closePages();
      desk.setCut(false);
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
      desk?.close();
    });

    async function meet(options) {
      call = await openCalls(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws, ...options });
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.join({ name: 'Bob', room: ROOM });
      await sees(call, VIEW, 17);
    }

    it('an ICE restart in either direction leaves the tracks as they are', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await call.restartIce({ name: 'Ada' });
      await call.restartIce({ name: 'Bob' });
      await until('new credentials', async () =>
        (await call.credentials({ name: 'Ada' })).publisher !== before[0].publisher
        && (await call.credentials({ name: 'Bob' })).subscriber !== before[1].subscriber);
      await sees(call, VIEW, 17);
      assert.equal(await call.trackCount({ name: 'Bob' }), 1);
      assert.deepEqual(call.page.complaints, []);
    });

    it('a cut of eight seconds is mended, with the same tracks', async () => {
      await meet({ desk: desk.url });
      const before = await call.credentials({ name: 'Bob' });
      desk.setCut(true);
      await until('the cut to be noticed', async () => (await call.connected({ name: 'Bob' }))[1] !== 'connected');
      await until('another way to be looked for', async () =>
        (await call.credentials({ name: 'Bob' })).subscriber !== before.subscriber);
      desk.setCut(false);
      await sees(call, VIEW, 17);
      await until('the connections to be well', async () =>
        (await call.connected({ name: 'Ada' }))[0] === 'connected' && (await call.connected({ name: 'Bob' }))[1] === 'connected');
      assert.equal(await call.trackCount({ name: 'Bob' }), 1);
    });

    it('a connection the server hangs up is built anew, and the other is left alone', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await hangUp(stage.janus, 'subscriber');
      await until('a new connection', async () => {
        const { subscriber } = await call.credentials({ name: 'Bob' });
        return subscriber !== undefined && subscriber !== before[1].subscriber;
      });
      await sees(call, VIEW, 17);
      assert.equal((await call.credentials({ name: 'Ada' })).publisher, before[0].publisher);
      await hangUp(stage.janus, 'publisher');
      await until('a new connection', async () => {
        const { publisher } = await call.credentials({ name: 'Ada' });
        return publisher !== undefined && publisher !== before[0].publisher;
      });
      await sees(call, VIEW, 17);
      await call.replace({ name: 'Ada', of: 'camera', number: 18 });
      await sees(call, VIEW, 18);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
