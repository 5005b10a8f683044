// People say more than media does: words about themselves, chat, requests, files; between Chromium and Firefox.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from '../page/lib/browser.mjs';
import { createRoom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { fallsQuiet, saysAnew } from './lib/announcing.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const ROOM = 1234;
const PAIRS = [['Ada', 'Bob'], ['Bob', 'Ada']];
const MEGABYTE = 1_000_000;

describe('exchange', () => {
  let stage;
  let browsers;
  let chromium;
  let firefox;
  const at = {};

  async function enter(page, name, options) {
    at[name] = page;
    await page.create({ name, servers: stage.janus.ws });
    await page.hear({ name });
    await page.join({ name, room: ROOM, options });
  }

  before(async () => {
    stage = await setSupportStage();
    browsers = [await launch('chromium'), await launch('firefox')];
    [chromium, firefox] = await Promise.all(browsers.map((browser) => openSupport(browser, stage.site)));
    await createRoom(stage.janus, 4813);
    await chromium.watchTexts();
    await firefox.watchAnnouncements();
    await enter(chromium, 'Ada', { camera: true });
    await enter(firefox, 'Bob', { camera: true });
  });

  after(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await stage?.close();
  });

  const code = async (answer) => (await answer).code;
  const attributes = (by, of) => at[by].attributesOf({ name: by, of });
  const isRaised = (by, of) => at[by].handRaised({ name: by, of });

  for (const [one, other] of PAIRS) {
    it(`the first word of ${one} is heard by ${other}, though nobody had a channel`, async () => {
      const said = await at[one].chat({ name: one, text: `<b>${one}</b>` });
      await until(`${other} to read it`, async () => (await at[other].heardBy({ name: other, what: 'chat' })).length > 0);
      assert.deepEqual(await at[other].heardBy({ name: other, what: 'chat' }), [{ ...said, recent: true }]);
      assert.deepEqual(await at[one].data({ name: one }), []);
    });

    it(`words of ${one} about themselves are known to ${other}, as long as they hold`, async () => {
      assert.deepEqual(await attributes(other, one), {});
      await at[one].setAttributes({ name: one, changes: { role: 'host', '__proto__x': '1', language: 'pt' } });
      await at[one].setAttributes({ name: one, changes: { language: null, role: 'guest' } });
      await at[one].raiseHand({ name: one, raised: true });
      await until('the hand to be up', () => isRaised(other, one));
      const { hand, ...words } = await attributes(other, one);
      assert.deepEqual(words, { role: 'guest', '__proto__x': '1' });
      assert.ok(Math.abs(Date.now() - Date.parse(hand)) < 60_000, hand);
      assert.deepEqual(await attributes(one, one), { ...words, hand });
      await at[one].raiseHand({ name: one, raised: false });
      await until('the hand to be down', async () => !(await isRaised(other, one)));
      const told = (await at[other].heardBy({ name: other, what: 'attributes' })).filter(({ display }) => display === one);
      assert.deepEqual(told.at(-1).changed, ['hand']);
    });
  }

  it('what would not be understood is refused, and changes nothing', async () => {
    const before = await attributes('Ada', 'Ada');
    for (const changes of [7, null, { a: 1 }, { a: {} }, { a: 'x'.repeat(9_000) }]) {
      const { code } = await chromium.setAttributes({ name: 'Ada', changes });
      assert.equal(code, 'invalid-argument', JSON.stringify(changes)?.slice(0, 40));
    }
    for (const text of [7, '', 'x'.repeat(17_000)]) {
      assert.equal((await chromium.chat({ name: 'Ada', text })).code, 'invalid-argument');
    }
    assert.deepEqual(await attributes('Ada', 'Ada'), before);
  });

  it('who comes later knows them, and who only listens', async () => {
    await firefox.raiseHand({ name: 'Bob', raised: true });
    const said = await fallsQuiet(firefox, 'Bob');
    await enter(chromium, 'Cleo', {});
    await saysAnew(firefox, 'Bob', said);
    await until('Cleo to see the hand', () => isRaised('Cleo', 'Bob'));
    await until('Cleo to know Ada', async () => (await attributes('Cleo', 'Ada'))?.role === 'guest');
    await firefox.raiseHand({ name: 'Bob', raised: false });
    await until('Cleo to see it go', async () => !(await isRaised('Cleo', 'Bob')));
  });

  it('they are there after the session was lost, and who was away learns what changed', async () => {
    await firefox.raiseHand({ name: 'Bob', raised: true });
    await until('the hand to be up', () => isRaised('Ada', 'Bob'));
    const before = (await chromium.log({ name: 'Ada' })).length;
    await chromium.simulate({ name: 'Ada', trouble: 'server-restart' });
    await firefox.raiseHand({ name: 'Bob', raised: false });
    await until('Ada to be back', async () => (await chromium.log({ name: 'Ada' })).slice(before).includes('connected'));
    await until('the hand to be down', async () => (await isRaised('Ada', 'Bob')) === false);
    assert.equal((await attributes('Ada', 'Bob')).role, 'guest');
    await chromium.setAttributes({ name: 'Ada', changes: { back: 'yes' } });
    await until('Bob to know', async () => (await attributes('Bob', 'Ada')).back === 'yes');
    assert.equal((await attributes('Bob', 'Ada')).role, 'guest');
  });

  it('messages come in order, each once', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => `${index} “ünïcode” \u2028`);
    for (const text of texts) await chromium.chat({ name: 'Ada', text });
    const here = async () => (await firefox.heardBy({ name: 'Bob', what: 'chat' })).slice(1);
    await until('all of them', async () => (await here()).length >= texts.length);
    assert.deepEqual((await here()).map(({ text }) => text), texts);
    assert.equal(new Set((await here()).map(({ id }) => id)).size, texts.length);
  });

  for (const [one, other] of PAIRS) {
    it(`${one} asks, and ${other} answers`, async () => {
      const ask = (argument) => at[one].ask({ name: one, of: other, ...argument });
      await at[other].answer({ name: other });
      const payload = { list: [1, 'zwei', null, { deep: true }] };
      assert.deepEqual(await ask({ method: 'echo', payload }), { value: { from: one, payload } });
      const codeOf = async (argument) => {
        const { code, name, message } = await ask(argument);
        assert.doesNotMatch(message, /42/);
        return typeof code === 'string' ? code : name;
      };
      assert.equal(await codeOf({ method: 'nothing' }), 'unsupported');
      assert.equal(await codeOf({ method: 'over' }), 'unsupported');
      assert.equal(await codeOf({ method: 'broken' }), 'request-failed');
      assert.equal(await codeOf({ method: 'huge' }), 'request-failed');
      assert.equal(await codeOf({ method: 'slow', timeout: 1_500 }), 'timeout');
      assert.equal(await codeOf({ method: 'slow', abortAfter: 300 }), 'TimeoutError');
      assert.equal(await codeOf({ method: 'echo', big: 80_000 }), 'invalid-argument');
      assert.equal(await codeOf({ method: '' }), 'invalid-argument');
      assert.equal(await codeOf({ method: 'echo', timeout: -1 }), 'invalid-argument');
    });
  }

  it('asking settles when the one who was asked goes, and the one who asked', async () => {
    await enter(firefox, 'Dan', {});
    await firefox.answer({ name: 'Dan' });
    await firefox.setAttributes({ name: 'Dan', changes: { here: '1' } });
    await until('Dan to be there', async () => (await attributes('Ada', 'Dan'))?.here === '1');
    const asked = chromium.ask({ name: 'Ada', of: 'Dan', method: 'slow', timeout: 60_000 });
    await until('Dan to be asked', () => firefox.wasAsked());
    const asking = firefox.ask({ name: 'Dan', of: 'Ada', method: 'slow', timeout: 60_000 });
    // What is asked first is on its way when the page answers this.
    await firefox.handRaised({ name: 'Dan', of: 'Ada' });
    await firefox.leave({ name: 'Dan' });
    assert.equal((await asked).code, 'participant-left');
    assert.equal((await asking).code, 'aborted');
    assert.equal((await chromium.ask({ name: 'Ada', of: 'Dan', method: 'echo' })).code, 'invalid-argument');
    const alone = await firefox.chat({ name: 'Dan', text: 'hello?' });
    assert.equal(alone.code, 'invalid-state');
  });

  for (const [one, other] of PAIRS) {
    it(`a file of ${one} arrives at ${other}, with its progress`, async () => {
      const length = 3 * MEGABYTE;
      const sent = await at[one].sendFile({ name: one, length, called: '../../etc/pass\u202ewd' });
      assert.deepEqual(sent.last, [length, length]);
      const file = async () => (await at[other].heardBy({ name: other, what: 'files' })).at(-1);
      await until('all of it', async () => (await file())?.end, { timeout: 30_000 });
      const { end, progress, ...head } = await file();
      assert.deepEqual(end, { value: sent.digest });
      assert.deepEqual(head, { name: '.._.._etc_pass_wd', type: 'application/x-noise', size: length, from: one });
      assert.ok(progress.length > 40 && progress.at(-1) === length && progress.every((bytes, index) => bytes > (progress[index - 1] ?? 0)));
    });
  }

  it('an empty file arrives as well, and one that is called off does not, without harm to the next', async () => {
    const files = () => firefox.heardBy({ name: 'Bob', what: 'files' });
    const before = (await files()).length;
    await chromium.sendFile({ name: 'Ada', length: 0, called: 'empty', type: '' });
    const off = await chromium.sendFile({ name: 'Ada', length: 5 * MEGABYTE, abortAt: MEGABYTE });
    assert.equal(off.name, 'AbortError');
    const last = await chromium.sendFile({ name: 'Ada', length: 100_000 });
    await until('the end of all', async () => (await files()).slice(before).filter(({ end }) => end).length === 3);
    const ends = (await files()).slice(before).map(({ size, end }) => [size, end.code ?? (end.value === last.digest ? 'last' : 'whole')]);
    assert.deepEqual(ends, [[0, 'whole'], [5 * MEGABYTE, 'aborted'], [100_000, 'last']]);
  });

  it('a page that stumbles over the progress of a file hears of it, and the file arrives', async () => {
    const sent = await chromium.sendFile({ name: 'Ada', length: MEGABYTE, clumsy: true });
    assert.deepEqual([sent.code, sent.last, sent.reported], [undefined, [MEGABYTE, MEGABYTE], ['no such bar']]);
    await until('all of it', async () =>
      (await firefox.heardBy({ name: 'Bob', what: 'files' })).at(-1)?.end?.value === sent.digest);
  });

  it('nothing of all that is text to a client that is not ours, nor data to a page', async () => {
    assert.deepEqual(await chromium.textsSent(), []);
    for (const name of ['Ada', 'Bob', 'Cleo']) assert.deepEqual(await at[name].data({ name }), [], name);
  });

  it('other clients send what they like: text is data, and what looks like ours does no harm', async () => {
    const [json, piece] = [[0x4a, 0x57, 0x58, 1], [0x4a, 0x57, 0x58, 2]];
    const bytes = (text) => [...new TextEncoder().encode(text)];
    const bad = ['null', '{}', '{"is":7}', '[]', '{"is":"attributes","all":[1]}', '{"is":"attributes","all":{"hand":{}}}',
      '{"is":"file","number":1,"name":{},"size":-1}', '{"is":"file","number":1,"name":"a","type":"","size":1e300}',
      '{"is":"chat","number":1,"text":[]}', '{"is":"ask","number":1,"to":{}}', '{"is":"answer","number":1,"to":"x"}'];
    const chats = (await chromium.heardBy({ name: 'Ada', what: 'chat' })).length;
    await firefox.sendRaw({ name: 'Bob', messages: [...bad.map((text) => [...json, ...bytes(text)]),
      [...json, 0xff, 0xfe], [...piece, 1], [...piece, ...Array(40).fill(255)], 'plain words'] });
    await until('the words', async () => (await chromium.data({ name: 'Ada' })).length > 0);
    assert.deepEqual(await chromium.data({ name: 'Ada' }), [{ from: 'Bob', data: 'plain words' }]);
    assert.equal((await chromium.heardBy({ name: 'Ada', what: 'chat' })).length, chats);
    assert.equal(await isRaised('Ada', 'Bob'), false);
  });

  it('data of a page that looks like ours is data all the same', async () => {
    await chromium.forgetData({ name: 'Ada' });
    await firefox.sendLookalike({ name: 'Bob' });
    await until('the bytes', async () => (await chromium.dataCount({ name: 'Ada' })) > 0);
    const [{ data }] = await chromium.data({ name: 'Ada' });
    assert.equal(data, await firefox.lookalikeDigest());
  });

  it('metadata: refused where it makes no sense, and by servers that pass none on', async () => {
    assert.equal(await code(at.Ada.setMetadata({ name: 'Ada', metadata: { seat: 1 } })), 'unsupported');
    for (const metadata of ['x', [1], null, { attributes: {} }]) {
      assert.equal(await code(at.Ada.setMetadata({ name: 'Ada', metadata })), 'invalid-argument', JSON.stringify(metadata));
    }
    assert.equal(await at.Bob.metadataOf({ name: 'Bob', of: 'Ada' }), undefined);
  });

  for (const [one, other] of PAIRS) {
    it(`the last wish for a hand counts, and what others see: ${one}`, async () => {
      for (const wishes of [[true, false], [true], [false, true], [true, false, true, false]]) {
        assert.equal(await at[one].wishForHand({ name: one, wishes }), wishes.at(-1), wishes.join());
      }
      await at[one].wishForHand({ name: one, wishes: [false, true] });
      await until('the hand to be up', () => isRaised(other, one));
      await at[one].wishForHand({ name: one, wishes: [true, false] });
      await until('the hand to be down', async () => !(await isRaised(other, one)));
    });

    it(`a dozen files of ${one} at once arrive all`, async () => {
      const files = () => at[other].heardBy({ name: other, what: 'files' });
      const before = (await files()).length;
      await at[one].sendFiles({ name: one, count: 12 });
      await until('all of them', async () => (await files()).slice(before).filter(({ end }) => end?.value).length === 12);
      const names = (await files()).slice(before).map(({ name }) => name);
      assert.deepEqual(names, Array.from({ length: 12 }, (_, index) => String(index)));
    });
  }

  for (const [index, kind] of ['chromium', 'firefox'].entries()) {
    it(`what was said in one room never goes to another: ${kind}`, async () => {
      const [page, listener] = await Promise.all([0, 1].map(() => openSupport(browsers[index], stage.site)));
      const [from, to] = [4814, 4815].map((room) => room + 10 * index);
      for (const room of [from, to]) await createRoom(stage.janus, room);
      await listener.create({ name: 'Fay', servers: stage.janus.ws });
      await listener.hear({ name: 'Fay' });
      await listener.join({ name: 'Fay', room: to, options: { data: true } });
      await page.create({ name: 'Gus', servers: stage.janus.ws });
      // At first nothing of it is loaded.
      for (const when of [0, 0, 5, 50, 1_000, 'within']) {
        await page.join({ name: 'Gus', room: from });
        const ends = await page.moveOn({ name: 'Gus', to, when, length: when === 'within' ? 60 * MEGABYTE : 1_000 });
        // What was on its way before we left is no failure.
        assert.ok(ends.every((end) => end === 'aborted' || (end === undefined && when !== 0)), `${when}: ${ends}`);
        assert.equal(ends[0], 'aborted', `the file, ${when}`);
        if (when === 1_000) {
          // Longer than anything waits.
          await page.sendFile({ name: 'Gus', length: 1, called: 'said here' });
        }
        if (when !== 'within') await page.leave({ name: 'Gus' });
      }
      await page.chat({ name: 'Gus', text: 'said here' });
      await page.sendFile({ name: 'Gus', length: 1, called: 'said here' });
      await until('both files', async () => (await listener.heardBy({ name: 'Fay', what: 'files' })).length === 2);
      const heard = async (what, field) => (await listener.heardBy({ name: 'Fay', what })).map((one) => one[field]);
      assert.deepEqual(await heard('files', 'name'), ['said here', 'said here']);
      assert.deepEqual(await heard('chat', 'text'), ['said here']);
      assert.deepEqual(await listener.data({ name: 'Fay' }), []);
      await page.page.close();
      await listener.page.close();
    });

    it(`metadata, and attributes in it, on servers that pass it on: ${kind}`, async () => {
      const page = await openSupport(browsers[index], stage.site);
      const [cem, dee] = [31 + 10 * index, 32 + 10 * index];
      for (const [name, id] of [['Cem', cem], ['Dee', dee]]) {
        await page.createNewer({ name, servers: stage.janus.ws });
        await page.hear({ name });
        assert.equal(await code(page.joinWith({ name, room: 4813, id, metadata: { seat: id } })), undefined);
      }
      // They publish, for otherwise this room does not tell who is there.
      for (const [name, number] of [['Cem', 7], ['Dee', 8]]) await page.publish({ name, number, source: 'camera' });
      await until('Cem to know Dee', async () => (await page.metadataOf({ name: 'Cem', of: 'Dee' }))?.seat === dee);
      await until('Dee to know Cem', async () => (await page.metadataOf({ name: 'Dee', of: 'Cem' }))?.seat === cem);
      assert.deepEqual(await page.metadataOf({ name: 'Dee', of: 'Cem' }), { seat: cem, attributes: {} });

      await page.setAttributes({ name: 'Cem', changes: { language: 'pt' } });
      await page.raiseHand({ name: 'Cem', raised: true });
      await until('the hand to be up', () => page.handRaised({ name: 'Dee', of: 'Cem' }));
      assert.equal((await page.attributesOf({ name: 'Dee', of: 'Cem' })).language, 'pt');
      assert.equal(await code(page.setMetadata({ name: 'Cem', metadata: { seat: 40 } })), undefined);
      await until('Dee to know', async () => (await page.metadataOf({ name: 'Dee', of: 'Cem' })).seat === 40);
      assert.equal((await page.metadataOf({ name: 'Dee', of: 'Cem' })).attributes.language, 'pt');
      const asked = await page.metadataAsked();
      assert.deepEqual([asked.filter((one) => one.startsWith('join')).length, asked.includes('configure')], [2, true]);
      // No way for data was opened for it.
      assert.equal(await page.hasDataLine({ name: 'Cem' }), false);

      // Who joins again says it again.
      await page.leave({ name: 'Cem' });
      await until('Cem to be gone', async () => (await page.see({ name: 'Dee', of: 'Cem' })).there === false);
      await page.joinWith({ name: 'Cem', room: 4813, id: cem + 100 });
      await page.publish({ name: 'Cem', number: 9, source: 'camera' });
      await until('the hand to be up again', () => page.handRaised({ name: 'Dee', of: 'Cem' }));
      assert.equal((await page.metadataOf({ name: 'Dee', of: 'Cem' })).seat, undefined);
      for (const name of ['Cem', 'Dee']) await page.leave({ name });
    });

    it(`who only listens is known by what they say, in a room that does not tell who joins: ${kind}`, async () => {
      const page = await openSupport(browsers[index], stage.site);
      const [gil, hal] = [431 + 10 * index, 432 + 10 * index];
      for (const [name, id] of [['Gil', gil], ['Hal', hal]]) {
        await page.createNewer({ name, servers: stage.janus.ws });
        assert.equal(await code(page.joinWith({ name, room: 4813, id })), undefined);
      }
      assert.equal((await page.see({ name: 'Hal', of: 'Gil' })).there, false, 'the room tells nobody');
      await page.raiseHand({ name: 'Gil', raised: true });
      await until('the hand to be up', () => page.handRaised({ name: 'Hal', of: 'Gil' }));
      assert.equal((await page.metadataOf({ name: 'Hal', of: 'Gil' })).attributes.hand, (await page.attributesOf({ name: 'Gil', of: 'Gil' })).hand);
      await page.raiseHand({ name: 'Gil', raised: false });
      await until('the hand to be down', async () => (await page.handRaised({ name: 'Hal', of: 'Gil' })) === false);

      // Who publishes needs no way for data, until it is over.
      await page.publish({ name: 'Hal', number: 13, source: 'camera' });
      await page.setAttributes({ name: 'Hal', changes: { language: 'pt' } });
      await until('Gil to know', async () => (await page.attributesOf({ name: 'Gil', of: 'Hal' }))?.language === 'pt');
      assert.equal(await page.hasDataLine({ name: 'Hal' }), false);
      await page.unpublish({ name: 'Hal', of: 'camera' });
      await page.createNewer({ name: 'Ivo', servers: stage.janus.ws });
      assert.equal(await code(page.joinWith({ name: 'Ivo', room: 4813, id: gil + 100 })), undefined);
      await until('Ivo to know', async () => (await page.attributesOf({ name: 'Ivo', of: 'Hal' }))?.language === 'pt');
      for (const name of ['Gil', 'Hal', 'Ivo']) await page.leave({ name });
    });

    it(`metadata beside attributes, and beside joining and the way back: ${kind}`, async () => {
      const page = await openSupport(browsers[index], stage.site);
      const [eve, fay] = [231 + 10 * index, 232 + 10 * index];
      for (const name of ['Eve', 'Fay']) await page.createNewer({ name, servers: stage.janus.ws });
      const joinsAsked = async () => (await page.metadataAsked()).filter((one) => one.startsWith('join')).length;
      /** Fay hears this of Eve, who says of herself that she said it. */
      const knows = async ({ language, ...wanted }, explain) => {
        const isAll = (metadata) => Object.entries(wanted).every(([name, value]) => metadata?.[name] === value);
        const seen = () => page.metadataOf({ name: 'Fay', of: 'Eve' });
        await until(`Fay to know ${explain}`, async () => {
          const metadata = await seen();
          return isAll(metadata) && metadata.attributes.language === language;
        }, { explain: seen });
        assert.ok(isAll(await page.metadataOf({ name: 'Eve', of: 'Eve' })), explain);
      };
      await page.joinWith({ name: 'Fay', room: 4813, id: fay, metadata: {} });

      // Joining is under way, and the words that went with it are out of date.
      await page.slowJoins({ isSlow: true });
      const before = await joinsAsked();
      await page.beginToJoin({ name: 'Eve', room: 4813, id: eve, metadata: { seat: 1 } });
      await until('Eve to join', async () => (await joinsAsked()) > before);
      assert.equal(await code(page.setMetadata({ name: 'Eve', metadata: { seat: 2 } })), undefined);
      await page.slowJoins({ isSlow: false });
      assert.equal(await code(page.joined({ name: 'Eve' })), undefined);
      await page.publish({ name: 'Eve', number: 11, source: 'camera' });
      await knows({ seat: 2 }, 'what was said while joining');

      for (const [seat, isTurned] of [[3, false], [4, true]]) {
        assert.equal(await code(page.sayBoth({ name: 'Eve', metadata: { seat }, changes: { language: `l${seat}` }, isTurned })), undefined);
        await knows({ seat, language: `l${seat}` }, `both, ${isTurned ? 'attributes' : 'metadata'} first`);
      }

      // So they are on the way back.
      await page.slowJoins({ isSlow: true });
      const again = await joinsAsked();
      assert.deepEqual(await page.simulate({ name: 'Eve', trouble: 'server-restart' }), {});
      await until('Eve to join again', async () => (await joinsAsked()) > again);
      await page.raiseHand({ name: 'Eve', raised: true });
      assert.equal(await code(page.setMetadata({ name: 'Eve', metadata: { seat: 5 } })), undefined);
      await page.slowJoins({ isSlow: false });
      await until('the hand to be up', () => page.handRaised({ name: 'Fay', of: 'Eve' }));
      await knows({ seat: 5, language: 'l4' }, 'what was said on the way back');
      for (const name of ['Eve', 'Fay']) await page.leave({ name });
    });
  }
});
