// What a page may get wrong: every call says what is the matter, at once, and leaves nothing behind.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS, launch } from './lib/browser.mjs';
import { endSessions, load, nothingLeft, sessions } from './lib/janus-admin.mjs';
import { TestJanus } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';
import { OPTIONS, WRONG_IN_ROOM } from './lib/wrong-calls.mjs';

/** Longer than any call that is wrong may take; no request gives up so soon. */
const AT_ONCE_MS = 5_000;

/** What is called, as a page would write it, and what it is told. */
const WRONG = [
  ['Janus.connect(5)', /servers/],
  ['Janus.connect(null)', /servers/],
  ['Janus.connect({})', /servers/],
  ['Janus.connect([])', /servers/],
  ['Janus.connect([5])', /servers/],
  ['Janus.connect("javascript:alert(1)")', /servers: an address begins/],
  ['Janus.connect(address, { token: 5 })', /token: expected text/],
  ['Janus.connect(address, { requestTimeout: -1 })', /requestTimeout: expected a whole number/],
  ['Janus.connect(address, { requestTimeout: NaN })', /requestTimeout: expected a whole number/],
  ['Janus.connect(address, { leaveOn: 5 })', /leaveOn: expected pagehide/],
  ['Janus.connect(address, { leaveOn: ["unload"] })', /leaveOn: expected pagehide/],
  ['Janus.connect(address, { logLevel: "loud" })', /logLevel: expected debug/],
  ['new Room({})', /servers/],
  ['new Room()', /servers/],
  ['new Room({ servers: address, iceServers: 5 })', /iceServers: expected a list/],
  ['new Room({ servers: address, iceTransportPolicy: "x" }).join({ room: 1234 })', /iceTransportPolicy: expected all/],
  ['new Room({ servers: address }).join()', /room: say which/],
  ['new Room({ servers: address }).join({ room: Symbol("x") })', /room must be an id/],
  ['new Room({ servers: address }).join({ room: NaN })', /room must be an id/],
  ['new Room({ servers: address }).join({ room: -1 })', /room must be an id/],
  ['new Room({ servers: address }).join({ room: 10n ** 30n })', /room must be an id/],
  ['new Room({ servers: address }).join({ room: 1234, id: {} })', /id must be an id/],
  ['new Room({ servers: address }).join({ room: 1234, display: 5 })', /display: expected text/],
  ['new Room({ servers: address }).join({ room: 1234, display: "a\\u0000b" })', /U\+0000/],
  ['new Room({ servers: address }).join({ room: 1234, tracks: 5 })', /tracks: expected a list/],
  ['new Room({ servers: address }).join({ room: 1234, tracks: [5] })', /tracks: expected a list/],
  ['new Room({ servers: address }).join({ room: 1234, camera: { width: "wide" } })', /camera.width: expected/],
  ['createLocalTracks({ camera: { width: 1.5 } })', /width: expected a whole number/],
  ['session.attach(null)', /plugin/],
  ['session.attach([1])', /plugin/],
  ['echo.send()', /undefined/],
  ['echo.send(10n ** 30n)', /integer/],
  ['echo.send({ bitrate: 2n ** 63n })', /integer/],
  ['echo.send({ bitrate: Infinity })', /Infinity/],
  ['(() => { const body = {}; body.body = body; return echo.send(body); })()', /circular|cyclic/i],
  ['echo.send({ get audio() { throw new Error("trap"); } })', /trap/],
  ['echo.send({ text: "\\ud800" })', /surrogate/],
  ['echo.send({ text: "\\u0000" })', /U\+0000/],
  ['echo.send(JSON.parse("[".repeat(3000) + "]".repeat(3000)))', /deep|stack/],
  ['echo.send({}, { jsep: { type: "pranswer", sdp: "" } })', /jsep: expected a session description/],
  ['echo.trickle(5)', /expected a list/],
  ['echo.trickle([{ get candidate() { throw new Error("trap"); } }])', /trap/],
  ['echo.trickle([{ candidate: "x", sdpMLineIndex: 70000 }])', /sdpMLineIndex: is out of range/],
  ['rooms.linkPublisher()', /room must be an id/],
  ['rooms.linkPublisher({ room: 1, publisherId: 2, to: { room: 1, rooms: {} } })', /to.rooms must be a VideoRoom/],
  ['rooms.joinAndConfigure({ room: 1 })', /jsep: expected a session description, offer/],
  ['rooms.joinAndConfigure()', /jsep/],
  ['rooms.joinPublisher()', /options must be an object/],
  ['rooms.joinSubscriber({ room: 1, streams: [] })', /streams must be an array with at least one/],
  ['rooms.exists({})', /room must be an id/],
  ['rooms.exists(2n ** 63n)', /room must be an id/],
  ['rooms.create({ publishers: -1 })', /publishers must be/],
  ['rooms.create({ colour: "red" })', /no field colour/],
];

