// People in a call see and hear each other: two of one browser, one of each, and a third who comes later.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { connections, hearsAndSees, tileMoves } from './lib/media.mjs';
import { address, enter, inState, isContent, lobby, join, seesOthers, tiles, tileShows } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';

describe('calls', () => {
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

  for (const [first, second] of [['chromium', 'chromium'], ['firefox', 'firefox'], ['chromium', 'firefox']]) {
    it(`two people see and hear each other: ${first} and ${second}`, async () => {
      const ada = await enter(browsers[first], stage.site, { name: 'Ada' });
      const bob = await enter(browsers[second], stage.site, { name: 'Bob & <b>Co</b>' });

      await seesOthers(ada, ['Bob & <b>Co</b>']);
      await seesOthers(bob, ['Ada']);
      await tileMoves(ada, 'Bob & <b>Co</b>');
      await tileMoves(bob, 'Ada');
      await hearsAndSees(ada, 1);
      await hearsAndSees(bob, 1);
      for (const page of [ada, bob]) {
        for (const name of ['Ada', 'Bob & <b>Co</b>']) {
          await tileShows(page, name, 'camera', 'on');
          await tileShows(page, name, 'microphone', 'on');
        }
      }

      const [own, other, ...rest] = await tiles(ada);
      assert.deepEqual(rest, []);
      assert.deepEqual([own.name, own.self], ['Ada', true]);
      assert.equal(other.self, false);
      assert.match(own.participant, /^\d+$/);
      assert.notEqual(own.participant, other.participant);
      // Both pages know a person by the same id.
      assert.equal((await tiles(bob))[0].participant, other.participant);

      for (const page of [ada, bob]) {
        await isContent(page);
        assert.deepEqual(page.complaints, []);
        assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
      }
    });
  }

  for (const kind of BROWSERS) {
    it(`the own picture is shown and never heard: ${kind}`, async () => {
      const ada = await enter(browsers[kind], stage.site, { name: 'Ada' });
      await ada.waitFor('the own tile to show the camera silently', () => {
        const video = document.querySelector('.tile[data-self] video');
        return video?.videoWidth > 0 && (video.muted || video.srcObject.getAudioTracks().length === 0);
      });
    });

    it(`the third gets both others over one subscriber connection: ${kind}`, async () => {
      const ada = await enter(browsers.chromium, stage.site, { name: 'Ada' });
      const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
      await hearsAndSees(ada, 1);
      await hearsAndSees(bob, 1);
      const cleo = await enter(browsers[kind], stage.site, { name: 'Cleo' });

      await seesOthers(cleo, ['Ada', 'Bob']);
      await tileMoves(cleo, 'Ada');
      await tileMoves(cleo, 'Bob');
      await hearsAndSees(cleo, 2);
      await tileMoves(ada, 'Cleo');
      await tileMoves(bob, 'Cleo');
      await hearsAndSees(ada, 2);
      await hearsAndSees(bob, 2);

      for (const page of [ada, bob, cleo]) {
        const { publishers, subscribers } = await roles(page);
        assert.equal(publishers.length, 1, 'one connection publishes');
        assert.equal(subscribers.length, 1, 'one connection subscribes');
      }
      const { subscribers: [subscriber], all } = await roles(cleo);
      assert.equal(all.length, 2, 'no connection was made and thrown away');
      const offers = subscriber.applied.filter((step) => step === 'remote offer').length;
      assert.ok(offers - 1 <= 2, `at most two renegotiations, not ${offers - 1}`);
    });
  }

  it('the address alone joins: ?room=1234&name=Ada&join', async () => {
    const ada = await browsers.chromium.open(`${new URL('/', stage.site.url)}?room=1234&name=Ada&join`);
    await inState(ada, 'call');
    const [own] = await tiles(ada);
    assert.deepEqual([own.name, own.self], ['Ada', true]);
    const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
    await tileMoves(bob, 'Ada');
  });

  it('without "join" in the address the page waits in the lobby for the button', async () => {
    const ada = await lobby(browsers.chromium, stage.site, { name: 'Ada' });
    await ada.waitFor('the preview to show the camera', () => document.querySelector('#preview')?.videoWidth > 0);
    assert.deepEqual(
      await ada.evaluate(() => [document.querySelector('#name').value, document.querySelector('#room').value]),
      ['Ada', '1234'],
    );
    await ada.fill('#name', 'Ada Lovelace');
    await join(ada);
    const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
    await tileMoves(bob, 'Ada Lovelace');
  });

  it('camera=0 and microphone=0 in the address: no device is opened, the others are still there', async () => {
    const bob = await enter(browsers.chromium, stage.site, { name: 'Bob' });
    const ada = await browsers.chromium.open(
      address(stage.site, { name: 'Ada', join: true, camera: false, microphone: false }),
    );
    await inState(ada, 'call');
    await tileMoves(ada, 'Bob');
    await hearsAndSees(ada, 1);
    await tileShows(bob, 'Ada', 'camera', 'off');
    await tileShows(bob, 'Ada', 'microphone', 'off');
    assert.equal(await ada.evaluate(() => globalThis.__witness.captured.length), 0);
  });
});

/** Open connections by what they do: who offers publishes, who is offered to subscribes. */
async function roles(page) {
  const all = await connections(page);
  const open = all.filter((connection) => !connection.closed);
  return {
    all,
    publishers: open.filter(({ applied }) => applied[0] === 'local offer'),
    subscribers: open.filter(({ applied }) => applied[0] === 'remote offer'),
  };
}
