/** What people see while things take time. */

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const interactive = process.stdout.isTTY === true;

/** One line for one step: what it is, a running clock, and how long it took. */
export async function step(label, work) {
  const began = performance.now();
  const line = (state) => `${state} ${label}`;
  let timer;
  if (interactive) {
    process.stdout.write(line('…'));
    timer = setInterval(() => process.stdout.write(`\r${line('…')} ${seconds(began)} `), 200);
  } else {
    process.stdout.write(`${line('…')}\n`);
  }
  const finish = (mark) => {
    clearInterval(timer);
    process.stdout.write(`${interactive ? '\r\x1b[K' : ''}${line(mark)} (${seconds(began)})\n`);
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

export function say(text = '') {
  process.stdout.write(`${text}\n`);
}
