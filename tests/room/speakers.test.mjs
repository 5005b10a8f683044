// Who speaks, how loud, and in which order: with the server's word and without.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openPeople, setSpeakerStage } from './lib/speakers.mjs';

/** Rooms by what the server does in them. */
const ROOMS = [
  { room: 1234, what: 'where the server announces it' },
  { room: 2001, what: 'where the server says nothing', options: { audiolevel_event: false, audiolevel_ext: true } },
  { room: 2002, what: 'where packets say nothing either', options: { audiolevel_event: false, audiolevel_ext: false } },
];

for (const kind of BROWSERS) {
  describe(`speakers: ${kind}`, () => {
    let stage;
    let browser;
    let people;

    before(async () => {
      stage = await setSpeakerStage();
      browser = await launch(kind, { soundCard: true });
      for (const { room, options } of ROOMS) if (options) await createRoom(stage.janus, room, options);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    async function come(room, ...all) {
      people = await openPeople(browser, stage.site);
      for (const [name, gain] of all) {
        await people.create({ name, servers: stage.janus.ws });
        await people.join({ name, room, gain });
      }
    }

    /** Waits until this person knows of something. */
    function knows(name, what, test) {
      let seen;
      const probe = async () => test(seen = await people.state({ name })) && seen;
      return until(`${name} to know ${what} (${kind})`, probe, { explain: () => seen });
    }

    for (const { room, what } of ROOMS) {
      it(`who begins is told, and whoever is muted is silent, ${what}`, async () => {
        await come(room, ['Ada', 0], ['Bob']);
        await knows('Bob', 'that Ada can be heard', ({ playing }) => playing.includes('Ada audio'));
        await people.loudness({ name: 'Ada', gain: 0.5 });
        const heard = await knows('Bob', 'Ada speaks', ({ speakers }) => speakers.includes('Ada'));
        assert.deepEqual([heard.speakers, heard.speaking], [['Ada'], ['Ada']]);
        const loud = await knows('Bob', 'how loud', ({ level }) => level.Ada > 0.4);
        assert.ok(loud.level.Ada <= 1 && loud.level.me === 0, JSON.stringify(loud.level));
        const self = await knows('Ada', 'that she speaks', ({ speakers, level }) => speakers.includes('me') && level.me > 0.4);
        assert.deepEqual(self.speakers, ['me']);
        await people.mute({ name: 'Ada' });
        await knows('Bob', 'that nobody speaks', ({ speakers, level }) => speakers.length === 0 && level.Ada === 0);
        await knows('Ada', 'that she does not speak', ({ speakers, level }) => speakers.length === 0 && level.me === 0);
        await people.unmute({ name: 'Ada' });
        await knows('Bob', 'that Ada speaks again', ({ speakers }) => speakers.includes('Ada'));
        await knows('Ada', 'that she speaks again', ({ speakers }) => speakers.includes('me'));
        for (const name of ['Ada', 'Bob']) {
          const { log, wrong } = await people.state({ name });
          const one = name === 'Ada' ? 'me' : 'Ada';
          const told = log.filter((text) => /speak|silent/.test(text));
          const once = [`${one} speaks`, `speakers: ${one}`, `${one} is silent`, 'speakers: '];
          assert.deepEqual(told.slice(0, 6), [...once, ...once.slice(0, 2)]);
          assert.deepEqual(wrong, []);
        }
      });
    }

    it('who falls silent, or begins, while nothing is heard of the server is known when it is back', async () => {
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: stage.janus.ports.ws } });
      try {
        people = await openPeople(browser, stage.site);
        for (const [name, servers] of [['Ada', stage.janus.ws], ['Bob', proxy.url('ws')]]) {
          await people.create({ name, servers });
          await people.join({ name, room: ROOMS[0].room, gain: 0.5 });
        }
        const speak = (name, ...names) => knows(name, `${names.join(' and ')} speaking, and nobody else`,
          ({ speakers }) => `${[...speakers].sort()}` === `${names}`);
        const be = (name, gain) => people.loudness({ name, gain });
        const cut = async () => {
          proxy.faults.blackhole();
          await knows('Bob', 'that the way is cut', ({ state }) => state === 'reconnecting');
        };
        const heal = async () => {
          proxy.heal();
          await knows('Bob', 'that the way is there', ({ state }) => state === 'connected');
        };
        await Promise.all([speak('Ada', 'Bob', 'me'), speak('Bob', 'Ada', 'me')]);
        await cut();
        for (const name of ['Ada', 'Bob']) await be(name, 0);
        await speak('Ada');
        await heal();
        await speak('Bob');
        await cut();
        await be('Ada', 0.5);
        await speak('Ada', 'me');
        await heal();
        await speak('Bob', 'Ada');
        for (const name of ['Ada', 'Bob']) assert.deepEqual((await people.state({ name })).wrong, []);
      } finally {
        await proxy.close();
      }
    });

    it('how loud one is oneself is known of the next connection, where the browser never told of the last', async () => {
      people = await openPeople(browser, stage.site);
      await people.answerNothing({});
      await people.create({ name: 'Ada', servers: stage.janus.ws });
      await people.join({ name: 'Ada', room: ROOMS[0].room, gain: 0.5 });
      await until('it to be asked for', () => people.wasAsked({}));
      await people.keepConnections({ name: 'Ada' });
      await people.simulate({ name: 'Ada', trouble: 'publisher-failed' });
      await knows('Ada', 'her own level', ({ level }) => level.me > 0.4);
      assert.equal(await people.sameConnections({ name: 'Ada' }), false);
    });

    it('the louder one comes first, and a silence shorter than a pause ends nothing', async () => {
      await come(2001, ['Ada', 0.1], ['Cy', 0.7], ['Bob']);
      const order = (...names) => knows('Bob', `${names} speak in this order`, ({ speakers }) => `${speakers}` === `${names}`);
      await order('Cy', 'Ada');
      const { log } = await people.state({ name: 'Bob' });
      await people.loudness({ name: 'Cy', gain: 0.1 });
      await people.loudness({ name: 'Ada', gain: 0.7 });
      await order('Ada', 'Cy');
      const after = await people.state({ name: 'Bob' });
      assert.deepEqual(after.log.slice(log.length).filter((text) => /speak|silent/.test(text)), ['speakers: Ada Cy']);
      await people.leave({ name: 'Ada' });
      await order('Cy');
      await people.leave({ name: 'Bob' });
      const { speakers, speaking, wrong } = await knows('Bob', 'that it is over', ({ speakers: now }) => now.length === 0);
      assert.deepEqual([speakers, speaking, wrong], [[], [], []]);
      assert.deepEqual(people.page.complaints, []);
    });
  });
}
