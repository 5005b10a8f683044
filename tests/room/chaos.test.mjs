// A call of four people in two browsers, and what can go wrong with the way to the server, the server itself, and media.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startProxy } from '../chaos/lib/proxy.mjs';
import { Random } from '../chaos/lib/random.mjs';
import { openCalls, setCallStage } from '../media/lib/call.mjs';
import { openRelayDesk } from '../media/lib/relay.mjs';
import { launch } from '../page/lib/browser.mjs';
import { until } from '../page/lib/wait.mjs';

const SEED = Number(process.env.JANUS_WASM_SEED ?? 1);
/** One round alone, to be played again. */
const ONLY = process.env.JANUS_WASM_ROUND;
const ROOM = 1234;
const SIZE = { width: 160, height: 90, rate: 8 };
const PEOPLE = ['Ada', 'Bob', 'Cem', 'Dee'];
/** Who shows a screen beside the camera: one in each browser. */
const SHARING = ['Ada', 'Cem'];
/** Who has data as well, whose m-line comes before the screen: one in each browser, one of them with a screen. */
const TALKING = ['Bob', 'Cem'];
/** What the pictures say: whose camera, whose screen. */
const cameraOf = (name) => PEOPLE.indexOf(name) + 1;
const screenOf = (name) => PEOPLE.indexOf(name) + 11;
/** In every so many rounds somebody's camera is off. */
const OFF_EVERY = 3;
/** Some faults are noticed only after a while, and a server that starts again is waited for. */
const PATIENCE = { timeout: 60_000 };
const KINDS = ['cut', 'blackhole', 'restart', 'ice'];

/** Each kind of fault alone, and every pair of them, again and again. */
const PLANS = KINDS.flatMap((first, index) => [[first], ...KINDS.slice(index).map((second) => [first, second])]);
/** Each plan once, or many times. */
const ROUNDS = process.env.JANUS_WASM_LONG ? 200 : PLANS.length;
/** Has no divisor in common with how many plans there are: each has its turn, after one that is unlike it. */
const STRIDE = 5;

/** What goes wrong in a round, and whether those in it adapt, as rooms do by default: the other way each time a plan comes again. */
function roundOf(number) {
  const turn = Math.floor(number / PLANS.length);
  return { number, plan: PLANS[(number * STRIDE) % PLANS.length], adaptive: (SEED + turn + number) % 2 === 0 };
}

const rounds = ONLY === undefined ? Array.from({ length: ROUNDS }, (_, number) => roundOf(number)) : [roundOf(Number(ONLY))];

class Call {
  proxies = new Map();
  desks = [];
  pages = new Map();
  /** Whose camera is off. */
  off;

  constructor(adaptive) {
    this.adaptive = adaptive;
  }

  async open() {
    const { adaptive } = this;
    this.stage = await setCallStage({ reclaimSessionTimeout: 30 });
    const { janus, site } = this.stage;
    this.browsers = await Promise.all(['chromium', 'firefox'].map(launch));
    for (const [index, browser] of this.browsers.entries()) {
      const [page, desk] = [await openCalls(browser, site), await openRelayDesk()];
      this.desks.push(desk);
      // Everything is in view, and adapting takes it for seen.
      if (adaptive) {
        await page.page.evaluate(() => {
          document.body.replaceChildren();
          document.body.style.cssText = 'display: flex; flex-wrap: wrap; margin: 0';
        });
      }
      for (const name of PEOPLE.slice(index * 2, index * 2 + 2)) {
        const proxy = await startProxy({ target: { host: '127.0.0.1', port: janus.ports.ws } });
        this.proxies.set(name, proxy);
        this.pages.set(name, page);
        await page.create({ name, servers: proxy.url('ws'), desk: desk.url, adaptive });
        await page.join({ name, room: ROOM, number: cameraOf(name), size: SIZE, options: { data: TALKING.includes(name) } });
        if (SHARING.includes(name)) await page.publish({ name, number: screenOf(name), size: SIZE, source: 'screen' });
      }
    }
  }

  async close() {
    await Promise.all(this.browsers?.map((browser) => browser.close()) ?? []);
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    this.desks.forEach((desk) => desk.close());
    await this.stage?.close();
  }

  of(name, what, more) {
    return this.pages.get(name)[what]({ name, ...more });
  }

