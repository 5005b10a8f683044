// Sharing a screen from the page: one button, which follows what the browser does.
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { tileMoves } from './lib/media.mjs';
import { enter, isContent, leave, seesOthers } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';

let stage;
let browser;

before(async () => {
  stage = await setStage();
  browser = await launch('chromium', { screen: true });
});

afterEach(() => browser.closePages());

after(async () => {
  await browser?.close();
  await stage?.close();
});

it('a screen has the stage while it is shared, and its presenter is still seen', async () => {
  const bob = await enter(browser, stage.site, { name: 'Bob' });
  const ada = await enter(browser, stage.site, { name: 'Ada' });
  await seesOthers(ada, ['Bob']);
  await tileMoves(ada, 'Bob');
  for (const labels of [[['Bob is presenting'], ['You are presenting']], [[], []]]) {
    await bob.click('#share');
    for (const [index, page] of [ada, bob].entries()) await presents(page, labels[index]);
    await tileMoves(ada, 'Bob');
    const pressed = await bob.evaluate(() => document.getElementById('share').getAttribute('aria-pressed'));
    assert.equal(pressed, String(labels[0].length > 0));
  }
  await isContent(ada);
  await isContent(bob);
});

it('who comes later sees the screen, which goes with its presenter', async () => {
  const bob = await enter(browser, stage.site, { name: '<b>Bob</b>' });
  await bob.click('#share');
  await presents(bob, ['You are presenting']);
  const ada = await enter(browser, stage.site, { name: 'Ada' });
  await presents(ada, ['<b>Bob</b> is presenting']);
  await leave(bob);
  await presents(ada, []);
  await presents(bob, []);
});

/** Waits until the stage has screens with exactly these labels, each with a picture larger than anybody's tile. */
function presents(page, labels) {
  return page.waitFor(`the stage to have exactly [${labels.join(', ')}]`, (wanted) => {
    const screens = [...document.querySelectorAll('#screens .screen')];
    const seen = screens.map((screen) => screen.querySelector('.tag').innerText.trim().replace(/\s+/g, ' '));
    const tiles = [...document.querySelectorAll('.tile')].map((tile) => tile.clientWidth);
    return JSON.stringify(seen) === JSON.stringify(wanted) && screens.every((screen) =>
      screen.querySelector('video').videoWidth > 0 && screen.clientWidth > Math.max(...tiles));
  }, labels);
}
