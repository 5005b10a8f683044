// A connection that is lost comes back: with the session where the server kept it, with a new one where it did not.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, sessions } from './lib/janus-admin.mjs';
import { installJournal } from './lib/journal.mjs';
import { serveSite, TestJanus } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const TRANSPORTS = ['ws', 'http'];
/** A page of the site on which nothing happens by itself. */
const QUIET_PAGE = 'examples/';
const NO_SESSION = 458;
const PATIENCE = { timeout: 30_000 };
/** No signs of life are asked for, so that nothing but the test's own words is lost. */
const QUIETLY = { probeInterval: 60_000 };

let site;
let browsers;
/** What a test has started, to be ended after it. */
let ending = [];

before(async () => {
  site = await serveSite([]);
  browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
});

afterEach(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
  for (const end of ending.splice(0).reverse()) await end();
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await site?.close();
});

/** A Janus of the test's own, running unless `later`. */
async function newJanus(reclaimSessionTimeout, { later = false } = {}) {
  const janus = await TestJanus.prepare({ reclaimSessionTimeout });
  ending.push(() => janus.remove());
  if (!later) await janus.start();
  return janus;
}

/** A proxy in front of one of its transports; `server` is the address. */
async function inFront(janus, transport) {
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: janus.ports[transport] } });
  ending.push(() => proxy.close());
  return { proxy, server: transport === 'ws' ? proxy.url('ws') : proxy.url('http', '/janus') };
}

/** A page with a connection, a session and a handle on it; `id` is the session's. */
async function connect(servers, options, kind = 'chromium') {
  const page = await browsers[kind].open(`${site.url}${QUIET_PAGE}`, { init: installJournal });
  const id = await page.evaluate(({ servers, options }) => globalThis.__journal.connect(servers, options),
    { servers, options });
  return { page, id };
}

const idOf = (page) => page.evaluate(() => globalThis.__journal.session.id);
const urlOf = (page) => page.evaluate(() => globalThis.__journal.janus.url);
const storyOf = (page) => page.evaluate(() => globalThis.__journal.story);
const happenings = async (page) => (await storyOf(page)).map(({ what }) => what);
const echo = (page) => page.evaluate(() => globalThis.__journal.echo());
const echoAnew = (page) => page.evaluate(() => globalThis.__journal.echoAnew());

/** Waits until something is told, and returns it. */
async function tells(page, what) {
  return until(`"${what}" to be told`, async () => (await storyOf(page)).find((entry) => entry.what === what),
    { ...PATIENCE, explain: () => storyOf(page) });
}

/** Cuts the connection. Browsers would repeat a request by themselves on a way that is open again at once. */
async function cut(page, proxy) {
  proxy.faults.refuse();
  proxy.faults.reset();
  await tells(page, 'reconnecting');
}

/** Waits until something that was begun has ended, and returns how. */
function endOf(page, name) {
  return page.waitFor(`the end of ${name}`, (name) => {
    const end = globalThis.__journal.ends[name];
    return end !== 'pending' && end;
  }, name, PATIENCE);
}

/** There is a new session in place of the old, and it works. */
async function isRenewed(page, old) {
  const lost = await tells(page, 'lost');
  assert.equal(lost.renewing, true);
  assert.deepEqual([lost.error.code, lost.error.status], ['session-not-found', NO_SESSION]);
  const renewed = await tells(page, 'renewed');
  assert.notEqual(renewed.id, old);
  assert.equal(await idOf(page), renewed.id);
  assert.ok((await happenings(page)).includes('detached'), 'its handles are told that they are gone');
  assert.equal(await echoAnew(page), 'ok');
}

/** What was said before an answer has been heard by the server. */
async function isWithoutSession(page, janus) {
  await page.evaluate(() => globalThis.__journal.janus.ping());
  assert.deepEqual(await sessions(janus), []);
  assert.ok(!(await happenings(page)).includes('renewed'));
}

