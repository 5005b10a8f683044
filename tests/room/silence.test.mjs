// What is known and said although nothing was heard for a while.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sees } from '../media/lib/call.mjs';
import { BROWSERS } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { onStage } from '../page/lib/suite.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
const ADA = { name: 'Ada' };
const BOB = { name: 'Bob' };

/** Somebody in a page where nothing but the library holds what belongs to the call. Runs in the page, and is sent there as text. */
async function joinAlone({ name, servers, room: id }) {
  const { Room } = await import('/dist/index.js');
  const room = new Room({ servers });
  [globalThis.__room, globalThis.__texts] = [room, []];
  room.on('chatMessage', ({ message }) => globalThis.__texts.push(message.text));
  room.on('trackSubscribed', ({ track }) => document.body.append(track.attach()));
  await room.join({ room: id, display: name, camera: true });
}

/** Runs in the page, and is sent there as text. */
const isShown = () => document.querySelector('video')?.videoWidth > 0;

/** Gives the browser reasons and time to collect what nobody holds. Runs in the page, and is sent there as text. */
async function collect() {
  const end = performance.now() + 22_000;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const kind of BROWSERS) {
  describe(`after a silence: ${kind}`, () => {
    const on = onStage(kind, () => setSupportStage());
    let call;

    async function meet(room = ROOM) {
      call = await openSupport(on.browser, on.stage.site);
      for (const one of [ADA, BOB]) {
        await call.create({ ...one, servers: on.stage.janus.ws });
        await call.hear(one);
        await call.join({ ...one, room, number: one === ADA ? 17 : 18 });
      }
      for (const [one, of, number] of [[BOB, 'Ada', 17], [ADA, 'Bob', 18]]) await sees(call, { ...one, of }, number);
    }

    const texts = async (one) => (await call.heardBy({ ...one, what: 'chat' })).map(({ text }) => text);
    const hears = (one, wanted) => until(`${one.name} to read ${wanted}`, async () => `${(await texts(one)).sort()}` === `${wanted}`, {
      timeout: 30_000, explain: () => texts(one),
    });

    it('the first word is heard, however long nobody said any', async () => {
      const address = `${on.stage.site.url}examples/`;
      const people = [];
      for (const name of ['Ada', 'Bob']) {
        const page = await on.browser.open(address);
        await page.evaluate(joinAlone, { name, servers: on.stage.janus.ws, room: ROOM });
        people.push(page);
      }
      const [ada, bob] = people;
      await bob.waitFor('a picture of Ada', isShown);
      await bob.evaluate(collect);
      await ada.evaluate(() => globalThis.__room.localParticipant.sendChatMessage('first').then(() => undefined));
      await bob.waitFor('to read it', () => globalThis.__texts.join() === 'first');
    });

    it('what is written while the server is away is read when it is back, once', async () => {
      await meet();
      await call.chat({ ...ADA, text: '0' });
      await hears(BOB, ['0']);
      await call.chat({ ...ADA, text: '1: just before' });
      await on.stage.janus.kill();
      await until('Ada to notice', async () => (await call.state(ADA)) === 'reconnecting');
      await call.chat({ ...ADA, text: '2: meanwhile' });
      await call.chat({ ...ADA, text: '3: meanwhile' });
      await on.stage.janus.start();
      await until('Ada to be back', async () => (await call.state(ADA)) === 'connected');
      // Whose browser is slow to try again may miss what is said, and said once more, before.
      await until('Bob to be back', async () => (await call.state(BOB)) === 'connected');
      await call.chat({ ...ADA, text: '4: at once' });
      await hears(BOB, ['0', '1: just before', '2: meanwhile', '3: meanwhile', '4: at once']);
    });

    it('who was muted by a moderator is muted after a gap too', async () => {
      const room = 7_900;
      await createRoom(on.stage.janus, room).catch(() => undefined);
      await meet(room);
      const moderated = async (of) => (await call.stream({ ...BOB, of, what: 'video' })).moderated;
      await call.moderate({ ...BOB, secret: 'adminpwd', method: 'mute', of: 'Ada', what: 'video' });
      await until('Bob to know', () => moderated('Ada'));
      await call.listen(BOB);
      const before = (await call.log(BOB)).length;
      await call.simulate({ ...BOB, trouble: 'signal-lost' });
      await until('Bob to be back', async () => (await call.log(BOB)).slice(before).includes('connected'));
      // Who is asked for after a gap is known once what comes after it is.
      await call.muteSelf({ ...ADA, what: 'video' });
      await call.unmuteSelf({ ...ADA, what: 'video' });
      await call.chat({ ...ADA, text: 'after all' });
      await hears(BOB, ['after all']);
      assert.equal(await moderated('Ada'), true);
      const changes = (await call.heard(BOB)).filter((line) => JSON.stringify(line).includes('trackModerated'));
      assert.deepEqual(changes, []);
    });
  });
}
