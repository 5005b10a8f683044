/** The tiers of the test suite: what each needs, and the rows { name, passed, failed, seconds, why } it makes. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BROWSERS, DISPLAY, JANUS, TURN } from './apt.mjs';
import { build } from './build.mjs';
import { cargoCounts, cargoFailures, crashes, gist, nodeCounts, nodeFailures, oneCheck, verdict } from './counts.mjs';
import { atEnd } from './ending.mjs';
import { startJanus } from './janus.mjs';
import { LOGS, ROOT, TARGET } from './paths.mjs';
import { RunError, run, which } from './proc.mjs';
import { note, step } from './progress.mjs';
import { LIMIT, measure } from './size.mjs';
import { BROWSER_NEEDS, BUILD_NEEDS, CHECK_NEEDS, HOST_NEEDS } from './tools.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];
/** No program of a tier may hang for longer, so that the summary always comes. The longest, tests/room, takes half an hour. */
const limitSeconds = () => (process.env.JANUS_WASM_LONG ? 4 * 3600 : 3000);
const SHOWN_LINES = 150;
/** What a test that failed left open must not keep its file from ending; Node has that since 20.14. */
const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);
const FORCE_EXIT = MAJOR > 20 || MINOR >= 14 ? ['--test-force-exit'] : [];

