// Streams that stand still, by a relay between a browser and Janus, and those that are not meant to move.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { silence } from '../page/lib/janus-admin.mjs';
import { stays, until } from '../page/lib/wait.mjs';
import { WELL, openPeople, setSpeakerStage } from './lib/speakers.mjs';

const ROOM = 1234;

for (const kind of BROWSERS) {
  describe(`stalls: ${kind}`, () => {
    let stage;
    let browser;
    let people;
    let desk;

    before(async () => {
      stage = await setSpeakerStage();
      browser = await launch(kind, { soundCard: true });
    });

    afterEach(async () => {
      await browser.closePages();
      desk.close();
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    /** People by name; those in `relayed` are behind the desk. */
    async function come(names, relayed) {
      desk = await openRelayDesk();
      people = await openPeople(browser, stage.site);
      for (const [index, name] of names.entries()) {
        await people.create({ name, servers: stage.janus.ws, desk: relayed.includes(name) ? desk.url : undefined });
        await people.join({ name, room: ROOM, gain: 0.3, number: index + 1 });
      }
      for (const name of names) {
        await knows(name, 'everybody', ({ playing }) => playing.length === 2 * (names.length - 1));
      }
    }

    function knows(name, what, test, options) {
      let seen;
      const probe = async () => test(seen = await people.state({ name })) && seen;
      return until(`${name} to know ${what} (${kind})`, probe, { explain: () => seen, ...options });
    }

    it('what is cut off stalls, and goes on as the same track', async () => {
      await come(['Ada', 'Bob', 'Cy'], ['Ada']);
      desk.setCut(true);
      await knows('Bob', "that Ada's streams stall", ({ stalled }) => stalled.length === 2);
      await knows('Bob', 'that Cy is heard', ({ level }) => level.Cy > 0.3);
      await knows('Bob', 'that Ada is lost', ({ quality }) => quality.Ada === 'lost');
      await knows('Bob', 'that Ada is not speaking', ({ speakers }) => `${speakers.filter((one) => one !== 'me')}` === 'Cy');
      desk.setCut(false);
      await knows('Bob', 'that they go on', ({ stalled }) => stalled.length === 0);
      const seen = await knows('Bob', 'that Ada is well', ({ quality }) => WELL.includes(quality.Ada));
      assert.deepEqual([seen.tracks, seen.same], [4, true]);
      // The way may be cut off for a moment once more, while another is looked for.
      for (const what of ['audio', 'video']) {
        const told = seen.log.filter((text) => new RegExp(`^Ada's ${what} (stalled|resumed)`).test(text));
        assert.ok(told.length > 0 && told.length % 2 === 0, `${seen.log}`);
        told.forEach((text, index) => assert.equal(text, `Ada's ${what} ${index % 2 === 0 ? 'stalled' : 'resumed'}`));
      }
      assert.ok(!seen.log.some((text) => /Cy's .* stalled/.test(text)), `${seen.log}`);
    });

    it('a short loss takes nothing apart', async () => {
      await come(['Ada', 'Bob'], ['Ada', 'Bob']);
      for (const name of ['Ada', 'Bob']) await people.keepConnections({ name });
      for (const length of [300, 1_500]) {
        desk.setCut(true);
        await setTimeout(length);
        const before = await people.received({ name: 'Bob' });
        desk.setCut(false);
        await until('packets to come again', async () => (await people.received({ name: 'Bob' })) > before + 20);
        await knows('Bob', 'that all is well', ({ stalled, quality }) => stalled.length === 0 && quality.Ada !== 'lost');
      }
      for (const name of ['Ada', 'Bob']) {
        assert.ok(await people.sameConnections({ name }), `${name} has the same connections`);
        const { tracks, same } = await people.state({ name });
        assert.deepEqual([tracks, same], [2, true]);
      }
      assert.deepEqual(people.page.complaints, []);
    });

    it('what comes and makes no pictures stalls, where it can be seen', async () => {
      desk = await openRelayDesk();
      people = await openPeople(browser, stage.site);
      for (const [index, name] of ['Ada', 'Bob'].entries()) {
        await people.create({ name, servers: stage.janus.ws, sieve: name === 'Bob' });
        await people.join({ name, room: ROOM, gain: 0.3, number: index + 1 });
      }
      await knows('Bob', 'Ada', ({ playing }) => playing.length === 2);
      await stays('nothing to stall', async () => (await people.state({ name: 'Bob' })).stalled.length === 0, 3_000);
      await people.setShown({ name: 'Bob', shown: false });
      await people.setOpen({ open: false });
      await stays('nothing to stall that nobody sees', async () => (await people.state({ name: 'Bob' })).stalled.length === 0, 8_000);
      await people.setShown({ name: 'Bob', shown: true });
      await knows('Bob', "that Ada's picture stands still", ({ stalled }) => `${stalled}` === 'Ada video');
      await people.setOpen({ open: true });
      await knows('Bob', 'that it goes on', ({ stalled }) => stalled.length === 0);
      const { log } = await people.state({ name: 'Bob' });
      assert.deepEqual(log.filter((text) => /stalled|resumed/.test(text)), ["Ada's video stalled", "Ada's video resumed"]);
    });

    it('a connection over which nothing comes is made anew, with the same tracks', async () => {
      await come(['Ada', 'Bob'], []);
      await silence(stage.janus);
      await knows('Bob', "that Ada's streams stall", ({ stalled }) => stalled.length === 2);
      const seen = await knows('Bob', 'that they go on', ({ stalled }) => stalled.length === 0);
      assert.deepEqual([seen.tracks, seen.same], [2, true]);
      assert.deepEqual(people.page.complaints, []);
    });

    it('what is muted or paused does not stall', async () => {
      await come(['Ada', 'Bob'], []);
      const { log: before } = await people.state({ name: 'Bob' });
      await people.mute({ name: 'Ada', kind: 'video' });
      await people.pause({ name: 'Bob', of: 'Ada', paused: true });
      await stays('nothing to stall', async () => (await people.state({ name: 'Bob' })).stalled.length === 0, 4_000);
      const { log } = await people.state({ name: 'Bob' });
      assert.deepEqual(log.slice(before.length).filter((text) => /stalled|resumed|poor|lost/.test(text)), []);
      assert.deepEqual(people.page.complaints, []);
    });
  });
}
