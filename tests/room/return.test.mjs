// Whoever falls out of a room is back in their place: with the same people, and with what happened meanwhile.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { openCalls, sees } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { createRoom, detachHandles, endSessions, nothingLeft, videoroom } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
const PATIENCE = { timeout: 60_000 };

for (const kind of BROWSERS) {
  describe(`coming back: ${kind}`, () => {
    const on = onStage(kind, () => setSupportStage({ reclaimSessionTimeout: 30 }));
    let call;
    let proxy;

    afterEach(async () => {
      await proxy?.close();
      proxy = undefined;
    });

    /** Bob, whose way to the server can be cut, watches Ada. */
    async function meet(room = ROOM, options = {}) {
      call = await openCalls(on.browser, on.stage.site);
      proxy = await startProxy({ target: { host: '127.0.0.1', port: on.stage.janus.ports.ws } });
      for (const name of ['Ada', 'Cem']) await call.create({ name, servers: on.stage.janus.ws });
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
        await end(on.stage.janus);
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
      await nothingLeft(on.stage.janus);
    });

    /** All of these join, each with options of their own. */
    async function enter(options) {
      call = await openSupport(on.browser, on.stage.site);
      for (const name of Object.keys(options)) {
        await call.create({ name, servers: on.stage.janus.ws });
        await call.join({ name, room: ROOM, options: options[name] });
      }
    }

    async function restart(meanwhile) {
      await on.stage.janus.kill();
      await meanwhile?.();
      await on.stage.janus.start();
    }

    it('what is published beside data is the same when the server was started again', async () => {
      // Ada's data come before her pictures. Bob's are first and come between his, by attributes.
      await enter({ Ada: { data: true }, Bob: {} });
      await call.publish({ name: 'Bob', number: 18, source: 'camera' });
      await call.setAttributes({ name: 'Bob', changes: { seat: '3' } });
      await call.publish({ name: 'Ada', number: 17, source: 'camera' });
      await call.publish({ name: 'Ada', number: 20, source: 'unknown' });
      for (const [name, number] of [['Ada', 21], ['Bob', 22]]) await call.publish({ name, number, source: 'screen' });
      const all = [
        [{ name: 'Bob', of: 'Ada', what: 'screen' }, 21], [{ name: 'Bob', of: 'Ada', what: 'camera' }, 17],
        [{ name: 'Ada', of: 'Bob', what: 'screen' }, 22], [{ name: 'Ada', of: 'Bob', what: 'camera' }, 18],
      ];
      for (const [view, number] of all) await sees(call, view, number);
      // Where it was there is a hole.
      await call.unpublish({ name: 'Ada', of: 'unknown' });
      await until('it to be gone', async () => (await call.identities({ name: 'Bob' })).Ada.length === 5);
      const seen = () => Promise.all(['Ada', 'Bob'].map((name) => call.identities({ name })));
      const before = await seen();
      for (const round of ['once', 'twice']) {
        await restart();
        for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
        for (const [view, number] of all) await sees(call, view, number, undefined, PATIENCE);
        assert.deepEqual(await seen(), before, round);
        await call.send({ name: 'Ada', data: round });
        await until('the data to be there', async () => (await call.data({ name: 'Bob' })).some(({ data }) => data === round));
      }
      // What is published now goes over the same connection, and nothing else becomes another object.
      const way = (await call.credentials({ name: 'Ada' })).publisher;
      await call.microphone({ name: 'Ada', enabled: true });
      await call.publish({ name: 'Ada', number: 23, source: 'unknown' });
      await sees(call, { name: 'Bob', of: 'Ada', what: 'unknown' }, 23);
      await until('sound and picture to be there', async () => {
        const theirs = (await call.identities({ name: 'Bob' })).Ada;
        return theirs.length === before[1].Ada.length + 4 && theirs.every((one) => one !== null && one !== undefined);
      });
      const now = (await call.identities({ name: 'Bob' })).Ada;
      assert.deepEqual(before[1].Ada.filter((one) => !now.includes(one)), []);
      assert.equal((await call.credentials({ name: 'Ada' })).publisher, way);
      await call.restartIce({ name: 'Ada' });
      await until('the ways to be new', async () => (await call.credentials({ name: 'Ada' })).publisher !== way);
      await call.send({ name: 'Ada', data: 'restarted' });
      await until('the data to be there', async () => (await call.data({ name: 'Bob' })).some(({ data }) => data === 'restarted'));
      for (const [view, number] of all) await sees(call, view, number);
      assert.deepEqual((await call.identities({ name: 'Bob' })).Ada, now);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    const LOSSES = {
      'its session': () => call.simulate({ name: 'Ada', trouble: 'session-lost' }),
      'session and connection': () => call.simulate({ name: 'Ada', trouble: 'server-restart' }),
      'its peer connection': () => call.simulate({ name: 'Ada', trouble: 'publisher-failed' }),
      'the server': () => restart(),
      'the server, and was switched off meanwhile': () => restart(async () => {
        await call.camera({ name: 'Ada', enabled: true });
        await call.camera({ name: 'Ada', enabled: false });
      }),
    };

    it('what was not wanted is not wanted after coming back, and comes when it is', async () => {
      await enter({ Ada: {}, Bob: {} });
      const [camera, screen] = ['camera', 'screen'].map((what) => ({ name: 'Bob', of: 'Ada', what }));
      await call.publish({ name: 'Ada', number: 17, source: 'camera' });
      await call.publish({ name: 'Ada', number: 20, source: 'screen' });
      await sees(call, screen, 20);
      await call.subscribe({ ...screen, subscribed: false });
      const isAway = async () => (await call.see(screen)).width === undefined;
      await until('it to go', isAway);
      for (const lose of [restart, () => call.simulate({ name: 'Bob', trouble: 'server-restart' }), restart]) {
        const before = (await call.log({ name: 'Bob' })).length;
        await lose();
        await until('Bob to be back', async () => (await call.log({ name: 'Bob' })).slice(before).includes('connected'), PATIENCE);
        await sees(call, camera, 17, undefined, PATIENCE);
        assert.ok(await isAway());
      }
      await call.subscribe({ ...screen, subscribed: true });
      await sees(call, screen, 20);
    });

    it('a camera that is off stays in the room whatever is lost, and is the same when it is on again', async () => {
      await enter({ Ada: { camera: { width: 1280, height: 720, simulcast: true }, microphone: true }, Bob: {} });
      await call.create({ name: 'Cem', servers: on.stage.janus.ws });
      const stands = async (name) => (await call.stream({ name, of: 'Ada', what: 'camera' }))?.muted;
      const plays = (words) => until(`Bob to see the camera ${words}`, async () =>
        await stands('Bob') === false && (await call.see({ name: 'Bob', of: 'Ada' })).width > 0
          && (await call.received({ name: 'Bob', of: 'Ada' })).frames > 0, PATIENCE);
      const layers = () => call.layersOf({ name: 'Ada' });
      await plays('at first');
      const before = [await call.identities({ name: 'Bob' }), await call.ownIdentities({ name: 'Ada' }), await layers()];
      for (const [what, lose] of Object.entries(LOSSES)) {
        await call.camera({ name: 'Ada', enabled: false });
        await until('Bob to see it is off', async () => await stands('Bob') === true);
        // Of what she alone lost the server tells the others that she is gone, or publishes nothing.
        const isAlone = !what.startsWith('the server');
        await call.told({ name: 'Ada' });
        await call.told({ name: 'Bob' });
        await lose();
        // Of those who were here they may believe what was.
        await call.join({ name: 'Cem', room: ROOM });
        await until(`Cem to see that the camera that lost ${what} is off`, async () => await stands('Cem') === true, PATIENCE);
        for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
        await until(`Bob to see that the camera that lost ${what} is off`, async () => await stands('Bob') === true, PATIENCE);
        await call.camera({ name: 'Ada', enabled: true });
        await plays(`that lost ${what}`);
        await until('Cem to see it is on', async () => await stands('Cem') === false);
        const told = [...await call.told({ name: 'Ada' }), ...await call.told({ name: 'Bob' })];
        const now = [await call.identities({ name: 'Bob' }), await call.ownIdentities({ name: 'Ada' }), await layers()];
        await call.leave({ name: 'Cem' });
        now[0] = { Ada: now[0].Ada };
        if (isAlone) before[0] = now[0];
        assert.deepEqual(now, before, `${what}: ${told.join(', ')}`);
      }
      for (const name of ['Ada', 'Bob', 'Cem']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that is not there is made by who may, and made again', async () => {
      const room = 5151;
      await meet(room, { create: { description: 'On demand', publishers: 6 } });
      const { list } = await videoroom(on.stage.janus, { request: 'list' });
      assert.equal(list.find((one) => one.room === room).description, 'On demand');
      const before = await call.identities({ name: 'Bob' });
      await on.stage.janus.kill();
      await on.stage.janus.start();
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
    });

    it('who was sent out while the way was cut hears of it', async () => {
      const room = 5454;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room);
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      const { participants } = await videoroom(on.stage.janus, { request: 'listparticipants', room });
      const { id } = participants.find(({ display }) => display === 'Bob');
      assert.equal((await videoroom(on.stage.janus, { request: 'kick', room, id })).videoroom, 'success');
      proxy.heal();
      await isIn('Bob', 'disconnected');
      assert.ok((await call.log({ name: 'Bob' })).includes('disconnected kicked'));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that was ended and made again while the way was cut is joined again', async () => {
      const room = 5353;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room);
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      assert.equal((await videoroom(on.stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await isIn('Ada', 'disconnected');
      await createRoom(on.stage.janus, room);
      await call.join({ name: 'Ada', room, number: 17 });
      proxy.heal();
      await isIn('Bob', 'connected');
      // The Ada of the first room is kept for a while, and this one is another.
      await sees(call, { name: 'Bob', of: 'Ada' }, 17, undefined, PATIENCE);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that is ended and made again before our eyes is joined again by who waits for it', async () => {
      const room = 5656;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room, { awaitRoom: 30_000 });
      const before = await call.identities({ name: 'Bob' });
      assert.equal((await videoroom(on.stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      for (const name of ['Ada', 'Bob']) await isIn(name, 'reconnecting');
      await createRoom(on.stage.janus, room, { secret: undefined });
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that is ended and not made again is over when who waits for it has waited', async () => {
      const room = 5757;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room, { awaitRoom: 2_000 });
      assert.equal((await videoroom(on.stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await isIn('Bob', 'disconnected');
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.includes('disconnected room-destroyed'), log.join(', '));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('a room that is made long after its server started again is joined again by who waits for it', async () => {
      const room = 5960;
      await createRoom(on.stage.janus, room);
      call = await openSupport(on.browser, on.stage.site);
      for (const [name, number] of [['Ada', 17], ['Bob', 18]]) {
        await call.create({ name, servers: on.stage.janus.ws, reconnect: { budget: 3_000 } });
        await call.join({ name, room, number, options: { awaitRoom: 60_000 } });
      }
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      const before = await call.identities({ name: 'Bob' });
      await restart();
      // As often as the budget alone would not allow.
      const refusals = async (name) => (await call.records({ name })).match(/"error_code": ?426/g)?.length ?? 0;
      for (const name of ['Ada', 'Bob']) await until(`${name} to be refused`, async () => (await refusals(name)) >= 7, PATIENCE);
      for (const name of ['Ada', 'Bob']) assert.equal(await call.state({ name }), 'reconnecting');
      await createRoom(on.stage.janus, room);
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that was ended and made again while the way was cut is joined again by the last of those who wait for it', async () => {
      const room = 5858;
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room, { awaitRoom: 30_000 });
      const before = await call.identities({ name: 'Bob' });
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      assert.equal((await videoroom(on.stage.janus, { request: 'destroy', room })).videoroom, 'destroyed');
      await isIn('Ada', 'reconnecting');
      await createRoom(on.stage.janus, room);
      await isIn('Ada', 'connected');
      proxy.heal();
      // Ada is there under the id she had, as if Bob alone had been sent out.
      await isIn('Bob', 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.identities({ name: 'Bob' }), before);
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that is locked meanwhile is come back to by who locked it, and by who is told the pin', async () => {
      const [room, pin] = [5859, 'open-sesame'];
      await createRoom(on.stage.janus, room);
      call = await openSupport(on.browser, on.stage.site);
      for (const [name, number] of [['Ada', 17], ['Bob', 18]]) {
        await call.create({ name, servers: on.stage.janus.ws });
        await call.join({ name, room, number });
      }
      const see = async () => {
        await sees(call, { name: 'Bob', of: 'Ada' }, 17);
        await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      };
      await see();
      assert.deepEqual(await call.moderate({ name: 'Ada', secret: 'adminpwd', method: 'lock', argument: pin }), {});
      const refusals = async () => (await call.records({ name: 'Bob' })).match(/"error_code": ?4(29|33)/g)?.length ?? 0;
      // Ada knows what she has done.
      for (const name of ['Ada', 'Bob']) await call.simulate({ name, trouble: 'subscriber-failed' });
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      await until('Bob to be refused what he sees', async () => (await refusals()) >= 3);
      await call.admit({ name: 'Bob', pin });
      await see();

      const before = await call.identities({ name: 'Bob' });
      await call.told({ name: 'Bob' });
      await endSessions(on.stage.janus);
      const told = [];
      await until('Bob to fall out and to come back', async () => {
        told.push(...(await call.told({ name: 'Bob' })).filter((words) => /connect/.test(words)));
        return told.length >= 2;
      });
      for (const name of ['Ada', 'Bob']) await isIn(name, 'connected');
      await see();
      assert.equal(Object.keys(await call.identities({ name: 'Bob' })).length, Object.keys(before).length);
      for (const name of ['Ada', 'Bob']) {
        assert.deepEqual(await call.contradictions({ name }), []);
        assert.equal((await call.records({ name })).includes(pin), false, `${name} keeps it to themselves`);
      }
    });

    it('a token that is good no longer is replaced by another, and who has that is back', async () => {
      const [room, secret] = [5862, 'adminpwd'];
      const [former, token] = ['first-token', 'second-token'];
      await createRoom(on.stage.janus, room, { allowed: [former] });
      const change = (action, list) => videoroom(on.stage.janus, { request: 'allowed', room, secret, action, allowed: list });
      call = await openSupport(on.browser, on.stage.site);
      for (const name of ['Ada', 'Bob', 'Cem']) await call.create({ name, servers: on.stage.janus.ws });
      const come = (name, known) => call.tryToJoin({ name, room, display: name, token: known });
      for (const known of [undefined, token]) assert.equal((await come('Ada', known)).code, 'unauthorized', known);
      for (const [name, number] of [['Ada', 17], ['Bob', 18], ['Cem', 19]]) {
        assert.deepEqual(await come(name, former), {});
        await call.publish({ name, number, source: 'camera' });
      }
      await sees(call, { name: 'Ada', of: 'Cem' }, 19);
      assert.deepEqual((await change('remove', [former])).allowed, []);
      assert.deepEqual((await change('add', [token])).allowed, [token]);
      // Cem does not know it.
      for (const name of ['Ada', 'Bob']) await call.admit({ name, token });
      await endSessions(on.stage.janus);
      await isIn('Cem', 'disconnected');
      assert.ok((await call.log({ name: 'Cem' })).includes('disconnected join-failed'));
      for (const name of ['Ada', 'Bob']) {
        await until(`${name} to be alone with the other`, async () => Object.keys(await call.identities({ name })).length === 1, PATIENCE);
        await isIn(name, 'connected');
      }
      assert.deepEqual(await come('Cem', token), {});
      for (const name of ['Ada', 'Cem']) await sees(call, { name, of: 'Bob' }, 18);
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      for (const name of ['Ada', 'Bob', 'Cem']) {
        assert.deepEqual(await call.contradictions({ name }), []);
        const records = await call.records({ name });
        for (const secretWord of [former, token]) assert.equal(records.includes(secretWord), false, `${name} keeps it to themselves`);
      }
    });

    it('who comes and goes is known without the pin of a room that was locked, and what they publish with it', async () => {
      const [room, pin] = [5860, 'open-sesame'];
      await createRoom(on.stage.janus, room, { secret: undefined });
      await meet(room);
      await call.prepare({ name: 'Cem' });
      proxy.faults.blackhole();
      await isIn('Bob', 'reconnecting');
      assert.equal((await videoroom(on.stage.janus, { request: 'edit', room, new_pin: pin })).videoroom, 'edited');
      await call.join({ name: 'Cem', room, number: 19, options: { pin } });
      await call.leave({ name: 'Ada' });
      proxy.heal();
      await isIn('Bob', 'connected');
      await until('Bob to see who is here', async () =>
        (await call.see({ name: 'Bob', of: 'Cem' })).there && !(await call.see({ name: 'Bob', of: 'Ada' })).there);
      await call.admit({ name: 'Bob', pin });
      await sees(call, { name: 'Bob', of: 'Cem' }, 19);
      await sees(call, { name: 'Cem', of: 'Bob' }, 18);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });

    it('who finds no place to publish any more listens, and publishes when there is one', async () => {
      const room = 5861;
      await createRoom(on.stage.janus, room, { secret: undefined });
      const places = (count) => videoroom(on.stage.janus, { request: 'edit', room, new_publishers: count });
      call = await openSupport(on.browser, on.stage.site);
      await call.create({ name: 'Ada', servers: on.stage.janus.ws });
      await call.create({ name: 'Bob', servers: on.stage.janus.ws, reconnect: { budget: 3_000 } });
      await call.join({ name: 'Ada', room, number: 17 });
      await call.join({ name: 'Bob', room, number: 18, options: { data: true } });
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.equal((await places(1)).videoroom, 'edited');
      await call.simulate({ name: 'Bob', trouble: 'session-lost' });
      await isIn('Bob', 'reconnecting');
      await isIn('Bob', 'connected');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.some((words) => /^! .*number of publishers/.test(words)), log.join(', '));
      assert.deepEqual(await call.sources({ name: 'Bob' }), []);
      await until('Ada to see nothing of Bob', async () => (await call.see({ name: 'Ada', of: 'Bob' })).published !== true);
      assert.equal((await places(4)).videoroom, 'edited');
      await call.publish({ name: 'Bob', number: 20, source: 'camera' });
      await sees(call, { name: 'Ada', of: 'Bob' }, 20);
      await call.send({ name: 'Bob', data: 'here again' });
      await until('the data to be there', async () => (await call.data({ name: 'Ada' })).some(({ data }) => data === 'here again'));
      for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), []);
    });

    it('a room that is gone for good is given up, with the reason', async () => {
      await createRoom(on.stage.janus, 5252);
      await meet(5252);
      await on.stage.janus.kill();
      await on.stage.janus.start();
      await isIn('Bob', 'disconnected');
      const log = await call.log({ name: 'Bob' });
      assert.ok(log.includes('disconnected join-failed'), log.join(', '));
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
    });
  });
}
