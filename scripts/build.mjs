#!/usr/bin/env node
/** `npm run build`: makes the package in `dist/`. */
import { build } from './lib/build.mjs';
import { onEnd } from './lib/proc.mjs';
import { say } from './lib/progress.mjs';

onEnd(() => {});
try {
  await build();
  say('The package is in dist/.');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
