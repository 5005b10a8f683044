// What is said to the browser, and what travels in pieces: without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { indexes, stereoAsOffered, tuned, withInactive } from '../../src/web/peer.js';
import { videoEncodings } from '../../src/web/sending.js';
import { moduleOf } from '../page/lib/module.mjs';

const HD = { width: 1280, height: 720, frameRate: 30 };
const sum = (encodings) => encodings.reduce((total, { maxBitrate }) => total + maxBitrate, 0);

// Before anything is described: the runner may be through with that before this is here.
const { frames, Reassembly } = await moduleOf('media/chunks.ts');

describe('encodings', () => {
  it('are one for a picture that is sent in one size', () => {
    const [encoding, ...others] = videoEncodings(HD, {});
    assert.deepEqual(others, []);
    assert.equal(encoding.rid, undefined);
    assert.ok(encoding.maxBitrate > 1_000_000 && encoding.maxBitrate < 2_500_000);
  });

  it('give a picture that is sent alone what Chromium wants before it begins in full size, however few pictures there are', () => {
    const least = (width, height, more) => videoEncodings({ width, height, frameRate: 5 }, {}, more).at(-1).maxBitrate;
    assert.ok(least(640, 360) > 300_000 && least(640, 480) > 300_000 && least(640, 360, { count: 3 }) > 300_000);
    assert.ok(least(960, 540) > 500_000 && least(1280, 720) > 500_000);
    assert.ok(least(320, 180) < 150_000);
    assert.equal(least(1280, 720, { roomBitrate: 200_000 }), 200_000, 'what the room lets through');
  });

  it('are as many as the size is worth, best first', () => {
    const count = (width) => videoEncodings({ width, height: (width * 9) / 16 }, { simulcast: true }).map(({ rid }) => rid);
    assert.deepEqual([count(1280), count(640), count(320)], [['h', 'm', 'l'], ['h', 'm'], [undefined]]);
    // By pixels, as Chromium counts.
    const shapes = [[640, 480], [960, 400], [1024, 768], [480, 200]].map(([width, height]) => videoEncodings({ width, height }, { simulcast: true }).length);
    assert.deepEqual(shapes, [2, 2, 3, 1]);
    const portrait = videoEncodings({ width: 720, height: 1280 }, { simulcast: true });
    assert.deepEqual(portrait.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy), [1, 2, 4]);
    const rates = portrait.map(({ maxBitrate }) => maxBitrate);
    assert.deepEqual(rates, [...rates].sort((a, b) => b - a));
  });

  it('share what they are given', () => {
    const shared = videoEncodings(HD, { simulcast: true, maxBitrate: 600_000 });
    assert.ok(Math.abs(sum(shared) - 600_000) < 5);
    const plenty = videoEncodings(HD, { simulcast: true, maxBitrate: 50_000_000 });
    assert.equal(sum(plenty), sum(videoEncodings(HD, { simulcast: true })));
    assert.equal(sum(videoEncodings(HD, { maxBitrate: 5_000_000 })), 5_000_000);
  });

  it('hold all layers of a picture that has them in one', () => {
    const modes = ['L1T3', 'L2T1', 'L3T3'].map((scalabilityMode) => sum(videoEncodings(HD, { scalabilityMode })));
    assert.equal(modes[0], sum(videoEncodings(HD, {})));
    assert.equal(modes[2], sum(videoEncodings(HD, { simulcast: true })));
    assert.ok(modes[0] < modes[1] && modes[1] < modes[2]);
  });

  it('stay within what the room lets through', () => {
    for (const options of [{ simulcast: true }, { simulcast: true, maxBitrate: 900_000 }, { maxBitrate: 5_000_000 }, {}]) {
      assert.ok(Math.abs(sum(videoEncodings(HD, options, { roomBitrate: 500_000 })) - 500_000) < 5);
    }
    const small = { width: 320, height: 180 };
    assert.deepEqual(videoEncodings(small, {}, { roomBitrate: 5_000_000 }), videoEncodings(small, {}));
    assert.deepEqual(videoEncodings(HD, {}, { roomBitrate: 0 }), videoEncodings(HD, {}), '0 is no limit');
    assert.equal(sum(videoEncodings(HD, {}, { roomBitrate: 1_000 })), 64_000);
  });

  it('are those of their m-line, of which a smaller picture uses the last alone', () => {
    const [options, count] = [{ simulcast: true }, 3];
    const sent = (picture, more = {}) => videoEncodings(picture, { ...options, ...more }, { count })
      .map(({ active, scaleResolutionDownBy }) => active && scaleResolutionDownBy);
    const [middle, small] = [{ width: 640, height: 360 }, { width: 320, height: 180 }];
    assert.deepEqual([sent(HD), sent(middle), sent(small)], [[1, 2, 4], [false, false, 1], [false, false, 1]]);
    assert.deepEqual(sent({}), [1, 2, 4], 'a size that is not known yet');
    assert.equal(videoEncodings(middle, options, { count })[2].maxBitrate, videoEncodings(middle, {})[0].maxBitrate);
    assert.deepEqual(videoEncodings(HD, options, { count: 2 }).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy), [1, 2]);
    assert.deepEqual(sent(middle, { layers: [true, false, false] }), [false, false, 1], 'the best there is');
    assert.deepEqual(sent(small, { layers: [false, false, false] }), [false, false, false]);
    assert.equal(videoEncodings(HD, options, { count: 1 }).length, 1);
  });

  it('say what was asked for', () => {
    const options = { scalabilityMode: 'L3T3', maxFrameRate: 10, priority: 'high' };
    const [encoding] = videoEncodings(HD, options);
    assert.deepEqual([encoding.scalabilityMode, encoding.maxFramerate, encoding.priority, encoding.networkPriority],
      ['L3T3', 10, 'high', 'high']);
    const layers = videoEncodings(HD, { simulcast: true, layers: [false, true] });
    assert.deepEqual(layers.map(({ active }) => active), [false, true, true]);
    assert.ok(videoEncodings(HD, { source: 'screen' })[0].maxFramerate <= 15);
  });
});

