// The server dies in the middle of a call: the page says so, and joins again when a server is back.
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { hearsAndSees, liveCaptures, tileMoves } from './lib/media.mjs';
import { complains, enter, inState, isContent, join, tiles } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const LOST = ['connection-lost', 'unreachable', 'session-not-found', 'timeout', 'closed'];
const PATIENCE = { timeout: 60_000 };

describe('the server is lost', () => {
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

  for (const kind of BROWSERS) {
    it(`killed in mid-call, then started again: ${kind}`, async () => {
      const ada = await enter(browsers[kind], stage.site, { name: 'Ada', server: stage.janus.ws });
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', server: stage.janus.http });
      await tileMoves(ada, 'Bob');
      await tileMoves(bob, 'Ada');

      await stage.janus.kill();
      for (const page of [ada, bob]) {
        await complains(page, LOST, PATIENCE);
        await inState(page, 'lobby');
        await until('no tile', async () => (await tiles(page)).length === 0);
      }
      // The lobby may show its own preview; the call must hold nothing.
      await until('at most the preview to hold the camera', async () => (await liveCaptures(ada, 'video')) <= 1);

      await stage.janus.start();
      await join(ada);
      await join(bob);
      await isContent(ada);
      await isContent(bob);
      await tileMoves(ada, 'Bob');
      await tileMoves(bob, 'Ada');
      await hearsAndSees(ada, 1);
      await hearsAndSees(bob, 1);
    });
  }
});
