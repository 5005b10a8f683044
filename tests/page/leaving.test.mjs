// Whoever leaves leaves nothing behind: no tile with the others, no session or handle on the server, no open device.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, load, nothingLeft } from './lib/janus-admin.mjs';
import { connections, hearsAndSees, liveCaptures, tileMoves } from './lib/media.mjs';
import { enter, inState, isContent, join, leave, lobby, seesOthers, tiles } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const ROUNDS = process.env.JANUS_WASM_LONG ? 40 : 10;

// With 30 s to reclaim a session the server keeps it after the socket is gone: only a goodbye ends it.
for (const reclaimSessionTimeout of [0, 30]) {
  describe(`leaving, reclaim_session_timeout ${reclaimSessionTimeout}`, () => {
    let stage;
    let browsers;

    before(async () => {
      stage = await setStage({ reclaimSessionTimeout });
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
      it(`leaving and coming back on the same page: ${kind}`, async () => {
        const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
        const ada = await enter(browsers[kind], stage.site, { name: 'Ada' });
        await tileMoves(bob, 'Ada');
        await tileMoves(ada, 'Bob');
        const both = await load(stage.janus);
        assert.ok(both.sessions >= 2, 'the admin API counts the sessions of both');

        await leave(ada);
        await seesOthers(bob, []);
        assert.deepEqual(await tiles(ada), []);
        await until('the session of the one who left to end', async () =>
          (await load(stage.janus)).sessions === both.sessions - 1, { explain: () => load(stage.janus) });
        assert.ok((await connections(ada)).every((connection) => connection.closed), 'connections are closed');

        await join(ada);
        await seesOthers(bob, ['Ada']);
        await tileMoves(bob, 'Ada');
        await tileMoves(ada, 'Bob');
        await hearsAndSees(ada, 1);

        await leave(ada);
        await leave(bob);
        await nothingLeft(stage.janus);
        await isContent(ada);
        assert.deepEqual(ada.complaints, []);
        assert.deepEqual(bob.complaints, []);
      });

      for (const transport of transportsWithGoodbye(kind, reclaimSessionTimeout)) {
        it(`going to another page ends the session: ${kind} over ${transport}`, async () => {
          const { ws, http } = stage.janus;
          const server = { ws, http, both: [ws, http] }[transport];
          const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
          const ada = await enter(browsers[kind], stage.site, { name: 'Ada', server });
          await tileMoves(bob, 'Ada');
          // A page of the same site, as most that people go to: for others Firefox may end the process of this one midway.
          await ada.goto(new URL('examples/', stage.site.url).href);
          await seesOthers(bob, []);
          await leave(bob);
          await nothingLeft(stage.janus);
        });
      }

      // Firefox may stop the last script of a tab that is closed: then the server has to notice by itself.
      if (kind === 'firefox' && reclaimSessionTimeout > 0) continue;
      it(`closing the tab ends the session: ${kind}`, async () => {
        const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
        const ada = await enter(browsers[kind], stage.site, { name: 'Ada' });
        await tileMoves(bob, 'Ada');
        await ada.close();
        await seesOthers(bob, []);
        await bob.close();
        await nothingLeft(stage.janus);
      });
    }
  });
}

/**
 * Where the end of a page ends its session. Firefox closes a page's sockets before it tells the page to go: with time
 * to reclaim the session, the goodbye has to take the way over HTTP. That time means nothing to sessions over HTTP.
 */
function transportsWithGoodbye(kind, reclaimSessionTimeout) {
  if (reclaimSessionTimeout === 0) {
    return ['ws', 'http'];
  }
  return kind === 'firefox' ? ['both'] : ['ws', 'both'];
}

describe('many rounds', () => {
  let stage;
  let browser;

  before(async () => {
    stage = await setStage();
    browser = await launch('chromium');
  });

  afterEach(async () => {
    await browser.closePages();
    await endSessions(stage.janus);
  });

  after(async () => {
    await browser?.close();
    await stage?.close();
  });

  it(`${ROUNDS} quick rounds of join and leave end in the lobby with nothing left`, async () => {
    const bob = await enter(browser, stage.site, { name: 'Bob' });
    const ada = await lobby(browser, stage.site, { name: 'Ada' });
    for (let round = 0; round < ROUNDS; round += 1) {
      await join(ada);
      await leave(ada);
    }
    await isContent(ada);
    assert.deepEqual(await tiles(ada), []);
    assert.ok((await connections(ada)).every((connection) => connection.closed), 'no connection stays open');
    await seesOthers(bob, []);

    await join(ada);
    await tileMoves(bob, 'Ada');
    await tileMoves(ada, 'Bob');
    await hearsAndSees(bob, 1);
    await leave(ada);
    await leave(bob);
    await nothingLeft(stage.janus);
    assert.deepEqual(ada.complaints, []);
    await until('the microphone and the camera to be held by the lobby at most', async () =>
      (await liveCaptures(ada, 'video')) <= 1 && (await liveCaptures(ada, 'audio')) <= 1);
  });

  it(`${ROUNDS} times leaving while still joining ends disconnected with nothing left`, async () => {
    const ada = await lobby(browser, stage.site, { name: 'Ada', camera: false, microphone: false });
    const outcome = await ada.evaluate(async (rounds) => {
      const unsettled = [];
      for (let round = 0; round < rounds; round += 1) {
        const joining = window.room.join({ room: 1234, display: 'Ada' });
        // Rejected or not: the person left. It must settle either way.
        unsettled.push(joining.catch(() => undefined));
        // Each round leaves a little later than the one before, so that every step of joining is met.
        await new Promise((resolve) => setTimeout(resolve, round * 3));
        await window.room.leave();
      }
      await Promise.all(unsettled);
      return { state: window.room.state, others: window.room.remoteParticipants.size };
    }, ROUNDS);
    assert.deepEqual(outcome, { state: 'disconnected', others: 0 });
    await nothingLeft(stage.janus);

    await join(ada);
    const bob = await enter(browser, stage.site, { name: 'Bob' });
    await tileMoves(ada, 'Bob');
    await inState(ada, 'call');
  });
});
