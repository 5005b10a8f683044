/** What decides in checks and reports, as modules of node: they know no browser. */
import { moduleOf } from '../../page/lib/module.mjs';

export const scrubbing = await moduleOf('live/scrub.ts');
export const verdicts = await moduleOf('check/verdicts.ts');
export const { simulate } = await moduleOf('live/simulate.ts', { define: { VERSION: '"test"' } });
