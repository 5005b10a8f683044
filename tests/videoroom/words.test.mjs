// The package's own half of VideoRoom's words, without a browser: what it writes and what it reads.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { encode, sortPublisherEvent, sortSubscriberEvent } from '../../dist/videoroom/index.js';
import { JanusError } from '../../dist/index.js';
import { Random } from '../chaos/lib/random.mjs';

const RECORDINGS = ['1.1.2-integer', '1.1.2-string', '1.4.2-integer', '1.4.2-string'];
const [OLD, NEW] = [1102, 1402];
const CASES = 300;
const SEED = 20261123;

const schema = JSON.parse(await readFile(new URL('../../src/js/videoroom/requests.json', import.meta.url), 'utf8'));
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const parts = (text) => /^([^!@~]+)(!?)(?:@(\d+))?(?:~(\d+))?$/.exec(text).slice(1);

/** A value of a kind: `{ given, wanted }`, as the page has it and as Janus reads it. */
function valueOf(kind, random) {
  const [, object, , empty] = /^(\w+)(\[(0?)\])$/.exec(kind) ?? [];
  if (object) {
    const entries = Array.from({ length: random.integer(empty ? 0 : 1, 3) }, () => objectOf(schema.objects[object], random, object));
    return { given: entries.map(({ given }) => given), wanted: entries.map(({ wanted }) => wanted) };
  }
  const words = kind.split('|');
  const plain = {
    id: () => random.pick([random.integer(0, 1e9), 'text-ö', 9007199254740993n]),
    text: () => random.pick(['', 'a "b"\\', 'ö']),
    flag: () => random.pick([true, false]),
    count: () => random.pick([0, random.integer(0, 1e9), 2 ** 32 - 1]),
    integer: () => random.integer(-1000, 1000),
    layer: () => random.integer(0, 2),
    port: () => random.integer(1, 65535),
    suite: () => random.pick([32, 80]),
    object: () => ({ is_camel: { snakeToo: [1, { two_three: true }] } }),
    texts: () => random.pick([[], ['a'], ['a', 'b']]),
    audiocodecs: () => 'opus,pcmu',
    videocodecs: () => 'vp9,h264',
  }[kind];
  const value = words.length > 1 ? random.pick(words) : plain();
  return { given: value, wanted: value };
}

/** An object of a shape, with what is required and some of the rest. What one field needs of another is there. */
function objectOf(shape, random, name) {
  const [given, wanted] = [{}, {}];
  for (const [key, text] of Object.entries(shape)) {
    const [kind, required, , until] = parts(text);
    if (until || (!required && random.pick([true, false]) && !NEEDED[name]?.includes(key))) continue;
    const value = NEEDED[name]?.includes(key) && kind === 'text' ? { given: 'vp8', wanted: 'vp8' } : valueOf(kind, random);
    given[camel(key)] = value.given;
    wanted[key] = value.wanted;
  }
  for (const key of SEALED.filter((one) => one in shape)) {
    if (SEALED.every((one) => one in wanted)) break;
    delete given[camel(key)];
    delete wanted[key];
  }
  // Tokens go with two of the four actions.
  if (name === 'allowed' && !LISTED.includes(wanted.action)) for (const one of [given, wanted]) delete one.allowed;
  return { given, wanted };
}

const LISTED = ['add', 'remove'];

/** Neither goes without the other. */
const SEALED = ['srtp_suite', 'srtp_crypto'];

const NEEDED = {
  allowed: ['allowed'], update: ['subscribe'], Subscription: ['mid'], LiveSubscription: ['mid'],
  Unsubscription: ['sub_mid'], RemoteStream: ['codec'], PublisherStream: ['mid'], SubscriberStream: ['mid'],
};

const methods = Object.entries(schema.requests);
const ROLE = { publisher: { ptype: 'publisher' }, subscriber: { ptype: 'subscriber' } };

function refusal(method, given, version = NEW) {
  try {
    encode(method, given, version);
  } catch (error) {
    assert.ok(error instanceof JanusError, `${method}: ${error}`);
    return error;
  }
  return assert.fail(`${method} took ${JSON.stringify(given)}`);
}

