// The package in a plain page, without a bundler and under a strict content security policy, joins a real room.
import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { launch } from '../page/lib/browser.mjs';
import { nothingLeft } from '../page/lib/janus-admin.mjs';
import { hearsAndSees } from '../page/lib/media.mjs';
import { TestJanus } from '../page/lib/stage.mjs';
import { servePlainly } from './lib/plain-server.mjs';
import { unpackTarball } from './lib/tarball.mjs';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Plain page</title>
<link rel="icon" href="data:,">
<main></main>
<script type="module" src="./main.js"></script>
</html>
`;

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws://127.0.0.1:*; "
  + "img-src 'self' data:";

function mainScript(server) {
  return `import { Room } from './janus-wasm/dist/index.js';

const room = new Room({ servers: ${JSON.stringify(server)} });
globalThis.room = room;
room.on('trackSubscribed', ({ track }) => document.querySelector('main').append(track.attach()));
try {
  await room.join({ room: 1234, display: 'Plain', camera: true, microphone: true });
  document.body.dataset.state = room.state;
} catch (error) {
  document.body.dataset.state = \`failed: \${error.code ?? error.name}: \${error.message}\`;
}
`;
}

const CASES = [
  { what: 'plainly', headers: {} },
  { what: 'under a content security policy', headers: { 'content-security-policy': POLICY } },
  {
    what: 'by a server that does not know the type of wasm',
    headers: {}, types: { '.wasm': 'application/octet-stream' }, warns: true,
  },
  {
    what: 'isolated from other origins',
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
];

describe('the package in a plain page', () => {
  let tarball;
  let janus;
  let browser;
  let folder;
  let server;

  before(async () => {
    tarball = await unpackTarball();
    janus = await TestJanus.start();
    folder = join(tarball.project, 'site');
    await mkdir(folder);
    await cp(tarball.folder, join(folder, 'janus-wasm'), { recursive: true });
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(join(folder, 'main.js'), mainScript(janus.ws));
    browser = await launch('chromium');
  });

  afterEach(async () => {
    await browser.closePages();
    await server?.close();
    server = undefined;
  });

  after(async () => {
    await browser?.close();
    await janus?.remove();
    await tarball?.remove();
  });

  for (const { what, headers, types, warns } of CASES) {
    it(`two people meet, served ${what}`, async () => {
      server = await servePlainly({ folder, headers, types });
      const pages = [];
      for (let person = 0; person < 2; person += 1) {
        pages.push(await browser.open(`${server.url}index.html`));
      }
      for (const page of pages) {
        await page.waitFor('an answer to joining', () => document.body?.dataset.state);
        assert.equal(await page.evaluate(() => document.body.dataset.state), 'connected');
      }
      for (const page of pages) {
        await hearsAndSees(page, 1);
        assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
        // The browser may say that it could not compile while it read: that is the server's fault.
        assert.deepEqual(warns ? [] : page.complaints, []);
      }
      for (const page of pages) {
        await page.evaluate(() => globalThis.room.leave());
      }
      await nothingLeft(janus);
    });
  }
});
