// Who speaks and in which order, what is a stall and how well media gets through: the decisions, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moduleOf } from '../page/lib/module.mjs';
import { chance } from './lib/speakers.mjs';

const { SpeakerOrder, SPEAKS, SILENT } = await moduleOf('live/speakers-order.ts');
const { smooth, toEar, Freshness, Rota } = await moduleOf('live/levels-scale.ts');
const { StallWatch } = await moduleOf('live/stalls-rule.ts');
const { Pace, Steady, blame, gradeOf, inWords } = await moduleOf('live/quality-score.ts');

const STEP = 100;
const voice = (level, more) => ({ level, announced: undefined, muted: false, ...more });

/** Steps with voices made by `make(step)`; what each step came to. */
function listen(steps, make, order = new SpeakerOrder(), begin = 0) {
  return Array.from({ length: steps }, (_, at) => order.step(begin + at * STEP, new Map(Object.entries(make(at)))));
}

describe('who speaks', () => {
  it('a knock is no speech, a breath is no end, and a level between the two thresholds keeps what is', () => {
    const knock = listen(20, (at) => ({ Ada: voice(at === 5 ? 1 : 0) }));
    assert.deepEqual(knock.flatMap(({ began }) => began), []);
    const order = new SpeakerOrder();
    const words = listen(30, (at) => ({ Ada: voice(at % 8 < 3 ? 0.5 : 0) }), order);
    assert.deepEqual(words.flatMap(({ began }) => began), ['Ada']);
    assert.deepEqual(words.flatMap(({ ceased }) => ceased), []);
    const between = listen(30, () => ({ Ada: voice((SPEAKS + SILENT) / 2) }), order, 3_000);
    assert.deepEqual(between.at(-1).speakers, ['Ada']);
    const quiet = listen(20, () => ({ Ada: voice(SILENT / 2) }), order, 6_000);
    assert.deepEqual([quiet.flatMap(({ ceased }) => ceased), quiet.at(-1).speakers], [['Ada'], []]);
    assert.deepEqual(listen(30, () => ({ Ada: voice((SPEAKS + SILENT) / 2) })).at(-1).speakers, []);
  });

  it('the word of the server counts where there is one, and nothing of those who are muted', () => {
    const last = (voices) => listen(20, () => voices).at(-1).speakers;
    assert.deepEqual(last({ Ada: voice(0, { announced: true }) }), ['Ada']);
    assert.deepEqual(last({ Ada: voice(1, { announced: false }) }), []);
    assert.deepEqual(last({ Ada: voice(1, { announced: true, muted: true }) }), []);
    const [first] = listen(1, () => ({ Ada: voice(0, { announced: true }) }));
    assert.deepEqual(first.began, ['Ada']);
  });

  it('the louder comes first, the newcomer among equals, and they change places when it lasts', () => {
    const order = new SpeakerOrder();
    assert.deepEqual(listen(30, () => ({ Ada: voice(0.3), Bob: voice(0.6), Cy: voice(0.3) }), order).at(-1).speakers[0], 'Bob');
    const turned = listen(60, () => ({ Ada: voice(0.9), Bob: voice(0.3), Cy: voice(0.3) }), order, 3_000);
    assert.equal(turned.at(-1).speakers[0], 'Ada');
    assert.equal(turned[2].speakers[0], 'Bob');
    const words = listen(3, (at) => ({ Ada: voice(0, { announced: true }), Bob: voice(0, { announced: at > 0 }) }));
    assert.deepEqual(words.at(-1).speakers, ['Bob', 'Ada']);
  });

  it('is one truth, without flicker, whatever is heard', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = chance(seed);
      const order = new SpeakerOrder();
      const names = ['Ada', 'Bob', 'Cy', 'Dee'];
      const speaking = new Set();
      const changes = new Map(names.map((name) => [name, -Infinity]));
      const mean = Object.fromEntries(names.map((name) => [name, next()]));
      let [now, before, moves] = [0, [], 0];
      for (let at = 0; at < 300; at += 1) {
        now += next() < 0.02 ? 5_000 : STEP;
        const here = names.filter(() => next() > 0.002);
        const voices = new Map(here.map((name) => [name, voice(Math.min(1, mean[name] * next() * 1.5), { muted: next() < 0.002 })]));
        const { began, ceased, speakers } = order.step(now, voices);
        for (const name of ceased) assert.ok(speaking.delete(name), `seed ${seed}: ${name} ceased`);
        for (const name of began) {
          assert.ok(!speaking.has(name) && voices.has(name) && !voices.get(name).muted, `seed ${seed}: ${name} began`);
          speaking.add(name);
        }
        assert.deepEqual([...speakers].sort(), [...speaking].sort(), `seed ${seed}`);
        for (const name of [...began, ...ceased]) changes.set(name, now);
        if (began.length + ceased.length === 0 && speakers !== before) moves += 1;
        before = speakers;
      }
      // Each may move up once a second at most.
      assert.ok(moves <= (names.length * now) / 1_000, `seed ${seed}: ${moves} moves`);
    }
  });

  it('those who are as loud as each other do not change places', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const next = chance(seed);
      const turns = listen(600, () => ({ Ada: voice(0.45 + next() * 0.1), Bob: voice(0.45 + next() * 0.1) }));
      assert.equal(new Set(turns.slice(10).map(({ speakers }) => `${speakers}`)).size, 1, `seed ${seed}`);
    }
  });
});

