// The same fields from real media in both browsers.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { serveBare } from '../page/lib/bare-site.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';
import { installCalls } from './lib/loopback.mjs';
import { CONNECTION_FIELDS, FIELDS, LAYER_FIELDS, SCRIPT } from './lib/stats-module.mjs';

/** What a browser is to tell of each track, beyond what is checked by value. */
const TOLD = {
  chromium: {
    connection: CONNECTION_FIELDS,
    'send audio': ['codec', 'bitrate', 'packetsLost', 'lossRate', 'jitter', 'roundTripTime', 'audioLevel', 'nackCount'],
    'send video': ['codec', 'bitrate', 'packetsLost', 'lossRate', 'jitter', 'roundTripTime', 'frameWidth',
      'frameHeight', 'framesPerSecond', 'frames', 'keyFrames', 'limitation', 'nackCount', 'pliCount', 'firCount'],
    'receive audio': ['codec', 'bitrate', 'packetsLost', 'lossRate', 'jitter', 'jitterBufferDelay', 'audioLevel'],
    'receive video': ['codec', 'bitrate', 'packetsLost', 'lossRate', 'jitter', 'frameWidth', 'frameHeight',
      'framesPerSecond', 'frames', 'keyFrames', 'freezeCount', 'freezeDuration', 'jitterBufferDelay', 'nackCount',
      'pliCount', 'firCount'],
  },
};
const without = (fields, ...missing) => fields.filter((field) => !missing.includes(field));
TOLD.firefox = {
  connection: without(CONNECTION_FIELDS, 'availableOutgoingBitrate'),
  'send audio': without(TOLD.chromium['send audio'], 'audioLevel'),
  'send video': without(TOLD.chromium['send video'], 'keyFrames', 'limitation'),
  'receive audio': TOLD.chromium['receive audio'],
  'receive video': TOLD.chromium['receive video'],
};

/** The fields of these that are not told yet; none is what is awaited. */
const untold = (stats, fields) => fields.filter((field) => stats?.[field] === null || stats?.[field] === undefined);

