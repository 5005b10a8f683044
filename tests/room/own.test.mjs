// What the page brings is the page's: it is shown, shared and given back as the page has it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROWSERS } from '../page/lib/browser.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;

for (const kind of BROWSERS) {
  describe(`the page's own tracks: ${kind}`, () => {
    const on = onStage(kind, () => setSupportStage());
    let call;

    async function meet(...names) {
      call = await openSupport(on.browser, on.stage.site);
      for (const name of names) await call.create({ name, servers: on.stage.janus.ws });
    }

    async function moves(of) {
      const before = await call.picturesOf({ name: 'Bob', of });
      await until(`${of} to move`, async () => (await call.picturesOf({ name: 'Bob', of })) > before + 5);
    }

    it('a camera that two rooms show is closed when neither needs it', async () => {
      await meet('Bob', 'Ada', 'Eve');
      await call.join({ name: 'Bob', room: ROOM });
      await call.joinWithOneCamera({ names: ['Ada', 'Eve'], room: ROOM });
      for (const name of ['Ada', 'Eve']) await moves(name);
      await call.camera({ name: 'Ada', enabled: false });
      await until('Bob to know', async () => (await call.stream({ name: 'Bob', of: 'Ada', what: 'video' })).muted);
      assert.equal(await call.cameraIs(), 'live');
      await moves('Eve');
      await call.camera({ name: 'Ada', enabled: true });
      await moves('Ada');
      await call.leave({ name: 'Eve' });
      await moves('Ada');
      await call.camera({ name: 'Ada', enabled: false });
      assert.equal(await call.cameraIs(), 'ended');
    });

    for (const by of ['preview', 'published']) {
      it(`a camera that the page stops is switched off, and can be switched on again: ${by}`, async () => {
        await meet('Bob', 'Ada');
        await call.join({ name: 'Bob', room: ROOM });
        await call.joinWithOneCamera({ names: ['Ada'], room: ROOM });
        await moves('Ada');
        const knows = (muted) => until(`Bob to know: ${muted}`, async () =>
          (await call.stream({ name: 'Bob', of: 'Ada', what: 'video' })).muted === muted);
        for (const off of ['once', 'again']) {
          await call.stopCamera({ name: 'Ada', by: off === 'once' ? by : 'published' });
          await knows(true);
          assert.deepEqual(await call.ownCamera({ name: 'Ada' }), { enabled: false, muted: true, is: 'ended', of: 1 }, off);
          await call.camera({ name: 'Ada', enabled: true });
          await knows(false);
          assert.deepEqual(await call.ownCamera({ name: 'Ada' }), { enabled: true, muted: false, is: 'live', of: 1 }, off);
          await moves('Ada');
        }
        assert.ok(!(await call.log({ name: 'Ada' })).some((line) => line.startsWith('lost')));
      });
    }

    it('what the library cannot open again is published no longer when it is stopped', async () => {
      await meet('Bob', 'Ada');
      await call.join({ name: 'Bob', room: ROOM });
      await call.join({ name: 'Ada', room: ROOM });
      assert.equal(await call.stopCanvas({ name: 'Ada' }), 0);
      await until('Bob to know', async () => !(await call.stream({ name: 'Bob', of: 'Ada', what: 'video' })));
    });

    it('what nobody holds any longer goes on where it is shown', async () => {
      await meet('Ada');
      await call.showAndJoin({ name: 'Ada', room: ROOM });
      assert.deepEqual(await call.previewIs(), { held: true, shows: true });
      await until('the page to have nothing but the element', async () => {
        await call.collect();
        return !(await call.previewIs()).held;
      }, { timeout: 60_000 });
      // What is done about what was collected comes after it.
      await call.collect();
      assert.equal((await call.previewIs()).shows, true);
    });

    it('an element shows what it was given last, be it the same picture', async () => {
      await meet('Ada');
      await call.showAndJoin({ name: 'Ada', room: ROOM });
      assert.deepEqual(await call.showPublished({ name: 'Ada' }), { left: 0, shown: true, last: 1, empty: true });
    });

    it('what was published is given back as it was', async () => {
      await meet('Ada');
      await call.join({ name: 'Ada', room: ROOM });
      const lend = (enabled, meanwhile) => call.lend({ name: 'Ada', enabled, meanwhile });
      assert.deepEqual(await lend(false, 'unmute'), [false, true]);
      assert.deepEqual(await lend(true, 'disable'), [false, true], 'the page disabled it itself');
      assert.deepEqual(await lend(false, 'replace'), [false, false], 'each of them');
    });
  });
}
