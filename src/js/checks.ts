import { codecsOf, nameOf } from './capabilities.js';
import { invalidArgument } from './errors.js';
import { stringify } from './json.js';

type Rule = readonly [words: string, is: (value: unknown) => boolean];

const oneOf = (...values: readonly string[]): Rule => [values.join(', '), (value) => values.includes(value as string)];
const TEXT: Rule = ['text', (value) => typeof value === 'string'];
/** @internal */
export const FLAG: Rule = ['true or false', (value) => typeof value === 'boolean'];
/** @internal */
export const OBJECT: Rule = ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)];
/** @internal */
export const FUNCTION: Rule = ['a function', (value) => typeof value === 'function'];
const CODECS = ['', 'vp8', 'vp9', 'h264', 'h265', 'av1', 'opus', 'multiopus', 'g722', 'pcmu', 'pcma'];
const isSent = (name: string): boolean => ['audio', 'video'].some((kind) => codecsOf(kind).some((codec) => nameOf(codec) === name));
const isCodec = (name: string): boolean => CODECS.includes(name) || isSent(name);
/** In any case, as in `video/VP8`; `''` for none in particular. */
const CODEC: Rule = [`one of${CODECS.join(' ')}`, (value) => typeof value === 'string' && isCodec(value.toLowerCase())];
const MODE = /^[LS][1-3]T[1-3](h|_KEY(_SHIFT)?)?$/;
const SVC: Rule = ['a mode such as L3T3_KEY', (value) => typeof value === 'string' && MODE.test(value)];
const NUMBER: Rule = ['a number', (value) => typeof value === 'number'];
/** Of whatever window it is. @internal */
export const ELEMENT: Rule = ['an <audio> or <video>', (value) => typeof value === 'object' && value !== null && 'srcObject' in value];
/** @internal */
export const SIGNAL: Rule = ['an AbortSignal', (value) => value instanceof AbortSignal];
const COUNT: Rule = [
  'a whole number of at least 0',
  (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32,
];
const POSITIVE: Rule = ['a whole number of at least 1', (value) => COUNT[1](value) && (value as number) > 0];
const LIFETIME: Rule = ['0 to 65535 ms', (value) => COUNT[1](value) && (value as number) <= 65_535];
const FLAGS: Rule = ['a list of true and false', (value) => Array.isArray(value) && value.every((one) => typeof one === 'boolean')];

const isServer = (server: RTCIceServer | null | undefined): boolean => {
  const urls: unknown[] = [server?.urls].flat();
  const mayRelay = [server?.username, server?.credential].every((word) => typeof word === 'string');
  const isUrl = (url: unknown): boolean => typeof url === 'string' && (mayRelay ? /^(stun|turn)s?:/i : /^stuns?:/i).test(url);
  return urls.length > 0 && urls.every(isUrl);
};
const LEAVING = ['pagehide', 'freeze', 'beforeunload'];
const either = (words: string, one: Rule, other: (value: unknown) => boolean): Rule => [words, (value) => one[1](value) || other(value)];
/** @internal */
export const ICE_SERVERS: Rule = [
  'a list of STUN and TURN servers, each with its urls, TURN ones with username and credential',
  (value) => Array.isArray(value) && value.every(isServer),
];

/** What options may hold, by their type. @internal */
export const RULES = {
  camera: { deviceId: TEXT, width: POSITIVE, height: POSITIVE, frameRate: POSITIVE, simulcast: FLAG },
  microphone: {
    deviceId: TEXT,
    echoCancellation: FLAG,
    noiseSuppression: FLAG,
    autoGainControl: FLAG,
    channelCount: POSITIVE,
  },
  joining: { roomBitrate: COUNT, awaitRoom: COUNT },
  data: { reliable: FLAG, ordered: FLAG, maxLifetime: LIFETIME },
  screen: { width: POSITIVE, height: POSITIVE, frameRate: POSITIVE, audio: FLAG },
  publishing: {
    source: oneOf('camera', 'microphone', 'screen', 'unknown'),
    name: TEXT,
    simulcast: FLAG,
    scalabilityMode: SVC,
    codec: CODEC,
    maxBitrate: POSITIVE,
    maxFrameRate: POSITIVE,
    priority: oneOf('very-low', 'low', 'medium', 'high'),
    degradationPreference: oneOf('maintain-framerate', 'maintain-resolution', 'balanced', 'maintain-framerate-and-resolution'),
    contentHint: oneOf('', 'motion', 'detail', 'text', 'speech', 'speech-recognition', 'music'),
    layers: FLAGS,
    dtx: FLAG,
    fec: FLAG,
    stereo: FLAG,
  },
  connection: {
    token: either('text, or a function', TEXT, FUNCTION[1]),
    apiSecret: TEXT,
    connectTimeout: POSITIVE,
    requestTimeout: POSITIVE,
    probeInterval: POSITIVE,
    probeTimeout: POSITIVE,
    reconnect: either('an object, or false', OBJECT, (value) => value === false),
    leaveOn: [LEAVING.join(', '), (value) => Array.isArray(value) && value.every((one) => LEAVING.includes(one as string))],
    transport: FUNCTION,
    logger: FUNCTION,
    logLevel: oneOf('debug', 'info', 'warn', 'error'),
    recorder: COUNT,
    iceServers: ICE_SERVERS,
    iceTransportPolicy: oneOf('all', 'relay'),
    adaptive: FLAG,
  },
  reconnect: { budget: COUNT, delay: FUNCTION },
  join: {
    display: TEXT, pin: TEXT, token: TEXT, create: OBJECT, subscribe: FLAG, data: FLAG, e2ee: FLAG, reserveScreen: FLAG,
    signal: SIGNAL,
  },
  opening: { signal: SIGNAL },
  muting: { release: FLAG },
  report: { addresses: FLAG },
  sending: { reliable: FLAG, signal: SIGNAL },
  request: { timeout: NUMBER, signal: SIGNAL },
  file: { name: TEXT, onProgress: FUNCTION, signal: SIGNAL },
} satisfies Record<string, Record<string, Rule>>;

/** Throws if a value is not what it has to be. @internal */
export function check(name: string, [words, is]: Rule, value: unknown): void {
  if (!is(value)) throw invalidArgument(`${name}: expected ${words}`);
}

/**
 * The options, if each field is what it has to be; `null` counts as left out. `path` is before the name of a field.
 *
 * @internal
 */
export function checked<T extends object>(kind: keyof typeof RULES, options: T, path = `${kind}.`): T {
  check(path ? kind : 'options', OBJECT, options);
  const rules: Record<string, Rule> = RULES[kind];
  const fields = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  for (const [name, value] of fields) {
    const rule = rules[name];
    if (rule) check(path + name, rule, value);
  }
  return Object.fromEntries(fields) as T;
}

/** Options that may be left out, for the core. @internal */
export function optionText(kind: keyof typeof RULES, options: object | null | undefined): string | undefined {
  return options === undefined || options === null ? undefined : stringify(checked(kind, options));
}
