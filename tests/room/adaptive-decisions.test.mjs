// What adaptive reception decides, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../chaos/lib/random.mjs';
import { Costs, Demand, Downlink, allocate, kinder, levelFor, scaleOf } from './lib/adaptive-module.mjs';

const TICK = 1_500;
const USUAL = { width: 320, height: 180 };
const SEEDS = Array.from({ length: process.env.JANUS_WASM_LONG ? 1_000 : 40 }, (_, index) => index + 1);

describe('how much of a picture is wanted', () => {
  it('is the least that looks right in its element', () => {
    const level = (width, height, fills = false) => levelFor(scaleOf({ width, height, fills }, USUAL), 0);
    assert.deepEqual([[160, 90], [320, 180], [400, 225]].map((size) => level(...size)), [1, 1, 1]);
    assert.deepEqual([[480, 270], [640, 360]].map((size) => level(...size)), [2, 2]);
    assert.deepEqual([[960, 540], [1280, 720], [3840, 2160]].map((size) => level(...size)), [3, 3, 3]);
    assert.equal(level(320, 720), 1);        // Shown whole, with bars above and below.
    assert.equal(level(320, 720, true), 3);  // Cut at the sides.
  });

  it('is more at once, and less after a while', () => {
    const demand = new Demand();
    demand.show(0, 1);
    assert.deepEqual([demand.level(0), demand.level(999), demand.level(1_000)], [3, 3, 1]);
    demand.show(1_100, 4);
    assert.equal(demand.level(1_100), 3);
    demand.show(1_200, 1);
    demand.show(1_300, 4);
    assert.deepEqual([demand.level(5_000), demand.deadline], [3, undefined]);
  });

  it('is not put off by what shrinks on and on', () => {
    const demand = new Demand();
    for (let now = 0; now <= 1_000; now += 50) demand.show(now, 2.2 - now / 1_000);
    assert.ok(demand.level(1_001) < 3);
  });

  it('stays where it is when a size is at the edge', () => {
    const demand = new Demand();
    demand.show(0, 1.26);
    assert.equal(demand.level(1_000), 2);
    demand.show(1_000, 1.24);
    assert.equal(demand.level(9_000), 2);
    demand.show(9_000, 1.1);
    assert.equal(demand.level(10_000), 1);
  });

  it('is nothing soon after it is hidden, and at once when the page is', () => {
    const demand = new Demand();
    demand.hide(0, false);
    assert.deepEqual([demand.level(399), demand.level(400)], [3, 0]);
    demand.show(1_000, 1);
    assert.equal(demand.level(1_000), 1);
    demand.hide(2_000, true);
    assert.equal(demand.level(2_000), 0);
    demand.hide(2_000, false);
    demand.show(2_100, 1);
    demand.hide(2_200, false);
    demand.show(2_300, 1);
    assert.equal(demand.level(9_000), 1);
  });

  it('is all of a screen that is seen at all', () => {
    const demand = new Demand();
    demand.show(0, 0.1, true);
    assert.equal(demand.level(9_000), 3);
  });
});

const COSTS = [0, 100, 300, 1_000];
const cost = ({ level, isThin }) => COSTS[level] * (isThin ? 0.5 : 1);
const tile = (fields) => ({ wanted: 3, isScreen: false, isSpeaking: false, area: 100, isLayered: true, cost, ...fields });
const levels = (tiles, limit) => allocate(tiles, limit).held.map(({ level }) => level);

