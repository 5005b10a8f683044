/** A real TURN server, on this machine only. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../page/lib/stage.mjs';
import { until } from '../../page/lib/wait.mjs';

/** Where Janus is too: it takes no candidates of the loopback interface where there is another. */
const HOST = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address
  ?? '127.0.0.1';

/** Whether somebody listens there. */
async function answers(port) {
  const socket = connect(port, HOST);
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

/** Starts one that knows one user. */
export async function startTurn({ username, credential }) {
  const directory = await mkdtemp(join(tmpdir(), 'janus-turn-test-'));
  const port = await freePort();
  const server = spawn('turnserver', [
    '-n', '--no-tls', '--no-dtls', '--no-cli', '--lt-cred-mech', '--realm', 'test', '--user', `${username}:${credential}`,
    '--listening-ip', HOST, '--listening-port', port, '--relay-ip', HOST, '--allow-loopback-peers',
    '--min-port', 40_000, '--max-port', 40_999, '--log-file', join(directory, 'log'), '--simple-log',
    '--pidfile', join(directory, 'pid'), '--userdb', join(directory, 'db'),
  ].map(String), { stdio: 'ignore' });
  await until('the TURN server to answer', () => answers(port));
  return {
    url: `turn:${HOST}:${port}?transport=udp`,
    async close() {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(directory, { recursive: true });
    },
  };
}
