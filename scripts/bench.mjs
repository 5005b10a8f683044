#!/usr/bin/env node
/**
 * `npm run bench`: this library and janus.js side by side, by turns, on the same Janus in the same browser.
 * `--only join,publish` for some, `--rounds 21` for more, `--browser firefox` for the other one, `--json` for machines.
 * Whatever misses its aim is named, and the command fails.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProxy } from '../tests/chaos/lib/proxy.mjs';
import { BROWSERS, launch } from '../tests/page/lib/browser.mjs';
import { createRoom } from '../tests/page/lib/janus-admin.mjs';
import { TestJanus } from '../tests/page/lib/stage.mjs';
import { BROWSERS as BROWSERS_NEEDED, JANUS } from './lib/apt.mjs';
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

/** Between two pictures of the source, ms. */
const SOURCE_MS = 50;
/** What the timers of proxy and page may add to a round trip on a machine with two cores, ms. */
const SCHEDULING_MS = 25;

const ratioOfTimes = (ours, theirs) => median(ours) / median(theirs);
/**
 * In about every other run the way through the server's SCTP stalls for a second or more, whoever sends: a receive buffer
 * of the machine was full, and SCTP waits before it says things again. The quarter that went best tells the sides apart.
 */
const ratioOfRates = (ours, theirs) => quantile(theirs, 0.25) / quantile(ours, 0.25);
/** What must be so each time is judged by the worst of those that count: of fewer than twenty rounds, of all. */
const inRoundTrips = (ours) => quantile(ours, 0.95) / (2 * ONE_WAY_MS);
const inSourceIntervals = (ours) => quantile(ours, 0.95) / SOURCE_MS;
const inSeconds = (ours) => quantile(ours, 0.95) / 1_000;

/** What one function of the page takes. */
const page = (name, { far = false, room = ROOM, ...ask } = {}) => (stage, side) =>
  stage.ask(name, { ...ask, side, room, server: far ? stage.far : stage.near });

/** The same for all that may befall who watches. */
const watching = (befall) => async (stage, side) => {
  await stage.ask('beginWatching', { side, room: ROOM, server: stage.far });
  const time = await befall(stage);
  await stage.ask('stopWatching');
  return time;
};

/** The socket breaks; how long after the next one opened signalling works again. */
async function resume({ ask, cut }) {
  const resumed = ask('resumed');
  cut();
  return resumed;
}

/** The socket breaks; by how much the longest gap between pictures exceeds that of before. */
async function gap({ ask, cut }) {
  const before = await ask('longestGap');
  const [resumed, after] = [ask('resumed'), ask('longestGap')];
  cut();
  await resumed;
  return Math.max(0, (await after) - before);
}

/** The server is killed and starts again; how long after it answers there are pictures. Whoever sends them has to come back too. */
async function rejoin({ ask, janus, furnish }) {
  await janus.kill();
  await ask('quiet');
  const again = ask('again');
  await janus.start();
  const began = performance.now();
  await again;
  const time = performance.now() - began;
  await furnish();
  return time;
}

/**
 * What is measured, in ms, against what, and how it should compare: what is judged, and the most of it, or the least.
 * `patience`: how many times the rounds, where chance has more of a say. `alone`: without somebody who shows pictures.
 */
