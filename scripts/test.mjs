#!/usr/bin/env node
/**
 * `npm test`: everything, from formatting to calls between real browsers on a real Janus.
 * `npm test -- --only check|host|browser|page` (repeatable) for the inner loop; `--long` for the long suites.
 */
import { mkdir, rm } from 'node:fs/promises';
import { ensurePackages } from './lib/apt.mjs';
import { build } from './lib/build.mjs';
import { LOGS } from './lib/paths.mjs';
import { onEnd } from './lib/proc.mjs';
import { say } from './lib/progress.mjs';
import { browserTier, checkTier, hostTier, pageTier } from './lib/tiers.mjs';
import { ensureGeckodriver, ensureNodePackages, ensureRust, ensureWasmBindgen, ensureWasmPack, extendPath }
  from './lib/tools.mjs';

const TIERS = { check: checkTier, host: hostTier, browser: browserTier, page: pageTier };
const BROWSERS = { chromium: 'chromium', chromedriver: 'chromium-driver', 'firefox-esr': 'firefox-esr' };

function wanted(args) {
  const only = args.flatMap((arg, at) => (args[at - 1] === '--only' ? arg.split(',') : []));
  const unknown = only.find((name) => !(name in TIERS));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${Object.keys(TIERS).join(', ')}`);
  return only.length > 0 ? only : Object.keys(TIERS);
}

async function ensure(tiers) {
  extendPath();
  await ensureRust();
  await ensureNodePackages();
  const live = tiers.includes('browser') || tiers.includes('page');
  if (live) await ensurePackages({ janus: 'janus', ...BROWSERS });
  if (tiers.some((tier) => tier !== 'host')) await ensureWasmBindgen();
  if (tiers.includes('browser')) {
    await ensureWasmPack();
    await ensureGeckodriver();
  }
}

/** Builds the package if a tier needs it; what needs it does not run when that fails, the others do. */
async function tryBuild(tiers) {
  const needing = tiers.filter((tier) => tier === 'check' || tier === 'page');
  if (needing.length === 0) return { tiers, rows: [] };
  try {
    await build();
    return { tiers, rows: [] };
  } catch (error) {
    console.error(error.message);
    const rows = [{ name: 'build', passed: 0, failed: 1, seconds: 0 }];
    return { tiers: tiers.filter((tier) => !needing.includes(tier)), rows };
  }
}

function report(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  say();
  for (const { name, passed, failed, seconds } of rows) {
    say(`${name.padEnd(34)}${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(0).padStart(6)} s`);
  }
  say();
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed');
}

const end = onEnd(() => {});
try {
  const args = process.argv.slice(2);
  const asked = wanted(args);
  if (args.includes('--long')) process.env.JANUS_WASM_LONG = '1';
  await rm(LOGS, { recursive: true, force: true });
  await mkdir(LOGS, { recursive: true });
  await ensure(asked);
  const { tiers, rows } = await tryBuild(asked);
  for (const tier of tiers) rows.push(...(await TIERS[tier]()));
  await end(report(rows) > 0 ? 1 : 0);
} catch (error) {
  console.error(`\n${error.message}`);
  await end(1);
}
