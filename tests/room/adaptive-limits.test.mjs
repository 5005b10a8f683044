// Less where the network or the processor is short, and all of it again when it is not.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { stays, until } from '../page/lib/wait.mjs';
import { openAdaptive, setStage } from './lib/adaptive-page.mjs';

/** Who publishes in the second is not seen in the first. */
const [ROOM, ASIDE] = [4804, 4805];
const SIZE = { width: 640, height: 360, rate: 15 };
const [BEST, LEAST] = [640, 320];
const ONE_AND_A_HALF = 1.5 * SIZE.width * SIZE.height;
const BOX = { width: 600, height: 338 };
const ADA = { name: 'Bob', of: 'Ada' };
const SCREEN = { name: 'Bob', of: 'Screen' };
/** How long it is measured how much comes, ms, and which part of that gets through a narrow way. */
const MEASURED_MS = 3_000;
const NARROW = 0.75;
/** Up to which part of the packets a busy machine loses by itself: a way that drops what is too much loses a quarter. */
const LOST_ANYWAY = 0.05;
/** Trials are apart on purpose. */
const PATIENCE = { timeout: 60_000 };

/** Whether all of it comes. */
const isFree = (seen) => seen?.width === BEST && seen.limitation === 'none';
/** And has for a while: a browser that has only begun sends little, and on a busy machine for long. */
const isSharp = (seen) => isFree(seen) && seen.frames > 3 * SIZE.rate;

/** What is told of Ada from now on: while a machine begins with much at once, it may be short. */
async function since(page) {
  const { length } = await page.limitations(ADA);
  return async () => (await page.limitations(ADA)).slice(length);
}

let stage;

before(async () => {
  stage = await setStage(ROOM);
  await createRoom(stage.janus, ASIDE, { bitrate: 0 });
  const one = { servers: stage.janus.ws, room: ROOM, size: SIZE };
  await stage.senders.publish({ ...one, name: 'Ada' });
  await stage.senders.publish({ ...one, name: 'Screen', screen: true });
});

after(() => stage?.close());

// Nearly all of it is waiting: side by side, but for the browsers, whose pictures would be late on a machine that is short.
// Firefox draws all windows in one process, and is short itself with as many as Chromium has.
const AT_ONCE = { chromium: true, firefox: 3 };

