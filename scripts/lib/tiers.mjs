/** The tiers of the test suite. Each returns rows { name, passed, failed, seconds }; one that ran nothing failed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startJanus } from './janus.mjs';
import { LOGS, ROOT, TARGET } from './paths.mjs';
import { run, which } from './proc.mjs';
import { step } from './progress.mjs';
import { LIMIT, measure } from './size.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];

/** Numbers behind every occurrence of a pattern, added up. */
function sum(output, pattern) {
  return [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

const cargoCounts = (output) => ({
  passed: sum(output, /test result: .*? (\d+) passed/g),
  failed: sum(output, /test result: .*? (\d+) failed/g),
});

const nodeCounts = (output) => ({
  passed: sum(output, /^# pass (\d+)/gm),
  failed: sum(output, /^# fail (\d+)/gm) + sum(output, /^# cancelled (\d+)/gm),
});

const one = () => ({ passed: 1, failed: 0 });
const none = { passed: 0, failed: 0 };

/** Runs one program of a tier; what it says is shown only if something went wrong. */
async function row(name, command, args, { counts, env } = {}) {
  const began = performance.now();
  const log = join(LOGS, `${name.replaceAll(/\W+/g, '-')}.log`);
  let result = { passed: 0, failed: 1 };
  try {
    await step(name, async () => {
      const { code, output } = await run(command, args, { cwd: ROOT, env, log, check: false });
      const { passed, failed } = code === 0 || counts !== undefined ? (counts ?? one)(output) : none;
      // A crash counts as a failure even where every test that ran passed, and so does running none.
      const broken = failed === 0 && (code !== 0 || passed === 0);
      result = { passed, failed: failed + (broken ? 1 : 0) };
      if (result.failed > 0) throw new Error(output);
    });
  } catch (error) {
    console.error(error.message.trimEnd().split('\n').slice(-120).join('\n'));
    console.error(`(all of it: ${log})`);
  }
  return { name, ...result, seconds: (performance.now() - began) / 1000 };
}

/** Formatting, lints, types, documentation, size. */
export async function checkTier() {
  const deny = ['--', '-D', 'warnings'];
  const rows = [
    await row('rustfmt', 'cargo', ['fmt', '--check']),
    await row('clippy, host', 'cargo', ['clippy', '--all-targets', ...deny]),
    await row('clippy, wasm', 'cargo', ['clippy', '--all-targets', '--features', 'npm', ...WASM, ...deny]),
    await row('rustdoc', 'cargo', ['doc', '--no-deps'], { env: { RUSTDOCFLAGS: '-D warnings' } }),
    await row('tsc', join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.json']),
  ];
  const { brotli } = (await measure()).at(-1);
  const fits = brotli <= LIMIT;
  console.log(`${fits ? '✔' : '✘'} size: ${brotli} of ${LIMIT} bytes brotli`);
  return [...rows, { name: 'size', passed: fits ? 1 : 0, failed: fits ? 0 : 1, seconds: 0 }];
}

/** Everything that needs no browser. */
export async function hostTier() {
  return [await row('cargo test', 'cargo', ['test'], { counts: cargoCounts })];
}

/** The crate in real browsers, against a real Janus. */
export async function browserTier() {
  const janus = await startJanus({ dir: join(TARGET, 'test-janus') });
  const env = { JANUS_WASM_TEST_WS: janus.ws, JANUS_WASM_TEST_HTTP: janus.http, WASM_BINDGEN_TEST_TIMEOUT: '120' };
  try {
    const rows = [];
    for (const [browser, driver] of [['chrome', 'chromedriver'], ['firefox', 'geckodriver']]) {
      const args = ['test', '--headless', `--${browser}`, `--${driver}`, await which(driver)];
      rows.push(await row(`wasm-pack test, ${browser}`, 'wasm-pack', args, { counts: cargoCounts, env }));
    }
    return rows;
  } finally {
    await janus.stop();
  }
}

async function testFiles(folder) {
  const names = await readdir(join(ROOT, 'tests', folder));
  return names.filter((name) => name.endsWith('.test.mjs')).sort().map((name) => join('tests', folder, name));
}

/** Whole pages and the packed package. */
export async function pageTier() {
  const rows = [];
  for (const folder of ['package', 'page']) {
    const options = ['--test', '--test-concurrency=1', '--test-reporter=tap'];
    const args = [...options, ...(await testFiles(folder))];
    rows.push(await row(`node --test tests/${folder}`, process.execPath, args, { counts: nodeCounts }));
  }
  return rows;
}
