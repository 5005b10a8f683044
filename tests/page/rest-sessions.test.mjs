// Sessions over REST take a connection of the browser's each, and it has six for a server: the library counts them, in
// all tabs, and refuses the one too many instead of letting everything wait for ever.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, sessions } from './lib/janus-admin.mjs';
import { TestJanus } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';
import { attempt, fails, openWorkbench, works } from './lib/workbench.mjs';

/** So many long polls leave one of the browser's six connections for requests. */
const MOST = 5;

let janus;
let site;
let browsers;

before(async () => {
  janus = await TestJanus.start();
  site = await serveBare();
  browsers = { chromium: await launch('chromium', { devices: false }), firefox: await launch('firefox') };
});

afterEach(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
  await endSessions(janus);
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await site?.close();
  await janus?.remove();
});

async function connected(browser, server, beside) {
  const page = await openWorkbench(browser, site, { beside });
  await works(page, 'connect', { server });
  return page;
}

async function createSessions(page, count) {
  for (let made = 0; made < count; made += 1) await works(page, 'createSession');
}

/** The sessions with these numbers, of this page, bring answers: their long polls are heard. */
async function answer(page, numbers) {
  for (const of of numbers) assert.equal(await works(page, 'roundTrip', { of }), 'ok');
}

/** One more is refused in words that help. */
async function isFull(page) {
  const error = await fails(page, 'createSession');
  assert.equal(error.code, 'too-many-sessions');
  assert.equal(error.retryable, false);
  assert.match(error.message, /end sessions that are not needed/, 'it says what to do');
  assert.match(error.message, /wss?:/, 'it says what else to do');
  assert.ok(error.message.includes(new URL(janus.http).host), 'it says which server');
}

const numbers = (count) => Array.from({ length: count }, (_, number) => number);

for (const kind of BROWSERS) {
  describe(`many sessions: ${kind}`, () => {
    it('over REST the one too many is refused, and the others go on', async () => {
      const page = await connected(browsers[kind], janus.http);
      await createSessions(page, MOST);
      await isFull(page);
      await answer(page, numbers(MOST));
      await works(page, 'ping');
      assert.equal((await sessions(janus)).length, MOST, 'the server was not asked');
      assert.deepEqual((await works(page, 'look')).told, []);
      assert.deepEqual(page.complaints, []);
    });

    it('over REST there is room again when one has ended', async () => {
      const page = await connected(browsers[kind], janus.http);
      await createSessions(page, MOST);
      for (let round = 0; round < 3; round += 1) {
        await isFull(page);
        await works(page, 'destroy', { of: round });
        await works(page, 'createSession');
        await answer(page, [MOST + round]);
      }
      await answer(page, [3, 4]);
    });

    it('over REST those asked for at the same time are let in until it is full', async () => {
      const page = await connected(browsers[kind], janus.http);
      const outcomes = await Promise.all(numbers(MOST + 3).map(() => attempt(page, 'createSession')));
      const refused = outcomes.filter(({ error }) => error !== undefined);
      assert.deepEqual(refused.map(({ error }) => error.code), Array(3).fill('too-many-sessions'));
      await answer(page, numbers(MOST));
    });

    it('over REST two tabs count together', async () => {
      const one = await connected(browsers[kind], janus.http);
      const other = await connected(browsers[kind], janus.http, one);
      await createSessions(one, 3);
      await createSessions(other, 2);
      await isFull(one);
      await isFull(other);
      await answer(one, numbers(3));
      await answer(other, numbers(2));

      await works(other, 'destroy');
      await createSessions(one, 1);
      await answer(one, [3]);
      await isFull(other);
    });

    it('over REST a closed tab makes room for those that stay', async () => {
      const one = await connected(browsers[kind], janus.http);
      const other = await connected(browsers[kind], janus.http, one);
      await createSessions(one, MOST);
      await isFull(other);
      await one.close();
      await until('room for a session', async () => (await attempt(other, 'createSession')).error === undefined);
      await answer(other, [0]);
    });

    it('over REST the address may have a query', async () => {
      const page = await connected(browsers[kind], `${janus.http}/?tenant=1`);
      await createSessions(page, 1);
      await answer(page, [0]);
      assert.deepEqual(page.complaints, []);
    });

    it('over WebSocket all share one socket, however many there are', async () => {
      const page = await connected(browsers[kind], janus.ws);
      await createSessions(page, 2 * MOST);
      await answer(page, numbers(2 * MOST));
      assert.equal((await sessions(janus)).length, 2 * MOST);
      assert.equal(await page.evaluate(() => globalThis.__witness.sockets()), 1);
      assert.deepEqual(page.complaints, []);
    });
  });
}
