// Listeners of a page that throw, and that call back into the room at once: nobody else suffers.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { nothingLeft } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';

const ROOM = 1234;
/** Rooms that are made while joining, each once. */
let fresh = 7_000;

/** What a person hears in a call of two that goes through everything. */
const EVENTS = [
  'stateChanged', 'participantJoined', 'participantLeft', 'trackPublished', 'trackUnpublished', 'trackSubscribed', 'trackUnsubscribed',
  'trackMuted', 'trackUnmuted', 'localTrackPublished', 'localTrackUnpublished', 'dataReceived', 'chatMessage', 'attributesChanged',
];

/** Every listener of Bob's throws, before those who listen. Runs in the page, and is sent there as text. */
async function throwAlways(names) {
  const { person } = await import('/call/call.js');
  const { room } = person('Bob');
  const heard = Object.fromEntries(names.map((name) => [name, 0]));
  globalThis.__heard = { heard, thrown: {} };
  addEventListener('error', (event) => {
    const { thrown } = globalThis.__heard;
    thrown[event.error?.message] = (thrown[event.error?.message] ?? 0) + 1;
  });
  for (const name of names) {
    room.on(name, () => {
      throw new Error(name);
    });
    room.on(name, () => (heard[name] += 1));
  }
}

/** At this event Bob does this, once. Runs in the page, and is sent there as text. */
async function react({ event, state, action }) {
  const { person, mute, publish, join } = await import('/call/call.js');
  const { room } = person('Bob');
  const name = 'Bob';
  const actions = {
    leave: () => room.leave(),
    mute: () => mute({ name, of: 'camera' }),
    publish: () => publish({ name, number: 30, source: 'screen' }),
    unpublish: () => [...room.localParticipant.publications.values()][0].unpublish(),
    join: () => join({ name, room: 1234, number: 42 }),
  };
  globalThis.__reaction = new Promise((resolve) => {
    const stop = room.on(event, (fields) => {
      if (state && fields.state !== state) return;
      stop();
      Promise.resolve(actions[action]()).then(() => resolve('done'), ({ code, name: kind }) => resolve(code ?? kind));
    });
  });
}

/** Joins, and leaves with the message of this number. Runs in the page, and is sent there as text. */
async function leaveAt({ servers, at, options }) {
  const { Room } = await import('/dist/index.js');
  const { Pattern } = await import('/call/pattern.js');
  globalThis.__pattern ??= new Pattern(7);
  let count = 0;
  let left;
  const states = [];
  const leave = () => (left = room.leave());
  const logger = ({ kind }) => {
    if (kind !== 'sent' && kind !== 'received') return;
    count += 1;
    // In the middle of what is being done, right after it, and a little later.
    if (count === at) [leave, () => queueMicrotask(leave), () => setTimeout(leave)][at % 3]();
  };
  const room = new Room({ servers, logger, logLevel: 'debug' });
  room.on('stateChanged', ({ state, reason }) => states.push([state, reason].filter(Boolean).join(' ')));
  const tracks = [globalThis.__pattern.track];
  const joined = await room.join({ ...options, tracks }).then(() => 'joined', ({ code, message }) => code ?? message);
  // Publishing goes on meanwhile.
  for (const end = performance.now() + 3_000; !left && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 10));
  const wasReached = left !== undefined;
  await (left ?? leave());
  return { wasReached, joined, states, state: room.state, people: room.remoteParticipants.size };
}

/** Joins without a listener, and reads what there is. Runs in the page, and is sent there as text. */
async function readLate({ servers }) {
  const { Room } = await import('/dist/index.js');
  const { look } = await import('/call/pattern.js');
  const room = (globalThis.__late ??= new Room({ servers }));
  if (room.state === 'disconnected') await room.join({ room: 1234, display: 'Late' });
  const ada = [...room.remoteParticipants.values()].find(({ display }) => display === 'Ada');
  const publications = Object.fromEntries([...(ada?.publications.values() ?? [])].map((one) => [one.source, one]));
  const element = publications.screen?.track?.attachedElements[0] ?? publications.screen?.track?.attach();
  if (element && !element.isConnected) document.body.append(element);
  return {
    muted: publications.camera?.isMuted,
    number: element && look(element).number,
    hand: ada?.isHandRaised,
    mood: ada?.attributes.mood,
  };
}

