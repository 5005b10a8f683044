// Media that goes through TURN servers alone, and credentials that are refreshed in a call.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, sees, setCallStage } from './lib/call.mjs';
import { startTurn } from './lib/turn.mjs';

const ROOM = 1234;
const VIEW = { name: 'Bob', of: 'Ada' };
const USER = { username: 'ada', credential: 'lovelace' };

for (const kind of BROWSERS) {
  describe(`relays: ${kind}`, () => {
    let stage;
    let browser;
    let turn;
    let call;

    before(async () => {
      stage = await setCallStage();
      browser = await launch(kind);
      turn = await startTurn(USER);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await turn?.close();
      await stage?.close();
    });

    async function create(credential) {
      call = await openCalls(browser, stage.site);
      const iceServers = [{ urls: turn.url, ...USER, credential }];
      const relayed = { iceServers, iceTransportPolicy: 'relay' };
      await call.create({ name: 'Ada', servers: stage.janus.ws, ...relayed });
      await call.create({ name: 'Bob', servers: stage.janus.ws, ...relayed });
    }

    it('carry everything where nothing else may', async () => {
      await create(USER.credential);
      await call.join({ name: 'Ada', room: ROOM, number: 17 });
      await call.join({ name: 'Bob', room: ROOM });
      await sees(call, VIEW, 17);
      assert.deepEqual(await call.ways({ name: 'Ada' }), ['relay']);
      assert.deepEqual(await call.ways({ name: 'Bob' }), ['relay']);
    });

    it('are found again with new credentials', async () => {
      await create('forgotten');
      await call.join({ name: 'Ada', room: ROOM, number: 18 });
      await call.join({ name: 'Bob', room: ROOM });
      await until('the search for a way to end', async () => (await call.gathered({ name: 'Ada' })) === 'complete');
      assert.deepEqual(await call.ways({ name: 'Ada' }), [], 'there is no way yet');
      for (const name of ['Ada', 'Bob']) {
        await call.setIceServers({ name, iceServers: [{ urls: turn.url, ...USER }] });
        await call.restartIce({ name });
      }
      await sees(call, VIEW, 18);
      assert.equal(await call.trackCount({ name: 'Bob' }), 1);
    });
  });
}
