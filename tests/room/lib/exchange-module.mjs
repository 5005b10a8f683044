/** What people say to each other beside media, as a module of node: of the browser it knows what node has as well. */
import { build } from 'esbuild';
import { ROOT } from '../../page/lib/stage.mjs';

const PARTS = ['attributes', 'chat', 'envelope', 'files', 'incoming-file', 'requests', 'settling'];
const contents = PARTS.map((name) => `export * from './src/js/exchange/${name}.js';`).join('\n');
const { outputFiles } = await build({
  stdin: { contents, resolveDir: ROOT, loader: 'ts' }, bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
  define: { VERSION: '"test"' },
});
export const exchange = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