for (const kind of BROWSERS) {
  describe(`listeners: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));
    let call;

    async function come(...names) {
      call = await openCalls(on.browser, on.stage.site);
      for (const name of names) await call.create({ name, servers: on.stage.janus.ws });
    }

    const say = (text) => call.page.evaluate(async (words) => {
      const { person } = await import('/call/call.js');
      const me = person('Ada').room.localParticipant;
      await me.sendChatMessage(words);
      await me.setAttributes({ mood: words });
    }, text);

    it('that throw keep nothing from the others, and the page hears of each', async () => {
      await come('Ada', 'Bob');
      await call.page.evaluate(throwAlways, EVENTS);
      await call.join({ name: 'Bob', room: ROOM, number: 17 });
      await call.join({ name: 'Ada', room: ROOM, number: 42 });
      await sees(call, { name: 'Bob', of: 'Ada' }, 42);
      await call.mute({ name: 'Ada', of: 'camera' });
      await say('words');
      const heard = () => call.page.evaluate(() => globalThis.__heard);
      const hears = (...names) => until(`${names} to be heard`, async () => {
        const { heard: counts } = await heard();
        return names.every((name) => counts[name] > 0);
      }, { explain: heard });
      await hears('trackMuted', 'chatMessage', 'attributesChanged');
      // Chat is said until it is heard; by now the way for data is there.
      await call.send({ name: 'Ada', data: 'data' });
      await hears('dataReceived');
      await call.unmute({ name: 'Ada', of: 'camera' });
      await sees(call, { name: 'Bob', of: 'Ada' }, 42);
      await call.unpublish({ name: 'Ada', of: 'camera' });
      await hears('trackUnpublished');
      await call.leave({ name: 'Ada' });
      await hears('participantLeft');
      await call.leave({ name: 'Bob' });
      const { heard: told, thrown } = await heard();
      assert.deepEqual(thrown, told);
      for (const [name, count] of Object.entries(told)) assert.ok(count > 0, `${name} was heard`);
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
      await nothingLeft(on.stage.janus);
    });

    it('that are not there yet miss nothing: it can be read', async () => {
      await come('Ada');
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.publish({ name: 'Ada', number: 20, source: 'screen' });
      await call.mute({ name: 'Ada', of: 'camera' });
      await call.page.evaluate(async () => {
        const { person } = await import('/call/call.js');
        const me = person('Ada').room.localParticipant;
        await me.setAttributes({ mood: 'fine' });
        await me.setHandRaised(true);
      });
      const wanted = { muted: true, number: 20, hand: true, mood: 'fine' };
      let read;
      await until('everything to be there to be read', async () => {
        read = await call.page.evaluate(readLate, { servers: on.stage.janus.ws });
        return Object.entries(wanted).every(([name, value]) => read[name] === value);
      }, { explain: () => read, timeout: 30_000 });
      await call.page.evaluate(() => globalThis.__late.leave());
      assert.deepEqual(call.page.complaints, []);
    });

    const REACTIONS = [
      { event: 'stateChanged', state: 'connecting', action: 'leave', ends: 'disconnected', joins: 'aborted' },
      { event: 'stateChanged', state: 'connected', action: 'leave', ends: 'disconnected' },
      { event: 'participantJoined', action: 'leave', ends: 'disconnected' },
      { event: 'trackPublished', action: 'leave', ends: 'disconnected' },
      { event: 'trackSubscribed', action: 'leave', ends: 'disconnected' },
      { event: 'localTrackPublished', action: 'leave', ends: 'disconnected' },
      { event: 'localTrackPublished', action: 'mute', muted: true },
      { event: 'localTrackPublished', action: 'unpublish', published: [] },
      { event: 'trackSubscribed', action: 'publish', published: ['camera', 'screen'] },
      { event: 'participantJoined', action: 'publish', published: ['camera', 'screen'] },
      { event: 'stateChanged', state: 'disconnected', action: 'join', leaves: true, published: ['camera'] },
    ];

    for (const { ends = 'connected', joins, muted, published, leaves, ...wish } of REACTIONS) {
      const { event, state, action } = wish;
      it(`that call back: ${action} in ${event}${state ? ` ${state}` : ''}`, async () => {
        await come('Ada', 'Bob');
        await call.join({ name: 'Ada', room: ROOM, number: 17 });
        await call.page.evaluate(react, wish);
        const joined = await call.page.evaluate(async () => {
          const { join } = await import('/call/call.js');
          return join({ name: 'Bob', room: 1234, number: 42 }).then(() => 'joined', ({ code }) => code);
        });
        if (joins) assert.equal(joined, joins);
        else assert.ok(['joined', 'aborted'].includes(joined), joined);
        if (leaves) await call.leave({ name: 'Bob' });
        assert.equal(await call.page.evaluate(() => globalThis.__reaction), 'done');
        assert.equal(await call.state({ name: 'Bob' }), ends);
        if (muted) await until('Ada to know that it is muted', async () => (await call.see({ name: 'Ada', of: 'Bob' })).muted);
        if (published) {
          await until(`Bob to publish ${published}`, async () => {
            const sources = await call.sources({ name: 'Bob' });
            return `${sources.map((one) => one.split('/')[0])}` === `${published}`;
          }, { explain: () => call.sources({ name: 'Bob' }) });
          for (const what of published) await sees(call, { name: 'Ada', of: 'Bob', what }, what === 'screen' ? 30 : 42);
        }
        if (ends === 'connected') await sees(call, { name: 'Bob', of: 'Ada' }, 17);
        else await until('Ada to see him gone', async () => !(await call.see({ name: 'Ada', of: 'Bob' })).there);
        for (const name of ['Ada', 'Bob']) assert.deepEqual(await call.contradictions({ name }), [], name);
        assert.deepEqual(call.page.complaints, []);
        await call.leave({ name: 'Bob' });
        await call.leave({ name: 'Ada' });
        await nothingLeft(on.stage.janus);
      });
    }

    for (const how of ['joined', 'made']) {
      it(`leaving while a room is ${how}, with each message of it`, async () => {
        await come();
        let wasReached = true;
        let at = 0;
        while (wasReached) {
          at += 1;
          const options = how === 'made' ? { room: (fresh += 1), create: { publishers: 3 } } : { room: ROOM };
          const told = await call.page.evaluate(leaveAt, { servers: on.stage.janus.ws, at, options });
          ({ wasReached } = told);
          const words = `message ${at}: ${JSON.stringify(told)}`;
          assert.ok(['joined', 'aborted'].includes(told.joined), words);
          assert.deepEqual([told.state, told.people, told.states.at(-1)], ['disconnected', 0, 'disconnected left'], words);
          // Signs of life would go on for ever.
          if (at === 60) break;
        }
        assert.ok(at > 15, `${at} messages`);
        await nothingLeft(on.stage.janus);
        assert.deepEqual(call.page.complaints, []);
      });
    }
  });
}