const SCENARIOS = {
  join: { what: 'click to first picture', against: 'janus.js', measure: page('join', { far: true }), judge: ratioOfTimes, most: 0.8 },
  prepared: {
    what: 'the same after prepare()', against: 'janus.js', measure: page('join', { far: true, prepare: true }), judge: ratioOfTimes,
    most: 0.52,
  },
  publish: { what: 'click to media that is up', against: 'janus.js', measure: page('publish', { far: true }), judge: ratioOfTimes, most: 0.72 },
  resume: {
    what: 'socket cut: open to up, p95', against: 'janus.js', measure: watching(resume), judge: inRoundTrips, unit: 'RTT',
    most: 1 + SCHEDULING_MS / (2 * ONE_WAY_MS),
  },
  gap: {
    what: 'socket cut: longer gaps, p95', against: 'janus.js', measure: watching(gap), judge: inSourceIntervals, unit: 'frames',
    most: 2,
  },
  rejoin: { what: 'server back to picture, p95', against: 'janus.js', measure: watching(rejoin), judge: inSeconds, unit: 's', most: 2.5 },
  messages: {
    what: '20,000 messages of 200 bytes', against: 'bare channel', measure: page('data', { room: DATA_ROOM, count: 20_000, bytes: 200 }),
    judge: ratioOfRates, least: 0.95, patience: 2, alone: true,
  },
  chunks: {
    what: '10 MB in one message', against: 'bare, 60 kB', measure: page('data', { room: DATA_ROOM, count: 1, bytes: 10_000_000 }),
    judge: ratioOfRates, least: 0.95, patience: 4, alone: true,
  },
};

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' }, rounds: { type: 'string', default: '11' }, browser: { type: 'string', default: BROWSERS[0] },
      json: { type: 'boolean' },
    },
  });
  const names = values.only?.split(',') ?? Object.keys(SCENARIOS);
  const unknown = names.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${Object.keys(SCENARIOS).join(', ')}`);
  if (!BROWSERS.includes(values.browser)) throw new Error(`--browser ${values.browser}: there are ${BROWSERS.join(', ')}`);
  return { names, rounds: Number(values.rounds), kind: values.browser, json: values.json };
}

/** The page's folder: ours as it is, janus.js bundled. */
async function bundle() {
  const args = ['bench/theirs.js', '--bundle', '--format=esm', '--minify', '--log-level=warning',
    `--outfile=${join(FOLDER, 'theirs.js')}`];
  await run(join(ROOT, 'node_modules', '.bin', 'esbuild'), args, { cwd: ROOT });
  return { '/bench/built/': FOLDER, '/bench/': join(ROOT, 'bench') };
}

async function open(kind) {
  const janus = await TestJanus.start({ reclaimSessionTimeout: 30 });
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: janus.ports.ws } });
  proxy.faults.latency(ONE_WAY_MS);
  const site = await serve({ root: ROOT, port: 0, config: {}, folders: await bundle() });
  const browser = await launch(kind);
  const page = await browser.open(`${site.url}examples/`);
  const ask = ([name, argument]) => import('/bench/page.js').then((module) => module[name](argument));
  return {
    janus,
    near: janus.ws,
    far: proxy.url('ws'),
    cut: () => proxy.faults.reset(),
    /** Makes the rooms that are not in the server's configuration. */
    furnish: () => createRoom(janus, DATA_ROOM, { publishers: 8 }),
    ask: (name, argument) => page.evaluate(ask, [name, argument]),
    async close() {
      await browser.close();
      await proxy.close();
      await site.close();
      await janus.remove();
    },
  };
}

async function measure(stage, name, asked) {
  const rounds = asked * (SCENARIOS[name].patience ?? 1);
  const times = { ours: [], theirs: [] };
  // The first of each warms caches and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const sides = round % 2 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const side of sides) {
      const time = await SCENARIOS[name].measure(stage, side);
      if (round > 0) times[side].push(time);
    }
    note(`  ${name} ${round}/${rounds}`);
  }
  return times;
}

function result(name, { ours, theirs }) {
  const { what, against, judge, unit = 'ratio', most, least } = SCENARIOS[name];
  const value = judge(ours, theirs);
  const met = most === undefined ? value >= least : value <= most;
  return {
    name, what, against, ours: median(ours), p95: quantile(ours, 0.95), theirs: median(theirs), value, unit, aim: most ?? least, met,
  };
}

function table(results) {
  const columns = [['what', 31], ['against', 14], ['ours', 9], ['p95', 9], ['theirs', 9], ['result', 13], ['aim', 7], ['met', 5]];
  const line = (cells) => say(columns.map(([name, width]) => String(cells[name]).padEnd(width)).join(''));
  line(Object.fromEntries(columns.map(([name]) => [name, name])));
  for (const { ours, theirs, p95, value, unit, met, ...rest } of results) {
    const ms = (time) => `${time.toFixed(0)} ms`;
    const [result, reached] = [`${value.toFixed(2)} ${unit}`, met ? 'yes' : 'no'];
    line({ ...rest, ours: ms(ours), p95: ms(p95), theirs: ms(theirs), result, met: reached });
  }
}

await command(async () => {
  const { names, rounds, kind, json } = options();
  await ensure([...BUILD_NEEDS, JANUS, BROWSERS_NEEDED]);
  await build();
  const stage = await open(kind);
  const results = [];
  try {
    await stage.furnish();
    for (const name of names) {
      await (SCENARIOS[name].alone ? stage.ask('noHost') : stage.ask('beHost', { server: stage.near, room: ROOM }));
      results.push(result(name, await measure(stage, name, rounds)));
    }
  } finally {
    await stage.close();
  }
  const missed = results.filter(({ met }) => !met);
  if (json) {
    say(JSON.stringify({ cores: cpus().length, browser: kind, rounds, results }));
    return missed.length > 0 ? 1 : 0;
  }
  table(results);
  say(`\nMedians of ${rounds} rounds, by turns; signalling takes ${ONE_WAY_MS * 2} ms (RTT) there and back where people join or ` +
    `watch. ${cpus().length} cores, ${kind}.\nA ratio is of times; of data it is of rates, where the quarter of more rounds ` +
    `that went best is compared. Frames are the source's, one every ${SOURCE_MS} ms.`);
  for (const { name, value, unit, aim } of missed) say(`missed: ${name}, ${value.toFixed(2)} ${unit} instead of ${aim}`);
  return missed.length > 0 ? 1 : 0;
});
