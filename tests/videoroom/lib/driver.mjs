/** Pages that run a module of `tests/videoroom/page` with the package as users import it. */
import { join } from 'node:path';
import { serve } from '../../../scripts/lib/serve.mjs';
import { ROOT, TestJanus } from '../../page/lib/stage.mjs';

const FOLDERS = { '/driver/': join(ROOT, 'tests', 'videoroom', 'page'), '/chaos/': join(ROOT, 'tests', 'chaos', 'lib') };

/** A site that has the modules. */
export function serveDriver() {
  return serve({ root: ROOT, port: 0, config: {}, folders: FOLDERS });
}

/** A running Janus and a site with the modules. */
export async function setDriverStage(options) {
  const janus = await TestJanus.start(options);
  const site = await serveDriver();
  return {
    janus,
    site,
    async close() {
      await site.close();
      await janus.remove();
    },
  };
}

/** Runs in the page before anything else, and is sent there as text. */
function installDriver() {
  /** Calls a function of a module; the modules' state stays with the page. */
  globalThis.__drive = async (module, name, argument) => (await import(`/driver/${module}.js`))[name](argument);
}

export function openDriver(browser, { site }, options = {}) {
  return browser.open(`${site.url}examples/`, { init: installDriver, ...options });
}
