// What a report leaves out, and what a check concludes: without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scrubbing, simulate, verdicts } from './lib/support-module.mjs';

const { scrub, scrubText, secretsOf, shownAddress } = scrubbing;
const { browserStep, candidateStep, deviceStep, echoStep, hiddenStep, mediaFailure, qualityStep, reportOf } = verdicts;

/** Repeatable chance (mulberry32). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SECRET_NAMES = ['pin', 'new_pin', 'secret', 'new_secret', 'token', 'apisecret', 'admin_key', 'password', 'credential', 'username',
  'display', 'metadata', 'feed_display', 'feed_metadata', 'allowed', 'srtp_crypto', 'opaque_id', 'Authorization'];
const PLAIN_NAMES = ['janus', 'room', 'body', 'plugindata', 'streams', 'jsep'];

/** Something with secrets of names that tell in it, and in other places secrets that are known; no secret twice. */
function grow(random, secrets, known, depth = 0) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const kind = random();
  if (depth > 5 || kind < 0.15) return pick([1, 2n ** 60n, true, null, undefined, Number.NaN, () => 1, 'plain', '']);
  if (kind < 0.3) return `before ${pick(known)}\r\nafter`;
  if (kind < 0.45) return Array.from({ length: Math.floor(random() * 4) }, () => grow(random, secrets, known, depth + 1));
  const entries = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    if (random() < 0.5) return [pick(PLAIN_NAMES), grow(random, secrets, known, depth + 1)];
    const secret = `s${secrets.length}-${Math.floor(random() * 1e9)}`;
    secrets.push(secret);
    return [pick(SECRET_NAMES), random() < 0.7 ? secret : [{ deep: secret }]];
  });
  return Object.fromEntries(entries);
}

describe('what a report leaves out', () => {
  it('is every secret, wherever it is; and what is left is JSON', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const random = chance(seed);
      const [secrets, known] = [[], ['known-one', 'known-two', 'a.b*c(d)$&']];
      const text = JSON.stringify(scrub({ value: grow(random, secrets, known) }, { secrets: known, addresses: false }));
      for (const secret of [...secrets, ...known]) assert.equal(text.includes(secret), false, `seed ${seed}: ${secret}`);
      assert.deepEqual(JSON.parse(text), scrub(JSON.parse(text), { secrets: known, addresses: false }), `seed ${seed}`);
    }
  });

  it('is whose stream it is, and not what it is', () => {
    const shown = (description) => scrub({ description }, { secrets: [], addresses: false }).description;
    assert.deepEqual(['camera', 'camera: Lab', 'microphone: A: b (muted)', 'screen (muted)', 'My webcam', 'cameras'].map(shown),
      ['camera', 'camera', 'microphone (muted)', 'screen (muted)', '[redacted]', '[redacted]']);
    assert.deepEqual(scrub({ feed_description: 'screen: Board' }, { secrets: [], addresses: false }), { feed_description: 'screen' });
  });

  it('is addresses, and not of which kind they are', () => {
    const sdp = 'c=IN IP4 192.0.2.7\r\na=candidate:1 1 udp 2122 192.0.2.7 50000 typ host\r\n'
      + 'a=candidate:2 1 UDP 2122 2001:db8::7 50001 typ srflx raddr 192.0.2.7 rport 50000 generation 0\r\n'
      + 'a=candidate:3 1 tcp 2122 1f4712db-ea17.local 9 typ host tcptype active\r\na=ice-pwd:hush\r\na=fingerprint:sha-256 AA:BB\r\n';
    const shown = scrubText(sdp, { secrets: [], addresses: false });
    assert.doesNotMatch(shown, /192\.0|2001|1f4712|hush/);
    assert.match(shown, /\[ipv4\] 50000 typ host/);
    assert.match(shown, /\[ipv6\] 50001 typ srflx generation/);
    assert.match(shown, /\[mdns\] 9 typ host tcptype active/);
    assert.match(shown, /sha-256 AA:BB/);
    assert.match(scrubText(sdp, { secrets: [], addresses: true }), /192\.0\.2\.7 50000 typ host/);
  });

  it('is what addresses of servers carry, and secrets among options', () => {
    assert.equal(shownAddress('wss://user:pass@sfu.example/janus?token=1#x'), 'wss://sfu.example/janus');
    assert.equal(shownAddress('turn:turn.example:3478?transport=udp'), 'turn:turn.example:3478');
    assert.deepEqual(secretsOf({ token: () => 'x', apiSecret: 'a', iceServers: [{ username: 'u', credential: 'c' }, null, {}] }), ['a', 'u', 'c']);
  });

  it('does not go on for ever', () => {
    const loop = {};
    loop.body = loop;
    assert.ok(JSON.stringify(scrub(loop, { secrets: [], addresses: false })).length < 1_000);
  });
});

const step = (name, verdict) => ({ name, verdict, text: name, details: {} });

