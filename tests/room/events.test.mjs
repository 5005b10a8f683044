// Who listens hears what was told while they did, each thing once, and is let go at the end: without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moduleOf } from '../page/lib/module.mjs';

const { Emitter } = await moduleOf('events.ts', { define: { VERSION: '"test"' } });

class Teller extends Emitter {
  constructor() {
    super({ told: 0 });
  }

  tell(type, event = {}) {
    this.emit(type, event);
  }
}

/** What a promise comes to within this turn of the event loop, or that it is open. */
const outcome = (promise) => Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'open'))]);
const numbers = (results) => results.map(({ value }) => value.number);
const END = { done: true, value: undefined };

describe('listeners', () => {
  it('that an earlier one of the same event ends hear nothing of it, and those it adds begin with the next', () => {
    const teller = new Teller();
    const heard = [];
    teller.on('told', () => {
      heard.push('first');
      stop();
      if (heard.length === 1) teller.on('told', () => heard.push('late'));
    });
    const stop = teller.on('told', () => heard.push('ended'));
    teller.on('told', () => heard.push('last'));
    teller.tell('told');
    assert.deepEqual(heard, ['first', 'last']);
    teller.tell('told');
    assert.deepEqual(heard.slice(2), ['first', 'last', 'late']);
  });

  it('that a signal ends in the middle of an event hear nothing of it either', () => {
    const teller = new Teller();
    const controller = new AbortController();
    const heard = [];
    teller.on('told', () => controller.abort());
    teller.on('told', () => heard.push('ended'), { signal: controller.signal });
    teller.tell('told');
    assert.deepEqual(heard, []);
  });
});

describe('an iterator of events', () => {
  it('answers everybody who waits, in the order in which they asked', async () => {
    const teller = new Teller();
    const events = teller.events();
    const asked = [events.next(), events.next(), events.next()];
    for (const number of [1, 2, 3, 4]) teller.tell('told', { number });
    const all = await outcome(Promise.all([...asked, events.next()]));
    assert.notEqual(all, 'open');
    assert.deepEqual(numbers(all), [1, 2, 3, 4]);
  });

  for (const how of ['return', 'signal']) {
    it(`lets everybody go who waits when it ends: ${how}`, async () => {
      const teller = new Teller();
      const controller = new AbortController();
      const events = teller.events({ signal: controller.signal });
      const asked = [events.next(), events.next()];
      if (how === 'return') await events.return();
      else controller.abort();
      assert.deepEqual(await outcome(Promise.all(asked)), [END, END]);
      teller.tell('told');
      assert.deepEqual(await outcome(events.next()), END);
    });
  }

  it('gives what came before a signal ended it, and then ends', async () => {
    const teller = new Teller();
    const controller = new AbortController();
    const events = teller.events({ signal: controller.signal });
    teller.tell('told', { number: 1 });
    controller.abort();
    assert.deepEqual(numbers([await events.next()]), [1]);
    assert.deepEqual(await events.next(), END);
  });
});
