// A publisher in a room on one Janus, shown in a room on another: a browser there decodes the pictures.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { launch } from '../page/lib/browser.mjs';
import { endSessions } from '../page/lib/janus-admin.mjs';
import { TestJanus } from '../page/lib/stage.mjs';
import { openDriver, serveDriver } from './lib/driver.mjs';

const ROOM = 1234;
const SECRET = 'adminpwd';

describe('a link between two servers', () => {
  let servers;
  let site;
  let browsers;
  let pages;

  before(async () => {
    site = await serveDriver();
    browsers = { ada: await launch('chromium'), bob: await launch('firefox'), operator: await launch('chromium') };
  });

  beforeEach(async () => {
    const options = { reclaimSessionTimeout: 30 };
    servers = [await TestJanus.start(options), await TestJanus.start(options)];
    pages = {};
    for (const [name, browser] of Object.entries(browsers)) pages[name] = await openDriver(browser, { site });
  });

  afterEach(async () => {
    await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
    await Promise.all(servers.map((server) => server.remove()));
  });

  after(async () => {
    await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
    await site?.close();
  });

  const drive = (who, name, argument = {}) => pages[who].evaluate(
    ({ name, argument }) => globalThis.__drive('linking', name, argument), { name, argument });

  /** Ada publishes on the first server, Bob is in the same room on the second, and an operator links the two. */
  async function linked(more = {}) {
    const [a, b] = servers;
    const publisherId = await drive('ada', 'publish', { server: a.ws, room: ROOM });
    await drive('bob', 'watch', { server: b.http, room: ROOM });
    const options = { from: a.ws, to: b.ws, room: ROOM, publisherId, secret: SECRET, ...more };
    const made = await drive('operator', 'link', options);
    assert.equal(made.state, 'linked');
    return { publisherId, id: made.id, options };
  }

  const traces = (publisherId) => drive('operator', 'traces', { room: ROOM, publisherId, secret: SECRET });

  it('shows the publisher there, follows what it does, and takes it away when it goes', async () => {
    const { publisherId, id } = await linked();
    assert.equal(id, publisherId, 'the same participant id on both');
    const [ada] = await drive('bob', 'people', { count: 1 });
    assert.equal(ada.display, 'Ada');
    assert.deepEqual(ada.streams.map(({ type, description }) => [type, description]),
      [['audio', undefined], ['video', 'camera'], ['data', undefined]]);
    await drive('bob', 'see', { substream: 1 });
    await drive('ada', 'describe', { description: 'screen' });
    await drive('bob', 'untilPeople', { text: 'screen' });
    await drive('ada', 'rename', { display: 'Ada L.' });
    await drive('bob', 'untilNamed', { name: 'Ada L.' });

    await drive('ada', 'hangUp');
    await drive('operator', 'untilState', { state: 'waiting' });
    await drive('bob', 'people', { count: 0 });
    await drive('ada', 'publishAgain');
    await drive('operator', 'untilState', { state: 'linked' });
    await drive('bob', 'people', { count: 1 });
    await drive('bob', 'see');

    await drive('ada', 'leave');
    await drive('operator', 'untilState', { state: 'ended' });
    await drive('bob', 'people', { count: 0 });
    const { states } = await drive('operator', 'look');
    assert.deepEqual(states.filter(([, error]) => error !== null), [], 'nothing went wrong');
  });

  it('takes the place of one that was left behind, again and again', async () => {
    const { publisherId, options } = await linked();
    assert.equal(await drive('operator', 'replace', { times: 5, options }), 'linked');
    assert.equal((await drive('bob', 'people', { count: 1 }))[0].id, publisherId);
    await drive('bob', 'see');
    assert.equal((await traces(publisherId)).length, 1, 'those before took theirs away');
    await drive('operator', 'closeLink');
    await drive('bob', 'people', { count: 0 });
  });

  it('shows what comes later, over REST and with texts for ids', async () => {
    await Promise.all(servers.map((server) => server.remove()));
    servers = [await TestJanus.start({ stringIds: true }), await TestJanus.start({ stringIds: true })];
    const [a, b] = servers;
    const own = { room: 'weekly', secret: SECRET, videocodec: 'vp9' };
    const publisherId = await drive('ada', 'publishSound', { server: a.ws, id: 'ada', ...own });
    await drive('bob', 'createRoom', { server: b.http, ...own });
    await drive('bob', 'watch', { server: b.http, room: own.room });
    const options = { from: a.http, to: b.http, room: own.room, publisherId, secret: SECRET };
    assert.deepEqual(await drive('operator', 'link', options), { state: 'linked', id: 'ada' });
    const kinds = async () => (await drive('bob', 'people', { count: 1 }))[0].streams.map(({ type, codec }) => [type, codec]);
    assert.deepEqual(await kinds(), [['audio', 'opus']]);
    for (const description of ['camera', 'screen']) {
      await drive('ada', 'addPicture', { description });
      await drive('bob', 'untilPeople', { text: description });
      await drive('bob', 'see');
    }
    assert.deepEqual(await kinds(), [['audio', 'opus'], ['video', 'vp9'], ['video', 'vp9']]);
    await drive('ada', 'rename', { display: 'Ada L.' });
    await drive('bob', 'untilNamed', { name: 'Ada L.' });

    await drive('ada', 'hangUp');
    await drive('operator', 'untilState', { state: 'waiting' });
    await drive('bob', 'people', { count: 0 });
    await drive('ada', 'leave');
    await drive('operator', 'untilState', { state: 'ended' });
    const { states } = await drive('operator', 'look');
    assert.deepEqual(states.filter(([, error]) => error !== null), [], 'nothing went wrong');
  });

  it('is taken away by whoever made it', async () => {
    const { publisherId } = await linked({ id: 99, display: 'Ada, from afar' });
    const [ada] = await drive('bob', 'people', { count: 1 });
    assert.deepEqual([ada.id, ada.display], [99, 'Ada, from afar']);
    assert.equal((await traces(publisherId)).length, 1);
    await drive('operator', 'closeLink');
    await drive('bob', 'people', { count: 0 });
    assert.deepEqual(await traces(publisherId), []);
    for (const page of Object.values(pages)) await page.close();
    for (const server of servers) await endSessions(server);
  });

  it('ends when the copy is sent out of the other room', async () => {
    const { publisherId, id } = await linked();
    await drive('bob', 'people', { count: 1 });
    await drive('bob', 'kick', { id, secret: SECRET });
    await drive('operator', 'untilState', { state: 'ended' });
    assert.deepEqual(await traces(publisherId), []);
  });

  it('stays when the way to both servers is cut, and nobody is there twice', async () => {
    const proxies = [];
    for (const { ports } of servers) proxies.push(await startProxy({ target: { host: '127.0.0.1', port: ports.ws } }));
    try {
      const [from, to] = proxies.map((proxy) => proxy.url('ws'));
      const { publisherId } = await linked({ from, to });
      const before = await drive('bob', 'present');
      assert.equal(before, 3, 'the copy, Bob, and who looks on');
      for (const proxy of proxies) proxy.faults.reset();
      await drive('operator', 'untilResumed', { times: 2 });
      await drive('bob', 'untilPresent', { count: before });
      assert.equal((await drive('operator', 'look')).state, 'linked');
      // What happens after that is heard again.
      await drive('ada', 'leave');
      await drive('operator', 'untilState', { state: 'ended' });
      await drive('bob', 'people', { count: 0 });
      assert.equal(await traces(publisherId), 'feed-not-found');
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    }
  });

  it('is made again after the other server died and came back', async () => {
    const { publisherId } = await linked();
    await servers[1].kill();
    await servers[1].start();
    await drive('operator', 'untilStates', { states: ['waiting', 'linked'] });
    assert.equal((await traces(publisherId)).length, 1);
    pages.bob = await openDriver(browsers.bob, { site });
    await drive('bob', 'watch', { server: servers[1].ws, room: ROOM });
    await drive('bob', 'people', { count: 1 });
    await drive('bob', 'see');
  });

  it('ends there when this server died', async () => {
    await linked();
    await drive('bob', 'people', { count: 1 });
    await servers[0].kill();
    await servers[0].start();
    await drive('operator', 'untilState', { state: 'waiting' });
    // The room is there again, and the publisher is not.
    await drive('bob', 'people', { count: 0 });
  });

  it('can be closed while the other server is away, and says what may be left', async () => {
    await linked();
    await servers[1].kill();
    assert.equal(await drive('operator', 'closeFails'), 'timeout');
    assert.equal((await drive('operator', 'look')).state, 'ended');
  });

  it('says why there can be none', async () => {
    const { options } = await linked();
    const fails = (more) => drive('operator', 'linkFails', { ...options, ...more });
    assert.deepEqual(await fails({}), { code: 'id-taken', status: 436 });
    assert.deepEqual(await fails({ publisherId: 7 }), { code: 'feed-not-found', status: undefined });
    assert.deepEqual(await fails({ secret: 'wrong', id: 5 }), { code: 'unauthorized', status: 433 });
    assert.equal((await drive('bob', 'people', { count: 1 })).length, 1, 'the one that is there stays');
  });
});
