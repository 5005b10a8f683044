// Whatever a page gives to the typed API: every call settles with a typed error, and the server lives on.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { nothingLeft } from '../page/lib/janus-admin.mjs';
import { openDriver, setDriverStage } from './lib/driver.mjs';

const LONG = Boolean(process.env.JANUS_WASM_LONG);
const COUNT = LONG ? 5000 : 300;
const SEED = LONG ? Date.now() % 2 ** 32 : 20261123;
/** What a call can come to. */
const FINE = ['done', 'server', 'invalid-argument', 'unsupported', 'invalid-state'];

describe(`wrong types and ranges, seed ${SEED}`, () => {
  let stage;
  let browsers;

  before(async () => {
    stage = await setDriverStage();
    browsers = await Promise.all(BROWSERS.map((kind) => launch(kind)));
  });

  after(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await stage?.close();
  });

  for (const [index, kind] of BROWSERS.entries()) {
    for (const transport of LONG ? ['ws', 'http'] : [['ws', 'http'][index]]) {
      it(`${kind} over ${transport}`, async () => {
        const page = await openDriver(browsers[index], stage);
        const { outcomes, alive } = await page.evaluate((argument) => globalThis.__drive('abuse', 'abuse', argument),
          { server: stage.janus[transport], seed: SEED + index, count: COUNT });
        assert.deepEqual(Object.keys(outcomes).filter((name) => !FINE.includes(name)), [], JSON.stringify(outcomes));
        assert.ok(outcomes['invalid-argument'] > COUNT / 3, `refused before they were sent: ${JSON.stringify(outcomes)}`);
        assert.ok(outcomes.server > 0 && outcomes.done > 0, JSON.stringify(outcomes));
        assert.ok(alive, 'the room is still there');
        await page.close();
        await nothingLeft(stage.janus);
        assert.equal(stage.janus.crashes, 0, 'it is the same server');
      });
    }
  }
});
