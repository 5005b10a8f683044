// A place that is held ready for a screen: it starts and stops without a negotiation, and to everybody it is a screen like
// any other, which is there while it is shared.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BROWSERS } from '../page/lib/browser.mjs';
import { publishing } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';

const ROOM = 1234;
/** Takes one publisher. */
const SMALL = 5678;
const ADA = { name: 'Ada' };
const CAMERA = { name: 'Bob', of: 'Ada', what: 'camera' };
const SCREEN = { name: 'Bob', of: 'Ada', what: 'screen' };
const RESERVED = { reserveScreen: true };
const PATIENCE = { timeout: 40_000 };

for (const kind of BROWSERS) {
  describe(`reserved: ${kind}`, () => {
    const on = onStage(kind, () => setCallStage({ reclaimSessionTimeout: 30 }));
    let call;
    // Firefox shares no sound, and holds no place for it.
    const shared = kind === 'chromium' ? ['screen/audio', 'screen/video'] : ['screen/video'];
    const places = shared.length;
    const page = (name, argument) =>
      call.page.evaluate(async ([what, given]) => (await import('/call/reserved.js'))[what](given), [name, argument]);

    beforeEach(async () => {
      call = await openCalls(on.browser, on.stage.site);
      for (const name of ['Ada', 'Bob', 'Cem']) await call.create({ name, servers: on.stage.janus.ws });
      for (const name of ['Ada', 'Bob']) await page('listen', { name });
    });

    async function meet(options = RESERVED) {
      await call.join({ ...ADA, room: ROOM, number: 17, options });
      await call.join({ name: 'Bob', room: ROOM });
      await sees(call, CAMERA, 17);
    }

    async function share(number) {
      await page('show', number);
      await call.screen({ ...ADA, enabled: true });
    }

    const stop = () => call.screen({ ...ADA, enabled: false });
    const isShown = (sources, name = 'Bob') => until(`${sources} to be shown`, async () =>
      JSON.stringify(await call.shown({ ...SCREEN, name })) === JSON.stringify(['camera/video', ...sources]), PATIENCE);
    const isPublished = async (sources) => assert.deepEqual(await call.sources(ADA), ['camera/video', ...sources]);
    const hasOffered = async (expected) => assert.deepEqual(await page('offered', ADA), expected);

    it('is taken and left without a negotiation, and others see a screen come and go', async () => {
      await meet();
      assert.ok(await page('hasHeard', { name: 'Bob', words: '"screen (off)"' }), 'the place is on the server');
      assert.deepEqual(await page('told', { name: 'Bob' }), [], 'and nobody is told of it');
      await isPublished([]);
      const camera = (await call.identities({ name: 'Bob' })).Ada;
      for (const number of [31, 32, 33]) {
        await share(number);
        await isPublished(shared);
        await sees(call, SCREEN, number);
        await isShown(shared);
        const { encodings: [encoding, ...more], contentHint, maxBitrate } = await call.settings({ ...ADA, of: 'screen' });
        assert.deepEqual([more.length, encoding.maxBitrate, encoding.maxFramerate], [0, 2_500_000, 15], JSON.stringify({ maxBitrate }));
        if (kind === 'chromium') assert.equal(contentHint, 'detail');
        await stop();
        await isPublished([]);
        await isShown([]);
        assert.equal((await call.see(SCREEN)).published, undefined);
        await sees(call, CAMERA, 17);
      }
      const round = (before) => [`${before}Published`, `${before}Unpublished`];
      assert.deepEqual(await page('told', ADA), Array.from({ length: 3 }, () => round('localTrack')).flat());
      assert.deepEqual(await page('told', { name: 'Bob' }), Array.from({ length: 3 }, () => round('track')).flat());
      assert.deepEqual((await call.identities({ name: 'Bob' })).Ada.slice(0, camera.length), camera);
      await hasOffered({ offers: 1, lines: 1 + places });
      assert.deepEqual(await call.contradictions({ name: 'Bob' }), []);
      assert.deepEqual(call.page.complaints, []);
    });

    it('shows those who come later a screen while it is shared, and nothing while it is not', async () => {
      await meet();
      await call.join({ name: 'Cem', room: ROOM });
      await isShown([], 'Cem');
      await share(34);
      await sees(call, { ...SCREEN, name: 'Cem' }, 34);
      await call.leave({ name: 'Cem' });
      await call.join({ name: 'Cem', room: ROOM });
      await sees(call, { ...SCREEN, name: 'Cem' }, 34);
      await stop();
      await isShown([], 'Cem');
      await hasOffered({ offers: 1, lines: 1 + places });
    });

    it('ends in the last wish, is muted like any other, and goes when the person ends it in the browser', async () => {
      await meet();
      const wish = (enabled) => call.screen({ ...ADA, enabled });
      await page('show', 35);
      await Promise.all([wish(true), wish(false), wish(true), wish(true)]);
      await sees(call, SCREEN, 35);
      await call.mute({ ...ADA, of: 'screen' });
      await until('the screen to be muted', async () => (await call.see(SCREEN)).muted);
      await call.unmute({ ...ADA, of: 'screen' });
      await sees(call, SCREEN, 35, ({ muted }) => !muted);
      await Promise.all([wish(false), wish(true), wish(false)]);
      await isPublished([]);
      await isShown([]);
      await share(36);
      await sees(call, SCREEN, 36);
      await call.endScreen(ADA);
      await until('the screen to be gone', async () => (await call.sources(ADA)).length === 1);
      await isShown([]);
      await hasOffered({ offers: 1, lines: 1 + places });
    });

    it('is taken by a track of the page that is a screen, unless it asks for another m-line', async () => {
      await meet();
      await page('publish', { ...ADA, number: 37, options: { name: 'Slides (off)' } });
      await sees(call, SCREEN, 37);
      assert.equal((await call.see(SCREEN)).named, 'Slides (off)');
      await hasOffered({ offers: 1, lines: 1 + places });
      await page('configure', { ...ADA, called: 'Slides (off)', options: { maxBitrate: 400_000 } });
      await page('configure', { ...ADA, called: 'Slides (off)', options: { name: 'Slides', maxBitrate: 400_000 } });
      await until('another name', async () => (await call.see(SCREEN)).named === 'Slides');
      await hasOffered({ offers: 1, lines: 1 + places });
      // What needs an m-line of its own leaves the place, which is free for another.
      await page('configure', { ...ADA, called: 'Slides', options: { name: 'Slides', codec: 'vp8' } });
      await until('another m-line', async () => (await page('offered', ADA)).lines === 2 + places);
      await sees(call, SCREEN, 37);
      await page('publish', { ...ADA, number: 38, options: { name: 'Notes' } });
      await sees(call, { ...SCREEN, what: 'Notes' }, 38);
      await hasOffered({ offers: 2, lines: 2 + places });
      for (const called of ['Notes', 'Slides']) await page('unpublish', { ...ADA, called });
      await isShown([]);
      // What comes back has its own limits, not those of the one before.
      await share(39);
      await sees(call, SCREEN, 39);
      const { encodings } = await call.settings({ ...ADA, of: 'screen' });
      assert.equal(encodings[0].maxBitrate, 2_500_000);
    });

    for (const [what, trouble] of [['its connection failed', rebuild], ['the server was started again', restart]]) {
      it(`is there again, taken or free, after ${what}`, async () => {
        await meet();
        await trouble();
        await sees(call, CAMERA, 17, undefined, PATIENCE);
        await isShown([]);
        await share(40);
        await sees(call, SCREEN, 40);
        await hasOffered({ offers: 1, lines: 1 + places });
        await page('told', ADA);
        await trouble();
        await sees(call, SCREEN, 40, undefined, PATIENCE);
        await isPublished(shared);
        assert.deepEqual(await page('told', ADA), [], 'it is the same publication');
        await stop();
        await isShown([]);
        await share(41);
        await sees(call, SCREEN, 41);
        await hasOffered({ offers: 1, lines: 1 + places });
      });
    }

    async function rebuild() {
      const before = (await call.credentials(ADA)).publisher;
      await page('simulate', { ...ADA, trouble: 'publisher-failed' });
      await until('another connection', async () => {
        const now = (await call.credentials(ADA)).publisher;
        return now !== undefined && now !== before && (await call.connected(ADA))[0] === 'connected';
      }, PATIENCE);
    }

    async function restart() {
      const are = (state) => until(`both to be ${state}`, async () =>
        (await Promise.all(['Ada', 'Bob'].map((name) => call.state({ name })))).every((one) => one === state), PATIENCE);
      await on.stage.janus.kill();
      await are('reconnecting');
      await on.stage.janus.start();
      await are('connected');
    }

    it('comes with the first offer, be it made ahead, or of the screen itself', async () => {
      await page('joinPrepared', { ...ADA, room: ROOM, number: 17, ...RESERVED });
      await call.join({ name: 'Bob', room: ROOM });
      await sees(call, CAMERA, 17);
      await share(42);
      await sees(call, SCREEN, 42);
      await hasOffered({ offers: 1, lines: 1 + places });
      await call.leave(ADA);
      await call.join({ ...ADA, room: ROOM, options: RESERVED });
      assert.equal((await call.connected(ADA))[0], undefined, 'a place alone makes nobody a publisher');
      for (const number of [43, 44]) {
        await share(number);
        await sees(call, SCREEN, number);
        await stop();
        await until('the screen to be gone', async () => (await call.see(SCREEN)).published === undefined);
      }
      await hasOffered({ offers: 1, lines: places });
    });

    it('is of no harm in a room that takes no more publishers', async () => {
      await call.join({ name: 'Bob', room: SMALL, number: 20 });
      // Only who sends takes a place.
      await until('the room to be full', async () => (await publishing(on.stage.janus, SMALL)).includes('Bob'));
      await call.join({ ...ADA, room: SMALL, number: 17, options: RESERVED });
      await until('the refusal', async () => (await call.log(ADA)).some((line) => line.startsWith('!')));
      await sees(call, { name: 'Ada', of: 'Bob', what: 'camera' }, 20);
      assert.equal(await page('outcome', ADA), 'room-full');
      await call.leave({ name: 'Bob' });
      await until('the screen to be taken', async () => (await page('outcome', ADA)) === 'done', PATIENCE);
      assert.deepEqual(await call.sources(ADA), shared);
    });
  });
}
