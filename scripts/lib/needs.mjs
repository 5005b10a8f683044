/**
 * What a machine may lack. A need is { lacks, install }: `lacks` resolves to what is missing in words, or to nothing,
 * and throws with advice if it cannot be had; `install` gets it.
 */
import { note } from './progress.mjs';

/** Tries each; what failed and why. */
async function failures(needs, work) {
  const failed = new Map();
  for (const need of needs) {
    try {
      await work(need);
    } catch (error) {
      failed.set(need, error);
    }
  }
  return failed;
}

const together = (failed) => new Error([...failed.values()].map((error) => error.message).join('\n\n'));

/**
 * Checks all the needs, says what is missing and installs it. With `goOn`, what cannot be had keeps nothing else from
 * being installed, and is returned with the reason; without, it is thrown before anything is installed.
 */
export async function ensure(needs, { goOn = false } = {}) {
  const missing = new Map();
  const impossible = await failures(new Set(needs), async (need) => {
    const what = await need.lacks();
    if (what) missing.set(need, what);
  });
  if (impossible.size > 0 && !goOn) throw together(impossible);
  if (missing.size > 0) {
    note('Missing here, to be installed now:');
    for (const what of missing.values()) note(`  ${what}`);
  }
  const failed = await failures(missing.keys(), (need) => need.install());
  if (failed.size > 0 && !goOn) throw together(failed);
  return new Map([...impossible, ...failed]);
}