for (const kind of BROWSERS) {
  describe(`real media in ${kind}`, () => {
    let site;
    let browser;
    let page;

    before(async () => {
      site = await serveBare();
      browser = await launch(kind);
    });

    afterEach(async () => {
      await browser.closePages();
    });

    after(async () => {
      await browser?.close();
      await site?.close();
    });

    async function open() {
      page = await browser.open(site.url, { init: installCalls });
      await page.evaluate((script) => globalThis.calls.load(script), SCRIPT);
    }

    /** Reads until it is as awaited. */
    function read(what, name, test) {
      let seen;
      const probe = async () => {
        seen = await page.evaluate((of) => globalThis.calls.read(of), name);
        return test(seen) && seen;
      };
      return until(`${what} (${kind})`, probe, { explain: () => JSON.stringify(seen) });
    }

    it('tells of what is sent and received', async () => {
      await open();
      await page.evaluate(() => globalThis.calls.meet());
      for (const [name, direction] of [['near', 'send'], ['far', 'receive']]) {
        const toldOf = TOLD[kind];
        const first = await read('every field', name, ({ connection, tracks, returned }) =>
          untold(connection, toldOf.connection).length === 0 &&
          untold(tracks['1'], toldOf[`${direction} video`]).length === 0 &&
          [tracks['0'], tracks['1'], returned['0']].every(({ bitrate }) => bitrate > 0));
        const { connection, tracks, returned } = first;
        assert.deepEqual(Object.keys(connection).sort(), CONNECTION_FIELDS);
        // The third m-line is not used.
        assert.deepEqual([Object.keys(tracks), Object.keys(returned)], [['0', '1'], ['0']]);
        for (const stats of [tracks['0'], tracks['1'], returned['0']]) {
          assert.deepEqual(Object.keys(stats).sort(), FIELDS);
          assert.deepEqual(stats.layers, []);
          assert.ok(stats.bitrate < 2e7, `${stats.bitrate} bit/s`);
          assert.ok(stats.packetsLost >= 0 && stats.lossRate >= 0 && stats.lossRate <= 1);
        }
        assert.deepEqual([tracks['1'].mid, tracks['1'].direction, tracks['1'].kind], ['1', direction, 'video']);
        assert.deepEqual([tracks['0'].kind, tracks['0'].direction], ['audio', 'send']);
        assert.deepEqual([returned['0'].kind, returned['0'].direction], ['audio', 'receive']);
        assert.deepEqual([tracks['0'].codec, tracks['1'].codec], ['opus', 'VP8']);
        assert.ok(connection.roundTripTime >= 0 && connection.roundTripTime < 1000);
        assert.ok(connection.bytesSent > 0 && connection.bytesReceived > 0);
        assert.deepEqual([connection.protocol, connection.relayed], ['udp', false]);
        assert.match(connection.localCandidateType, /^(host|prflx)$/);
        assert.match(connection.remoteCandidateType, /^(host|prflx)$/);
        const { framesPerSecond, jitter } = tracks['1'];
        assert.ok(framesPerSecond >= 1 && framesPerSecond <= 70, `${framesPerSecond} pictures per second`);
        assert.ok(jitter >= 0 && jitter < 1000);
        const grown = await read('more frames', name, (later) => later.tracks['1'].frames > tracks['1'].frames);
        assert.ok(grown.at > first.at);
      }
      await read('fields of sound', 'near', ({ tracks, returned }) =>
        untold(tracks['0'], TOLD[kind]['send audio']).length === 0 &&
        untold(returned['0'], TOLD[kind]['receive audio']).length === 0);
      await read('a sound to be heard', 'near', ({ returned: { 0: { audioLevel } } }) =>
        audioLevel > 0 && audioLevel <= 1);
      await read('the size that is shown', 'far', ({ tracks: { 1: { frameWidth, frameHeight } }, shown }) =>
        frameWidth > 0 && frameWidth === shown[0].width && frameHeight === shown[0].height);
      await read('a buffer of a sane length', 'far', ({ tracks: { 1: { jitterBufferDelay } } }) =>
        jitterBufferDelay > 0 && jitterBufferDelay < 2000);
    });

    it('finds the m-lines also where reports do not name them', async () => {
      await open();
      await page.evaluate(() => globalThis.calls.meet());
      for (const name of ['near', 'far']) {
        const { tracks, returned } = await read('all tracks', name, (all) =>
          all.tracks['1']?.frames > 0 && all.returned['0']);
        const nameless = await page.evaluate((of) => globalThis.calls.readNameless(of), name);
        const kinds = (map) => Object.entries(map).map(([mid, stats]) => [mid, stats.direction, stats.kind]).sort();
        assert.deepEqual(kinds(nameless.tracks), kinds(tracks));
        assert.deepEqual(kinds(nameless.returned), kinds(returned));
      }
    });

    it('tells of layers', async () => {
      await open();
      await page.evaluate(() => globalThis.calls.simulcast());
      const isOn = ({ bitrate, framesPerSecond }) => bitrate > 0 && framesPerSecond > 0;
      const { tracks } = await read('two layers or more, and the sizes', 'near', ({ tracks: { 0: now } }) =>
        now?.layers.filter(isOn).length >= 2 && now.layers[1].frameWidth > now.layers[2].frameWidth);
      const { bitrate, layers } = tracks['0'];
      assert.deepEqual(Object.keys(tracks['0']).sort(), FIELDS);
      assert.deepEqual(layers.map(({ rid, active }) => [rid, active]), [['h', true], ['m', true], ['l', true]]);
      for (const layer of layers) assert.deepEqual(Object.keys(layer).sort(), LAYER_FIELDS);
      const sum = layers.reduce((total, layer) => total + (layer.bitrate ?? 0), 0);
      assert.ok(Math.abs(bitrate - sum) < 1, `${bitrate} is ${sum}`);
      await read('the size of the biggest that is shown', 'near', ({ tracks: { 0: { frameWidth } }, shown }) =>
        frameWidth > 0 && frameWidth === Math.max(...shown.map(({ width }) => width)));
      await page.evaluate(() => globalThis.calls.switchOff('h', 'm'));
      const off = await read('the least alone', 'near', ({ tracks: { 0: now } }) =>
        now.layers.filter(isOn).length === 1 && now.frameWidth === layers[2].frameWidth);
      assert.deepEqual(off.tracks['0'].layers.map(({ active }) => active), [false, false, true]);
    });

    it('asks the browser once for all, and nothing of what is closed', async () => {
      await open();
      await page.evaluate(() => globalThis.calls.meet());
      assert.deepEqual(await page.evaluate(() => globalThis.calls.askTogether(5)), { asked: 1, same: true });
      const closed = await page.evaluate(() => globalThis.calls.readClosed());
      assert.deepEqual(closed, { name: 'JanusError', code: 'closed' });
    });

    it('says so where a connection is closed before the browser answers', async () => {
      await open();
      await page.evaluate(() => globalThis.calls.meet());
      assert.deepEqual(await page.evaluate(() => globalThis.calls.closeWhileRead()), ['closed', 'closed', 'closed']);
    });
  });
}
