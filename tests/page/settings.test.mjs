// The dialog for camera, microphone and speaker: what is in use, another one in its place, and what is remembered.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROWSERS } from './lib/browser.mjs';
import { liveCaptures, tileMoves } from './lib/media.mjs';
import { complains, enter, inState, isContent, isPressed, join, lobby, seesOthers } from './lib/room.mjs';
import { setStage } from './lib/stage.mjs';
import { onStage } from './lib/suite.mjs';
import { until } from './lib/wait.mjs';

const LOBBY = '.preview .open-settings';
const CALL = '#header .open-settings';

for (const kind of BROWSERS) {
  describe(`camera and sound: ${kind}`, () => {
    const on = onStage(kind, setStage);

    it('what is in use has its name, and the keys are back where they were', async () => {
      const page = await lobby(on.browser, on.stage.site, { name: 'Ada' });
      await opens(page, LOBBY);
      for (const what of ['camera', 'microphone']) {
        const open = await page.waitFor(`the ${what}`, readPreview, what);
        const shown = await page.waitFor(`the name of the ${what}`, isNamed, { what, ...open });
        assert.equal(shown.disabled, false);
      }
      // A letter chooses in a menu, and turns nothing off.
      await page.press('m');
      await page.press('Escape');
      await page.waitFor('the dialog to be gone', () => !document.querySelector('#settings').open);
      assert.equal(await page.evaluate((selector) => document.activeElement === document.querySelector(selector), LOBBY), true);
      await isPressed(page, '#lobby-microphone', true);
      await isContent(page);
      assert.deepEqual(page.complaints, []);
    });

    it('whoever goes in with nothing turned on sees the names once something is', async () => {
      const page = await enter(on.browser, on.stage.site, { name: 'Ada', camera: false, microphone: false }, { init: hideNames });
      await opens(page, CALL);
      await page.waitFor('a word about it', () => {
        const { disabled, options: [option] } = document.querySelector('#choose-camera');
        return disabled && option?.textContent === 'Turn it on to choose';
      });
      await page.press('Escape');
      await page.click('#toggle-camera');
      await isPressed(page, '#toggle-camera', true);
      await opens(page, CALL);
      await page.waitFor('the name of the camera', () => {
        const { disabled, selectedOptions: [option] } = document.querySelector('#choose-camera');
        return !disabled && option.value !== '' && option.textContent !== '';
      });
    });
  });
}

