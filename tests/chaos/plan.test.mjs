// The runs are made up by chance that can be repeated, and leave nothing out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIVITIES, FAULT_NAMES, inflict, plan } from './lib/plan.mjs';
import { Random } from './lib/random.mjs';
import { startEcho } from './lib/servers.mjs';
import { startProxy } from './lib/proxy.mjs';

const seeds = (count) => Array.from({ length: count }, (_, index) => index + 1);
const distinct = (list) => [...new Set(list)].sort();

describe('chance', () => {
  it('repeats itself for the same seed, and only for the same', () => {
    const numbers = (seed) => {
      const random = new Random(seed);
      return seeds(20).map(() => random.next());
    };
    assert.deepEqual(numbers(7), numbers(7));
    assert.notDeepEqual(numbers(7), numbers(8));
  });

  it('is the generator it says it is', () => {
    const random = new Random(0);
    assert.deepEqual([random.next(), random.next()], [0.26642920868471265, 0.0003297457005828619]);
  });

  it('gives every whole number of a range, and no other', () => {
    const random = new Random(1);
    assert.deepEqual(distinct(seeds(200).map(() => random.integer(3, 6))), [3, 4, 5, 6]);
  });

  it('follows the weights', () => {
    const random = new Random(1);
    const drawn = seeds(4000).map(() => random.weighted({ often: 3, seldom: 1, never: 0 }));
    const often = drawn.filter((name) => name === 'often').length;
    assert.deepEqual(distinct(drawn), ['often', 'seldom']);
    assert.ok(often > 2850 && often < 3150, `${often} of 4000`);
  });
});

describe('plans', () => {
  it('are the same for the same seed', () => {
    for (const seed of seeds(50)) assert.deepEqual(plan(seed), plan(seed));
  });

  it('of a long suite have every fault over every transport it is for, and under everything that goes on', () => {
    const plans = seeds(200).map(plan);
    for (const fault of FAULT_NAMES) {
      const those = plans.filter((one) => one.fault === fault);
      const transports = ['garbage', 'unknownKind'].includes(fault) ? ['ws'] : ['http', 'ws'];
      assert.deepEqual(distinct(those.map(({ transport }) => transport)), transports, fault);
      assert.deepEqual(distinct(those.map(({ meanwhile }) => meanwhile)), distinct(ACTIVITIES), fault);
    }
  });

  it('of a short suite differ', () => {
    assert.ok(distinct(seeds(12).map((seed) => plan(seed).fault)).length >= 6);
  });

  it('are quick, and stalls short enough to be survived', () => {
    for (const { fault, after, lasts } of seeds(1000).map(plan)) {
      assert.ok(after <= 1500 && lasts <= (fault === 'stall' ? 2000 : 4000));
    }
  });

  it('can all be done to a proxy', async () => {
    const echo = await startEcho();
    const proxy = await startProxy({ target: echo.target });
    for (const one of seeds(200).map(plan)) inflict(one, proxy);
    proxy.heal();
    await proxy.close();
    await echo.close();
  });
});
