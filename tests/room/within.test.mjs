// Whatever a page does within a listener, it may do there: mute, publish, say something, leave, join.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, nothingLeft } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openSupport, setSupportStage } from './lib/support.mjs';

const [ADA, BOB] = [{ name: 'Ada' }, { name: 'Bob' }];
/** How long what was caused may take to be told before it is caused once more, ms. */
const PATIENCE = { timeout: 6_000 };
let room = 7400;

for (const kind of BROWSERS) {
  describe(`within events: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setSupportStage();
      browser = await launch(kind, { soundCard: true });
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    async function open() {
      room += 1;
      await createRoom(stage.janus, room, { notify_joining: true });
      call = await openSupport(browser, stage.site);
      for (const { name } of [ADA, BOB]) await call.create({ name, servers: stage.janus.ws });
    }

    /** What Bob does that Ada hears of; `turn` counts how often, for what just one thing tells is told once. */
    const bob = {
      chat: () => call.chat({ ...BOB, text: 'hello' }),
      attributes: (turn) => call.setAttributes({ ...BOB, changes: { turn: String(turn) } }),
      data: () => call.send({ ...BOB, data: 'data' }),
      file: () => call.sendFile({ ...BOB, length: 300_000 }),
      sound: (turn) => call.sound({ ...BOB, isOn: turn % 2 === 0 }),
      async camera(turn) {
        if (turn % 2 === 0) await call.mute({ ...BOB, of: 'camera' });
        else await call.unmute({ ...BOB, of: 'camera' });
      },
      async screen() {
        // There may be one from before.
        await call.unpublish({ ...BOB, of: 'screen' }).catch(() => undefined);
        await call.publish({ ...BOB, number: 21, source: 'screen' });
      },
      async third() {
        await call.create({ name: 'Cy', servers: stage.janus.ws });
        await call.join({ name: 'Cy', room });
        await call.leave({ name: 'Cy' });
      },
    };

    it('everything can be done, and all is as it was', async () => {
      await open();
      await call.actWithin(ADA);
      await call.join({ ...ADA, room, number: 17 });
      await call.join({ ...BOB, room, number: 19 });
      await call.hear(BOB);
      const told = () => call.toldWithin(ADA);
      for (const what of ['chat', 'attributes', 'sound', 'camera', 'screen', 'file', 'data', 'third']) await bob[what](0);
      const expected = ['chatMessage', 'attributesChanged', 'fileOffered', 'progress', 'dataReceived', 'trackMuted', 'participantLeft',
        'activeSpeakersChanged', 'localTrackPublished', 'localTrackUnpublished'];
      await until('all of it', async () => {
        const heard = await told();
        // What is sent is kept for nobody, and what is received is stopped within each event.
        if (!heard.includes('dataReceived')) await bob.data();
        if (!heard.includes('progress')) await bob.file();
        return expected.every((one) => heard.includes(one));
      }, { timeout: 60_000, explain: told });
      await call.setAttributes({ ...ADA, changes: { last: 'word' } });
      await until('her last word', async () => (await call.attributesOf({ ...BOB, of: 'Ada' }))?.last === 'word', { timeout: 60_000 });
      await call.unmute({ ...BOB, of: 'camera' });
      await until('Bob to be seen by Ada', async () => (await call.see({ ...ADA, of: 'Bob', what: 'camera' })).number === 19);
      assert.equal(await call.state(ADA), 'connected');
      for (const one of [ADA, BOB]) await call.leave(one);
      assert.deepEqual(call.page.complaints, []);
      await nothingLeft(stage.janus);
    });

    it('one may leave, and join again within having left', async () => {
      await open();
      await call.leaveWithin({ ...ADA, room });
      await call.join({ ...ADA, room });
      await call.join({ ...BOB, room, number: 19 });
      const within = { chatMessage: 'chat', attributesChanged: 'attributes', dataReceived: 'data', fileOffered: 'file', progress: 'file',
        trackPublished: 'screen', trackSubscribed: 'screen', trackMuted: 'camera', participantJoined: 'third', participantLeft: 'third',
        speakingChanged: 'sound', activeSpeakersChanged: 'sound' };
      for (const [event, what] of Object.entries(within)) {
        const stays = await call.leaveNext({ ...ADA, kind: event });
        const seen = () => call.whereabouts(ADA);
        for (let turn = 0; (await seen()).isDue; turn += 1) {
          assert.ok(turn < 10, `${event} was never heard`);
          await bob[what](turn);
          await until(event, async () => !(await seen()).isDue, PATIENCE).catch(() => undefined);
        }
        await until(`Ada to be back after ${event}`, async () => {
          const now = await seen();
          return now.stays > stays && now.state === 'connected';
        }, { explain: seen });
        await until('Bob to know of her', async () => 'Ada' in (await call.identities(BOB)));
      }
      assert.deepEqual(await call.endWithin(ADA), []);
      await call.leave(BOB);
      assert.deepEqual(call.page.complaints, []);
      await nothingLeft(stage.janus);
    });
  });
}
