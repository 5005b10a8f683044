// `leaveOn`: what ends the sessions of a page on the server at once, what they outlive, and what a page finds when it
// is there again.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, nothingLeft, sessions } from './lib/janus-admin.mjs';
import { TestJanus } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';
import { attempt, fails, openWorkbench, settle, works } from './lib/workbench.mjs';

let janus;
let site;
let browsers;
/** In front of the WebSocket port: it knows when the browser's socket is gone. */
let proxy;

before(async () => {
  // The server would keep sessions whose socket is gone: only a goodbye ends them.
  janus = await TestJanus.start({ reclaimSessionTimeout: 30 });
  site = await serveBare();
  proxy = await startProxy({ target: { host: '127.0.0.1', port: janus.ports.ws } });
  const options = { devices: false, backForwardCache: true };
  browsers = {
    chromium: await launch('chromium', options),
    firefox: await launch('firefox', options),
    background: await launch('chromium', { background: true }),
  };
});

afterEach(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
  await endSessions(janus);
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await proxy?.close();
  await site?.close();
  await janus?.remove();
});

/** Keeps what the page says in beacons where the next page of the same site finds it. */
function keepBeacons() {
  const send = navigator.sendBeacon;
  navigator.sendBeacon = function kept(url, data) {
    const said = JSON.parse(sessionStorage.getItem('beacons') ?? '[]');
    sessionStorage.setItem('beacons', JSON.stringify([...said, { url, data }]));
    return send.call(this, url, data);
  };
}

/** Ends what the page fetches, and all that it will, when told to: as Firefox may before it tells the page to go. */
function letFetchesEnd() {
  const { fetch } = globalThis;
  const ended = new Promise((resolve, reject) => (globalThis.__endFetches = () => reject(new TypeError('NetworkError'))));
  ended.catch(() => undefined);
  globalThis.fetch = (...request) => Promise.race([ended, fetch(...request)]);
}

/** A page with a session that works. */
async function open(kind, connection) {
  const page = await openWorkbench(browsers[kind], site, { inits: [keepBeacons, letFetchesEnd] });
  const id = await settle(page, connection);
  assert.deepEqual(await sessions(janus), [id]);
  return { page, id };
}

/** Goes to another page of the site; the verbs of the beacons that were sent on the way. */
async function leave(page) {
  await page.goto(`${site.url}other`);
  const beacons = await page.evaluate(() => JSON.parse(sessionStorage.getItem('beacons') ?? '[]'));
  assert.ok(beacons.every(({ url }) => url === janus.http), 'beacons go to the REST address');
  return beacons.map(({ data }) => JSON.parse(data).janus);
}

/** The page's connection is over, and says so whatever it is asked for. */
async function isOver(page) {
  const { state, told } = await works(page, 'look');
  assert.equal(state, 'closed');
  const states = told.filter(({ what }) => what === 'closed');
  assert.deepEqual(states.map(({ error }) => error?.code), ['connection-lost'], JSON.stringify(told));
  for (const step of ['send', 'attach', 'destroy', 'createSession', 'ping']) {
    const error = await fails(page, step);
    assert.equal(error.code, 'connection-lost', step);
    assert.match(error.message, /put aside/, 'it says why');
  }
}

async function goesOn(page, id) {
  assert.equal(await works(page, 'send'), 'ok');
  const { state, ids } = await works(page, 'look');
  assert.equal(state, 'connected');
  assert.deepEqual(ids, [id], 'the session is the same');
}

