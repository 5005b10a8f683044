import type { ConnectionOptions, Transport, TransportEvents } from './types.js';

/** @internal What the core takes as data, and what it takes as functions. */
export interface CoreOptions {
  settings: object;
  hooks: object;
}

/** Listeners of ours are shielded: what they throw is the page's to hear of, and stops nothing. */
function shielded<A extends unknown[], R>(work: (...args: A) => R, otherwise: R): (...args: A) => R {
  return (...args) => {
    try {
      return work(...args);
    } catch (error) {
      reportError(error);
      return otherwise;
    }
  };
}

/** How long to wait where the page's own policy fails, ms. */
const FALLBACK_DELAY = 1000;

/** @internal Splits the options of a connection; keys that are not about it stay among the settings. */
export function splitOptions(options: ConnectionOptions): CoreOptions {
  const { token, reconnect, transport, logger, leaveOn, ...settings } = options;
  const policy = reconnect === false ? { budget: 0, delay: undefined } : (reconnect ?? {});
  const { delay } = policy;
  return {
    settings: {
      ...settings,
      token: typeof token === 'function' ? undefined : token,
      reconnectBudget: policy.budget,
      leaveOn: leaveOn && [...leaveOn],
    },
    hooks: {
      token: typeof token === 'function' ? token : undefined,
      delay:
        delay &&
        shielded((number: number, elapsed: number) => delay({ number, elapsed }), FALLBACK_DELAY),
      transport:
        transport && ((url: string, events: TransportEvents): Transport => transport(url, events)),
      logger:
        logger &&
        shielded<[Parameters<typeof logger>[0]], void>((entry) => logger(entry), undefined),
    },
  };
}
