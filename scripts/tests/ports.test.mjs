// Taken ports are stepped around.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { choosePort, isFree } from '../lib/ports.mjs';

function listen(host, port = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

describe('ports', () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
    it(`one taken on ${host} is passed over`, async (test) => {
      const server = await listen(host).catch((error) => test.skip(`no ${host} here: ${error.code}`));
      if (server === undefined) return;
      const { port } = server.address();
      assert.equal(await isFree(port), false);
      assert.ok((await choosePort(port)) > port);
      await new Promise((resolve) => server.close(resolve));
      assert.equal(await isFree(port), true);
    });
  }

  it('two choices of one caller differ', async () => {
    const taken = new Set();
    assert.notEqual(await choosePort(40_000, taken), await choosePort(40_000, taken));
  });
});
