// Whatever happens to the connection, it comes back with everything on it or is closed and says why; nothing hangs.
import { after, before, describe, it } from 'node:test';
import { ACTIVITIES, plan } from './lib/plan.mjs';
import { describePlan, play } from './lib/run.mjs';
import { setChaosStage } from './lib/stage.mjs';

const LONG = Boolean(process.env.JANUS_WASM_LONG);
const ONLY = process.env.CHAOS_SEED;
const RUNS = LONG ? 200 : 12;
const AT_A_TIME = LONG ? 4 : 2;

function seededPlans() {
  if (ONLY !== undefined) return [plan(Number(ONLY))];
  return Array.from({ length: RUNS }, (_, index) => plan(index + 1));
}

/** Two seconds of nothing, as when a train goes through a tunnel: nothing may be lost by it. */
function stalls() {
  if (ONLY !== undefined) return [];
  const common = { fault: 'stall', after: 300, lasts: 2000 };
  return ['ws', 'http'].flatMap((transport) => ACTIVITIES.map((meanwhile) => ({ ...common, transport, meanwhile })));
}

describe('recovery', { concurrency: AT_A_TIME }, () => {
  let stage;

  before(async () => {
    stage = await setChaosStage();
  });

  after(() => stage?.close());

  for (const planned of [...stalls(), ...seededPlans()]) {
    it(describePlan(planned), async () => {
      const place = await stage.open();
      try {
        await play(place, planned);
      } finally {
        await place.close();
      }
    });
  }
});
