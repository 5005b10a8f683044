// When something that was lost is tried again is the page's to say: to reach the server, to find a way for packets, to get
// into the room again.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { createRoom, videoroom } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';

const VIEW = { name: 'Bob', of: 'Ada' };

/** In the page: somebody whose page answers by lists, for each kind of attempt, and gives up where a list ends. */
async function create([options, answers]) {
  const people = await import('/call/call.js');
  globalThis.__asked = [];
  const delay = (attempt) => {
    globalThis.__asked.push({ ...attempt });
    const answer = answers[attempt.what]?.[attempt.number - 1];
    if (answer === 'throws') throw new Error('no idea');
    return answer;
  };
  people.create({ ...options, reconnect: { delay } });
}

for (const kind of BROWSERS) {
  describe(`the page's own policy: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));
    let call;
    let desk;

    before(async () => {
      desk = await openRelayDesk();
    });

    afterEach(() => desk.setCut(false));

    after(() => desk?.close());

    async function come(answers, options) {
      call = await openCalls(on.browser, on.stage.site);
      await call.page.evaluate(create, [{ name: 'Bob', servers: on.stage.janus.ws, ...options }, answers]);
    }

    /** Waits until the page was asked so often; what about. */
    async function asked(times) {
      let seen;
      await until(`the page to be asked ${times} times`, async () => {
        seen = await call.page.evaluate(() => globalThis.__asked);
        return seen.length >= times;
      }, { timeout: 60_000, explain: () => seen });
      return seen;
    }

    it('packets that are missing are looked for when it says, and no more once it gives up', async () => {
      await come({ media: [0] }, { desk: desk.url });
      await call.create({ name: 'Ada', servers: on.stage.janus.ws });
      await call.join({ name: 'Ada', room: 1234, number: 17 });
      await call.join({ name: 'Bob', room: 1234 });
      await sees(call, VIEW, 17);
      const before = await call.credentials({ name: 'Bob' });
      desk.setCut(true);
      const [first, second, ...more] = await asked(2);
      assert.deepEqual([first.what, first.number, first.elapsed], ['media', 1, 0]);
      assert.deepEqual([second.what, second.number, more], ['media', 2, []]);
      assert.ok(second.elapsed >= 6_000, `the first attempt has its time, not ${second.elapsed} ms`);
      const after = await call.credentials({ name: 'Bob' });
      assert.notEqual(after.subscriber, before.subscriber, 'another way was looked for');
      desk.setCut(false);
      // What it gave up goes on at its word.
      await call.restartIce({ name: 'Bob' });
      await sees(call, VIEW, 17, () => true, { timeout: 45_000 });
      assert.equal(await call.trackCount({ name: 'Bob' }), 1);
      assert.equal(await call.state({ name: 'Bob' }), 'connected');
    });

    it('a room that refuses us is asked when it says, and no more once it gives up', async () => {
      const room = 5970;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await come({ room: [0, 'throws', 30] });
      await call.join({ name: 'Bob', room, options: { awaitRoom: 60_000 } });
      assert.equal((await videoroom(on.stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await until('Bob to be out', async () => (await call.state({ name: 'Bob' })) === 'disconnected');
      const all = await asked(4);
      assert.deepEqual(all.map(({ what, number }) => [what, number]), [1, 2, 3, 4].map((number) => ['room', number]));
      assert.equal(all[0].elapsed, 0);
      assert.ok(all[2].elapsed >= 1_000, 'a second where it says nothing that makes sense');
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.includes('disconnected room-destroyed'), log.join(', '));
    });
  });
}
