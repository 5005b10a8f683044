import { JanusError, internal } from '../index.js';
import type { Id } from '../types.js';
import schema from './requests.json' with { type: 'json' };
import type { VideoRoomRequestMap } from './types.js';

const { ID_WORDS, invalidArgument, isId, normalizeId, signalOf } = internal;

export type Fields = Record<string, unknown>;
/** A request, by the method that sends it. */
export type Method = keyof VideoRoomRequestMap;

type Shapes = { [M in Method]: { request: string; role?: string; fields: Record<string, string> } };

const REQUESTS: Shapes = schema.requests;
const OBJECTS: Record<string, Record<string, string>> = schema.objects;

const AUDIO = 'opus multiopus red pcmu pcma g722 isac32 isac16 l16-48 l16'.split(' ');
const VIDEO = 'vp8 vp9 h264 av1 h265'.split(' ');

const isText = (value: unknown): boolean => typeof value === 'string';
const isWhole = (from: number, to: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
const areCodecs = (known: string[]) => (value: unknown) =>
  isText(value) && (value as string).split(',').every((codec, index) => index < 5 && known.includes(codec));
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CODECS = 'at most five codecs of the server, with commas and without spaces';

/** What a field may be, and how that is said. */
const KINDS: Record<string, readonly [fits: (value: unknown) => boolean, words: string]> = {
  id: [isId, ID_WORDS],
  text: [isText, 'a string'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  count: [isWhole(0, 2 ** 32 - 1), 'an integer from 0'],
  integer: [isWhole(-(2 ** 31), 2 ** 31 - 1), 'an integer'],
  layer: [isWhole(0, 2), '0, 1 or 2'],
  port: [isWhole(1, 65535), 'a port from 1 to 65535'],
  suite: [(value) => value === 32 || value === 80, '32 or 80'],
  object: [(value) => isObject(value) && Object.prototype.toString.call(value) === '[object Object]', 'an object'],
  texts: [(value) => Array.isArray(value) && value.every(isText), 'an array of strings'],
  audiocodecs: [areCodecs(AUDIO), CODECS],
  videocodecs: [areCodecs(VIDEO), CODECS],
};

/** What one field cannot say alone: for a request or an object in one, the field at fault and what is allowed. */
const RULES: Record<string, (fields: Fields) => readonly [name: string, words: string] | false> = {
  rtpForward: sealed,
  publishRemotely: sealed,
  addRemotePublisher: sealed,
  allowed: ({ action, allowed }) =>
    /add|remove/.test(action as string) !== (allowed !== undefined) && [
      'allowed',
      'given with add and remove, and left out otherwise',
    ],
  update: ({ subscribe, unsubscribe }) => !subscribe && !unsubscribe && ['subscribe or unsubscribe', LIST],
  Subscription: ({ mid, fallback }) => mid === undefined && fallback !== undefined && ['fallback', 'given with a mid'],
  Unsubscription: ({ sub_mid: line, feed }) => line === undefined && feed === undefined && ['subMid', 'given, or the feed'],
  RemoteStream: ({ type, codec }) => type !== 'data' && !codec && ['codec', 'given for audio and video'],
  configurePublisher: ({ streams }) => unaimed(streams),
  configureSubscriber: ({ streams }) => unaimed(streams),
};
RULES['LiveSubscription'] = RULES['Subscription']!;

const LIST = 'an array with at least one entry';

/** With several entries each has to say whom it is for. */
const unaimed = (streams: unknown): readonly [string, string] | false =>
  ((streams ?? []) as Fields[]).some(({ mid }, _, all) => all.length > 1 && mid === undefined) && [
    'streams[].mid',
    'given in each of several entries',
  ];

/** One without the other would send in the clear. */
function sealed({ srtp_suite: suite, srtp_crypto: crypto }: Fields): readonly [string, string] | false {
  return (suite === undefined) !== (crypto === undefined) && ['srtpSuite', 'given together with srtpCrypto'];
}

/** `is_private` for Janus, `isPrivate` for people. */
const camel = (name: string): string => name.replace(/[-_](.)/g, (_, letter: string) => letter.toUpperCase());

/** 1.1.2 for 1102. */
const versionText = (version: number): string =>
  [Math.floor(version / 1000), Math.floor(version / 100) % 10, version % 100].join('.');

const wrong = (request: string, name: string, words: string): Error =>
  invalidArgument(`${name} must be ${words}`, request);

interface Place {
  request: string;
  version: number;
  /** Before the name of a field. */
  path: string;
}

/** The fields of an object under Janus's names. What is not set stays away: Janus takes `null` for a value. */
function encodeFields(shape: Record<string, string>, rule: string, given: Fields, place: Place): Fields {
  const { request, path } = place;
  const rest = new Map(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const fields: Fields = {};
  for (const [name, kind] of Object.entries(shape)) {
    const shown = camel(name);
    const value = encodeField(kind, rest.get(shown), { ...place, path: path + shown });
    if (value !== undefined) fields[name] = value;
    rest.delete(shown);
  }
  for (const unknown of rest.keys()) throw invalidArgument(`there is no field ${path}${unknown}`, request);
  const broken = RULES[rule]?.(fields);
  if (broken) throw wrong(request, path + broken[0], broken[1]);
  return fields;
}

function encodeField(described: string, value: unknown, place: Place): unknown {
  const { request, version, path } = place;
  const [, kind = '', required, since = 0, until = Infinity] = /^([^!@~]+)(!?)(?:@(\d+))?(?:~(\d+))?$/.exec(described)!;
  if (value === undefined && !required) return undefined;
  if (version < +since || version >= +until) {
    const which = version < +since ? `${versionText(+since)} or newer` : `older than ${versionText(+until)}`;
    const text = `${path} needs a Janus ${which}, this server is ${versionText(version)}`;
    throw new JanusError(text, { code: 'unsupported', request, retryable: false });
  }
  if (kind.endsWith(']')) return encodeList(kind, required !== '', value, place);
  const words = kind.split('|');
  const [fits, shown] =
    words.length > 1 ? [(word: unknown) => words.includes(word as string), words.join(', ')] : KINDS[kind]!;
  if (!fits(value)) throw wrong(request, path, shown);
  return kind === 'id' ? normalizeId(value as Id) : value;
}

function encodeList(kind: string, required: boolean, value: unknown, place: Place): unknown {
  const [, name = '', empty] = /^(\w+)\[(0?)\]$/.exec(kind)!;
  if (!Array.isArray(value)) throw wrong(place.request, place.path, LIST);
  if (value.length === 0 && !empty) {
    if (required) throw wrong(place.request, place.path, LIST);
    return undefined;
  }
  return value.map((entry: unknown, index) => {
    const path = `${place.path}[${index}]`;
    if (!isObject(entry)) throw wrong(place.request, path, 'an object');
    return encodeFields(OBJECTS[name]!, name, entry, { ...place, path: `${path}.` });
  });
}

/** A request as Janus reads it: its name, and its fields. Throws what the server would refuse. */
export function encode(method: Method, options: object, version: number): { request: string; fields: Fields } {
  const { request, role, fields: shape } = REQUESTS[method];
  if (!isObject(options)) throw invalidArgument('the options must be an object', request);
  signalOf(options);
  const { signal: _, ...given } = options as { signal?: AbortSignal };
  const fields = encodeFields(shape, method, given, { request, version, path: '' });
  return { request, fields: role ? { ptype: role, ...fields } : fields };
}

/** The page's own objects, which keep the names it gave. */
const OPAQUE = ['metadata', 'feed_metadata'];

/** What the server says, under the names people know. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [camel(name), OPAQUE.includes(name) ? field : decode(field)]),
  );
}
