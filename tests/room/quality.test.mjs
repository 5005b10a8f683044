// How well media gets through: losses and cuts, by relays between the browsers and Janus.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { setSlowLinkThreshold } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { WELL, openPeople, setSpeakerStage } from './lib/speakers.mjs';

const ROOM = 1234;

for (const kind of BROWSERS) {
  describe(`quality: ${kind}`, () => {
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

    it('losses of the sender make it poor, which passes, and leave the others alone', async () => {
      await setSlowLinkThreshold(stage.janus, 3);
      await come(['Ada', 'Bob', 'Cy'], ['Ada']);
      desk.setLoss(0.3);
      await Promise.all([
        knows('Ada', 'that she is poor', ({ quality }) => quality.me === 'poor'),
        knows('Bob', 'that Ada is poor', ({ quality }) => quality.Ada === 'poor'),
      ]);
      const { quality } = await people.state({ name: 'Bob' });
      assert.notEqual(quality.Cy, 'poor');
      assert.notEqual(quality.me, 'poor');
      const { slow } = await knows('Ada', 'what the server says', ({ slow: all }) => all.some(({ direction }) => direction === 'send'));
      const hint = slow.find(({ direction }) => direction === 'send');
      assert.ok(hint.lost >= 3 && hint.who === 'me' && ['audio', 'video'].includes(hint.kind), JSON.stringify(hint));
      desk.setLoss(0);
      await knows('Ada', 'that she is well', ({ quality: now }) => WELL.includes(now.me));
      await knows('Bob', 'that all are well', ({ quality: now }) => WELL.includes(now.Ada) && WELL.includes(now.Cy));
      await setSlowLinkThreshold(stage.janus, 0);
    });

    it('what is bad of everybody is our own, and a cut is lost', async () => {
      await setSlowLinkThreshold(stage.janus, 3);
      await come(['Ada', 'Bob', 'Cy'], ['Bob']);
      desk.setLoss(0.3);
      await knows('Bob', 'that he is poor', ({ quality }) => quality.me === 'poor');
      const received = (slow) => slow.filter(({ direction }) => direction === 'receive');
      const { slow } = await knows('Bob', 'what the server says of Ada and of Cy', ({ slow: all }) =>
        ['Ada', 'Cy'].every((name) => received(all).some(({ who }) => who === name)));
      for (const hint of received(slow)) {
        assert.ok(hint.lost >= 3 && ['Ada', 'Cy'].includes(hint.who) && ['audio', 'video'].includes(hint.kind), JSON.stringify(hint));
      }
      await setSlowLinkThreshold(stage.janus, 0);
      desk.setCut(true);
      await knows('Bob', 'that he is cut off', ({ quality }) => quality.me === 'lost');
      await knows('Ada', 'that all else is well', ({ quality }) => WELL.includes(quality.me) && WELL.includes(quality.Cy));
      assert.deepEqual(people.page.complaints, []);
    });
  });
}
