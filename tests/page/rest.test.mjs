// The same call over REST long polls.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { nothingLeft } from './lib/janus-admin.mjs';
import { hearsAndSees, tileMoves } from './lib/media.mjs';
import { enter, isContent, join, leave, seesOthers, tileShows } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';

describe('over REST', () => {
  let stage;
  let browsers;

  before(async () => {
    stage = await setStage();
    browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
  });

  afterEach(() => Promise.all(Object.values(browsers).map((browser) => browser.closePages())));

  after(async () => {
    await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
    await stage?.close();
  });

  for (const [first, second] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
    it(`two people see and hear each other, mute, leave and come back: ${first} and ${second}`, async () => {
      const server = stage.janus.http;
      const ada = await enter(browsers[first], stage.site, { name: 'Ada', server });
      const bob = await enter(browsers[second], stage.site, { name: 'Bob', server });
      await seesOthers(ada, ['Bob']);
      await seesOthers(bob, ['Ada']);
      await tileMoves(ada, 'Bob');
      await tileMoves(bob, 'Ada');
      await hearsAndSees(ada, 1);
      await hearsAndSees(bob, 1);
      assert.equal(await ada.evaluate(() => globalThis.__witness.sockets()), 0, 'no WebSocket was opened');

      await ada.click('#toggle-microphone');
      await tileShows(bob, 'Ada', 'microphone', 'off');
      // Nothing failed so far; leaving may cut the long poll that waits.
      assert.deepEqual([...ada.complaints, ...bob.complaints], []);

      await leave(ada);
      await seesOthers(bob, []);
      await join(ada);
      await tileMoves(bob, 'Ada');
      await leave(ada);
      await leave(bob);
      await isContent(ada);
      await nothingLeft(stage.janus);
      assert.deepEqual(await ada.evaluate(() => globalThis.__witness.errors), []);
    });
  }
});