describe('requests', () => {
  for (const [method, { request, role, fields }] of methods) {
    it(`${method} writes what the list has`, () => {
      const random = new Random(SEED);
      for (let index = 0; index < CASES; index += 1) {
        const { given, wanted } = objectOf(fields, random, method);
        const written = encode(method, { ...given, signal: undefined }, NEW);
        assert.equal(written.request, request);
        assert.deepEqual(written.fields, { ...ROLE[role], ...wanted });
      }
    });

    it(`${method} refuses what the list has not`, () => {
      const random = new Random(SEED);
      assert.match(refusal(method, { ...objectOf(fields, random, method).given, colour: 'red' }).message, /no field colour/);
      for (const [key, text] of Object.entries(fields)) {
        const [kind, required, , until] = parts(text);
        const wrong = WRONG.filter((value) => !FITS[kind]?.(value));
        for (const value of required ? [undefined, null, ...wrong] : wrong) {
          const { given } = objectOf(until ? without(fields) : fields, random, method);
          if (key === 'allowed') given.action = 'add';
          const error = refusal(method, { ...given, [camel(key)]: value }, until ? OLD : NEW);
          assert.equal(error.code, 'invalid-argument');
          assert.equal(error.request, request);
          assert.ok(error.message.startsWith(camel(key)), error.message);
        }
      }
    });
  }

  it('say what a server is too old or too new for', () => {
    const random = new Random(SEED);
    let tried = 0;
    for (const [method, { fields }] of methods) {
      for (const [key, text] of Object.entries(fields)) {
        const [kind, , since, until] = parts(text);
        if (!since && !until) continue;
        const sealed = SEALED.includes(key) ? { srtpSuite: 80, srtpCrypto: 'key' } : {};
        const given = { ...objectOf(without(fields), random, method).given, [camel(key)]: valueOf(kind, random).given, ...sealed };
        const error = refusal(method, given, since ? OLD : NEW);
        assert.equal(error.code, 'unsupported', error.message);
        assert.match(error.message, since ? /or newer, this server is 1\.1\.2/ : /older than .*, this server is 1\.4\.2/);
        encode(method, given, since ? NEW : OLD);
        tried += 1;
      }
    }
    assert.ok(tried > 10, `${tried} fields with versions`);
  });

  it('refuse to send in the clear what was to be encrypted', () => {
    const given = { room: 1, publisherId: 1, host: '10.0.0.2', streams: [{ mid: '0', port: 5000 }], srtpSuite: 80 };
    assert.match(refusal('rtpForward', given).message, /srtpSuite must be given together with srtpCrypto/);
    assert.ok(encode('rtpForward', { ...given, srtpCrypto: 'key' }, NEW));
  });

  it('take tokens with the actions that use them', () => {
    for (const action of ['enable', 'disable']) {
      assert.match(refusal('allowed', { room: 1, action, allowed: ['a'] }).message, /allowed must be given with add and remove, and left out/);
      assert.ok(encode('allowed', { room: 1, action }, NEW));
    }
  });

  it('say which ids there are', () => {
    for (const id of [2 ** 60, -1, 1.5, 2n ** 63n]) {
      assert.match(refusal('kick', { room: 1, id }).message, /id must be an id: a string, or an integer from 0 \(beyond 2\^53 a bigint, below 2\^63\)/);
    }
  });

  it('refuse layers that would bring the server down', () => {
    const entry = { feed: 1, mid: '0' };
    for (const layer of ['substream', 'temporal', 'spatialLayer', 'temporalLayer']) {
      for (const value of [3, -1, 1.5, '1', NaN, 2n ** 40n]) {
        const streams = [{ ...entry }, { ...entry, [layer]: value }];
        for (const [method, given] of [['subscribe', { streams }], ['update', { subscribe: streams }], ['joinSubscriber', { room: 1, streams }]]) {
          assert.match(refusal(method, given).message, new RegExp(`\\[1\\]\\.${layer} must be 0, 1 or 2`));
        }
      }
    }
  });
});

/** The shape without fields of certain versions. */
const without = (fields) => Object.fromEntries(Object.entries(fields).filter(([, text]) => !/[@~]/.test(text)));

const WRONG = [-1, 1.5, NaN, Infinity, 2 ** 60, -(2n ** 70n), true, 'x'.repeat(3), [], [1], {}, () => 1, Symbol.iterator, new Map()];
const isText = (value) => typeof value === 'string';
const FITS = {
  id: isText,
  text: isText,
  flag: (value) => typeof value === 'boolean',
  integer: (value) => value === -1,
  object: (value) => typeof value === 'object' && !Array.isArray(value),
  texts: (value) => Array.isArray(value) && value.length === 0,
};
for (const { fields } of [...Object.values(schema.requests), ...Object.values(schema.objects).map((fields) => ({ fields }))]) {
  for (const text of Object.values(fields)) {
    const [kind, required] = parts(text);
    // An empty list is as good as none where none is needed.
    if (kind.endsWith('[0]') || (kind.endsWith('[]') && !required)) FITS[kind] = (value) => Array.isArray(value) && value.length === 0;
  }
}

