// The operator's page does what it says, on a real server with people in a room.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { load, nothingLeft, rooms } from './lib/janus-admin.mjs';
import { hearsAndSees } from './lib/media.mjs';
import { enter, inState, leave } from './lib/room.mjs';
import { serveSite, setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const NUMBER = '9007199254740993';

let stage;
let browsers;

before(async () => {
  stage = await setStage();
  browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
});

afterEach(() => Promise.all(Object.values(browsers).map((browser) => browser.closePages())));

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await stage?.close();
});

const seen = (page, text, options) => page.waitFor(`"${text}" on the page`,
  (wanted) => document.querySelector('main').innerText.includes(wanted), text, options);

const gone = (page, selector, text) => page.waitFor(`"${text}" to be gone`,
  ({ selector, text }) => !document.querySelector(selector).innerText.includes(text), { selector, text });

/** Answers the question the page asks. */
async function answer(page, fields) {
  await page.waitFor('the question', () => document.querySelector('#ask').open);
  for (const [name, value] of Object.entries(fields)) await page.fill(`#ask input[name=${name}]`, value);
  await page.click('#ask-yes');
}

for (const kind of BROWSERS) {
  const other = BROWSERS.find((one) => one !== kind);
  describe(`an operator in ${kind}`, () => {
    const open = async () => {
      const page = await browsers[kind].open(`${stage.site.url}examples/admin.html`);
      await seen(page, 'Demo room');
      return page;
    };

    it('makes a room, watches it, moderates it and closes it', async () => {
      const before = await rooms(stage.janus);
      const page = await open();
      await page.click('#creating summary');
      await page.fill('#create [name=description]', 'Weekly <b>');
      await page.fill('#create [name=room]', NUMBER);
      await page.fill('#create [name=secret]', 's3cret');
      await page.click('#create button');
      await seen(page, `Room ${NUMBER}`);
      await seen(page, 'Nobody is here.');

      const ada = await enter(browsers[other], stage.site, { name: 'Ada', room: NUMBER });
      await seen(page, 'Ada');
      await seen(page, 'on air');
      await page.click('.person .bar .quiet');
      await hearsAndSees(page, 1, { audio: 0 });

      await page.click('.streams button[aria-label^="Mute microphone"]');
      await seen(page, 'muted by a moderator');
      await ada.waitFor('Ada to see that she is muted', () =>
        document.querySelector('.tile[data-self]').dataset.microphone === 'off');
      await page.click('.streams button[aria-label^="Unmute microphone"]');
      await gone(page, '#people', 'muted by a moderator');

      await page.click('#record');
      await seen(page, 'Stop recording');
      await page.click('#record');
      await seen(page, 'Record everybody');
      await page.click('#room details summary');
      await page.fill('#edit [name=newDescription]', 'Daily');
      // No multiple of 64.
      await page.fill('#edit [name=newBitrate]', '1000');
      await page.click('#edit button');
      await page.waitFor('the new name', () => document.querySelector('#room-title').textContent === 'Daily');
      await seen(page, '1000 kbit/s each');

      await page.click('.person .danger');
      await gone(page, '#people', 'Ada');
      await inState(ada, 'lobby');
      await page.click('#close');
      await answer(page, {});
      await seen(page, 'The room was closed.');
      assert.deepEqual(await rooms(stage.janus), before, 'the room is gone');
      assert.deepEqual(page.complaints, []);
      await page.close();
      await ada.close();
      await nothingLeft(stage.janus);
    });

    it('is told what went wrong, and loses nothing that was typed', async () => {
      const page = await open();
      await page.click('#creating summary');
      await page.fill('#create [name=description]', 'Taken');
      await page.fill('#create [name=room]', '1234');
      await page.click('#create button');
      await seen(page, 'room-exists, 427');
      assert.equal(await page.evaluate(() => document.querySelector('#create [name=description]').value), 'Taken');

      await page.click('#rooms button[aria-label="Open A room with a pin"]');
      await answer(page, { pin: 'wrong' });
      await seen(page, 'unauthorized, 433');
      await page.click('#rooms button[aria-label="Open A room with a pin"]');
      await answer(page, { pin: '4321', secret: 'wrong' });
      await seen(page, 'Nobody is here.');
      await page.waitFor('the problem to be over', () => document.querySelector('#problem').hidden);
      await page.click('#record');
      await seen(page, 'unauthorized, 433');
      assert.equal(await page.evaluate(() => document.querySelector('#record').disabled), false);
      await page.click('#back');
      await seen(page, 'Demo room');
      assert.deepEqual(page.complaints, []);
      await page.close();
      await nothingLeft(stage.janus);
    });

    it('comes back to a room that is in no list, and looks anew after the connection was away', async () => {
      // A server that keeps sessions for those who come back.
      const own = await setStage({ reclaimSessionTimeout: 30 });
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: own.janus.ports.ws } });
      const site = await serveSite([proxy.url('ws')]);
      try {
        const page = await browsers[kind].open(`${site.url}examples/admin.html`);
        await seen(page, 'Demo room');
        await page.click('#creating summary');
        await page.fill('#create [name=description]', 'Hidden');
        await page.fill('#create [name=room]', '777');
        await page.click('#create [name=isPrivate]');
        await page.click('#create button');
        await seen(page, 'Nobody is here.');
        await page.click('#back');
        await seen(page, 'Demo room');
        await page.click('#opening summary');
        await page.fill('#open [name=room]', '777');
        await page.click('#open button');
        await answer(page, {});
        await page.waitFor('its name', () => document.querySelector('#room-title').textContent === 'Hidden');
        const ada = await enter(browsers[other], own.site, { name: 'Ada', room: '777' });
        await seen(page, 'on air');
        await page.click('.person .bar .quiet');
        await hearsAndSees(page, 1, { audio: 0 });

        proxy.faults.refuse();
        proxy.faults.reset();
        await seen(page, 'The connection was lost');
        await leave(ada);
        proxy.heal();
        await seen(page, 'Nobody is here.');
        await page.click('#close');
        await answer(page, {});
        await seen(page, 'The room was closed.');
        // Not that nothing is left when the page goes: Firefox says no goodbye over sockets, and this server keeps sessions.
        await until('nothing to be left of the room that was looked at', async () => {
          const { sessions, handles } = await load(own.janus);
          return sessions === 1 && handles === 1;
        }, { explain: () => load(own.janus) });
      } finally {
        await site.close();
        await proxy.close();
        await own.close();
      }
    });

    it('sees who is there already, and who goes', async () => {
      const ada = await enter(browsers[other], stage.site, { name: 'Ada' });
      const page = await open();
      await page.click('#rooms button[aria-label="Open Demo room"]');
      await answer(page, {});
      await seen(page, 'Ada');
      await leave(ada);
      await seen(page, 'Nobody is here.');
      await page.close();
      await nothingLeft(stage.janus);
    });
  });
}