describe('a level', () => {
  it('goes to where it should, without overshooting, and down to nothing', () => {
    let level = 0;
    for (let at = 0; at < 5; at += 1) {
      const then = smooth(level, 0.8, STEP);
      assert.ok(then > level && then <= 0.8);
      level = then;
    }
    assert.ok(level > 0.75);
    let steps = 0;
    while (level > 0) {
      assert.ok((level = smooth(level, 0, STEP)) >= 0 && (steps += 1) < 30);
    }
    assert.deepEqual([toEar(0), toEar(1), toEar(7), toEar(-1), toEar(0.25)], [0, 1, 1, 0, 0.5]);
  });

  it('holds only while something comes', () => {
    const [fresh, key] = [new Freshness(), {}];
    assert.deepEqual([0, 500, 1_200].map((now) => fresh.step(key, 7, now)), [true, true, false]);
    assert.ok(fresh.step(key, 8, 1_300));
  });
});

describe('who is asked', () => {
  it('is everybody in a small room, and in a large one the loudest always and everybody in turn', () => {
    const rota = new Rota();
    assert.deepEqual(rota.choose(['a', 'b'], 4, () => 0), ['a', 'b']);
    for (let seed = 1; seed <= 50; seed += 1) {
      const next = chance(seed);
      const people = Array.from({ length: 5 + Math.floor(next() * 30) }, (_, at) => at);
      const loud = new Set([people[1], people[3]]);
      const asked = new Set();
      for (let at = 0; at < people.length; at += 1) {
        const chosen = rota.choose(people, 4, (one) => (loud.has(one) ? 0.5 : 0));
        assert.equal(new Set(chosen).size, 4);
        for (const one of loud) assert.ok(chosen.includes(one));
        chosen.forEach((one) => asked.add(one));
      }
      assert.equal(asked.size, people.length, `seed ${seed}`);
    }
  });
});

