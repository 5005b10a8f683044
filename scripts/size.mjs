#!/usr/bin/env node
/** `npm run size`: what a page loads, against the limit. */
import { build } from './lib/build.mjs';
import { AIM, LIMIT, measure } from './lib/size.mjs';

try {
  await build();
  const rows = await measure();
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(rows));
  } else {
    console.table(Object.fromEntries(rows.map(({ name, ...sizes }) => [name, sizes])));
  }
  const total = rows.at(-1).brotli;
  console.log(`brotli ${total} bytes: limit ${LIMIT}, aim ${AIM}`);
  process.exitCode = total > LIMIT ? 1 : 0;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
