/** What lasts for all tests of a suite, and what each of them begins without. */
import { after, afterEach, before } from 'node:test';
import { launch } from './browser.mjs';
import { endSessions } from './janus-admin.mjs';

/**
 * Within a suite: the `stage` that `set` makes, and the `browser` of this kind, opened with these `options`, once its tests
 * run. Each begins without the pages and the sessions of the one before.
 */
export function onStage(kind, set, options) {
  const on = {};

  before(async () => {
    on.stage = await set();
    on.browser = await launch(kind, options);
  });

  afterEach(async () => {
    await on.browser.closePages();
    await endSessions(on.stage.janus);
  });

  after(async () => {
    await on.browser?.close();
    await on.stage?.close();
  });

  return on;
}
