/** Processes of others, as the system has them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Everybody's parent. */
function parents() {
  const all = new Map();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      // What is in brackets is the program's name, and may be anything.
      const [, , parent] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, ')').split(' ');
      all.set(Number(name), Number(parent));
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

/** A process, and all that came of it. */
export function family(pid) {
  const all = parents();
  const found = [pid];
  for (const one of found) for (const [child, parent] of all) if (parent === one) found.push(child);
  return found;
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Stops a process and all that came of it, as a machine that sleeps does, or has them go on. */
export function setAsleep(pid, asleep) {
  const done = new Set();
  // Until the last one is stopped, there may be more.
  for (let left = family(pid); left.length > 0; left = family(pid).filter((one) => !done.has(one))) {
    for (const one of left) {
      send(one, asleep ? 'SIGSTOP' : 'SIGCONT');
      done.add(one);
    }
  }
}
