// Trouble with media and devices, caused from inside: it mends itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, endSessions, hangUp, publishing } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const VIEW = { name: 'Bob', of: 'Ada' };
/** Several calls share a page. */
const SIZE = { width: 160, height: 90, rate: 8 };
/** What breaks connections, with what is another when that was noticed and mended. */
const BREAKS = {
  'signal-lost': [],
  'signal-blackhole': [],
  'session-lost': ['publisher', 'subscriber'],
  'server-restart': ['publisher', 'subscriber'],
  'ice-failed': ['publisher', 'subscriber'],
  'publisher-failed': ['publisher'],
  'subscriber-failed': ['subscriber'],
};
const TROUBLES = Object.keys(BREAKS);
/** Each with every one behind it, and each two of those, where there is time. */
const pairsOf = (first) => TROUBLES.slice(TROUBLES.indexOf(first) + 1).map((second) => [first, second]);
const togetherOf = (first) => {
  const pairs = pairsOf(first);
  if (!process.env.JANUS_WASM_LONG) return pairs;
  return [...pairs, ...pairs.flatMap((pair) => pairsOf(pair[1]).map((more) => [first, ...more]))];
};
/** Some troubles are noticed only after a while, and one may hide another. */
const PATIENCE = { timeout: 60_000 };
let room = 7250;

