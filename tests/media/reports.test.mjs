// What is made of reports about peer connections, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONNECTION_FIELDS, FIELDS, LAYER_FIELDS, StatsReader, digest } from './lib/stats-module.mjs';

/** When made-up reports begin, ms since 1970, as browsers have it. */
const START = 1_790_000_000_000;

/** A report at so many ms. */
function report(ms, ...entries) {
  return new Map(entries.map((entry) => [entry.id, { timestamp: START + ms, ...entry }]));
}

const inbound = (fields) => ({ id: 'IN', type: 'inbound-rtp', kind: 'video', mid: '0', ssrc: 7, ...fields });
const outbound = (fields) => ({ id: 'OUT', type: 'outbound-rtp', kind: 'video', mid: '0', ssrc: 7, ...fields });

function line(fields) {
  return {
    mid: '0', kind: 'video', sends: true, receives: true, sentTrack: 'sent', receivedTrack: 'received',
    sources: () => [], encodings: () => [], ...fields,
  };
}

/** The track of the last of several reports. */
function last(reports, lines = [line()]) {
  const digests = reports.reduce((done, next) => [...done, digest(next, lines, done.at(-1))], []);
  return digests.at(-1).tracks.get('0');
}

describe('what is made of a report', () => {
  it('has every field, whatever the browser leaves out', () => {
    for (const entry of [inbound(), outbound()]) {
      const stats = last([report(0, entry)]);
      assert.deepEqual(Object.keys(stats).sort(), FIELDS);
      const { mid, direction, kind, layers, ...others } = stats;
      assert.deepEqual([mid, kind, layers], ['0', 'video', []]);
      assert.equal(direction, entry.type === 'inbound-rtp' ? 'receive' : 'send');
      assert.deepEqual([...new Set(Object.values(others))], [undefined]);
    }
    const { connection, tracks, returned } = digest(new Map(), []);
    assert.deepEqual(Object.keys(connection).sort(), CONNECTION_FIELDS);
    assert.deepEqual([...new Set(Object.values(connection))], [undefined]);
    assert.deepEqual([tracks.size, returned.size], [0, 0]);
  });

  it('rates are between two reads, and unknown at the first', () => {
    const first = inbound({
      bytesReceived: 1000, framesDecoded: 10, packetsReceived: 90, packetsLost: 10, jitterBufferDelay: 1,
      jitterBufferEmittedCount: 10, jitter: 0.004, totalFreezesDuration: 0.5, freezeCount: 1,
    });
    const at0 = last([report(0, first)]);
    assert.deepEqual([at0.bitrate, at0.framesPerSecond, at0.lossRate, at0.jitterBufferDelay], Array(4).fill(undefined));
    const { packetsLost, jitter, freezeCount, freezeDuration, frames } = at0;
    assert.deepEqual([packetsLost, jitter, freezeCount, freezeDuration, frames], [10, 4, 1, 500, 10]);
    const then = inbound({
      bytesReceived: 6000, framesDecoded: 70, packetsReceived: 120, packetsLost: 20, jitterBufferDelay: 4,
      jitterBufferEmittedCount: 70,
    });
    const at2 = last([report(0, first), report(2000, then)]);
    assert.deepEqual([at2.bitrate, at2.framesPerSecond, at2.lossRate, at2.jitterBufferDelay], [20_000, 30, 0.25, 50]);
  });

  it("the browser's own pictures per second count", () => {
    const [first, then] = [10, 70].map((framesDecoded) => inbound({ framesDecoded, framesPerSecond: 24 }));
    assert.equal(last([report(0, first), report(2000, then)]).framesPerSecond, 24);
  });

  it('counters that go back give no rates, and never negative ones', () => {
    const counted = (count) => ({
      bytesReceived: count, framesDecoded: count, packetsReceived: count, packetsLost: 0,
      jitterBufferDelay: count, jitterBufferEmittedCount: count,
    });
    const rates = ({ bitrate, framesPerSecond, lossRate, jitterBufferDelay }) =>
      [bitrate, framesPerSecond, lossRate, jitterBufferDelay];
    const back = [report(0, inbound(counted(1000))), report(1000, inbound(counted(10)))];
    assert.deepEqual(rates(last(back)), Array(4).fill(undefined));
    assert.deepEqual(rates(last([...back, report(2000, inbound(counted(20)))])), [80, 10, 0, 1000]);
  });

  it('a new SSRC begins anew, also when its counters are higher', () => {
    const first = inbound({ bytesReceived: 1000, ssrc: 1 });
    const then = inbound({ bytesReceived: 900_000, ssrc: 2 });
    assert.equal(last([report(0, first), report(1000, then)]).bitrate, undefined);
    const both = [{ ...first, id: 'old', lastPacketReceivedTimestamp: 1 },
      { ...then, id: 'new', lastPacketReceivedTimestamp: 2, frameWidth: 320 }];
    assert.equal(last([report(0, ...both)]).frameWidth, 320);
    assert.equal(last([report(0, ...both.reverse())]).frameWidth, 320);
  });

  it('packets that come late take no loss back', () => {
    const first = inbound({ packetsReceived: 100, packetsLost: 5 });
    const then = inbound({ packetsReceived: 200, packetsLost: 3 });
    const stats = last([report(0, first), report(1000, then)]);
    assert.deepEqual([stats.packetsLost, stats.lossRate], [3, 0]);
  });

  it('nothing that was to arrive is no loss rate', () => {
    const still = inbound({ packetsReceived: 100, packetsLost: 5 });
    assert.equal(last([report(0, still), report(1000, still)]).lossRate, undefined);
  });

  it('the same report again says the same', () => {
    const [first, then] = [1000, 2000].map((bytesReceived) => inbound({ bytesReceived }));
    const reports = [report(0, first), report(1000, then), report(1000, then)];
    assert.equal(last(reports).bitrate, 8000);
  });

  it('a clock that goes back gives no rates', () => {
    const [first, then] = [1000, 2000].map((bytesReceived) => inbound({ bytesReceived }));
    assert.equal(last([report(1000, first), report(0, then)]).bitrate, undefined);
  });

  it('times may be microseconds', () => {
    const [first, then] = [0, 2000].map((ms) =>
      report(0, inbound({ bytesReceived: ms, timestamp: (START + ms) * 1000 })));
    assert.equal(last([first, then]).bitrate, 8000);
  });

  it('old Safari keeps half of it in entries of tracks', () => {
    const track = { id: 'T', type: 'track', frameWidth: 640, frameHeight: 360, ssrc: 1 };
    const { kind: _, ...bare } = inbound({ trackId: 'T', mediaType: 'audio', framesDecoded: 3 });
    const stats = last([report(0, track, bare)]);
    assert.deepEqual([stats.frameWidth, stats.frameHeight, stats.frames, stats.kind], [640, 360, 3, 'audio']);
  });

  it('a codec is named as people name it', () => {
    const codec = { id: 'C', type: 'codec', mimeType: 'video/VP8' };
    assert.equal(last([report(0, codec, inbound({ codecId: 'C' }))]).codec, 'VP8');
  });

  it('loudness is what the browser says, or what the energy gives', () => {
    const audio = (fields) => inbound({ kind: 'audio', ...fields });
    assert.equal(last([report(0, audio({ audioLevel: 0.3 }))]).audioLevel, 0.3);
    const [first, then] = [[1, 10], [1.5, 12]].map(([totalAudioEnergy, totalSamplesDuration]) =>
      audio({ totalAudioEnergy, totalSamplesDuration }));
    assert.equal(last([report(0, first)]).audioLevel, undefined);
    assert.equal(last([report(0, first), report(2000, then)]).audioLevel, 0.5);
    const source = { id: 'S', type: 'media-source', kind: 'audio', audioLevel: 0.2 };
    assert.equal(last([report(0, source, outbound({ kind: 'audio', mediaSourceId: 'S' }))]).audioLevel, 0.2);
  });

  it('freezes are not guessed', () => {
    const delays = inbound({ totalInterFrameDelay: 9, totalSquaredInterFrameDelay: 3, framesDecoded: 100 });
    assert.equal(last([report(0, delays), report(1000, delays)]).freezeCount, undefined);
  });
});

