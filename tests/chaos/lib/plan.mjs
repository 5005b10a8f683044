/** What happens in a run, made up from a seed: the same seed gives the same run. */
import { Random } from './random.mjs';

/** How much longer everything takes, ms, under `latency`. */
const LATENCY = 400;
const DEFAULTS = { weight: 2, transports: ['ws', 'http'], lasts: [300, 4000] };

/** How each fault is done to a proxy, how often it is chosen, what it can be done to, and for how long, ms. */
const FAULTS = {
  cleanClose: { inflict: ({ faults }) => faults.cleanClose(), weight: 3, lasts: [0, 500] },
  reset: { inflict: ({ faults }) => faults.reset(), weight: 3, lasts: [0, 500] },
  refuse: { inflict: ({ faults }) => faults.refuse({ on: 'both' }), weight: 3 },
  blackhole: { inflict: ({ faults }) => faults.blackhole(), weight: 3 },
  halfOpenToClient: { inflict: ({ faults }) => faults.halfOpen('toClient') },
  halfOpenToServer: { inflict: ({ faults }) => faults.halfOpen('toServer') },
  stall: { inflict: ({ faults }, { lasts }) => faults.stall(lasts), weight: 3, lasts: [200, 2000] },
  latency: { inflict: ({ faults }) => faults.latency(LATENCY) },
  drip: { inflict: ({ faults }) => faults.drip() },
  garbage: { inflict: ({ faults }) => faults.garbage(), transports: ['ws'], lasts: [0, 500] },
  unknownKind: { inflict: ({ faults }) => faults.unknownKind(), transports: ['ws'], lasts: [0, 500] },
};

export const FAULT_NAMES = Object.keys(FAULTS);
export const ACTIVITIES = ['idle', 'messages', 'creating'];

/**
 * The plan of a seed: over which `transport`, which `fault` comes `after` so many ms of being ready, how long it `lasts`
 * before all is well again, ms, and what goes on `meanwhile`.
 */
export function plan(seed) {
  const random = new Random(seed);
  const weights = FAULT_NAMES.map((name) => [name, FAULTS[name].weight ?? DEFAULTS.weight]);
  const fault = random.weighted(Object.fromEntries(weights));
  const { transports, lasts } = { ...DEFAULTS, ...FAULTS[fault] };
  return {
    seed,
    transport: random.pick(transports),
    fault,
    after: random.integer(0, 1500),
    lasts: random.integer(...lasts),
    meanwhile: random.pick(ACTIVITIES),
  };
}

/** Does to a proxy what the plan says; `proxy.heal()` ends it. */
export function inflict(planned, proxy) {
  FAULTS[planned.fault].inflict(proxy, planned);
}
