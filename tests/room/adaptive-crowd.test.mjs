// A grid of many takes little, and changes by one request; a page that is hidden takes nothing.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until, untilSteady } from '../page/lib/wait.mjs';
import { openAdaptive, setStage } from './lib/adaptive-page.mjs';

const ROOM = 4803;
const CROWD = 16;
/** As large as has three layers, and as slow as one machine can do sixteen of. */
const SIZE = { width: 960, height: 540, rate: 5 };
const WIDTHS = { smallest: 240, middle: 480, best: 960 };
/** Four in a row of a small window. */
const TILE = { width: 190, height: 107 };
const MEASURED_MS = 4_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let stage;

before(async () => {
  stage = await setStage(ROOM);
  for (let number = 1; number <= CROWD; number += 1) {
    await stage.senders.publish({ name: `P${number}`, servers: stage.janus.ws, room: ROOM, number, size: SIZE });
  }
});

after(() => stage?.close());

for (const kind of BROWSERS) {
  describe(`many: ${kind}`, () => {
    let browser;

    before(async () => {
      browser = await launch(kind, { background: true });
    });

    after(() => browser?.close());

    it('takes at most a quarter as tiles, by one request for all, and nothing while the page is hidden', async (t) => {
      const page = await openAdaptive(browser, stage.site);
      const all = (name, width) => until(`${name} to see all ${width} px wide`, async () => {
        const widths = await page.widths({ name });
        return widths.length === CROWD && widths.every((one) => one === width);
      }, { timeout: 60_000, explain: () => page.widths({ name }) });
      const view = { servers: stage.janus.ws, room: ROOM, box: TILE };
      await page.look({ ...view, name: 'Bob' });
      await page.look({ ...view, name: 'Full', adaptive: false });
      await all('Bob', WIDTHS.smallest);
      await all('Full', WIDTHS.best);

      const counts = async () => [await page.bytes({ name: 'Bob' }), await page.bytes({ name: 'Full' })];
      const before = await counts();
      await pause(MEASURED_MS);
      const [grid, whole] = (await counts()).map((count, index) => count - before[index]);
      t.diagnostic(`${CROWD} tiles: ${grid} bytes, all layers: ${whole}, ${(grid / whole).toFixed(3)}`);
      assert.ok(grid > 0 && grid <= whole / 4, `${grid} of ${whole} bytes`);
      await page.leave({ name: 'Full' });

      const requests = await page.regrid({ name: 'Bob', box: { width: 440, height: 248, marginRight: '-300px', marginBottom: '-200px' } });
      assert.deepEqual(requests, [CROWD]);
      await all('Bob', WIDTHS.middle);

      await page.page.setHidden(true);
      const hidden = await untilSteady('the count of bytes', () => page.bytes({ name: 'Bob' }), 500, { timeout: 3_000 });
      await pause(2_000);
      assert.equal(await page.bytes({ name: 'Bob' }), hidden, 'bytes came after the page was hidden');
      await page.page.setHidden(false);
      await until('all to come again', async () => (await page.bytes({ name: 'Bob' })) > hidden);
      await all('Bob', WIDTHS.middle);
    });
  });
}
