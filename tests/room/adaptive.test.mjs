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
/** How soon more is to be asked for and nothing to come, and what a key frame may take on a slow machine beyond that, ms. */
const SOON = 500;
const SILENT = 1_000;
const KEY_FRAME = 1_000;
/** So long something may be hidden and goes on, ms; a little less, for what takes time itself. */
const MOMENT = 300;
/** Less is asked for after a second. */
const SHRINK = 1_000;
/** By how much any one may be later, on a machine that has something else to do for a moment, ms. */
const AT_WORST = 1_000;
/** Janus passes over who asks for another key frame within a second. */
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
    /** How long everything took, ms: asking for more, a picture where a key frame could be had, and the last of what is hidden. */
    const times = { asked: [], shown: [], silent: [] };

    before(async () => {
      browser = await launch(kind);
      page = await openAdaptive(browser, stage.site);
      await page.pretendCalm();
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
    /** It is soon asked for, and comes; `calm`: a key frame could be had at once. */
    const comesSoon = (t, { asked, took, ...more }, { calm: isCalm = true, most = SOON } = {}) => {
      t.diagnostic(`asked for after ${asked} ms, shown after ${took} ms`);
      assert.ok(asked <= most + AT_WORST && took > 0, JSON.stringify({ asked, took, ...more }));
      if (most === SOON) times.asked.push(asked);
      if (isCalm) times.shown.push(took);
    };
    const median = (list) => list.sort((one, other) => one - other)[list.length >> 1];

    it('brings the layer a tile needs', async () => {
      await comes(320);
    });

    it('brings a better one soon when the tile grows, and a lesser one a little after it shrinks', async (t) => {
      await calm();
      comesSoon(t, await page.timed({ ...ADA, what: 'style', box: MIDDLE, width: 640 }));
      await calm();
      comesSoon(t, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }));
      comesSoon(t, await page.timed({ ...ADA, what: 'style', box: SMALL, width: 320 }), { calm: false, most: SHRINK });
      // The key frame of that was a moment ago.
      comesSoon(t, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }), { calm: false });
    });

    it('counts the pixels of the screen, not those of the page', async (t) => {
      await comes(1280);
      await page.act({ ...ADA, what: 'style', box: SMALL });
      await comes(320);
      await calm();
      // As when the window is moved to a screen twice as dense, or zoomed.
      comesSoon(t, await page.timed({ ...ADA, what: 'density', density: 2, width: 640 }));
      await page.act({ ...ADA, what: 'density', density: 1 });
      await comes(320);
      await calm();
      comesSoon(t, await page.timed({ ...ADA, what: 'style', box: LARGE, width: 1280 }));
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
        const { asked, last } = await page.silence({ ...ADA, ...hide, watch: SILENT + AT_WORST + 500 });
        t.diagnostic(`${name}: asked for after ${asked} ms, bytes came for ${last} ms`);
        assert.ok(asked > 0 && last <= SILENT + AT_WORST, `${name}: asked for after ${asked} ms, bytes came for ${last} ms`);
        times.silent.push(last);
        comesSoon(t, await page.timed({ ...ADA, ...show, width: 1280 }));
      }
    });

    it('does not stop what is hidden for a moment, and shows what is hidden and seen in quick succession', async (t) => {
      // Where the page stood still meanwhile, it was no moment.
      for (let [turn, took] = [0, Infinity]; took > MOMENT; turn += 1) {
        assert.ok(turn < 10, 'the page stands still each time');
        const before = await page.requests(ADA);
        took = await page.act({ ...ADA, what: 'blink' });
        await until('the picture to go on', flows);
        if (took <= MOMENT) assert.equal(await page.requests(ADA), before);
      }
      for (let turn = 0; turn < 3; turn += 1) {
        const count = await page.requests(ADA);
        await page.act({ ...ADA, what: 'remove' });
        await until('nothing to be asked for', async () => (await page.requests(ADA)) > count);
        await new Promise((resolve) => setTimeout(resolve, turn * 100));
        comesSoon(t, await page.timed({ ...ADA, what: 'restore', width: 1280 }), { calm: false });
      }
    });

    it('is quick', (t) => {
      const [asked, shown, silent] = [times.asked, times.shown, times.silent].map(median);
      t.diagnostic(`asked for after ${asked} ms, shown after ${shown} ms, silent after ${silent} ms`);
      assert.ok(asked <= SOON && shown <= SOON + KEY_FRAME && silent <= SILENT, JSON.stringify({ asked, shown, silent }));
    });
  });
}