describe('what is made of a report about sending', () => {
  const remote = (time, packetsLost, fields) => ({
    id: 'REMOTE', type: 'remote-inbound-rtp', localId: 'OUT', timestamp: START + time, packetsLost, jitter: 0.002,
    roundTripTime: 0.03, ...fields,
  });

  it('the receiver tells of losses, and its last word stands until the next', () => {
    const at = (ms, packetsSent, ...told) => report(ms, outbound({ packetsSent }), remote(...told));
    const reports = [at(0, 100, 0, 4), at(1000, 200, 900, 14), at(2000, 300, 900, 14), at(3000, 400, 2900, 54)];
    const seen = reports.map((_, index) => last(reports.slice(0, index + 1)));
    assert.deepEqual(seen.map(({ lossRate }) => lossRate), [undefined, 0.1, 0.1, 0.2]);
    assert.deepEqual(seen.map(({ packetsLost }) => packetsLost), [4, 14, 14, 54]);
    assert.deepEqual([seen[0].jitter, seen[0].roundTripTime], [2, 30]);
  });

  it('more losses than packets are all of them', () => {
    const at = (ms, packetsSent, lost) => report(ms, outbound({ packetsSent }), remote(ms, lost));
    assert.equal(last([at(0, 100, 0), at(1000, 110, 50)]).lossRate, 1);
  });

  const layer = (rid, ssrc, fields) => outbound({ id: rid, rid, ssrc, ...fields });
  const ENCODINGS = [{ rid: 'h', active: true }, { rid: 'm', active: true }, { rid: 'l', active: true }];
  const L = { frameWidth: 320, frameHeight: 180, framesPerSecond: 30, framesSent: 90 };
  const H = { frameWidth: 1280, frameHeight: 720, framesPerSecond: 25, framesSent: 60 };
  const M = { frameWidth: 640, frameHeight: 360, framesPerSecond: 30, framesSent: 80 };
  const three = (bytes, { l, h, m } = {}) => [
    layer('l', 3, { ...L, bytesSent: bytes, ...l }),
    layer('h', 1, { ...H, bytesSent: 5 * bytes, ...h }),
    layer('m', 2, { ...M, bytesSent: 2 * bytes, ...m }),
  ];
  const simulcast = (fields, encodings = ENCODINGS) => {
    const reports = [0, 1000].map((ms) => report(ms, ...three(ms, fields)));
    return last(reports, [line({ encodings: () => encodings })]);
  };
  const picture = ({ frameWidth, frameHeight, framesPerSecond }) => [frameWidth, frameHeight, framesPerSecond];

  it('layers are added up, and the biggest gives the size', () => {
    const stats = simulcast();
    assert.equal(stats.bitrate, 64_000);
    assert.deepEqual(picture(stats), [1280, 720, 25]);
    assert.equal(stats.frames, 90);
    const bitrates = stats.layers.map(({ rid, bitrate }) => [rid, bitrate]);
    assert.deepEqual(bitrates, [['h', 40_000], ['m', 16_000], ['l', 8000]]);
    assert.deepEqual(Object.keys(stats.layers[0]).sort(), LAYER_FIELDS);
    assert.deepEqual(picture(stats.layers[2]), [320, 180, 30]);
  });

  it('layers that are switched off give no size, as the browser or their sender says', () => {
    const said = simulcast({ h: { active: false }, m: { active: true }, l: { active: true } });
    const configured = simulcast({}, [{ rid: 'h', active: false }, ...ENCODINGS.slice(1)]);
    for (const stats of [said, configured]) {
      assert.deepEqual(picture(stats), [640, 360, 30]);
      assert.deepEqual(stats.layers.map(({ active }) => active), [false, true, true]);
    }
    const none = simulcast({}, ENCODINGS.map(({ rid }) => ({ rid, active: false })));
    assert.deepEqual(picture(none), [undefined, undefined, undefined]);
  });

  it('what is switched off has no size', () => {
    const off = outbound({ active: false, frameWidth: 640, frameHeight: 360, framesPerSecond: 0 });
    assert.deepEqual(picture(last([report(0, off)])), [undefined, undefined, undefined]);
  });

  it('a layer that is held back has no size', () => {
    const held = { frameWidth: 0, frameHeight: 0, framesPerSecond: 0 };
    const stats = simulcast({ h: held });
    assert.deepEqual(picture(stats), [640, 360, 30]);
    assert.deepEqual(picture(stats.layers[0]), [undefined, undefined, 0]);
    assert.deepEqual(picture(simulcast({ h: { framesPerSecond: 0 } })), [640, 360, 30]);
  });

  it('a layer that begins later joins the sum when its rate is known', () => {
    const [l, h] = three(0);
    const [l1, h1] = three(1000);
    const lines = [line({ encodings: () => ENCODINGS })];
    assert.equal(last([report(0, l), report(1000, l1, h1)], lines).bitrate, 8000);
    assert.equal(last([report(0, l, h), report(1000, l1, h1)], lines).bitrate, 48_000);
  });

  it('what limits any layer limits the track', () => {
    const limited = (reason) => ({ qualityLimitationReason: reason });
    assert.equal(simulcast({ h: limited('none'), m: limited('cpu'), l: limited('none') }).limitation, 'cpu');
    assert.equal(simulcast({ h: limited('none'), m: limited('none') }).limitation, 'none');
    assert.equal(simulcast().limitation, undefined);
  });
});

