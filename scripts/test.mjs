#!/usr/bin/env node
/**
 * `npm test`: everything, from formatting to calls between real browsers on a real Janus.
 * `npm test -- --only check|host|browser|page` (repeatable) for the inner loop; `--long` for the long suites.
 */
import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { command } from './lib/command.mjs';
import { sweep } from './lib/ending.mjs';
import { ensure } from './lib/needs.mjs';
import { LOGS } from './lib/paths.mjs';
import { note, say } from './lib/progress.mjs';
import { TIERS } from './lib/tiers.mjs';

function wanted(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', multiple: true }, long: { type: 'boolean' } },
  });
  const names = (values.only ?? Object.keys(TIERS)).flatMap((name) => name.split(',')).filter(Boolean);
  const unknown = names.find((name) => !Object.hasOwn(TIERS, name));
  if (unknown !== undefined || names.length === 0) {
    throw new Error(`--only ${unknown ?? ''}: there are ${Object.keys(TIERS).join(', ')}`);
  }
  if (values.long) process.env.JANUS_WASM_LONG = '1';
  return Object.entries(TIERS).filter(([name]) => names.includes(name)).map(([name, tier]) => ({ name, ...tier }));
}

/** Runs a tier; whatever is wrong with it becomes a failure in its rows and does not stop the next. */
async function runTier({ name, needs, rows }, failed) {
  const broken = (error) => {
    console.error(`${name}: ${error.message}`);
    return [{ name: `${name} could not run`, passed: 0, failed: 1, seconds: 0 }];
  };
  const missing = needs.find((need) => failed.has(need));
  if (missing !== undefined) return broken(failed.get(missing));
  try {
    const result = await rows();
    const left = await sweep({ patience: true });
    if (left === 0) return result;
    return [...result, { name: `${left} processes left behind`, passed: 0, failed: 1, seconds: 0 }];
  } catch (error) {
    return broken(error);
  }
}

function line(name, passed, failed, seconds) {
  const counts = `${String(passed).padStart(6)} passed${String(failed).padStart(5)} failed`;
  say(`${name.padEnd(36)}${counts}${seconds.toFixed(0).padStart(7)} s`);
}

const total = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0);

function report(results) {
  say();
  for (const [tier, rows, seconds] of results) {
    line(tier, total(rows, 'passed'), total(rows, 'failed'), seconds);
    for (const row of rows) line(`  ${row.name}`, row.passed, row.failed, row.seconds);
  }
  for (const { name, failed, why } of results.flatMap(([, rows]) => rows)) {
    if (why) say(`\n${failed > 0 ? '✘' : '!'} ${name}\n${why}`);
  }
  const all = results.flatMap(([, rows]) => rows);
  say();
  say(`${total(all, 'passed')} passed, ${total(all, 'failed')} failed`);
  return total(all, 'failed') > 0 ? 1 : 0;
}

await command(async () => {
  const tiers = wanted(process.argv.slice(2));
  await rm(LOGS, { recursive: true, force: true });
  await mkdir(LOGS, { recursive: true });
  const failed = await ensure(tiers.flatMap(({ needs }) => needs), { goOn: true });
  const results = [];
  for (const tier of tiers) {
    note(`\n${tier.name}`);
    const began = performance.now();
    const rows = await runTier(tier, failed);
    results.push([tier.name, rows, (performance.now() - began) / 1000]);
  }
  return report(results);
});