/** Every value in it that is no list and no object. */
function leaves(value) {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).filter(([key]) => !['audio_codec', 'video_codec', 'room'].includes(key))
    .flatMap(([, field]) => leaves(field));
}

describe('events', () => {
  for (const name of RECORDINGS) {
    it(`of a recording (${name} ids) have names, and lose nothing`, async () => {
      const text = await readFile(new URL(`../fixtures/janus-${name}-ids.jsonl`, import.meta.url), 'utf8');
      const told = text.trim().split('\n').map((line) => JSON.parse(line))
        .filter(({ dir, msg }) => dir === '<' && msg.plugindata?.plugin === 'janus.plugin.videoroom' && !msg.transaction);
      assert.ok(told.length > 30, `${told.length} events`);
      const names = new Set();
      for (const { msg: { plugindata: { data }, jsep } } of told) {
        const sorted = sortPublisherEvent(data) ?? sortSubscriberEvent({ data, jsep });
        assert.ok(sorted, JSON.stringify(data));
        names.add(sorted[0]);
        const { videoroom: _, reason: __, moderation, ...said } = data;
        const known = leaves(sorted[1]);
        const selves = sorted[0] === 'kickedOurselves' ? [] : leaves(said);
        for (const value of selves) assert.ok(known.includes(value), `${value} of ${JSON.stringify(data)}`);
        assert.ok(moderation === undefined || known.includes(moderation === 'muted'));
      }
      for (const wanted of ['publishers', 'unpublished', 'leaving', 'kicked', 'kickedOurselves', 'changed', 'moderated', 'talking',
        'destroyed', 'updated', 'layerChanged', 'joining']) {
        assert.ok(names.has(wanted), `${wanted} in the recording`);
      }
    });
  }

  it('that were not recorded have names too', () => {
    assert.deepEqual(sortPublisherEvent({ videoroom: 'slow_link', 'current-bitrate': 64000 }), ['slowLink', { currentBitrate: 64000 }]);
    assert.deepEqual(sortSubscriberEvent({ data: { videoroom: 'slow_link' } }), ['slowLink', {}]);
    const metadata = { hand_up: { sinceWhen: 1 } };
    assert.deepEqual(sortPublisherEvent({ videoroom: 'event', id: 1, metadata }), ['changed', { id: 1, metadata }]);
    const left = { videoroom: 'event', room: 1, leaving: 'ok', display: 'Named ok' };
    assert.deepEqual(sortPublisherEvent(left), ['leaving', { id: 'ok', display: 'Named ok' }]);
    assert.equal(sortPublisherEvent({ videoroom: 'event', room: 1, surprise: true }), undefined);
  });
});

describe('docs/videoroom.md', async () => {
  const text = await readFile(new URL('../../docs/videoroom.md', import.meta.url), 'utf8');
  const types = await readFile(new URL('../../src/js/videoroom/types/events.ts', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| '));

  it('has a row for every request', () => {
    for (const [method, { request }] of methods) {
      const [, name] = /^(\w+?)(Publisher|Subscriber)?$/.exec(method);
      const found = rows.some((row) => row.startsWith(`| \`${request}\``) && (row.includes(`.${method}\``) || row.includes(`.${name}\``)));
      assert.ok(found, `${request} as ${method}`);
    }
    const since = rows.filter((row) => /\| \d\.\d\.\d[^|]*\|$/.test(row)).map((row) => row.split('`')[1]);
    for (const { request } of Object.values(schema.requests)) assert.ok(since.includes(request), `${request} says since when`);
  });

  it('has a row for every field that not all servers know', () => {
    const newer = rows.filter((row) => /\| .*\d\.\d\.\d/.test(row)).join('\n');
    for (const { fields } of [...Object.values(schema.requests), ...Object.values(schema.objects).map((fields) => ({ fields }))]) {
      for (const [name, described] of Object.entries(fields)) {
        const [, , since, until] = parts(described);
        if (since || until) assert.ok(newer.includes(`\`${camel(name)}\``), name);
      }
    }
  });

  it('has a row for every event and every error', () => {
    for (const map of ['PublisherEventMap', 'SubscriberEventMap']) {
      const [, body] = new RegExp(`interface ${map} [^{]*{(.*?)\n}`, 's').exec(types);
      for (const [, name] of body.matchAll(/^ {2}(\w+):/gm)) {
        assert.ok(name === 'event' || rows.some((row) => row.includes(`\`${name}\``)), name);
      }
    }
    const statuses = [421, 422, 423, 424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 435, 436, 437, 438, 499];
    for (const status of statuses) assert.ok(rows.some((row) => row.startsWith(`| ${status} | \``)), String(status));
  });
});