describe('the connection is cut', () => {
  for (const kind of BROWSERS) {
    for (const transport of TRANSPORTS) {
      it(`the server keeps the session: it goes on with its handles: ${kind} over ${transport}`, async () => {
        const janus = await newJanus(30);
        const { proxy, server } = await inFront(janus, transport);
        const { page, id } = await connect(server, {}, kind);
        await cut(page, proxy);
        proxy.heal();
        await tells(page, 'connected');
        assert.deepEqual(await happenings(page), ['reconnecting', 'resumed', 'connected']);
        assert.equal(await idOf(page), id);
        assert.deepEqual(await sessions(janus), [id]);
        assert.equal(await echo(page), 'ok');
      });
    }

    it(`the server has ended the session: there is a new one: ${kind} over ws`, async () => {
      const janus = await newJanus(0);
      const { proxy, server } = await inFront(janus, 'ws');
      const { page, id } = await connect(server, {}, kind);
      // The server hears of the end before it is asked for the session.
      await cut(page, proxy);
      await until('the server to end the session', async () => (await sessions(janus)).length === 0);
      proxy.heal();
      await isRenewed(page, id);
      await page.evaluate(() => globalThis.__journal.begin('old', globalThis.__journal.echo()));
      assert.equal((await endOf(page, 'old')).code, 'session-not-found', 'handles belong to the session that is gone');
      assert.deepEqual(await sessions(janus), [await idOf(page)]);
    });
  }

  for (const transport of TRANSPORTS) {
    it(`what was said into the gap fails and may have been executed: over ${transport}`, async () => {
      const { proxy, server } = await inFront(await newJanus(30), transport);
      const { page } = await connect(server, QUIETLY);
      proxy.faults.blackhole();
      await page.evaluate(() => globalThis.__journal.begin('swallowed', globalThis.__journal.echo()));
      await page.waitFor('it to be sent', () => globalThis.__journal.said.at(-1) === 'message');
      await cut(page, proxy);
      proxy.heal();
      const end = await endOf(page, 'swallowed');
      assert.deepEqual([end.code, end.mayHaveExecuted], ['connection-lost', true]);
      await tells(page, 'resumed');
      assert.equal(await echo(page), 'ok');
    });

    it(`what is asked while it is away is said when it is back: over ${transport}`, async () => {
      const { proxy, server } = await inFront(await newJanus(30), transport);
      const { page } = await connect(server, QUIETLY);
      await cut(page, proxy);
      await page.evaluate(() => {
        globalThis.__journal.said.length = 0;
        globalThis.__journal.begin('patient', globalThis.__journal.echo());
      });
      proxy.heal();
      assert.equal(await endOf(page, 'patient'), 'done');
      const said = await page.evaluate(() => globalThis.__journal.said);
      assert.equal(said.filter((verb) => verb === 'message').length, 1);
      assert.ok(said.indexOf('claim') < said.indexOf('message'), said.join(', '));
    });

    it(`a session that was told to end meanwhile is not made anew: over ${transport}`, async () => {
      const janus = await newJanus(30);
      const { proxy, server } = await inFront(janus, transport);
      const { page } = await connect(server, QUIETLY);
      await cut(page, proxy);
      await page.evaluate(() => globalThis.__journal.begin('destroy', globalThis.__journal.session.destroy()));
      await endSessions(janus);
      proxy.heal();
      await tells(page, 'connected');
      await endOf(page, 'destroy');
      await isWithoutSession(page, janus);
    });

    it(`a session whose end was confirmed into the gap is not made anew: over ${transport}`, async () => {
      const janus = await newJanus(30);
      const { proxy, server } = await inFront(janus, transport);
      const { page } = await connect(server, QUIETLY);
      proxy.faults.halfOpen('toClient');
      await page.evaluate(() => globalThis.__journal.begin('destroy', globalThis.__journal.session.destroy()));
      await until('the server to end the session', async () => (await sessions(janus)).length === 0);
      await cut(page, proxy);
      proxy.heal();
      await tells(page, 'connected');
      await endOf(page, 'destroy');
      await isWithoutSession(page, janus);
    });
  }
});

