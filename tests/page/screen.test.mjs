// Sharing a screen from the page: one button, which follows what the browser does.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { enter, isContent, seesOthers } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';

let stage;
let browser;

before(async () => {
  stage = await setStage();
  browser = await launch('chromium', { screen: true });
});

after(async () => {
  await browser?.close();
  await stage?.close();
});

it('a screen takes the place of the camera in its tile, and gives it back', async () => {
  const bob = await enter(browser, stage.site, { name: 'Bob' });
  const ada = await enter(browser, stage.site, { name: 'Ada' });
  await seesOthers(ada, ['Bob']);
  const shows = (source) => ada.waitFor(`Bob's ${source}`, (wanted) => {
    const tile = document.querySelector('.tile:not([data-self])');
    return tile.dataset.source === wanted && tile.dataset.picture === 'on';
  }, source);
  await shows('camera');
  for (const source of ['screen', 'camera']) {
    await bob.click('#share');
    await shows(source);
    const pressed = await bob.evaluate(() => document.getElementById('share').getAttribute('aria-pressed'));
    assert.equal(pressed, String(source === 'screen'));
  }
  await isContent(ada);
  await isContent(bob);
});