describe('camera and sound, of several', () => {
  const on = onStage('chromium', setStage, { devices: 2 });

  it('another camera and microphone in the lobby, in the call, and on the next visit', async () => {
    const bob = await enter(on.browser, on.stage.site, { name: 'Bob' });
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' });
    await opens(page, LOBBY);
    const lobbys = {};
    for (const what of ['camera', 'microphone']) {
      lobbys[what] = await chooseOther(page, what);
      await page.waitFor(`the other ${what}`, isPreviewed, { what, id: lobbys[what] });
    }
    await page.press('Escape');
    await join(page);
    await seesOthers(bob, ['Ada']);
    for (const [what, id] of Object.entries(lobbys)) await page.waitFor(`the ${what} to be sent`, isSent, { what, id });

    await opens(page, CALL);
    const calls = {};
    for (const what of ['camera', 'microphone']) {
      calls[what] = await chooseOther(page, what);
      assert.notEqual(calls[what], lobbys[what]);
      await page.waitFor(`the other ${what} to be sent`, isSent, { what, id: calls[what] });
    }
    await page.press('Escape');
    await tileMoves(bob, 'Ada');
    assert.deepEqual([...page.complaints, ...bob.complaints], []);

    const again = await lobby(on.browser, on.stage.site, { name: 'Ada' }, { beside: page });
    for (const [what, id] of Object.entries(calls)) await again.waitFor(`the ${what} of before`, isPreviewed, { what, id });
  });

  it('what is off is the other one when it is turned on, and a muted microphone stays muted', async () => {
    const page = await enter(on.browser, on.stage.site, { name: 'Ada' });
    for (const what of ['camera', 'microphone']) await page.waitFor(`the ${what}`, isPublished, what);
    const ids = {};
    for (const what of ['camera', 'microphone']) {
      await page.click(`#toggle-${what}`);
      await isPressed(page, `#toggle-${what}`, false);
    }
    await opens(page, CALL);
    for (const what of ['camera', 'microphone']) ids[what] = await chooseOther(page, what);
    await page.press('Escape');
    for (const what of ['camera', 'microphone']) await isPressed(page, `#toggle-${what}`, false);
    for (const what of ['camera', 'microphone']) {
      await page.click(`#toggle-${what}`);
      await page.waitFor(`the other ${what} to be sent`, isSent, { what, id: ids[what] });
    }
    await isContent(page);
  });

  it('what was not even published is published with the one that was chosen', async () => {
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada', camera: false });
    await page.waitFor('the microphone', readPreview, 'microphone');
    await opens(page, LOBBY);
    const id = await chooseOther(page, 'camera');
    await page.press('Escape');
    await join(page);
    await page.click('#toggle-camera');
    await page.waitFor('the camera to be sent', isSent, { what: 'camera', id });
  });

  it('a camera of the last visit that is gone costs nothing but itself', async () => {
    const first = await lobby(on.browser, on.stage.site, { name: 'Ada' });
    await opens(first, LOBBY);
    const id = await chooseOther(first, 'microphone');
    await first.evaluate(() => localStorage.setItem('janus-wasm.camera', 'f00d'));
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' }, { beside: first, init: hideNames });
    await page.waitFor('a camera', readPreview, 'camera');
    await page.waitFor('the microphone', isPreviewed, { what: 'microphone', id });
    await isContent(page);
    await join(page);
    await page.waitFor('a camera to be published', isPublished, 'camera');
    await page.waitFor('the microphone to be sent', isSent, { what: 'microphone', id });
    await isContent(page);
  });

  it('what is turned off while another opens stays off', async () => {
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' }, { init: delayChosen });
    await page.waitFor('the camera', readPreview, 'camera');
    await opens(page, LOBBY);
    await startChoosing(page, 'camera');
    await page.press('Escape');
    await page.click('#lobby-camera');
    await isPressed(page, '#lobby-camera', false);
    await page.evaluate(() => window.goOn());
    await until('the camera to be let go', async () => (await liveCaptures(page, 'video')) === 0);
    await join(page);
    await page.waitFor('the microphone', isPublished, 'microphone');
    assert.equal(await page.evaluate(isPublished, 'camera'), false);
    assert.equal(await liveCaptures(page, 'video'), 0);
  });

  it('whoever joins while another opens sends that one', async () => {
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' }, { init: delayChosen });
    await page.waitFor('the camera', readPreview, 'camera');
    await opens(page, LOBBY);
    const id = await startChoosing(page, 'camera');
    await page.press('Escape');
    await page.click('#join');
    await page.evaluate(() => window.goOn());
    await inState(page, 'call');
    await page.waitFor('the other camera to be sent', isSent, { what: 'camera', id });
    await isContent(page);
  });

  it('a camera chosen in the call while it is turned on is the one that is sent', async () => {
    const page = await enter(on.browser, on.stage.site, { name: 'Ada', camera: false }, { init: delayAny });
    await page.click('#toggle-camera');
    await page.waitFor('a camera to be asked for', () => Boolean(window.goOn));
    await opens(page, CALL);
    const id = await chooseOther(page, 'camera');
    await page.press('Escape');
    await page.evaluate(() => window.goOn());
    await page.waitFor('the other camera to be sent', isSent, { what: 'camera', id });
    await isContent(page);
  });

  it('the keys stay in the dialog, and closing it closes nothing else', async () => {
    const page = await enter(on.browser, on.stage.site, { name: 'Ada' });
    await page.click('#open-chat');
    await page.waitFor('the chat', () => document.querySelector('#chat').checkVisibility());
    await opens(page, CALL);
    await page.evaluate(() => document.querySelector('#choose-microphone').focus());
    await chooseOther(page, 'microphone');
    await page.waitFor('the focus', () => document.activeElement === document.querySelector('#choose-microphone'));
    const said = await page.evaluate(() => document.querySelector('dialog .announcer').textContent);
    assert.match(said, /^Microphone: \S/);
    await page.press('Escape');
    await page.waitFor('the dialog to be gone', () => !document.querySelector('#settings').open);
    assert.equal(await page.evaluate(() => document.querySelector('#chat').checkVisibility()), true);
  });

  it('a camera that does not open leaves the one before, and says so', async () => {
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' }, { init: breakChosen });
    const before = await page.waitFor('the camera', readPreview, 'camera');
    await opens(page, LOBBY);
    await chooseOther(page, 'camera', { fails: true });
    await page.waitFor('the camera of before', isPreviewed, { what: 'camera', id: before.id });
    await page.press('Escape');
    await isContent(page);
    await join(page);
    await opens(page, CALL);
    await chooseOther(page, 'camera', { fails: true });
    await page.waitFor('the camera of before to be sent', isSent, { what: 'camera', id: before.id });
    await page.press('Escape');
    await isContent(page);
  });

  it('everybody is heard from the speaker that was chosen, in the next call too', async () => {
    await enter(on.browser, on.stage.site, { name: 'Bob' });
    const page = await enter(on.browser, on.stage.site, { name: 'Ada' });
    await tileMoves(page, 'Bob');
    await opens(page, CALL);
    const id = await chooseOther(page, 'speaker');
    await page.waitFor('the sound to be there', isPlayedBy, id);
    await page.click('#test-speaker');
    await page.waitFor('the test to be over', () => !document.querySelector('#test-speaker').disabled);
    assert.equal(await page.evaluate(() => document.querySelector('#settings-problem').hidden), true);
    await page.press('Escape');
    const again = await enter(on.browser, on.stage.site, { name: 'Cleo' }, { beside: page });
    await again.waitFor('the sound to be there', isPlayedBy, id);
  });

  it('the dialog goes with the call it was opened in', async () => {
    const page = await enter(on.browser, on.stage.site, { name: 'Ada' });
    await opens(page, CALL);
    await page.evaluate(() => window.room.leave());
    await inState(page, 'lobby');
    assert.equal(await page.evaluate(() => document.querySelector('#settings').open), false);
  });
});

