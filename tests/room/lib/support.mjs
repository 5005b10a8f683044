/** People in a page as `tests/media/lib/call.mjs` has them, who also moderate, break things, report and check. */
import { join } from 'node:path';
import { driven } from '../../page/lib/driven.mjs';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';

const FOLDERS = { '/call/': join(ROOT, 'tests', 'media', 'page'), '/room/': join(ROOT, 'tests', 'room', 'page') };

/** Runs in the page before anything else, and is sent there as text. */
function installDriver() {
  globalThis.__call = async (name, argument) => {
    const [people, support] = [await import('/call/call.js'), await import('/room/support.js')];
    return (support[name] ?? people[name])(argument);
  };
}

/** A Janus and a site whose pages can hold such calls; `more` folders by address. */
export const setSupportStage = (options, more = {}) => stageWith(() => serveFolders({ ...FOLDERS, ...more }), options);

/** One page; `call.kick({ name, ... })` runs the function of `page/support.js`, or of the people's `call.js`. */
export async function openSupport(browser, site) {
  const page = await browser.open(`${site.url}examples/`, { init: installDriver });
  const evaluate = ([name, argument]) => globalThis.__call(name, argument);
  return driven(page, evaluate);
}