/** One row: `work` resolves to { passed, failed, output, log }; the output is shown only if something went wrong. */
async function row(name, work) {
  const began = performance.now();
  let result;
  let why;
  try {
    await step(name, async () => {
      result = await work();
      if (result.failed > 0) throw new Error(result.output);
      why = crashes(result.output ?? '').join('\n');
    });
  } catch (error) {
    result ??= { passed: 0, failed: 1 };
    why = gist(error.message);
    note(error.message.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n'));
    if (result.log) note(`(all of it: ${result.log})`);
  }
  return { name, passed: result.passed, failed: result.failed, seconds: (performance.now() - began) / 1000, why };
}

/** Runs a program with a log of its own. */
async function outcome(name, command, args, { counts = oneCheck, failures, env, hear } = {}) {
  const log = join(LOGS, `${name.replaceAll(/\W+/g, '-')}.log`);
  const { code, output } = await run(command, args, { cwd: ROOT, env, log, hear, check: false, seconds: limitSeconds() });
  return { ...verdict(code, counts, output), output: failures?.(output) || output, log };
}

/** A row that is a program. */
const program = (name, ...rest) => row(name, () => outcome(name, ...rest));

/** Builds the package, so that the rows after it find the newest. */
const buildRow = () =>
  row('npm run build', async () => {
    await build().catch((error) => {
      throw error instanceof RunError ? new Error(error.output) : error;
    });
    return { passed: 1, failed: 0 };
  });

/** Formatting, lints, types, documentation, size. */
async function check() {
  const deny = ['--', '-D', 'warnings'];
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  return [
    await program('rustfmt', 'cargo', ['fmt', '--all', '--check']),
    await program('clippy, host', 'cargo', ['clippy', '--workspace', '--all-targets', ...deny]),
    await program('clippy, wasm', 'cargo', ['clippy', '--workspace', '--all-targets', '--features', 'npm', ...WASM, ...deny]),
    await program('rustdoc', 'cargo', ['doc', '--no-deps'], { env: { RUSTDOCFLAGS: '-D warnings' } }),
    await buildRow(),
    await program('tsc', tsc, ['-p', 'tsconfig.json']),
    await row('size', async () => {
      const { brotli } = (await measure()).at(-1);
      const fits = brotli <= LIMIT;
      const output = `${brotli} bytes brotli, the limit is ${LIMIT}`;
      note(`  ${output}`);
      return { passed: fits ? 1 : 0, failed: fits ? 0 : 1, output };
    }),
  ];
}

/** Files of tests/page that spend more time waiting than working. */
const LIGHT = ['admin', 'arguments', 'auth', 'devices', 'hidden', 'reclaim'];
/** Files of tests/room that measure how long something takes, and leave the machine idle: beside each other, and nothing else. */
const CALM = ['outside', 'silence', 'simulate-media', 'speakers', 'within'];
/** Files of it that measure how well something comes, or need all of the machine: nothing runs beside them. */
const ALONE = [
  'adaptive', 'adaptive-crowd', 'adaptive-limits', 'adaptive-rules', 'chaos', 'check', 'exchange', 'leaks', 'lobby', 'policy',
  'prompt', 'quality', 'stalls',
];
/** What of a folder runs two files at a time and is done sooner so; the rest runs one at a time. */
const PAIRS = {
  'tests/page': { 'light ones in pairs': (name) => LIGHT.includes(name) },
  'tests/room': {
    'in pairs': (name) => ![...CALM, ...ALONE].includes(name),
    'calm ones in pairs': (name) => CALM.includes(name),
  },
  'tests/videoroom': { 'in pairs': () => true },
};

/** Tests by node's runner, so many files at a time. */
function nodeProgram(name, files, concurrency) {
  const args = ['--test', `--test-concurrency=${concurrency}`, '--test-reporter=tap', ...FORCE_EXIT, ...files];
  return program(`node --test ${name}`, process.execPath, args, { counts: nodeCounts, failures: nodeFailures });
}

/** The tests in a folder, as one row, or several where some run in pairs. */
async function nodeTests(folder) {
  const ending = '.test.mjs';
  const files = (await readdir(join(ROOT, folder))).filter((name) => name.endsWith(ending)).sort();
  const names = files.map((name) => name.slice(0, -ending.length));
  const groups = Object.entries(PAIRS[folder] ?? {});
  const rows = [];
  const add = async (title, isIn, concurrency) => {
    const some = names.filter(isIn).map((name) => join(folder, `${name}${ending}`));
    if (some.length > 0) rows.push(await nodeProgram(title, some, concurrency));
  };
  for (const [title, isIn] of groups) await add(`${folder}, ${title}`, isIn, 2);
  await add(folder, (name) => !groups.some(([, isIn]) => isIn(name)), 1);
  return rows;
}

/** Everything that needs no browser and no server. */
async function host() {
  const crate = await program('cargo test', 'cargo', ['test'], { counts: cargoCounts, failures: cargoFailures });
  return [crate, ...(await nodeTests('scripts/tests'))];
}

/** The crate in a real browser, against a real Janus of its own; `began` is called once it is read. */
function crateIn(browserName, driver, began) {
  const name = `wasm-pack test, ${browserName}`;
  return row(name, async () => {
    const janus = await startJanus({ dir: join(TARGET, `test-janus-${browserName}`) });
    const forget = atEnd(() => janus.stop());
    const env = { JANUS_WASM_TEST_WS: janus.ws, JANUS_WASM_TEST_HTTP: janus.http, WASM_BINDGEN_TEST_TIMEOUT: '1200' };
    const hear = (output) => output.includes('Running headless tests in') && began?.();
    const args = ['test', '--headless', `--${browserName}`, `--${driver}`, which(driver)];
    try {
      return await outcome(name, 'wasm-pack', args, { counts: cargoCounts, failures: cargoFailures, env, hear });
    } finally {
      await janus.stop();
      forget();
    }
  });
}

/**
 * Side by side: one page in each, which mostly waits. The second is built when the first was read: the address of the
 * server is built into it, and it takes its place.
 */
async function browser() {
  let first;
  await new Promise((began) => {
    first = crateIn('chrome', 'chromedriver', began).finally(began);
  });
  return Promise.all([first, crateIn('firefox', 'geckodriver')]);
}

/** The scripts with a real server, the packed package, and whole pages. */
async function page() {
  const built = await buildRow();
  if (built.failed > 0) return [built];
  const rows = [built];
  const folders = ['scripts/tests/live', 'tests/package', 'tests/page', 'tests/media', 'tests/room', 'tests/videoroom',
    'tests/chaos'];
  for (const folder of folders) rows.push(...(await nodeTests(folder)));
  return rows;
}

export const TIERS = {
  check: { needs: CHECK_NEEDS, rows: check },
  host: { needs: HOST_NEEDS, rows: host },
  browser: { needs: [...BROWSER_NEEDS, JANUS, BROWSERS], rows: browser },
  page: { needs: [...BUILD_NEEDS, JANUS, BROWSERS, DISPLAY, TURN], rows: page },
};
