/** People who can be heard, in a page driven from a test; and the decisions behind it as modules. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { serve } from '../../../scripts/lib/serve.mjs';
import { ROOT, TestJanus } from '../../page/lib/stage.mjs';

const FOLDERS = {
  '/call/': join(ROOT, 'tests', 'media', 'page'),
  '/speakers/': join(ROOT, 'tests', 'room', 'page'),
};

export async function setSpeakerStage(options) {
  const janus = await TestJanus.start(options);
  const site = await serve({ root: ROOT, port: 0, config: {}, folders: FOLDERS });
  return {
    janus,
    site,
    async close() {
      await site.close();
      await janus.remove();
    },
  };
}

/** One page; `people.join({ name, ... })` runs the function of `page/speakers.js`. */
export async function openPeople(browser, site, path = 'examples/') {
  const page = await browser.open(site.url + path);
  const evaluate = async ([name, argument]) => (await import('/speakers/speakers.js'))[name](argument);
  return new Proxy(page, {
    get(target, name) {
      if (name === 'page') return target;
      // A promise asks for it.
      if (name === 'then') return undefined;
      return (argument) => target.evaluate(evaluate, [name, argument]);
    },
  });
}

/** A module of `src/js` that needs no browser. */
export async function moduleOf(path) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'src', 'js', path)], bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** The same numbers 0..1 for the same seed. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
