// Servers that ask for credentials: with the right ones all goes as without, with wrong ones the page hears why, and
// nobody can read them afterwards.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { addToken, removeToken, signToken } from '../chaos/lib/tokens.mjs';
import { serveBare } from './lib/bare-site.mjs';
import { launch } from './lib/browser.mjs';
import { detachHandles, endSessions, nothingLeft, sessions } from './lib/janus-admin.mjs';
import { TestJanus } from './lib/stage.mjs';
import { openDesk } from './lib/token-desk.mjs';
import { until } from './lib/wait.mjs';
import { attempt, fails, openWorkbench, settle, works } from './lib/workbench.mjs';

const ECHO = 'janus.plugin.echotest';
const ROOMS = 'janus.plugin.videoroom';
const TRANSPORTS = ['ws', 'http'];
/** All that has a meaning in addresses, in JSON, or in none of them. */
const SECRET = 'open "sesame" & ask=for #1 + ünd %41\\';

let site;
let browsers;

before(async () => {
  site = await serveBare();
  browsers = { chromium: await launch('chromium', { devices: false }), firefox: await launch('firefox') };
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await site?.close();
});

/**
 * Tests of a Janus with these settings; `define` gets the stage and is called for each of the given browsers and each
 * transport.
 */
function withJanus(what, settings, define, kinds = ['chromium']) {
  describe(what, () => {
    const stage = {};

    before(async () => {
      stage.janus = await TestJanus.start({ settings });
    });

    afterEach(async () => {
      await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
      await endSessions(stage.janus);
      await stage.desk?.close();
      stage.desk = undefined;
    });

    after(() => stage.janus?.remove());

    for (const kind of kinds) {
      for (const transport of TRANSPORTS) {
        describe(`${kind} over ${transport}`, () => define({
          transport,
          janus: () => stage.janus,
          open: () => openWorkbench(browsers[kind], site),
          server: () => stage.janus[transport],
          desk: async (give) => (stage.desk = await openDesk(give)),
        }));
      }
    }
  });
}

/** Says no, with the server's number, and tells nobody what the credential was. */
async function isRefused(page, connection, secret) {
  await works(page, 'connect', connection);
  const error = await fails(page, 'createSession');
  assert.equal(error.code, 'unauthorized');
  assert.equal(error.status, 403);
  assert.equal(error.retryable, false);
  assert.doesNotMatch(error.message, /undefined|null/);
  if (secret !== undefined) await tellsNobody(page, secret, error);
}

async function tellsNobody(page, secret, error) {
  const records = await works(page, 'records');
  assert.match(records, /"create"/, 'there are records at all');
  // As it is, and as it stands in JSON and in addresses.
  for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
    assert.ok(!records.includes(form), 'the secret can be read in the log');
    assert.ok(!error?.message.includes(form), 'the secret can be read in the error');
  }
}

/** Janus says so at this level, of every long poll that has a good token. */
const TELLS_POLLS = { debug_level: 5 };

/**
 * The server has taken so many long polls of a session. The next request of a page may overtake its next poll, and what a
 * server is told may overtake both.
 */
const polled = (janus, id, times) => until(`long poll ${times} to be taken`, () => {
  const taken = janus.log.match(new RegExp(`Session ${id} found\\.\\.\\. returning up to`, 'g'));
  return taken?.length >= times;
});

/** Goes on with the session until the desk was asked so often, and returns the errors that were seen. */
async function goOnUntilAsked(page, desk, times) {
  const errors = [];
  await until(`the page to ask for a token ${times} times`, async () => {
    const { value, error } = await attempt(page, 'send');
    if (value !== 'ok') errors.push(error ?? value);
    return desk.asked >= times;
  });
  return errors;
}

/** Nothing was lost, renewed or closed meanwhile. */
async function isUndisturbed(page, id) {
  const { state, ids, told } = await works(page, 'look');
  assert.equal(state, 'connected');
  assert.deepEqual(ids, [id], 'the session is the same');
  assert.deepEqual(told, []);
}

