// Cameras, microphones and speakers as a page sees them, in real browsers with the devices these make up.
//
// No browser lets a test plug a device in or out, or lists devices as Chromium does on Windows: for that, and only
// where it says `mock`, the page's `enumerateDevices` is replaced and `devicechange` is dispatched.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { heard, makeDevices, openAndClose, listen, changeDevices, insecurely, installSpies } from './lib/device-page.mjs';
import { openDevices, serveDevices } from './lib/device-site.mjs';

describe('devices', () => {
  let site;

  before(async () => {
    site = await serveDevices();
  });

  after(() => site?.close());

  it('node: it can be made where there is no browser', async () => {
    const { Devices } = await import(pathToFileURL(join(site.folder, 'devices.js')));
    const devices = new Devices();
    const stop = devices.on('devicesChanged', () => assert.fail());
    assert.deepEqual(await devices.list(), []);
    assert.equal(await devices.permission('camera'), 'unknown');
    assert.equal(devices.canChooseSpeaker, false);
    await assert.rejects(devices.testSpeaker(), { code: 'unsupported' });
    await assert.rejects(devices.chooseSpeaker(), { code: 'unsupported' });
    stop();
    devices.close();
  });

  for (const kind of BROWSERS) {
    describe(kind, () => {
      let browser;
      const chromium = kind === 'chromium';

      const open = (options) => openDevices(browser, site, options);

      before(async () => {
        browser = await launch(kind, { devices: chromium ? 3 : true, soundCard: true });
      });

      afterEach(() => browser.closePages());

      after(() => browser?.close());

      it('lists what is there', async () => {
        const page = await open();
        await page.evaluate(openAndClose);
        const list = await page.evaluate(() => devices.list());
        const shown = list.map((device) => [device.kind, device.label, device.isDefault]);
        assert.deepEqual(shown, chromium ? SHOWN_BY_CHROMIUM : SHOWN_BY_FIREFOX);
        for (const device of list) {
          assert.ok(device.id && device.groupId, device.label);
          assert.deepEqual(Object.keys(device).sort(), ['groupId', 'id', 'isDefault', 'kind', 'label']);
        }
        const own = list.map((device) => `${device.kind} ${device.id}`);
        assert.equal(new Set(own).size, list.length);
        const microphones = await page.evaluate(() => devices.list('microphone'));
        assert.deepEqual(microphones, list.filter((device) => device.kind === 'microphone'));
        assert.deepEqual(page.complaints, []);
      });

      it('lists without a prompt what there is before permission', async () => {
        const page = await open();
        if (chromium) await page.setPermission('prompt');
        const list = await page.evaluate(() => devices.list());
        const placeholder = { id: '', groupId: '', label: '', isDefault: true };
        const kinds = ['camera', 'microphone', ...(chromium ? ['speaker'] : [])];
        assert.deepEqual(list, kinds.map((one) => ({ ...placeholder, kind: one })));
        assert.equal(await page.evaluate(() => globalThis.prompts), 0);
        if (chromium) assert.equal(await page.evaluate(() => devices.permission('camera')), 'prompt');
      });

      it('says which permissions there are', async () => {
        const page = await open();
        assert.equal(await page.evaluate(() => devices.permission('camera')), 'granted');
        assert.equal(await page.evaluate(() => devices.permission('microphone')), 'granted');
        await page.evaluate(() => (navigator.permissions.query = () => Promise.reject(new TypeError('mock'))));
        assert.equal(await page.evaluate(() => devices.permission('camera')), 'unknown');
        await page.evaluate(() => Object.defineProperty(navigator, 'permissions', { value: undefined }));
        assert.equal(await page.evaluate(() => devices.permission('camera')), 'unknown');
      });

      it('refuses words it does not know', async () => {
        const page = await open();
        const codes = await page.evaluate(() => Promise.all([
          devices.list('screen'), devices.permission('speaker'), devices.testSpeaker({ deviceId: 5 }),
          devices.testSpeaker({ duration: 0 }), devices.testSpeaker({ duration: NaN }),
          devices.testSpeaker({ duration: 1e9 }), devices.testSpeaker({ duration: '5s' }),
        ].map((promise) => promise.then(() => 'done', (error) => error.code))));
        assert.deepEqual(codes, Array(7).fill('invalid-argument'));
      });

      describe('mock', () => {
        it('lists once what Chromium lists three times', async () => {
          const page = await open({ mock: true });
          await page.evaluate((list) => globalThis.mock(list), ON_WINDOWS);
          const list = await page.evaluate(() => devices.list());
          const shown = list.map((device) => [device.kind, device.id, device.isDefault]);
          assert.deepEqual(shown, [
            ['camera', 'c1', true], ['camera', 'c2', false],
            ['microphone', 'm1', false], ['microphone', 'm2', true], ['microphone', 'm3', false],
            ['speaker', 's1', false], ['speaker', 's2', true],
          ]);
        });

        it('keeps an entry that stands for no other device', async () => {
          const page = await open({ mock: true });
          await page.evaluate(() => globalThis.mock([
            ['audioinput', 'default', 'Default', 'x'], ['audioinput', 'm1', 'USB', 'g1'], ['audioinput', 'm2', 'USB', 'g2'],
            ['audiooutput', 'default', 'Standard - USB', 'x'], ['audiooutput', 's1', 'USB', 'g1'],
            ['audiooutput', 's2', 'USB', 'g2'],
          ]));
          const list = await page.evaluate(() => devices.list());
          const shown = list.map((device) => [device.kind, device.id, device.isDefault]);
          assert.deepEqual(shown, [
            ['microphone', 'default', true], ['microphone', 'm1', false], ['microphone', 'm2', false],
            ['speaker', 'default', true], ['speaker', 's1', false], ['speaker', 's2', false],
          ]);
        });

        it('tells of what is plugged in and out, once, and of nothing else', async () => {
          const page = await open({ mock: true });
          await page.evaluate(() => globalThis.mock([['videoinput', 'c1', 'One']]));
          await page.evaluate(listen);
          const change = (list, times = 1) => page.evaluate(changeDevices, { list, times });

          // The events are told in order: what the spurious ones told would be in front of the next.
          await change([['videoinput', 'c1', 'One']], 5);
          await change([['videoinput', 'c1', 'One'], ['videoinput', 'c2', 'Two']], 5);
          assert.deepEqual(await heard(page, 1), ['changed c1 c2; added c2; removed ']);
          await change([['videoinput', 'c1', 'One']]);
          assert.deepEqual(await heard(page, 2), ['changed c1; added ; removed c2']);
          await change([['videoinput', 'c1', 'One'], ['videoinput', 'c2', 'Two']]);
          assert.deepEqual(await heard(page, 3), ['changed c1 c2; added c2; removed ']);
          await change([]);
          assert.deepEqual(await heard(page, 5), ['changed ; added ; removed c1 c2', 'default camera undefined']);
          await change([['videoinput', 'c2', 'Two']]);
          assert.deepEqual(await heard(page, 7), ['changed c2; added c2; removed ', 'default camera c2']);
        });

        it('many events while it looks make it look once more', async () => {
          const page = await open({ mock: true });
          await page.evaluate(listen);
          const before = await page.evaluate(() => globalThis.enumerations);
          await page.evaluate(changeDevices, { list: [['videoinput', 'c1', 'One']], times: 20 });
          await heard(page, 2);
          assert.equal(await page.evaluate(() => globalThis.enumerations) - before, 2);
        });

        it('tells of another default device', async () => {
          const page = await open({ mock: true });
          const list = (name) => [
            ['audioinput', 'default', `Default - ${name}`, `of ${name}`],
            ['audioinput', 'm1', 'One', 'of One'], ['audioinput', 'm2', 'Two', 'of Two'],
          ];
          await page.evaluate((first) => globalThis.mock(first), list('One'));
          await page.evaluate(listen);
          await page.evaluate(changeDevices, { list: list('Two') });
          assert.deepEqual(await heard(page, 2), ['changed m1 m2; added ; removed ', 'default microphone m2']);
        });

        it('permission plugs nothing in', async () => {
          const page = await open({ mock: true });
          await page.evaluate(() => globalThis.mock([['audioinput', '', '']]));
          await page.evaluate(listen);
          await page.evaluate(changeDevices, { list: [['audioinput', 'm1', 'One'], ['audioinput', 'm2', 'Two']] });
          assert.deepEqual(await heard(page, 1), ['changed m1 m2; added ; removed ']);
          await page.evaluate(changeDevices, { list: [] });
          assert.deepEqual(await heard(page, 3), ['changed ; added ; removed m1 m2', 'default microphone undefined']);
        });

        it('permission for microphones plugs no speakers in', async () => {
          const page = await open({ mock: true });
          const known = [['audioinput', 'm1', 'One'], ['audiooutput', 's1', 'One'], ['audiooutput', 's2', 'Two']];
          await page.evaluate(() => globalThis.mock([['audioinput', '', '']]));
          await page.evaluate(listen);
          await page.evaluate(changeDevices, { list: known });
          assert.deepEqual(await heard(page, 1), ['changed m1 s1 s2; added ; removed ']);
          await page.evaluate(changeDevices, { list: known.slice(0, 2) });
          assert.deepEqual(await heard(page, 2), ['changed m1 s1; added ; removed s2']);
          await page.evaluate(changeDevices, { list: [['audioinput', '', '']] });
          assert.deepEqual(await heard(page, 3), ['changed ; added ; removed ']);
        });

        it('a list that cannot be read is read at the next event', async () => {
          const page = await open({ mock: true });
          await page.evaluate(listen);
          await page.evaluate(async () => {
            navigator.mediaDevices.enumerateDevices = () => Promise.reject(new DOMException('mock', 'NotAllowedError'));
            navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
            globalThis.refusal = await devices.list().catch((error) => error.name);
          });
          assert.equal(await page.evaluate(() => globalThis.refusal), 'NotAllowedError');
          await page.evaluate(changeDevices, { list: [['videoinput', 'c1', 'One']] });
          assert.deepEqual(await heard(page, 2), ['changed c1; added c1; removed ', 'default camera c1']);
          assert.deepEqual(page.complaints, []);
        });

        it('what waits when it is closed ends, and what is asked later', async () => {
          const page = await open({ mock: true });
          const outcomes = await page.evaluate(async () => {
            navigator.mediaDevices.enumerateDevices = () => new Promise(() => {});
            navigator.permissions.query = () => new Promise(() => {});
            const iterator = devices.events();
            const codes = [devices.list(), devices.permission('camera')].map((one) => one.catch((error) => error.code));
            const next = iterator.next();
            devices.close();
            devices.close();
            const late = [devices.list(), devices.permission('camera'), devices.testSpeaker()];
            codes.push(...late.map((one) => one.catch((error) => error.code)));
            return { codes: await Promise.all(codes), done: [(await next).done, (await devices.events().next()).done] };
          });
          assert.deepEqual(outcomes, { codes: Array(5).fill('closed'), done: [true, true] });
        });

        it('the chosen speaker is one of the list', async () => {
          const page = await open({ mock: true });
          const chosen = await page.evaluate(async () => {
            const speaker = { kind: 'audiooutput', deviceId: 's1', groupId: 'g', label: 'Chosen' };
            globalThis.mock([['audiooutput', 'default', 'Default - Chosen', 'g'], ['audiooutput', 's1', 'Chosen', 'g']]);
            navigator.mediaDevices.selectAudioOutput = async () => speaker;
            return devices.chooseSpeaker();
          });
          assert.deepEqual(chosen, { id: 's1', groupId: 'g', kind: 'speaker', label: 'Chosen', isDefault: true });
        });
      });

      it('listens to the browser only while somebody listens to it', async () => {
        const page = await open();
        const held = () => page.evaluate(() => globalThis.held());
        const all = ['change', 'change', 'devicechange'];
        const holdsAll = () => page.waitFor('three listeners', () => globalThis.held().length === 3);
        await page.evaluate(() => devices.list());
        assert.deepEqual(await held(), []);

        await page.evaluate(() => {
          globalThis.stops = ['devicesChanged', 'permissionChanged'].map((type) => devices.on(type, () => {}));
        });
        await holdsAll();
        assert.deepEqual(await held(), all);
        await page.evaluate(() => globalThis.stops[0]());
        assert.deepEqual(await held(), all);
        await page.evaluate(() => globalThis.stops.forEach((stop) => stop()));
        assert.deepEqual(await held(), []);

        await page.evaluate(() => {
          globalThis.ending = new AbortController();
          devices.on('defaultChanged', () => {}, { signal: ending.signal });
        });
        await holdsAll();
        await page.evaluate(() => ending.abort());
        assert.deepEqual(await held(), []);

        await page.evaluate(() => {
          globalThis.iterator = devices.events();
        });
        await holdsAll();
        assert.equal(await page.evaluate(async () => (await iterator.return()).done), true);
        assert.deepEqual(await held(), []);

        await page.evaluate(() => {
          devices.on('defaultChanged', () => {});
          globalThis.iterator = devices.events();
        });
        await holdsAll();
        await page.evaluate(() => devices.close());
        assert.deepEqual(await held(), []);
        await page.evaluate(() => devices.on('defaultChanged', () => {}));
        assert.deepEqual(await held(), []);
        // A listener that stops before the browser has answered leaves none behind.
        assert.deepEqual(await page.evaluate(async () => {
          const { Devices } = await import('/devices.js');
          new Devices().on('permissionChanged', () => {})();
          await navigator.permissions.query({ name: 'camera' });
          await navigator.permissions.query({ name: 'microphone' });
          return globalThis.held();
        }), []);
      });

      it('an insecure context has no devices, and nothing throws', async () => {
        const page = await browser.open('about:blank', { inits: [installSpies] });
        const seen = await page.evaluate(insecurely, await readFile(join(site.folder, 'global.js'), 'utf8'));
        assert.deepEqual(seen, {
          secure: false, media: 'undefined', list: [], permission: 'unknown', chosen: 'unsupported', held: [],
        });
      });

      it('denied: it says so, and lists that there is something', async () => {
        const denying = await launch(kind, { permission: 'denied' });
        try {
          const page = await denying.open(`${site.url}index.html`);
          await page.evaluate(makeDevices);
          assert.equal(await page.evaluate(() => devices.permission('camera')), 'denied');
          assert.equal(await page.evaluate(() => devices.permission('microphone')), 'denied');
          const cameras = await page.evaluate(() => devices.list('camera'));
          assert.deepEqual(cameras, [{ id: '', groupId: '', kind: 'camera', label: '', isDefault: true }]);
        } finally {
          await denying.close();
        }
      });
    });
  }

  it('chromium: a permission that is given or taken is told, with what it uncovers', async () => {
    const browser = await launch('chromium', { devices: 3 });
    try {
      const page = await browser.open(`${site.url}index.html`, { inits: [installSpies] });
      await page.setPermission('prompt');
      await page.evaluate(makeDevices);
      await page.evaluate(listen);
      await page.waitFor('its listeners', () => globalThis.held().length === 3);
      await page.setPermission('granted');
      const found = () => globalThis.told.filter(({ type }) => type === 'permissionChanged');
      await page.waitFor('both permissions', () => globalThis.told.filter(({ permission }) => permission).length === 2);
      assert.deepEqual((await page.evaluate(found)).map((event) => [event.kind, event.permission]).sort(),
        [['camera', 'granted'], ['microphone', 'granted']]);
      await page.waitFor('all labels', () => globalThis.told.findLast(({ type }) => type === 'devicesChanged')
        ?.devices.every(({ label }) => label));
      const changes = await page.evaluate(() => globalThis.told.filter(({ type }) => type === 'devicesChanged'));
      assert.deepEqual(changes.flatMap(({ added, removed }) => [...added, ...removed]), []);
      assert.equal(changes.at(-1).devices.length, SHOWN_BY_CHROMIUM.length);
      assert.equal(await page.evaluate(() => globalThis.told.some(({ type }) => type === 'defaultChanged')), false);
    } finally {
      await browser.close();
    }
  });

  it('chromium: there is no dialog to choose a speaker', async () => {
    const browser = await launch('chromium');
    try {
      const page = await browser.open(`${site.url}index.html`);
      await page.evaluate(makeDevices);
      assert.equal(await page.evaluate(() => devices.chooseSpeaker().catch((error) => error.code)), 'unsupported');
    } finally {
      await browser.close();
    }
  });

  it('firefox: opening devices uncovers them, and the speaker that is chosen comes to the list', async () => {
    // The person's choice is the first speaker: that is what the driver's settings make of the dialog.
    const browser = await launch('firefox', { soundCard: true });
    try {
      const page = await browser.open(`${site.url}index.html`, { inits: [installSpies] });
      await page.evaluate(makeDevices);
      await page.evaluate(listen);
      const chosen = await page.evaluate(() => devices.chooseSpeaker());
      assert.equal(chosen.label, 'Fake Audio Output 1 (PREFERRED)');
      assert.deepEqual(await heard(page, 1), [`changed   ${chosen.id}; added ${chosen.id}; removed `]);
      await page.evaluate((deviceId) => devices.testSpeaker({ deviceId, duration: 50 }), chosen.id);
      assert.deepEqual(await page.evaluate(() => globalThis.players.map(({ sinkId }) => sinkId)), [chosen.id]);

      await page.evaluate(openAndClose);
      await page.evaluate(async () => void (await devices.list()));
      await page.waitFor('labels', () => globalThis.told.at(-1).devices.every(({ label }) => label));
      assert.equal(await page.evaluate(() => globalThis.told.slice(1).some(({ type, added, removed }) =>
        type !== 'devicesChanged' || added.length + removed.length > 0)), false);
    } finally {
      await browser.close();
    }
  });
});

