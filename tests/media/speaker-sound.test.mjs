// The sound by which people find out whether a speaker is the right one, in real browsers with speakers these make up.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { installSpies, isTidy, makeDevices, openAndClose } from './lib/device-page.mjs';
import { openDevices, serveDevices } from './lib/device-site.mjs';

describe('the sound of a speaker', () => {
  let site;

  before(async () => {
    site = await serveDevices();
  });

  after(() => site?.close());

  for (const kind of BROWSERS) {
    describe(kind, () => {
      let browser;
      const open = () => openDevices(browser, site);

      before(async () => {
        browser = await launch(kind, { devices: kind === 'chromium' ? 3 : true, soundCard: true });
      });

      afterEach(() => browser.closePages());

      after(() => browser?.close());

      it('plays two tones and leaves nothing', async () => {
        const page = await open();
        await page.evaluate(openAndClose);
        const { took, peaks } = await page.evaluate(async () => {
          const began = performance.now();
          await devices.testSpeaker({ duration: 1200 });
          return { took: performance.now() - began, peaks: globalThis.peaks };
        });
        assert.ok(took >= 1200, `it took ${took} ms`);
        // The analyser's lines are 47 Hz (at 48 kHz) apart.
        const near = (hertz) => peaks.findIndex((peak) => Math.abs(peak - hertz) < 50);
        assert.ok(near(523) >= 0, `the low tone in ${peaks}`);
        assert.ok(near(659) > near(523), `the high tone after it in ${peaks}`);
        await isTidy(page);
        assert.deepEqual(page.complaints, []);
      });

      it('plays through the speaker that is named, and refuses one that is not there', async () => {
        const page = await open();
        await page.evaluate(openAndClose);
        assert.equal(await page.evaluate(() => devices.canChooseSpeaker), true);
        const refusal = await page.evaluate(() => devices.testSpeaker({ deviceId: 'nobody' }).catch((error) => error.name));
        assert.equal(refusal, 'NotFoundError');
        await isTidy(page);
        const speaker = (await page.evaluate(() => devices.list('speaker'))).at(-1);
        assert.equal(speaker.label, 'Fake Audio Output 2');
        await page.evaluate((deviceId) => devices.testSpeaker({ deviceId, duration: 50 }), speaker.id);
        assert.deepEqual(await page.evaluate(() => globalThis.players.map(({ sinkId }) => sinkId)), ['', speaker.id]);
        await isTidy(page);
      });

      it('the sound can be called off', async () => {
        const page = await open();
        const outcomes = await page.evaluate(async () => {
          const caught = (promise) => promise.then(() => 'played', (error) => error.code ?? error.message);
          const sounds = () => new Promise((resolve) => (globalThis.onSound = resolve));
          const ending = new AbortController();
          const first = caught(devices.testSpeaker({ duration: 60_000, signal: ending.signal }));
          await sounds();
          ending.abort(new Error('enough'));
          const early = caught(devices.testSpeaker({ signal: ending.signal }));
          const quick = new AbortController();
          const became = (context, state) => new Promise((resolve) => {
            context.addEventListener('statechange', () => context.state === state && resolve());
            if (context.state === state) resolve();
          });
          // An element that begins to play when all is over already.
          const { play } = HTMLMediaElement.prototype;
          let begin;
          HTMLMediaElement.prototype.play = () => new Promise((resolve) => (begin = resolve));
          const atOnce = caught(devices.testSpeaker({ signal: quick.signal }));
          const context = globalThis.contexts.at(-1);
          await became(context, 'running');
          quick.abort(new Error('at once'));
          await became(context, 'closed');
          begin();
          HTMLMediaElement.prototype.play = play;
          const second = caught(devices.testSpeaker({ duration: 60_000 }));
          await sounds();
          devices.close();
          return Promise.all([first, early, atOnce, second]);
        });
        assert.deepEqual(outcomes, ['enough', 'enough', 'at once', 'closed']);
        await isTidy(page);
        assert.deepEqual(page.complaints, []);
      });

      it('a browser without speakers to choose from says so', async () => {
        const page = await open();
        const outcome = await page.evaluate(async () => {
          delete HTMLMediaElement.prototype.setSinkId;
          const code = await devices.testSpeaker({ deviceId: 'x' }).catch((error) => error.code);
          await devices.testSpeaker({ duration: 50 });
          return { can: devices.canChooseSpeaker, code };
        });
        assert.deepEqual(outcome, { can: false, code: 'unsupported' });
      });

      it('a sound without a click is refused as the browser says', async () => {
        const strict = await launch(kind, { autoplay: false, soundCard: true });
        try {
          const page = await strict.open(`${site.url}blocked.html`, { inits: [installSpies] });
          assert.equal(await page.waitFor('an outcome', () => globalThis.outcome), 'NotAllowedError');
          await isTidy(page);
        } finally {
          await strict.close();
        }
      });
    });
  }

  it('firefox: a machine without sound says so in the end', async () => {
    const browser = await launch('firefox', { soundCard: false });
    try {
      const page = await browser.open(`${site.url}index.html`, { inits: [installSpies] });
      await page.evaluate(makeDevices);
      const code = await page.evaluate(() => devices.testSpeaker({ duration: 10 }).catch((error) => error.code));
      assert.equal(code, 'timeout');
      assert.ok(await page.evaluate(() => globalThis.players.every((player) => player.paused && !player.srcObject)));
    } finally {
      await browser.close();
    }
  });
});
