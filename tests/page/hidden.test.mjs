// A page in the background: browsers run its timers once a minute, and the server ends sessions it does not hear of.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { sessions } from './lib/janus-admin.mjs';
import { TestJanus } from './lib/stage.mjs';
import { stays, until } from './lib/wait.mjs';
import { openWorkbench, settle, works } from './lib/workbench.mjs';

/** When the server ends a session it does not hear of, s. A busy machine may need some of it to run a worker. */
const SESSION_TIMEOUT = 12;
const SCRIPTS = "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'";
const POLICY = `default-src 'self'; ${SCRIPTS}; connect-src *; worker-src 'none'`;

let janus;
let site;
/** Where pages may have no worker. */
let strict;

before(async () => {
  janus = await TestJanus.start({ settings: { session_timeout: SESSION_TIMEOUT } });
  site = await serveBare();
  strict = await serveBare({ headers: { 'content-security-policy': POLICY } });
});

after(async () => {
  await site?.close();
  await strict?.close();
  await janus?.remove();
});

/** Browsers slow a hidden page down in steps that take minutes. This one's timers wait until it is seen again. */
function stopTimersWhileHidden() {
  const later = globalThis.setTimeout.bind(globalThis);
  globalThis.setTimeout = (work, delay, ...rest) => {
    const fire = () => (document.hidden ? later(fire, 50) : work(...rest));
    return later(fire, delay);
  };
}

// Nearly all of it is waiting: side by side.
describe('in the background', { concurrency: true }, () => {
  for (const kind of BROWSERS) {
    describe(kind, () => {
      let browser;

      before(async () => {
        browser = await launch(kind, { background: true });
      });

      after(() => browser?.close());

      it('sessions live on by the beat of a worker, or by what timers a page has left', async () => {
        const open = async (where, inits) => {
          const page = await openWorkbench(browser, where, { inits });
          return { page, id: await settle(page, { server: janus.ws }) };
        };
        const beaten = await open(site, [stopTimersWhileHidden]);
        const slowed = await open(strict, []);
        const lost = await open(strict, [stopTimersWhileHidden]);
        await lost.page.setHidden(true);

        const lives = async ({ id }) => (await sessions(janus)).includes(id);
        await Promise.all([
          stays('both sessions', async () => (await lives(beaten)) && lives(slowed), SESSION_TIMEOUT * 2 * 1000),
          until('the session nobody speaks for to end', async () => !(await lives(lost))),
        ]);
        for (const { page } of [beaten, slowed]) {
          assert.equal(await page.evaluate(() => document.visibilityState), 'hidden');
          await page.setHidden(false);
          assert.equal(await works(page, 'send'), 'ok');
        }
      });
    });
  }
});
