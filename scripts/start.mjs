#!/usr/bin/env node
/** `npm start`: a conference page on a real Janus. With `JANUS_URL` set, on the servers it names. */
import { join } from 'node:path';
import { ensurePackages } from './lib/apt.mjs';
import { build } from './lib/build.mjs';
import { startJanus } from './lib/janus.mjs';
import { ROOT } from './lib/paths.mjs';
import { choosePort } from './lib/ports.mjs';
import { isEnding, onEnd } from './lib/proc.mjs';
import { say, step } from './lib/progress.mjs';
import { serve } from './lib/serve.mjs';

const ROOM = 1234;
const given = (process.env.JANUS_URL ?? '').split(',').map((url) => url.trim()).filter(Boolean);
let janus;
let page;

const end = onEnd(async () => {
  await Promise.all([page?.close(), janus?.stop()]);
});

function instead() {
  return 'Or use a server you have, and install no Janus:\n  JANUS_URL=wss://your.server/janus npm start';
}

async function startServer() {
  if (given.length > 0) return given;
  await ensurePackages({ janus: 'janus' }, instead());
  janus = await step('Janus', () => startJanus({ dir: join(ROOT, '.janus') }));
  return [janus.ws, janus.http];
}

try {
  await build();
  const servers = await startServer();
  page = await serve({ root: ROOT, port: await choosePort(8080), config: { servers, room: ROOM } });
  say();
  say(`  Page      ${page.url}`);
  say(`  At once   ${page.url}?room=${ROOM}&name=Ada&join`);
  say(`  Examples  ${page.url}examples/`);
  for (const server of servers) say(`  Janus     ${server}`);
  say();
  say('Open the page in two tabs. Ctrl-C ends everything.');
  if (janus) {
    await janus.exited;
    if (!isEnding()) throw new Error(`Janus ended unexpectedly:\n${janus.log().split('\n').slice(-10).join('\n')}`);
  }
} catch (error) {
  console.error(`\n${error.message}`);
  await end(1);
}
