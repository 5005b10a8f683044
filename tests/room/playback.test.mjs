// What is heard is played: in the speaker that was chosen, in elements that come and go, and after a click.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openCalls, sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { stays, until } from '../page/lib/wait.mjs';
import { openPeople, setSpeakerStage } from './lib/speakers.mjs';

const ROOM = 1234;
const BOB = { name: 'Bob' };

/** Gives the element of one picture another. Runs in the page, and is sent there as text. */
async function giveAnother() {
  const { person } = await import('/call/call.js');
  const [ada] = person('Bob').room.remoteParticipants.values();
  const [camera, screen] = ['camera', 'screen'].map((what) => [...ada.publications.values()].find(({ source }) => source === what).track);
  const [element] = camera.attachedElements;
  screen.attach(element);
  globalThis.__taken = element;
  const counts = [camera, screen].map(({ attachedElements }) => attachedElements.length);
  return { counts, detached: camera.detach().length, plays: element.srcObject !== null };
}

/** Takes it out of the page, which pauses it. Runs in the page, and is sent there as text. */
async function takeOut() {
  const element = globalThis.__taken;
  const paused = new Promise((resolve) => element.addEventListener('pause', resolve, { once: true }));
  element.remove();
  await paused;
}

for (const kind of BROWSERS) {
  describe(`playback: ${kind}`, () => {
    let stage;
    let people;

    before(async () => {
      stage = await setSpeakerStage();
    });

    after(() => stage?.close());

    const knows = (what, test) => until(`Bob to know ${what} (${kind})`, async () => test(await people.state(BOB)), {
      explain: () => people.state(BOB),
    });

    /** Ada, who is heard, in a browser launched like this; Bob is to come. */
    async function meet(options, test) {
      const browser = await launch(kind, { soundCard: true, ...options });
      try {
        const source = await openPeople(browser, stage.site);
        await source.create({ name: 'Ada', servers: stage.janus.ws });
        await source.join({ name: 'Ada', room: ROOM, number: 1, options: { microphone: true } });
        await test(browser);
      } finally {
        await browser.close();
      }
    }

    /** Bob, in a page that nobody touched: its sound is blocked. */
    async function comeUntouched(browser) {
      const query = new URLSearchParams({ servers: stage.janus.ws, room: ROOM });
      people = await openPeople(browser, stage.site, `speakers/blocked.html?${query}`);
      await until('sound to be blocked', () => people.page.complaints.some((text) => text.endsWith('blocked')), {
        explain: () => people.page.complaints,
      });
    }

    it('a speaker is for what is attached now and later, and one that is not there changes nothing', async () => {
      await meet({}, async (browser) => {
        people = await openPeople(browser, stage.site);
        await people.create({ ...BOB, servers: stage.janus.ws });
        const [first, second] = (await people.speakers()).slice(-2);
        assert.ok(first && second && first !== second);
        assert.equal(await people.setSpeaker({ ...BOB, id: first }), 'done');
        await people.join({ ...BOB, room: ROOM });
        await knows('that Ada can be heard', ({ playing }) => playing.includes('Ada audio'));
        const goTo = (...ids) => until(`sound to go to ${ids}`, async () => `${await people.sinks(BOB)}` === `${ids}`, {
          explain: () => people.sinks(BOB),
        });
        await goTo(first);
        await people.attachMore(BOB);
        await goTo(first, first);
        assert.equal(await people.setSpeaker({ ...BOB, id: second }), 'done');
        assert.deepEqual(await people.sinks(BOB), [second, second]);
        assert.equal(await people.setSpeaker({ ...BOB, id: 'nowhere' }), 'NotFoundError');
        assert.equal(await people.setSpeaker({ ...BOB, id: 5 }), 'invalid-argument');
        assert.deepEqual(await people.sinks(BOB), [second, second]);
        assert.equal(await people.setSpeaker({ ...BOB, id: '' }), 'done');
        assert.deepEqual(await people.sinks(BOB), ['', '']);
        assert.deepEqual(await people.detachSounds(BOB), [{ empty: true, left: 0 }, { empty: true, left: 0 }]);
        // As browsers do that have no choice (mock).
        await people.withoutChoice();
        assert.equal(await people.setSpeaker({ ...BOB, id: first }), 'unsupported');
        assert.equal(await people.setSpeaker({ ...BOB, id: '' }), 'done');
      });
    });

    it('an element shows what it was given last, and goes on where it is put back', async () => {
      const browser = await launch(kind);
      try {
        const call = await openCalls(browser, stage.site);
        // All of it is in view.
        await call.page.evaluate(() => {
          document.body.replaceChildren();
          document.body.style.cssText = 'display: flex; flex-wrap: wrap; margin: 0';
        });
        for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws, adaptive: true });
        await call.join({ name: 'Ada', room: ROOM, number: 17 });
        await call.publish({ name: 'Ada', number: 20, source: 'screen' });
        await call.join({ ...BOB, room: ROOM });
        for (const [what, number] of [['camera', 17], ['screen', 20]]) await sees(call, { ...BOB, of: 'Ada', what }, number);
        assert.deepEqual(await call.page.evaluate(giveAnother), { counts: [0, 2], detached: 0, plays: true });
        await call.page.evaluate(takeOut);
        await call.page.waitFor('it to go on where it is', () => !globalThis.__taken.paused);
        await call.page.evaluate(() => document.body.append(globalThis.__taken));
        let before;
        await until('its pictures to move', async () => {
          const { counter } = await call.page.evaluate(async () => (await import('/call/pattern.js')).look(globalThis.__taken));
          const moved = before !== undefined && counter !== before;
          before = counter;
          return moved;
        });
        assert.deepEqual(call.page.complaints, []);
      } finally {
        await browser.close();
      }
    });

    it('what the browser paused while the page slept goes on, or is blocked like anything else', async () => {
      await meet({}, async (browser) => {
        people = await openPeople(browser, stage.site);
        await people.create({ ...BOB, servers: stage.janus.ws });
        await people.join({ ...BOB, room: ROOM });
        await knows('that Ada can be heard', ({ playing }) => playing.includes('Ada audio'));
        await until('sound to play', async () => (await people.playing(BOB)).every(Boolean));
        await people.sleepAndWake(BOB);
        await until('sound to go on', async () => (await people.playing(BOB)).every(Boolean));
        assert.deepEqual((await people.state(BOB)).playback, []);
        for (const times of [1, 2]) {
          await people.sleepAndWake({ ...BOB, isRefused: true });
          await knows('that sound is blocked', ({ canPlayback }) => !canPlayback);
          assert.deepEqual(await people.playing(BOB), [false]);
          await people.letPlay();
          await people.startPlayback(BOB);
          assert.deepEqual(await people.playing(BOB), [true]);
          await knows('that nothing is blocked', ({ canPlayback }) => canPlayback);
          assert.deepEqual((await people.state(BOB)).playback, Array.from({ length: times }, () => [false, true]).flat());
        }
      });
    });

    it('what is blocked is told once, and plays after a click', async () => {
      await meet({ autoplay: false }, async (browser) => {
        await comeUntouched(browser);
        if (kind === 'firefox') {
          // Without a click it stays as it is, and is not told again. What is run in Chromium counts as one.
          await people.attachMore(BOB);
          await people.startPlayback(BOB);
          await stays('sound to be blocked', async () => !(await people.state(BOB)).canPlayback, 1_000);
        }
        const before = await people.state(BOB);
        assert.deepEqual([before.canPlayback, before.playback], [false, [false]]);
        await people.button(BOB);
        await people.page.click('#play');
        await until('it to settle', () => people.started(BOB));
        await until('all of it to play', async () => (await people.playing(BOB)).every(Boolean));
        const { canPlayback, playback } = await people.state(BOB);
        assert.deepEqual([canPlayback, playback], [true, [false, true]]);
      });
    });

    it('what leaves its element while it is blocked is blocked no longer, without a click', async () => {
      await meet({ autoplay: false }, async (browser) => {
        await comeUntouched(browser);
        await people.detachSounds(BOB);
        await knows('that nothing is blocked', ({ canPlayback }) => canPlayback);
        assert.deepEqual((await people.state(BOB)).playback, [false, true]);
        // Nothing is left to be played by the click either.
        await people.button(BOB);
        await people.page.click('#play');
        await until('it to settle', () => people.started(BOB));
        assert.deepEqual((await people.state(BOB)).playback, [false, true]);
      });
    });

    it('what the page itself plays in a click is blocked no longer', async () => {
      await meet({ autoplay: false }, async (browser) => {
        await comeUntouched(browser);
        await people.button({ ...BOB, itself: true });
        await people.page.click('#play');
        await knows('that nothing is blocked', ({ canPlayback }) => canPlayback);
        assert.deepEqual((await people.state(BOB)).playback, [false, true]);
        assert.ok((await people.playing(BOB)).every(Boolean));
      });
    });
  });
}
