// What browsers have or have not: said by `capabilities()`, and done where it can be.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const ROOM = 1234;
const SVC_ROOM = 4713;
const VIEW = { name: 'Bob', of: 'Ada' };

for (const kind of BROWSERS) {
  describe(`features: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    let can;

    before(async () => {
      stage = await setCallStage();
      await createRoom(stage.janus, SVC_ROOM, { videocodec: 'vp9', video_svc: true, bitrate: 0 });
      browser = await launch(kind);
      call = await openCalls(browser, stage.site);
      can = await call.capabilities();
      for (const name of ['Ada', 'Bob', 'Cem', 'Dee']) await call.create({ name, servers: stage.janus.ws });
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.join({ name: 'Bob', room: ROOM });
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    it('says what it can', () => {
      const { videoCodecs, ...flags } = can;
      assert.ok(videoCodecs.includes('vp8') && videoCodecs.includes('vp9'), String(videoCodecs));
      const both = { chooseSpeaker: true, codecPreferences: true, screenShare: true, transforms: true, canvasCapture: true };
      assert.deepEqual(flags, { ...both, svc: kind === 'chromium', contentHints: kind === 'chromium' });
    });

    it('tells how each track does, with the same fields for all', async () => {
      await sees(call, VIEW, 17);
      await call.stats({ name: 'Bob' });
      const track = await until('a rate', async () => {
        const [one] = await call.stats({ name: 'Bob' });
        return one?.bitrate > 0 && one.framesPerSecond > 0 && one;
      });
      assert.deepEqual([track.of, track.direction, track.codec, track.frameWidth], ['Ada', 'receive', 'VP8', 320]);
      const [sent] = await call.stats({ name: 'Ada' });
      assert.deepEqual([sent.of, sent.direction, sent.codec], ['Ada', 'send', 'VP8']);
      assert.deepEqual(Object.keys(sent).sort(), Object.keys(track).sort());
    });

    it('has room for encryption: every frame passes the page on both sides', async () => {
      for (const name of ['Eve', 'Fay']) await call.create({ name, servers: stage.janus.ws, transforms: true });
      await call.join({ name: 'Eve', room: ROOM, number: 19, options: { subscribe: false } });
      await call.join({ name: 'Fay', room: ROOM });
      await sees(call, { name: 'Fay', of: 'Eve' }, 19);
      await until('frames to pass on both sides', async () => {
        const counts = await call.transformed();
        return counts.Eve > 10 && counts.Fay > 10;
      }, { explain: () => call.transformed() });
    });

    it('says that encryption is on, and the server answers in kind', async () => {
      await call.join({ name: 'Cem', room: ROOM, number: 33, options: { e2ee: true } });
      await sees(call, { name: 'Bob', of: 'Cem' }, 33);
      assert.equal(await call.answeredEncrypted({ name: 'Cem' }), true);
    });

    it('has no tones where the server negotiates none', async () => {
      assert.equal(await call.canInsertTones({ name: 'Ada' }), false);
      await call.microphone({ name: 'Ada', enabled: true });
      await until('the microphone to be published', () => call.settings({ name: 'Ada', of: 'microphone' }).then(() => true));
      assert.equal(await call.canInsertTones({ name: 'Ada' }), false);
      await assert.rejects(call.insertTones({ name: 'Ada', tones: '1' }), /telephone-event/);
    });

    it('plays later when asked to', async () => {
      await call.playout({ ...VIEW, min: 300, max: 600 });
      await until('the delay to grow', async () => {
        const tracks = await call.stats({ name: 'Bob' });
        return tracks.find(({ of }) => of === 'Ada').jitterBufferDelay > (kind === 'chromium' ? 200 : -1);
      }, { timeout: 30_000, explain: () => call.stats({ name: 'Bob' }) });
    });

    it('sends SVC layers in a room that takes them', async () => {
      const publishing = { codec: 'vp9', ...(can.svc && { scalabilityMode: 'L3T3' }) };
      await call.leave({ name: 'Cem' });
      await call.join({ name: 'Cem', room: SVC_ROOM, number: 44, size: { width: 1280, height: 720 }, publishing });
      await call.join({ name: 'Dee', room: SVC_ROOM });
      await sees(call, { name: 'Dee', of: 'Cem' }, 44);
      const { codec, encodings } = await call.settings({ name: 'Cem', of: 'camera' });
      assert.equal(codec, 'vp9');
      assert.equal(encodings[0].scalabilityMode, can.svc ? 'L3T3' : undefined);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
