// What the README shows is what people try first: its ten lines, run as they stand.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { transform } from 'esbuild';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { nothingLeft } from './lib/janus-admin.mjs';
import { ROOT, TestJanus } from './lib/stage.mjs';

/** The first example, as a module for pages of this site that talk to this server. */
async function firstExample(site, janus) {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /^## A call in ten lines\n+```ts\n(.*?)^```/ms.exec(readme);
  const places = {
    "'janus-wasm'": `'${site.url}dist/index.js'`, 'wss://sfu.example/janus': janus.ws, 'https://sfu.example/janus': janus.http,
  };
  let placed = code;
  for (const [there, here] of Object.entries(places)) {
    assert.ok(placed.includes(there), `the example names ${there}`);
    placed = placed.replaceAll(there, here);
  }
  const { code: script } = await transform(`${placed}\nexport { room };\n`, { loader: 'ts', format: 'esm' });
  return script;
}

/** Runs in the page; sent there as text. */
async function run(script) {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  globalThis.__room = (await import(address)).room;
}

/** Whether one person is seen, moving, and heard. Runs in the page, and is sent there as text. */
async function isMet() {
  const playing = [...document.querySelectorAll('video, audio')].filter(({ paused, currentTime }) => !paused && currentTime > 0);
  const names = playing.map(({ localName, videoWidth }) => localName + (videoWidth === 0 ? ' without a picture' : ''));
  const frames = (await globalThis.__witness.inbound()).map((stream) => stream.frames);
  return `${names.sort()}` === 'audio,video' && Math.max(...frames) > 10;
}

describe('ten lines', () => {
  let janus;
  let site;

  before(async () => {
    janus = await TestJanus.start();
    site = await serveBare();
  });

  after(async () => {
    await site?.close();
    await janus?.remove();
  });

  for (const kind of BROWSERS) {
    it(`are a call: ${kind}`, async () => {
      const browser = await launch(kind, { soundCard: true });
      try {
        const script = await firstExample(site, janus);
        const pages = [await browser.open(site.url), await browser.open(site.url)];
        for (const page of pages) await page.evaluate(run, script);
        for (const page of pages) await page.waitFor('somebody to be seen and heard', isMet);
        // What the last line says for later.
        await pages[0].evaluate(() => globalThis.__room.localParticipant.setCameraEnabled(false));
        await pages[1].waitFor('the camera to be off', () => [...globalThis.__room.remoteParticipants.values()].every((one) => !one.isCameraEnabled));
        for (const page of pages) await page.evaluate(() => globalThis.__room.leave());
        await nothingLeft(janus);
        for (const page of pages) {
          assert.equal(await page.evaluate(() => document.querySelectorAll('video, audio').length), 0);
          assert.deepEqual(page.complaints, []);
        }
      } finally {
        await browser.close();
      }
    });
  }
});
