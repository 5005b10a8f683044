import type { CheckOptions, CheckReport } from './check/types.js';

/**
 * Finds out whether a call would work from here: whether the servers can be reached, which ways media has, and whether
 * media really comes back from Janus. Asks nobody for a camera, and leaves nothing on the server.
 *
 * @example
 * const { verdict, steps } = await checkConnection({ servers, iceServers, onStep: ({ text }) => show(text) });
 */
export async function checkConnection(options: CheckOptions): Promise<CheckReport> {
  const { check } = await import('./check/index.js');
  return check(options);
}
