#!/usr/bin/env node
/**
 * `npm start`: a conference page on a real Janus. With `JANUS_URL` set, on the servers it names.
 * `npm start -- --rust` has the example in Rust as well, which takes half a minute more the first time.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { JANUS } from './lib/apt.mjs';
import { build } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { atEnd, isEnding } from './lib/ending.mjs';
import { startJanus } from './lib/janus.mjs';
import { ensure } from './lib/needs.mjs';
import { ROOT } from './lib/paths.mjs';
import { choosePort } from './lib/ports.mjs';
import { say, step } from './lib/progress.mjs';
import { RUST_EXAMPLE, buildRustExample } from './lib/rust-example.mjs';
import { serve } from './lib/serve.mjs';
import { BUILD_NEEDS } from './lib/tools.mjs';

const ROOM = 1234;
const FOLDER = join(ROOT, '.janus');

/** The servers `JANUS_URL` names, in the order in which they are tried. */
function givenServers() {
  const urls = (process.env.JANUS_URL ?? '').split(',').map((url) => url.trim()).filter(Boolean);
  const wrong = urls.find((url) => !/^(wss?|https?):\/\/./.test(url) || !URL.canParse(url));
  if (wrong !== undefined) {
    throw new Error(`JANUS_URL: "${wrong}" is no address of a Janus, as in wss://your.server/janus`);
  }
  return urls;
}

async function ownServer() {
  const janus = await step('Janus', () => startJanus({ dir: FOLDER }));
  atEnd(() => janus.stop());
  return janus;
}

/** Waits for the end of a server, which is only a failure. */
async function untilItEnds(janus) {
  await janus.exited;
  // Signals reach everything at once: give our own a chance to be the reason.
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (isEnding()) return;
  const log = join(FOLDER, 'janus.log');
  await appendFile(log, janus.log());
  const tail = janus.log().trimEnd().split('\n').slice(-10).join('\n');
  throw new Error(`Janus ended unexpectedly (all it said: ${log})\n${tail}`);
}

await command(async () => {
  const { rust } = parseArgs({ options: { rust: { type: 'boolean' } } }).values;
  const given = givenServers();
  await ensure(given.length > 0 ? BUILD_NEEDS : [...BUILD_NEEDS, JANUS]);
  await build();
  if (rust) await step('The example in Rust', () => buildRustExample());
  const janus = given.length > 0 ? undefined : await ownServer();
  const servers = janus ? [janus.ws, janus.http] : given;
  const config = { servers, room: ROOM };
  const page = await serve({ root: ROOT, port: await choosePort(8080), config, folders: rust && { '/rust/': RUST_EXAMPLE } });
  atEnd(() => page.close());
  say();
  say(`  Page      ${page.url}`);
  say(`  At once   ${page.url}?room=${ROOM}&name=Ada&join`);
  say(`  Examples  ${page.url}examples/`);
  if (rust) say(`  In Rust   ${page.url}rust/?server=${encodeURIComponent(servers[0])}&room=${ROOM}`);
  for (const server of servers) say(`  Janus     ${server}`);
  say();
  say('Open the page in two tabs. Ctrl-C ends everything.');
  // Without a server of ours there is only the page, which goes on until a signal.
  await (janus ? untilItEnds(janus) : new Promise(() => {}));
});
