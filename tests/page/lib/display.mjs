/** A display nobody looks at, for a browser that shares a screen only where there is one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Starts one; `name` goes into `DISPLAY`. */
export async function openDisplay() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit').then(() => {
    throw new Error('Xvfb did not start');
  });
  const [number] = await Promise.race([once(server.stdio[3], 'data'), ended]);
  ended.catch(() => undefined);
  return {
    name: `:${String(number).trim()}`,
    async close() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}