describe('what a check concludes', () => {
  it('is the worst of all steps, and one address of several is enough', () => {
    const of = (...steps) => reportOf(steps.map(([name, verdict]) => step(name, verdict))).verdict;
    assert.equal(of(['browser', 'passed'], ['relay', 'skipped']), 'passed');
    assert.equal(of(['browser', 'passed'], ['audio', 'warning']), 'warning');
    assert.equal(of(['media', 'failed'], ['audio', 'warning']), 'failed');
    assert.equal(of(['server', 'failed'], ['server', 'passed']), 'warning');
    assert.equal(of(['server', 'failed'], ['server', 'failed']), 'failed');
    const { steps } = reportOf([step('microphone', 'passed'), step('media', 'passed'), step('server', 'passed')]);
    assert.deepEqual(steps.map(({ name }) => name), ['server', 'media', 'microphone']);
  });

  it('is whether the browser has what a call needs, and the page is one that gets devices', () => {
    const of = (missing, isSecure) => browserStep(missing, isSecure);
    assert.equal(of([], true).verdict, 'passed');
    assert.deepEqual([of(['WebSocket'], true), of(['WebSocket'], false), of([], false)].map(({ verdict }) => verdict), ['failed', 'failed', 'failed']);
    assert.match(of(['WebSocket', 'MediaStream'], true).text, /WebSocket, MediaStream missing/);
    assert.match(of([], false).text, /https:, or from localhost/);
    assert.deepEqual(of(['WebSocket'], false).details, { missing: ['WebSocket'], secure: false });
    const { verdict, text } = hiddenStep('camera');
    assert.deepEqual([verdict, text.slice(0, 26)], ['skipped', 'Whether there is a camera ']);
  });

  it('tells a server that refuses from one that is not there', () => {
    const urls = ['turn:turn.example:3478?transport=udp', 'stun:stun.example'];
    const of = (name, counts, errors = []) => candidateStep(name, { counts, errors, urls });
    assert.equal(of('relay', { relay: 1 }).verdict, 'passed');
    assert.match(of('relay', {}, [{ code: 401, url: 'turn:turn.example:3478?transport=udp' }]).text, /refused the user name/);
    assert.match(of('relay', {}, [{ code: 701, url: 'turn:turn.example:3478' }]).text, /could not be reached/);
    assert.match(of('srflx', {}, [{ code: 701, url: 'stun:stun.example' }]).text, /STUN server could not be reached/);
    assert.equal(of('srflx', { host: 1 }).verdict, 'warning');
    assert.equal(candidateStep('relay', { counts: {}, errors: [], urls: urls.slice(1) }).verdict, 'skipped');
    assert.equal(candidateStep('srflx', { counts: {}, errors: [], urls: [] }).verdict, 'skipped');
    assert.equal(of('host', {}).verdict, 'warning');
  });

  it('names what would help where media finds no way', () => {
    assert.match(mediaFailure('failed', false, 'all'), /A TURN server would help/);
    assert.match(mediaFailure('failed', true, 'all'), /does not reach the media ports/);
    assert.match(mediaFailure('failed', false, 'relay'), /check the TURN server/);
    assert.match(mediaFailure('connected-without-encryption', false, 'all'), /DTLS/);
  });

  it('is what people would notice', () => {
    const echo = (came) => echoStep('video', { came, expected: 45, seconds: 3 }).verdict;
    assert.deepEqual([0, 10, 30].map(echo), ['failed', 'warning', 'passed']);
    const good = { roundTripTime: 20, jitter: 3, lossSent: 0, lossReceived: 0.01 };
    const of = (change) => qualityStep({ ...good, ...change }).verdict;
    assert.equal(of({}), 'passed');
    for (const change of [{ roundTripTime: 400 }, { jitter: 80 }, { lossSent: 0.1 }, { lossReceived: 0.1 }]) assert.equal(of(change), 'warning');
    const nothing = { roundTripTime: undefined, jitter: undefined, lossSent: undefined, lossReceived: undefined };
    assert.equal(qualityStep(nothing).verdict, 'skipped');
    assert.deepEqual([deviceStep('camera', 0, 'granted'), deviceStep('camera', 1, 'denied'), deviceStep('camera', 1, 'prompt')]
      .map(({ verdict }) => verdict), ['warning', 'failed', 'passed']);
  });
});

describe('trouble with the way to the server', () => {
  /** What a room rests on, and what was asked of it. */
  function hostOf(isThere) {
    const asked = [];
    const free = () => asked.push('free');
    const cause = (trouble) => {
      asked.push(['cut', 'swallow', 'end'][trouble]);
      return isThere;
    };
    const janus = { free, cause, ping: async () => asked.push('ping') };
    const publisher = { free, send: async (body) => Promise.reject(new Error(asked.push(JSON.parse(body).request))) };
    return { asked, host: { core: () => ({ parts: () => [janus, publisher, { free }] }) } };
  }

  const cause = (host, trouble) => simulate(host, trouble, new AbortController().signal);

  it('is noticed where nothing else would tell of it', async () => {
    for (const [trouble, ...expected] of [['signal-lost', 'cut'], ['signal-blackhole', 'swallow'], ['session-lost', 'end', 'ping', 'exists'],
      ['server-restart', 'end', 'ping', 'cut']]) {
      const { asked, host } = hostOf(true);
      await cause(host, trouble);
      assert.deepEqual(asked, [...expected, 'free', 'free', 'free'], trouble);
    }
  });

  it('is refused where there is none', async () => {
    for (const trouble of ['signal-lost', 'signal-blackhole', 'session-lost', 'server-restart']) {
      const { asked, host } = hostOf(false);
      await assert.rejects(cause(host, trouble), { code: 'invalid-state' }, trouble);
      assert.deepEqual(asked.slice(1), ['free', 'free', 'free'], trouble);
    }
  });
});
