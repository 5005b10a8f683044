// What lasts as long as a call begins once for each call, whenever it is loaded: without a browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { LivePort } from './lib/live-module.mjs';

/** Everything that was asked for has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('what lasts as long as a call', () => {
  let told;
  let reported;
  let port;

  beforeEach(() => {
    told = [];
    reported = [];
    let count = 0;
    globalThis.reportError = (error) => reported.push(error.message);
    globalThis.__live = {
      enliven() {
        const nth = (count += 1);
        told.push(`begins ${nth}`);
        return () => told.push(`ends ${nth}`);
      },
    };
    port = new LivePort({ states: [] });
  });

  const become = (...states) => states.forEach((state) => port.follow({ state }));

  it('begins once for a call that falls out and comes back, and ends with it', async () => {
    become('connecting', 'connected');
    await settled();
    become('reconnecting', 'connected', 'reconnecting', 'connected');
    await settled();
    assert.deepEqual(told, ['begins 1']);
    become('disconnected');
    await settled();
    assert.deepEqual(told, ['begins 1', 'ends 1']);
  });

  it('begins for the last call alone when calls are shorter than loading', async () => {
    become('connected', 'disconnected', 'connected', 'disconnected', 'connected');
    await settled();
    assert.deepEqual(told, ['begins 1']);
    become('disconnected', 'connected');
    await settled();
    assert.deepEqual(told, ['begins 1', 'ends 1', 'begins 2']);
    become('disconnected', 'connected', 'disconnected');
    await settled();
    assert.deepEqual(told, ['begins 1', 'ends 1', 'begins 2', 'ends 2']);
  });

  it('is tried again when it could not be loaded', async () => {
    const { enliven } = globalThis.__live;
    globalThis.__live.enliven = () => {
      throw new Error('not now');
    };
    become('connected');
    await settled();
    globalThis.__live.enliven = enliven;
    become('reconnecting', 'connected');
    await settled();
    assert.deepEqual([told, reported], [['begins 1'], ['not now']]);
    become('disconnected');
    await settled();
    assert.deepEqual(told, ['begins 1', 'ends 1']);
  });
});
