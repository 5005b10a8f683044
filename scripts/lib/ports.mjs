/** Ports of this machine. */
import { createServer } from 'node:net';

/** Whether nothing listens on a port of the loopback interface. */
export function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The wished port, or the next one that is free; those in `taken` are passed over and the result is added. */
export async function choosePort(wished, taken = new Set()) {
  for (let port = wished; port < wished + 500; port += 1) {
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${wished} and ${wished + 499}`);
}
