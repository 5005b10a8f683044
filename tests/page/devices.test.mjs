// Camera and microphone on and off: seen by the others, and the device really let go.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { connections, gainOver, hearsAndSees, liveCaptures, tileMoves } from './lib/media.mjs';
import { enter, isContent, isPressed, tileShows } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

/** How long sound and picture are watched to be gone. */
const SILENCE_MS = 2_500;
/** Firefox sends one black frame a second where a camera was; a camera gives at least ten times as many. */
const BLACK_FRAMES = 4;

describe('camera and microphone', () => {
  let stage;
  let browsers;

  before(async () => {
    stage = await setStage();
    browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
  });

  afterEach(() => Promise.all(Object.values(browsers).map((browser) => browser.closePages())));

  after(async () => {
    await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
    await stage?.close();
  });

  for (const kind of BROWSERS) {
    it(`the camera goes off and on: ${kind}`, async () => {
      const ada = await enter(browsers[kind], stage.site, { name: 'Ada' });
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
      await tileMoves(bob, 'Ada');
      await tileShows(bob, 'Ada', 'camera', 'on');
      await isPressed(ada, '#toggle-camera', true);
      const before = await connections(ada);

      await ada.click('#toggle-camera');
      await isPressed(ada, '#toggle-camera', false);
      await tileShows(bob, 'Ada', 'camera', 'off');
      await tileShows(ada, 'Ada', 'camera', 'off');
      await until('the camera to be let go', async () => (await liveCaptures(ada, 'video')) === 0);
      await until('the picture to stop', async () =>
        (await gainOver(bob, 'video', SILENCE_MS)).frames <= (kind === 'firefox' ? BLACK_FRAMES : 0));
      // The sound goes on.
      await hearsAndSees(bob, 1, { video: 0 });
      await tileShows(bob, 'Ada', 'microphone', 'on');

      await ada.click('#toggle-camera');
      await isPressed(ada, '#toggle-camera', true);
      await tileShows(bob, 'Ada', 'camera', 'on');
      await tileMoves(bob, 'Ada');
      assert.equal((await connections(ada)).length, before.length, 'no new connection was needed');
      await isContent(ada);
      assert.deepEqual([...ada.complaints, ...bob.complaints], []);
    });

    it(`the microphone goes off and on: ${kind}`, async () => {
      const ada = await enter(browsers[kind], stage.site, { name: 'Ada' });
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
      await hearsAndSees(bob, 1);
      const loud = await gainOver(bob, 'audio', SILENCE_MS);

      await ada.click('#toggle-microphone');
      await isPressed(ada, '#toggle-microphone', false);
      await tileShows(bob, 'Ada', 'microphone', 'off');
      await tileShows(ada, 'Ada', 'microphone', 'off');
      await until('silence', async () => (await gainOver(bob, 'audio', SILENCE_MS)).energy < loud.energy / 100);
      // The picture goes on.
      await tileMoves(bob, 'Ada');
      await tileShows(bob, 'Ada', 'camera', 'on');

      await ada.click('#toggle-microphone');
      await isPressed(ada, '#toggle-microphone', true);
      await tileShows(bob, 'Ada', 'microphone', 'on');
      await hearsAndSees(bob, 1);
      await isContent(ada);
      assert.deepEqual([...ada.complaints, ...bob.complaints], []);
    });
  }

  it('whoever comes later sees who is muted and whose camera is off', async () => {
    const ada = await enter(browsers.chromium, stage.site, { name: 'Ada' });
    await isPressed(ada, '#toggle-camera', true);
    await ada.click('#toggle-camera');
    await ada.click('#toggle-microphone');
    await isPressed(ada, '#toggle-camera', false);
    await isPressed(ada, '#toggle-microphone', false);

    const bob = await enter(browsers.firefox, stage.site, { name: 'Bob' });
    await tileShows(bob, 'Ada', 'camera', 'off');
    await tileShows(bob, 'Ada', 'microphone', 'off');
    await tileMoves(ada, 'Bob');

    await ada.click('#toggle-camera');
    await tileShows(bob, 'Ada', 'camera', 'on');
    await tileMoves(bob, 'Ada');
  });
});
