// A report says what helps, and neither secrets nor names nor addresses: whatever happened before.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const API_SECRET = 'api-Kerberos-1';
const SECRETS = {
  apiSecret: API_SECRET, token: 'token-Sesame-2', pin: 'pin-Open-3', wrongPin: 'pin-Shut-4', roomToken: 'list-Ali-5',
  name: 'Ada Lovelace-6', user: 'turn-user-7', credential: 'turn-credential-8', moderator: 'adminpwd', query: 'query-Key-9',
  password: 'userinfo-Pass-10', stream: 'The living room-11', wrongSecret: 'guess-Wrong-12',
};
let room = 7300;

for (const kind of BROWSERS) {
  describe(`debug bundle: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setSupportStage({ reclaimSessionTimeout: 30, settings: { api_secret: API_SECRET } });
      browser = await launch(kind);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    const options = () => ({
      servers: [`${stage.janus.ws}/?token=${SECRETS.query}`, `http://user:${SECRETS.password}@127.0.0.1:9/janus`],
      apiSecret: API_SECRET,
      token: SECRETS.token,
      iceServers: [{ urls: 'turn:127.0.0.1:39478', username: SECRETS.user, credential: SECRETS.credential }],
      recorder: 500,
    });

    async function report(name = 'Ada', more) {
      const text = await call.bundle({ name, options: more });
      for (const [what, secret] of Object.entries(SECRETS)) assert.equal(text.includes(secret), false, `${what} is in the report`);
      return { text, bundle: JSON.parse(text) };
    }

    it('holds no secret: after errors, in a call, after a loss, after the end', async () => {
      room += 1;
      call = await openSupport(browser, stage.site);
      await call.create({ name: 'Ada', ...options() });
      const connection = { apiSecret: API_SECRET };
      const tokens = { pin: SECRETS.pin, secret: SECRETS.moderator, allowed: [SECRETS.roomToken] };
      await call.makeRoom({ servers: stage.janus.ws, connection, room, publishers: 5, ...tokens });

      const joining = { name: 'Ada', room, display: SECRETS.name, token: SECRETS.roomToken };
      assert.equal((await call.tryToJoin({ ...joining, pin: SECRETS.wrongPin })).code, 'unauthorized');
      const refused = (await report()).bundle;
      assert.equal(refused.room.state, 'disconnected');
      assert.deepEqual(refused.states.map(({ state }) => state), ['connecting', 'disconnected']);
      assert.equal(refused.states.at(-1).error.code, 'unauthorized');
      assert.ok(refused.log.some(({ kind: what, message }) => what === 'sent' && /^join/.test(message?.body?.request)));

      assert.deepEqual(await call.tryToJoin({ ...joining, pin: SECRETS.pin }), {});
      await call.publish({ name: 'Ada', number: 17, source: 'camera' });
      await call.publishNamed({ name: 'Ada', number: 18, called: SECRETS.stream });
      await until('media to pass', async () => (await call.connected({ name: 'Ada' }))[0] === 'connected');
      // Browsers count a stream from when it is made, or from its first packet on.
      await until('both to be counted', async () => (await report()).bundle.tracks.length === 2);
      const { bundle, text } = await report();
      assert.equal(bundle.room.state, 'connected');
      assert.equal(bundle.server.version, '1.1.2');
      assert.equal(bundle.connections[0].role, 'publisher');
      assert.equal(bundle.connections[0].connectionState, 'connected');
      assert.ok(Object.values(bundle.connections[0].localCandidates).some((count) => count > 0));
      assert.match(bundle.library, /^\d+\.\d+\.\d+$/);
      assert.match(bundle.summary, /room connected/);
      assert.ok(bundle.devices.length > 0 && bundle.devices.every((device) => !('label' in device)));
      assert.deepEqual(bundle.options.iceServers, [{ urls: ['turn:127.0.0.1:39478'], authenticated: true }]);
      assert.deepEqual(bundle.options.given.sort(), ['apiSecret', 'logger', 'token']);
      // Candidates are there, and their addresses are not.
      assert.match(text, /candidate:\S+ \d \w+ \d+ \[(ipv4|ipv6|mdns)\] \d+ typ host/);
      assert.doesNotMatch(text, /candidate:\S+ \d \w+ \d+ [^[]/);
      const open = (await report('Ada', { addresses: true })).text;
      assert.match(open, /candidate:\S+ \d \w+ \d+ [^[]\S* \d+ typ/);

      // Credentials that were replaced since, where somebody says them.
      const fresh = { urls: 'turn:127.0.0.1:39478', username: 'turn-user-13', credential: 'turn-credential-14' };
      await call.setIceServers({ name: 'Ada', iceServers: [fresh] });
      for (const argument of [fresh.username, fresh.credential]) {
        assert.ok((await call.moderate({ name: 'Ada', secret: SECRETS.moderator, method: 'kick', argument })).code);
      }
      const replaced = await report();
      assert.equal(replaced.bundle.log.filter(({ message }) => message?.body?.request === 'kick').length, 2);
      for (const secret of [fresh.username, fresh.credential]) assert.equal(replaced.text.includes(secret), false, secret);

      assert.equal((await call.moderate({ name: 'Ada', secret: SECRETS.wrongSecret, method: 'end' })).code, 'unauthorized');
      assert.deepEqual(await call.simulate({ name: 'Ada', trouble: 'signal-lost' }), {});
      await until('the loss', async () => (await call.log({ name: 'Ada' })).slice(-2).join() === 'reconnecting,connected');
      await report();
      assert.deepEqual(await call.moderate({ name: 'Ada', secret: SECRETS.moderator, method: 'end' }), {});
      await until('the end', async () => (await call.state({ name: 'Ada' })) === 'disconnected');
      const ended = (await report()).bundle;
      assert.deepEqual([ended.states.at(-1).reason, ended.connections], ['room-destroyed', []]);
      // What was said to the server is still there, of all connections there were.
      assert.ok(ended.log.filter(({ kind: what }) => what === 'opened').length >= 3);
      assert.deepEqual(call.page.complaints, []);
    });

    it('holds no names of those one receives from', async () => {
      room += 1;
      call = await openSupport(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, ...options() });
      await call.makeRoom({ servers: stage.janus.ws, connection: { apiSecret: API_SECRET }, room, publishers: 5 });
      const joining = { room, metadata: { name: SECRETS.name } };
      assert.deepEqual(await call.tryToJoin({ ...joining, name: 'Ada', display: SECRETS.name }), {});
      await call.publishNamed({ name: 'Ada', number: 18, called: SECRETS.stream });
      assert.deepEqual(await call.tryToJoin({ ...joining, name: 'Bob', display: 'Bob' }), {});
      await until('the picture to come', async () => (await call.connected({ name: 'Bob' }))[1] === 'connected');
      await call.publishNamed({ name: 'Ada', number: 19, called: SECRETS.stream });
      for (const what of ['attached', 'updated']) {
        await until(`streams that are ${what} to be in the report`, async () => {
          const { log } = (await report('Bob')).bundle;
          const told = log.map(({ message }) => message?.plugindata?.data).find((data) => data?.videoroom === what);
          const words = told?.streams.map((stream) => `${stream.feed_display} ${stream.feed_description}`);
          return words?.[0] === '[redacted] screen';
        });
      }
    });

    it('can be had of a room that never did anything, or whose server is not there', async () => {
      call = await openSupport(browser, stage.site);
      const empty = JSON.parse(await call.emptyBundle({ servers: 'ws://127.0.0.1:9' }));
      assert.deepEqual([empty.room.state, empty.log, empty.states], ['disconnected', [], []]);
      await call.create({ name: 'Eve', servers: 'ws://127.0.0.1:9' });
      assert.equal((await call.tryToJoin({ name: 'Eve', room: 1 })).code, 'unreachable');
      const { bundle } = await report('Eve');
      assert.equal(bundle.server, undefined);
      assert.equal(bundle.states.at(-1).error.code, 'unreachable');
      assert.ok(bundle.log.some(({ kind: what }) => what === 'opening'));
    });
  });
}
