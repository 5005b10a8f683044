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
      // Without a speaker Firefox measures no sound.
      browser = await launch(kind, { soundCard: true });
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
      const both = { playoutDelay: true, chooseSpeaker: true, codecPreferences: true, screenShare: true, transforms: true, canvasCapture: true };
      const only = kind === 'chromium';
      assert.deepEqual(flags, { ...both, svc: only, contentHints: only, screenSound: only });
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
      // Since 1.2.2 who receives cannot have both, encrypted streams and others.
      const room = 4718;
      await createRoom(stage.janus, room);
      await call.create({ name: 'Kim', servers: stage.janus.ws });
      await call.join({ name: 'Cem', room, number: 33, options: { e2ee: true } });
      await call.join({ name: 'Kim', room, options: { e2ee: true } });
      await sees(call, { name: 'Kim', of: 'Cem' }, 33);
      assert.equal(await call.answeredEncrypted({ name: 'Cem' }), true);
    });

    it('has no tones where the server negotiates none', async () => {
      assert.equal(await call.canInsertTones({ name: 'Ada' }), false);
      await call.microphone({ name: 'Ada', enabled: true });
      await until('the microphone to be published', () => call.settings({ name: 'Ada', of: 'microphone' }).then(() => true));
      assert.equal(await call.canInsertTones({ name: 'Ada' }), false);
      await assert.rejects(call.insertTones({ name: 'Ada', tones: '1' }), /telephone-event/);
    });

    it('sends tones where they are negotiated, and says so when the connection ends meanwhile', async () => {
      assert.deepEqual(await call.callByTone(), { before: false, now: true });
      assert.deepEqual(await call.dial({ tones: '1#a', options: { duration: 60, gap: 40 } }), { end: 'sent', heard: ['1', '#', 'A', ''] });
      assert.equal((await call.dial({ tones: 'x' })).end, 'invalid-argument');
      assert.equal((await call.endCallByTone({ tones: '1234567890,,,,1' })).end, 'closed');
    });

    it('says how loud what is sent is, whatever takes its place', async () => {
      // Browsers ask for a click.
      await call.page.click('h1');
      await call.listenToSilence({ name: 'Ada' });
      await until('silence', async () => (await call.level({ name: 'Ada' })) === 0);
      await call.playTone({ name: 'Ada', frequency: 440 });
      await until('the tone', async () => (await call.level({ name: 'Ada' })) > 0.5, { explain: () => call.level({ name: 'Ada' }) });
      await call.playTone({ name: 'Ada', frequency: 0 });
      await until('silence again', async () => (await call.level({ name: 'Ada' })) === 0);
      await call.stopListening({ name: 'Ada' });
    });

    it('plays later when asked to', async () => {
      const delay = async () => (await call.stats({ name: 'Bob' })).find(({ of, kind: what }) => of === 'Ada' && what === 'video').jitterBufferDelay;
      await call.playout({ ...VIEW, min: 300, max: 600 });
      const explain = () => call.stats({ name: 'Bob' });
      await until('the delay to grow', async () => (await delay()) > 200, { timeout: 30_000, explain });
      await call.playout({ ...VIEW, max: 0 });
      await until('the server to be asked', () => call.hasSaid({ name: 'Bob', words: ['"min_delay":0', '"max_delay":0'] }));
      await until('the delay to shrink', async () => (await delay()) < 100, { timeout: 30_000, explain });
    });

    it('sends SVC layers in a room that takes them', async () => {
      const publishing = { codec: 'vp9', degradationPreference: 'maintain-resolution', ...(can.svc && { scalabilityMode: 'L3T3' }) };
      for (const name of ['Gil', 'Hao']) await call.create({ name, servers: stage.janus.ws, transforms: can.svc });
      await call.join({ name: 'Gil', room: SVC_ROOM, number: 44, size: { width: 1280, height: 720 }, publishing });
      await call.join({ name: 'Hao', room: SVC_ROOM });
      await sees(call, { name: 'Hao', of: 'Gil' }, 44);
      const { codec, encodings } = await call.settings({ name: 'Gil', of: 'camera' });
      assert.equal(codec, 'vp9');
      assert.equal(encodings[0].scalabilityMode, can.svc ? 'L3T3' : undefined);
      if (can.svc) {
        await until('three layers to be sent', async () => {
          const layers = await call.transformedLayers({ name: 'Gil' });
          return [0, 1, 2].every((layer) => layers[layer] > 5);
        }, { timeout: 30_000, explain: () => call.transformedLayers({ name: 'Gil' }) });
        const view = { name: 'Hao', of: 'Gil' };
        await sees(call, view, 44, ({ width }) => width === 1280);
        // Until then Janus knows no layers of people on the same server.
        const { version } = await (await fetch(`${stage.janus.http}/info`)).json();
        for (const [spatial, expected] of version < 1104 ? [] : [[0, 320], [2, 1280], [1, 640]]) {
          await call.layers({ ...view, layers: { spatial } });
          await sees(call, view, 44, ({ width }) => width === expected);
        }
      }
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
