// What adaptive reception and sending make of what was measured, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Budget, Decoder, Encoders, Network, Sampler, reduce, reduced, stepsOf } from './lib/adaptive-module.mjs';

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