withJanus('an API secret', { api_secret: SECRET }, ({ janus, open, server }) => {
  it('lets the page in', async () => {
    const page = await open();
    await settle(page, { server: server(), apiSecret: SECRET });
    await tellsNobody(page, SECRET);
    assert.deepEqual(page.complaints, []);
  });

  it('is said with the goodbye too', async () => {
    const page = await open();
    await settle(page, { server: server(), apiSecret: SECRET });
    // Not by closing the tab: Firefox may lose what a page says then, whoever says it.
    await page.goto(`${site.url}other`);
    await nothingLeft(janus());
  });

  it('keeps the page out when it is wrong or missing', async () => {
    const page = await open();
    await isRefused(page, { server: server(), apiSecret: `not ${SECRET}` }, SECRET);
    await isRefused(page, { server: server() });
  });
}, ['chromium', 'firefox']);

withJanus('stored tokens', { token_auth: true, ...TELLS_POLLS }, ({ janus, open, server, desk, transport }) => {
  before(async () => {
    await addToken(janus(), 'base+1&2', [ROOMS]);
    await addToken(janus(), 'echo', [ECHO]);
  });

  after(async () => {
    await removeToken(janus(), 'base+1&2');
    await removeToken(janus(), 'echo');
  });

  /** As `settle`; over REST the first poll brought the answer, and the second waits at the server. */
  async function settleAndPoll(page, counter) {
    const id = await settle(page, { server: server(), desk: counter.url });
    if (transport === 'http') await polled(janus(), id, 2);
  }

  it('let the page in', async () => {
    const page = await open();
    await settle(page, { server: server(), token: 'echo' });
    assert.deepEqual(page.complaints, []);
  });

  it('keep the page out when they are wrong or missing', async () => {
    const page = await open();
    await isRefused(page, { server: server(), token: 'ekko & echo' }, 'ekko & echo');
    await isRefused(page, { server: server() });
  });

  it('that are not for a plugin keep the page from it, unless the handle has one that is', async () => {
    const page = await open();
    await works(page, 'connect', { server: server(), token: 'base+1&2' });
    await works(page, 'createSession');
    const error = await fails(page, 'attach');
    assert.equal(error.code, 'unauthorized');
    assert.equal(error.status, 405);
    assert.equal(await works(page, 'roundTrip', { token: 'echo' }), 'ok');
    await works(page, 'attach', { plugin: ROOMS });
  });

  it('of a handle that are wrong keep it out, and the rest goes on', async () => {
    const page = await open();
    const { url } = await desk(() => 'echo');
    const id = await settle(page, { server: server(), desk: url });
    const error = await fails(page, 'attach', { token: 'ekko' });
    assert.equal(error.code, 'unauthorized');
    assert.equal(await works(page, 'send'), 'ok');
    await isUndisturbed(page, id);
  });

  it('are asked for again when the server forgets them, and nobody notices', async () => {
    await addToken(janus(), 'old', [ECHO]);
    const page = await open();
    const counter = await desk(() => 'old');
    const id = await settle(page, { server: server(), desk: counter.url });
    assert.equal(counter.asked, 1, 'a token that is good is used on');

    await addToken(janus(), 'new', [ECHO]);
    counter.give = () => 'new';
    await removeToken(janus(), 'old');
    assert.equal(await works(page, 'send'), 'ok');
    assert.equal(await works(page, 'roundTrip'), 'ok');
    assert.ok(counter.asked > 1, 'the page was asked for another');
    await isUndisturbed(page, id);
    await removeToken(janus(), 'new');
  });

  it('that are asked for again and still wrong are an error, not a flood of questions', async () => {
    await addToken(janus(), 'old', [ECHO]);
    const page = await open();
    const counter = await desk(() => 'old');
    await settleAndPoll(page, counter);
    await removeToken(janus(), 'old');

    for (const asked of [2, 3, 4]) {
      const error = await fails(page, 'send');
      assert.equal(error.code, 'unauthorized');
      assert.equal(error.status, 403);
      assert.equal(counter.asked, asked, 'one more try for each request');
    }
  });

  if (transport === 'http') {
    it('that are wrong for good end a session whose events are asked for in vain', async () => {
      await addToken(janus(), 'old', [ECHO]);
      const page = await open();
      const counter = await desk(() => 'old');
      await settleAndPoll(page, counter);
      await removeToken(janus(), 'old');
      // An event answers the long poll under way, and the next is refused.
      await detachHandles(janus());

      const told = await until('the session to be given up', async () => {
        const { told } = await works(page, 'look');
        return told.length === 2 && told;
      }, { explain: () => works(page, 'look') });
      assert.deepEqual(told.map(({ what, error }) => [what, error?.code]), Array(2).fill(['lost', 'unauthorized']));
      assert.equal(counter.asked, 3, 'at first, for the poll, and for a new session');
    });
  }
}, ['chromium', 'firefox']);

