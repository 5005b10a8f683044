// Layers: what is asked for is what comes, in whatever order and however fast.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const ROOM = 4711;
const VIEW = { name: 'Bob', of: 'Ada' };
const WIDTHS = [320, 640, 1280];

for (const kind of BROWSERS) {
  describe(`layers: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    const comes = (width) => until(`a picture ${width} px wide`, async () => (await call.see(VIEW)).width === width, {
      timeout: 30_000,
      explain: async () => [await call.see(VIEW), await call.currentLayers(VIEW)],
    });

    before(async () => {
      stage = await setCallStage();
      await createRoom(stage.janus, ROOM, { bitrate: 0 });
      browser = await launch(kind);
      call = await openCalls(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws });
      const size = { width: 1280, height: 720 };
      const publishing = { simulcast: true, maxBitrate: 3_000_000, degradationPreference: 'maintain-resolution' };
      await call.join({ name: 'Ada', room: ROOM, number: 21, size, publishing });
      await call.join({ name: 'Bob', room: ROOM });
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    it('sends three', async () => {
      await sees(call, VIEW, 21);
      await comes(1280);
    });

    it('brings each that is asked for', async () => {
      for (const spatial of [0, 2, 1, 0, 1, 2]) {
        await call.layers({ ...VIEW, layers: { spatial } });
        await comes(WIDTHS[spatial]);
        // What the server says comes by another way than the picture.
        await until('the layer to be told', async () => (await call.currentLayers(VIEW)).spatial === spatial);
      }
    });

    it('brings the last of those asked for at once', async () => {
      for (const last of [0, 1]) {
        for (const spatial of [2, 0, 1, 2, 1, 0, last]) await call.layers({ ...VIEW, layers: { spatial } });
        await comes(WIDTHS[last]);
      }
    });

    // Firefox sends all pictures in one temporal layer.
    if (kind === 'chromium') {
      it('brings fewer pictures where that is asked for, and all again', async () => {
        /** Pictures a second, over one. */
        const rate = async () => {
          const [begun, before] = [performance.now(), await call.received(VIEW)];
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return ((await call.received(VIEW)).frames - before.frames) / ((performance.now() - begun) / 1_000);
        };
        await call.layers({ ...VIEW, layers: { spatial: 0 } });
        await comes(WIDTHS[0]);
        const all = await until('many pictures', async () => {
          const now = await rate();
          return now > 8 && now;
        });
        await call.watchTemporal(VIEW);
        const isTold = (temporal) => until(`temporal layer ${temporal} to come`, async () =>
          (await call.temporalTold(VIEW)).at(-1) === temporal && (await call.currentLayers(VIEW)).temporal === temporal,
        { explain: async () => [await call.temporalTold(VIEW), await call.currentLayers(VIEW)] });
        await call.layers({ ...VIEW, layers: { spatial: 0, temporal: 0 } });
        await isTold(0);
        await until('fewer pictures', async () => (await rate()) < all / 2, { explain: rate });
        await sees(call, VIEW, 21);
        await call.layers({ ...VIEW, layers: { spatial: 0, temporal: 2 } });
        await isTold(2);
        await until('all pictures', async () => (await rate()) > all * 0.7, { explain: rate });
        assert.equal((await call.currentLayers(VIEW)).spatial, 0);
      });
    }

    it('stops and continues one, and all', async () => {
      await call.layers({ ...VIEW, layers: {} });
      await call.pause({ ...VIEW, paused: true });
      const still = async () => {
        const { bytes } = await call.received(VIEW);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await call.received(VIEW)).bytes === bytes;
      };
      await until('nothing to come', still);
      await call.pause({ ...VIEW, paused: false });
      await sees(call, VIEW, 21);
      await call.pauseAll({ name: 'Bob', paused: true });
      await until('nothing to come', still);
      await call.pauseAll({ name: 'Bob', paused: false });
      await sees(call, VIEW, 21);
    });

    it('brings a picture that stands by itself when asked for one', async () => {
      const count = async (name) => (await call.stats({ name })).find(({ kind: what }) => what === 'video').keyFrames;
      const all = async () => [await count('Bob'), kind === 'chromium' && (await count('Ada'))];
      let before = await all();
      // Those that were asked for by pausing have come.
      await until('no more key frames', async () => {
        const last = before;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        before = await all();
        return before.join() === last.join();
      });
      await call.keyFrame(VIEW);
      await until('a key frame', async () => {
        const [received, sent] = await all();
        // Firefox does not say what it sends.
        return received > before[0] && (kind === 'firefox' || sent > before[1]);
      }, { explain: async () => [before, await all()] });
      await sees(call, VIEW, 21);
    });

    it('are as the picture is worth when another takes its place', async () => {
      const encodings = async () => (await call.settings({ name: 'Ada', of: 'camera' })).encodings;
      const whole = await encodings();
      const sent = async () => (await encodings()).map(({ active, scaleResolutionDownBy: scale }) => active && scale);
      const replace = (number, width) => call.replace({ name: 'Ada', of: 'camera', number, size: { width, height: (width * 9) / 16 } });
      const all = {};
      for (const [number, width, scales, widths] of [
        // Chromium may make what it sends on one layer alone still smaller.
        [31, 640, [false, false, 1]],
        [32, 320, [false, false, 1]],
        [33, 1280, [1, 2, 4], WIDTHS],
      ]) {
        await replace(number, width);
        assert.deepEqual(await sent(), scales);
        all[width] = (await encodings()).filter(({ active }) => active).reduce((sum, { maxBitrate }) => sum + maxBitrate, 0);
        for (const spatial of [0, 2]) {
          await call.layers({ ...VIEW, layers: { spatial } });
          if (widths) await comes(widths[spatial]);
          await sees(call, VIEW, number);
        }
      }
      assert.ok(all[320] < all[640] && all[640] < all[1280], JSON.stringify(all));
      assert.deepEqual(await encodings(), whole);
    });

    it('are no more than the browser sends', async () => {
      // What a busy machine makes of the smallest that has three is enough.
      await call.unpublish({ name: 'Ada', of: 'camera' });
      for (const [number, width, height, count] of [[41, 640, 480, 2], [42, 960, 400, 2], [43, 960, 540, 3], [44, 480, 200, 1]]) {
        const whole = { simulcast: true, degradationPreference: 'maintain-resolution' };
        await call.publish({ name: 'Ada', number, size: { width, height }, ...whole, source: 'unknown' });
        const layers = await until(`${width} by ${height} to be sent`, async () => {
          const found = (await call.stats({ name: 'Ada' })).find(({ source }) => source === 'unknown');
          const moving = (found?.layers ?? []).filter(({ framesPerSecond }) => framesPerSecond > 0);
          return (count === 1 ? found?.framesPerSecond > 0 : moving.length === count) && found.layers;
        }, { timeout: 30_000, explain: async () => (await call.stats({ name: 'Ada' })).map(({ source, layers: some }) => [source, some]) });
        assert.equal(Math.max(1, layers.length), count);
        await call.unpublish({ name: 'Ada', of: 'unknown' });
      }
      assert.deepEqual(call.page.complaints, []);
    });

    it('stay within what the room lets through, where the page knows it', async () => {
      await call.create({ name: 'Cem', servers: stage.janus.ws });
      const options = { roomBitrate: 400_000, subscribe: false };
      await call.join({ name: 'Cem', room: ROOM, number: 45, size: { width: 1280, height: 720 }, publishing: { simulcast: true }, options });
      const sum = async () => (await call.settings({ name: 'Cem', of: 'camera' })).encodings.reduce((all, { maxBitrate }) => all + maxBitrate, 0);
      await until('it to be published', () => sum().then(() => true, () => false));
      assert.ok(Math.abs((await sum()) - 400_000) < 5);
      await call.configure({ name: 'Cem', of: 'camera', maxBitrate: 900_000 });
      assert.ok(Math.abs((await sum()) - 400_000) < 5);
      await call.leave({ name: 'Cem' });
      const create = { bitrate: 300_000, publishers: 4 };
      await call.join({ name: 'Cem', room: 4799, number: 45, size: { width: 1280, height: 720 }, options: { create } });
      await until('it to be published', () => sum().then(() => true, () => false));
      assert.equal(await sum(), 300_000);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
