#!/usr/bin/env node
/** `npm run size`: what a page loads, against the limit; `--json` for machines. */
import { build } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { ensure } from './lib/needs.mjs';
import { say } from './lib/progress.mjs';
import { AIM, LIMIT, measure, measureLater } from './lib/size.mjs';
import { BUILD_NEEDS } from './lib/tools.mjs';

function table(rows, later) {
  const more = later.map(({ name, ...sizes }) => ({ name: `${name}, later`, ...sizes }));
  for (const { name, ...sizes } of [{ name: '', raw: 'raw', gzip: 'gzip', brotli: 'brotli' }, ...rows, ...more]) {
    say(name.padEnd(32) + Object.values(sizes).map((size) => String(size).padStart(10)).join(''));
  }
  say(`\nLimit ${LIMIT} bytes brotli, aim ${AIM}.`);
}

await command(async () => {
  await ensure(BUILD_NEEDS);
  await build();
  const rows = await measure();
  const later = await measureLater();
  if (process.argv.includes('--json')) say(JSON.stringify({ files: rows, later, limit: LIMIT, aim: AIM }));
  else table(rows, later);
  return rows.at(-1).brotli > LIMIT ? 1 : 0;
});
