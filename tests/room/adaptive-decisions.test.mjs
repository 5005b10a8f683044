// What adaptive reception decides, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../chaos/lib/random.mjs';
import {
  Budget, Costs, Decoder, Demand, Downlink, Encoders, Network, Sampler, allocate, levelFor, reduce, reduced, scaleOf, stepsOf,
} from './lib/adaptive-module.mjs';

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

const FINE = { expected: 200, lost: 0, bitrate: 1e6, people: 3, frozen: 0, delay: 60, decoded: 100, dropped: 0 };

describe('the verdict on a sample', () => {
  const judge = (...samples) => {
    const network = new Network();
    return samples.map((sample) => network.judge({ ...FINE, ...sample })).at(-1);
  };

  it('goes by loss, by pictures that stand still and by loss, and by a queue that fills', () => {
    assert.equal(judge({}), 'good');
    assert.equal(judge({ lost: 10 }), 'fair');
    assert.equal(judge({ lost: 30 }, { lost: 30 }), 'bad');
    // An interruption is over when it shows.
    assert.equal(judge({ lost: 30 }), 'fair');
    assert.equal(judge({ lost: 30 }, {}, { lost: 30 }), 'fair');
    const [torn, nothing] = [{ lost: 30 }, { expected: 0 }];
    assert.equal(judge(torn, nothing, torn, torn, torn), 'fair');
    assert.equal(judge(nothing, torn, torn, torn, torn, torn), 'bad');
    const frozen = { lost: 10, frozen: 1 };
    assert.deepEqual([judge(frozen), judge(frozen, frozen)], ['fair', 'bad']);
    assert.equal(judge({}, { delay: 400 }), 'fair');
    assert.equal(judge({}, { delay: 400 }, { delay: 500 }), 'bad');
    // One that is being emptied.
    assert.equal(judge({}, { delay: 500 }, { delay: 450 }, { delay: 400 }), 'fair');
    // So few packets: they may be all there are.
    assert.equal(judge({ expected: 3 }), 'good');
    assert.equal(judge({ expected: 3, lost: 1 }), 'fair');
    assert.equal(judge({}, { expected: 3, delay: 400 }, { expected: 3, delay: 400 }), 'fair');
  });

  it('goes by pictures that stand still where that is not their sender’s doing, nor this machine’s', () => {
    const late = { delay: 200 };
    const [one, two] = [{ ...late, frozen: 1 }, { ...late, frozen: 2 }];
    assert.deepEqual([judge({}, one, one, one), judge({}, two)], ['fair', 'fair']);
    assert.deepEqual([judge({}, two, late, two), judge({}, two, two)], ['fair', 'bad']);
    // Where nothing comes later it is not the way.
    assert.equal(judge({}, { frozen: 3 }, { frozen: 3 }), 'good');
    // Of a few among many.
    const few = { ...late, people: 5, frozen: 2 };
    assert.equal(judge({}, few, few, few), 'fair');
    // Of the only one, where less arrives than before.
    const alone = { ...late, people: 1, frozen: 1 };
    assert.equal(judge({}, alone, alone), 'fair');
    assert.equal(judge({}, { ...alone, bitrate: 5e5 }, { ...alone, bitrate: 5e5 }), 'bad');
  });

  it('waits for news of the delay', () => {
    const none = { delay: undefined };
    assert.deepEqual([judge({}, { delay: 400 }, none, none), judge({}, { delay: 400 }, none, { delay: 400 })], ['fair', 'bad']);
    assert.equal(judge(none, none), 'good');
  });

  it('goes no longer by what stays as it is although less comes', () => {
    for (const bad of [{ delay: 600 }, { delay: 200, frozen: 3 }]) {
      const network = new Network();
      const judge = (sample) => network.judge({ ...FINE, ...sample });
      const less = { ...bad, bitrate: 5e5 };
      judge({});
      assert.deepEqual([judge(bad), judge(bad), network.isLosing], ['fair', 'bad', false]);
      network.cut({ ...FINE, ...bad });
      const verdicts = Array.from({ length: 20 }, () => judge(less));
      assert.deepEqual(verdicts.slice(6), Array(14).fill('good'), verdicts.join());
      assert.deepEqual([judge(bad), judge(bad)], ['good', 'good']);
    }
  });

  it('counts dropped pictures against this machine, but not those the network tore', () => {
    const judge = (...samples) => {
      const decoder = new Decoder();
      return samples.map((sample) => decoder.judge({ ...FINE, ...sample })).at(-1);
    };
    const many = { decoded: 70, dropped: 30 };
    assert.deepEqual([judge({}), judge(many), judge(many, many)], ['good', 'fair', 'bad']);
    assert.deepEqual([judge({ decoded: 7 }), judge({ decoded: 7, dropped: 1 })], ['good', 'fair']);
    const torn = { ...many, lost: 20 };
    assert.equal(judge(torn, torn), 'fair');
    // What the network tore is mended by the next picture that stands by itself, which may take a while.
    assert.deepEqual([judge(torn, many, many, many), judge(torn, many, {})], ['fair', 'good']);
    assert.equal(judge(torn, many, many, many, many, many), 'bad');
    const nothing = { expected: 0, decoded: 0 };
    assert.equal(judge(nothing, many, many, many), 'fair');
    // What little is lost now and then is mended, and hides no machine that is too slow, nor one that does well.
    const some = { ...many, lost: 6 };
    assert.equal(judge(some), 'fair');
    assert.equal(judge(some, many, many), 'bad');
    assert.equal(judge(some, many, some, many), 'bad');
    assert.equal(judge(some, some, some, some), 'fair');
    assert.equal(judge({ lost: 6 }), 'good');
    assert.equal(judge(many, { lost: 6 }, many), 'fair');
  });

  it('is made of what grew between two reports, whatever they leave out', () => {
    const sampler = new Sampler();
    const read = (...entries) => sampler.read(new Map(entries.map((entry) => [entry.id, entry])), new Map([['0', 'Ada'], ['1', 'Bob']]));
    const video = { id: 'V', type: 'inbound-rtp', kind: 'video', mid: '0', ssrc: 1, timestamp: 0 };
    const sound = { id: 'A', type: 'inbound-rtp', kind: 'audio', ssrc: 2, timestamp: 0, packetsReceived: 5, packetsLost: 1 };
    assert.equal(read(video, sound), undefined);
    const sample = read(
      { ...video, timestamp: 2_000, packetsReceived: 90, packetsLost: 10, bytesReceived: 1_000, freezeCount: 1,
        framesDecoded: 20, framesDropped: 5, jitterBufferDelay: 4, jitterBufferEmittedCount: 20 },
      { ...sound, timestamp: 2_000, packetsReceived: 55 },
      { id: 'C', type: 'codec' },
    );
    assert.deepEqual(sample, {
      expected: 150, lost: 10, bitrate: 4_000, people: 1, frozen: 1, delay: 200, decoded: 20, dropped: 5,
    });
    // Another stream in its place began anew, and so does a counter that went back.
    assert.equal(read({ ...video, ssrc: 9, timestamp: 4_000, packetsReceived: 1_000 }), undefined);
    assert.equal(read({ ...video, ssrc: 9, timestamp: 5_000, packetsReceived: 10 }).expected, 0);
  });

  it('tells how much longer the way of the server’s reports became, when there is one', () => {
    const sampler = new Sampler();
    const read = (timestamp, ...reports) => {
      const streams = reports.map(([id, sent, took]) => [
        { id: `V${id}`, type: 'inbound-rtp', kind: 'video', ssrc: 1, timestamp, remoteId: `R${id}` },
        { id: `R${id}`, type: 'remote-outbound-rtp', timestamp: sent + took, remoteTimestamp: sent },
      ]);
      return sampler.read(new Map(streams.flat().map((entry) => [entry.id, entry])), new Map())?.delay;
    };
    // The clocks differ by an hour.
    const hour = 3_600_000;
    assert.equal(read(1_000, ['a', 500, hour]), undefined);
    assert.equal(read(2_000, ['a', 1_500, hour + 300]), 300);
    assert.equal(read(3_000, ['a', 1_500, hour + 300]), undefined);
    // Whoever comes later, by whatever clock, is as late as the others; the least counts.
    assert.equal(read(4_000, ['a', 3_500, hour + 400], ['b', 3_400, 7]), 400);
    assert.equal(read(5_000, ['a', 4_500, hour + 900], ['b', 4_400, 107]), 500);
    assert.equal(read(6_000, ['b', 5_400, 7]), 400);
    // One that is paused is told of no more.
    assert.equal(read(7_000, ['a', 6_500, hour], ['b', 5_400, 7]), 400);
    assert.equal(read(8_000, ['a', 7_500, hour + 600], ['b', 5_400, 7]), 1_000);
  });

  it('counts people, not their pictures, and no delay that was asked for', () => {
    const sampler = new Sampler();
    const whose = new Map([['0', 'Ada'], ['1', 'Ada'], ['2', 'Bob'], ['3', 'Cem']]);
    const report = (timestamp, counters) => new Map([...whose.keys()].map((mid) => [mid, {
      id: mid, type: 'inbound-rtp', kind: 'video', mid, ssrc: 1, timestamp, ...counters,
    }]));
    sampler.read(report(0, {}), whose);
    const after = report(1_000, {
      framesDecoded: 10, jitterBufferDelay: 8, jitterBufferMinimumDelay: 0.5, jitterBufferEmittedCount: 10,
    });
    Object.assign(after.get('0'), { freezeCount: 1 });
    Object.assign(after.get('1'), { freezeCount: 2 });
    Object.assign(after.get('3'), { framesDecoded: 0 });
    const { people, frozen, delay } = sampler.read(after, whose);
    assert.deepEqual([people, frozen, delay], [2, 1, 50]);
  });
});

