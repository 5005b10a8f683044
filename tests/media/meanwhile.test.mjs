// What people wish for while something else is under way ends as they wished, and no device stays open unseen.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { liveCaptures } from '../page/lib/media.mjs';
import { until, untilSteady } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const [ROOM, SMALL, CODECS] = [1234, 5101, 5102];
const OPEN = { name: 'Ada', source: 'camera' };
const VIEW = { name: 'Bob', of: 'Ada' };

for (const kind of BROWSERS) {
  describe(`wishes during wishes: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    const meanwhile = (name, argument) =>
      call.page.evaluate(async ([what, given]) => (await import('/call/meanwhile.js'))[what](given), [name, argument]);
    const captures = (count, what = 'video') =>
      until(`${count} captures (${what})`, async () => (await liveCaptures(call.page, what)) === count);
    const publications = async (...expected) =>
      until(`Ada to publish ${expected}`, async () => (await meanwhile('publications', { name: 'Ada' })).join() === expected.join(), {
        explain: () => meanwhile('publications', { name: 'Ada' }),
      });

    before(async () => {
      stage = await setCallStage();
      await createRoom(stage.janus, SMALL, { publishers: 1 });
      await createRoom(stage.janus, CODECS, { videocodec: 'vp8,vp9' });
      browser = await launch(kind, { devices: kind === 'chromium' ? 3 : true });
      call = await openCalls(browser, stage.site);
    });

    beforeEach(async () => {
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws });
      await call.join({ name: 'Bob', room: ROOM });
    });

    afterEach(async () => {
      await meanwhile('answerPrompts');
      for (const name of ['Ada', 'Bob']) await call.leave({ name });
      await captures(0);
      await captures(0, 'audio');
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    it('a track that is replaced while it is muted stays muted, and is the new one when it is unmuted', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await sees(call, VIEW, 17);
      await call.mute({ name: 'Ada', of: 'camera' });
      await until('Bob to know', async () => (await call.see(VIEW)).muted);
      const bytes = await untilSteady('the bytes', async () => (await call.received(VIEW)).bytes, 500);
      assert.equal(await meanwhile('replaceMuted', { ...OPEN, number: 42 }), 'done');
      await publications('camera muted');
      assert.ok((await call.received(VIEW)).bytes - bytes < 5_000, 'nothing is sent');
      await call.unmute({ name: 'Ada', of: 'camera' });
      await sees(call, VIEW, 42, ({ muted }) => !muted);
    });

    it('a camera that opens for what was unpublished meanwhile is closed', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      await call.camera({ name: 'Ada', enabled: true });
      await call.mute({ name: 'Ada', of: 'camera', release: true });
      await captures(0);
      await meanwhile('keepPrompts');
      await meanwhile('beginUnmute', OPEN);
      await until('the question', async () => (await meanwhile('openPrompts')) === 1);
      await meanwhile('unpublishSource', OPEN);
      await meanwhile('answerPrompts');
      assert.deepEqual(await meanwhile('result', 'unmute'), ['aborted']);
      await captures(0);
      await publications();
    });

    it('switched off while joining still asks: the camera stays off; switched on: one question is enough', async () => {
      await meanwhile('keepPrompts');
      await call.join({ name: 'Ada', room: ROOM, options: { camera: true } });
      await until('the question', async () => (await meanwhile('openPrompts')) === 1);
      await meanwhile('beginCamera', { name: 'Ada', enabled: true });
      await meanwhile('beginCamera', { name: 'Ada', enabled: false });
      await meanwhile('answerPrompts');
      assert.deepEqual(await meanwhile('result', 'camera'), ['done']);
      await captures(0);
      assert.equal(await meanwhile('askedOften'), 1);

      await call.leave({ name: 'Ada' });
      await meanwhile('keepPrompts');
      await call.join({ name: 'Ada', room: ROOM, options: { camera: true } });
      await until('the question', async () => (await meanwhile('openPrompts')) === 1);
      await meanwhile('beginCamera', { name: 'Ada', enabled: true });
      await meanwhile('answerPrompts');
      assert.deepEqual(await meanwhile('result', 'camera'), ['done']);
      await publications('camera');
      await captures(1);
      assert.equal(await meanwhile('askedOften'), 1);
    });

    it('a camera that is wanted no more is off at once, however long the question stays open', async () => {
      await meanwhile('keepPrompts');
      await call.join({ name: 'Ada', room: ROOM, options: { camera: true } });
      await until('the question', async () => (await meanwhile('openPrompts')) === 1);
      await call.camera({ name: 'Ada', enabled: false });
      assert.equal(await meanwhile('openPrompts'), 1);
      await meanwhile('answerPrompts');
      // It may be there, closed, when the answer comes, and is opened in its place.
      await captures(0);
      await call.camera({ name: 'Ada', enabled: true });
      await publications('camera');
      await captures(1);
    });

    it('who brings a camera and a microphone gets no second, and all cameras go off together', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17, options: { camera: true, microphone: true } });
      await publications('camera', 'microphone');
      await captures(0);
      await captures(1, 'audio');
      await call.publish({ name: 'Ada', number: 39, source: 'camera' });
      await publications('camera', 'camera', 'microphone');
      await call.camera({ name: 'Ada', enabled: false });
      await publications('camera muted', 'camera muted', 'microphone');
      await until('Bob to know', async () => (await call.seeAll()).Bob.Ada.every(({ muted }) => muted));
      await assert.rejects(call.configure({ name: 'Ada', of: 'camera', source: 'screen' }), /source/);
    });

    it('leaving ends what waits: for an answer, and for a browser that never comes back', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      await meanwhile('keepPrompts');
      await meanwhile('beginCamera', { name: 'Ada', enabled: true });
      await until('the question', async () => (await meanwhile('openPrompts')) === 1);
      await call.leave({ name: 'Ada' });
      assert.deepEqual(await meanwhile('result', 'camera'), ['aborted']);

      // The question is still open, and in nobody's way.
      await call.join({ name: 'Ada', room: ROOM });
      await meanwhile('beginCamera', { name: 'Ada', enabled: true });
      await until('the second question', async () => (await meanwhile('openPrompts')) === 2);
      await meanwhile('answerPrompts');
      assert.deepEqual(await meanwhile('result', 'camera'), ['done']);
      await captures(1);

      await call.mute({ name: 'Ada', of: 'camera', release: true });
      await publications('camera muted');
      assert.equal(await meanwhile('leaveWhileReplacing', OPEN), 'aborted');
      await captures(0);
    });

    it('a device is closed that the browser will not send', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      assert.deepEqual(await meanwhile('refuseSenders', { name: 'Ada' }), { switched: 'TypeError', errors: [] });
      await captures(0);
      await call.camera({ name: 'Ada', enabled: true });
      await publications('camera');
    });

    it('a full room: what is published rejects, devices are closed, and later there is room', async () => {
      await call.leave({ name: 'Bob' });
      await call.join({ name: 'Bob', room: SMALL, number: 5 });
      await call.join({ name: 'Ada', room: SMALL });
      await sees(call, { name: 'Ada', of: 'Bob' }, 5);
      assert.equal(await meanwhile('publishOutcome', { name: 'Ada', number: 9 }), 'room-full');
      assert.deepEqual(await meanwhile('cameraInVain', { name: 'Ada' }), { on: 'room-full', off: 'done' });
      await captures(0);
      await call.leave({ name: 'Ada' });
      assert.deepEqual(await meanwhile('joinInVain', { name: 'Ada', room: SMALL }), ['camera', 'room-full']);
      await captures(0);
      await sees(call, { name: 'Ada', of: 'Bob' }, 5);
      await publications();
      await call.unpublish({ name: 'Bob', of: 'camera' });
      await call.leave({ name: 'Bob' });
      assert.equal(await meanwhile('publishOutcome', { name: 'Ada', number: 9 }), 'done');
      await publications('unknown');
    });

    it('a track that has ended is refused at each door', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await sees(call, VIEW, 17);
      const { all, state } = await meanwhile('giveEnded', { ...OPEN, room: ROOM, server: stage.janus.ws });
      assert.deepEqual([...all, state], ['invalid-argument', 'invalid-argument', 'invalid-argument', 'disconnected']);
      await sees(call, VIEW, 17);
    });

    it("a page's own track is no camera unless the page says so", async () => {
      await call.join({ name: 'Ada', room: ROOM });
      assert.equal(await meanwhile('publishCanvas', { name: 'Ada', number: 3 }), 'unknown');
      await call.camera({ name: 'Ada', enabled: true });
      await publications('camera', 'unknown');
      await call.camera({ name: 'Ada', enabled: false });
      await publications('camera muted', 'unknown');
    });

    it('a track of the page in the place of the camera is not stopped when the camera is switched off', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      await call.camera({ name: 'Ada', enabled: true });
      assert.equal(await meanwhile('offWithOwnTrack', { name: 'Ada', number: 21 }), 'live');
      await sees(call, VIEW, 21);
    });

    it('other wishes do not swallow a replaced track, and each hears of its own failure', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await publications('camera');
      assert.deepEqual(await meanwhile('wishes', { ...OPEN, number: 30 }), ['done', 'done', 'done']);
      await sees(call, VIEW, 30, ({ muted }) => !muted);
      await call.microphone({ name: 'Ada', enabled: true });
      const [failed, muted] = await meanwhile('badDeviceAndMute', { name: 'Ada', source: 'microphone' });
      assert.match(failed, /OverconstrainedError|NotFoundError/);
      assert.equal(muted, 'done');
      await publications('camera', 'microphone muted');
    });

    it('what is configured at once is all kept, what the browser refuses is not', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await publications('camera');
      const { done, options, named } = await meanwhile('configureTwice', OPEN);
      assert.deepEqual([done, options.maxBitrate, options.name, named], [['done', 'done'], 300_000, 'Lectern', 'Lectern']);
      await until('Bob to know', async () => (await call.see(VIEW)).named === 'Lectern');
      assert.deepEqual(await meanwhile('configureInVain', OPEN), { done: 'OperationError', maxBitrate: 300_000 });
    });

    it("what the browser makes no m-line for is sent as before, and in nobody's way", async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await sees(call, VIEW, 17);
      const before = await meanwhile('sentAs', OPEN);
      const lines = await call.lines({ name: 'Ada' });
      assert.deepEqual(await meanwhile('sendAnewInVain', OPEN), { done: 'OperationError', ...before });
      await call.publish({ name: 'Ada', number: 5, source: 'unknown' });
      await sees(call, { ...VIEW, what: 'unknown' }, 5);
      await sees(call, VIEW, 17, ({ muted }) => !muted);
      assert.equal(await call.lines({ name: 'Ada' }), lines + 1);
      await publications('camera', 'unknown');
      // Another picture, and not the last one of before.
      await call.replace({ name: 'Ada', of: 'camera', number: 44 });
      await sees(call, VIEW, 44);
    });

    it('what the server refuses is called as before', async () => {
      await call.create({ name: 'Ada', servers: stage.janus.ws, wire: true });
      await call.join({ name: 'Ada', room: ROOM });
      await call.microphone({ name: 'Ada', enabled: true });
      await publications('microphone');
      await meanwhile('rename', { name: 'Ada', source: 'microphone', called: 'Desk' });
      await until('the server to be told', () => call.hasSaid({ name: 'Ada', words: ['microphone: Desk'] }));
      const options = { name: 'Lectern', dtx: true };
      const refused = await meanwhile('configureRefused', { name: 'Ada', source: 'microphone', options });
      assert.deepEqual([refused.wished, ...refused.told], ['Lectern', 'unknown-error', 'Desk']);
      assert.deepEqual([refused.options.name, refused.options.dtx], ['Desk', undefined]);
      await publications('microphone');
    });

    it('another codec, layers, and what Opus does hold at once', async () => {
      await call.leave({ name: 'Bob' });
      await call.join({ name: 'Bob', room: CODECS });
      await call.join({ name: 'Ada', room: CODECS, number: 18, size: { width: 1280, height: 720 } });
      await sees(call, VIEW, 18);
      const codec = async () => (await call.settings({ name: 'Ada', of: 'camera' })).codec;
      const before = await codec();
      const other = before === 'vp8' ? 'vp9' : 'vp8';
      await call.configure({ name: 'Ada', of: 'camera', codec: other });
      await until(`it to be sent as ${other}`, async () => (await codec()) === other);
      await sees(call, VIEW, 18);
      await call.configure({ name: 'Ada', of: 'camera', simulcast: true, codec: 'vp8' });
      await until('three layers', async () => (await call.settings({ name: 'Ada', of: 'camera' })).encodings.length === 3);
      await sees(call, VIEW, 18);
      await publications('camera');
      assert.equal((await meanwhile('publications', { name: 'Ada' })).length, 1);

      await call.microphone({ name: 'Ada', enabled: true });
      await publications('camera', 'microphone');
      await call.configure({ name: 'Ada', of: 'microphone', dtx: true });
      await until('Opus to be told', async () =>
        (await call.settings({ name: 'Ada', of: 'microphone' })).codecParameters?.includes('usedtx=1'));
    });

    it('a publication can be taken back before the server has it', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      assert.equal(await meanwhile('publishAndTakeBack', { name: 'Ada', number: 8 }), 'aborted');
      await publications();
      assert.equal(await meanwhile('publishOutcome', { name: 'Ada', number: 9 }), 'done');
    });

    it('what was taken back before the server had it can be published again at once, and later', async () => {
      const again = { name: 'Ada', of: 'unknown' };
      const inStep = async (number) => {
        await sees(call, { ...VIEW, what: 'unknown' }, number);
        assert.deepEqual(await meanwhile('mids', { name: 'Ada' }), await meanwhile('mids', { name: 'Bob', of: 'Ada' }));
        await call.unpublish(again);
        await until('it to be gone', async () => !(await call.see({ ...VIEW, what: 'unknown' })).published);
      };
      await call.join({ name: 'Ada', room: ROOM });
      for (const [number, later] of [[6, 0], [7, 0], [8, 300]]) {
        assert.deepEqual(await meanwhile('publishAgain', { name: 'Ada', number, later }), ['aborted', 'done']);
        await inStep(number);
      }
      await call.publish({ name: 'Ada', number: 17, source: 'camera' });
      await sees(call, VIEW, 17);
      for (const [number, later] of [[9, 0], [10, 300]]) {
        assert.deepEqual(await meanwhile('publishAgain', { name: 'Ada', number, later }), ['aborted', 'done']);
        await inStep(number);
      }
      await call.mute({ name: 'Ada', of: 'camera' });
      await meanwhile('replaceMuted', { ...OPEN, number: 42 });
      for (const [number, later] of [[11, 0], [12, 300]]) {
        assert.deepEqual(await meanwhile('publishAgain', { name: 'Ada', number, later }), ['aborted', 'done']);
        await inStep(number);
      }
      await call.unmute({ name: 'Ada', of: 'camera' });
      await sees(call, VIEW, 42, ({ muted }) => !muted);
    });

    it('an m-line that is free can be used again while an offer is made that says it is free', async () => {
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.publish({ name: 'Ada', number: 5, source: 'unknown' });
      await sees(call, { ...VIEW, what: 'unknown' }, 5);
      const lines = await call.lines({ name: 'Ada' });
      await call.unpublish({ name: 'Ada', of: 'unknown' });
      assert.equal(await meanwhile('publishOutcome', { name: 'Ada', number: 7 }), 'done');
      await sees(call, { ...VIEW, what: 'unknown' }, 7);
      await call.unpublish({ name: 'Ada', of: 'unknown' });
      await until('it to be gone', async () => !(await call.see({ ...VIEW, what: 'unknown' })).published);
      assert.deepEqual(await meanwhile('offerAndPublish', { name: 'Ada', number: 8 }), ['done', 'done']);
      await sees(call, { ...VIEW, what: 'unknown' }, 8);
      assert.ok((await call.lines({ name: 'Ada' })) <= lines + 1);
    });

    it('what is wished of a stream that ended is not wished of the next', async () => {
      await meanwhile('letGoOfWhatEnds', { name: 'Bob' });
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await sees(call, VIEW, 17);
      await call.unpublish({ name: 'Ada', of: 'camera' });
      await until('it to be gone', async () => !(await call.see(VIEW)).published);
      await call.publish({ name: 'Ada', number: 18, source: 'camera' });
      await sees(call, VIEW, 18);
    });

    it('data goes through whose channel is opened while an answer is applied', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      assert.deepEqual(await meanwhile('sendWhileApplying', { name: 'Ada', number: 12 }), ['done', 'done']);
      await sees(call, VIEW, 12);
      await until('data to come', async () => {
        await call.send({ name: 'Ada', data: 'again' });
        return (await call.data({ name: 'Bob' })).some(({ from }) => from === 'Ada');
      });
    });

    it('other ways are looked for while the first comes up, and pictures come all the same', async () => {
      await call.leave({ name: 'Bob' });
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await publications('camera');
      const connections = () => call.page.evaluate(() => globalThis.__witness.connections().length);
      const before = await connections();
      await meanwhile('joinAndRestart', { name: 'Bob', room: ROOM });
      await sees(call, VIEW, 17);
      assert.equal(await connections(), before + 1, 'it was made anew');
    });

    it('a camera that is off does not take a device that is not there', async () => {
      await call.join({ name: 'Ada', room: ROOM });
      await call.camera({ name: 'Ada', enabled: true });
      await call.camera({ name: 'Ada', enabled: false });
      assert.equal(await meanwhile('switchTo', { ...OPEN, deviceId: 'there is no such device' }), 'NotFoundError');
      await call.camera({ name: 'Ada', enabled: true });
      await captures(1);
    });

    if (kind === 'chromium') {
      it('another device: for a microphone that is muted, and for a camera that is on', async () => {
        await call.join({ name: 'Ada', room: ROOM });
        await call.microphone({ name: 'Ada', enabled: true });
        await call.microphone({ name: 'Ada', enabled: false });
        const microphone = (await meanwhile('deviceIds', 'audioinput')).at(-1);
        assert.equal(await meanwhile('switchTo', { name: 'Ada', source: 'microphone', deviceId: microphone }), 'done');
        await publications('microphone muted');
        await call.microphone({ name: 'Ada', enabled: true });
        assert.deepEqual(await meanwhile('captured', { name: 'Ada', source: 'microphone' }), { deviceId: microphone, live: true });
        await captures(1, 'audio');

        await call.camera({ name: 'Ada', enabled: true });
        const camera = (await meanwhile('deviceIds', 'videoinput')).at(-1);
        await call.camera({ name: 'Ada', enabled: true, options: { deviceId: camera } });
        assert.deepEqual(await meanwhile('captured', OPEN), { deviceId: camera, live: true });
        await captures(1);
      });
    }
  });
}
