import { invalidArgument } from './errors.js';

type Rule = readonly [words: string, is: (value: unknown) => boolean];

const oneOf = (...values: readonly string[]): Rule => [values.join(', '), (value) => values.includes(value as string)];
const TEXT: Rule = ['text', (value) => typeof value === 'string'];
const FLAG: Rule = ['true or false', (value) => typeof value === 'boolean'];
const COUNT: Rule = [
  'a whole number of at least 0',
  (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32,
];
const LIFETIME: Rule = ['0 to 65535 ms', (value) => COUNT[1](value) && (value as number) <= 65_535];
const FLAGS: Rule = ['a list of true and false', (value) => Array.isArray(value) && value.every((one) => typeof one === 'boolean')];

/** What options may hold, by their type. @internal */
export const RULES = {
  camera: { deviceId: TEXT, width: COUNT, height: COUNT, frameRate: COUNT, simulcast: FLAG },
  microphone: {
    deviceId: TEXT,
    echoCancellation: FLAG,
    noiseSuppression: FLAG,
    autoGainControl: FLAG,
    channelCount: COUNT,
  },
  joining: { roomBitrate: COUNT },
  data: { reliable: FLAG, ordered: FLAG, maxLifetime: LIFETIME },
  screen: { width: COUNT, height: COUNT, frameRate: COUNT, audio: FLAG },
  publishing: {
    source: oneOf('camera', 'microphone', 'screen', 'unknown'),
    name: TEXT,
    simulcast: FLAG,
    scalabilityMode: TEXT,
    codec: TEXT,
    maxBitrate: COUNT,
    maxFrameRate: COUNT,
    priority: oneOf('very-low', 'low', 'medium', 'high'),
    degradationPreference: oneOf('maintain-framerate', 'maintain-resolution', 'balanced', 'maintain-framerate-and-resolution'),
    contentHint: oneOf('', 'motion', 'detail', 'text', 'speech', 'speech-recognition', 'music'),
    layers: FLAGS,
    dtx: FLAG,
    fec: FLAG,
    stereo: FLAG,
  },
} satisfies Record<string, Record<string, Rule>>;

/** The options, if each field is what it has to be; `null` counts as left out. @internal */
export function checked<T extends object>(kind: keyof typeof RULES, options: T): T {
  if (typeof options !== 'object') throw invalidArgument(`${kind}: expected an object`);
  const rules: Record<string, Rule> = RULES[kind];
  const fields = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  for (const [name, value] of fields) {
    const rule = rules[name];
    if (rule && !rule[1](value)) throw invalidArgument(`${kind}.${name}: expected ${rule[0]}`);
  }
  return Object.fromEntries(fields) as T;
}
