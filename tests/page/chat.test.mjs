// What people in a call tell each other beside picture and sound: chat, raised hands, and what their tiles say of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROWSERS } from './lib/browser.mjs';
import { createRoom, publishing } from './lib/janus-admin.mjs';
import { tileMoves } from './lib/media.mjs';
import { enter, inState, isContent, isPressed, join, leave, lobby, seesOthers, tileShows } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { onStage } from './lib/suite.mjs';
import { until } from './lib/wait.mjs';

const SECRET = 'of the moderator';

for (const kind of BROWSERS) {
  describe(`chat and hands: ${kind}`, () => {
    const on = onStage(kind, setStage);

    async function two(options) {
      const ada = await enter(on.browser, on.stage.site, { name: 'Ada', ...options });
      const bob = await enter(on.browser, on.stage.site, { name: 'Bob <i>Co</i>', ...options });
      await seesOthers(ada, ['Bob <i>Co</i>']);
      await seesOthers(bob, ['Ada']);
      return { ada, bob };
    }

    it('two people write to each other, and see what they have not read', async () => {
      const { ada, bob } = await two();
      await ada.click('#open-chat');
      await write(ada, 'one <b>bold</b> word');
      await tellsUnread(bob, '1', 'Chat, 1 unread message');
      await write(ada, 'https://example.org/');
      await tellsUnread(bob, '2', 'Chat, 2 unread messages');

      await bob.click('#open-chat');
      await tellsUnread(bob, '', 'Chat');
      await reads(bob, [['Ada', 'one <b>bold</b> word', false], ['Ada', 'https://example.org/', false]]);
      await write(bob, '<img src=x onerror="window.hacked = 1">');
      const said = (first, second) => [
        [first, 'one <b>bold</b> word', first === 'You'],
        [first, 'https://example.org/', first === 'You'],
        [second, '<img src=x onerror="window.hacked = 1">', second === 'You'],
      ];
      await reads(bob, said('Ada', 'You'));
      await reads(ada, said('You', 'Bob <i>Co</i>'));
      for (const page of [ada, bob]) {
        assert.equal(await page.evaluate(() => document.querySelectorAll('#chat-log :is(a, b, i, img)').length), 0);
        await isContent(page);
        assert.deepEqual(page.complaints, []);
      }

      await leave(bob);
      assert.deepEqual(await entries(bob), [], 'what was said in a call goes with it');
    });

    it('keys: what is typed is typed, and what is not sent stays', async () => {
      const { ada, bob } = await two();
      await isPressed(ada, '#toggle-microphone', true);
      await ada.press('c');
      await focuses(ada, 'chat-text');
      assert.equal(await draft(ada), '', 'the letter that opens the chat is not in it');

      await ada.type('mvch one');
      await ada.press('Shift+Enter');
      await ada.type('two');
      assert.equal(await draft(ada), 'mvch one\ntwo');
      await ada.press('Escape');
      await focuses(ada, 'open-chat');
      await isOpen(ada, false);
      await isPressed(ada, '#toggle-microphone', true);
      await isPressed(ada, '#hand', false);
      assert.deepEqual(await entries(bob), []);

      await ada.press('c');
      await focuses(ada, 'chat-text');
      assert.equal(await draft(ada), 'mvch one\ntwo');
      await ada.press('Enter');
      await reads(ada, [['You', 'mvch one\ntwo', true]]);
      await reads(bob, [['Ada', 'mvch one\ntwo', false]]);
      assert.equal(await draft(ada), '');
      await ada.click('#close-chat');
      await focuses(ada, 'open-chat');
    });

    it('what could not be sent is said to be, and is not lost', async () => {
      const { ada, bob } = await two();
      await ada.click('#open-chat');
      await ada.evaluate(breakChat);
      await write(ada, 'first');
      await ada.waitFor('the word that it was not sent', () =>
        /not sent/i.test(document.querySelector('.entry')?.innerText ?? ''));
      await ada.click('#close-chat');
      await tellsUnread(ada, '!', 'Chat, a message was not sent');

      await ada.evaluate(() => delete window.room.localParticipant.sendChatMessage);
      await ada.click('#open-chat');
      await ada.click('.entry-state button');
      await reads(bob, [['Ada', 'first', false]]);
      await ada.waitFor('no word of it', () => document.querySelector('.entry').dataset.state === 'sent');

      await ada.evaluate(breakChat);
      await write(ada, 'second');
      await ada.fill('#chat-text', 'third');
      await leave(ada);
      await join(ada);
      assert.deepEqual(await entries(ada), []);
      await ada.click('#open-chat');
      assert.equal(await draft(ada), 'second\nthird');

      await ada.evaluate(() => {
        document.querySelector('#chat-text').value = 'x'.repeat(16_385);
      });
      await ada.click('#chat-text');
      await ada.press('Enter');
      await ada.waitFor('the word that it is too long', () =>
        document.querySelector('#chat-hint').textContent.includes('at most'));
      assert.equal((await draft(ada)).length, 16_385);
    });

    it('the newest is in sight, unless one reads further up', async () => {
      const { ada, bob } = await two();
      await bob.click('#open-chat');
      await ada.click('#open-chat');
      await ada.evaluate(sayLines, { from: 1, to: 40 });
      await bob.waitFor('the newest', atEnd, 'line 40');
      await bob.evaluate(() => {
        document.querySelector('#chat-log').scrollTop = 0;
      });
      await bob.waitFor('the scrolling to be noticed', () => document.querySelector('#chat-log').scrollTop === 0);
      await ada.evaluate(sayLines, { from: 41, to: 42 });
      await bob.waitFor('the word of newer ones', () => document.querySelector('#chat-newest').checkVisibility());
      assert.equal(await bob.evaluate(() => document.querySelector('#chat-log').scrollTop), 0);
      await bob.click('#chat-newest');
      await bob.waitFor('the newest', atEnd, 'line 42');
      await ada.evaluate(sayLines, { from: 43, to: 43 });
      await bob.waitFor('the newest', atEnd, 'line 43');
    });

    it('a hand is up on the tile until it is lowered, or its owner leaves', async () => {
      const { ada, bob } = await two();
      await ada.click('#hand');
      await isPressed(ada, '#hand', true);
      await tileShows(ada, 'Ada', 'hand', 'up');
      await tileShows(bob, 'Ada', 'hand', 'up');
      await bob.waitFor('the sign', () => document.querySelector('.tile:not([data-self]) .hand').checkVisibility());
      await bob.waitFor('the word', () => document.querySelector('#announcer').textContent === 'Ada raised their hand');
      await tileShows(bob, 'Bob <i>Co</i>', 'hand', 'down');
      await ada.press('h');
      await isPressed(ada, '#hand', false);
      await tileShows(bob, 'Ada', 'hand', 'down');
      await bob.waitFor('no sign', () => !document.querySelector('.tile:not([data-self]) .hand').checkVisibility());

      await ada.press('h');
      await tileShows(bob, 'Ada', 'hand', 'up');
      await leave(ada);
      await join(ada);
      await isPressed(ada, '#hand', false);
      await tileShows(ada, 'Ada', 'hand', 'down');
      await tileShows(bob, 'Ada', 'hand', 'down');
    });

    it('who came to watch a room that is full can, reads what others write, and is heard when there is a place', async () => {
      const bob = await enter(on.browser, on.stage.site, { name: 'Bob', room: 5678 });
      await until('the room to be full', async () => (await publishing(on.stage.janus, 5678)).includes('Bob'));
      const ada = await lobby(on.browser, on.stage.site, { name: 'Ada', room: 5678, camera: false, microphone: false });
      await join(ada);
      await tileMoves(ada, 'Bob');
      const says = () => ada.evaluate(() => document.querySelector('#chat-text').placeholder);
      await until('the word that the room is full', async () => /full/.test(await says()));
      await bob.click('#open-chat');
      await write(bob, 'hello');
      await reads(ada, [['Bob', 'hello', false]]);
      await ada.click('#open-chat');
      await write(ada, 'me too');
      await reads(ada, [['Bob', 'hello', false], ['You', 'me too', true]]);
      const state = () => ada.evaluate(() => document.querySelector('.entry[data-own]').dataset.state);
      assert.equal(await state(), 'sending');
      await inState(ada, 'call');
      await isContent(ada);

      await leave(bob);
      await until('it to be on its way', async () => (await state()) === 'sent', { timeout: 40_000 });
      assert.doesNotMatch(await says(), /full/);
    });

    it('a tile says what stands still, comes badly, or was muted by a moderator', async () => {
      const room = 4711;
      await createRoom(on.stage.janus, room, { secret: SECRET });
      const { ada, bob } = await two({ room });
      await tileMoves(bob, 'Ada');
      const says = (page, what, test) => page.waitFor(what, test, undefined, { timeout: 30_000 });
      await ada.evaluate(sendPictures, false);
      await says(bob, 'the picture to be said to be frozen, and to be there', () => {
        const tile = document.querySelector('.tile:not([data-self])');
        return tile.querySelector('.frozen').checkVisibility() && tile.dataset.picture === 'on';
      });
      await says(bob, 'the sign of the connection', () => {
        const sign = document.querySelector('.tile:not([data-self]) .signal');
        return sign.checkVisibility() && sign.getAttribute('aria-label') === 'Poor connection';
      });
      await ada.evaluate(sendPictures, true);
      // How well it comes then is the machine's as well.
      await says(bob, 'the picture to go on', () => !document.querySelector('.tile:not([data-self]) .frozen').checkVisibility());

      await bob.evaluate(muteFirst, SECRET);
      for (const page of [ada, bob]) {
        await says(page, 'the word of the moderator', () =>
          [...document.querySelectorAll('.muted-badge')].some((badge) =>
            badge.checkVisibility() && badge.getAttribute('aria-label') === 'Microphone muted by a moderator'));
      }
    });
  });
}

