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
    const page = await lobby(browser, stage.site, { name: 'Ada Lovelace' }, look);
    await page.waitFor('the preview', () => document.querySelector('#preview')?.videoWidth > 0);
    await page.click('.preview .open-settings');
    await page.waitFor('the names', () => !document.querySelector('#choose-camera').disabled);
    return page;
  }, 'settings');
  await inEveryLook(async (look) => {
    const page = await lobby(browser, stage.site, { name: 'Ada Lovelace', room: 999_999 }, look);
    await page.click('#join');
    await page.waitFor('the message', () => document.querySelector('#message')?.textContent.trim());
    await inState(page, 'lobby');
    return page;
  }, 'lobby-message');

  await reconnecting();
  await operating();
  await talking();

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

/** Calls of three: two have the hand up, and they write to each other. What was said in one look stays in its call. */
async function talking() {
  const names = ['Bob Kahn', 'Cleopatra Wiśniewska-Montgomery'];
  let others;
  const come = async (look) => {
    others = [];
    for (const name of names) others.push(await enter(browser, stage.site, { name }));
    const page = await enter(browser, stage.site, { name: 'Ada Lovelace' }, look);
    for (const name of names) await tileMoves(page, name);
    return page;
  };
  const part = async (page) => {
    for (const one of [page, ...others]) await leave(one);
    for (const one of others) await one.close();
  };
  await inEveryLook(async (look) => {
    const page = await come(look);
    const [bob, cleo] = others;
    for (const one of [page, cleo]) await one.click('#hand');
    await page.waitFor('both hands', () => document.querySelectorAll('[data-hand="up"]').length === 2);
    await say(bob, 'Shall we begin?');
    await page.waitFor('the badge', () => document.querySelector('.badge').checkVisibility());
    return page;
  }, 'hands', part);
  await inEveryLook(async (look) => {
    const page = await come(look);
    const [bob, cleo] = others;
    await page.click('#open-chat');
    await say(bob, 'Good morning! The notes are at https://example.org/a/rather/long/address?that=goes&on=for-a-while#and-on');
    await say(bob, 'Can everybody read them?');
    await page.waitFor('both', () => document.querySelectorAll('.entry').length === 2);
    await page.fill('#chat-text', 'Yes, thank you.');
    await page.press('Enter');
    await say(cleo, 'Two things:\n1. the date\n2. who writes the minutes');
    await page.waitFor('all of them', () => document.querySelectorAll('.entry').length === 4);
    return page;
  }, 'chat', part);
}

function say(page, text) {
  return page.evaluate((text) => window.room.localParticipant.sendChatMessage(text).then(() => undefined), text);
}

/** Takes a picture of what `open` shows in every size and colour scheme. */
async function inEveryLook(open, name, leaveAgain) {
  for (const viewport of SIZES) {
    for (const colorScheme of SCHEMES) {
      const page = await open({ viewport, colorScheme });
      await page.waitFor('what moves to be there', isStill);
      await page.screenshot(joinPath(DIRECTORY, `${name}-${viewport.width}x${viewport.height}-${colorScheme}.png`));
      await leaveAgain?.(page);
      await page.close();
    }
  }
}

/** Whether what appears is there. The level of a microphone never rests, nor what turns for as long as it is there. */
function isStill() {
  return document.getAnimations().every((animation) => animation instanceof CSSTransition
    || animation.playState === 'finished' || animation.effect.getTiming().iterations === Infinity);
}