describe('what is held back', () => {
  it('is nothing where there is room', () => {
    assert.deepEqual(allocate([tile(), tile()], Infinity), {
      held: [{ level: 3, isThin: false }, { level: 3, isThin: false }], now: 2_000, less: 1_300, more: undefined,
    });
  });

  it('is of the smallest first, of who speaks later, of screens last', () => {
    const tiles = [tile({ area: 900 }), tile({ area: 100 }), tile({ isSpeaking: true }), tile({ isScreen: true, area: 1 })];
    const all = [];
    for (let limit = 4_000; limit >= 0;) {
      const { held, less, now } = allocate(tiles, limit);
      all.push(held.map(({ level, isThin }) => `${level}${isThin && level > 0 ? '-' : ''}`).join(' '));
      if (less === now) break;
      limit = less;
    }
    assert.deepEqual(all, [
      '3 3 3 3', '3 2 3 3', '2 2 3 3', '2 1 3 3', '1 1 3 3', '1 1- 3 3', '1- 1- 3 3', '1- 1- 2 3', '1- 1- 1 3', '1- 1- 1- 3',
      '1- 0 1- 3', '0 0 1- 3', '0 0 1- 3-', '0 0 0 3-',
    ]);
  });

  it('is a whole stream where there are no layers', () => {
    assert.deepEqual(levels([tile({ isLayered: false, area: 1 }), tile()], 1_400), [3, 2]);
    assert.deepEqual(levels([tile({ isLayered: false, area: 1 }), tile()], 900), [0, 1]);
  });

  it('is all of nobody before whatever can be blurred is', () => {
    const tiles = [tile(), tile({ isLayered: false }), tile({ isScreen: true }), tile({ wanted: 0 })];
    const first = kinder(tiles, 3_000, 2_000);
    assert.equal(first, 2_050);
    assert.deepEqual(levels(tiles, first), [1, 3, 3, 0]);
    assert.deepEqual(levels(tiles, kinder(tiles, 2_050, 1_500)), [0, 0, 3, 0]);
    assert.equal(kinder(tiles, 3_000, 2_500), 2_500);
  });

  it('goes past steps that save nothing', () => {
    const flat = ({ level }) => Math.min(COSTS[level], 300);
    const { held, now, less, more } = allocate([tile({ cost: flat })], 200);
    assert.deepEqual([held, now, less, more], [[{ level: 1, isThin: false }], 100, 0, 300]);
  });

  it('never blurs nor stops a screen, and never takes more than it may where it can', () => {
    for (const seed of SEEDS) {
      const chance = new Random(seed);
      const tiles = Array.from({ length: chance.integer(1, 12) }, () => tile({
        wanted: chance.integer(0, 3), isScreen: chance.next() < 0.2, isSpeaking: chance.next() < 0.2,
        area: chance.integer(1, 9), isLayered: chance.next() < 0.8,
      }));
      const limit = chance.integer(0, 8_000);
      const { held, now } = allocate(tiles, limit);
      const sum = held.reduce((total, one) => total + cost(one), 0);
      assert.ok(Math.abs(sum - now) < 1e-6, `seed ${seed}: ${sum} is ${now}`);
      held.forEach((one, at) => {
        assert.ok(one.level <= tiles[at].wanted);
        if (tiles[at].isScreen) assert.equal(one.level, tiles[at].wanted, `seed ${seed}`);
      });
      const screens = tiles.filter(({ isScreen }) => isScreen).reduce((total, { wanted }) => total + COSTS[wanted], 0);
      assert.ok(now <= Math.max(limit, screens) + 1e-6, `seed ${seed}: ${now} of ${limit}`);
    }
  });
});

/**
 * A room whose pictures come through a way that is as wide as the test says, and loses as much as it says. What is too much
 * is lost, or where the way is `deep` waits in a queue.
 */
class Story {
  now = 0;
  changes = [];
  capacity = Infinity;
  loss = 0;
  deep = false;
  /** Bits that wait. */
  queue = 0;
  /** How long media waits to be played, ms, and by how much that jumps and grows, whatever comes. */
  delay = 50;
  jitter = 0;
  late = 0;
  /** How often nobody's pictures move, whatever comes. */
  restless = 0;

  constructor(seed) {
    this.chance = new Random(seed);
    this.downlink = new Downlink();
    this.people = Array.from({ length: this.chance.integer(1, 12) }, (_, at) => {
      const factor = 0.4 + this.chance.next() * 2;
      const person = { costs: new Costs(), real: [0, 120_000, 400_000, 1_300_000].map((bits) => bits * factor) };
      person.tile = { wanted: this.chance.integer(1, 3), isScreen: at === 1, isSpeaking: at === 2, area: at, isLayered: true };
      if (person.tile.isScreen) person.tile.wanted = 3;
      return person;
    });
    this.before = this.held;
  }

