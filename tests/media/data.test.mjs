// Data to the room: text and bytes of any size, in order, without a flood in the browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, setCallStage } from './lib/call.mjs';

const ROOM = 1234;
const MESSAGES = 20_000;
const MEGABYTE = 1_000_000;
const HIGH_BYTES = 1_048_576;

for (const kind of BROWSERS) {
  describe(`data: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setCallStage();
      browser = await launch(kind);
      call = await openCalls(browser, stage.site);
      for (const name of ['Ada', 'Bob', 'Eve']) {
        await call.create({ name, servers: stage.janus.ws });
        await call.join({ name, room: ROOM, options: { data: true } });
      }
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    /** Janus keeps nothing for those who are not there yet: they are when they hear the first word. */
    async function heard(from, by) {
      await until(`${by} to hear ${from}`, async () => {
        await call.send({ name: from, data: `from ${from}` });
        return (await call.data({ name: by })).some((one) => one.data === `from ${from}`);
      });
    }

    async function forget() {
      for (const name of ['Ada', 'Bob', 'Eve']) await call.forgetData({ name });
    }

    it('goes to everybody, with its sender', async () => {
      for (const from of ['Ada', 'Bob']) for (const by of ['Ada', 'Bob', 'Eve']) if (from !== by) await heard(from, by);
      const words = await call.data({ name: 'Eve' });
      assert.ok(words.every(({ from, data }) => data === `from ${from}`));
      assert.ok((await call.data({ name: 'Ada' })).every(({ from }) => from === 'Bob'));
    });

    it('carries text and bytes of any size, and nothing empty', async () => {
      await forget();
      const text = 'Grüße, 世界 '.repeat(10_000);
      await call.send({ name: 'Ada', data: 'short' });
      await call.send({ name: 'Ada', data: text });
      const digests = [];
      for (const length of [1, 59_999, 60_001, 3 * MEGABYTE]) digests.push((await call.sendBytes({ name: 'Ada', length })).digest);
      // Words of the test before may come late.
      const got = async () => (await call.data({ name: 'Bob' })).map(({ data }) => data).filter((data) => !data.startsWith('from '));
      await until('all of it', async () => (await got()).length >= 6);
      assert.deepEqual(await got(), ['short', text, ...digests]);
      await assert.rejects(call.send({ name: 'Ada', data: '' }), /empty/);
      await assert.rejects(call.send({ name: 'Ada', data: 7 }), /expected text/);
    });

    it(`carries ${MESSAGES} short messages and ten megabytes, each once and in order`, async () => {
      await forget();
      const most = await call.flood({ name: 'Ada', count: MESSAGES, length: 200 });
      assert.ok(most <= HIGH_BYTES, `${most} bytes waited in the browser`);
      await until('all of them', async () => (await call.dataCount({ name: 'Bob' })) === MESSAGES, { timeout: 60_000 });
      assert.ok(await call.flooded({ name: 'Bob', count: MESSAGES }));
      await forget();
      const { digest, most: waiting } = await call.sendBytes({ name: 'Ada', length: 10 * MEGABYTE });
      assert.ok(waiting > HIGH_BYTES / 2 && waiting <= HIGH_BYTES, `${waiting} bytes waited in the browser`);
      await until('all of it', async () => (await call.dataCount({ name: 'Bob' })) === 1, { timeout: 60_000 });
      assert.equal((await call.data({ name: 'Bob' }))[0].data, digest);
    });

    it('carries what may be lost beside what may not', async () => {
      await forget();
      await until('a lossy word', async () => {
        await call.send({ name: 'Ada', data: 'lossy', options: { reliable: false } });
        return (await call.dataCount({ name: 'Bob' })) > 0;
      });
      assert.deepEqual((await call.data({ name: 'Bob' }))[0], { from: 'Ada', data: 'lossy' });
    });

    it('has a channel for each way to send, with its settings', async () => {
      const [never, always] = [{ maxRetransmits: 0, maxPacketLifeTime: null }, { maxRetransmits: null, maxPacketLifeTime: null }];
      const lasting = { maxRetransmits: null, maxPacketLifeTime: 300 };
      const ways = {
        'reliable-unordered': [{ ordered: false }, { ordered: false, ...always }],
        'lossy-ordered': [{ reliable: false, ordered: true }, { ordered: true, ...never }],
        'lossy-300': [{ reliable: false, maxLifetime: 300 }, { ordered: false, ...lasting }],
        'lossy-ordered-300': [{ reliable: false, ordered: true, maxLifetime: 300 }, { ordered: true, ...lasting }],
      };
      for (const [label, [options]] of Object.entries(ways)) {
        await forget();
        await until(`${label} to arrive`, async () => {
          await call.send({ name: 'Ada', data: label, options });
          return (await call.data({ name: 'Bob' })).some(({ data }) => data === label);
        });
      }
      const wanted = Object.fromEntries(Object.entries(ways).map(([label, [, settings]]) => [label, settings]));
      const there = { reliable: { ordered: true, ...always }, lossy: { ordered: false, ...never } };
      assert.deepEqual(await call.channelsOf({ name: 'Ada' }), { ...there, ...wanted });
      await forget();
      const { digest } = await call.sendBytes({ name: 'Ada', length: 3 * MEGABYTE, options: { ordered: false } });
      // A label that was sent once more may still be on its way.
      const others = async () => (await call.data({ name: 'Bob' })).map(({ data }) => data).filter((data) => !(data in ways));
      await until('all of it', async () => (await others()).length === 1, { timeout: 60_000 });
      assert.deepEqual(await others(), [digest]);
    });

    it('refuses ways that are none', async () => {
      const send = (options) => call.send({ name: 'Ada', data: 'x', options });
      await assert.rejects(send({ reliable: 'no' }), /reliable/);
      await assert.rejects(send({ ordered: 1 }), /ordered/);
      await assert.rejects(send({ reliable: false, maxLifetime: 70_000 }), /maxLifetime/);
      await assert.rejects(send({ maxLifetime: 100 }), /maxLifetime: with reliable: false/);
    });

    it('goes on when the connection is made anew while much waits', async () => {
      await forget();
      const sending = call.sendBytes({ name: 'Eve', length: 20 * MEGABYTE });
      await call.closeConnection({ name: 'Eve' });
      await call.restartIce({ name: 'Eve' });
      const { digest } = await sending;
      await until('all of it', async () => (await call.data({ name: 'Bob' })).some(({ data }) => data === digest), { timeout: 60_000 });
    });

    it('settles what is under way when the room is left', async () => {
      await call.leave({ name: 'Ada' });
      await assert.rejects(call.send({ name: 'Ada', data: 'late' }), /join the room first/);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
