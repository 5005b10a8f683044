#!/usr/bin/env node
/** `npm run build`: makes the package in `dist/`. */
import { build } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { ensure } from './lib/needs.mjs';
import { note } from './lib/progress.mjs';
import { BUILD_NEEDS } from './lib/tools.mjs';

await command(async () => {
  await ensure(BUILD_NEEDS);
  await build();
  note('The package is in dist/.');
  return 0;
});