  #tiles(kind) {
    return this.people.map(({ costs, tile: fields }) => ({ ...fields, cost: (held) => costs[kind](held) }));
  }

  get held() {
    return this.downlink.allocate(this.#tiles('known')).held;
  }

  load(held) {
    return held.reduce((sum, { level, isThin }, at) => sum + this.people[at].real[level] * (isThin ? 0.5 : 1), 0);
  }

  /** What all of it takes. */
  get whole() {
    return this.load(this.people.map(({ tile: { wanted } }) => ({ level: wanted, isThin: false })));
  }

  get isWhole() {
    return this.held.every(({ level, isThin }, at) => level === this.people[at].tile.wanted && !isThin);
  }

  tick() {
    this.now += TICK;
    // What was asked for last time has come meanwhile.
    const bits = this.load(this.before);
    const through = this.deep ? 1 : Math.min(1, this.capacity / bits);
    const lossRate = 1 - through * (1 - this.loss);
    const came = this.deep ? this.#wait(bits) : bits;
    const expected = Math.round(((bits + 40_000) * TICK) / 8_000_000) * 1_000 / 100;
    const noisy = Math.max(0, lossRate + (lossRate > 0 ? (this.chance.next() - 0.5) * 0.02 : 0));
    const people = this.people.length;
    const sample = {
      expected, lost: expected * noisy, bitrate: came * (1 - lossRate), people, decoded: 100, dropped: 0,
      frozen: this.chance.next() < this.restless || lossRate > 0.05 ? people : 0,
      delay: this.delay + this.late + this.chance.next() * this.jitter,
    };
    this.before.forEach(({ level, isThin }, at) => {
      const sway = 0.85 + this.chance.next() * 0.3;
      if (level > 0 && !isThin) this.people[at].costs.measure(level, this.people[at].real[level] * (1 - lossRate) * sway);
    });
    const from = this.load(this.held);
    if (this.downlink.judge(this.now, sample, this.#tiles('known'), this.#tiles('newest'))) {
      this.people.forEach(({ costs }) => costs.adopt());
    }
    this.before = this.held;
    const to = this.load(this.before);
    if (to !== from) this.changes.push({ at: this.now, isMore: to > from, patience: this.downlink.patience });
    this.before.forEach(({ level }, at) => {
      if (this.people[at].tile.isScreen) assert.equal(level, 3, 'a screen is blurred');
    });
    return lossRate;
  }

  /** What arrives through a queue. Jitter buffers grow with it at once, and shrink by so much a second. */
  #wait(bits) {
    const seconds = TICK / 1_000;
    const all = this.queue + bits * seconds;
    const came = Math.min(all, this.capacity * seconds);
    this.queue = all - came;
    const waits = this.capacity === Infinity ? 0 : (this.queue / this.capacity) * 1_000;
    this.delay = Math.max(50 + waits, this.delay - 100 * seconds);
    return came / seconds;
  }

  /** What all of it takes with the fewest pixels and pictures there are. */
  get least() {
    const thin = ({ real, tile: { isScreen } }) => (isScreen ? real[3] : real[1] / 2);
    return this.people.reduce((sum, person) => sum + thin(person), 0);
  }

  run(seconds) {
    const losses = [];
    for (const end = this.now + seconds * 1_000; this.now < end;) losses.push(this.tick());
    return losses;
  }

  /** More is tried only after it went well for as long as was said, or after the last trial did. */
  checkPace(seed) {
    this.changes.forEach(({ at, isMore, patience }, index) => {
      const last = this.changes[index - 1];
      const least = last?.isMore ? 5_000 : patience;
      if (isMore && last) assert.ok(at - last.at >= least, `seed ${seed}: more at ${at}, ${at - last.at} ms after a change`);
    });
  }
}

