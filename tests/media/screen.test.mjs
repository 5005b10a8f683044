// Sharing a screen: next to the camera, with its sound where the browser gives it, ended by the page or by the person.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const ROOM = 1234;
/** A room whose codec no browser here sends. */
const ODD = 4_377;
const CAMERA = { name: 'Bob', of: 'Ada', what: 'camera' };
const SCREEN = { name: 'Bob', of: 'Ada', what: 'screen' };

for (const kind of BROWSERS) {
  describe(`screen: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    // Firefox shares no sound.
    const shared = kind === 'chromium' ? ['screen/audio', 'screen/video'] : ['screen/video'];

    before(async () => {
      stage = await setCallStage();
      browser = await launch(kind, { screen: true });
      call = await openCalls(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws });
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.join({ name: 'Bob', room: ROOM });
      await sees(call, CAMERA, 17);
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    async function share() {
      // Browsers ask for a click.
      await call.page.click('h1');
      await call.screen({ name: 'Ada', enabled: true });
    }

    const isShown = (sources) => until(`${sources} to be shown`, async () =>
      JSON.stringify(await call.shown(SCREEN)) === JSON.stringify(['camera/video', ...sources]));

    const isPublished = (sources) => until(`${sources} to be published`, async () =>
      JSON.stringify(await call.sources({ name: 'Ada' })) === JSON.stringify(['camera/video', ...sources]));

    it('is seen in full next to the camera, with its sound', async () => {
      await share();
      await isShown(shared);
      const { capture, encodings, contentHint } = await until('the settings', async () => {
        const settings = await call.settings({ name: 'Ada', of: 'screen' });
        return settings.capture.width > 0 && settings;
      });
      await until('the screen in its full size', async () => {
        const { width, height } = await call.see(SCREEN);
        return width === capture.width && height === capture.height;
      });
      assert.equal(encodings.length, 1, 'a screen is sent in one size');
      if (kind === 'chromium') assert.equal(contentHint, 'detail');
      await sees(call, CAMERA, 17);
    });

    it('is shared once, however often it is asked for', async () => {
      await share();
      assert.deepEqual(await call.sources({ name: 'Ada' }), ['camera/video', ...shared]);
    });

    it('goes when the page says so, and leaves the camera alone', async () => {
      const tracks = await call.identities({ name: 'Bob' });
      await call.screen({ name: 'Ada', enabled: false });
      await isShown([]);
      await sees(call, CAMERA, 17);
      assert.deepEqual((await call.identities({ name: 'Bob' })).Ada, tracks.Ada.slice(0, 3));
    });

    it('goes with its sound when the person ends it in the browser', async () => {
      await share();
      await isShown(shared);
      await call.endScreen({ name: 'Ada' });
      await isPublished([]);
      await isShown([]);
      await sees(call, CAMERA, 17);
    });

    it('ends in the last wish', async () => {
      const wish = (enabled) => call.screen({ name: 'Ada', enabled });
      await call.page.click('h1');
      await Promise.all([wish(true), wish(false), wish(true)]);
      await isShown(shared);
      await call.page.click('h1');
      await Promise.all([wish(false), wish(true), wish(false)]);
      await isPublished([]);
      await isShown([]);
    });

    it('ends in the last wish, though the first was made so already and the server does not know', async () => {
      await call.page.click('h1');
      const ends = await call.page.evaluate(async () => {
        const { person } = await import('/call/call.js');
        const { localParticipant } = person('Ada').room;
        const { getDisplayMedia } = MediaDevices.prototype;
        const { promise: opened, resolve: open } = Promise.withResolvers();
        MediaDevices.prototype.getDisplayMedia = async function capture(options) {
          MediaDevices.prototype.getDisplayMedia = getDisplayMedia;
          const stream = await getDisplayMedia.call(this, options);
          open();
          return stream;
        };
        const on = localParticipant.setScreenShareEnabled(true);
        await opened;
        // Whatever follows of itself does so, and nothing comes from the server meanwhile.
        for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
        const ended = await Promise.allSettled([on, localParticipant.setScreenShareEnabled(false)]);
        return ended.map(({ reason }) => String(reason));
      });
      assert.deepEqual(ends, ['undefined', 'undefined']);
      await isPublished([]);
      await isShown([]);
    });

    it('is refused at once where the room takes no such picture, whatever becomes of its sound', async () => {
      await createRoom(stage.janus, ODD, { videocodec: 'h265' });
      await call.create({ name: 'Cy', servers: stage.janus.ws });
      await call.join({ name: 'Cy', room: ODD });
      await call.page.click('h1');
      await assert.rejects(call.screen({ name: 'Cy', enabled: true }), /does not take the codecs/);
      assert.deepEqual((await call.sources({ name: 'Cy' })).filter((source) => source.endsWith('video')), []);
      await call.screen({ name: 'Cy', enabled: false });
      assert.deepEqual(await call.sources({ name: 'Cy' }), []);
      await call.leave({ name: 'Cy' });
    });

    it('that the person refuses is an error of the browser, and may be asked for again', async () => {
      await call.page.evaluate(() => {
        const { getDisplayMedia } = MediaDevices.prototype;
        // The prompt, which nobody can answer here.
        MediaDevices.prototype.getDisplayMedia = async () => {
          MediaDevices.prototype.getDisplayMedia = getDisplayMedia;
          throw new DOMException('no', 'NotAllowedError');
        };
      });
      await assert.rejects(share(), /NotAllowedError|no/);
      assert.deepEqual(await call.sources({ name: 'Ada' }), ['camera/video']);
      await share();
      await isShown(shared);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
