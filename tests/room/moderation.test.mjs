// Those who know the room's secret: sending out, muting, locking, recording, ending; and what everybody sees of it.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, publishing, rooms, videoroom } from '../page/lib/janus-admin.mjs';
import { stays, until, untilSteady } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const SECRET = 'adminpwd';
/** Of the server: who makes a room has to know it. */
const ADMIN_KEY = 'makes rooms';
/** So much of a picture is more than the head of a recording, bytes. */
const SOME_BYTES = 4_096;
const VIEW = { name: 'Bob', of: 'Ada' };
let nextRoom = 7100;

for (const kind of BROWSERS) {
  describe(`moderation: ${kind}`, () => {
    let stage;
    let browser;
    let call;
    let room;
    /** For what is recorded. */
    let folder;

    before(async () => {
      stage = await setSupportStage({ adminKey: ADMIN_KEY });
      folder = await mkdtemp(joinPath(tmpdir(), 'janus-recordings-test-'));
      browser = await launch(kind);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const bob = (method, more) => call.moderate({ name: 'Bob', secret: SECRET, method, ...more });
    const listed = async () => (await videoroom(stage.janus, { request: 'list' })).list.find((one) => one.room === room);

    async function meet(join = {}, options = {}) {
      room = nextRoom++;
      await createRoom(stage.janus, room, { admin_key: ADMIN_KEY, ...options });
      call = await openSupport(browser, stage.site);
      for (const name of ['Ada', 'Bob', 'Cleo']) await call.create({ name, servers: stage.janus.ws });
      await call.join({ name: 'Ada', room, number: 17, ...join });
      await call.join({ name: 'Bob', room });
      await sees(call, VIEW, 17);
      await call.listen({ name: 'Ada' });
      await call.listen({ name: 'Bob' });
    }

    it('mutes a picture for everybody, late comers too, until a moderator unmutes it', async () => {
      await meet();
      assert.deepEqual(await bob('mute', { of: 'Ada', what: 'video' }), {});
      await until('Bob to see it', async () => (await call.stream({ ...VIEW, what: 'video' })).moderated);
      await until('Ada to see it', async () => (await call.stream({ name: 'Ada', of: 'Ada', what: 'video' })).moderated);
      const frames = async () => (await call.received(VIEW)).frames;
      // What has come is still shown.
      const last = await untilSteady('the picture', frames, 300);
      await stays('the picture still', async () => (await frames()) === last, 1_000);

      const refused = await call.unmuteSelf({ name: 'Ada', what: 'video' });
      assert.equal(refused.code, 'moderated');
      assert.match(refused.message, /moderator/);
      assert.equal((await call.stream({ name: 'Ada', of: 'Ada', what: 'video' })).muted, true);

      await call.join({ name: 'Cleo', room });
      await until('Cleo to see it', async () => (await call.stream({ name: 'Cleo', of: 'Ada', what: 'video' }))?.moderated);

      assert.deepEqual(await bob('unmute', { of: 'Ada', what: 'video' }), {});
      await sees(call, VIEW, 17);
      await sees(call, { name: 'Cleo', of: 'Ada' }, 17);
      for (const name of ['Ada', 'Bob']) await until(`${name} to be told`, async () => (await call.heard({ name })).length >= 4);
      assert.deepEqual(await call.heard({ name: 'Ada' }), ['trackModerated Ada/camera true true', 'trackMuted Ada/camera true true',
        'trackModerated Ada/camera false false', 'trackUnmuted Ada/camera false false']);
      assert.deepEqual(await call.heard({ name: 'Bob' }), await call.heard({ name: 'Ada' }));
      assert.deepEqual(call.page.complaints, []);
    });

    it('stays with the room it was made in', async () => {
      await meet();
      const former = room;
      await call.holdModerator({ name: 'Bob', secret: SECRET });
      await call.leave({ name: 'Bob' });
      assert.equal((await call.asHeld({ method: 'end' })).code, 'invalid-state');
      room = nextRoom++;
      await createRoom(stage.janus, room, { admin_key: ADMIN_KEY });
      await call.join({ name: 'Bob', room });
      for (const method of ['end', 'unlock']) assert.equal((await call.asHeld({ method })).code, 'invalid-state', method);
      assert.deepEqual((await rooms(stage.janus)).filter((one) => [former, room].includes(one)).toSorted(), [former, room]);
      assert.equal(await call.state({ name: 'Bob' }), 'connected');
      // Another is for the room that there is.
      assert.deepEqual(await bob('end'), {});
      await until('the end', async () => !(await rooms(stage.janus)).includes(room));
    });

    it('tells muted by the owner from muted by a moderator, for sound as well', async () => {
      await meet({ options: { microphone: true } });
      const view = { ...VIEW, what: 'audio' };
      await until('the sound', async () => (await call.stream(view)) !== undefined);
      await call.muteSelf({ name: 'Ada', what: 'audio' });
      await until('Bob to see it', async () => (await call.stream(view)).muted);
      await bob('mute', { of: 'Ada', what: 'audio' });
      const own = { name: 'Ada', of: 'Ada', what: 'audio' };
      for (const one of [view, own]) await until('both', async () => (await call.stream(one)).moderated);
      // Her own words about the stream are said anew, and do not take back what the moderator said.
      assert.equal((await call.switchMicrophone({ name: 'Ada', enabled: true })).code, 'moderated');
      await stays('the sound moderated', async () => {
        const { muted, moderated } = await call.stream(view);
        return muted && moderated;
      }, 500);
      await bob('unmute', { of: 'Ada', what: 'audio' });
      await until('Bob to hear her', async () => !(await call.stream(view)).muted);
      await until('Ada to know', async () => !(await call.stream(own)).moderated);
      assert.deepEqual(await call.switchMicrophone({ name: 'Ada', enabled: true }), {});
      assert.deepEqual(call.page.complaints, []);
    });

    it('sends somebody out, who may come back', async () => {
      await meet();
      assert.deepEqual(await bob('kick', { of: 'Ada' }), {});
      await until('Ada to be out', async () => (await call.log({ name: 'Ada' })).includes('disconnected kicked'));
      await until('Bob to see it', async () => (await call.heard({ name: 'Bob' })).includes('Ada kicked'));
      assert.deepEqual(await publishing(stage.janus, room), []);
      assert.equal((await bob('kick', { argument: 99 })).code, 'feed-not-found');
      await call.join({ name: 'Ada', room, number: 18 });
      await sees(call, VIEW, 18);
    });

    it('locks, and says that this Janus cannot unlock', async () => {
      await meet();
      assert.equal((await bob('lock', { argument: '' })).code, 'invalid-argument');
      assert.deepEqual(await bob('lock', { argument: 'sesame' }), {});
      assert.equal((await listed()).pin_required, true);
      assert.equal((await call.tryToJoin({ name: 'Cleo', room })).code, 'missing-element');
      assert.equal((await call.tryToJoin({ name: 'Cleo', room, pin: 'wrong' })).code, 'unauthorized');
      assert.deepEqual(await call.tryToJoin({ name: 'Cleo', room, pin: 'sesame' }), {});
      const refused = await bob('unlock');
      assert.equal(refused.code, 'unsupported');
      assert.match(refused.message, /another pin/);
      assert.equal((await listed()).pin_required, true);
    });

    /** How much there is of recorded pictures, bytes. */
    async function recorded() {
      const names = (await readdir(folder)).filter((name) => /-video-\d+\.mjr$/.test(name));
      const sizes = await Promise.all(names.map(async (name) => (await stat(joinPath(folder, name))).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    }

    it('records, and ends the room', async () => {
      await meet({}, { rec_dir: folder });
      assert.equal(await recorded(), 0);
      assert.deepEqual(await bob('setRecording', { argument: true }), { value: true });
      assert.equal((await listed()).record, true);
      await until('her picture to be recorded', async () => (await recorded()) > SOME_BYTES);
      const begun = await recorded();
      await until('the recording to grow', async () => (await recorded()) > begun + SOME_BYTES);
      assert.deepEqual(await bob('setRecording', { argument: false }), { value: false });
      assert.equal((await listed()).record, false);
      const whole = await recorded();
      await stays('the recording as it is', async () => (await recorded()) === whole, 1_000);
      assert.deepEqual(await bob('end'), {});
      for (const name of ['Ada', 'Bob']) {
        await until(`${name} to be out`, async () => (await call.log({ name })).includes('disconnected room-destroyed'));
      }
      assert.equal((await rooms(stage.janus)).includes(room), false);
      assert.equal((await bob('end')).code, 'invalid-state');
    });

    it('is for whoever made the room in joining it', async () => {
      room = nextRoom++;
      const secret = 'of my own';
      call = await openSupport(browser, stage.site);
      for (const name of ['Ada', 'Bob']) await call.create({ name, servers: stage.janus.ws });
      // The room's secret is no key of the server's.
      for (const [adminKey, code] of [[undefined, 'missing-element'], [secret, 'unauthorized']]) {
        assert.equal((await call.tryToJoin({ name: 'Bob', room, create: { secret, adminKey } })).code, code, `${adminKey}`);
      }
      assert.equal((await rooms(stage.janus)).includes(room), false);
      const create = { secret, adminKey: ADMIN_KEY, publishers: 2, description: 'made in joining' };
      assert.deepEqual(await call.tryToJoin({ name: 'Bob', display: 'Bob', room, create }), {});
      assert.equal((await listed()).description, 'made in joining');
      await call.join({ name: 'Ada', room, number: 17 });
      await sees(call, VIEW, 17);

      const ask = (method, known, more) => call.moderate({ name: 'Bob', secret: known, method, ...more });
      const picture = { of: 'Ada', what: 'video' };
      for (const known of [SECRET, ADMIN_KEY]) assert.equal((await ask('mute', known, picture)).code, 'unauthorized', known);
      assert.deepEqual(await ask('mute', secret, picture), {});
      await until('Bob to see it', async () => (await call.stream({ ...VIEW, what: 'video' })).moderated);
      assert.deepEqual(await ask('unmute', secret, picture), {});
      await sees(call, VIEW, 17);
      assert.deepEqual(await ask('end', secret), {});
      await until('the end', async () => !(await rooms(stage.janus)).includes(room));
      const records = await call.records({ name: 'Bob' });
      assert.match(records, /made in joining/);
      for (const word of [secret, ADMIN_KEY]) assert.equal(records.includes(word), false, word);
    });

    it('needs the secret, and keeps it to itself', async () => {
      await meet();
      const wrong = await call.moderate({ name: 'Bob', secret: 'guessed-in-vain', method: 'end' });
      assert.deepEqual([wrong.name, wrong.code, wrong.status], ['JanusError', 'unauthorized', 433]);
      const missing = await call.moderate({ name: 'Bob', method: 'mute', of: 'Ada', what: 'video' });
      assert.deepEqual([missing.code, missing.status], ['missing-element', 429]);
      assert.equal((await call.moderate({ name: 'Bob', secret: 7, method: 'end' })).code, 'invalid-argument');
      assert.equal(await call.showsSecret({ name: 'Bob', secret: SECRET }), false);
      const log = JSON.stringify([await call.bundle({ name: 'Bob' }), wrong, missing]);
      assert.match(log, /destroy/);
      for (const secret of [SECRET, 'guessed-in-vain']) assert.equal(log.includes(secret), false);
      assert.deepEqual((await call.stream({ ...VIEW, what: 'video' })).moderated, false);
    });
  });
}
