// Media that is cut off comes back: through other ways found by ICE restarts, and over new connections.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
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

    async function meet(options, ofAda = options) {
      call = await openCalls(browser, stage.site);
      await call.create({ name: 'Ada', servers: stage.janus.ws, ...ofAda });
      await call.create({ name: 'Bob', servers: stage.janus.ws, ...options });
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

    it('what is paused stays so while other ways are looked for and others come', async () => {
      await meet();
      await call.pauseAll({ name: 'Bob', paused: true });
      const { subscriber } = await call.credentials({ name: 'Bob' });
      await call.restartIce({ name: 'Bob' });
      await until('new credentials', async () => (await call.credentials({ name: 'Bob' })).subscriber !== subscriber);
      await call.create({ name: 'Cem', servers: stage.janus.ws });
      await call.join({ name: 'Cem', room: ROOM, number: 18 });
      await until('a track of Cem', async () => (await call.trackCount({ name: 'Bob' })) === 2);
      const bytes = () => Promise.all(['Ada', 'Cem'].map(async (of) => (await call.received({ name: 'Bob', of })).bytes));
      await until('nothing to come', async () => {
        const before = await bytes();
        await setTimeout(500);
        return String(await bytes()) === String(before);
      });
      await call.pauseAll({ name: 'Bob', paused: false });
      await sees(call, VIEW, 17);
      await sees(call, { name: 'Bob', of: 'Cem' }, 18);
    });

    it('a cut of eight seconds is mended, with the same tracks', async () => {
      await meet({ desk: desk.url });
      const before = await call.credentials({ name: 'Bob' });
      desk.setCut(true);
      await until('the cut to be noticed', async () => (await call.connected({ name: 'Bob' }))[1] !== 'connected');
      await until('another way to be looked for', async () =>
        (await call.credentials({ name: 'Bob' })).subscriber !== before.subscriber);
      desk.setCut(false);
      // Firefox may be about to give up a way that would do now, and looks for the next.
      await sees(call, VIEW, 17, () => true, { timeout: 45_000 });
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

    // Three attempts in vain take some minutes.
    if (process.env.JANUS_WASM_LONG) {
      it('a network that lets nothing through for long is waited for, with the same tracks', async () => {
        await meet({ desk: desk.url }, {});
        desk.setCut(true);
        const log = () => call.log({ name: 'Bob' });
        await until('the page to be told', async () => (await log()).some((line) => line.startsWith('!')), { timeout: 400_000 });
        assert.equal(await call.state({ name: 'Bob' }), 'connected');
        desk.setCut(false);
        await until('Bob to see Ada again', async () => {
          const { counter } = await call.see(VIEW);
          return (await call.see(VIEW)).number === 17 && (await call.see(VIEW)).counter !== counter;
        }, { timeout: 60_000 });
        assert.equal(await call.trackCount({ name: 'Bob' }), 1);
        assert.ok(!(await log()).some((line) => line.startsWith('-')), (await log()).join(', '));
      });
    }
  });
}
