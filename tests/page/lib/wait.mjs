/**
 * Waiting for conditions. Nothing here sleeps until something is probably done: a probe is asked again and
 * again until it holds, and when it never does the failure says what was awaited and what was seen last.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

const INTERVAL_MS = 100;
export const DEFAULT_TIMEOUT_MS = 40_000;

/**
 * Asks `probe` until it returns something truthy and resolves with that.
 *
 * A probe that throws counts as "not yet"; its error is shown when time is up.
 *
 * @param {string} what the awaited condition, as a sentence without a subject: "both tiles to be there"
 * @param {() => unknown} probe
 * @param {{ timeout?: number, explain?: () => unknown }} [options] `explain` adds what was seen to the failure
 */
export async function until(what, probe, { timeout = DEFAULT_TIMEOUT_MS, explain } = {}) {
  const deadline = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) {
        return last;
      }
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(await failureText(what, timeout, last, explain));
    }
    await pause(INTERVAL_MS);
  }
}

/**
 * Asks `probe` again and again for so many milliseconds: it must give something truthy every time. For what would go
 * wrong by itself, and after a while.
 */
export async function stays(what, probe, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(INTERVAL_MS)) {
    if (!(await probe())) {
      throw new Error(`${what} was so no longer, ${end - Date.now()} ms before the end of ${ms} ms`);
    }
  }
}

/** Waits until `read` gives the same twice, so many milliseconds apart, and resolves with that. `options` as for `until`. */
export async function untilSteady(what, read, ms, options) {
  let value;
  await until(`${what} to stay as it is`, async () => {
    value = await read();
    await pause(ms);
    return (await read()) === value;
  }, options);
  return value;
}

async function failureText(what, timeout, last, explain) {
  const lines = [`waited ${timeout} ms for ${what}`, `last answer: ${show(last)}`];
  if (explain) {
    try {
      lines.push(`seen: ${show(await explain())}`);
    } catch (error) {
      lines.push(`(nothing could be seen: ${error.message})`);
    }
  }
  return lines.join('\n');
}

function show(value) {
  if (value instanceof Error) {
    return value.message;
  }
  return typeof value === 'string' ? value : inspect(value, { depth: 6, breakLength: 110 });
}