describe('a way that becomes narrow', () => {
  it('is not filled beyond what gets through, and all comes back when it is wide again', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      story.run(30);
      assert.ok(story.isWhole, `seed ${seed}: all of it at first`);
      const screen = story.people[1]?.real[3] ?? 0;
      story.capacity = Math.max(screen, story.whole * (0.1 + story.chance.next() * 0.8)) * 1.02;
      const losses = story.run(240).slice(-80);
      const bad = losses.filter((loss) => loss > 0.08).length;
      assert.ok(bad <= 12, `seed ${seed}: much was lost in ${bad} of 80 samples`);
      const changes = story.changes.filter(({ at }) => at > story.now - 120_000).length;
      assert.ok(changes <= 12, `seed ${seed}: ${changes} changes in two minutes`);
      story.capacity = Infinity;
      story.run(180);
      assert.ok(story.isWhole, `seed ${seed}: all of it again`);
      const { length } = story.changes;
      story.run(60);
      assert.equal(story.changes.length, length, `seed ${seed}: and it stays`);
      story.checkPace(seed);
    }
  });

  it('is not taken for narrow for long when it loses as much of little as of much', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      story.loss = 0.12;
      story.run(300);
      assert.ok(story.isWhole, `seed ${seed}`);
      story.checkPace(seed);
    }
  });

  it('is not filled beyond what gets through either where nothing is lost, and nothing stops for that', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      story.deep = true;
      story.run(30);
      const part = 0.3 + story.chance.next() * 0.6;
      story.capacity = Math.max(story.least * 1.3, story.whole * part);
      let late = 0;
      for (const end = story.now + 240_000; story.now < end;) {
        story.tick();
        if (end - story.now < 120_000 && story.queue > story.capacity) late += 1;
        assert.ok(story.held.every(({ level }) => level > 0), `seed ${seed}: something stopped`);
      }
      assert.ok(late <= 32, `seed ${seed}: all came a second late in ${late} of 80 samples`);
      story.capacity = Infinity;
      story.run(180);
      assert.ok(story.isWhole, `seed ${seed}: all of it again`);
      story.checkPace(seed);
    }
  });

  it('is not taken for narrow for long when it is late, or uneven, however little comes', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      story.run(30);
      [story.late, story.jitter] = [200 + story.chance.next() * 1_000, story.chance.next() * 100];
      const held = [];
      for (const end = story.now + 600_000; story.now < end;) {
        story.tick();
        held.push(story.isWhole);
        assert.ok(story.held.every(({ level }) => level > 0), `seed ${seed}: something stopped`);
      }
      const part = held.filter((isWhole) => !isWhole).length / held.length;
      assert.ok(part < 0.2, `seed ${seed}: less came in ${part} of the time`);
      assert.ok(story.isWhole, `seed ${seed}: all of it in the end`);
      story.checkPace(seed);
    }
  });

  it('is not taken for narrow for long where pictures stand still however little comes', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      story.run(30);
      [story.restless, story.late] = [0.95, 150];
      story.run(300);
      assert.ok(story.isWhole, `seed ${seed}`);
      assert.ok(story.held.every(({ level }) => level > 0), `seed ${seed}: something stopped`);
      story.checkPace(seed);
    }
  });

  it('is followed when it changes all the time, and found wide in the end', () => {
    for (const seed of SEEDS) {
      const story = new Story(seed);
      for (let part = 0; part < 12; part += 1) {
        story.capacity = story.chance.next() < 0.3 ? Infinity : story.whole * story.chance.next() * 1.2;
        story.loss = story.chance.next() < 0.3 ? story.chance.next() * 0.2 : 0;
        story.deep = story.chance.next() < 0.3;
        story.run(story.chance.integer(5, 60));
      }
      [story.capacity, story.loss, story.deep] = [Infinity, 0, false];
      [story.queue, story.delay] = [0, 50];
      story.run(240);
      assert.ok(story.isWhole, `seed ${seed}`);
      story.checkPace(seed);
    }
  });
});