/** Runs in the page; sent there as text. */
async function prepare({ address }) {
  const library = await import('/dist/index.js');
  const janus = await library.Janus.connect(address);
  const session = await janus.createSession();
  const echo = await session.attach('janus.plugin.echotest');
  const rooms = await session.videoRoom();
  const scope = { ...library, address, janus, session, echo, rooms };
  globalThis.__scope = scope;
  globalThis.__call = async (source) => {
    const began = performance.now();
    const facts = (outcome) => ({ ...outcome, ms: performance.now() - began });
    try {
      const value = await new Function(...Object.keys(scope), `return ${source}`)(...Object.values(scope));
      return facts({ value: String(value) });
    } catch (error) {
      const { name, code, message } = error;
      return facts({ error: { typed: error instanceof library.JanusError, name, code, message } });
    }
  };
}

let janus;
let site;
let browsers;

before(async () => {
  // The server keeps sessions whose connection is gone: what is left shows.
  janus = await TestJanus.start({ reclaimSessionTimeout: 30 });
  site = await serveBare();
  browsers = { chromium: await launch('chromium'), firefox: await launch('firefox') };
});

afterEach(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.closePages()));
  await endSessions(janus);
});

after(async () => {
  await Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close()));
  await site?.close();
  await janus?.remove();
});

async function bench(kind, address) {
  const page = await browsers[kind].open(site.url);
  await page.evaluate(prepare, { address });
  return page;
}

const call = (page, source) => page.evaluate((text) => globalThis.__call(text), source);

async function isRefused(page, source, words) {
  const { value, error, ms } = await call(page, source);
  assert.ok(error, `${source} gives ${value}`);
  assert.equal(error.typed && error.code, 'invalid-argument', `${source}: ${JSON.stringify(error)}`);
  assert.match(error.message, words, source);
  assert.ok(ms < AT_ONCE_MS, `${source} takes ${ms} ms`);
}

/** Two people who see each other, added to what calls may name. Runs in the page; sent there as text. */
async function meet({ address }) {
  const { Room } = globalThis.__scope;
  const canvas = document.createElement('canvas');
  const paint = canvas.getContext('2d');
  setInterval(() => paint.fillRect(Math.random() * 300, 0, 9, 150), 50);
  const [track] = canvas.captureStream(20).getVideoTracks();
  const [ada, bob] = [new Room({ servers: address }), new Room({ servers: address })];
  await ada.join({ room: 1234, display: 'Ada', tracks: [{ track, source: 'camera' }] });
  const seen = new Promise((resolve) => bob.on('trackSubscribed', resolve));
  await bob.join({ room: 1234, display: 'Bob' });
  const { publication: theirs, participant } = await seen;
  const [mine] = ada.localParticipant.publications.values();
  const [me, moderation] = [ada.localParticipant, await ada.moderation('adminpwd')];
  const offered = new Promise((resolve) => bob.on('fileOffered', resolve));
  await me.sendFile(new Blob(['x']));
  const { file } = await offered;
  Object.assign(globalThis.__scope, { ada, bob, me, mine, theirs, participant, track, moderation, file });
}

/** Everything that was refused works as it should. */
const GOES_ON = `(async () => {
  const heard = new Promise((resolve) => bob.on('chatMessage', ({ message }) => resolve(message.text)));
  bob.onRequest('size', () => 5);
  await me.sendChatMessage('still here');
  const muted = new Promise((resolve) => bob.on('trackMuted', () => resolve(true)));
  await mine.mute();
  await muted;
  await mine.unmute();
  theirs.setPaused(true);
  theirs.setPaused(false);
  const [other] = ada.remoteParticipants.values();
  const answer = await me.request(other, 'size');
  const frames = async () => (await bob.getStats()).tracks.find(({ publication }) => publication === theirs)?.frames ?? 0;
  const before = await frames();
  while ((await frames()) < before + 5) await new Promise((resolve) => setTimeout(resolve, 100));
  return (await heard) === 'still here' && answer === 5 && ada.state === 'connected' && bob.state === 'connected';
})()`;

