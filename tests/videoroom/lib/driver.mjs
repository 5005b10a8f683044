/** Pages that run a module of `tests/videoroom/page` with the package as users import it. */
import { join } from 'node:path';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';

const FOLDERS = { '/driver/': join(ROOT, 'tests', 'videoroom', 'page'), '/chaos/': join(ROOT, 'tests', 'chaos', 'lib') };

/** A site that has the modules. */
export function serveDriver() {
  return serveFolders(FOLDERS);
}

/** A running Janus and a site with the modules. */
export const setDriverStage = (options) => stageWith(serveDriver, options);

/** Runs in the page before anything else, and is sent there as text. */
function installDriver() {
  /** Calls a function of a module; the modules' state stays with the page. */
  globalThis.__drive = async (module, name, argument) => (await import(`/driver/${module}.js`))[name](argument);
}

export function openDriver(browser, { site }, options = {}) {
  return browser.open(`${site.url}examples/`, { init: installDriver, ...options });
}