for (const kind of BROWSERS) {
  describe(`simulate, media: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setSupportStage({ reclaimSessionTimeout: 30 });
      browser = await launch(kind);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    async function meet(join = { number: 17 }, options = {}, way = stage.janus.ws) {
      // Each test has a room of its own: with time to claim, those of a page that was closed stay for a while.
      room += 1;
      await endSessions(stage.janus);
      await createRoom(stage.janus, room);
      call = await openSupport(browser, stage.site);
      await call.create({ name: 'Ada', servers: stage.janus.ws, ...options });
      await call.create({ name: 'Bob', servers: way, ...options });
      await call.join({ name: 'Ada', room, ...join });
      await call.join({ name: 'Bob', room });
      if (join.number) await sees(call, VIEW, join.number);
    }

    /** Two who publish, both seen, in a room of their own; one has several troubles at once. */
    async function survives(troubles) {
      const [name, other, own] = [`Ada: ${troubles}`, `Bob: ${troubles}`, ++room];
      await createRoom(stage.janus, own);
      for (const [index, who] of [name, other].entries()) {
        await call.create({ name: who, servers: stage.janus.ws });
        await call.join({ name: who, room: own, number: 17 + index, size: SIZE, options: { data: true } });
      }
      const everybody = (options) => Promise.all([
        sees(call, { name, of: other }, 18, undefined, options), sees(call, { name: other, of: name }, 17, undefined, options),
      ]);
      await everybody(PATIENCE);
      const before = await call.credentials({ name });
      const outcomes = await call.simulateTogether({ name, troubles });
      // What another trouble broke first there is not to break any more.
      const caused = troubles.filter((_, index) => outcomes[index].code === undefined);
      assert.notEqual(caused.length, 0, JSON.stringify(outcomes));
      const others = new Set(caused.flatMap((trouble) => BREAKS[trouble]));
      await until(`${name} to have other ways: ${[...others]}`, async () => {
        const [now, states] = [await call.credentials({ name }), await call.connected({ name })];
        const isOther = [...others].every((role) => now[role] !== undefined && now[role] !== before[role]);
        return isOther && states.join() === 'connected,connected' && (await call.state({ name })) === 'connected';
      }, { ...PATIENCE, explain: async () => [outcomes, await call.connected({ name }), await call.log({ name })] });
      await everybody(PATIENCE);
      await Promise.all([name, other].map((who) => call.leave({ name: who })));
    }

    const cause = async (trouble, name = 'Bob') => assert.deepEqual(await call.simulate({ name, trouble }), {});
    const bobWasTold = () => until('Bob to have been told what is sent', async () =>
      (await call.records({ name: 'Bob' })).includes('"switched"'));

    it('publisher-failed and subscriber-failed: a new connection for the one, and the other stays', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await cause('subscriber-failed');
      await until('a new connection', async () => {
        const { subscriber } = await call.credentials({ name: 'Bob' });
        return subscriber !== undefined && subscriber !== before[1].subscriber;
      });
      await sees(call, VIEW, 17);
      assert.equal((await call.credentials({ name: 'Ada' })).publisher, before[0].publisher);
      await cause('publisher-failed', 'Ada');
      await until('a new connection', async () => {
        const { publisher } = await call.credentials({ name: 'Ada' });
        return publisher !== undefined && publisher !== before[0].publisher;
      });
      await sees(call, VIEW, 17);
      assert.deepEqual(call.page.complaints, []);
    });

    for (const first of TROUBLES.slice(0, -1)) {
      it(`${first} together with any other`, async () => {
        await endSessions(stage.janus);
        call = await openSupport(browser, stage.site);
        await Promise.all(togetherOf(first).map(survives));
        assert.deepEqual(call.page.complaints, []);
      });
    }

    for (const role of ['publisher', 'subscriber']) {
      it(`a ${role} that the server hangs up while signalling is away is made anew`, async () => {
        await meet();
        const [sent, back] = [role === 'publisher', { name: 'Ada', of: 'Bob' }];
        if (!sent) {
          await call.publish({ name: 'Bob', number: 18 });
          await sees(call, back, 18);
        }
        const before = await call.credentials({ name: 'Ada' });
        await cause('signal-blackhole', 'Ada');
        // Bob hears of it.
        await hangUp(stage.janus, role);
        await until('the loss and the end of it', async () =>
          (await call.log({ name: 'Ada' })).filter((line) => /^(re|dis)?connect/.test(line)).slice(-2).join() === 'reconnecting,connected');
        await until('a new connection', async () => {
          const now = (await call.credentials({ name: 'Ada' }))[role];
          return now !== undefined && now !== before[role];
        }, sent ? {} : PATIENCE);
        await sees(call, VIEW, 17);
        if (!sent) await sees(call, back, 18);
        assert.deepEqual((await call.log({ name: 'Ada' })).filter((line) => line.startsWith('!')), [], 'nobody needs to know');
      });
    }

    it('what is published anew while signalling is away is seen, as the same track', async () => {
      const way = await startProxy({ target: { host: '127.0.0.1', port: stage.janus.ports.ws } });
      try {
        // Bob is not to notice before Ada is there again.
        await meet({ number: 17 }, { probeTimeout: 12_000 }, way.url('ws'));
        await call.create({ name: 'Cy', servers: stage.janus.ws });
        await call.join({ name: 'Cy', room, number: 19 });
        await sees(call, { name: 'Bob', of: 'Cy' }, 19);
        const [before, known] = [await call.credentials({ name: 'Ada' }), await call.identities({ name: 'Bob' })];
        await call.keepTracks({ name: 'Bob' });
        way.faults.blackhole({ on: 'existing' });
        await cause('publisher-failed', 'Ada');
        await until('Ada to be published anew', async () => {
          const isOther = (await call.credentials({ name: 'Ada' })).publisher !== before.publisher;
          const isUp = (await call.connected({ name: 'Ada' }))[0] === 'connected';
          return isOther && isUp && (await publishing(stage.janus, room)).includes('Ada');
        }, { timeout: 10_000 });
        const told = async () => (await call.log({ name: 'Bob' })).slice(4);
        assert.deepEqual(await told(), [], 'Bob has heard nothing of it');
        await until('Bob to be back', async () => (await told()).length === 2);
        await sees(call, VIEW, 17);
        await sees(call, { name: 'Bob', of: 'Cy' }, 19);
        assert.deepEqual(await told(), ['reconnecting', 'connected']);
        assert.equal(await call.sameTracks({ name: 'Bob' }), true);
        assert.deepEqual(await call.identities({ name: 'Bob' }), known);
        assert.deepEqual(call.page.complaints, []);
      } finally {
        await way.close();
      }
    });

    it('signalling that was away changes nothing of what is received', async () => {
      await meet();
      const before = await call.descriptions({ name: 'Bob' });
      await call.keepTracks({ name: 'Bob' });
      await cause('signal-lost');
      await until('the loss and the end of it', async () =>
        (await call.log({ name: 'Bob' })).slice(3).join() === 'reconnecting,connected');
      await bobWasTold();
      await sees(call, VIEW, 17);
      assert.deepEqual(await call.descriptions({ name: 'Bob' }), before);
      assert.equal(await call.sameTracks({ name: 'Bob' }), true);
      assert.deepEqual(call.page.complaints, []);
    });

    it('who leaves while signalling is away costs nobody else anything', async () => {
      await meet();
      await call.create({ name: 'Cy', servers: stage.janus.ws });
      await call.join({ name: 'Cy', room, number: 19 });
      await sees(call, { name: 'Bob', of: 'Cy' }, 19);
      const before = (await call.credentials({ name: 'Bob' })).subscriber;
      await cause('signal-blackhole');
      await call.leave({ name: 'Cy' });
      await until('Cy to be gone', async () => !('Cy' in (await call.identities({ name: 'Bob' }))));
      await bobWasTold();
      await sees(call, VIEW, 17);
      assert.equal((await call.credentials({ name: 'Bob' })).subscriber, before, 'received as before');
      assert.deepEqual(call.page.complaints, []);
    });

    it('publisher-failed and subscriber-failed break what is open', async () => {
      await meet();
      const broken = await call.simulateTogether({ name: 'Ada', troubles: ['publisher-failed', 'publisher-failed'] });
      assert.deepEqual(broken.map(({ code }) => code), [undefined, 'invalid-state']);
      await sees(call, VIEW, 17);
    });

    it('ice-failed: packets find another way, with the same tracks', async () => {
      await meet();
      const before = [await call.credentials({ name: 'Ada' }), await call.credentials({ name: 'Bob' })];
      await call.keepTracks({ name: 'Bob' });
      await cause('ice-failed', 'Ada');
      await cause('ice-failed', 'Bob');
      await until('both to have noticed', async () =>
        (await call.credentials({ name: 'Ada' })).publisher !== before[0].publisher
        && (await call.credentials({ name: 'Bob' })).subscriber !== before[1].subscriber, { timeout: 45_000 });
      await until('the connections to be well', async () =>
        (await call.connected({ name: 'Ada' }))[0] === 'connected' && (await call.connected({ name: 'Bob' }))[1] === 'connected');
      await sees(call, VIEW, 17);
      assert.equal(await call.sameTracks({ name: 'Bob' }), true);
    });

    it('device-lost: muted, until it is opened again', async () => {
      await meet({ options: { camera: true } });
      const view = { ...VIEW, what: 'video' };
      await until('the picture', async () => (await call.stream(view)) !== undefined);
      assert.equal((await call.simulate({ name: 'Bob', trouble: 'device-lost' })).code, 'invalid-state');
      await cause('device-lost', 'Ada');
      await until('Ada to hear of it', async () => (await call.log({ name: 'Ada' })).includes('lost camera'));
      await until('Bob to see it', async () => (await call.stream(view)).muted);
      await call.unmuteSelf({ name: 'Ada', what: 'video' });
      await until('the picture', async () => !(await call.stream(view)).muted);
      const { frames } = await call.received({ ...VIEW });
      await until('it to move', async () => (await call.received({ ...VIEW })).frames > frames + 10);
    });
  });
}
