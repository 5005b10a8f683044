// Whether a call would work from here: against servers that are well, not there, without EchoTest, and out of reach for media.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { nothingLeft } from '../page/lib/janus-admin.mjs';
import { TestJanus, freePort } from '../page/lib/stage.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';
import { openTurn } from './lib/turn.mjs';

const USER = { username: 'ada', credential: 'lovelace' };
const NAMES = ['browser', 'server', 'host', 'srflx', 'relay', 'media', 'video', 'audio', 'quality', 'camera', 'microphone'];

/** The folder of plugins that `janus` has, and one with VideoRoom alone. */
async function videoRoomAlone() {
  for (const base of ['/usr/lib', '/usr/local/lib']) {
    for (const folder of await readdir(base).catch(() => [])) {
      const plugins = join(base, folder, 'janus', 'plugins');
      const files = await readdir(plugins).catch(() => []);
      const file = files.find((name) => /^libjanus_videoroom\.so/.test(name));
      if (!file) continue;
      const alone = await mkdtemp(join(tmpdir(), 'janus-plugins-'));
      await symlink(join(plugins, file), join(alone, 'libjanus_videoroom.so'));
      return alone;
    }
  }
  throw new Error('the plugins of janus were not found');
}

for (const kind of BROWSERS) {
  describe(`connection check: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    let desk;
    let turn;

    before(async () => {
      stage = await setSupportStage();
      browser = await launch(kind, { soundCard: true });
      desk = await openRelayDesk();
      turn = await openTurn(USER);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
      desk?.close();
      turn?.close();
    });

    async function check(options, how = 'check') {
      call = await openSupport(browser, stage.site);
      const { value, told, took, ...error } = await call[how]({ servers: stage.janus.ws, ...options });
      const steps = Object.fromEntries((value?.steps ?? []).map((step) => [step.name, step]));
      const verdicts = Object.fromEntries(Object.entries(steps).map(([name, { verdict }]) => [name, verdict]));
      for (const { text } of Object.values(steps)) assert.match(text, /^[A-Z\w].{10,}$/s);
      await nothingLeft(stage.janus);
      // Browsers complain by themselves of servers that are not there.
      assert.deepEqual(call.page.complaints.filter((text) => !/REFUSED|establish a connection/.test(text)), []);
      await until('no open peer connection', async () => (await call.openConnections()) === 0);
      return { verdict: value?.verdict, list: value?.steps, steps, verdicts, told, took, error };
    }

    for (const transport of ['ws', 'http']) {
      it(`a good server, over ${transport}: everything passes and nothing is left`, async () => {
        const { verdict, list, steps, verdicts, told, took } = await check({ servers: stage.janus[transport] });
        assert.deepEqual(list.map(({ name }) => name), NAMES);
        assert.deepEqual([...told].sort(), [...NAMES].sort());
        const passed = Object.fromEntries(NAMES.map((name) => [name, ['srflx', 'relay'].includes(name) ? 'skipped' : 'passed']));
        assert.deepEqual(verdicts, passed);
        assert.equal(verdict, 'passed');
        assert.equal(steps.server.details.version, '1.1.2');
        assert.ok(steps.server.details.roundTrip < 500 && steps.server.details.took < 5_000);
        assert.ok(steps.video.details.came >= 20 && steps.audio.details.came >= 70);
        assert.ok(steps.quality.details.roundTripTime < 300);
        assert.equal(steps.media.details.protocol, 'udp');
        assert.ok(took < 12_000, `${took} ms`);
      });
    }

    it('an address where nobody answers; and one of two is enough', async () => {
      const nobody = `ws://127.0.0.1:${await freePort()}`;
      const alone = await check({ servers: nobody, mediaDuration: 500 });
      assert.equal(alone.verdict, 'failed');
      assert.deepEqual([alone.verdicts.server, alone.verdicts.media, alone.verdicts.video], ['failed', 'skipped', 'skipped']);
      assert.ok(alone.steps.server.text.includes(nobody));
      assert.equal(alone.steps.server.details.code, 'unreachable');
      await browser.closePages();
      const both = await check({ servers: [nobody, stage.janus.ws] });
      assert.equal(both.verdict, 'warning');
      assert.equal(both.verdicts.video, 'passed');
      assert.deepEqual(both.list.filter(({ name }) => name === 'server').map(({ verdict }) => verdict).sort(), ['failed', 'passed']);
    });

    it('a server without EchoTest: media is not tried, and it says why', async () => {
      const plugins = await videoRoomAlone();
      const janus = await TestJanus.start({ settings: { plugins_folder: plugins } });
      try {
        const { verdict, verdicts, steps } = await check({ servers: janus.ws });
        assert.deepEqual([verdict, verdicts.server, verdicts.media], ['passed', 'passed', 'skipped']);
        assert.match(steps.media.text, /janus\.plugin\.echotest/);
        await nothingLeft(janus);
      } finally {
        await janus.remove();
        await rm(plugins, { recursive: true });
      }
    });

    it('media that is blocked: it says so, and what would help', async () => {
      desk.setCut(true);
      const { verdict, verdicts, steps, took } = await check({ desk: desk.url, timeout: 5_000 });
      desk.setCut(false);
      assert.deepEqual([verdict, verdicts.server, verdicts.media, verdicts.quality], ['failed', 'passed', 'failed', 'skipped']);
      assert.match(steps.media.text, /blocks UDP.*TURN server would help/s);
      assert.ok(took < 12_000, `${took} ms`);
    });

    it('STUN and TURN: addresses, refused credentials, and relays that lead nowhere', async () => {
      const urls = [`stun:127.0.0.1:${turn.port}`, `turn:127.0.0.1:${turn.port}?transport=udp`];
      const good = await check({ iceServers: [{ urls, ...USER }], mediaDuration: 500 });
      assert.deepEqual([good.verdicts.host, good.verdicts.srflx, good.verdicts.relay], ['passed', 'passed', 'passed']);
      await browser.closePages();
      const wrong = { urls: urls[1], username: 'ada', credential: 'wrong' };
      const refused = await check({ iceServers: [wrong], iceTransportPolicy: 'relay', timeout: 5_000 });
      assert.deepEqual([refused.verdict, refused.verdicts.relay, refused.verdicts.media], ['failed', 'failed', 'failed']);
      assert.match(refused.steps.relay.text, /TURN/);
      assert.match(refused.steps.media.text, /check the TURN server/);
    });

    it('a page that is not secure: it says so, and what of the rest works', async () => {
      const { verdict, verdicts, steps } = await check({}, 'checkInsecure');
      assert.deepEqual([verdict, verdicts.browser, verdicts.server, verdicts.video], ['failed', 'failed', 'passed', 'passed']);
      assert.deepEqual([verdicts.camera, verdicts.microphone], ['skipped', 'skipped']);
      assert.match(steps.browser.text, /not secure.*https:/s);
    });

    it('a browser that makes no more peer connections: nothing that was to be sent goes on', async () => {
      const { verdict, verdicts, steps } = await check({}, 'checkWithoutMedia');
      assert.deepEqual([verdict, verdicts.server, verdicts.media], ['failed', 'passed', 'failed']);
      assert.match(steps.media.text, /too many peer connections/);
      await until('all of it to be gone', async () => (await call.goesOn()) === 0);
    });

    it('can be called off, and takes null for what is left out', async () => {
      const { error, told } = await check({ abortAfter: 'server' });
      assert.equal(error.message, 'called off');
      assert.ok(!told.includes('media'));
      await browser.closePages();
      const nothing = { onStep: null, timeout: null, iceServers: null, iceTransportPolicy: null, token: null };
      const { verdict } = await check(nothing);
      assert.equal(verdict, 'passed');
    });
  });
}
