// People without a camera, people who say no, and people who do not answer: all of them are in the call.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { hearsAndSees, tileMoves } from './lib/media.mjs';
import { address, complains, enter, inState, isContent, lobby, seesOthers, tileShows } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';

const NO_DEVICE = ['NotFoundError'];
const DENIED = ['NotAllowedError'];

describe('devices that cannot be had', () => {
  let stage;
  let granted;

  before(async () => {
    stage = await setStage();
    granted = await launch('chromium');
  });

  after(async () => {
    await granted?.close();
    await stage?.close();
  });

  for (const kind of BROWSERS) {
    describe(kind, () => {
      let bare;
      let denying;

      before(async () => {
        bare = await launch(kind, { devices: false });
        denying = await launch(kind, { permission: 'denied' });
      });

      afterEach(() => Promise.all([granted, bare, denying].map((browser) => browser.closePages())));

      after(() => Promise.all([bare, denying].map((browser) => browser?.close())));

      it('no camera: the call goes on without, and with one that is plugged in later', async () => {
        const bob = await enter(granted, stage.site, { name: 'Bob' });
        const ada = await enter(bare, stage.site, { name: 'Ada' });
        await complains(ada, NO_DEVICE);
        await tileMoves(ada, 'Bob');
        await hearsAndSees(ada, 1);
        await seesOthers(bob, ['Ada']);
        await tileShows(bob, 'Ada', 'camera', 'off');

        await ada.evaluate(plugInCamera);
        await ada.click('#toggle-camera');
        await tileShows(bob, 'Ada', 'camera', 'on');
        await tileMoves(bob, 'Ada');
        await isContent(ada);
      });

      it('camera denied: the call goes on without', async () => {
        const bob = await enter(granted, stage.site, { name: 'Bob' });
        const ada = await enter(denying, stage.site, { name: 'Ada' });
        await complains(ada, DENIED);
        await tileMoves(ada, 'Bob');
        await tileShows(bob, 'Ada', 'camera', 'off');
        await tileShows(bob, 'Ada', 'microphone', 'off');
        assert.deepEqual(await ada.evaluate(() => globalThis.__witness.errors), []);
      });

      it('camera denied in the lobby: the page says so and can be joined', async () => {
        const bob = await enter(granted, stage.site, { name: 'Bob' });
        const ada = await lobby(denying, stage.site, { name: 'Ada' });
        await complains(ada, DENIED);
        await ada.click('#join');
        await inState(ada, 'call');
        await tileMoves(ada, 'Bob');
        await seesOthers(bob, ['Ada']);
      });

      it('an unanswered question delays neither joining nor the picture of the others', async () => {
        const bob = await enter(granted, stage.site, { name: 'Bob' });
        const ada = await bare.open(address(stage.site, { name: 'Ada', join: true }), { init: neverAnswer });
        await inState(ada, 'call');
        await tileMoves(ada, 'Bob');
        await hearsAndSees(ada, 1);
        await seesOthers(bob, ['Ada']);
        assert.equal(await ada.evaluate(() => globalThis.__asked > 0), true, 'the question was asked');

        // The person answers at last.
        await ada.evaluate(() => globalThis.__answer());
        await tileMoves(bob, 'Ada');
        await tileShows(bob, 'Ada', 'camera', 'on');
        await isContent(ada);
      });
    });
  }

  it('camera denied, then allowed: its button brings the picture', async () => {
    const denying = await launch('chromium', { permission: 'denied' });
    try {
      const bob = await enter(granted, stage.site, { name: 'Bob' });
      const ada = await enter(denying, stage.site, { name: 'Ada' });
      await complains(ada, DENIED);
      await ada.setPermission('granted');
      await ada.click('#toggle-camera');
      await tileMoves(bob, 'Ada');
      await tileShows(bob, 'Ada', 'camera', 'on');
      await isContent(ada);
    } finally {
      await denying.close();
      await granted.closePages();
    }
  });
});

/** From now on the page gets a painted picture where it asks for a camera. */
function plugInCamera() {
  MediaDevices.prototype.getUserMedia = globalThis.__witness.paintedDevices;
}

/** A question nobody answers until the test calls `__answer()`. */
function neverAnswer() {
  globalThis.__asked = 0;
  const answer = new Promise((resolve) => {
    globalThis.__answer = resolve;
  });
  MediaDevices.prototype.getUserMedia = async (constraints) => {
    globalThis.__asked += 1;
    await answer;
    return globalThis.__witness.paintedDevices(constraints);
  };
}
