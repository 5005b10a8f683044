// Pictures of the page for people to look at: `node tests/page/screenshots.mjs` fills target/screenshots/.
import { mkdir } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { launch } from './lib/browser.mjs';
import { tileMoves } from './lib/media.mjs';
import { enter, inState, leave, lobby, seesOthers } from './lib/room.mjs';
import { ROOT, setStage } from './lib/stage.mjs';

const DIRECTORY = joinPath(ROOT, 'target', 'screenshots');
const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const SCHEMES = ['light', 'dark'];
const CROWDS = [1, 2, 4];
const OTHERS = ['Bob Kahn', 'Cleo', 'Dorothy Vaughan-Montgomery of Hampton'];

const stage = await setStage({ reclaimSessionTimeout: 30 });
const browser = await launch('chromium');
try {
  await mkdir(DIRECTORY, { recursive: true });
  await inEveryLook(async (look) => {
    const page = await lobby(browser, stage.site, { name: 'Ada Lovelace' }, look);
    await page.waitFor('the preview', () => document.querySelector('#preview')?.videoWidth > 0);
    return page;
  }, 'lobby');
  await inEveryLook(async (look) => {
    const page = await lobby(browser, stage.site, { name: 'Ada Lovelace', room: 999_999 }, look);
    await page.click('#join');
    await page.waitFor('the message', () => document.querySelector('#message')?.textContent.trim());
    await inState(page, 'lobby');
    return page;
  }, 'lobby-message');

  await reconnecting();
  await operating();

  const present = [];
  for (const crowd of CROWDS) {
    while (present.length < crowd - 1) {
      const name = OTHERS[present.length];
      const other = await enter(browser, stage.site, { name });
      present.push({ name, other });
      // One of them shows what a camera that is off looks like.
      if (present.length === 3) {
        await other.click('#toggle-camera');
        await other.click('#toggle-microphone');
      }
    }
    await inEveryLook(async (look) => {
      const page = await enter(browser, stage.site, { name: 'Ada Lovelace' }, look);
      await seesOthers(page, present.map(({ name }) => name));
      for (const { name } of present.slice(0, 2)) {
        await tileMoves(page, name);
      }
      return page;
    }, `call-${crowd}`, leave);
  }
  console.log(`screenshots are in ${DIRECTORY}`);
} finally {
  await browser.close();
  await stage.close();
}

/** A call whose server is out of reach for a while. */
async function reconnecting() {
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: stage.janus.ports.ws } });
  await inEveryLook(async (look) => {
    proxy.heal();
    const page = await enter(browser, stage.site, { name: 'Ada Lovelace', server: proxy.url('ws') }, look);
    proxy.faults.refuse({ on: 'new' });
    proxy.faults.reset();
    await page.waitFor('the notice', () => !document.querySelector('#reconnecting').hidden);
    return page;
  }, 'reconnecting', async (page) => {
    proxy.heal();
    await page.waitFor('the end of it', () => document.querySelector('#reconnecting').hidden);
    await leave(page);
  });
  await proxy.close();
}

/** The operator's page: the list, and a room with somebody in it. */
async function operating() {
  const ada = await enter(browser, stage.site, { name: 'Ada Lovelace' });
  const list = async (look) => {
    const page = await browser.open(`${stage.site.url}examples/admin.html`, look);
    await page.waitFor('the list', () => document.querySelector('#rooms li'));
    return page;
  };
  await inEveryLook(list, 'admin-list');
  await inEveryLook(async (look) => {
    const page = await list(look);
    await page.click('#rooms button[aria-label="Open Demo room"]');
    await page.click('#ask-yes');
    await page.click('.person .bar .quiet');
    await page.waitFor('the picture', () => document.querySelector('.person video').videoWidth > 0);
    return page;
  }, 'admin-room');
  await leave(ada);
  await ada.close();
}

/** Takes a picture of what `open` shows in every size and colour scheme. */
async function inEveryLook(open, name, leaveAgain) {
  for (const viewport of SIZES) {
    for (const colorScheme of SCHEMES) {
      const page = await open({ viewport, colorScheme });
      await page.screenshot(joinPath(DIRECTORY, `${name}-${viewport.width}x${viewport.height}-${colorScheme}.png`));
      await leaveAgain?.(page);
      await page.close();
    }
  }
}
