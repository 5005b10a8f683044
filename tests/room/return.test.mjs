// Whoever falls out of a room is back in their place: with the same people, and with what happened meanwhile.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, detachHandles, endSessions, nothingLeft, videoroom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';

const ROOM = 1234;
const PATIENCE = { timeout: 60_000 };

for (const kind of BROWSERS) {
  describe(`coming back: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    let proxy;

    before(async () => {
      stage = await setCallStage({ reclaimSessionTimeout: 30 });
      browser = await launch(kind);
    });

    afterEach(async () => {
      await browser.closePages();
      await proxy?.close();
      proxy = undefined;
      await endSessions(stage.janus);
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    /** Bob, whose way to the server can be cut, watches Ada. */
    async function meet(room = ROOM, options = {}) {
      call = await openCalls(browser, stage.site);
      proxy = await startProxy({ target: { host: '127.0.0.1', port: stage.janus.ports.ws } });
      for (const name of ['Ada', 'Cem']) await call.create({ name, servers: stage.janus.ws });
      await call.create({ name: 'Bob', servers: proxy.url('ws') });
      await call.join({ name: 'Ada', room, number: 17, options });
      await call.join({ name: 'Bob', room, number: 18, options });
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
    }

    const isIn = (name, state) => until(`${name} to be ${state}`, async () => (await call.state({ name })) === state, PATIENCE);

    it('what happened while the way was cut is made up for', async () => {
      await meet();
      const before = await call.identities({ name: 'Bob' });
      // Firefox opens one WebSocket at a time, and Bob's will not open.
      await call.prepare({ name: 'Cem' });
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      await call.join({ name: 'Cem', room: ROOM, number: 19 });
      await call.publish({ name: 'Ada', number: 20, source: 'screen' });
      await sees(call, { name: 'Cem', of: 'Ada', what: 'screen' }, 20);
      proxy.heal();
      await isIn('Bob', 'connected');
      await sees(call, { name: 'Bob', of: 'Cem' }, 19);
      await sees(call, { name: 'Bob', of: 'Ada', what: 'screen' }, 20);
      assert.deepEqual((await call.identities({ name: 'Bob' })).Ada.slice(0, 3), before.Ada);
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      await call.unpublish({ name: 'Ada', of: 'screen' });
      await call.leave({ name: 'Cem' });
      proxy.heal();
      await isIn('Bob', 'connected');
      await until('Cem to be gone', async () => !(await call.see({ name: 'Bob', of: 'Cem' })).there);
      await until('the board to be gone', async () => !(await call.see({ name: 'Bob', of: 'Ada', what: 'screen' })).published);
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('sessions and handles the server ended are made anew', async () => {
      await meet();
      for (const end of [endSessions, detachHandles]) {
        const told = [];
        const before = await call.identities({ name: 'Bob' });
        await call.told({ name: 'Bob' });
        await end(stage.janus);
        await until('Bob to fall out and to come back', async () => {
          told.push(...(await call.told({ name: 'Bob' })).filter((words) => /connect/.test(words)));
          return told.length >= 2;
        });
        for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
        await sees(call, { name: 'Bob', of: 'Ada' }, 17);
        await sees(call, { name: 'Ada', of: 'Bob' }, 18);
        assert.equal(Object.keys(await call.identities({ name: 'Bob' })).length, Object.keys(before).length);
        assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
      }
      for (const name of ['Ada', 'Bob']) await call.leave({ name });
      await nothingLeft(stage.janus);
    });

    it('a room that is not there is made by who may, and made again', async () => {
      const room = 5151;
      await meet(room, { create: { description: 'On demand', publishers: 6 } });
      const { list } = await videoroom(stage.janus, { request: 'list' });
      assert.equal(list.find((one) => one.room === room).description, 'On demand');
      const before = await call.identities({ name: 'Bob' });
      await stage.janus.kill();
      await stage.janus.start();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
    });

    it('who was sent out while the way was cut hears of it', async () => {
      const room = 5454;
      await createRoom(stage.janus, room, { secret: undefined });
      await meet(room);
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      const { participants } = await videoroom(stage.janus, { request: 'listparticipants', room });
      const { id } = participants.find(({ display }) => display === 'Bob');
      assert.equal((await videoroom(stage.janus, { request: 'kick', room, id })).videoroom, 'success');
      proxy.heal();
      await isIn('Bob', 'disconnected');
      assert.ok((await call.log({ name: 'Bob' })).includes('disconnected kicked'));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that was ended and made again while the way was cut is joined again', async () => {
      const room = 5353;
      await createRoom(stage.janus, room, { secret: undefined });
      await meet(room);
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      assert.equal((await videoroom(stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await isIn('Ada', 'disconnected');
      await createRoom(stage.janus, room);
      await call.join({ name: 'Ada', room, number: 17 });
      proxy.heal();
      await isIn('Bob', 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that is ended and made again before our eyes is joined again by who waits for it', async () => {
      const room = 5656;
      await createRoom(stage.janus, room, { secret: undefined });
      await meet(room, { awaitRoom: 30_000 });
      const before = await call.identities({ name: 'Bob' });
      assert.equal((await videoroom(stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      for (const name of ['Ada', 'Bob']) await isIn(name, 'reconnecting');
      await createRoom(stage.janus, room, { secret: undefined });
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that is ended and not made again is over when who waits for it has waited', async () => {
      const room = 5757;
      await createRoom(stage.janus, room, { secret: undefined });
      await meet(room, { awaitRoom: 2_000 });
      assert.equal((await videoroom(stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await isIn('Bob', 'disconnected');
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.includes('disconnected room-destroyed'), log.join(', '));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that is gone for good is given up, with the reason', async () => {
      await createRoom(stage.janus, 5252);
      await meet(5252);
      await stage.janus.kill();
      await stage.janus.start();
      await isIn('Bob', 'disconnected');
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.includes('disconnected join-failed'), log.join(', '));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });
  });
}