describe('what there is too little of', () => {
  for (const kind of BROWSERS) {
    describe(kind, { concurrency: AT_ONCE[kind] }, () => {
      let browser;

      before(async () => {
        browser = await launch(kind);
      });

      after(() => browser?.close());

      it('network: a camera is blurred while packets are lost, and sharp again after; a screen stays sharp', async (test) => {
        const desk = await openRelayDesk();
        test.after(() => desk.close());
        const page = await openAdaptive(browser, stage.site);
        await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: BOX, desk: desk.url });
        const width = (of) => async () => (await page.seen(of))?.width;
        const explain = async () => JSON.stringify([
          kind, await page.seen(ADA), await page.seen(SCREEN), await page.limitations(ADA), await stage.senders.sends({ name: 'Ada' }),
          await page.recent({ name: 'Bob' }),
        ]);
        const both = async () => isSharp(await page.seen(ADA)) && isSharp(await page.seen(SCREEN));
        await until('both to be sharp', both, { ...PATIENCE, explain });
        const told = await since(page);

        desk.setLoss(0.3);
        let screens = 0;
        await until('the camera to be blurred', async () => {
          screens += (await width(SCREEN)()) === BEST ? 0 : 1;
          return (await width(ADA)()) === LEAST;
        }, { ...PATIENCE, explain });
        assert.deepEqual((await told())[0], ['Ada', 'bandwidth']);
        assert.equal(screens, 0, 'the screen was blurred');

        desk.setLoss(0);
        await until('the camera to be sharp', async () => {
          const { width: now, limitation } = await page.seen(ADA);
          return now === BEST && limitation === 'none';
        }, { ...PATIENCE, explain });
        assert.equal((await page.limitations(ADA)).at(-1)[1], 'none');
      });

      it('network: a camera is blurred while packets wait in a queue that loses none, and sharp again after', async (test) => {
        const desk = await openRelayDesk();
        test.after(() => desk.close());
        const page = await openAdaptive(browser, stage.site);
        await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: BOX, desk: desk.url });
        const all = async () => [await page.seen(ADA), await page.seen(SCREEN)];
        const explain = async () => [kind, ...(await all()), await page.reports({ name: 'Bob' }), await page.limitations(ADA)];
        await until('both to be sharp', async () => (await all()).every(isSharp), { ...PATIENCE, explain });

        const told = await since(page);
        const [bytes, before] = [await page.bytes({ name: 'Bob' }), await all()];
        await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
        const rate = ((await page.bytes({ name: 'Bob' })) - bytes) * (8_000 / MEASURED_MS);
        desk.setRate(rate * NARROW);
        test.diagnostic(`${Math.round(rate)} bit/s`);
        await until('the camera to be blurred', async () => (await page.seen(ADA)).width === LEAST, { ...PATIENCE, explain });
        assert.deepEqual(await told(), [['Ada', 'bandwidth']]);
        assert.equal((await page.seen(SCREEN)).width, BEST);

        desk.setRate(Infinity);
        await until('the camera to be sharp', async () => {
          const { width, limitation } = await page.seen(ADA);
          return width === BEST && limitation === 'none';
        }, { ...PATIENCE, explain });
        for (const [index, { lost, packets }] of (await all()).entries()) {
          const share = (lost - before[index].lost) / (packets - before[index].packets);
          assert.ok(share < LOST_ANYWAY, `${share} was lost on a way that loses nothing`);
        }
      });

      it('network: a delay the page chose is no reason for less', async () => {
        const page = await openAdaptive(browser, stage.site);
        await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: BOX });
        const explain = async () => [await page.seen(ADA), await page.waits(ADA), await page.limitations(ADA)];
        await until('the best', async () => isFree(await page.seen(ADA)), { ...PATIENCE, explain });
        await page.pretendCalm();
        const told = await since(page);
        await page.act({ ...ADA, what: 'delay', range: { min: 800 } });
        await until('it to wait', async () => (await page.waits(ADA)) > 600, { explain });
        await stays('the best', async () => (await page.seen(ADA)).width === BEST, 12_000);
        assert.ok((await page.waits(ADA)) > 600);
        assert.deepEqual(await told(), []);
      });

      it('network: a camera is blurred while the pictures of all stand still, not while those of one do', async () => {
        const page = await openAdaptive(browser, stage.site);
        await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: BOX });
        const explain = async () => [await page.seen(ADA), await page.seen(SCREEN), await page.limitations(ADA)];
        const isBest = async () => isFree(await page.seen(ADA)) && isFree(await page.seen(SCREEN));
        await until('the best of both', isBest, { ...PATIENCE, explain });
        await page.pretendStill({ name: 'Bob', of: [] });
        const told = await since(page);
        // What is later is so beside what was before.
        await stays('the best of both', isBest, 10_000);
        await page.pretendStill({ name: 'Bob', of: ['Ada'] });
        await stays('the best of both', isBest, 6_000);
        assert.deepEqual(await told(), []);
        await page.pretendStill({ name: 'Bob', of: ['Ada', 'Screen'] });
        await until('the camera to be blurred', async () => (await page.seen(ADA)).width === LEAST, { ...PATIENCE, explain });
        assert.deepEqual(await told(), [['Ada', 'bandwidth']]);
        assert.equal((await page.seen(SCREEN)).width, BEST);
        await page.pretendStill({ name: 'Bob', of: [] });
        await until('the best of both', isBest, { ...PATIENCE, explain });
        assert.deepEqual((await page.limitations(ADA)).at(-1), ['Ada', 'none']);
      });

      it('processor, decoding: a camera is blurred while pictures are dropped, and sharp again after', async () => {
        const page = await openAdaptive(browser, stage.site);
        await page.pretendSlow(Infinity);
        await page.look({ name: 'Bob', servers: stage.janus.ws, room: ROOM, box: BOX });
        const explain = async () => [await page.seen(ADA), await page.limitations(ADA)];
        const comes = (width, limitation) => until(`${width} px`, async () => {
          const seen = await page.seen(ADA);
          return seen?.width === width && seen.limitation === limitation;
        }, { ...PATIENCE, explain });
        await comes(BEST, 'none');
        await page.pretendSlow(ONE_AND_A_HALF);
        await comes(LEAST, 'cpu');
        assert.equal((await page.seen(SCREEN)).width, BEST);
        await page.pretendSlow(Infinity);
        await comes(BEST, 'none');
      });

      it('processor, encoding: the best layer is left out while it is short, and what the page asked for holds', async () => {
        const page = await openAdaptive(browser, stage.site);
        await page.pretendShort(true);
        const one = { servers: stage.janus.ws, room: ASIDE, size: SIZE, adaptive: true };
        await page.publish({ ...one, name: 'Eve', publishing: { maxFrameRate: 20 } });
        const active = async () => (await page.encodings({ name: 'Eve' })).active.join();
        const explain = () => page.encodings({ name: 'Eve' });
        // Not at the start.
        await stays('all of it', async () => (await active()) === 'true,true', 8_000);
        await until('the best to be left out', async () => (await active()) === 'false,true', { ...PATIENCE, explain });
        assert.deepEqual(await page.limitations({ name: 'Eve' }), ['cpu']);
        await page.pretendShort(false);
        await until('all of it again', async () => {
          const { active: now, limitation, options } = await explain();
          return now.join() === 'true,true' && limitation === 'none' && options.layers === undefined;
        }, { ...PATIENCE, explain });
        assert.equal((await explain()).options.maxFrameRate, 20);
        assert.deepEqual(await page.limitations({ name: 'Eve' }), ['cpu', 'none']);
      });

      it('processor, encoding: fewer pictures while it is short of what has no layers', async () => {
        const page = await openAdaptive(browser, stage.site);
        await page.pretendShort(true);
        const one = { servers: stage.janus.ws, room: ASIDE, size: SIZE, adaptive: true };
        await page.publish({ ...one, name: 'Fay', publishing: { simulcast: false } });
        const single = () => page.encodings({ name: 'Fay' });
        await until('fewer pictures of what has no layers', async () => (await single()).rates[0] === 15, { ...PATIENCE, explain: single });
        await page.pretendShort(false);
        await until('no limit to them', async () => {
          const { rates, limitation: now, options } = await single();
          return rates[0] === 0 && now === 'none' && options.maxFrameRate === undefined;
        }, { ...PATIENCE, explain: single });
      });
    });
  }
});
