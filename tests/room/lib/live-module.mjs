/** What follows a call, as a module of node, with nothing behind it but what a test puts there. */
import { build } from 'esbuild';
import { ROOT } from '../../page/lib/stage.mjs';

/** What is loaded: beginnings and ends are told to `globalThis.__live`. */
const STAND_IN = 'export const enliven = (host) => globalThis.__live.enliven(host);';

const standIn = {
  name: 'stand-in',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /live\/index\.js$/ }, () => ({ path: 'live', namespace: 'stand-in' }));
    onLoad({ filter: /.*/, namespace: 'stand-in' }, () => ({ contents: STAND_IN, loader: 'js' }));
  },
};

const { outputFiles } = await build({
  entryPoints: [`${ROOT}src/js/live.ts`], bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
  plugins: [standIn],
});
export const { LivePort } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
