// Any plugin by handles that carry its own words: the page makes peer connections, the library carries what they need.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, load } from './lib/janus-admin.mjs';
import { hearsAndSees } from './lib/media.mjs';
import { installPlugins } from './lib/plugins.mjs';
import { setStage } from './lib/stage.mjs';

const TRANSPORTS = ['ws', 'http'];
/** A page of the site on which nothing happens by itself. */
const QUIET_PAGE = 'examples/';
/** What TextRoom and Streaming say to an id they do not know. */
const NO_SUCH_TEXT_ROOM = 417;
const NO_SUCH_MOUNTPOINT = 455;

let stage;
let browsers;

before(async () => {
  // With it the server sends its candidates one by one too.
  stage = await setStage({ nat: { full_trickle: true } });
  browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
});

afterEach(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
  await endSessions(stage.janus);
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await stage?.close();
});

/** A page with a handle on a plugin and a peer connection of its own. */
async function attach(kind, transport, plugin) {
  const page = await browsers[kind].open(`${stage.site.url}${QUIET_PAGE}`, { init: installPlugins });
  await page.evaluate(({ server, plugin }) => globalThis.__plugin.attach(server, plugin),
    { server: stage.janus[transport], plugin: `janus.plugin.${plugin}` });
  return page;
}

/** Says something to the plugin; the answer as `{ data, jsep }`. */
function say(page, body) {
  return page.evaluate((body) => globalThis.__plugin.handle.send(body), body);
}

/** Waits for an event of the handle and returns it. */
function hears(page, type, fields = {}) {
  return page.waitFor(`the event ${type} ${JSON.stringify(fields)}`, ({ type, fields }) =>
    globalThis.__plugin.heard.find((event) => event.type === type
      && Object.entries(fields).every(([name, value]) => event[name] === value)), { type, fields });
}

async function nothingFailed(page) {
  assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
}

for (const kind of BROWSERS) {
  for (const transport of TRANSPORTS) {
    describe(`${kind} over ${transport}`, () => {
      it('EchoTest: what one sends comes back, until one hangs up', async () => {
        const page = await attach(kind, transport, 'echotest');
        const { data, jsep, candidates } = await page.evaluate(() => globalThis.__plugin.callEcho());
        assert.equal(data.result, 'ok');
        assert.equal(jsep, 'answer');
        assert.ok(candidates > 0, 'candidates of ours were sent one by one');
        await hears(page, 'webrtcup');
        await hears(page, 'media', { mid: '0', receiving: true });
        await hears(page, 'media', { mid: '1', receiving: true });
        const { candidate } = await hears(page, 'trickle');
        assert.match(candidate.candidate, /^candidate:.* typ host/);
        assert.equal(candidate.sdpMLineIndex, 0);
        await page.waitFor('the last of the server\'s candidates', () =>
          globalThis.__plugin.heard.some(({ type, candidate }) => type === 'trickle' && candidate.completed));
        // Chromium decodes sound only where it is played.
        await hearsAndSees(page, 1, { audio: 0 });

        await page.evaluate(() => globalThis.__plugin.handle.hangup());
        await hears(page, 'hangup', { reason: 'Janus API' });
        const { data: last } = await hears(page, 'event');
        assert.equal(last.result, 'done', 'what the plugin says unasked is heard');
        assert.equal((await say(page, { audio: false })).data.result, 'ok', 'the handle outlives the peer connection');
        await page.evaluate(() => globalThis.__plugin.handle.detach());
        assert.equal((await load(stage.janus)).handles, 0);
        const error = await page.evaluate(() => globalThis.__plugin.errorOf(globalThis.__plugin.handle.send({})));
        assert.deepEqual([error.code, error.status], ['handle-not-found', 459]);
        await nothingFailed(page);
      });

      it('TextRoom: the server offers, and a message comes back over the data channel', async () => {
        const page = await attach(kind, transport, 'textroom');
        const { data: made } = await say(page, { request: 'create', description: 'Chat', is_private: false });
        assert.equal(made.textroom, 'created');
        const { data: listed } = await say(page, { request: 'list' });
        assert.deepEqual(listed.list.map(({ room }) => room), [made.room]);

        const setup = await page.evaluate(() => globalThis.__plugin.answer({ request: 'setup' }, { request: 'ack' }));
        assert.deepEqual(setup, { offered: 'offer', data: { textroom: 'event', result: 'ok' } });
        await page.waitFor('the data channel to open', () => globalThis.__plugin.channel.readyState === 'open');
        await hears(page, 'webrtcup');
        const { room } = made;
        await write(page, { textroom: 'join', transaction: 'a', room, username: 'ada', display: 'Ada' });
        await reads(page, { textroom: 'success', transaction: 'a' });
        await write(page, { textroom: 'message', transaction: 'b', room, text: 'Is anybody there? 🦀' });
        await reads(page, { textroom: 'message', from: 'ada', text: 'Is anybody there? 🦀' });
        assert.equal((await say(page, { request: 'destroy', room })).data.textroom, 'destroyed');
        await nothingFailed(page);
      });

      it('Streaming: a stream is made, watched and taken away', async () => {
        const page = await attach(kind, transport, 'streaming');
        assert.deepEqual((await say(page, { request: 'list' })).data, { streaming: 'list', list: [] });
        const media = [{ type: 'audio', mid: 'a', port: 0, pt: 111, codec: 'opus' }];
        const { data: made } = await say(page, { request: 'create', type: 'rtp', name: 'Radio', media });
        assert.equal(made.streaming, 'created');
        const { id } = made.stream;

        const watch = { request: 'watch', id };
        const watched = await page.evaluate((watch) =>
          globalThis.__plugin.answer(watch, { request: 'start' }), watch);
        assert.equal(watched.offered, 'offer');
        assert.equal(watched.data.streaming, 'event');
        await hears(page, 'webrtcup');
        assert.equal((await say(page, { request: 'destroy', id })).data.streaming, 'destroyed');
        await hears(page, 'hangup');
        await nothingFailed(page);
      });

      it('what a plugin refuses is its own word, no exception', async () => {
        const chat = await attach(kind, transport, 'textroom');
        const { data: unknown } = await say(chat, { request: 'listparticipants', room: 404 });
        assert.deepEqual([unknown.textroom, unknown.error_code], ['error', NO_SUCH_TEXT_ROOM]);
        assert.match(unknown.error, /404/);
        const radio = await attach(kind, transport, 'streaming');
        // Asynchronous: the refusal is an event.
        const { data: silent } = await say(radio, { request: 'watch', id: 404 });
        assert.deepEqual([silent.streaming, silent.error_code], ['event', NO_SUCH_MOUNTPOINT]);
      });

      it('a plugin the server does not have is an error of its own', async () => {
        const page = await attach(kind, transport, 'echotest');
        const error = await page.evaluate(() =>
          globalThis.__plugin.errorOf(globalThis.__plugin.session.attach('janus.plugin.crystalball')));
        assert.deepEqual([error.typed, error.code, error.status, error.request],
          [true, 'plugin-not-found', 460, 'attach']);
        assert.equal((await say(page, { audio: true })).data.result, 'ok', 'the session goes on');
      });
    });
  }
}

function write(page, message) {
  return page.evaluate((text) => globalThis.__plugin.channel.send(text), JSON.stringify(message));
}

/** Waits for a message of the data channel. */
function reads(page, fields) {
  return page.waitFor(`the message ${JSON.stringify(fields)}`, (fields) =>
    globalThis.__plugin.read.find((message) =>
      Object.entries(fields).every(([name, value]) => message[name] === value)), fields);
}
