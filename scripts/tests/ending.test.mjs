// However a command ends, what it has started ends with it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const LIB = new URL('../lib/', import.meta.url);

/** A command with a guarded child and one that left for a session of its own; it says their process ids. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { endInOrder } from '${LIB}ending.mjs';
import { startGuarded } from '${LIB}proc.mjs';
endInOrder();
const guarded = startGuarded('sh', ['-c', 'echo $$; exec sleep 20']);
guarded.stdout.on('data', (text) => console.log('guarded', String(text).trim()));
const far = spawn('sh', ['-c', 'setsid sleep 20 & echo $!; sleep 0.1'], { detached: true });
far.stdout.on('data', (text) => console.log('far', String(text).trim()));
`;

async function started() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const pid = (name) => Number(new RegExp(`^${name} (\\d+)\n`, 'm').exec(said)?.[1] ?? 0);
  while (!pid('guarded') || !pid('far')) await pause(20);
  return { child, guarded: pid('guarded'), far: pid('far') };
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid) {
  for (const deadline = Date.now() + 6000; Date.now() < deadline; await pause(50)) if (!isThere(pid)) return true;
  return false;
}

describe('ending', { skip: process.platform !== 'linux' }, () => {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    it(`${signal} leaves nothing`, async () => {
      const { child, guarded, far } = await started();
      assert.ok(isThere(guarded) && isThere(far));
      child.kill(signal);
      assert.equal((await once(child, 'exit'))[0], code);
      assert.ok(await gone(guarded), 'the guarded child is gone');
      assert.ok(await gone(far), 'so is what left our process group');
    });
  }

  it('SIGKILL leaves nothing that is guarded', async () => {
    const { child, guarded, far } = await started();
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(await gone(guarded));
    process.kill(far);
  });
});
