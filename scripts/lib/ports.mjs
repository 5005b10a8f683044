/** Ports of this machine. */
import { createServer } from 'node:net';

/** Whether a port can be listened on; an address this machine does not have stands in nobody's way. */
function isFreeOn(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** Whether nothing listens on a port of the loopback interface; browsers try both of its addresses. */
export async function isFree(port) {
  return (await isFreeOn('127.0.0.1', port)) && isFreeOn('::1', port);
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