describe('a stall', () => {
  const run = (watch, begin, counts, patience = 2_500) => counts.map((count, at) =>
    watch.step(begin + at * 1_000, new Map(count === null ? [] : [['Ada', { count, patience }]])));
  const told = (steps) => steps.map(({ stalled, resumed }) => (stalled.length ? 'S' : resumed.length ? 'R' : '.')).join('');

  it('is told when nothing comes, and its end when something does', () => {
    assert.equal(told(run(new StallWatch(), 0, [1, 2, 3, 3, 3, 3, 3, 4, 5])), '.....S.R.');
  });

  it('takes longer before anything came, and longer where pictures may hold still', () => {
    const nothing = Array(8).fill(undefined);
    assert.equal(told(run(new StallWatch(), 0, nothing)), '.....S..');
    assert.equal(told(run(new StallWatch(), 0, [1, ...Array(12).fill(2)], 10_000)), '...........S.');
  });

  it('ends for what is to come no longer, and is not known of a page that slept', () => {
    assert.equal(told(run(new StallWatch(), 0, [1, 2, 2, 2, 2, null, 2, 2])), '....SR..');
    const watch = new StallWatch();
    run(watch, 0, [1, 2]);
    assert.equal(told(run(watch, 60_000, [2, 2, 2, 2])), '...S');
  });

  it('of everything is said when it has lasted, until it is heard, and again after something came', () => {
    const silences = (...both) => {
      const watch = new StallWatch();
      const flow = (count) => ({ count, patience: 2_500 });
      return both.map(([ada, bob], at) => {
        const { silent } = watch.step(at * 1_000, new Map([['Ada', flow(ada)], ['Bob', flow(bob)]]));
        // Nobody hears it the first time.
        if (silent && at > 11) watch.heard();
        return silent;
      });
    };
    const still = (steps) => Array(steps).fill([5, 5]);
    assert.equal(silences(...still(30)).indexOf(true), 11);
    assert.equal(silences(...still(30)).filter(Boolean).length, 2);
    assert.ok(!silences(...Array.from({ length: 30 }, (_, at) => [5, at])).some(Boolean), 'something comes');
    // A connection that is made anew counts from nothing, which is nothing that came.
    assert.equal(silences(...still(14), ...Array(30).fill([0, 0])).filter(Boolean).length, 2);
    assert.equal(silences(...still(14), [0, 0], [1, 1], ...Array(20).fill([2, 2])).filter(Boolean).length, 3);
    const slides = new StallWatch();
    const said = Array.from({ length: 40 }, (_, at) => slides.step(at * 1_000, new Map([['Ada', { count: 5, patience: 10_000 }]])).silent);
    assert.ok(!said.some(Boolean), 'what may hold still proves nothing');
  });

  const seen = (watch, begin, pairs) => told(pairs.map(([count, pictures], at) =>
    watch.step(begin + at * 1_000, new Map([['Ada', { count, pictures, patience: 2_500 }]]))));

  it('is told of pictures that stand still while packets come, where somebody looks', () => {
    const frozen = (...pictures) => pictures.map((picture, at) => [at + 1, picture]);
    assert.equal(seen(new StallWatch(), 0, frozen(0, 0, 0, 0, 0, 0, 0, 1, 2)), '.....S.R.');
    assert.equal(seen(new StallWatch(), 0, frozen(1, 2, 2, 2, 2, 2, 2, 3)), '......SR');
    const nobody = undefined;
    assert.equal(seen(new StallWatch(), 0, frozen(...Array(9).fill(nobody))), '.........');
    // Whoever looks away and back gives it time again; who looks away while it is frozen misses nothing.
    assert.equal(seen(new StallWatch(), 0, frozen(1, 1, 1, 1, nobody, 1, 1, 1, 1, 1, 1)), '..........S');
    assert.equal(seen(new StallWatch(), 0, frozen(1, 1, 1, 1, 1, 1, nobody, nobody)), '.....SR.');
  });

  it('ends with a packet, and where somebody looks with a picture of it', () => {
    const rest = (...pairs) => seen(new StallWatch(), 0, [[1, 1], [1, 1], [1, 1], [1, 1], ...pairs]);
    assert.equal(rest([2, 1], [3, 1], [4, 2]), '...S..R');
    assert.equal(rest([1, undefined], [1, 1], [2, undefined]), '...S..R');
  });

  it('never says the same twice', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = chance(seed);
      const [watch, keys, stalled] = [new StallWatch(), ['a', 'b', 'c'], new Set()];
      const counts = { a: 0, b: 0, c: 0 };
      for (let at = 0, now = 0; at < 200; at += 1) {
        now += next() < 0.03 ? 30_000 : 1_000;
        const flows = new Map();
        for (const key of keys) {
          if (next() < 0.4) counts[key] += 1;
          const pictures = next() < 0.5 ? Math.floor(counts[key] / 3) : undefined;
          if (next() > 0.05) flows.set(key, { count: counts[key] || undefined, pictures, patience: 2_500 });
        }
        const change = watch.step(now, flows);
        for (const key of change.stalled) assert.ok(!stalled.has(key) && stalled.add(key), `seed ${seed}`);
        for (const key of change.resumed) assert.ok(stalled.delete(key), `seed ${seed}`);
        for (const key of stalled) assert.ok(flows.has(key), `seed ${seed}`);
      }
    }
  });
});

