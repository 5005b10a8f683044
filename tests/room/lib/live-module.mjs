/** What follows a call, as a module of node, with nothing behind it but what a test puts there. */
import { moduleOf } from '../../page/lib/module.mjs';

/** What is loaded: beginnings and ends are told to `globalThis.__live`. */
const STAND_IN = 'export const enliven = (host) => globalThis.__live.enliven(host);';

const standIn = {
  name: 'stand-in',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /live\/index\.js$/ }, () => ({ path: 'live', namespace: 'stand-in' }));
    onLoad({ filter: /.*/, namespace: 'stand-in' }, () => ({ contents: STAND_IN, loader: 'js' }));
  },
};

export const { LivePort } = await moduleOf('live.ts', { plugins: [standIn] });
