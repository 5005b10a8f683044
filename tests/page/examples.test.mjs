// The guide's example page does what it says, over both transports, and the server agrees.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { nothingLeft, rooms } from './lib/janus-admin.mjs';
import { setStage } from './lib/stage.mjs';

describe('examples', () => {
  let stage;
  let browsers;

  before(async () => {
    browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
  });

  afterEach(async () => {
    await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
    await stage?.close();
    stage = undefined;
  });

  after(() => Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close())));

  for (const kind of BROWSERS) {
    for (const transport of ['fetch', 'websocket']) {
      it(`create-room over ${transport}: ${kind}`, async () => {
        // A server of its own: the example makes its room under a fixed number.
        stage = await setStage();
        const before = await rooms(stage.janus);
        const page = await browsers[kind].open(
          new URL(`/examples/create-room.html?transport=${transport}&run`, stage.site.url).href,
        );
        await page.waitFor('the example to end', () => document.body.dataset.result !== undefined);
        const { result, text } = await page.evaluate(() => ({
          result: document.body.dataset.result,
          text: document.body.innerText,
        }));
        assert.equal(result, 'ok', text);
        for (const step of ['"status":433', '"status":427', '9007199254740993n']) {
          assert.ok(text.includes(step), `${step} in what the page says:\n${text}`);
        }
        assert.deepEqual(await rooms(stage.janus), before, 'every room it made is gone');
        assert.deepEqual(page.complaints, []);
        await page.close();
        await nothingLeft(stage.janus);
      });
    }
  }
});