describe('a budget', () => {
  it('doubles its patience after each trial in vain, up to a limit, and does not come back sooner', () => {
    const budget = new Budget({ settle: 1_000, patience: 4_000, longest: 30_000 });
    const trials = [];
    let [steps, last] = [5, 0];
    for (let now = 0; now < 400_000; now += 500) {
      const stakes = { now: steps, less: steps - 1, more: steps < 5 ? steps + 1 : undefined, goal: steps };
      // There is room for three.
      const action = budget.judge(now, steps > 3 ? 'bad' : 'good', stakes);
      steps = Math.min(5, Math.floor(budget.limit));
      if (action === 'back') last = now;
      if (action === 'more') trials.push(now - last);
    }
    trials.shift();
    assert.deepEqual(trials.slice(0, 4).map((ms) => Math.floor(ms / 4_000)), [2, 4, 7, 7]);
    assert.equal(steps, 3);
  });
});

describe('an encoder of which the browser says nothing', () => {
  /** What it says after each second: of each layer for how long it was at work, and how many pictures there were. */
  const short = (seconds) => {
    const encoders = new Encoders();
    const [busy, encoded] = [[0, 0, 0], [0, 0, 0]];
    let frames = 0;
    return seconds.map((second, at) => {
      const layers = busy.map((_, layer) => ({
        id: `L${layer}`, type: 'outbound-rtp', kind: 'video', mid: '1', ssrc: layer, timestamp: at * 1_000,
        totalEncodeTime: (busy[layer] += second.busy[layer] ?? 0), framesEncoded: (encoded[layer] += second.encoded),
      }));
      const source = { id: 'S', type: 'media-source', kind: 'video', timestamp: at * 1_000, frames: (frames += second.frames ?? 30) };
      const entries = second.frames === null ? layers : [...layers, source];
      return [...encoders.read(new Map(entries.map((entry) => [entry.id, entry])))];
    });
  };

  it('is short when it has no time left and does not get everything done', () => {
    const [calm, full] = [{ busy: [0.2, 0.3, 0.4], encoded: 30 }, { busy: [0.5, 0.7, 0.9], encoded: 24 }];
    assert.deepEqual(short([calm, calm, full, full, calm]), [[], [], ['1'], ['1'], []]);
    // Layers are counted with those before them: together they would be more than there is.
    assert.deepEqual(short([calm, { busy: [0.4, 0.5, 0.6], encoded: 24 }]), [[], []]);
    // What does several at a time takes long and gets all done.
    assert.deepEqual(short([calm, { busy: [1.2], encoded: 30 }]), [[], []]);
    // A browser that does not say how much there was to be done.
    assert.deepEqual(short([{ ...calm, frames: null }, { ...full, frames: null }]), [[], ['1']]);
    // What begins anew, and the same report again.
    assert.deepEqual(short([full, { busy: [-0.5, -0.7, -0.9], encoded: -24 }]), [[], []]);
    const encoders = new Encoders();
    const report = new Map([['L', { id: 'L', type: 'outbound-rtp', kind: 'video', mid: '0', timestamp: 1, totalEncodeTime: 9 }]]);
    assert.deepEqual([...encoders.read(report), ...encoders.read(report)], []);
  });
});

