// Pages come and go faster than connections: whatever one wished in whatever order, it ends as was wished last.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { Random } from '../chaos/lib/random.mjs';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { nothingLeft, present, sessions } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
const MADE = 6263;
const ADA = { name: 'Ada' };
const ROUNDS = Number(process.env.LIFECYCLE_ROUNDS ?? 6);
const SEED = Number(process.env.LIFECYCLE_SEED ?? 1);

/** Asks everything of a call, and leaves in the same breath. Runs in the page, and is sent there as text. */
async function askAndLeave({ servers, room: id }) {
  const { Room } = await import('/dist/index.js');
  const { Pattern } = await import('/call/pattern.js');
  const room = new Room({ servers });
  const me = room.localParticipant;
  const { track } = new Pattern(9);
  const somebody = () => [...room.remoteParticipants.values()][0];
  const questions = {
    camera: () => me.setCameraEnabled(true),
    microphone: () => me.setMicrophoneEnabled(false),
    publish: () => me.publishTrack(track),
    chat: () => me.sendChatMessage('x'),
    data: () => me.sendData(new Uint8Array(200_000)),
    file: () => me.sendFile(new File(['x'], 'x')),
    request: () => me.request(somebody(), 'echo', 1),
    simulate: () => room.simulate('ice-failed'),
    kick: () => moderation.kick(5),
    configure: () => published.configure({ maxBitrate: 200_000 }),
  };
  let [moderation, published] = [];
  const preparing = {
    kick: async () => (moderation = await room.moderation('adminpwd')),
    configure: async () => (published = await me.publishTrack(track)),
  };
  const ends = {};
  for (const [name, ask] of Object.entries(questions)) {
    await room.join({ room: id });
    await preparing[name]?.();
    const asked = ask().then(() => 'done', ({ code, message }) => code ?? message);
    await room.leave();
    ends[name] = await asked;
  }
  track.stop();
  return ends;
}