  /** Whose camera is off from now on; the others' are on. */
  async switchOff(name) {
    if (this.off) await this.of(this.off, 'unmute', { of: 'camera' });
    this.off = name;
    if (name) await this.of(name, 'mute', { of: 'camera' });
  }

  /** Waits until each sees each of the others, camera and screen, moving; and of a camera that is off, that it is off. */
  async everybodySeesEverybody(words) {
    const wanted = PEOPLE.flatMap((name) => PEOPLE.filter((other) => other !== name).flatMap((other) => [
      [name, other, other === this.off ? 'off' : cameraOf(other)], ...(SHARING.includes(other) ? [[name, other, screenOf(other)]] : []),
    ]));
    const before = new Map();
    const keyOf = ([name, other, what]) => `${name} does not see ${other}: ${what}`;
    const missing = new Set(wanted.map(keyOf));
    await until(`everybody to see everybody ${words}`, async () => {
      const seen = Object.assign({}, ...(await Promise.all([...new Set(this.pages.values())].map((page) => page.seeAll()))));
      for (const one of wanted) {
        const [name, other, what] = one;
        const tiles = seen[name]?.[other] ?? [];
        const key = keyOf(one);
        if (what === 'off') {
          if (tiles.some(({ muted }) => muted)) missing.delete(key);
          continue;
        }
        const tile = tiles.find(({ number, muted }) => number === what && !muted);
        if (tile && before.has(key) && before.get(key) !== tile.counter) missing.delete(key);
        if (tile) before.set(key, tile.counter);
      }
      return missing.size === 0;
    }, { ...PATIENCE, explain: () => [...missing] });
  }

  async cut(chance) {
    this.proxies.get(chance.pick(PEOPLE)).faults[chance.pick(['reset', 'cleanClose'])]();
  }

  async blackhole(chance) {
    const proxy = this.proxies.get(chance.pick(PEOPLE));
    proxy.faults.blackhole();
    await setTimeout(chance.integer(500, 6_000));
    proxy.heal();
  }

  async restart(chance) {
    await this.stage.janus.kill();
    await setTimeout(chance.integer(0, 3_000));
    await this.stage.janus.start();
  }

  async ice(chance) {
    const desk = chance.pick(this.desks);
    desk.setCut(true);
    await setTimeout(chance.integer(500, 6_000));
    desk.setCut(false);
  }
}

for (const adaptive of [false, true]) {
  const own = rounds.filter((round) => round.adaptive === adaptive);
  if (own.length > 0) describe(`a call of four${adaptive ? ' that adapts' : ''}`, () => survive(new Call(adaptive), own));
}

function survive(call, played) {
  before(() => call.open());
  after(() => call.close());

  it('comes up', () => call.everybodySeesEverybody('at first'));

  for (const { number: round, plan } of played) {
    it(`survives ${plan.join(' and ')} (JANUS_WASM_SEED=${SEED} JANUS_WASM_ROUND=${round})`, async () => {
      const chance = new Random(SEED * 1_000 + round);
      const off = round % OFF_EVERY === 1 ? chance.pick(PEOPLE) : undefined;
      await call.switchOff(off);
      const before = await Promise.all(PEOPLE.map((name) => call.of(name, 'identities')));
      const own = await Promise.all(PEOPLE.map((name) => call.of(name, 'ownIdentities')));
      // A server that is killed twice at once is killed once.
      const faults = plan[0] === plan[1] && plan[0] === 'restart' ? ['restart'] : plan;
      await Promise.all(faults.map(async (fault) => {
        // Each has chance of its own: which of them asks first is a matter of time.
        const luck = new Random(chance.integer(0, 2 ** 31));
        await setTimeout(luck.integer(0, 1_500));
        await call[fault](luck);
      }));
      await call.everybodySeesEverybody(`after ${plan.join(' and ')}`);
      for (const [index, name] of PEOPLE.entries()) {
        await until(`${name} to be connected`, async () => (await call.of(name, 'state')) === 'connected');
        const told = await call.of(name, 'told');
        assert.deepEqual(await call.of(name, 'contradictions'), [], name);
        assert.deepEqual(await call.of(name, 'identities'), before[index], `${name}: ${told.join(', ')}`);
      }
      for (const [index, name] of PEOPLE.entries()) {
        assert.deepEqual(await call.of(name, 'ownIdentities'), own[index], `what ${name} publishes`);
      }
    });
  }
}