describe('the server is killed', () => {
  for (const transport of TRANSPORTS) {
    it(`and started again: there is a new session: over ${transport}`, async () => {
      const janus = await newJanus(30);
      const { page, id } = await connect(janus[transport]);
      await janus.kill();
      const { error } = await tells(page, 'reconnecting');
      assert.equal(error.code, 'connection-lost');
      await janus.start();
      await isRenewed(page, id);
      assert.deepEqual(await sessions(janus), [await idOf(page)]);
    });
  }

  for (const [first, second] of [['ws', 'http'], ['http', 'ws']]) {
    it(`and another is there: the connection moves from one to the other: ${first}, then ${second}`, async () => {
      const dead = await newJanus(30, { later: true });
      const alive = await newJanus(30);
      const servers = [dead[first], alive[second]];
      const { page, id } = await connect(servers);
      assert.equal(await urlOf(page), servers[1], 'the one that is there is used');
      await alive.kill();
      await tells(page, 'reconnecting');
      await dead.start();
      await isRenewed(page, id);
      assert.equal(await urlOf(page), servers[0]);
      assert.deepEqual(await sessions(dead), [await idOf(page)]);
    });
  }

  for (const transport of TRANSPORTS) {
    it(`and stays away: trying ends with its budget, and so does all that waits: over ${transport}`, async () => {
      const janus = await newJanus(30);
      const { page } = await connect(janus[transport], { reconnect: { budget: 3000 } });
      await janus.kill();
      const begun = await tells(page, 'reconnecting');
      await page.evaluate(() => {
        const { begin, janus, session, handle } = globalThis.__journal;
        begin('ping', janus.ping());
        begin('info', janus.info());
        begin('createSession', janus.createSession());
        begin('attach', session.attach('janus.plugin.echotest'));
        begin('send', handle.send({}));
        begin('trickle', handle.trickle([{ completed: true }]));
        begin('hangup', handle.hangup());
        begin('destroy', session.destroy());
      });
      const closed = await tells(page, 'closed');
      assert.equal(closed.error.code, 'connection-lost');
      const tried = closed.at - begun.at;
      assert.ok(tried > 2500 && tried < 6000, `${tried} ms`);
      for (const name of await page.evaluate(() => Object.keys(globalThis.__journal.ends))) {
        const end = await endOf(page, name);
        assert.deepEqual([end.code, end.mayHaveExecuted], ['connection-lost', false], `${name}: ${end.text}`);
      }
      const lost = await tells(page, 'lost');
      assert.equal(lost.renewing, false);
      assert.equal(await page.evaluate(() => globalThis.__journal.janus.state), 'closed');
    });

    it(`and nobody is to wait for it: the connection is closed at once: over ${transport}`, async () => {
      const { proxy, server } = await inFront(await newJanus(30), transport);
      const { page } = await connect(server, { ...QUIETLY, reconnect: false });
      proxy.faults.refuse();
      proxy.faults.reset();
      const { error } = await tells(page, 'closed');
      assert.equal(error.code, 'connection-lost');
      assert.equal((await tells(page, 'lost')).renewing, false);
      assert.ok(!(await happenings(page)).includes('reconnecting'));
      await page.evaluate(() => globalThis.__journal.begin('late', globalThis.__journal.janus.ping()));
      assert.deepEqual([(await endOf(page, 'late')).code, (await endOf(page, 'late')).mayHaveExecuted],
        ['connection-lost', false]);
      proxy.heal();
      assert.equal(await page.evaluate(() => globalThis.__journal.janus.state), 'closed');
    });
  }

  it('and the page\'s own policy gives up: the connection is closed', async () => {
    const janus = await newJanus(30);
    const { page } = await connect(janus.ws, { reconnect: { budget: 60_000 } });
    await page.evaluate(async (server) => {
      const { Janus } = await import('/dist/index.js');
      const asked = [];
      const delay = ({ number }) => {
        asked.push(number);
        return number < 3 ? 10 : undefined;
      };
      const other = await Janus.connect(server, { reconnect: { delay } });
      other.on('stateChanged', ({ state }) => asked.push(state));
      globalThis.asked = asked;
    }, janus.ws);
    await janus.kill();
    await page.waitFor('it to give up', () => globalThis.asked.includes('closed'));
    assert.deepEqual(await page.evaluate(() => globalThis.asked), ['reconnecting', 1, 2, 3, 'closed']);
    assert.equal(await page.evaluate(() => globalThis.__journal.janus.state), 'reconnecting', 'the other goes on');
  });
});