const SDP = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n'
  + 'm=audio 9 UDP/TLS/RTP/SAVPF 111 8\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\n'
  + 'a=fmtp:111 minptime=10;stereo=0; usedtx=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=rtpmap:96 VP8/90000\r\n';
const wish = (mid, options) => (asked) => (asked === mid ? options : undefined);

describe('what Opus is told', () => {
  it('replaces what is said and leaves the rest', () => {
    const said = 'a=fmtp:111 minptime=10;usedtx=1;stereo=1;sprop-stereo=1\r\n';
    assert.equal(tuned(SDP, wish('a', { dtx: true, stereo: true })),
      SDP.replace('a=fmtp:111 minptime=10;stereo=0; usedtx=0\r\n', said));
  });

  it('is added behind its codec where nothing is said', () => {
    const map = 'a=mid:0\r\na=rtpmap:111 opus/48000/2\r\n';
    assert.equal(tuned(SDP, wish('0', { maxBitrate: 64_000, fec: false })),
      SDP.replace(map, `${map}a=fmtp:111 useinbandfec=0;maxaveragebitrate=64000\r\n`));
  });

  it('leaves pictures and what nobody wished for alone', () => {
    assert.equal(tuned(SDP, wish('2', { dtx: true, maxBitrate: 1 })), SDP);
    assert.equal(tuned(SDP, () => undefined), SDP);
  });

  it('takes stereo where it is offered', () => {
    const offer = tuned(SDP, wish('a', { stereo: true }));
    const answer = stereoAsOffered(offer, SDP);
    assert.ok(answer.includes('a=fmtp:111 minptime=10;usedtx=0;stereo=1\r\n'), answer);
    assert.equal(answer.match(/stereo/g).length, 1);
    assert.equal(stereoAsOffered(SDP, SDP), SDP);
  });

  it('keeps what was offered inactive and refused, and refuses what was to be sent', () => {
    const line = (port, mid, way, ufrag = 'theirs') =>
      `m=audio ${port} UDP/TLS/RTP/SAVPF 0\r\na=mid:${mid}\r\na=${way}\r\na=rtpmap:0 PCMU/8000\r\na=ice-ufrag:${ufrag}\r\n`;
    const head = 'v=0\r\na=group:BUNDLE';
    const offer = `${head} 0 1 2\r\n${line(9, 0, 'sendonly', 'ours')}${line(0, 1, 'inactive', 'ours')}${line(9, 2, 'sendonly', 'ours')}`;
    const refused = 'm=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=inactive\r\n';
    const answer = `${head} 0\r\n${line(9, 0, 'recvonly')}${refused}${refused}`;
    const kept = `${head} 0 1\r\n${line(9, 0, 'recvonly')}${line(9, 1, 'inactive')}${refused}`;
    assert.equal(withInactive(offer, answer), kept);
    const whole = `${head} 0 2\r\n${line(9, 0, 'recvonly')}${line(9, 1, 'inactive')}${line(9, 2, 'recvonly')}`;
    assert.equal(withInactive(offer, whole), whole);
  });

  it('goes by the mid of each m-line', () => {
    assert.deepEqual([...indexes(SDP)], [['0', 0], ['a', 1], ['2', 2]]);
  });
});