describe('to which m-line a stream belongs', () => {
  const lines = ['a', 'b'].map((mid, index) => line({
    mid, sentTrack: `sent ${mid}`, receivedTrack: `received ${mid}`, sources: () => [index + 1],
  }));
  const mids = (entries, among = lines, earlier = undefined) =>
    [...digest(report(1, ...entries), among, earlier).tracks.keys()];
  const nameless = (make, fields) => make({ mid: undefined, ssrc: undefined, ...fields });

  it('the browser says so', () => {
    assert.deepEqual(mids([inbound({ mid: 'b', trackIdentifier: 'received a' })]), ['b']);
  });

  it('by the track', () => {
    assert.deepEqual(mids([nameless(inbound, { trackIdentifier: 'received b' })]), ['b']);
    const track = { id: 'T', type: 'track', trackIdentifier: 'received b' };
    assert.deepEqual(mids([track, nameless(inbound, { trackId: 'T' })]), ['b']);
    const source = { id: 'S', type: 'media-source', trackIdentifier: 'sent b' };
    assert.deepEqual(mids([source, nameless(outbound, { mediaSourceId: 'S' })]), ['b']);
  });

  it('by the SSRC', () => {
    assert.deepEqual(mids([nameless(inbound, { ssrc: 2 })]), ['b']);
    const earlier = digest(report(0, outbound({ mid: 'b', ssrc: 9 })), lines);
    assert.deepEqual(mids([nameless(outbound, { ssrc: 9 })], lines, earlier), ['b']);
  });

  it('the only one there is', () => {
    const audio = line({ mid: 'c', kind: 'audio' });
    const idle = line({ mid: 'd', kind: 'audio', sends: false });
    assert.deepEqual(mids([nameless(outbound, { kind: 'audio' })], [...lines, idle, audio]), ['c']);
  });

  it('or to none that is known', () => {
    assert.deepEqual(mids([nameless(inbound)]), []);
    const twice = lines.map((each) => ({ ...each, sentTrack: 'same' }));
    const source = { id: 'S', type: 'media-source', trackIdentifier: 'same' };
    assert.deepEqual(mids([source, nameless(outbound, { mediaSourceId: 'S' })], twice), []);
  });

  it('both ways are kept apart', () => {
    const { tracks, returned } = digest(report(0, inbound(), outbound(), inbound({ id: 'X', mid: '1' })), lines);
    const directions = (map) => [...map].map(([mid, { direction }]) => [mid, direction]);
    assert.deepEqual(directions(tracks), [['0', 'send'], ['1', 'receive']]);
    assert.deepEqual(directions(returned), [['0', 'receive']]);
  });
});

