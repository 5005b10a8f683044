// Publishing as people do it: tracks come, go, are replaced and muted, and everybody sees the right picture.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { liveCaptures } from '../page/lib/media.mjs';
import { load, nothingLeft } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const LONG = Boolean(process.env.JANUS_WASM_LONG);
const CYCLES = LONG ? 500 : 100;
const WARM = LONG ? 100 : 10;
/** What waits to be collected is collected so often. */
const COLLECTED = 10;
/**
 * WebAssembly memory grows by pages of 64 kB. Two may still come in Chromium within a hundred rounds, for what waits to be
 * collected there; what is left of each round, be it 2,200 bytes, makes three. After those not one more.
 */
const MOST_BYTES = LONG ? 0 : 2 * 65_536;
/** Tables grow by so many places, for what waits to be collected. */
const STEP_PLACES = 256;
const ROOM = 1234;
const VIEW = { name: 'Bob', of: 'Ada', what: 'Studio' };

for (const kind of BROWSERS) {
  describe(`publishing: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setCallStage();
      browser = await launch(kind, { devices: kind === 'chromium' ? 3 : true, collects: true });
      call = await openCalls(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws });
      await call.join({ name: 'Ada', room: ROOM, number: 17, publishing: { name: 'Studio', source: 'screen' } });
      await call.join({ name: 'Bob', room: ROOM });
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    it('shows a track with its name', async () => {
      await sees(call, VIEW, 17, ({ named }) => named === 'Studio');
    });

    it('replaces a track without a negotiation', async () => {
      const before = [await call.descriptions({ name: 'Ada' }), await call.descriptions({ name: 'Bob' })];
      await call.replace({ name: 'Ada', of: 'Studio', number: 42 });
      await sees(call, VIEW, 42);
      assert.deepEqual([await call.descriptions({ name: 'Ada' }), await call.descriptions({ name: 'Bob' })], before);
    });

    it('mutes a track that stays open, and unmutes it', async () => {
      await call.mute({ name: 'Ada', of: 'Studio' });
      await until('Bob to know', async () => (await call.see(VIEW)).muted);
      const silent = async () => {
        const { frames } = await call.received(VIEW);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await call.received(VIEW)).frames === frames;
      };
      await until('the pictures to stop', silent);
      await call.unmute({ name: 'Ada', of: 'Studio' });
      await sees(call, VIEW, 42, ({ muted }) => !muted);
    });

    it('takes the last of many quick wishes', async () => {
      await Promise.all([true, false, true, false, true, false].map((mute) =>
        (mute ? call.mute : call.unmute)({ name: 'Ada', of: 'Studio' })));
      await sees(call, VIEW, 42, ({ muted }) => !muted);
    });

    it('publishes several pictures, and uses an m-line again', async () => {
      const mid = await call.publish({ name: 'Ada', number: 5, source: 'unknown' });
      const board = { ...VIEW, what: 'unknown' };
      await sees(call, board, 5);
      await sees(call, VIEW, 42);
      await call.unpublish({ name: 'Ada', of: 'unknown' });
      await until('it to be gone', async () => !(await call.see(board)).published);
      const lines = await call.lines({ name: 'Ada' });
      assert.equal(await call.publish({ name: 'Ada', number: 6, source: 'unknown' }), mid);
      assert.equal(await call.lines({ name: 'Ada' }), lines);
      await sees(call, board, 6);
      await call.unpublish({ name: 'Ada', of: 'unknown' });
    });

    it('changes how a track is sent, and says what is in force', async () => {
      const wishes = { maxBitrate: 90_000, maxFrameRate: 12, priority: 'high', degradationPreference: 'maintain-resolution' };
      await call.configure({ name: 'Ada', of: 'Studio', contentHint: 'detail', ...wishes });
      const { encodings, contentHint, codec, degradationPreference } = await call.settings({ name: 'Ada', of: 'Studio' });
      assert.equal(codec, 'vp8');
      const [{ maxBitrate, maxFramerate, priority, networkPriority }] = encodings;
      assert.deepEqual([maxBitrate, maxFramerate, priority], [90_000, 12, 'high']);
      assert.equal(degradationPreference, 'maintain-resolution');
      // Firefox does not have it.
      assert.equal(networkPriority, kind === 'chromium' ? 'high' : undefined);
      // Firefox has no content hints.
      assert.equal(contentHint, kind === 'chromium' ? 'detail' : undefined);
    });

    it('lifts what is wished no longer, and what was wished of another on the same m-line', async () => {
      const inForce = async (of) => {
        const { encodings: [{ maxFramerate, maxBitrate, priority }], ...rest } = await call.settings({ name: 'Ada', of });
        const { degradationPreference, contentHint } = rest;
        return { maxFramerate, maxBitrate, priority, degradationPreference, contentHint };
      };
      const limits = { maxBitrate: 70_000, maxFrameRate: 7, priority: 'high', degradationPreference: 'maintain-resolution', contentHint: 'text' };
      const plain = { number: 11, name: 'Ada', source: 'unknown' };
      const mid = await call.publish(plain);
      const free = await inForce('unknown');
      assert.equal(free.maxFramerate, undefined);
      await call.configure({ name: 'Ada', of: 'unknown', ...limits });
      assert.equal((await inForce('unknown')).maxFramerate, 7);
      // What is `null` is left out.
      const none = Object.fromEntries(Object.keys(limits).map((limit) => [limit, null]));
      await call.configure({ name: 'Ada', of: 'unknown', ...none });
      assert.deepEqual(await inForce('unknown'), free);
      await call.configure({ name: 'Ada', of: 'unknown', ...limits });
      await call.unpublish({ name: 'Ada', of: 'unknown' });
      assert.equal(await call.publish({ ...plain, number: 12 }), mid);
      await until('its own limits', async () => JSON.stringify(await inForce('unknown')) === JSON.stringify(free), { explain: () => inForce('unknown') });
      await sees(call, { ...VIEW, what: 'unknown' }, 12);
      await call.unpublish({ name: 'Ada', of: 'unknown' });
    });

    it('says what Opus is to do', async () => {
      await call.microphone({ name: 'Ada', enabled: true });
      await call.configure({ name: 'Ada', of: 'microphone', dtx: true, stereo: true, maxBitrate: 40_000 });
      await until('Opus to be told', async () => {
        const { codecParameters } = await call.settings({ name: 'Ada', of: 'microphone' });
        return ['usedtx=1', 'stereo=1', 'maxaveragebitrate=40000'].every((one) => codecParameters?.includes(one));
      }, { explain: () => call.settings({ name: 'Ada', of: 'microphone' }) });
    });

    it('prefers a codec, and takes another where the room refuses it', async () => {
      // The demo room has VP8 alone.
      await call.publish({ name: 'Ada', number: 9, source: 'unknown', codec: 'vp9' });
      await sees(call, { ...VIEW, what: 'unknown' }, 9);
      assert.equal((await call.settings({ name: 'Ada', of: 'unknown' })).codec, 'vp8');
      await call.unpublish({ name: 'Ada', of: 'unknown' });
    });

    it('switches a device, keeps the old one if that fails, and closes it when muted so', async () => {
      await call.camera({ name: 'Ada', enabled: true, options: { width: 320, height: 180 } });
      const lens = { ...VIEW, what: 'camera' };
      await until('the camera to be seen', async () => (await call.see(lens)).width > 0);
      const track = await call.trackCount({ name: 'Bob' });
      await assert.rejects(call.switchDevice({ name: 'Ada', of: 'camera', deviceId: 'there is no such device' }));
      assert.equal(await call.trackCount({ name: 'Bob' }), track);
      const devices = await call.page.evaluate(async () =>
        (await navigator.mediaDevices.enumerateDevices()).filter(({ kind: what }) => what === 'videoinput').map(({ deviceId }) => deviceId));
      await call.switchDevice({ name: 'Ada', of: 'camera', deviceId: devices.at(-1) });
      assert.equal((await call.settings({ name: 'Ada', of: 'camera' })).capture.deviceId, devices.at(-1));
      await call.mute({ name: 'Ada', of: 'camera', release: true });
      await until('the camera to be let go', async () => (await liveCaptures(call.page, 'video')) === 0);
      await call.unmute({ name: 'Ada', of: 'camera' });
      await until('the camera to be seen again', async () => !(await call.see(lens)).muted);
    });

    async function left() {
      await call.collect();
      const [lines, held] = [await call.lines({ name: 'Ada' }), await call.held()];
      return { lines, open: held.open, tracks: await call.liveTracks(), held, server: await load(stage.janus), memory: await call.memory() };
    }

    it('leaves nothing behind after many rounds', async (t) => {
      const began = performance.now();
      let warm;
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        await call.publish({ name: 'Ada', number: 50 + (cycle % 20), source: 'unknown' });
        await until('it to be seen', async () => (await call.see({ ...VIEW, what: 'unknown' })).published);
        await call.unpublish({ name: 'Ada', of: 'unknown' });
        await until('it to be gone', async () => !(await call.see({ ...VIEW, what: 'unknown' })).published);
        if (cycle % COLLECTED === 0) await call.collect();
        if (cycle === WARM) warm = await left();
      }
      const { memory: before, held: { places: few }, ...counts } = warm;
      const { memory, held: { places }, ...now } = await left();
      t.diagnostic(`${CYCLES} rounds: ${((performance.now() - began) / 1000).toFixed(0)} s; memory ${before}, then ${memory}`);
      assert.deepEqual(now, counts);
      assert.ok(places[0] - few[0] <= STEP_PLACES, `${places[0] - few[0]} places more for objects in WebAssembly`);
      const grown = memory - before;
      assert.ok(grown <= MOST_BYTES, `${grown} bytes more of WebAssembly memory`);
    });

    it('closes everything on leaving', async () => {
      await call.leave({ name: 'Ada' });
      await call.leave({ name: 'Bob' });
      await nothingLeft(stage.janus);
      await until('the devices to be let go', async () => (await liveCaptures(call.page, 'video')) === 0);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
