/** People in a page, driven from a test. */
import { join } from 'node:path';
import { driven } from '../../page/lib/driven.mjs';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';
import { until } from '../../page/lib/wait.mjs';

const FOLDERS = { '/call/': join(ROOT, 'tests', 'media', 'page') };

/** Runs in the page before anything else, and is sent there as text. */
function installDriver() {
  const { instantiate, instantiateStreaming } = WebAssembly;
  const spied = (make) => async (...all) => {
    const made = await make(...all);
    globalThis.__exports = (made.instance ?? made).exports;
    return made;
  };
  WebAssembly.instantiate = spied(instantiate);
  WebAssembly.instantiateStreaming = spied(instantiateStreaming);
  globalThis.__call = async (name, argument) => (await import('/call/call.js'))[name](argument);
}

export function serveCalls() {
  return serveFolders(FOLDERS);
}

/** A Janus and a site whose pages can hold calls. */
export const setCallStage = (options) => stageWith(serveCalls, options);

/** One page; `call.join({ name, ... })` runs the function of `page/call.js`. `inits` run before anything else. */
export async function openCalls(browser, site, inits = []) {
  const page = await browser.open(`${site.url}examples/`, { init: installDriver, inits });
  const evaluate = ([name, argument]) => globalThis.__call(name, argument);
  return driven(page, evaluate);
}

/** Waits until one person sees the picture of this number, moving, at somebody's. */
export async function sees(call, view, number, extra = () => true, options = {}) {
  let before;
  await until(`${view.name} to see number ${number} at ${view.of}`, async () => {
    const seen = await call.see(view);
    const moved = before !== undefined && seen.counter !== before;
    before = seen.counter;
    return seen.number === number && moved && extra(seen);
  }, options);
}
