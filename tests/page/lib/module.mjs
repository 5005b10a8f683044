/** Parts of the package that need no browser, as modules of node. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { ROOT } from './stage.mjs';

/** What esbuild is asked for, as one script. */
export async function scriptOf(options) {
  const { outputFiles } = await build({ bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent', ...options });
  return outputFiles[0].text;
}

/** A script as a module. */
export const moduleFrom = (script) => import(`data:text/javascript,${encodeURIComponent(script)}`);

/** The module at this path of `src/js`; `options` are esbuild's. */
export async function moduleOf(path, options) {
  return moduleFrom(await scriptOf({ entryPoints: [join(ROOT, 'src', 'js', path)], ...options }));
}

/** All of these modules of a folder of `src/js` as one. */
export async function moduleOfAll(folder, names, options) {
  const contents = names.map((name) => `export * from './${name}.ts';`).join('\n');
  return moduleFrom(await scriptOf({ stdin: { contents, resolveDir: join(ROOT, 'src', 'js', folder), loader: 'ts' }, ...options }));
}