describe('quality', () => {
  it('is that of the worst, and nothing is said of what is not known', () => {
    const word = (health) => inWords(gradeOf(health));
    assert.equal(word({}), 'excellent');
    assert.equal(word({ loss: 0.01, jitter: 10, roundTripTime: 80, frozen: 0, missing: 0.1 }), 'excellent');
    assert.equal(word({ loss: 0.05 }), 'good');
    assert.equal(word({ hinted: true }), 'good');
    for (const bad of [{ loss: 0.2 }, { jitter: 200 }, { roundTripTime: 1_000 }, { frozen: 0.5 }, { missing: 0.8 }]) {
      assert.equal(word({ loss: 0, ...bad }), 'poor');
      assert.equal(word({ hinted: true, ...bad }), 'poor');
    }
  });

  it('takes neither a burst nor a gap at first for what to expect, and nothing for what is not known', () => {
    for (const first of [[30, 10, 10], [0, 30, 10], [10, 2, 10], [10, 30, 2], [undefined, 10, 10, 10]]) {
      const pace = new Pace();
      for (const layers of ['one', 'another']) {
        for (const rate of first) pace.step(layers, rate);
        const missing = () => pace.step(layers, 10) ?? 0;
        assert.ok(Array.from({ length: 6 }, missing).every((part) => part < 0.1), `${first}, ${layers}`);
        assert.ok(pace.step(layers, 1) > 0.8, `${first}, ${layers}`);
        assert.equal(pace.step(layers, undefined), undefined);
      }
    }
  });

  it('changes when it lasts, for the worse sooner than for the better, and at once where it is certain', () => {
    const steady = new Steady();
    const steps = (...grades) => grades.map((grade) => steady.step(grade)).join('');
    assert.equal(steps(0, 2, 0, 2, 0), '00000');
    assert.equal(steps(2, 2, 1, 0, 0, 0, 0), '0222210');
    assert.equal(steady.step(3, true), 3);
    assert.equal(steps(0, 0, 0, 0), '3330');
  });

  it('neither leaves what was measured nor changes often', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = chance(seed);
      const steady = new Steady();
      const seen = [0];
      let [before, changed] = [0, 0];
      for (let at = 0; at < 300; at += 1) {
        const grade = Math.floor(next() * 4);
        seen.push(grade);
        const now = steady.step(grade);
        const recent = seen.slice(-4);
        if (now > before) assert.ok(Math.min(...recent.slice(-2)) >= now, `seed ${seed}`);
        if (now < before) assert.ok(Math.max(...recent) <= now, `seed ${seed}`);
        if (now !== before) changed += 1;
        before = now;
      }
      assert.ok(changed < 150, `seed ${seed}: ${changed}`);
    }
  });

  it('what is bad of everybody is ours, and what is worse is theirs', () => {
    const judge = (own, others, down = false) => {
      const { own: mine, others: theirs } = blame(own, new Map(Object.entries(others)), down);
      return [mine, Object.fromEntries(theirs)];
    };
    assert.deepEqual(judge(0, {}), [0, {}]);
    assert.deepEqual(judge(1, { Ada: 2 }), [1, { Ada: 2 }]);
    assert.deepEqual(judge(0, { Ada: 2, Bob: 0 }), [0, { Ada: 2, Bob: 0 }]);
    assert.deepEqual(judge(0, { Ada: 2, Bob: 2 }), [2, {}]);
    assert.deepEqual(judge(0, { Ada: 1, Bob: 2 }), [1, { Bob: 2 }]);
    assert.deepEqual(judge(0, { Ada: 3, Bob: 3 }), [2, { Ada: 3, Bob: 3 }]);
    assert.deepEqual(judge(0, { Ada: 3, Bob: 3 }, true), [3, {}]);
  });
});