describe('camera and sound, of none', () => {
  const on = onStage('chromium', setStage, { devices: false, permission: 'denied' });

  it('says that there is none', async () => {
    const page = await lobby(on.browser, on.stage.site, { name: 'Ada' });
    await complains(page, ['NotFoundError', 'NotAllowedError']);
    await opens(page, LOBBY);
    await page.waitFor('what there is', () => {
      const menus = ['camera', 'microphone'].map((what) => document.querySelector(`#choose-${what}`));
      return menus.map(({ disabled, textContent }) => disabled && textContent).join() === 'No camera found,No microphone found';
    });
  });
});

async function opens(page, button) {
  await page.click(button);
  await page.waitFor('the dialog', () => document.querySelector('#settings').open);
}

/** Chooses one that is not in use. */
async function startChoosing(page, what) {
  await page.waitFor(`several of ${what}`, (what) => document.querySelectorAll(`#choose-${what} option`).length > 1, what);
  return page.evaluate((what) => {
    const menu = document.querySelector(`#choose-${what}`);
    const other = [...menu.options].find((option) => !option.selected);
    menu.value = other.value;
    menu.dispatchEvent(new Event('change', { bubbles: true }));
    return other.value;
  }, what);
}

/** The same, and waits until the choice is done. */
async function chooseOther(page, what, { fails = false } = {}) {
  const id = await startChoosing(page, what);
  await page.waitFor(`the choice of ${what}`, ({ what, id, fails }) => {
    const menu = document.querySelector(`#choose-${what}`);
    const problem = document.querySelector('#settings-problem');
    const isTold = !problem.hidden && problem.textContent.split(' ').length > 3;
    return !menu.disabled && isTold === fails && (menu.value === id) !== fails;
  }, { what, id, fails });
  return id;
}

/** The device that is open, by what the browser itself says. */
function readPreview(what) {
  const track = globalThis.__witness.liveCaptures(what === 'camera' ? 'video' : 'audio').at(-1);
  return track && { id: track.getSettings().deviceId, label: track.label };
}

function isPreviewed({ what, id }) {
  const live = globalThis.__witness.liveCaptures(what === 'camera' ? 'video' : 'audio');
  return live.length > 0 && live.every((track) => track.getSettings().deviceId === id);
}

/** The menu's choice is the device that is open, by id, or by name where Chromium has one for the default. */
function isNamed({ what, id, label }) {
  const menu = document.querySelector(`#choose-${what}`);
  const [option] = menu.selectedOptions;
  return (option.value === id || id === 'default') && option.textContent !== '' && label.includes(option.textContent)
    && { disabled: menu.disabled };
}

function isPublished(what) {
  return [...window.room.localParticipant.publications.values()].some(({ source, track }) => source === what && track);
}

function isSent({ what, id }) {
  const publication = [...window.room.localParticipant.publications.values()].find(({ source }) => source === what);
  const track = publication?.track?.mediaStreamTrack;
  return publication?.isMuted === false && track?.readyState === 'live' && track.getSettings().deviceId === id;
}

function isPlayedBy(id) {
  const elements = [...window.room.remoteParticipants.values()].flatMap(({ publications }) => [...publications.values()])
    .filter(({ kind }) => kind === 'audio').flatMap(({ track }) => track?.attachedElements ?? []);
  return elements.length > 0 && elements.every((element) => element.sinkId === id);
}

/** What is asked for by its id does not open, as if another program had it. */
function breakChosen() {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (constraints) => constraints.video?.deviceId
    ? Promise.reject(new DOMException('in use', 'NotReadableError')) : open(constraints);
}

/** As in browsers that tell what devices are called only once one was opened. */
function hideNames() {
  const { mediaDevices } = navigator;
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => (await list()).map((device) => {
    const { kind } = device;
    return globalThis.__witness.captured.length > 0 ? device : { kind, deviceId: '', groupId: '', label: '' };
  });
}

/** What is asked for by its id opens when the test says so. */
function delayChosen() {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const going = new Promise((resolve) => (window.goOn = resolve));
  mediaDevices.getUserMedia = async (constraints) => {
    if (constraints.video?.deviceId) await going;
    return open(constraints);
  };
}

/** The first camera opens when the test says so. */
function delayAny() {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    if (constraints.video && !window.goOn) await new Promise((resolve) => (window.goOn = resolve));
    return open(constraints);
  };
}
