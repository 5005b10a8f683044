// What is called off, asked at the wrong time, or said while the connection is away.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from '../page/lib/browser.mjs';
import { openDriver, setDriverStage } from './lib/driver.mjs';

describe('wishes at a bad moment', () => {
  let stage;
  let browser;
  let page;

  const drive = (name, argument = {}) =>
    page.evaluate(({ name, argument }) => globalThis.__drive('wishes', name, argument), { name, argument });

  before(async () => {
    stage = await setDriverStage({ reclaimSessionTimeout: 30 });
    browser = await launch('chromium');
    page = await openDriver(browser, stage);
    await drive('open', { server: stage.janus.ws, room: 77, feeds: [1, 2, 3] });
  });

  after(async () => {
    await browser?.close();
    await stage?.close();
  });

  it('what is called off before it began is not sent', async () => {
    assert.deepEqual(await drive('calledOffBefore'), { come: 20, sent: [], exists: true });
  });

  it('what is called off on its way brings its offer all the same', async () => {
    assert.deepEqual(await drive('calledOffOnTheWay'), { come: 20, lines: 2, another: 'offer' });
  });

  it('what Janus would never answer is refused, until the offer is answered', async () => {
    assert.deepEqual(await drive('beforeTheAnswer'),
      { update: 'invalid-state', wrong: 'invalid-argument', restart: 'invalid-state' });
  });

  it('leaving while the connection is away leaves nobody behind', async () => {
    assert.deepEqual(await drive('leaveWhileAway'), { come: 'done', again: 'done', here: [1, 2, 3] });
  });

  it('what the core refuses has the name of the request, not of the message it travelled in', async () => {
    assert.deepEqual(await drive('refusedByTheCore'), { code: 'handle-not-found', request: 'listparticipants' });
  });

  it('the list of publishers says what a moderator muted', async () => {
    assert.equal(await drive('moderatedInTheList'), true);
  });
});