/** Asks how a room does, and leaves while the browser is asked. Runs in the page, and is sent there as text. */
async function readAndLeave({ servers, room: id }) {
  const { Room } = await import('/dist/index.js');
  const { Pattern } = await import('/call/pattern.js');
  const room = new Room({ servers });
  const { track } = new Pattern(9);
  await room.join({ room: id, tracks: [track] });
  while ((await room.getStats()).publisher === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  const asked = [room.getStats(), room.getStats(), room.debugBundle()];
  // By then the browser was asked, and cannot have answered.
  for (let turn = 0; turn < 9; turn += 1) await undefined;
  await room.leave();
  const [first, second, bundle] = await Promise.all(asked);
  track.stop();
  return [Array.isArray(first.tracks), Array.isArray(second.tracks), bundle.version];
}

/** Prepares a track that has ended. Runs in the page, and is sent there as text. */
async function prepareWhatEnded() {
  const { person } = await import('/call/call.js');
  const { track } = new (await import('/call/pattern.js')).Pattern(9);
  track.stop();
  return person('Ada').room.prepare({ tracks: [track] }).then(() => 'done', ({ code }) => code);
}

/** Stays of some milliseconds by somebody with something to say. Runs in the page, and is sent there as text. */
async function stayShortly({ servers, room: id }) {
  const { Room } = await import('/dist/index.js');
  const unhandled = [];
  addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
  const room = new Room({ servers });
  for (const pause of [30, 0, 5, 60, 20, 100, 1]) {
    await room.join({ room: id });
    if (pause === 30) await room.localParticipant.setAttributes({ here: '1' });
    await new Promise((resolve) => setTimeout(resolve, pause));
    await room.leave();
  }
  // The browser tells of them once it has nothing else to do.
  await new Promise((resolve) => setTimeout(resolve));
  return unhandled;
}

for (const kind of BROWSERS) {
  describe(`life cycle: ${kind}`, () => {
    const on = onStage(kind, () => setSupportStage({ reclaimSessionTimeout: 30 }));
    let call;

    async function meet(...names) {
      call = await openSupport(on.browser, on.stage.site);
      for (const name of names) await call.createHeard({ name, servers: on.stage.janus.ws });
    }

    const states = async () => (await call.log(ADA)).filter((line) => /connect/.test(line));
    /** But for what comes by itself, at any time. */
    const saidBy = async () => (await call.said(ADA)).filter((words) => !['trickle', 'ping', 'keepalive'].includes(words));

    /** One session, and one of us in the room. */
    async function isInOnce(room = ROOM) {
      assert.equal(await call.state(ADA), 'connected');
      await until('one session alone', async () => (await sessions(on.stage.janus)).length === 1);
      // Who goes with a session goes a moment after it.
      await until('one participant alone', async () => `${await present(on.stage.janus, room)}` === 'Ada');
      assert.deepEqual(await call.contradictions(ADA), []);
    }

    async function isOut() {
      assert.equal(await call.state(ADA), 'disconnected');
      await nothingLeft(on.stage.janus);
      await until('no open peer connection', async () => (await call.openConnections()) === 0);
      assert.deepEqual(await call.contradictions(ADA), []);
    }

    const play = (steps, options = {}) => call.story({ ...ADA, steps, options: { room: ROOM, ...options } });

    for (const [what, options] of Object.entries({
      'a room that is there': {},
      'a room that is made': { room: 6161, create: { description: 'On demand', publishers: 6, pin: 'p1n' } },
      'an id of one\'s own': { id: 4711 },
    })) {
      it(`mounting, unmounting and mounting in one breath ends in the room: ${what}`, async () => {
        await meet('Ada');
        // The first time there is nothing loaded yet.
        for (let round = 0; round < 2; round += 1) {
          assert.deepEqual(await play(['join', 'leave', 'join'], options), ['aborted', 'done', 'done']);
          await isInOnce(options.room);
          assert.deepEqual(await play(['leave', 'join'], options), ['done', 'done']);
          await isInOnce(options.room);
          assert.deepEqual(await play(['leave', 'join', 'abort', 'join'], options), ['done', 'AbortError', 'done']);
          await isInOnce(options.room);
          assert.deepEqual(await play(['leave']), ['done']);
          await isOut();
        }
        assert.deepEqual(call.page.complaints, []);
      });

      it(`at any pace, too: ${what}`, async () => {
        await meet('Ada');
        const random = new Random(SEED);
        for (let round = 0; round < ROUNDS; round += 1) {
          const pace = () => Math.floor(random.next() ** 2 * 400);
          // Whoever is in already cannot be called off.
          const undo = () => random.pick([['leave'], ['abort', 'leave']]);
          const steps = ['join', pace(), ...undo(), pace(), 'join', pace(), ...undo(), pace()];
          const ends = await play([...steps, 'leave', 'join'], options);
          const told = JSON.stringify({ seed: SEED, round, steps, ends });
          assert.equal(ends.at(-1), 'done', told);
          assert.ok(ends.every((end) => ['done', 'aborted', 'AbortError'].includes(end)), told);
          await isInOnce(options.room);
          await play(['leave']);
        }
        await isOut();
      });
    }

    it('what is taken back last does not happen', async () => {
      await meet('Ada');
      const create = { room: 6262, create: { publishers: 6 } };
      for (const [steps, options] of [[['join', 'leave'], create], [['join', 'abort'], create], [['join', 'leave'], {}],
        [['join', 'leave', 'join', 'abort'], {}], [['join', 20, 'leave'], { number: 17 }], [['join', 60, 'abort', 'leave'], { number: 17 }]]) {
        const ends = await play(steps, options);
        assert.ok(ends.every((end) => ['done', 'aborted', 'AbortError'].includes(end)), `${steps}: ${ends}`);
        await isOut();
      }
    });

    it('is prepared once, however often it is asked for, and joining uses it', async () => {
      await meet('Ada');
      assert.deepEqual(await play(['prepare', 'prepare', 20, 'prepare']), ['done', 'done', 'done']);
      assert.equal((await sessions(on.stage.janus)).length, 1);
      assert.deepEqual(await play(['prepare', 'join', 'prepare']), ['done', 'done', 'done']);
      await isInOnce();
      assert.deepEqual((await saidBy()).filter((words) => ['socket', 'create'].includes(words)), ['socket', 'create']);
      await play(['leave']);
      await isOut();
      // Not done yet, it is waited for.
      assert.deepEqual(await play(['prepare', 'join']), ['done', 'done']);
      await isInOnce();
      assert.equal((await saidBy()).filter((words) => words === 'create').length, 2);
    });

    it('leaving gives up what was prepared, and what is being prepared', async () => {
      await meet('Ada');
      assert.deepEqual(await play(['prepare', 'leave']), ['aborted', 'done']);
      await isOut();
      for (const time of [0, 5, 30]) {
        await play(['prepare', time, 'leave'], { number: 17 });
        await isOut();
      }
      assert.deepEqual(await play(['prepare', 'leave', 'prepare', 'join']), ['aborted', 'done', 'done', 'done']);
      await isInOnce();
      await play(['leave']);
      await isOut();
    });

    it('leaving waits for no server that does not answer, and joining again finds the one that does', async () => {
      call = await openSupport(on.browser, on.stage.site);
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: on.stage.janus.ports.ws } });
      try {
        await call.createHeard({ ...ADA, servers: proxy.url('ws') });
        proxy.faults.blackhole();
        // Each is over while the server is still silent.
        for (const steps of [['join', 50, 'leave'], ['prepare', 50, 'leave'], ['join', 50, 'abort'], ['prepare', 'join', 50, 'leave', 'join', 50, 'leave']]) {
          const ends = await Promise.race([play(steps, {}), setTimeout(5_000, 'still waiting', { ref: false })]);
          assert.deepEqual(ends.filter?.((end) => !['done', 'aborted', 'AbortError'].includes(end)), [], `${steps}: ${ends}`);
          assert.equal(await call.state(ADA), 'disconnected');
        }
        proxy.heal();
        assert.deepEqual(await play(['join']), ['done']);
        await play(['leave']);
        await isOut();
      } finally {
        await proxy.close();
      }
    });

    it('a prepared offer leaves with joining at once, and its picture is seen', async () => {
      await meet('Ada', 'Bob');
      await call.join({ name: 'Bob', room: ROOM });
      assert.deepEqual(await play(['prepare'], { number: 17 }), ['done']);
      await call.page.waitFor('the offer to be there', () =>
        globalThis.__witness.connections()[0].applied.includes('local offer'));
      // What cannot be prepared takes the place of nothing.
      assert.equal(await call.page.evaluate(prepareWhatEnded), 'invalid-argument');
      const [before, count] = [(await saidBy()).length, await call.openConnections()];
      assert.deepEqual(await play(['join']), ['done']);
      assert.equal((await saidBy())[before], 'joinandconfigure offer');
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      assert.equal(await call.openConnections(), count + 1, 'the one that was prepared, and Bob\'s');
      await play(['leave']);
      await until('Ada to be gone', async () => !(await call.see({ name: 'Bob', of: 'Ada' })).there);
      assert.deepEqual(await play(['join']), ['done']);
      assert.deepEqual(await call.sources(ADA), [], 'leaving forgets what was prepared');
    });

    it('joining may name the same tracks, others or none', async () => {
      await meet('Ada', 'Bob');
      await call.join({ name: 'Bob', room: ROOM });
      for (const [joined, offers] of [[17, 1], [18, 2]]) {
        const made = await call.page.evaluate(() => globalThis.__witness.connections().length);
        await play(['prepare'], { number: 17 });
        // Those who join before it is there join without it.
        await call.page.waitFor('the offer to be there', (from) =>
          globalThis.__witness.connections().slice(from)[0]?.applied.includes('local offer'), made);
        assert.deepEqual(await play(['join'], { number: joined }), ['done']);
        await sees(call, { name: 'Bob', of: 'Ada' }, joined);
        const connections = await call.page.evaluate((from) => globalThis.__witness.connections().slice(from), made);
        assert.equal(connections.filter(({ applied }) => applied[0] === 'local offer').length, offers);
        await play(['leave']);
      }
      await play(['prepare'], { number: 17 });
      await play(['join'], { tracks: [] });
      assert.deepEqual(await call.sources(ADA), []);
    });

    it('what was prepared and is wanted no longer is freed; what a join could not use stays', async () => {
      await meet('Ada');
      await play(['prepare'], { number: 17 });
      assert.equal(await call.openConnections(), 1);
      await play(['prepare'], { number: 18 });
      assert.equal(await call.openConnections(), 1);
      await play(['prepare']);
      await until('no open peer connection', async () => (await call.openConnections()) === 0);
      await play(['prepare'], { number: 17 });
      assert.deepEqual(await play(['join'], { room: 404 }), ['room-not-found']);
      assert.deepEqual(await play(['join']), ['done']);
      await until('the camera to be published', async () => (await call.sources(ADA)).join() === 'camera/video');
      await play(['leave']);
      await isOut();
    });

    it('a second join is refused and harms nothing', async () => {
      await meet('Ada');
      const metadata = { seat: 1 };
      assert.deepEqual(await play(['join', 'join'], { metadata }), ['done', 'invalid-state']);
      assert.equal(await call.tryTo({ ...ADA, step: 'join', options: { room: 5678, metadata: { seat: 2 }, subscribe: false } }), 'invalid-state');
      assert.deepEqual(await call.introduced(ADA), { metadata, id: ROOM });
      await isInOnce();
      await call.createHeard({ name: 'Bob', servers: on.stage.janus.ws });
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      assert.deepEqual(await call.subscriptions(ADA), [true]);
    });

    for (const when of ['connecting', 'connected']) {
      it(`leaving within "${when}" leaves, and joining within "disconnected" joins`, async () => {
        await meet('Ada');
        await call.react({ ...ADA, event: 'stateChanged', when, step: 'leave' });
        const [end] = await play(['join'], { number: 17 });
        assert.equal(end, when === 'connecting' ? 'aborted' : 'done');
        await call.reactions(ADA);
        await isOut();
        await call.react({ ...ADA, event: 'stateChanged', when: 'disconnected', step: 'join', options: { room: ROOM, display: 'Ada' } });
        assert.deepEqual(await play(['join'], { room: 404 }), ['room-not-found']);
        assert.deepEqual(await call.reactions(ADA), ['done']);
        await isInOnce();
        assert.deepEqual((await states()).slice(-4), ['connecting', 'disconnected join-failed', 'connecting', 'connected']);
      });
    }

    it('leaving within the event of a track leaves', async () => {
      await meet('Ada', 'Bob');
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      await call.react({ ...ADA, event: 'trackSubscribed', step: 'leave' });
      await play(['join']);
      await until('Ada to be out', async () => (await call.state(ADA)) === 'disconnected');
      assert.deepEqual(await call.reactions(ADA), ['done']);
      assert.deepEqual(await call.contradictions(ADA), []);
      await call.leave({ name: 'Bob' });
      await nothingLeft(on.stage.janus);
    });

    it('what is asked in the breath in which one leaves is called off', async () => {
      await meet('Bob');
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      const ends = await call.page.evaluate(askAndLeave, { servers: on.stage.janus.ws, room: ROOM });
      assert.deepEqual(new Set(Object.values(ends)), new Set(['aborted']), JSON.stringify(ends));
    });

    it('what is asked in the breath in which one joins is done', async () => {
      await meet('Ada');
      // Not for the first time alone: by then everything is loaded.
      for (const create of [undefined, undefined, { publishers: 20 }, { publishers: 20 }]) {
        const room = create ? MADE : ROOM;
        assert.deepEqual(await call.joinAndSpeak({ ...ADA, options: { room, create } }), ['done', 'done', 'done']);
        assert.deepEqual(await call.sources(ADA), ['microphone/audio']);
        await isInOnce(room);
        await call.leave(ADA);
      }
    });

    it('joining has an end, also where loading has none', async () => {
      await meet('Ada');
      await call.compileForEver({});
      assert.equal(await call.joinFor({ ...ADA, time: 50, options: { room: ROOM } }), 'TimeoutError');
      assert.deepEqual(await play(['join', 'leave', 'join', 'abort']), ['aborted', 'done', 'AbortError']);
      assert.equal(await call.state(ADA), 'disconnected');
    });

    it('who asks how the room does is answered, be it left meanwhile', async () => {
      await meet('Bob');
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      const told = await call.page.evaluate(readAndLeave, { servers: on.stage.janus.ws, room: ROOM });
      assert.deepEqual(told, [true, true, 1]);
    });

    it('short stays of somebody with attributes leave no rejection unhandled', async () => {
      await meet('Bob');
      await call.join({ name: 'Bob', room: ROOM, number: 18, options: { data: true } });
      assert.deepEqual(await call.page.evaluate(stayShortly, { servers: on.stage.janus.ws, room: ROOM }), []);
    });

    it('two rooms of one page do not disturb each other', async () => {
      await meet('Ada', 'Bob');
      await call.join({ name: 'Bob', room: ROOM, number: 18 });
      await play(['join', 'leave', 'join'], { number: 17 });
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
      await sees(call, { name: 'Ada', of: 'Bob' }, 18);
      await play(['leave']);
      assert.equal(await call.state({ name: 'Bob' }), 'connected');
      await play(['join'], { number: 17 });
      await sees(call, { name: 'Bob', of: 'Ada' }, 17);
    });

    it('a listener that throws stops neither the others nor the room', async () => {
      await meet('Ada');
      await call.throwFirst({ ...ADA, event: 'stateChanged' });
      assert.deepEqual(await play(['join', 'leave', 'join']), ['aborted', 'done', 'done']);
      await isInOnce();
      const { errors, second } = await call.afterThrowing(ADA);
      assert.ok(second >= 2 && errors.length === second, `${second}: ${errors}`);
      assert.match(errors[0], /a listener of the page/);
    });
  });
}
