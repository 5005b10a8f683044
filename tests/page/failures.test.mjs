// What can go wrong on the way in: each says so in a sentence, and the same page joins once the cause is gone.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { createRoom, nothingLeft, publishing, sessions } from './lib/janus-admin.mjs';
import { hearsAndSees, tileMoves } from './lib/media.mjs';
import { address, complains, enter, inState, isContent, join, leave, lobby, seesOthers } from './lib/room.mjs';
import { holdingRelay, jsonServer, silentServer, webServer, webSocketServer } from './lib/servers.mjs';
import { freePort, serveSite, setStage, TestJanus } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

/** Longer than the library waits for an answer. */
const PATIENCE = { timeout: 40_000 };
const SUCCESS = /"janus":\s*"success"/;
const JOINED = /"videoroom":\s*"joined"/;

/** Wrong servers in Janus's place, and what the page may call them: a browser hides why a socket did not open. */
const IMPOSTORS = [
  { what: 'nothing listens', ws: null, wsCodes: ['unreachable'], http: null, httpCodes: ['unreachable'] },
  {
    what: 'a web server listens',
    ws: webServer, wsCodes: ['unreachable', 'not-janus'],
    http: webServer, httpCodes: ['not-janus'],
  },
  {
    what: 'a server talks of other things',
    ws: (port) => webSocketServer(port, { greeting: 'Welcome to the chat! <b>42</b> people are here.' }),
    wsCodes: ['not-janus'],
    http: jsonServer, httpCodes: ['not-janus'],
  },
  {
    what: 'a server talks JSON of its own',
    ws: (port) => webSocketServer(port, { greeting: '{"type":"hello","data":[null]}' }),
    wsCodes: ['not-janus'],
    http: jsonServer, httpCodes: ['not-janus'],
  },
  {
    what: 'a WebSocket server without the subprotocol',
    ws: (port) => webSocketServer(port, { subprotocol: false }), wsCodes: ['unreachable', 'not-janus'],
    http: webServer, httpCodes: ['not-janus'],
  },
  {
    what: 'a server never answers',
    ws: (port) => webSocketServer(port), wsCodes: ['timeout', 'not-janus'],
    http: silentServer, httpCodes: ['timeout', 'unreachable'],
  },
];

describe('the wrong server', () => {
  let browser;
  let janus;
  let site;

  before(async () => {
    browser = await launch('chromium');
  });

  beforeEach(async () => {
    janus = await TestJanus.prepare();
    site = await serveSite([janus.ws, janus.http]);
  });

  afterEach(async () => {
    await browser.closePages();
    await site.close();
    await janus.remove();
  });

  after(() => browser?.close());

  for (const { what, ws, wsCodes, http, httpCodes } of IMPOSTORS) {
    it(`${what}: the page says so, over both transports, and joins when Janus is there`, async () => {
      const impostors = [await ws?.(janus.ports.ws), await http?.(janus.ports.http)].filter(Boolean);
      const options = { join: true };
      const ada = await browser.open(address(site, { ...options, name: 'Ada', server: janus.ws }));
      const bob = await browser.open(address(site, { ...options, name: 'Bob', server: janus.http }));
      await complains(ada, wsCodes, PATIENCE);
      await inState(ada, 'lobby');
      await complains(bob, httpCodes, PATIENCE);
      await inState(bob, 'lobby');
      await Promise.all(impostors.map((impostor) => impostor.close()));

      await janus.start();
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

  it('the first of two servers is down: the second is taken without a complaint', async () => {
    await janus.start();
    const dead = `ws://127.0.0.1:${await freePort()}`;
    const ada = await enter(browser, site, { name: 'Ada', server: [dead, janus.http] });
    const bob = await enter(browser, site, { name: 'Bob' });
    await isContent(ada);
    await tileMoves(ada, 'Bob');
    await tileMoves(bob, 'Ada');
  });
});

describe('the wrong room', () => {
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
    it(`a room that does not exist; then somebody makes it: ${kind}`, async () => {
      const room = kind === 'chromium' ? 777_001 : 777_002;
      const ada = await browsers[kind].open(address(stage.site, { name: 'Ada', room, join: true }));
      await complains(ada, ['room-not-found']);
      await inState(ada, 'lobby');
      await nothingLeft(stage.janus);

      await createRoom(stage.janus, room);
      await join(ada);
      await isContent(ada);
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', room });
      await tileMoves(bob, 'Ada');
    });

    it(`a room that is full; then somebody leaves: ${kind}`, async () => {
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', room: 5678 });
      await until('the room to be full', async () => (await publishing(stage.janus, 5678)).includes('Bob'));
      const ada = await browsers[kind].open(address(stage.site, { name: 'Ada', room: 5678, join: true }));
      await complains(ada, ['room-full']);
      await inState(ada, 'lobby');
      await seesOthers(bob, []);

      await leave(bob);
      await until('the place to be free', async () => !(await publishing(stage.janus, 5678)).includes('Bob'));
      await join(ada);
      await isContent(ada);
    });

    it(`a wrong pin; then the right one: ${kind}`, async () => {
      const options = { name: 'Ada', room: 4321, pin: '1111', join: true };
      const ada = await browsers[kind].open(address(stage.site, options));
      await complains(ada, ['unauthorized']);
      await inState(ada, 'lobby');
      await ada.fill('#pin', '4321');
      await join(ada);
      await isContent(ada);
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob', room: 4321, pin: '4321' });
      await tileMoves(bob, 'Ada');
      await tileMoves(ada, 'Bob');
    });
  }

  it('no pin where one is needed', async () => {
    const ada = await lobby(browsers.chromium, stage.site, { name: 'Ada', room: 4321 });
    await ada.click('#join');
    await complains(ada, ['unauthorized', 'invalid-argument']);
    await inState(ada, 'lobby');
  });

  it('a text where the room\'s number belongs: a sentence, no exception', async () => {
    const options = { name: 'Ada', room: 'the blue one', join: true };
    const ada = await browsers.chromium.open(address(stage.site, options));
    await complains(ada, ['invalid-argument', 'room-not-found']);
    await inState(ada, 'lobby');
    assert.deepEqual(await ada.evaluate(() => globalThis.__witness.errors), []);
    await ada.fill('#room', '1234');
    await join(ada);
    await isContent(ada);
  });
});

describe('a page closed while it joins', () => {
  let stage;
  let browser;

  before(async () => {
    stage = await setStage();
    browser = await launch('chromium');
  });

  afterEach(() => browser.closePages());

  after(async () => {
    await browser?.close();
    await stage?.close();
  });

  for (const [moment, from] of [['before the first answer', SUCCESS], ['before it is let in', JOINED]]) {
    it(`${moment}: nothing is left on the server`, async () => {
      const relay = await holdingRelay(await freePort(), stage.janus.ports.ws, from);
      try {
        const server = `ws://127.0.0.1:${relay.port}`;
        const ada = await browser.open(address(stage.site, { name: 'Ada', join: true, server }));
        await until('the answer to be held back', () => relay.isHolding(), { explain: () => ada.describe() });
        await inState(ada, 'joining');
        assert.equal((await sessions(stage.janus)).length, 1, 'the server has the session already');
        await ada.close();
        await nothingLeft(stage.janus);
      } finally {
        await relay.close();
      }
    });
  }
});
