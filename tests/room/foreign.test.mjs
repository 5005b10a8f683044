// A room with somebody who does not use this library, but janus.js: neither side is bothered by the other.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { scriptOf } from '../page/lib/module.mjs';
import { ROOT } from '../page/lib/stage.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
/** How a page ceases to send a picture without a word. Without a track, Firefox repeats the last one for ever. */
const SILENCES = { chromium: ['encoding', 'track'], firefox: ['encoding'] };
/** What is not said to be a camera may hold still for ten seconds. */
const STALLS = { timeout: 30_000 };
/** What looks like ours and is nothing, and what looks like nothing. */
const BYTES = [[0x4a, 0x57, 0x58, 1, 0x7b, 0x7d], [0x4a, 0x57, 0x58], [0x4a, 0x57, 0x58, 255, 0, 255, 0, 1, 2, 3], [0]];
const PROBE = 'are you there? ';
const TEXTS = ['hello', '{"type":"chat","text":"hello"}', 'JWX\u0001{}', '<b>ünïcode</b> \u2028'];

for (const kind of BROWSERS) {
  describe(`with janus.js in the room: ${kind}`, () => {
    let folder;
    let call;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'janus-foreign-test-'));
      const entryPoints = [join(ROOT, 'tests', 'room', 'page', 'theirs.js')];
      await writeFile(join(folder, 'theirs.js'), await scriptOf({ entryPoints, external: ['/call/*'] }));
    });

    after(() => rm(folder, { recursive: true, force: true }));

    const on = onStage(kind, () => setSupportStage({}, { '/theirs/': folder }));

    const theirs = (name, argument) =>
      call.page.evaluate(async ([what, words]) => (await import('/theirs/theirs.js'))[what](words), [name, argument]);

    async function theySee(display, number) {
      let before;
      await until(`Theo to see ${display}`, async () => {
        const seen = (await theirs('state')).seen[display];
        const moved = before !== undefined && seen?.counter !== before;
        before = seen?.counter;
        return seen?.number === number && moved;
      }, { explain: () => theirs('state') });
    }

    /** Ada and Bob are here, then Theo comes, or he was here before. */
    async function meet({ first }) {
      call = await openSupport(on.browser, on.stage.site);
      const theyJoin = () => theirs('join', { server: on.stage.janus.ws, room: ROOM, number: 55 });
      if (first === 'theirs') await theyJoin();
      for (const [name, number] of [['Ada', 17], ['Bob', 18]]) {
        await call.create({ name, servers: on.stage.janus.ws });
        await call.join({ name, room: ROOM, number, options: { data: true } });
        await call.hear({ name });
      }
      if (first === 'ours') await theyJoin();
      await until('their data to be open', async () => (await theirs('state')).open);
      for (const name of ['Ada', 'Bob']) await sees(call, { name, of: 'Theo' }, 55);
      await theySee('Ada', 17);
      await theySee('Bob', 18);
      for (const name of ['Ada', 'Bob']) await areHeard(name);
    }

    /** Janus keeps no data for those who are not there yet: they are when they hear the first word. */
    async function areHeard(name) {
      await until(`${name} to hear Theo`, async () => {
        await theirs('say', PROBE);
        return (await call.data({ name })).some(({ from }) => from === 'Theo');
      });
      await until(`Theo to hear ${name}`, async () => {
        await call.send({ name, data: `${PROBE}${name}` });
        return (await theirs('state')).heard.includes(`${PROBE}${name}`);
      });
    }

    /** Nobody noticed anything odd. */
    async function allIsWell() {
      for (const name of ['Ada', 'Bob']) {
        assert.equal(await call.state({ name }), 'connected');
        assert.deepEqual(await call.contradictions({ name }), []);
      }
      assert.deepEqual((await theirs('state')).failed, []);
      assert.deepEqual(call.page.complaints, []);
    }

    it('they see us, and read what is sent as data, and nothing else', async () => {
      await meet({ first: 'ours' });
      await call.send({ name: 'Ada', data: 'plain words' });
      await call.raiseHand({ name: 'Ada', raised: true });
      await call.setAttributes({ name: 'Ada', changes: { role: 'host' } });
      assert.equal((await call.chat({ name: 'Ada', text: 'for those who know' })).text, 'for those who know');
      assert.equal((await call.ask({ name: 'Ada', of: 'Theo', method: 'echo', payload: 1, timeout: 1_500 })).code, 'timeout');
      const { name: wrong } = await call.sendFile({ name: 'Ada', length: 100_000 });
      assert.equal(wrong, undefined);
      const bobHears = async (what) => (await call.heardBy({ name: 'Bob', what })).length;
      await until('Bob to have all of it', async () => (await bobHears('chat')) && (await bobHears('files')));
      await until('the file to be whole', async () => (await call.heardBy({ name: 'Bob', what: 'files' }))[0].end);
      await call.send({ name: 'Ada', data: 'the end' });
      const texts = async () => (await theirs('state')).heard.filter((one) => typeof one === 'string' && !one.startsWith(PROBE));
      await until('Theo to hear the end', async () => (await texts()).includes('the end'));
      assert.deepEqual(await texts(), ['plain words', 'the end']);
      await theySee('Ada', 17);
      await allIsWell();
    });

    it('a picture of theirs that ceases to come stalls, and is not muted: nobody said so', async () => {
      await meet({ first: 'theirs' });
      const views = ['Ada', 'Bob'].map((name) => ({ name, of: 'Theo', what: 'video' }));
      for (const view of views) await call.watchStalls(view);
      const expected = [];
      const told = async (what) => {
        expected.push(`${what} Theo/video`);
        for (const { name } of views) {
          await until(`${name} to be told ${what}`, async () => (await call.stallsTold({ name })).join() === expected.join(), STALLS);
        }
        for (const view of views) assert.equal((await call.stream(view)).muted, false);
      };
      for (const by of SILENCES[kind]) {
        await theirs('setSending', { by, on: false });
        await told('trackStalled');
        await theirs('setSending', { by, on: true });
        await told('trackResumed');
        for (const { name, of } of views) await sees(call, { name, of }, 55);
      }
      await allIsWell();
    });

    it('we see them as they are, and hear what they say as they said it', async () => {
      await meet({ first: 'theirs' });
      const said = [...TEXTS.slice(0, 2), ...BYTES, ...TEXTS.slice(2)];
      for (const one of said) await theirs('say', one);
      for (const name of ['Ada', 'Bob']) {
        const heard = async () => (await call.data({ name })).filter(({ from }) => from === 'Theo').map(({ data }) => data);
        await until(`${name} to hear the last`, async () => (await heard()).includes(TEXTS.at(-1)));
        assert.deepEqual((await heard()).filter((one) => TEXTS.includes(one)), TEXTS);
        for (const what of ['chat', 'files', 'attributes']) assert.deepEqual(await call.heardBy({ name, what }), []);
        assert.deepEqual(await call.attributesOf({ name, of: 'Theo' }), {});
        assert.equal(await call.handRaised({ name, of: 'Theo' }), false);
        assert.equal((await call.stream({ name, of: 'Theo', what: 'video' })).muted, false);
      }
      // Among us all goes on as before.
      await call.chat({ name: 'Bob', text: 'still here' });
      await until('Ada to hear Bob', async () => (await call.heardBy({ name: 'Ada', what: 'chat' })).length === 1);
      await call.mute({ name: 'Ada', of: 'camera' });
      await until('Bob to know', async () => (await call.see({ name: 'Bob', of: 'Ada' })).muted);
      await call.unmute({ name: 'Ada', of: 'camera' });
      await theySee('Ada', 17);
      await call.publish({ name: 'Bob', number: 19, source: 'screen' });
      await sees(call, { name: 'Ada', of: 'Bob', what: 'screen' }, 19);
      await allIsWell();
      await theirs('leave');
      for (const name of ['Ada', 'Bob']) await until('Theo to be gone', async () => !(await call.see({ name, of: 'Theo' })).there);
      await allIsWell();
    });
  });
}
