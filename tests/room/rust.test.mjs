// A page in Rust and a page with the npm package are in one room, and understand each other in everything.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { nothingLeft } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { fallsQuiet, saysAnew } from './lib/announcing.mjs';
import { RustPage, setRustStage } from './lib/rust.mjs';
import { openSupport } from './lib/support.mjs';

const ROOM = 1234;
/** What their pictures say. */
const [RUST, NPM] = [171, 92];
const SIZE = 200_000;
const TEXT = '<b>Olá</b> “Bob” \u2028 🦀';

/** Runs in the npm page. */
async function answerWaves(name) {
  const { person } = await import('/call/call.js');
  person(name).room.onRequest('wave', ({ participant, payload }) => `${payload} ${participant.display}, says ${name}`);
}

describe('a page in Rust and one with the npm package', () => {
  let stage;
  const browsers = {};

  before(async () => {
    stage = await setRustStage();
    for (const kind of BROWSERS) browsers[kind] = await launch(kind);
  });

  after(async () => {
    await Promise.all(Object.values(browsers).map((browser) => browser.close()));
    await stage?.close();
  });

  for (const [rustKind, npmKind] of [BROWSERS, BROWSERS.toReversed()]) {
    describe(`Rust in ${rustKind}, npm in ${npmKind}`, () => {
      let rust;
      let npm;

      const heard = async (what) => (await npm.heardBy({ name: 'Nina', what })).at(-1);
      const hasSaid = (line) => until(`the page in Rust to say ${line}`, async () => (await rust.said()).at(-1) === line,
        { explain: () => rust.said() });
      const rustShows = (field, value) => until(`${field} of Nina to be ${value}`, async () => (await rust.see({ of: 'Nina' }))[field] === value,
        { explain: () => rust.see({ of: 'Nina' }) });
      const isMuted = (what, muted) => until(`the ${what} of Rosa to be ${muted ? 'off' : 'on'}`,
        async () => (await npm.stream({ name: 'Nina', of: 'Rosa', what }))?.muted === muted);
      const seesNina = () => sees(rust, { name: 'Rosa', of: 'Nina' }, NPM);
      const seesRosa = () => sees(npm, { name: 'Nina', of: 'Rosa' }, RUST);

      before(async () => {
        rust = await RustPage.open(browsers[rustKind], stage, { number: RUST, room: ROOM });
        npm = await openSupport(browsers[npmKind], stage.site);
        await npm.create({ name: 'Nina', servers: stage.janus.ws });
        await npm.hear({ name: 'Nina' });
        for (const page of [rust, npm]) await page.watchAnnouncements();
      });

      // Whoever is left after a failure is not to be met by the next two.
      after(() => Promise.all([rust, npm].map((one) => one?.page.close())));

      it('each decodes what the other sends', async () => {
        await rust.join('Rosa');
        await npm.join({ name: 'Nina', room: ROOM, number: NPM });
        await npm.microphone({ name: 'Nina', enabled: true });
        await Promise.all([seesNina(), seesRosa()]);
        await rustShows('microphone', 'on');
        await rustShows('sounds', true);
        await isMuted('microphone', false);
      });

      it('they write to each other', async () => {
        await rust.write(TEXT);
        await until('Nina to read it', async () => (await heard('chat'))?.text === TEXT);
        assert.equal((await heard('chat')).display, 'Rosa');
        await hasSaid(`You: ${TEXT}`);
        await npm.chat({ name: 'Nina', text: TEXT });
        await hasSaid(`Nina: ${TEXT}`);
      });

      it('hands go up and down', async () => {
        await rust.press('hand');
        await until('the hand of Rosa to be up', () => npm.handRaised({ name: 'Nina', of: 'Rosa' }));
        const { hand, ...others } = await npm.attributesOf({ name: 'Nina', of: 'Rosa' });
        assert.ok(Math.abs(Date.now() - Date.parse(hand)) < 60_000, hand);
        assert.deepEqual(others, {});
        assert.equal(await rust.isPressed('hand'), true);
        await npm.raiseHand({ name: 'Nina', raised: true });
        await rustShows('hand', 'up');
        await rust.press('hand');
        await until('the hand of Rosa to be down', async () => (await npm.handRaised({ name: 'Nina', of: 'Rosa' })) === false);
        await npm.raiseHand({ name: 'Nina', raised: false });
        await rustShows('hand', 'down');
      });

      it('they ask each other, and are told what goes wrong', async () => {
        const ask = (argument) => npm.ask({ name: 'Nina', of: 'Rosa', ...argument });
        assert.deepEqual(await ask({ method: 'wave', payload: TEXT }), { value: `${TEXT} to you, too` });
        await hasSaid(`Nina waves: ${TEXT}`);
        assert.equal((await ask({ method: 'wave', payload: { no: 'text' } })).code, 'request-failed');
        assert.equal((await ask({ method: 'nothing' })).code, 'unsupported');

        await rust.wave({ of: 'Nina' });
        await until('Rosa to be told that nobody answers', async () => (await rust.said()).at(-1).includes('does not answer "wave"'),
          { explain: () => rust.said() });
        await npm.page.evaluate(answerWaves, 'Nina');
        await rust.wave({ of: 'Nina' });
        await hasSaid('Nina waves back: Hello! Rosa, says Nina');
      });

      it('files arrive as they were', async () => {
        const digest = await rust.send('from rust.bin', 'application/x-noise', SIZE);
        await until('Nina to have it', async () => (await heard('files'))?.end);
        const { end, progress, ...head } = await heard('files');
        assert.deepEqual(end, { value: digest });
        assert.deepEqual(head, { name: 'from rust.bin', type: 'application/x-noise', size: SIZE, from: 'Rosa' });
        assert.equal(progress.at(-1), SIZE);
        await hasSaid('You sent from rust.bin');

        const sent = await npm.sendFile({ name: 'Nina', length: SIZE, called: 'from npm.bin' });
        await until('Rosa to have it', async () => (await rust.files()).length > 0);
        assert.deepEqual(await rust.files(), [{ name: 'from npm.bin', type: 'application/x-noise', size: SIZE, digest: sent.digest }]);
      });

      it('what one turns off and on is known to the other', async () => {
        for (const what of ['microphone', 'camera']) {
          await rust.press(what);
          await isMuted(what, true);
          await until(`the button of the ${what} to say so`, async () => !(await rust.isPressed(what)));
          await rust.press(what);
          await isMuted(what, false);
          await npm.mute({ name: 'Nina', of: what });
          await rustShows(what, 'off');
          await npm.unmute({ name: 'Nina', of: what });
          await rustShows(what, 'on');
        }
        await Promise.all([seesNina(), seesRosa()]);
      });

      it('who leaves is gone, and who comes back knows what was said before', async () => {
        await npm.raiseHand({ name: 'Nina', raised: true });
        await npm.mute({ name: 'Nina', of: 'microphone' });
        await rust.leave();
        await until('Rosa to be gone', async () => (await npm.see({ name: 'Nina', of: 'Rosa' })).there === false);
        assert.deepEqual(await rust.see({ of: 'Nina' }), { there: false });
        const ninaSaid = await fallsQuiet(npm, 'Nina');
        await rust.join('Rosa');
        await saysAnew(npm, 'Nina', ninaSaid);
        await Promise.all([seesNina(), seesRosa()]);
        await rustShows('microphone', 'off');
        await rustShows('hand', 'up');

        await rust.press('hand');
        await until('the hand of Rosa to be up', () => npm.handRaised({ name: 'Nina', of: 'Rosa' }));
        await npm.leave({ name: 'Nina' });
        await until('Nina to be gone', async () => !(await rust.see({ of: 'Nina' })).there);
        const rosaSaid = await fallsQuiet(rust, 'Rosa');
        await npm.join({ name: 'Nina', room: ROOM });
        await saysAnew(rust, 'Rosa', rosaSaid);
        await until('the hand of Rosa to be up again', () => npm.handRaised({ name: 'Nina', of: 'Rosa' }));
        await npm.leave({ name: 'Nina' });
        await until('Nina to be gone', async () => !(await rust.see({ of: 'Nina' })).there);
        await rust.leave();
        await nothingLeft(stage.janus);
        assert.deepEqual([rust.page.complaints, npm.page.complaints], [[], []]);
      });
    });
  }
});
