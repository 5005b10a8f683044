/** People who can be heard, in a page driven from a test. */
import { join } from 'node:path';
import { driven } from '../../page/lib/driven.mjs';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';

const FOLDERS = {
  '/call/': join(ROOT, 'tests', 'media', 'page'),
  '/speakers/': join(ROOT, 'tests', 'room', 'page'),
};

export const setSpeakerStage = (options) => stageWith(() => serveFolders(FOLDERS), options);

/** How good a connection is that nothing is wrong with: a busy machine makes and shows fewer pictures, less evenly. */
export const WELL = ['excellent', 'good'];

/** One page; `people.join({ name, ... })` runs the function of `page/speakers.js`. */
export async function openPeople(browser, site, path = 'examples/') {
  const page = await browser.open(site.url + path);
  const evaluate = async ([name, argument]) => (await import('/speakers/speakers.js'))[name](argument);
  return driven(page, evaluate);
}

/** The same numbers 0..1 for the same seed. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
