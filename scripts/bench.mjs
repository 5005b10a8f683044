#!/usr/bin/env node
/**
 * `npm run bench`: this library and janus.js side by side, by turns, on the same Janus in the same browser.
 * `--only join,publish` for some, `--rounds 21` for more, `--json` for machines.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProxy } from '../tests/chaos/lib/proxy.mjs';
import { launch } from '../tests/page/lib/browser.mjs';
import { createRoom } from '../tests/page/lib/janus-admin.mjs';
import { TestJanus } from '../tests/page/lib/stage.mjs';
import { BROWSERS, JANUS } from './lib/apt.mjs';
import { build } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { ensure } from './lib/needs.mjs';
import { ROOT, TARGET } from './lib/paths.mjs';
import { run } from './lib/proc.mjs';
import { note, say } from './lib/progress.mjs';
import { serve } from './lib/serve.mjs';
import { median, quantile } from './lib/statistics.mjs';
import { BUILD_NEEDS } from './lib/tools.mjs';

const ROOM = 1234;
const DATA_ROOM = 4711;
/** What signalling takes in each direction, ms: a round trip takes twice as long. */
const ONE_WAY_MS = 50;
const FOLDER = join(TARGET, 'bench');

/** What is measured, in ms, against what, and how it should compare: `aim` is the most, or of rates the least. */
const SCENARIOS = {
  join: { what: 'click to first picture', against: 'janus.js', page: 'join', far: true, aim: 0.8 },
  prepared: { what: 'the same after prepare()', against: 'janus.js', page: 'join', far: true, ask: { prepare: true }, aim: 0.52 },
  publish: { what: 'click to media at the server', against: 'janus.js', page: 'publish', far: true, aim: 0.72 },
  messages: { what: '20,000 messages of 200 bytes', against: 'bare channel', page: 'data', ask: { count: 20_000, bytes: 200 }, rate: 0.95 },
  chunks: { what: '10 MB in messages of 60 kB', against: 'bare channel', page: 'data', ask: { count: 167, bytes: 60_000 }, rate: 0.95 },
};

function options() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, rounds: { type: 'string', default: '11' }, json: { type: 'boolean' } },
  });
  const names = values.only?.split(',') ?? Object.keys(SCENARIOS);
  const unknown = names.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${Object.keys(SCENARIOS).join(', ')}`);
  return { names, rounds: Number(values.rounds), json: values.json };
}

/** The page's folder: ours as it is, janus.js bundled. */
async function bundle() {
  const args = ['bench/theirs.js', '--bundle', '--format=esm', '--minify', '--log-level=warning',
    `--outfile=${join(FOLDER, 'theirs.js')}`];
  await run(join(ROOT, 'node_modules', '.bin', 'esbuild'), args, { cwd: ROOT });
  return { '/bench/built/': FOLDER, '/bench/': join(ROOT, 'bench') };
}

async function open() {
  const janus = await TestJanus.start({ reclaimSessionTimeout: 30 });
  await createRoom(janus, DATA_ROOM, { publishers: 8 });
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: janus.ports.ws } });
  proxy.faults.latency(ONE_WAY_MS);
  const site = await serve({ root: ROOT, port: 0, config: {}, folders: await bundle() });
  const browser = await launch('chromium');
  const page = await browser.open(`${site.url}examples/`);
  const ask = ([name, argument]) => import('/bench/page.js').then((module) => module[name](argument));
  return {
    near: janus.ws,
    far: proxy.url('ws'),
    ask: (name, argument) => page.evaluate(ask, [name, argument]),
    async close() {
      await browser.close();
      await proxy.close();
      await site.close();
      await janus.remove();
    },
  };
}

async function measure(stage, name, rounds) {
  const { page, far, ask } = SCENARIOS[name];
  const times = { ours: [], theirs: [] };
  const place = { server: far ? stage.far : stage.near, room: page === 'data' ? DATA_ROOM : ROOM };
  // The first of each warms caches and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const sides = round % 2 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const side of sides) {
      const time = await stage.ask(page, { ...place, ...ask, side });
      if (round > 0) times[side].push(time);
    }
    note(`  ${name} ${round}/${rounds}`);
  }
  return times;
}

function result(name, { ours, theirs }) {
  const { what, against, aim, rate } = SCENARIOS[name];
  const ratio = rate ? median(theirs) / median(ours) : median(ours) / median(theirs);
  const met = rate ? ratio >= rate : ratio <= aim;
  const middle = { ours: median(ours), theirs: median(theirs) };
  return { name, what, against, ...middle, p95: quantile(ours, 0.95), ratio, aim: rate ?? aim, met };
}

function table(results) {
  const columns = [['what', 30], ['against', 14], ['ours', 9], ['p95', 9], ['theirs', 9], ['ratio', 8], ['aim', 8], ['met', 5]];
  const line = (cells) => say(columns.map(([name, width]) => String(cells[name]).padEnd(width)).join(''));
  line(Object.fromEntries(columns.map(([name]) => [name, name])));
  for (const { ours, theirs, p95, ratio, aim, met, ...rest } of results) {
    const ms = (value) => `${value.toFixed(0)} ms`;
    line({ ...rest, ours: ms(ours), p95: ms(p95), theirs: ms(theirs), ratio: ratio.toFixed(2), aim, met: met ? 'yes' : 'no' });
  }
}

await command(async () => {
  const { names, rounds, json } = options();
  await ensure([...BUILD_NEEDS, JANUS, BROWSERS]);
  await build();
  const stage = await open();
  const results = [];
  try {
    await stage.ask('beHost', { server: stage.near, room: ROOM });
    for (const name of names) results.push(result(name, await measure(stage, name, rounds)));
  } finally {
    await stage.close();
  }
  if (json) return say(JSON.stringify({ cores: cpus().length, rounds, results }));
  table(results);
  say(`\nMedians of ${rounds} rounds, by turns; signalling takes ${ONE_WAY_MS * 2} ms there and back where people join. ` +
    `${cpus().length} cores, Chromium.\nA ratio is of times; of data it is of rates.`);
});
