// Whoever leaves while the browser asks for a device is gone, and whoever wants it no longer does not wait for the answer:
// what is given then is closed, and published by nobody.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';

const ROOM = 1234;
const DEVICES = { camera: true, microphone: true };

/** In the page: each question stays open until `__answer(number)`, counted from 0. What was given is kept. */
function askInVain() {
  const answers = [];
  globalThis.__given = [];
  globalThis.__answer = (number) => answers[number]();
  globalThis.__asked = () => answers.length;
  const ask = async (constraints) => {
    const number = answers.length;
    await new Promise((resolve) => answers.push(resolve));
    const stream = await globalThis.__witness.paintedDevices(constraints);
    globalThis.__given[number] = stream.getTracks();
    return stream;
  };
  Object.assign(MediaDevices.prototype, { getUserMedia: ask, getDisplayMedia: ask });
}

for (const kind of BROWSERS) {
  describe(`a question that is open: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage());
    let call;

    /** Bob is there, and Ada comes, is asked, and is in the room meanwhile. */
    async function meet() {
      call = await openCalls(on.browser, on.stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: on.stage.janus.ws });
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      await call.page.evaluate(askInVain);
      await call.join({ name: 'Ada', room: ROOM, options: DEVICES });
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      await isAsked(1);
    }

    const isAsked = (times) => until(`${times} questions`, async () => (await call.page.evaluate(() => globalThis.__asked())) === times);

    async function answer(number) {
      await call.page.evaluate((which) => globalThis.__answer(which), number);
    }

    /** Waits until what an answer brought is closed, or open. */
    const given = (number, state, kinds = ['audio', 'video']) => until(`what answer ${number} brought to be ${state}`, () =>
      call.page.evaluate(([which, wanted, meant]) => {
        const tracks = (globalThis.__given[which] ?? []).filter(({ kind }) => meant.includes(kind));
        return tracks.length === meant.length && tracks.every(({ readyState }) => readyState === wanted);
      }, [number, state, kinds]));

    /** Camera and microphone are published, once, and come. */
    async function isPublished() {
      await until('Bob to see Ada', async () =>
        (await call.see({ name: 'Bob', of: 'Ada' })).width > 0 && (await call.received({ name: 'Bob', of: 'Ada' })).frames > 0);
      assert.deepEqual(await call.sources({ name: 'Ada' }), ['camera/video', 'microphone/audio']);
    }

    /** The same, allowed and seen. */
    async function meetOnAir() {
      await meet();
      await answer(0);
      await isPublished();
    }

    /** What Bob knows so far; what both were told until now is forgotten. */
    async function logNow() {
      for (const name of ['Ada', 'Bob']) await call.told({ name });
      return call.log({ name: 'Bob' });
    }

    /** Bob sees something that came after, and of her devices nothing came before that, which `log` ends with. */
    async function isUnseen(log = []) {
      const mark = { name: 'Ada', of: 'screen' };
      await call.publish({ name: 'Ada', number: 44, source: 'screen' });
      await sees(call, { name: 'Bob', of: 'Ada', what: 'screen' }, 44);
      await call.unpublish(mark);
      const ofDevices = (lines) => lines.filter((line) => /Ada.(camera|microphone)/.test(line));
      assert.deepEqual(ofDevices(await call.log({ name: 'Bob' })), ofDevices(log));
      for (const name of ['Ada', 'Bob']) {
        const told = await call.told({ name });
        assert.deepEqual(told.filter((line) => /(camera|microphone) unmuted/.test(line)), []);
      }
    }

    /** Nothing went wrong, or was told of who is gone. */
    async function isContent() {
      for (const name of ['Ada', 'Bob']) {
        assert.deepEqual(await call.contradictions({ name }), []);
        assert.equal((await call.log({ name })).some((line) => line.startsWith('!')), false);
      }
      assert.deepEqual(await call.page.evaluate(() => globalThis.__witness.errors), []);
    }

    it('and answered after leaving: devices are closed, and nothing is published', async () => {
      await meet();
      await call.leave({ name: 'Ada' });
      await answer(0);
      await given(0, 'ended');
      assert.equal(await call.state({ name: 'Ada' }), 'disconnected');
      assert.deepEqual(await call.sources({ name: 'Ada' }), []);
      await until('Ada to be gone', async () => !(await call.see({ name: 'Bob', of: 'Ada' })).there);
      await isContent();
    });

    it('by joining, and devices are to be off before it is answered: they are, at once, and nobody sees or hears any', async () => {
      await meet();
      for (const device of ['camera', 'microphone']) await call[device]({ name: 'Ada', enabled: false });
      await answer(0);
      await given(0, 'ended');
      assert.deepEqual(await call.sources({ name: 'Ada' }), []);
      await isUnseen();
      // Whoever wants it again is asked again.
      for (const [number, device] of [[1, 'camera'], [2, 'microphone']]) {
        const on = call[device]({ name: 'Ada', enabled: true });
        await isAsked(number + 1);
        await answer(number);
        await on;
      }
      await isPublished();
      await isContent();
    });

    it('for a camera that was on before, and is to be off: it is at once, and stays so', async () => {
      await meetOnAir();
      await call.camera({ name: 'Ada', enabled: false });
      const on = call.camera({ name: 'Ada', enabled: true });
      await isAsked(2);
      const log = await logNow();
      await call.camera({ name: 'Ada', enabled: false });
      await answer(1);
      await given(1, 'ended', ['video']);
      await on;
      await isUnseen(log);
      await isContent();
    });

    it('for a camera that is unmuted by itself, and is to be off: it stays so', async () => {
      await meetOnAir();
      await call.camera({ name: 'Ada', enabled: false });
      const on = call.unmute({ name: 'Ada', of: 'camera' });
      await isAsked(2);
      const log = await logNow();
      await call.camera({ name: 'Ada', enabled: false });
      await answer(1);
      await given(1, 'ended', ['video']);
      await on;
      await isUnseen(log);
      await isContent();
    });

    it('for another camera, and none is to be on: the one there was is off at once, and neither is on', async () => {
      await meetOnAir();
      const other = call.camera({ name: 'Ada', enabled: true, options: { deviceId: 'another' } });
      await isAsked(2);
      await call.camera({ name: 'Ada', enabled: false });
      await given(0, 'ended', ['video']);
      const log = await logNow();
      await answer(1);
      await given(1, 'ended', ['video']);
      await other;
      await isUnseen(log);
      const on = call.camera({ name: 'Ada', enabled: true });
      await isAsked(3);
      await answer(2);
      await on;
      await isPublished();
      await isContent();
    });

    it('for a camera that is to be off, and on again: one answer is enough', async () => {
      await meetOnAir();
      await call.camera({ name: 'Ada', enabled: false });
      const first = call.camera({ name: 'Ada', enabled: true });
      await isAsked(2);
      await call.camera({ name: 'Ada', enabled: false });
      const last = call.camera({ name: 'Ada', enabled: true });
      // Takes the same way: it was wished by then.
      await call.state({ name: 'Ada' });
      await answer(1);
      await Promise.all([first, last]);
      await given(1, 'live', ['video']);
      await isPublished();
      await isAsked(2);
      await isContent();
    });

    it('for another camera, and in the same breath none is to be on: the one there was is off at once', async () => {
      await meetOnAir();
      const other = call.camera({ name: 'Ada', enabled: true, options: { deviceId: 'another' } });
      await call.camera({ name: 'Ada', enabled: false });
      await given(0, 'ended', ['video']);
      await isAsked(2);
      const log = await logNow();
      await answer(1);
      await given(1, 'ended', ['video']);
      await other;
      await isUnseen(log);
      await isContent();
    });

    it('for another microphone, and the publication is muted meanwhile: it stays so', async () => {
      await meetOnAir();
      const other = call.microphone({ name: 'Ada', enabled: true, options: { deviceId: 'another' } });
      await isAsked(2);
      await call.mute({ name: 'Ada', of: 'microphone' });
      const log = await logNow();
      await answer(1);
      await other;
      await given(1, 'live', ['audio']);
      await isUnseen(log);
      await isContent();
    });

    it('which screen to share, and none is to be any longer, but what the page brings: that stays', async () => {
      await meetOnAir();
      const first = call.screen({ name: 'Ada', enabled: true });
      await isAsked(2);
      await call.screen({ name: 'Ada', enabled: false });
      await call.publish({ name: 'Ada', number: 45, source: 'screen' });
      const brought = { name: 'Bob', of: 'Ada', what: 'screen' };
      await sees(call, brought, 45);
      await answer(1);
      await given(1, 'ended');
      await first;
      await sees(call, brought, 45);
      await isContent();
    });

    it('which screen to share, and none is to be any longer: it is at once, and none is; the last wish counts', async () => {
      await meetOnAir();
      const share = (enabled) => call.screen({ name: 'Ada', enabled });
      let first = share(true);
      await isAsked(2);
      await share(false);
      await answer(1);
      await given(1, 'ended');
      await first;
      assert.deepEqual(await call.sources({ name: 'Ada' }), ['camera/video', 'microphone/audio']);
      first = share(true);
      await isAsked(3);
      await share(false);
      const last = share(true);
      // Takes the same way: it was wished by then.
      await call.state({ name: 'Ada' });
      await answer(2);
      await Promise.all([first, last]);
      assert.ok((await call.sources({ name: 'Ada' })).includes('screen/video'));
      await isAsked(3);
      await isContent();
    });

    for (const [what, first, second] of [['in turn', 0, 1], ['the other way round', 1, 0]]) {
      it(`and asked again by joining again, and both answered ${what}: one camera is published`, async () => {
        await meet();
        await call.leave({ name: 'Ada' });
        await call.join({ name: 'Ada', room: ROOM, options: DEVICES });
        await isAsked(2);
        for (const number of [first, second]) {
          await answer(number);
          await given(number, number === 1 ? 'live' : 'ended');
          if (number === 0 && first === 0) assert.deepEqual(await call.sources({ name: 'Ada' }), []);
        }
        await given(1, 'live');
        await isPublished();
        await isContent();
      });
    }
  });
}