for (const kind of BROWSERS) {
  describe(`a page: ${kind}`, () => {
    it('is told at once what is wrong with a call, and nothing else suffers', async () => {
      const page = await bench(kind, janus.ws);
      for (const [source, words] of WRONG) await isRefused(page, source, words);
      const { value } = await call(page, 'echo.send({ audio: true }).then(({ data }) => data.result)');
      assert.equal(value, 'ok');
      assert.deepEqual(page.complaints, []);
    });

    it('is told at once which option of a room is wrong', async () => {
      const page = await bench(kind, janus.ws);
      for (const [source, words] of OPTIONS) await isRefused(page, source, words);
      assert.deepEqual(page.complaints, []);
    });

    it('is told at once what is wrong in a room, and the room goes on', async () => {
      const page = await bench(kind, janus.ws);
      await page.evaluate(meet, { address: janus.ws });
      for (const [source, words] of WRONG_IN_ROOM) await isRefused(page, source, words);
      const { value, error } = await call(page, GOES_ON);
      assert.equal(value, 'true', JSON.stringify(error));
      await call(page, 'Promise.all([ada.leave(), bob.leave()])');
      assert.deepEqual(page.complaints, []);
    });

    it('may leave out what is optional, or say that it is null', async () => {
      const page = await bench(kind, janus.ws);
      for (const source of [
        'echo.send({ audio: null, video: undefined }, { jsep: undefined, signal: null })',
        'rooms.list({ signal: null }).then((list) => list.length > 0)',
        'new Room({ servers: address, iceServers: undefined }).join({ room: 1234, display: null, signal: null })',
      ]) {
        const { error } = await call(page, source);
        assert.equal(error, undefined, `${source}: ${JSON.stringify(error)}`);
      }
    });

    it('gets large integers as they are, whatever it did to BigInt', async () => {
      const page = await bench(kind, janus.ws);
      const id = '9007199254740993';
      await page.evaluate(() => {
        BigInt.prototype.toJSON = function text() {
          return this.toString();
        };
      });
      const { value } = await call(page, `rooms.create({ room: ${id}n }).then(({ room }) => typeof room + room)`);
      assert.equal(value, `bigint${id}`);
      assert.equal((await call(page, `rooms.exists(${id}n)`)).value, 'true');
      await call(page, `rooms.destroy({ room: ${id}n })`);
    });
  });

  for (const transport of ['ws', 'http']) {
    describe(`nothing is left on the server: ${kind} over ${transport}`, () => {
      it('of what was called off', async () => {
        const page = await bench(kind, janus[transport]);
        const before = await load(janus);
        assert.deepEqual(before, { sessions: 1, handles: 2 });
        const makings = [
          'janus.createSession({ signal })', 'session.videoRoom({ signal })',
          'session.attach("janus.plugin.echotest", { signal })', 'rooms.joinPublisher({ room: 1234, signal })',
          'rooms.joinSubscriber({ room: 1234, streams: [{ feed: 1 }], signal })',
        ];
        for (const making of makings) {
          const { error } = await call(page, `(() => {
            const control = new AbortController();
            const { signal } = control;
            queueMicrotask(() => control.abort());
            return ${making};
          })()`);
          assert.equal(error?.name, 'AbortError', making);
        }
        // On the same connection, so that the server made what was called off before it answers.
        await call(page, 'janus.ping()');
        await until('no more than before', async () => {
          const { sessions, handles } = await load(janus);
          return sessions === before.sessions && handles === before.handles;
        }, { explain: () => load(janus) });
      });

      it('of what was refused, and of what is over', async () => {
        const page = await bench(kind, janus[transport]);
        const before = await load(janus);
        for (const [joining, status] of [['joinPublisher({ room: 99 })', 426], ['joinPublisher({ room: 4321, pin: "no" })', 433],
          ['joinSubscriber({ room: 1234, streams: [{ feed: 99 }] })', 428]]) {
          const { error } = await call(page, `rooms.${joining}`);
          assert.match(error.message, new RegExp(String(status)), joining);
        }
        await call(page, `(async () => {
          const ada = await rooms.joinPublisher({ room: 1234, display: 'Ada' });
          await rooms.kick({ room: 1234, secret: 'adminpwd', id: ada.id });
          await ada.leave();
          const bob = await rooms.joinPublisher({ room: 1234 });
          await Promise.all([bob.leave(), bob.leave()]);
        })()`);
        assert.equal((await call(page, 'rooms.listParticipants(1234).then((list) => list.length)')).value, '0');
        await until('no more than before', async () => (await load(janus)).handles === before.handles, { explain: () => load(janus) });
      });

      it('of a connection that was closed', async () => {
        const page = await bench(kind, janus[transport]);
        assert.equal((await sessions(janus)).length, 1);
        await call(page, 'janus.close()');
        await nothingLeft(janus);
      });
    });
  }
}

describe('a policy that makes no sense: chromium', () => {
  it('is reported to the page, and another pause taken', async () => {
    const page = await browsers.chromium.open(site.url);
    await page.evaluate(async (address) => {
      const { Janus } = await import('/dist/index.js');
      globalThis.__reported = [];
      addEventListener('error', ({ error }) => globalThis.__reported.push(error.message));
      globalThis.__janus = await Janus.connect(address, { reconnect: { delay: () => NaN } });
    }, janus.ws);
    await janus.kill();
    await page.waitFor('the page to be told', () => /delay returned NaN/.test(globalThis.__reported[0]));
    await janus.start();
    await page.waitFor('the connection to be back', () => globalThis.__janus.state === 'connected');
  });
});
