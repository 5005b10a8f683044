/** What decides in checks and reports, as modules of node: they know no browser. */
import { build } from 'esbuild';
import { ROOT } from '../../page/lib/stage.mjs';

async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}src/js/${path}`], bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

export const scrubbing = await load('live/scrub.ts');
export const verdicts = await load('check/verdicts.ts');