/** Writes into the chat that is open, and sends it. */
async function write(page, text) {
  await page.fill('#chat-text', text);
  await page.press('Enter');
}

/** What is in the chat, as `[name, text, own]`. */
function entries(page) {
  return page.evaluate(() => [...document.querySelectorAll('.entry')].map((entry) => [
    entry.querySelector('.entry-name').textContent,
    entry.querySelector('.entry-text').textContent,
    'own' in entry.dataset,
  ]));
}

function reads(page, wanted) {
  return until(`the chat to be ${JSON.stringify(wanted)} (${page.kind})`, async () =>
    JSON.stringify(await entries(page)) === JSON.stringify(wanted), { explain: () => entries(page) });
}

/** Waits until the button carries this badge (none if empty) and says this to those who do not see it. */
function tellsUnread(page, badge, label) {
  return page.waitFor(`the badge "${badge}", and "${label}"`, ([badge, label]) => {
    const element = document.querySelector('#open-chat .badge');
    const shown = element.checkVisibility() ? element.textContent : '';
    return shown === badge && document.querySelector('#open-chat').getAttribute('aria-label') === label;
  }, [badge, label]);
}

function focuses(page, id) {
  return page.waitFor(`the focus to be on ${id}`, (id) => document.activeElement.id === id, id);
}

