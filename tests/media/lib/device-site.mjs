/** A bare site with the devices of `src/js/media` as a module, and nothing else of the package. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servePlainly } from '../../package/lib/plain-server.mjs';
import { ROOT, run } from '../../package/lib/tarball.mjs';
import { installSpies, makeDevices } from './device-page.mjs';

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,">';
const BLOCKED = `${PAGE}<script type="module" src="blocked.js"></script>`;
/** Nothing but the server's own files: the module must do without `blob:` and `data:`. */
const POLICY = "default-src 'self'; img-src data:";
const BLOCKED_SCRIPT = `
  import { Devices } from './devices.js';
  new Devices().testSpeaker().then(() => 'played', (error) => error.name).then((outcome) => (globalThis.outcome = outcome));
`;

async function bundle(folder) {
  const esbuild = join(ROOT, 'node_modules', '.bin', 'esbuild');
  const args = [join(ROOT, 'src/js/media/devices.ts'), '--bundle', '--target=es2022', '--log-level=warning'];
  await run(esbuild, [...args, '--format=esm', `--outfile=${join(folder, 'devices.js')}`]);
  await run(esbuild, [...args, '--format=iife', '--global-name=media', `--outfile=${join(folder, 'global.js')}`]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'blocked.html'), BLOCKED);
  await writeFile(join(folder, 'blocked.js'), BLOCKED_SCRIPT);
}

/** The site, and the folder it has: `devices.js` for modules, `global.js` for scripts, `blocked.html` for sound without a click. */
export async function serveDevices() {
  const folder = await mkdtemp(join(tmpdir(), 'janus-media-test-'));
  await bundle(folder);
  const site = await servePlainly({ folder, headers: { 'content-security-policy': POLICY } });
  return {
    folder,
    url: site.url,
    async close() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A bare page with `devices` in it, and `told`: the events it was told of. `mock`: with a list that tests make. */
export async function openDevices(browser, site, { mock, path = 'index.html' } = {}) {
  const page = await browser.open(site.url + path, { inits: [installSpies] });
  if (mock) await page.evaluate(() => globalThis.mock([]));
  await page.evaluate(makeDevices);
  return page;
}
