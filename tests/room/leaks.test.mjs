// Joining and leaving, again and again: nothing of a call that is over is left in the page or on the server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openCalls, sees, setCallStage } from '../media/lib/call.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { load, nothingLeft } from '../page/lib/janus-admin.mjs';
import { ROOT } from '../page/lib/stage.mjs';
import { until } from '../page/lib/wait.mjs';

const CYCLES = 100;
/** Until then what lasts finds its place. */
const WARM = 10;
/**
 * From then on not even this may be in use beyond what was, of memory, bytes: 30 from each of 45 stays would be more, which the
 * least that is allocated is. A list of the host's may still have had to grow, once.
 */
const HALF = 55;
const MOST_BYTES = 1_300;
/** Firefox lets go of elements that played when it likes to, long after what they played: there it is enough that they are empty. */
const COLLECTS_ELEMENTS = { chromium: true, firefox: false };
const ROOM = 1234;

/** Keeps count of who listens to what outlives a call. Runs before anything else, and is sent to the page as text. */
function countListeners() {
  const listening = new Map();
  const lasting = () => [
    globalThis, document, navigator.mediaDevices, navigator.connection, screen.orientation, globalThis.documentPictureInPicture,
  ];
  const key = (type, options) => `${type}/${options === true || options?.capture === true}`;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const of = (target, name) => {
    const named = listening.get(target) ?? new Map();
    listening.set(target, named);
    const all = named.get(name) ?? new Set();
    named.set(name, all);
    return all;
  };
  EventTarget.prototype.addEventListener = function listen(type, listener, options) {
    const target = this ?? globalThis;
    if (listener && !options?.once && !options?.signal?.aborted && lasting().includes(target)) {
      const all = of(target, key(type, options));
      all.add(listener);
      if (options?.signal) addEventListener.call(options.signal, 'abort', () => all.delete(listener), { once: true });
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function cease(type, listener, options) {
    const target = this ?? globalThis;
    if (lasting().includes(target)) of(target, key(type, options)).delete(listener);
    return removeEventListener.call(target, type, listener, options);
  };
  globalThis.__listening = () => Object.fromEntries([...listening].flatMap(([target, named]) =>
    [...named].filter(([, all]) => all.size > 0).map(([name, all]) => [`${target.constructor.name} ${name}`, all.size])));
}

/** One stay: comes, sees somebody, is seen and heard, leaves and is forgotten. Runs in the page, and is sent there as text. */
async function stay({ servers, room, cycle }) {
  const { Room } = await import('/dist/index.js');
  const { person } = await import('/call/call.js');
  const { Pattern } = await import('/call/pattern.js');
  globalThis.__pattern ??= new Pattern(7, { width: 160, height: 90, rate: 8 });
  const keep = (kind, object) => globalThis.__kept.push([kind, new WeakRef(object)]);
  const mine = globalThis.__pattern.track.clone();
  // What sees the room, as functions of a page's do.
  const logger = () => guest.state;
  const guest = new Room({ servers, recorder: 20, logger });
  const { promise: shown, resolve: show } = Promise.withResolvers();
  const { promise: published, resolve: publish } = Promise.withResolvers();
  const { promise: heard, resolve: hear } = Promise.withResolvers();
  const hears = person('Host').room.on('chatMessage', hear);
  guest.on('participantJoined', ({ participant }) => keep('participant', participant));
  guest.on('trackSubscribed', ({ track, publication }) => {
    const element = track.attach();
    for (const [kind, object] of Object.entries({ track, publication, element })) keep(kind, object);
    document.body.append(element);
    element.addEventListener('loadeddata', show, { once: true });
  });
  guest.on('trackUnsubscribed', ({ track }) => track.detach().forEach((element) => element.remove()));
  guest.on('localTrackPublished', ({ track, publication }) => {
    keep('local track', track);
    keep('local publication', publication);
    publish();
  });
  keep('room', guest);
  keep('self', guest.localParticipant);
  // Devices too, now and then: they are the library's to close.
  const devices = cycle % 10 === 0 ? { camera: true, microphone: true } : {};
  const tracks = [{ track: mine, source: 'screen' }];
  if (cycle % 3 === 0) await guest.prepare({ tracks });
  await guest.join({ room, display: `Guest ${cycle}`, tracks, ...devices });
  await Promise.all([shown, published]);
  await guest.localParticipant.setAttributes({ seat: String(cycle) });
  // Nothing tells when the way to the host is open.
  const saying = setInterval(() => guest.localParticipant.sendChatMessage('hello'), 100);
  await heard;
  clearInterval(saying);
  hears();
  await guest.leave();
  mine.stop();
}

/** Keeps track of what the one who stays gets of the others. Runs in the page, and is sent there as text. */
async function watchHost() {
  const { person } = await import('/call/call.js');
  globalThis.__kept = [];
  const keep = (kind, object) => globalThis.__kept.push([kind, new WeakRef(object)]);
  const { room } = person('Host');
  room.on('participantJoined', ({ participant }) => keep('guest', participant));
  room.on('chatMessage', ({ message }) => keep("guest's message", message));
  room.on('trackSubscribed', ({ track, publication }) => {
    for (const [kind, object] of Object.entries({ track, publication })) keep(`guest's ${kind}`, object);
  });
}

/** What is left of all stays. Runs in the page, and is sent there as text. */
function remains() {
  const kinds = {};
  for (const [kind, reference] of globalThis.__kept) if (reference.deref()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

/** How many elements are left that hold something, or are held by the page. Runs in the page, and is sent there as text. */
function fullElements() {
  const elements = globalThis.__kept.filter(([kind]) => kind === 'element').map(([, reference]) => reference.deref());
  return elements.filter((one) => one && (one.srcObject !== null || one.isConnected)).length;
}

/** Lets go of what the test itself holds. Runs in the page, and is sent there as text. */
function forgetPeers() {
  globalThis.__witness.peers.length = 0;
  globalThis.__witness.captured.length = 0;
}

/** What the glue calls the functions of the WebAssembly's that make room for a text, and take back that of one. */
async function allocatorNames() {
  const glue = await readFile(join(ROOT, 'pkg', 'janus.js'), 'utf8');
  const [, take] = /passStringToWasm0\(\w+, wasm\.(\w+), /.exec(glue);
  const [, give] = /wasm\.(\w+)\(deferred\w+, deferred\w+, 1\)/.exec(glue);
  return { take, give };
}

for (const kind of BROWSERS) {
  describe(`a hundred calls: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setCallStage({ reclaimSessionTimeout: 30 });
      browser = await launch(kind, { collects: true });
      call = await openCalls(browser, stage.site, [countListeners]);
      // What the host remembers of the last messages would be more now and less then.
      await call.create({ name: 'Host', servers: stage.janus.ws, recorder: 0 });
      await call.page.evaluate(watchHost);
      await call.join({ name: 'Host', room: ROOM, number: 17, size: { width: 160, height: 90, rate: 8 } });
    });

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    /** What there is while only the host is here; `most`: so many objects and closures are to be held by the WebAssembly. */
    async function count(most = Infinity) {
      await until('the guests to be gone', async () => (await call.page.evaluate(() => document.querySelectorAll('video').length)) === 0);
      await until('the host to be alone on the server', async () => {
        const { sessions, handles } = await load(stage.janus);
        return sessions === 1 && handles === 2;
      }, { explain: () => load(stage.janus) });
      const { objects, open } = await until(`at most ${most} objects to be held`, async () => {
        await call.collect();
        const held = await call.held();
        return held.objects <= most && held;
      }, { explain: () => call.held() });
      return { objects, open, memory: await call.memory(), listening: await call.page.evaluate(() => globalThis.__listening()) };
    }

    async function stayAndLeave({ from, to }) {
      for (let cycle = from; cycle <= to; cycle += 1) {
        const servers = stage.janus[cycle % 10 === 5 ? 'http' : 'ws'];
        await call.page.evaluate(stay, { servers, room: ROOM, cycle });
        await call.collect();
      }
    }

    it('leave as much as ten did', async (t) => {
      const allocator = await allocatorNames();
      await stayAndLeave({ from: 1, to: WARM });
      const warm = await count();
      assert.ok(warm.open <= 2, `only the host has ways for media: ${warm.open}`);
      const used = [];
      for (const [from, to] of [[WARM + 1, HALF], [HALF + 1, CYCLES]]) {
        // To look at what is in use makes room for what is not: a page, which calls may need at their height.
        used.push(await call.inUse(allocator));
        const memory = await call.memory();
        await stayAndLeave({ from, to });
        const { objects, ...now } = await count(warm.objects);
        assert.deepEqual({ objects: warm.objects, ...now }, { ...warm, memory }, `after ${to} stays`);
      }
      used.push(await call.inUse(allocator));
      t.diagnostic(`${warm.objects} objects, ${warm.memory} bytes of memory; in use after ${WARM}, ${HALF} and ${CYCLES} stays: ${used.join(', ')}`);
      assert.ok(used[2] - used[1] <= MOST_BYTES, `${used[2] - used[1]} bytes more of WebAssembly memory are in use`);
    });

    it('leave no object, no track and no element', async () => {
      assert.deepEqual(await call.page.evaluate(() => globalThis.__witness.captured.filter((one) => one.readyState === 'live').length), 0);
      await call.page.evaluate(forgetPeers);
      await until('everything to be collected', async () => {
        await call.collect();
        const { element = 0, ...others } = await call.page.evaluate(remains);
        return Object.keys(others).length === 0 && (element === 0 || !COLLECTS_ELEMENTS[kind]);
      }, { timeout: 30_000, explain: () => call.page.evaluate(remains) });
      assert.equal(await call.page.evaluate(fullElements), 0);
    });

    it('leave a room that works', async () => {
      await call.create({ name: 'Last', servers: stage.janus.ws });
      await call.join({ name: 'Last', room: ROOM, number: 42 });
      await sees(call, { name: 'Last', of: 'Host' }, 17);
      await sees(call, { name: 'Host', of: 'Last' }, 42);
    });

    it('leave nothing on the server', async () => {
      await call.leave({ name: 'Last' });
      await call.leave({ name: 'Host' });
      await nothingLeft(stage.janus);
      assert.equal((await call.held()).open, 0);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
