/** Pages with people who publish, and people who look at them in tiles of any size. */
import { join } from 'node:path';
import { launch } from '../../page/lib/browser.mjs';
import { driven } from '../../page/lib/driven.mjs';
import { createRoom } from '../../page/lib/janus-admin.mjs';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';

const FOLDERS = { '/call/': join(ROOT, 'tests', 'media', 'page'), '/room/': join(ROOT, 'tests', 'room', 'page') };

/** Runs in the page before anything else. */
function installDriver() {
  globalThis.__adaptive = async (name, argument) => (await import('/room/adaptive.js'))[name](argument);
}

/** One page; `page.look({ ... })` runs the function of `page/adaptive.js`. */
export async function openAdaptive(browser, site, options = {}) {
  const page = await browser.open(`${site.url}examples/`, { ...options, inits: [installDriver, ...(options.inits ?? [])] });
  const evaluate = ([name, argument]) => globalThis.__adaptive(name, argument);
  return driven(page, evaluate);
}

/** A Janus with a room, a site, and a browser with a page for those who publish. */
export async function setStage(room) {
  const { janus, site, close } = await stageWith(() => serveFolders(FOLDERS));
  await createRoom(janus, room, { bitrate: 0, publishers: 40 });
  const browser = await launch('chromium');
  return {
    janus,
    site,
    senders: await openAdaptive(browser, site),
    async close() {
      await browser.close();
      await close();
    },
  };
}
