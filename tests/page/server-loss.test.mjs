// The server or the way to it is lost in the middle of a call: the page says so, and comes back with it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, leftovers, sessions } from './lib/janus-admin.mjs';
import { hearsAndSees, liveCaptures, tileMoves } from './lib/media.mjs';
import { enter, inState, isContent, leave, seesOthers, tiles } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const PATIENCE = { timeout: 60_000 };
/** How long after joining the way is cut, ms. */
const MOMENTS = process.env.JANUS_WASM_LONG ? [0, 10, 20, 40, 60, 80, 120, 160, 240] : [0, 40, 120];

function isReconnecting(page, wanted) {
  const what = wanted ? 'the page to say that it is reconnecting' : 'the page to be connected again';
  const shown = (wanted) => document.getElementById('reconnecting').checkVisibility() === wanted;
  return page.waitFor(what, shown, wanted, PATIENCE);
}

describe('the server is lost', () => {
  let stage;
  let browsers;

  before(async () => {
    stage = await setStage({ reclaimSessionTimeout: 30 });
    browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
  });

  afterEach(async () => {
    await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
    await endSessions(stage.janus);
  });

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
        await isReconnecting(page, true);
        assert.equal((await tiles(page)).length, 2, 'nobody is taken away before it is known that they are gone');
      }

      await stage.janus.start();
      // The new process knows nothing of them: they take their places again, and nobody has to do anything.
      for (const page of [ada, bob]) {
        await isReconnecting(page, false);
        await inState(page, 'call');
        await isContent(page);
        assert.equal((await tiles(page)).length, 2);
      }
      await tileMoves(ada, 'Bob');
      await tileMoves(bob, 'Ada');
      await hearsAndSees(ada, 1);
      await hearsAndSees(bob, 1);
      assert.ok((await liveCaptures(ada, 'video')) <= 1, 'the camera is opened once');
    });

    it(`the way to it is cut just after joining, whatever is being said then: ${kind}`, async () => {
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', server: stage.janus.ws });
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: stage.janus.ports.ws } });
      try {
        // Publishing and subscribing take some 100 ms, and nothing tells when what is on the way.
        for (const after of MOMENTS) {
          const ada = await enter(browsers[kind], stage.site, { name: 'Ada', server: proxy.url('ws') });
          await setTimeout(after);
          proxy.faults.refuse({ on: 'new' });
          proxy.faults.reset();
          await isReconnecting(ada, true);
          proxy.heal();
          await isReconnecting(ada, false);
          await tileMoves(ada, 'Bob');
          await tileMoves(bob, 'Ada');
          await isContent(ada);
          await leave(ada);
          await seesOthers(bob, []);
        }
      } finally {
        await proxy.close();
      }
    });

    it(`the way to it is cut in mid-call, then there again: ${kind}`, async () => {
      const proxies = [];
      const proxy = async (port) => {
        const one = await startProxy({ target: { host: '127.0.0.1', port } });
        proxies.push(one);
        return one;
      };
      const { ports } = stage.janus;
      const [ws, http] = [await proxy(ports.ws), await proxy(ports.http)];
      try {
        const ada = await enter(browsers[kind], stage.site, { name: 'Ada', server: [ws.url('ws'), stage.janus.http] });
        const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', server: http.url('http', '/janus') });
        await tileMoves(ada, 'Bob');
        await tileMoves(bob, 'Ada');
        const before = await sessions(stage.janus);

        for (const one of proxies) {
          one.faults.reset();
          one.faults.refuse({ on: 'new' });
        }
        for (const page of [ada, bob]) await isReconnecting(page, true);
        // Media does not go through what is cut.
        await tileMoves(ada, 'Bob');
        for (const one of proxies) one.heal();
        for (const page of [ada, bob]) {
          await isReconnecting(page, false);
          await inState(page, 'call');
          await isContent(page);
        }
        assert.deepEqual((await sessions(stage.janus)).sort(), before.sort(), 'the sessions are the same');
        await tileMoves(ada, 'Bob');
        await tileMoves(bob, 'Ada');

        const eve = await enter(browsers.chromium, stage.site, { name: 'Eve', server: stage.janus.ws });
        await seesOthers(ada, ['Bob', 'Eve']);
        await tileMoves(ada, 'Eve');
        await tileMoves(eve, 'Ada');
        // Pages take their sessions with them, though the server would keep them for 30 s. Firefox closes sockets
        // before it tells the page, so that it needs the REST address too; and of a tab that is closed it may lose the
        // last word, whoever says it.
        await Promise.all([ada, bob, eve].map((page) => page.goto('about:blank')));
        const explain = () => leftovers(stage.janus);
        await until('no session', async () => (await sessions(stage.janus)).length === 0, { explain });
      } finally {
        for (const one of proxies) await one.close();
      }
    });
  }
});