withJanus('signed tokens', { token_auth: true, token_auth_secret: 'ink' }, ({ janus, open, server, desk }) => {
  const sign = (seconds, plugins = [ECHO]) => signToken({ secret: 'ink', plugins, seconds });

  it('let the page in', async () => {
    const page = await open();
    const token = sign(60);
    await settle(page, { server: server(), token });
    await tellsNobody(page, token);
  });

  it('keep the page out when they are past or signed by somebody else', async () => {
    const page = await open();
    for (const token of [sign(-2), signToken({ secret: 'water', plugins: [ECHO], seconds: 60 })]) {
      await isRefused(page, { server: server(), token }, token);
    }
  });

  it('of a second are replaced in time, again and again, and nobody notices', async () => {
    const page = await open();
    const counter = await desk(() => sign(1));
    const id = await settle(page, { server: server(), desk: counter.url });
    assert.deepEqual(await goOnUntilAsked(page, counter, 3), []);
    await isUndisturbed(page, id);
    assert.deepEqual(await sessions(janus()), [id], 'it is the same for the server');
  });

  it('that end with the last one are an error for the page, once there is no other', async () => {
    const page = await open();
    const counter = await desk(() => sign(1));
    await settle(page, { server: server(), desk: counter.url });
    counter.give = () => {
      throw new Error('closed for today');
    };
    const error = await until('the token to be past', async () => (await attempt(page, 'send')).error);
    assert.ok(error.typed, JSON.stringify(error));
    assert.equal(error.code, 'unauthorized');

    counter.give = () => sign(60);
    assert.equal(await works(page, 'send'), 'ok', 'the desk is open again, and all is well');
  });
});

const RUBBISH = {
  'that throws': '() => { throw new Error("hush hush") }',
  'that rejects': '() => Promise.reject(new Error("hush hush"))',
  'that rejects with nothing': '() => Promise.reject()',
  'that gives nothing': '() => undefined',
  'that gives a number': 'async () => 42',
  'that gives an object': '() => ({ token: "hush hush" })',
  'that gives an empty text': 'async () => ""',
  'that gives a wrong token': 'async () => "hush hush"',
};

withJanus('a token function', { token_auth: true }, ({ open, server }) => {
  it('that gives no token or a wrong one keeps the page out, and the page hears so every time', async () => {
    const page = await open();
    for (const [what, rubbish] of Object.entries(RUBBISH)) {
      await works(page, 'connect', { server: server(), rubbish });
      for (let time = 0; time < 2; time += 1) {
        const error = await fails(page, 'createSession');
        assert.equal(error.code, 'unauthorized', `one ${what}: ${JSON.stringify(error)}`);
        assert.doesNotMatch(error.message, /hush/, `one ${what}`);
      }
      assert.doesNotMatch(await works(page, 'records'), /hush/, `one ${what}`);
      await works(page, 'ping');
    }
    assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
  });

  it('that never answers is an error in the end, which says so', async () => {
    const page = await open();
    const connectTimeout = 5_000;
    await works(page, 'connect', { server: server(), rubbish: '() => new Promise(() => {})', connectTimeout });
    const error = await fails(page, 'createSession');
    assert.equal(error.code, 'timeout');
    assert.match(error.message, /token/);
    await works(page, 'ping');
  });
});
