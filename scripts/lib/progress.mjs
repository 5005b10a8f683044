/**
 * What people see while things take time. It goes to standard error, so that standard output stays what the commands
 * were asked for.
 */
const out = process.stderr;
const interactive = out.isTTY === true;
const elapsed = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** One line for one step: what it is, a running clock, and how long it took. */
export async function step(label, work) {
  const began = performance.now();
  let timer;
  if (interactive) {
    const tick = () => out.write(`\r\x1b[K… ${label} ${elapsed(began)}`);
    tick();
    timer = setInterval(tick, 200);
  } else {
    out.write(`… ${label}\n`);
  }
  const finish = (mark) => {
    clearInterval(timer);
    out.write(`${interactive ? '\r\x1b[K' : ''}${mark} ${label} (${elapsed(began)})\n`);
  };
  try {
    const result = await work();
    finish('✔');
    return result;
  } catch (error) {
    finish('✘');
    throw error;
  }
}

/** A line of progress. */
export function note(text = '') {
  out.write(`${text}\n`);
}

/** A line of the result. */
export function say(text = '') {
  process.stdout.write(`${text}\n`);
}
