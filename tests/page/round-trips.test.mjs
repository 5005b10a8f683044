// A transport of the page's own carries everything, and shows that joining takes as few round trips as it can.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, publishing, sessions } from './lib/janus-admin.mjs';
import { hearsAndSees } from './lib/media.mjs';
import { enter } from './lib/room.mjs';
import { installRounds } from './lib/rounds.mjs';
import { setStage } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const ROOM = 1234;
/** A page of the site on which nothing happens by itself. */
const QUIET_PAGE = 'examples/';

let stage;
let browsers;

before(async () => {
  stage = await setStage({ reclaimSessionTimeout: 30 });
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

function quietPage(kind) {
  return browsers[kind].open(`${stage.site.url}${QUIET_PAGE}`, { init: installRounds });
}

/** Begins to join, with a camera that is open already unless the room opens `devices`; flights leave one by one. */
async function beginToJoin(page, devices) {
  await page.evaluate(async ({ server, room: id, devices }) => {
    const { Room, createLocalTracks } = await import('/dist/index.js');
    const bring = devices ?? { tracks: await createLocalTracks({ camera: true }) };
    // Signs of life would be flights of their own.
    const connection = { transport: globalThis.__rounds.transport, probeInterval: 60_000 };
    const room = new Room({ servers: server, ...connection });
    globalThis.told = [];
    const tell = (what) => globalThis.told.push(`${what} after ${globalThis.__rounds.ended}`);
    room.on('localTrackPublished', () => tell('published'));
    room.on('trackSubscribed', ({ track }) => {
      tell('subscribed');
      document.body.append(track.attach());
    });
    room.join({ room: id, display: 'Ada', ...bring }).then(() => tell('joined'), (error) => tell(error.message));
  }, { server: stage.janus.ws, room: ROOM, devices });
  await page.waitFor('the offer to be ready', () =>
    globalThis.__witness.connections()[0]?.applied.includes('local offer'));
}

/** One round: exactly these requests gather, leave together, and the answers are back. */
async function round(page, ...requests) {
  const nth = await page.evaluate(() => globalThis.__rounds.ended + 1);
  await page.waitFor(`flight ${nth}: ${requests.join(', ')}`,
    (count) => globalThis.__rounds.gathered.length >= count, requests.length);
  assert.deepEqual(await page.evaluate(() => globalThis.__rounds.gathered), requests, `flight ${nth}`);
  await page.evaluate(() => globalThis.__rounds.depart());
  await page.waitFor(`flight ${nth} to be answered`, (nth) => globalThis.__rounds.ended === nth, nth);
  return page.evaluate(() => globalThis.__rounds.flights.at(-1));
}

function tells(page, what, times = 1) {
  return page.waitFor(`"${what}" to be told ${times} times`,
    ([what, times]) => globalThis.told.filter((one) => one === what).length === times, [what, times]);
}

describe('joining', () => {
  for (const kind of BROWSERS) {
    for (const [what, devices] of [['a camera'], ['camera and microphone, which it opens', { camera: true, microphone: true }]]) {
      it(`alone, with ${what}: in the room and published after two round trips: ${kind}`, async () => {
        const ada = await quietPage(kind);
        await beginToJoin(ada, devices);
        await round(ada, 'info', 'create', 'attach', 'attach');
        const second = await round(ada, 'joinandconfigure');
        assert.deepEqual(second.jseps, ['offer'], 'the offer travels along');
        assert.deepEqual(second.answers, ['joined with answer']);
        await tells(ada, 'joined after 2');
        await tells(ada, 'published after 2', devices ? 2 : 1);
        await ada.evaluate(() => globalThis.__rounds.goOn());
        await until('the media to reach the server', async () =>
          (await publishing(stage.janus, ROOM)).includes('Ada'), { explain: () => ada.describe() });
      });
    }

    it(`somebody is there: their offer has come after three round trips: ${kind}`, async () => {
      await enter(browsers.chromium, stage.site, { name: 'Bob', microphone: false });
      await until('Bob to be published', async () => (await publishing(stage.janus, ROOM)).includes('Bob'));
      const ada = await quietPage(kind);
      await beginToJoin(ada);
      await round(ada, 'info', 'create', 'attach', 'attach');
      await round(ada, 'joinandconfigure');
      const third = await round(ada, 'join');
      assert.deepEqual(third.answers, ['attached with offer']);
      await tells(ada, 'published after 2');
      await tells(ada, 'subscribed after 3');
      const fourth = await round(ada, 'start');
      assert.deepEqual(fourth.jseps, ['answer']);
      await ada.evaluate(() => globalThis.__rounds.goOn());
      await hearsAndSees(ada, 1, { audio: 0 });
    });
  }
});

/** Connects over the transport that was installed, with a session and an echo handle on it. */
function connect(page, options = {}) {
  return page.evaluate(async ({ server, options }) => {
    const { Janus } = await import('/dist/index.js');
    const rounds = globalThis.__rounds;
    rounds.automatic = true;
    const janus = await Janus.connect(server, { transport: rounds.transport, ...options });
    const session = await janus.createSession();
    const handle = await session.attach('janus.plugin.echotest');
    const story = [];
    janus.on('stateChanged', ({ state, error }) => {
      story.push({ what: state, code: error?.code, text: error?.message });
    });
    for (const what of ['resumed', 'lost', 'renewed']) session.on(what, () => story.push({ what }));
    Object.assign(globalThis, { janus, session, handle, story });
  }, { server: stage.janus.ws, options });
}

/** What the EchoTest plugin answers. */
function echo(page) {
  return page.evaluate(async () => (await globalThis.handle.send({ audio: true })).data.result);
}

function happens(page, what) {
  return page.waitFor(`${what} to happen`, (what) => globalThis.story.some((entry) => entry.what === what), what);
}

describe('a transport of the page\'s own', () => {
  for (const kind of BROWSERS) {
    it(`carries an ordinary session: ${kind}`, async () => {
      const page = await quietPage(kind);
      await connect(page);
      const answers = await page.evaluate(async () => {
        const [info] = await Promise.all([globalThis.janus.info(), globalThis.janus.ping()]);
        return { name: info.name, url: globalThis.__rounds.calls[0].url, sockets: globalThis.__witness.sockets() };
      });
      assert.deepEqual(answers, { name: 'Janus WebRTC Server', url: stage.janus.ws, sockets: 1 });
      assert.equal(await echo(page), 'ok');
      await page.evaluate(() => globalThis.session.destroy());
      assert.deepEqual(await sessions(stage.janus), []);
      assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
    });

    it(`says that it is closed: it is asked for again, and the session goes on: ${kind}`, async () => {
      const page = await quietPage(kind);
      await connect(page);
      const before = await page.evaluate(() => globalThis.session.id);
      await page.evaluate(() => globalThis.__rounds.calls[0].events.close('the tunnel is flooded'));
      await happens(page, 'resumed');
      await happens(page, 'connected');
      const [lost] = await page.evaluate(() => globalThis.story);
      assert.equal(lost.what, 'reconnecting');
      assert.equal(lost.code, 'connection-lost');
      assert.match(lost.text, /the tunnel is flooded/);
      assert.equal(await page.evaluate(() => globalThis.__rounds.calls.length), 2);
      assert.equal(await page.evaluate(() => globalThis.session.id), before);
      assert.equal(await echo(page), 'ok');
    });

    it(`what an old transport still tells changes nothing: ${kind}`, async () => {
      const page = await quietPage(kind);
      await connect(page);
      await page.evaluate(() => globalThis.__rounds.calls[0].events.close());
      await happens(page, 'connected');
      const thrown = await page.evaluate(() => {
        const { events } = globalThis.__rounds.calls[0];
        const gone = JSON.stringify({ janus: 'timeout', session_id: globalThis.session.id });
        const thrown = [];
        for (const tell of [() => events.open(), () => events.message(gone), () => events.close('late')]) {
          try {
            tell();
          } catch (error) {
            thrown.push(String(error));
          }
        }
        return thrown;
      });
      assert.equal(await echo(page), 'ok');
      assert.equal(await page.evaluate(() => globalThis.janus.state), 'connected');
      assert.equal(await page.evaluate(() => globalThis.__rounds.calls.length), 2);
      assert.deepEqual((await page.evaluate(() => globalThis.story)).map(({ what }) => what),
        ['reconnecting', 'resumed', 'connected']);
      assert.deepEqual(thrown, [], 'late events do not throw at the page either');
    });

    it(`a function that throws is an error of its own: ${kind}`, async () => {
      const page = await quietPage(kind);
      const error = await page.evaluate(async (server) => {
        const { Janus, JanusError } = await import('/dist/index.js');
        const transport = () => {
          throw new TypeError('there is no tunnel');
        };
        const error = await Janus.connect(server, { transport }).catch((error) => error);
        return { typed: error instanceof JanusError, code: error.code, text: error.message };
      }, stage.janus.ws);
      assert.equal(error.typed, true);
      assert.equal(error.code, 'unreachable');
      assert.match(error.text, /there is no tunnel/);
    });

    it(`a function that throws when it is asked again is asked once more: ${kind}`, async () => {
      const page = await quietPage(kind);
      await page.evaluate(() => {
        const { __rounds: rounds } = globalThis;
        const { transport } = rounds;
        rounds.transport = (url, events) => {
          if (rounds.calls.length !== 1) return transport(url, events);
          rounds.calls.push({ url, events });
          throw new TypeError('not now');
        };
      });
      await connect(page);
      await page.evaluate(() => globalThis.__rounds.calls[0].events.close());
      await happens(page, 'resumed');
      assert.equal(await page.evaluate(() => globalThis.__rounds.calls.length), 3);
      assert.equal(await echo(page), 'ok');
    });

    it(`may answer while it is spoken to: ${kind}`, async () => {
      const page = await quietPage(kind);
      await connectToEcho(page);
      const ends = await page.evaluate(async () => {
        const { janus, handle } = globalThis;
        // The second message waits for the answer to the first, which comes late, and leaves while that is heard.
        const messages = [handle.send({ late: true }), handle.send({ late: false })];
        const ends = await Promise.allSettled([janus.ping(), ...messages]);
        return ends.map(({ reason }) => reason?.message ?? 'answered');
      });
      assert.deepEqual(ends, ['answered', 'answered', 'answered']);
    });

    it(`may close itself when it hears the last word of a page that goes: ${kind}`, async () => {
      const page = await quietPage(kind);
      await connectToEcho(page);
      await page.evaluate(() => {
        globalThis.ends = [];
        globalThis.janus.on('stateChanged', ({ state }) => globalThis.ends.push(state));
        globalThis.handle.send({ late: true }).catch(({ code }) => globalThis.ends.push(code));
        globalThis.closeOn = 'destroy';
        dispatchEvent(new Event('pagehide'));
      });
      assert.equal(await page.evaluate(() => globalThis.janus.state), 'closed');
      await page.waitFor('everything to have ended', () => globalThis.ends.includes('closed')
        && globalThis.ends.includes('connection-lost'), undefined, { timeout: 5000 });
      assert.deepEqual(await page.evaluate(() => globalThis.__witness.errors), []);
    });
  }
});

/** Connects to a server within the page that answers before `send` returns, unless it is asked to be late. */
function connectToEcho(page) {
  return page.evaluate(async () => {
    const { Janus } = await import('/dist/index.js');
    const answer = ({ janus, session_id, handle_id, body }) => ({
      info: { janus: 'server_info' },
      ping: { janus: 'pong' },
      message: { janus: 'event', session_id, sender: handle_id, plugindata: { plugin: 'echo', data: body } },
    })[janus] ?? { janus: 'success', session_id, data: { id: 17 } };
    const transport = (_, events) => {
      // Told before the transport is returned, as may be.
      events.open();
      return {
        send(text) {
          const request = JSON.parse(text);
          if (globalThis.closeOn === request.janus) return events.close('as it was told to');
          const tell = () => events.message(JSON.stringify({ ...answer(request), transaction: request.transaction }));
          return request.body?.late ? setTimeout(tell) : tell();
        },
        close() {},
      };
    };
    const janus = await Janus.connect('ws://nowhere.example', { transport, requestTimeout: 5000 });
    const session = await janus.createSession();
    const handle = await session.attach('echo');
    Object.assign(globalThis, { janus, session, handle });
  });
}
