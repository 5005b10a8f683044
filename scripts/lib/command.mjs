/** The frame of every command: it ends in order, with a code, and says in a few words what went wrong. */
import { end, endInOrder, isEnding } from './ending.mjs';
import { extendPath } from './tools.mjs';

/** Runs a command; what it resolves to is the exit code. */
export async function command(work) {
  endInOrder();
  extendPath();
  try {
    await end(await work());
  } catch (error) {
    // What fails because we are ending is not worth a word.
    if (!isEnding()) console.error(`\n${error.message}`);
    await end(1);
  }
}