function isOpen(page, open) {
  return page.waitFor(`the chat to be ${open ? 'open' : 'closed'}`, (open) =>
    document.querySelector('#chat').checkVisibility() === open
      && document.querySelector('#open-chat').getAttribute('aria-expanded') === String(open), open);
}

function draft(page) {
  return page.evaluate(() => document.querySelector('#chat-text').value);
}

/** From now on nothing can be sent. */
function breakChat() {
  window.room.localParticipant.sendChatMessage = () => Promise.reject(new Error('no way out'));
}

async function sayLines({ from, to }) {
  for (let line = from; line <= to; line += 1) await window.room.localParticipant.sendChatMessage(`line ${line}`);
}

/** Whether this line is the last one, and wholly in sight. */
function atEnd(text) {
  const last = [...document.querySelectorAll('.entry')].at(-1);
  const log = document.querySelector('#chat-log').getBoundingClientRect();
  return last?.querySelector('.entry-text').textContent === text && last.getBoundingClientRect().bottom <= log.bottom;
}

/** Sends no picture any more, or again, and tells nobody: as a camera that is stuck. */
async function sendPictures(active) {
  const senders = globalThis.__witness.peers
    .filter((pc) => pc.signalingState !== 'closed')
    .flatMap((pc) => pc.getSenders())
    .filter(({ track }) => track?.kind === 'video');
  for (const sender of senders) {
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = active;
    await sender.setParameters(parameters);
  }
}

/** As a moderator, mutes the microphone of the first of the others. */
async function muteFirst(secret) {
  const [other] = window.room.remoteParticipants.values();
  const microphone = [...other.publications.values()].find(({ kind }) => kind === 'audio');
  await (await window.room.moderation(secret)).mute(microphone);
}