describe('what is made of a report about the connection', () => {
  const pair = (id, fields) => ({
    id, type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', state: 'succeeded', nominated: false,
    ...fields,
  });
  const candidates = (local, remote) => [
    { id: 'L', type: 'local-candidate', candidateType: 'host', protocol: 'udp', ...local },
    { id: 'R', type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp', ...remote },
  ];
  const connection = (...entries) => digest(report(0, ...entries), []).connection;

  it('as Chromium has it', () => {
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P2', bytesSent: 500, bytesReceived: 60 };
    const fields = { currentRoundTripTime: 0.02, responsesReceived: 3, availableOutgoingBitrate: 3e5, bytesSent: 1 };
    const pairs = [pair('P1', { nominated: true }), pair('P2', fields)];
    assert.deepEqual(connection(...pairs, transport, ...candidates()), {
      roundTripTime: 20, availableOutgoingBitrate: 3e5, bytesSent: 500, bytesReceived: 60,
      localCandidateType: 'host', remoteCandidateType: 'srflx', protocol: 'udp', relayed: false,
    });
  });

  it('as Firefox has it: bytes by pair, and no time before an answer', () => {
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' };
    const pairs = ['P1', 'P2'].map((id) =>
      pair(id, { bytesSent: 10, bytesReceived: 20, currentRoundTripTime: 0, responsesReceived: 0 }));
    const remote = { id: 'X', type: 'remote-inbound-rtp', roundTripTime: 0.007 };
    const { bytesSent, bytesReceived, roundTripTime } = connection(...pairs, transport, remote, ...candidates());
    assert.deepEqual([bytesSent, bytesReceived, roundTripTime], [20, 40, 7]);
  });

  it('without a transport, the pair that is selected or else nominated', () => {
    const others = [pair('P1'), pair('P2', { nominated: true, currentRoundTripTime: 0.001 })];
    assert.equal(connection(...others).roundTripTime, 1);
    assert.equal(connection(...others, pair('P3', { selected: true, currentRoundTripTime: 0.002 })).roundTripTime, 2);
  });

  it('a relay at either end', () => {
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' };
    const via = (...ends) => connection(pair('P'), transport, ...candidates(...ends));
    const near = via({ candidateType: 'relay', relayProtocol: 'tls' });
    assert.deepEqual([near.relayed, near.protocol], [true, 'tls']);
    const far = via({}, { candidateType: 'relay' });
    assert.deepEqual([far.relayed, far.protocol], [true, 'udp']);
  });
});

describe('a reader', () => {
  function peer(fields) {
    return { asked: 0, signalingState: 'stable', getTransceivers: () => [], ...fields };
  }

  it('asks once for all who ask meanwhile, and again for those who come later', async () => {
    const pc = peer({ getStats: async () => report((pc.asked += 1), inbound({ framesDecoded: pc.asked })) });
    const reader = new StatsReader(pc);
    const early = performance.now();
    const [one, other] = await Promise.all([reader.read(), reader.read()]);
    assert.equal(pc.asked, 1);
    assert.equal(one, other);
    assert.ok(one.at >= early && one.at <= performance.now());
    const later = await reader.read();
    assert.deepEqual([pc.asked, later.tracks.get('0').frames, one.tracks.get('0').frames], [2, 2, 1]);
    assert.equal(later.raw.get('IN').framesDecoded, 2);
  });

  it('rejects once the connection is closed, before and while it is asked', async () => {
    const pc = peer({ getStats: async () => {
      pc.asked += 1;
      pc.signalingState = 'closed';
      if (pc.asked === 1) throw new DOMException('gone', 'InvalidStateError');
      return new Map();
    } });
    const reader = new StatsReader(pc);
    await assert.rejects(reader.read(), { code: 'closed' });
    await assert.rejects(reader.read(), { code: 'closed' });
    assert.equal(pc.asked, 1);
    pc.signalingState = 'stable';
    await assert.rejects(reader.read(), { code: 'closed' });
    assert.equal(pc.asked, 2);
  });

  it('passes other failures on, and works afterwards', async () => {
    let fail = true;
    const pc = peer({ getStats: async () => {
      if (fail) throw new TypeError('not now');
      return report(0, inbound());
    } });
    const reader = new StatsReader(pc);
    await assert.rejects(reader.read(), { name: 'TypeError', message: 'not now' });
    fail = false;
    assert.equal((await reader.read()).tracks.size, 1);
  });
});