const LIMIT = 65_535;
const MEGABYTE = 1_000_000;
const buffer = (bytes) => (typeof bytes === 'string' ? bytes : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const bytes = (length) => Uint8Array.from({ length }, (_, index) => (index * 7) % 256);

/** What comes out when frames arrive in this order. */
function through(all, reassembly = new Reassembly(10 * MEGABYTE), now = 0) {
  return all.map((frame) => reassembly.take('Ada', buffer(frame), now)).filter((whole) => whole !== undefined);
}

describe('messages in pieces', () => {
  it('travel as they are if they fit', () => {
    for (const data of ['hello', 'ü'.repeat(20_000), bytes(60_000)]) assert.deepEqual([...frames(data)], [data]);
  });

  it('are whole again, whatever their size, and no piece is too large for Janus', () => {
    for (const data of [bytes(60_001), bytes(3 * MEGABYTE), '€'.repeat(30_001)]) {
      const all = [...frames(data)];
      assert.ok(all.length > 1);
      for (const frame of all) assert.ok(frame.byteLength < LIMIT);
      const [whole, ...others] = through(all);
      assert.deepEqual(others, []);
      if (typeof data === 'string') assert.equal(whole, data);
      else assert.deepEqual(new Uint8Array(whole), data);
    }
  });

  it('are whole again in any order, and beside each other', () => {
    const [one, two] = [[...frames(bytes(200_000))], [...frames('x'.repeat(200_000))]];
    const mixed = one.flatMap((frame, index) => [two[index], frame]).reverse();
    const got = through(mixed);
    assert.deepEqual(got.map((whole) => (typeof whole === 'string' ? whole.length : whole.byteLength)).sort(), [200_000, 200_000]);
  });

  it('are no less whole if they look like pieces', () => {
    const [piece] = [...frames(bytes(100_000))];
    const short = piece.slice(0, 40);
    const all = [...frames(short)];
    assert.notDeepEqual(all, [short]);
    assert.deepEqual(new Uint8Array(through(all)[0]), short);
  });

  it('never come from what is broken, too large, or said twice', () => {
    const all = [...frames(bytes(200_000))];
    assert.deepEqual(through([all[0], all[0], all[1], all[2]]), []);
    assert.deepEqual(through([...frames(bytes(200_000))], new Reassembly(199_999)), []);
    const torn = all[1].slice();
    new DataView(torn.buffer).setUint32(8, 4_000_000_000);
    assert.deepEqual(through([torn]), []);
    // Of one message, by its number, and of another length.
    const short = [...frames(bytes(70_000))];
    for (const piece of short) piece.set(all[0].subarray(4, 8), 4);
    assert.deepEqual(through([all[0], short[1], all[1]]), []);
  });

  it('are never given up while they come, however much is broken beside them', () => {
    const reassembly = new Reassembly(10 * MEGABYTE);
    const long = [...frames(bytes(3 * MEGABYTE))];
    const got = long.flatMap((frame) => {
      const broken = Array.from({ length: 20 }, () => [...frames(bytes(61_000))][1]);
      return through([...broken, frame], reassembly);
    });
    assert.deepEqual(got.map((whole) => whole.byteLength), [3 * MEGABYTE]);
  });

  it('hold no more memory than two of the largest take', () => {
    const reassembly = new Reassembly(MEGABYTE);
    const firsts = Array.from({ length: 60 }, () => [...frames(bytes(100_000))]);
    assert.deepEqual(through(firsts.map(([first]) => first), reassembly), []);
    const rest = (from, to) => through(firsts.slice(from, to).map(([, second]) => second), reassembly).length;
    assert.deepEqual([rest(-30), rest(0, 20)], [30, 0]);
  });

  it('are given up when nothing more comes', () => {
    const reassembly = new Reassembly(MEGABYTE);
    const [first, ...rest] = [...frames(bytes(130_000))];
    assert.deepEqual(through([first], reassembly, 0), []);
    assert.deepEqual(through(rest, reassembly, 31_000), []);
  });

  it('are given up as their sender leaves, under a label that was cut as well, and no others', () => {
    const long = 'a'.repeat(70);
    const [present, cut] = ['Bob', long.slice(0, 63)];
    const reassembly = new Reassembly(MEGABYTE);
    const [first, second] = [...frames(bytes(100_000))];
    const take = (sender, frame) => reassembly.take(sender, buffer(frame), 0)?.byteLength;
    for (const sender of ['Ada', present, cut]) assert.equal(take(sender, first), undefined);
    reassembly.parted('Ada');
    reassembly.parted(long);
    assert.deepEqual(['Ada', present, cut].map((sender) => take(sender, second)), [undefined, 100_000, undefined]);
  });
});