describe('what is left out of what is sent', () => {
  const camera = { isScreen: false, layers: 3 };
  const single = { isScreen: false, layers: 1 };
  const screen = { isScreen: true, layers: 2 };

  it('is the best layers, then pictures, those of screens last', () => {
    const all = [camera, single, screen];
    const words = Array.from({ length: stepsOf(all) + 1 }, (_, steps) =>
      reduce(all, steps).map(({ layers, frameRate }) => `${layers}/${frameRate ?? ''}`).join(' '));
    assert.deepEqual(words, ['0/ 0/ 0/', '1/ 0/ 0/', '2/ 0/ 0/', '2/15 0/ 0/', '2/15 0/15 0/', '2/15 0/15 0/5']);
  });

  it('is never more than the page asked for, and never all', () => {
    const off = (layers, frameRate) => ({ layers, frameRate });
    assert.deepEqual(reduced({}, off(1), 3), { layers: [false, true, true], maxFrameRate: undefined });
    assert.deepEqual(reduced({ layers: [true, false, true], maxFrameRate: 10 }, off(1, 15), 3),
      { layers: [false, false, true], maxFrameRate: 10 });
    assert.deepEqual(reduced({ layers: [true, false] }, off(1), 2), { layers: [true, false], maxFrameRate: undefined });
    assert.deepEqual(reduced({ layers: [true, false] }, off(0), 2), { layers: [true, false], maxFrameRate: undefined });
  });
});