/** Chromium makes up one default entry for sound, which stands for none of the others. */
const SHOWN_BY_CHROMIUM = [
  ['camera', 'fake_device_0', true], ['camera', 'fake_device_1', false], ['camera', 'fake_device_2', false],
  ['microphone', 'Fake Default Audio Input', true], ['microphone', 'Fake Audio Input 1', false],
  ['microphone', 'Fake Audio Input 2', false],
  ['speaker', 'Fake Default Audio Output', true], ['speaker', 'Fake Audio Output 1', false],
  ['speaker', 'Fake Audio Output 2', false],
];
/** Firefox does not say which speaker is the default. */
const SHOWN_BY_FIREFOX = [
  ['camera', 'Default Video Device', true], ['microphone', 'Default Audio Device', true],
  ['speaker', 'Fake Audio Output 1 (PREFERRED)', false], ['speaker', 'Fake Audio Output 2', false],
];

/** As Chromium lists a laptop and a headset on Windows; the last two microphones are one piece of hardware. */
const ON_WINDOWS = [
  ['audioinput', 'default', 'Default - Headset', 'g2'], ['audioinput', 'communications', 'Communications - Array', 'g1'],
  ['audioinput', 'm1', 'Array', 'g1'], ['audioinput', 'm2', 'Headset', 'g2'], ['audioinput', 'm3', 'Headset line', 'g2'],
  ['videoinput', 'c1', 'Front', 'g3'], ['videoinput', 'c2', 'Back', 'g4'],
  ['audiooutput', 'default', 'Standard - Headset', 'other'], ['audiooutput', 'communications', 'Anruf - Headset', 'g2'],
  ['audiooutput', 's1', 'set', 'g1'], ['audiooutput', 's2', 'Headset', 'g2'],
];
