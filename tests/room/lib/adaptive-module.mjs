/** The decisions of adaptive reception as a module for node. */
import { build } from 'esbuild';
import { ROOT } from '../../page/lib/stage.mjs';

const FILES = ['budget', 'costs', 'demand', 'downlink', 'ladder', 'network', 'reduction', 'sample'];

const { outputFiles } = await build({
  stdin: {
    contents: FILES.map((name) => `export * from './${name}.ts';`).join('\n'),
    resolveDir: `${ROOT}src/js/live/adaptive`,
    loader: 'ts',
  },
  bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
});

export const { Budget, Costs, Decoder, Demand, Downlink, Network, Sampler, allocate, reduce, reduced, scaleOf, levelFor, stepsOf } =
  await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
