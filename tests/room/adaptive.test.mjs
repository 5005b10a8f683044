// What is seen is what comes: the right layer soon, and nothing of what is hidden.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';
import { openAdaptive, setStage } from './lib/adaptive-page.mjs';

const ROOM = 4801;
const ADA = { name: 'Bob', of: 'Ada' };
const SIZE = { width: 1280, height: 720, rate: 10 };
const SMALL = { width: 240, height: 135 };
const MIDDLE = { width: 560, height: 315 };
const LARGE = { width: 896, height: 504 };
/** What asking, encoding, sending and decoding a key frame may take on a slow machine, beyond the 500 ms, ms. */
const KEY_FRAME = 1_000;
/** Janus passes over who asks for another within a second. */
const TOO_SOON = 1_000;
const PAUSE = 1_500;

let stage;

before(async () => {
  stage = await setStage(ROOM);
  const { janus, senders } = stage;
  await senders.publish({ name: 'Ada', servers: janus.ws, room: ROOM, size: SIZE, publishing: { maxBitrate: 2_500_000 } });
});

after(() => stage?.close());

for (const kind of BROWSERS) {
  describe(`what is seen: ${kind}`, () => {
    let browser;
    let page;

    before(async () => {
      browser = await launch(kind);
      page = await openAdaptive(browser, stage.site);
      await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: SMALL });
    });

    after(() => browser?.close());

    const comes = (width) => until(`a picture ${width} px wide`, async () => (await page.seen(ADA))?.width === width, {
      explain: () => page.seen(ADA),
    });
    /** Whether anything came in half a second. */
    const flows = async () => {
      const { bytes } = await page.seen(ADA);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await page.seen(ADA)).bytes > bytes;
    };
    /** As long as it takes for another key frame to be had. */
    const calm = () => new Promise((resolve) => setTimeout(resolve, PAUSE));
    const within = (t, most, { took, ...more }) => {
      t.diagnostic(`${took} ms`);
      assert.ok(took <= most, `${took} ms; ${JSON.stringify(more)}`);
    };

    it('brings the layer a tile needs', async () => {
      await comes(320);
    });

    it('brings a better one soon when the tile grows, and a lesser one a little after it shrinks', async (t) => {
      await calm();
      within(t, 500 + KEY_FRAME, await page.timed({ ...ADA, what: 'style', box: MIDDLE, width: 640 }));
      await calm();
      within(t, 500 + KEY_FRAME, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }));
      within(t, 500 + KEY_FRAME + 2 * TOO_SOON, await page.timed({ ...ADA, what: 'style', box: SMALL, width: 320 }));
      // The key frame of that was a moment ago.
      within(t, 500 + KEY_FRAME + TOO_SOON, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }));
    });

    it('counts the pixels of the screen, not those of the page', async (t) => {
      await comes(1280);
      await page.act({ ...ADA, what: 'style', box: SMALL });
      await comes(320);
      await calm();
      // As when the window is moved to a screen twice as dense, or zoomed.
      within(t, 500 + KEY_FRAME, await page.timed({ ...ADA, what: 'density', density: 2, width: 640 }));
      await page.act({ ...ADA, what: 'density', density: 1 });
      await comes(320);
      await calm();
      within(t, 500 + KEY_FRAME, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }));
    });

    it('brings nothing of what is hidden, and the right layer when it is seen', async (t) => {
      const hidings = [
        ['display: none', { what: 'style', box: { display: 'none' } }, { what: 'style', box: { ...LARGE, display: 'block' } }],
        ['out of view', { what: 'style', box: { position: 'absolute', top: 5_000 } }, { what: 'style', box: { position: 'static' } }],
        ['out of the document', { what: 'remove' }, { what: 'restore' }],
        ['attached nowhere', { what: 'detach' }, { what: 'attach' }],
        ['no size', { what: 'style', box: { width: 0, height: 0 } }, { what: 'style', box: LARGE }],
      ];
      for (const [name, hide, show] of hidings) {
        const last = await page.silence({ ...ADA, ...hide });
        t.diagnostic(`${name}: ${last} ms`);
        assert.ok(last <= 1_000, `${name}: bytes came for ${last} ms`);
        within(t, 500 + KEY_FRAME, await page.timed({ ...ADA, ...show, width: 1280 }));
      }
    });

    it('does not stop what is hidden for a moment, and shows what is hidden and seen in quick succession', async () => {
      await page.act({ ...ADA, what: 'remove' });
      await page.act({ ...ADA, what: 'restore' });
      const before = await page.requests(ADA);
      assert.ok(await flows());
      assert.equal(await page.requests(ADA), before);
      for (let turn = 0; turn < 3; turn += 1) {
        await page.silence({ ...ADA, what: 'remove', watch: 450 + turn * 100 });
        const { took } = await page.timed({ ...ADA, what: 'restore', width: 1280 });
        assert.ok(took <= 500 + KEY_FRAME + TOO_SOON, `${took} ms`);
      }
    });
  });
}
