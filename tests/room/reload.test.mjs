// Who reloads the page is in the room again at once, under the same id, and once: whatever became of the goodbye.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { nothingLeft, sessions, videoroom } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';

const ROOM = 1234;
const ID = 4711;
/** The server keeps sessions whose socket is gone for 30 s, and those over HTTP for 60 s: well before that, ms. */
const SOON = 15_000;

/** Runs in the page: nothing of what it says when it goes arrives. Firefox closes its sockets even before. */
function loseGoodbyes() {
  let going = false;
  addEventListener('pagehide', () => (going = true), { capture: true });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function lost(text) {
    if (!going) send.call(this, text);
  };
  const { sendBeacon } = Navigator.prototype;
  Navigator.prototype.sendBeacon = function lost(...all) {
    return going || sendBeacon.apply(this, all);
  };
}

/** Runs in the page: whatever is kept by tab is forbidden. */
function forbidStorage() {
  Object.defineProperty(globalThis, 'sessionStorage', {
    get() {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  });
}

for (const kind of BROWSERS) {
  describe(`reloading: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));

    async function open(name, { transport = 'ws', inits = [loseGoodbyes] } = {}) {
      const call = await openCalls(on.browser, on.stage.site, inits);
      await call.create({ name, servers: on.stage.janus[transport], recorder: 500 });
      return call;
    }

    /** A person whose page is another one afterwards. */
    async function reload(call, name, { transport = 'ws' } = {}) {
      await call.page.evaluate(() => {
        globalThis.__before = true;
        setTimeout(() => location.reload());
      });
      await call.page.waitFor('the page to be loaded anew', () => !globalThis.__before && document.readyState === 'complete');
      await call.create({ name, servers: on.stage.janus[transport], recorder: 500 });
    }

    /** How joining ends, and after how many ms. */
    const tryToJoin = (call, argument) => call.page.evaluate(async (argument) => {
      const begun = performance.now();
      const end = await globalThis.__call('join', argument).then(() => 'in', ({ code }) => code);
      return { end, took: performance.now() - begun };
    }, { room: ROOM, ...argument });

    async function isIn(call, argument) {
      const { end, took } = await tryToJoin(call, argument);
      assert.equal(end, 'in');
      assert.ok(took < SOON, `${took} ms`);
    }

    async function here() {
      const { participants } = await videoroom(on.stage.janus, { request: 'listparticipants', room: ROOM });
      return participants.map(({ id, display }) => ({ id, display }));
    }

    const notes = (call) => call.page.evaluate(() => ({ ...sessionStorage }));

    for (const transport of ['ws', 'http']) {
      it(`lets one in again under the same id, though the goodbye was lost: over ${transport}`, async () => {
        const bob = await open('Bob');
        await bob.join({ name: 'Bob', room: ROOM, number: 18 });
        const [ofBob] = await sessions(on.stage.janus);
        const ada = await open('Ada', { transport });
        await isIn(ada, { name: 'Ada', number: 17, options: { id: ID } });
        await sees(bob, { name: 'Bob', of: 'Ada' }, 17);
        const ghost = (await sessions(on.stage.janus)).find((id) => id !== ofBob);

        await reload(ada, 'Ada', { transport });
        assert.ok((await sessions(on.stage.janus)).includes(ghost), 'the server has the session still');
        await isIn(ada, { name: 'Ada', number: 19, options: { id: ID } });
        await sees(bob, { name: 'Bob', of: 'Ada' }, 19);
        await sees(ada, { name: 'Ada', of: 'Bob' }, 18);
        assert.deepEqual((await here()).filter(({ id }) => id === ID), [{ id: ID, display: 'Ada' }]);
        assert.equal((await here()).length, 2);
        assert.equal((await sessions(on.stage.janus)).length, 2);
        assert.deepEqual(await bob.contradictions({ name: 'Bob' }), []);

        // Whoever knows the id of a session may use it.
        assert.ok(!(await ada.records({ name: 'Ada' })).includes(String(ghost)), 'nothing is taken down of it');
        assert.deepEqual(await notes(ada), {});
        await ada.leave({ name: 'Ada' });
        await bob.leave({ name: 'Bob' });
        await nothingLeft(on.stage.janus);
      });
    }

    it('leaves nobody behind whose id the server chose', async () => {
      const bob = await open('Bob');
      await bob.join({ name: 'Bob', room: ROOM });
      const ada = await open('Ada');
      for (const number of [17, 19]) {
        await isIn(ada, { name: 'Ada', number });
        await sees(bob, { name: 'Bob', of: 'Ada' }, number);
        await until('one Ada alone', async () => (await here()).filter(({ display }) => display === 'Ada').length === 1, { timeout: SOON });
        if (number === 17) await reload(ada, 'Ada');
      }
    });

    it('lets all in who were on the page, each under their id', async () => {
      const call = await open('Ada');
      const ids = { Ada: ID, Eve: ID + 1 };
      await call.create({ name: 'Eve', servers: on.stage.janus.ws });
      for (const [name, id] of Object.entries(ids)) await isIn(call, { name, options: { id } });
      await reload(call, 'Ada');
      await call.create({ name: 'Eve', servers: on.stage.janus.ws });
      // Both at once: the one ends the ghost of the other.
      await Promise.all(Object.entries(ids).map(([name, id]) => isIn(call, { name, options: { id } })));
      assert.deepEqual((await here()).map(({ id }) => id).sort(), Object.values(ids));
    });

    it('is as quick as ever where the goodbye arrived', async () => {
      const ada = await open('Ada', { transport: 'http', inits: [] });
      for (let round = 0; round < 3; round += 1) {
        await isIn(ada, { name: 'Ada', options: { id: ID } });
        await reload(ada, 'Ada', { transport: 'http' });
      }
      await nothingLeft(on.stage.janus);
    });

    it('takes no id from somebody else', async () => {
      const bob = await open('Bob');
      await bob.join({ name: 'Bob', room: ROOM, options: { id: ID } });
      const ada = await open('Ada');
      assert.equal((await tryToJoin(ada, { name: 'Ada', options: { id: ID } })).end, 'id-taken');
      await isIn(ada, { name: 'Ada', options: { id: ID + 1 } });
      await reload(ada, 'Ada');
      const { end, took } = await tryToJoin(ada, { name: 'Ada', options: { id: ID } });
      assert.equal(end, 'id-taken');
      assert.ok(took < SOON, `${took} ms`);
      assert.equal(await bob.state({ name: 'Bob' }), 'connected');
      assert.deepEqual(await here(), [{ id: ID, display: 'Bob' }]);
    });

    it('is not disturbed by rubbish, nor is anybody else by a copy', async () => {
      const ada = await open('Ada');
      await isIn(ada, { name: 'Ada', options: { id: ID } });
      await reload(ada, 'Ada');
      const [[name, left]] = Object.entries(await notes(ada));
      assert.match(left, /^( \d+)+$/);
      await isIn(ada, { name: 'Ada', options: { id: ID } });

      // A tab that is duplicated begins with a copy of what the other had.
      const copy = await open('Cem');
      const rubbish = `${left} null {} -1 ${'9'.repeat(40)} ${left}`;
      await copy.page.evaluate(([name, text]) => sessionStorage.setItem(name, text), [name, rubbish]);
      await isIn(copy, { name: 'Cem', options: { id: ID + 1 } });
      assert.deepEqual(await notes(copy), {});
      assert.equal(await ada.state({ name: 'Ada' }), 'connected');
      assert.deepEqual((await here()).map(({ id }) => id).sort(), [ID, ID + 1]);
    });

    it('works as before where nothing may be kept', async () => {
      const ada = await open('Ada', { inits: [loseGoodbyes, forbidStorage] });
      await isIn(ada, { name: 'Ada', options: { id: ID } });
      await reload(ada, 'Ada');
      assert.equal((await tryToJoin(ada, { name: 'Ada', options: { id: ID } })).end, 'id-taken');
      await isIn(ada, { name: 'Ada', options: { id: ID + 1 } });
      assert.ok(!ada.page.complaints.some((words) => /secur|storage/i.test(words)), ada.page.complaints.join());
    });
  });
}