describe('going to another page', () => {
  it('ends the session: chromium over ws', async () => {
    const { page } = await open('chromium', { server: janus.ws });
    assert.deepEqual(await leave(page), [], 'the socket is enough');
    await nothingLeft(janus);
  });

  it('ends the session of a page that names what is named anyway: chromium over ws', async () => {
    const { page } = await open('chromium', { server: janus.ws, leaveOn: ['pagehide'] });
    await leave(page);
    await nothingLeft(janus);
  });

  it('ends the session by a beacon where there is a REST address too: firefox over ws', async () => {
    const { page } = await open('firefox', { server: [janus.ws, janus.http] });
    assert.deepEqual(await leave(page), ['destroy']);
    await nothingLeft(janus);
  });

  for (const kind of BROWSERS) {
    it(`ends the session by a beacon: ${kind} over http`, async () => {
      const { page } = await open(kind, { server: janus.http });
      assert.deepEqual(await leave(page), ['destroy']);
      await nothingLeft(janus);
    });

    it(`ends the session by a beacon when the poll was ended before: ${kind} over http`, async () => {
      const { page } = await open(kind, { server: janus.http });
      await page.evaluate(() => globalThis.__endFetches());
      await until('the page to have noticed', async () => (await works(page, 'look')).state === 'reconnecting');
      assert.deepEqual(await leave(page), ['destroy']);
      await nothingLeft(janus);
    });

    it(`leaves the session to the server when nothing is named: ${kind} over ws`, async () => {
      const { page, id } = await open(kind, { server: proxy.url('ws'), leaveOn: [] });
      await leave(page);
      // A page that is kept for the way back may keep its socket too.
      await page.close();
      await until('the socket to be gone', () => proxy.connections === 0);
      assert.deepEqual(await sessions(janus), [id]);
    });

    it(`leaves the session to the server when nothing is named: ${kind} over http`, async () => {
      const { page, id } = await open(kind, { server: janus.http, leaveOn: [] });
      assert.deepEqual(await leave(page), []);
      assert.deepEqual(await sessions(janus), [id]);
      const next = await settle(page, { server: janus.http });
      assert.deepEqual((await sessions(janus)).sort(), [id, next].sort(), 'the next page too');
    });
  }

  it('what the goodbye could not end, the next page ends: firefox over ws', async () => {
    const { page, id } = await open('firefox', { server: janus.ws });
    await leave(page);
    // Now and then the goodbye gets out of a socket that Firefox is closing: seen on a busy machine.
    assert.deepEqual((await sessions(janus)).filter((one) => one !== id), []);
    const next = await settle(page, { server: janus.ws });
    assert.deepEqual(await sessions(janus), [next]);
  });
});

/** Begins to leave for an answer that is no page: the page hears `beforeunload`, and stays. */
async function almostLeave(page) {
  await page.evaluate(() => {
    addEventListener('beforeunload', () => (globalThis.__asked = true));
    setTimeout(() => location.assign('/nothing'));
  });
  await page.waitFor('the page to be told that it may end', () => globalThis.__asked);
}

for (const kind of BROWSERS) {
  for (const transport of ['ws', 'http']) {
    describe(`about to be left: ${kind} over ${transport}`, () => {
      it('a page goes on', async () => {
        const { page, id } = await open(kind, { server: janus[transport] });
        await almostLeave(page);
        await goesOn(page, id);
      });

      it('a page that named beforeunload ends its session at once', async () => {
        const { page } = await open(kind, { server: janus[transport], leaveOn: ['beforeunload'] });
        await almostLeave(page);
        await nothingLeft(janus);
        await isOver(page);
      });
    });
  }
}

// Firefox keeps no page with an open connection.
for (const transport of ['ws', 'http']) {
  describe(`back from the cache: chromium over ${transport}`, () => {
    it('a page finds its connection closed, and may make another', async () => {
      const { page } = await open('chromium', { server: janus[transport] });
      await page.evaluate(() => addEventListener('pageshow', (event) => (globalThis.__back = event.persisted)));
      await leave(page);
      await nothingLeft(janus);

      await page.back();
      await page.waitFor('the page to be back as it was', () => globalThis.__back);
      await isOver(page);
      await settle(page, { server: janus[transport] });
    });
  });
}

for (const transport of ['ws', 'http']) {
  describe(`frozen in the background: chromium over ${transport}`, () => {
    it('a page goes on when it is thawed', async () => {
      const { page, id } = await open('background', { server: janus[transport] });
      await page.setHidden(true);
      await page.evaluate(() => document.addEventListener('freeze', () => (globalThis.__frozen = true)));
      await page.setFrozen(true);
      await page.setFrozen(false);
      assert.ok(await page.evaluate(() => globalThis.__frozen));
      // Its socket may have been closed meanwhile.
      await until('the server to answer', async () => !(await attempt(page, 'ping')).error);
      await goesOn(page, id);
      assert.deepEqual(await sessions(janus), [id]);
    });

    it('a page that named freeze ends its session at once', async () => {
      const { page } = await open('background', { server: janus[transport], leaveOn: ['pagehide', 'freeze'] });
      await page.setHidden(true);
      await page.setFrozen(true);
      await nothingLeft(janus);
      await page.setFrozen(false);
      await isOver(page);
    });
  });
}
