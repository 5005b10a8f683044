// What one publishes stays what it is, to oneself and to others, while the peer connection it goes over is made anew.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BROWSERS } from '../page/lib/browser.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const ROOM = 1234;
const AT_ADAS = { name: 'Bob', of: 'Ada' };
const CAMERA = { ...AT_ADAS, what: 'camera' };
const SCREEN = { ...AT_ADAS, what: 'screen' };
const MICROPHONE = { ...AT_ADAS, what: 'microphone' };
const CANVAS = { ...AT_ADAS, what: 'unknown' };
const ADA = { name: 'Ada' };
const PATIENCE = { timeout: 40_000 };

for (const kind of BROWSERS) {
  describe(`rebuilds: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));
    let call;
    const page = (name, argument) =>
      call.page.evaluate(async ([what, given]) => (await import('/call/rebuilds.js'))[what](given), [name, argument]);
    const act = async (...acts) => assert.deepEqual(await page('act', { ...ADA, acts }), acts.map(() => 'done'), JSON.stringify(acts));
    const show = (numbers) => page('show', numbers);

    beforeEach(async () => {
      call = await openCalls(on.browser, on.stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: on.stage.janus.ws });
      await page('listen', ADA);
      await call.join({ name: 'Bob', room: ROOM });
    });

    /** Ada with what she publishes, in this order. */
    async function publish(...sources) {
      await call.join({ ...ADA, room: ROOM });
      await show({ camera: 17, screen: 19 });
      for (const source of sources) await act([source, true]);
      if (sources.includes('camera')) await sees(call, CAMERA, 17);
      if (sources.includes('screen')) await sees(call, SCREEN, 19);
      await page('events', ADA);
      return (await page('ours', ADA)).all;
    }

    const fails = () => page('simulate', { ...ADA, trouble: 'publisher-failed' });
    const credentials = async () => (await call.credentials(ADA)).publisher;

    /** The connection that publishes is made anew. */
    async function rebuild() {
      const before = await credentials();
      await fails();
      await isRebuilt(before);
    }

    const isRebuilt = (before) => until('another connection', async () => {
      const now = await credentials();
      return now !== undefined && now !== before && (await call.connected(ADA))[0] === 'connected';
    }, PATIENCE);

    const isIn = (name, state) => until(`${name} to be ${state}`, async () => (await call.state({ name })) === state, PATIENCE);

    async function restart() {
      await on.stage.janus.kill();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'reconnecting');
      await on.stage.janus.start();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
    }

    /** What Ada publishes: the same objects, and nothing was told but this. */
    async function isTrue(all, { camera = true, microphone = true } = {}, ...told) {
      assert.deepEqual(await page('ours', ADA), { all, camera, microphone });
      assert.deepEqual((await page('events', ADA)).sort(), told.sort());
      assert.deepEqual((await page('sending', ADA)).twice, []);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    }

    const muted = (all, ...sources) => all.map((one) => (sources.some((source) => one.endsWith(source)) ? `${one} muted` : one));
    const isMuted = (view, expected) =>
      until(`${view.what} to be ${expected ? '' : 'un'}muted`, async () => (await page('isMuted', view)) === expected, PATIENCE);

    for (const [what, trouble] of [['its connection failed', rebuild], ['the server was started again', restart]]) {
      it(`a camera that was off is what it says when it is on again, although ${what} meanwhile`, async () => {
        const all = await publish('microphone', 'camera', 'screen');
        await act(['camera', false]);
        await isTrue(muted(all, 'camera'), { camera: false }, 'trackMuted camera');
        await trouble();
        await sees(call, SCREEN, 19);
        await isTrue(muted(all, 'camera'), { camera: false });
        assert.equal(await page('light'), 0);

        await show({ camera: 18 });
        await act(['camera', true]);
        await sees(call, CAMERA, 18, (seen) => !seen.muted);
        await sees(call, SCREEN, 19);
        await isTrue(all, {}, 'trackUnmuted camera');

        // Once more with everything, and then without what came in between.
        await trouble();
        await sees(call, CAMERA, 18);
        await sees(call, SCREEN, 19);
        await isTrue(all);
        await act(['unpublish', 'screen'], ['camera', false]);
        await trouble();
        await act(['camera', true], ['mute', 'microphone']);
        await sees(call, CAMERA, 18);
        await isMuted(MICROPHONE, true);
        await isTrue(muted(all.filter((one) => !one.endsWith('screen')), 'microphone'), { microphone: false },
          'localTrackUnpublished screen', 'trackMuted camera', 'trackUnmuted camera', 'trackMuted microphone');
      });
    }

    it('a camera alone that was off stays in the room, and is seen when it is on again', async () => {
      const all = await publish('camera');
      await act(['camera', false]);
      await fails();
      await isMuted(CAMERA, true);
      await show({ camera: 20 });
      await act(['camera', true]);
      await sees(call, CAMERA, 20);
      await isTrue(all, { microphone: false }, 'trackMuted camera', 'trackUnmuted camera');
    });

    it('wishes while the server is away come true when it is back', async () => {
      const all = await publish('microphone', 'camera', 'screen');
      await act(['publish', 30]);
      await act(['mute', 'unknown']);
      await page('events', ADA);
      const [canvas] = (await page('ours', ADA)).all.filter((one) => one.includes('unknown'));
      await on.stage.janus.kill();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'reconnecting');
      await page('begin', { ...ADA, acts: [['publish', 31]] });
      await act(['camera', false], ['mute', 'microphone'], ['unpublish', 'screen'], ['unmute', 'unknown']);
      assert.equal(await page('light'), 0);
      const wished = muted(all.filter((one) => !one.endsWith('screen')), 'camera', 'microphone').concat(canvas.replace(' muted', ''));
      await isTrue(wished.sort(), { camera: false, microphone: false },
        'trackMuted camera', 'trackMuted microphone', 'localTrackUnpublished screen', 'trackUnmuted unknown');
      await on.stage.janus.start();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      assert.deepEqual(await page('acted'), ['done']);
      await isMuted(MICROPHONE, true);
      await until('both canvases', async () => {
        const shown = Object.values(await call.seeAll()).flatMap((people) => people.Ada ?? []);
        return shown.filter((tile) => !tile.muted).map(({ number }) => number).sort().join() === '30,31';
      }, PATIENCE);
      assert.deepEqual(await page('events', ADA), ['localTrackPublished unknown']);
      assert.equal((await call.see(SCREEN)).published, undefined);
    });

    it('wishes in the moment a session is lost come true in the next', async () => {
      const all = await publish('microphone', 'camera', 'screen');
      await act(['mute', 'microphone']);
      await page('events', ADA);
      await page('actOnLoss', { ...ADA, acts: [
        ['unmute', 'microphone'], ['camera', false], ['replace', 'screen', 33], ['publish', 32], ['configure', 'screen', { name: 'Slides' }],
      ] });
      await page('simulate', { ...ADA, trouble: 'session-lost' });
      await until('what was wished', () => page('acted'), PATIENCE);
      assert.deepEqual(await page('acted'), ['done', 'done', 'done', 'done', 'done']);
      await sees(call, { ...AT_ADAS, what: 'Slides' }, 33);
      await sees(call, CANVAS, 32);
      await isMuted(MICROPHONE, false);
      assert.equal(await page('light'), 0);
      const { all: now } = await page('ours', ADA);
      assert.deepEqual(now.slice(0, 3), muted(all, 'camera'));
      await isTrue(now, { camera: false }, 'trackUnmuted microphone', 'trackMuted camera', 'localTrackPublished unknown');
      // One offer is made while a camera opens that may ride in it.
      await act(['camera', true], ['unpublish', 'unknown']);
      await sees(call, CAMERA, 17, (seen) => !seen.muted);
    });

    it('wishes while a connection is made anew cost nothing twice', async () => {
      const all = await publish('microphone', 'camera', 'screen');
      await act(['publish', 34]);
      await act(['camera', false]);
      await page('events', ADA);
      await page('actOnHangUp', { ...ADA, acts: [
        ['publish', 34], ['publish', 35], ['mute', 'microphone'], ['camera', true], ['unpublish', 'screen'],
      ] });
      const before = await credentials();
      await fails();
      await until('what was wished', () => page('acted'), PATIENCE);
      assert.deepEqual(await page('acted'), ['done', 'done', 'done', 'done', 'done']);
      await isRebuilt(before);
      await sees(call, CAMERA, 17, (seen) => !seen.muted);
      await isMuted(MICROPHONE, true);
      await until('the screen to be gone', async () => !(await call.see(SCREEN)).published);
      assert.equal(await page('countHangUps'), 1);
      assert.equal((await page('sending', ADA)).count, 3, 'a muted microphone is not sent');
      const now = (await page('ours', ADA)).all;
      const kept = muted(all.filter((one) => !one.endsWith('screen')), 'microphone');
      assert.deepEqual(now.filter((one) => !one.endsWith('unknown')), kept);
      await isTrue(now, { microphone: false },
        'localTrackPublished unknown', 'trackMuted microphone', 'trackUnmuted camera', 'localTrackUnpublished screen');
    });

    it('an offer that is refused is taken back, and what was there before can be changed', async () => {
      const all = await publish('microphone', 'camera');
      await page('spoilOffers', 1);
      assert.notDeepEqual(await page('act', { ...ADA, acts: [['publish', 36]] }), ['done']);
      await sees(call, CAMERA, 17);
      await isTrue(all);
      await act(['mute', 'microphone'], ['configure', 'camera', { name: 'Lectern' }]);
      await isMuted(MICROPHONE, true);
      await until('Bob to know', async () => (await call.see(CAMERA)).named === 'Lectern');

      // Nothing in it is new: it is offered again, until the server takes it.
      await page('spoilOffers', 2);
      const before = await credentials();
      await call.restartIce(ADA);
      await isRebuilt(before);
      await sees(call, CAMERA, 17);
      await isTrue(muted(all, 'microphone'), { microphone: false }, 'trackMuted microphone');
    });

    it('nothing is lost when the connection is closed in the middle of a negotiation', async () => {
      const all = await publish('microphone', 'camera', 'screen');
      const before = await credentials();
      await page('closeOnAnswer');
      await act(['unpublish', 'screen']);
      await isRebuilt(before);
      await sees(call, CAMERA, 17);
      await isTrue(all.filter((one) => !one.endsWith('screen')), {}, 'localTrackUnpublished screen');
    });

    it('a device that was chosen and is lost is not asked for again', async () => {
      await call.join({ ...ADA, room: ROOM });
      await show({ camera: 17 });
      await call.camera({ ...ADA, enabled: true, options: { deviceId: 'chosen' } });
      await sees(call, CAMERA, 17);
      await page('deny', { id: 'chosen', name: 'OverconstrainedError' });
      await page('simulate', { ...ADA, trouble: 'device-lost' });
      await isMuted(CAMERA, true);
      await show({ camera: 18 });
      await act(['unmute', 'camera']);
      await sees(call, CAMERA, 18, (seen) => !seen.muted);
      assert.deepEqual(await page('askedFor'), ['chosen', 'any']);
    });

    it('a camera that gave way to one that does not open, and does not open again, is muted', async () => {
      await publish('camera');
      await page('deny', { busy: true, name: 'NotReadableError' });
      assert.deepEqual(await page('act', { ...ADA, acts: [['switchDevice', 'camera', 'other']] }), ['NotReadableError']);
      assert.equal(await page('light'), 0);
      await isMuted(CAMERA, true);
      assert.deepEqual(await page('events', ADA), ['deviceLost camera', 'trackMuted camera']);
      await page('deny', {});
      await page('askedFor');
      await act(['unmute', 'camera']);
      await sees(call, CAMERA, 17, (seen) => !seen.muted);
      assert.deepEqual(await page('askedFor'), ['any'], 'the other one was never there');
    });

    it('a preview one joins with is switched like a camera of the room, and given back otherwise', async () => {
      await show({ camera: 21 });
      await page('joinWithPreview', { ...ADA, room: ROOM });
      await sees(call, CAMERA, 21);
      await call.leave(ADA);
      assert.deepEqual(await page('previewIsLive'), [true]);
      await page('stopPreview');

      await page('joinWithPreview', { ...ADA, room: ROOM });
      await sees(call, CAMERA, 21);
      const [only] = (await page('ours', ADA)).all;
      await show({ camera: 22 });
      await act(['switchDevice', 'camera', 'other']);
      await sees(call, CAMERA, 22);
      assert.deepEqual(await page('previewIsLive'), [false]);
      await act(['camera', false]);
      assert.equal(await page('light'), 0);
      await act(['camera', true]);
      await sees(call, CAMERA, 22, (seen) => !seen.muted);
      assert.deepEqual((await page('ours', ADA)).all, [only]);
      assert.deepEqual(await page('askedFor'), ['chosen', 'chosen', 'other', 'other']);
      await call.leave(ADA);
      assert.equal(await page('light'), 0);
    });
  });
}
