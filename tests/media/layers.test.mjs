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
      await call.join({ name: 'Ada', room: ROOM, number: 21, size, publishing: { simulcast: true, maxBitrate: 3_000_000 } });
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
        assert.equal((await call.currentLayers(VIEW)).spatial, spatial);
      }
    });

    it('brings the last of those asked for at once', async () => {
      for (const last of [0, 1]) {
        for (const spatial of [2, 0, 1, 2, 1, 0, last]) await call.layers({ ...VIEW, layers: { spatial } });
        await comes(WIDTHS[last]);
      }
    });

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
      await call.keyFrame(VIEW);
      await sees(call, VIEW, 21);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
