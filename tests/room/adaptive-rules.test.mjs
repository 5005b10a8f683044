// Several elements, other documents, what the page itself asked for, and what is left alone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { stays, until } from '../page/lib/wait.mjs';
import { openAdaptive, setStage } from './lib/adaptive-page.mjs';

const ROOM = 4802;
const ADA = { name: 'Bob', of: 'Ada' };
const SIZE = { width: 1280, height: 720, rate: 10 };
const SMALL = { width: 240, height: 135 };
const LARGE = { width: 896, height: 504 };
/** How soon what is seen is asked for on a busy machine, ms. How soon it comes is up to encoders. */
const SOON = 1_500;

let stage;

before(async () => {
  stage = await setStage(ROOM);
  const { janus, senders } = stage;
  await senders.publish({ name: 'Ada', servers: janus.ws, room: ROOM, size: SIZE, publishing: { maxBitrate: 2_500_000 } });
});

after(() => stage?.close());

for (const kind of BROWSERS) {
  describe(`rules of what is seen: ${kind}`, () => {
    let browser;
    let page;

    const comes = (width) => until(`a picture ${width} px wide`, async () => (await page.seen(ADA))?.width === width, {
      explain: () => page.seen(ADA),
    });

    before(async () => {
      browser = await launch(kind);
      page = await openAdaptive(browser, stage.site);
      await page.pretendCalm();
      await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: SMALL });
      await comes(320);
    });

    after(() => browser?.close());

    const isSoon = (t, what, { asked, took, ...more }) => {
      t.diagnostic(`${what}: asked for after ${asked} ms, shown after ${took} ms`);
      assert.ok(asked <= SOON && took > 0, JSON.stringify({ asked, took, ...more }));
    };

    /** Whether anything came in half a second. */
    const flows = async () => {
      const { bytes } = await page.seen(ADA);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await page.seen(ADA)).bytes > bytes;
    };

    it('goes by the largest of several elements', async (t) => {
      await page.act({ ...ADA, what: 'style', box: SMALL });
      await comes(320);
      const second = await page.timed({ ...ADA, what: 'second', box: LARGE, width: 1280 });
      isSoon(t, 'second', second);
      await page.act({ ...ADA, what: 'style', box: { display: 'none' } });
      await stays('the largest', async () => (await page.seen(ADA)).width === 1280, 1_500);
      await page.page.evaluate(() => document.querySelector('#second').remove());
      await until('nothing to come', async () => !(await flows()));
      await page.act({ ...ADA, what: 'style', box: { ...SMALL, display: 'block' } });
      await comes(320);
    });

    it('follows an element into another document and back', async (t) => {
      const there = await page.timed({ ...ADA, what: 'adopt', size: { width: 896, height: 504 }, width: 1280 });
      isSoon(t, 'there', there);
      await page.act({ ...ADA, what: 'takeBack' });
      await comes(320);
    });

    it('goes by the window of a picture in picture, and on while the page is hidden', async (t) => {
      const away = { position: 'absolute', top: 5_000 };
      await page.act({ ...ADA, what: 'style', box: { ...LARGE, ...away } });
      await until('nothing to come', async () => !(await flows()));
      const small = await page.timed({ ...ADA, what: 'float', size: { width: 300, height: 169 }, width: 320 });
      isSoon(t, 'seen', small);
      await stays('the smallest layer', async () => (await page.seen(ADA)).width === 320, 1_500);
      const large = await page.timed({ ...ADA, what: 'floatResize', size: { width: 900, height: 506 }, width: 1280 });
      isSoon(t, 'larger', large);
      const asked = await page.requests(ADA);
      await page.act({ ...ADA, what: 'hide', isHidden: true });
      await stays('what is asked for', async () => (await page.requests(ADA)) === asked, 2_500);
      await until('the picture of a hidden page', flows);
      assert.equal((await page.seen(ADA)).width, 1280);
      await page.act({ ...ADA, what: 'sink' });
      await until('nothing to come', async () => !(await flows()));
      await page.act({ ...ADA, what: 'hide', isHidden: false });
      await page.act({ ...ADA, what: 'style', box: { ...SMALL, position: 'static' } });
      await comes(320);
    });

    it('goes by the window the browser really makes of it, where the page has such', async (t) => {
      if (!(await page.page.evaluate(() => document.pictureInPictureEnabled))) return t.skip(`not in ${kind}`);
      await page.act({ ...ADA, what: 'style', box: LARGE });
      await comes(1280);
      await page.pipButton(ADA);
      await page.page.click('#pip');
      const { width, height } = JSON.parse(await until('the window', () => page.pipState()));
      await page.act({ ...ADA, what: 'style', box: { position: 'absolute', top: 5_000 } });
      const scale = Math.min(width / 320, height / 180);
      const wanted = scale <= 1.25 ? 320 : scale <= 2.5 ? 640 : 1280;
      t.diagnostic(`${width} x ${height}: ${wanted} px`);
      await comes(wanted);
      await stays('the picture', async () => (await page.seen(ADA)).width === wanted, 2_500);
      await until('the picture to go on', flows);
      await page.page.evaluate(() => document.exitPictureInPicture());
      await until('nothing to come', async () => !(await flows()));
      await page.act({ ...ADA, what: 'style', box: { ...SMALL, position: 'static' } });
      await comes(320);
    });

    it('brings no more than the page asked for, and nothing of what it paused', async () => {
      await page.act({ ...ADA, what: 'layers', layers: { spatial: 1 } });
      await page.act({ ...ADA, what: 'style', box: LARGE });
      await comes(640);
      await stays('no more', async () => (await page.seen(ADA)).width === 640, 1_500);
      await page.act({ ...ADA, what: 'pause', paused: true });
      await until('nothing to come', async () => !(await flows()));
      assert.equal((await page.seen(ADA)).isPaused, true);
      await page.act({ ...ADA, what: 'style', box: SMALL });
      await page.act({ ...ADA, what: 'style', box: LARGE });
      assert.equal(await flows(), false);
      await page.act({ ...ADA, what: 'layers', layers: {} });
      await page.act({ ...ADA, what: 'pause', paused: false });
      await comes(1280);
      assert.deepEqual(page.page.complaints, []);
    });

    it('leaves alone what was never attached, and everything where it is turned off', async () => {
      await page.look({ name: 'Cem', servers: stage.janus.ws, room: ROOM, attach: false });
      await page.look({ name: 'Dee', servers: stage.janus.ws, room: ROOM, adaptive: false, box: { ...SMALL, display: 'none' } });
      for (const name of ['Cem', 'Dee']) {
        await until('the best', async () => (await page.seen({ name, of: 'Ada' }))?.width === 1280);
        await stays('the best', async () => (await page.seen({ name, of: 'Ada' })).width === 1280, 1_500);
        assert.equal(await page.requests({ name }), 0);
        await page.leave({ name });
      }
    });
  });
}
