import { checked } from './checks.js';
import { invalidArgument } from './errors.js';
import type { ConnectionOptions, ReconnectAttempt, Transport, TransportEvents } from './types.js';

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

/** A transport of the page's own, silenced once it is closed or failed to open: nobody is there to hear it any more. */
function guarded(open: NonNullable<ConnectionOptions['transport']>) {
  return (url: string, events: TransportEvents): Transport => {
    let over = false;
    const unlessOver =
      <A extends unknown[]>(tell: (...args: A) => void) =>
      (...args: A): void => {
        if (!over) tell(...args);
      };
    try {
      const transport = open(url, {
        open: unlessOver(() => events.open()),
        message: unlessOver((text) => events.message(text)),
        close: unlessOver((reason) => events.close(reason)),
      });
      if (typeof transport?.send !== 'function' || typeof transport.close !== 'function') {
        throw new TypeError('the transport function must return an object with send() and close()');
      }
      return {
        send: (text) => transport.send(text),
        close() {
          over = true;
          transport.close();
        },
      };
    } catch (error) {
      over = true;
      throw error;
    }
  };
}

/** How long to wait where the page's own policy fails, ms. */
const FALLBACK_DELAY = 1000;

/** @internal The addresses of servers, if the options beside them make sense. A transport of the page's own may have addresses of its own. */
export function serverList(servers: unknown, options: ConnectionOptions | null | undefined): string[] {
  const list: unknown = typeof servers === 'string' ? [servers] : servers;
  if (!Array.isArray(list) || list.length === 0 || !list.every((url) => typeof url === 'string')) {
    throw invalidArgument('servers: give the address of at least one Janus server');
  }
  if (!options?.transport && !list.every((url: string) => /^(ws|http)s?:/i.test(url))) {
    throw invalidArgument('servers: an address begins with wss:, ws:, https: or http:');
  }
  const { reconnect } = checked('connection', options ?? ({} as ConnectionOptions), '');
  if (reconnect) checked('reconnect', reconnect);
  return [...(list as string[])];
}

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
        shielded((attempt: ReconnectAttempt) => {
          const wait = delay(attempt);
          if (wait === undefined || wait >= 0) return wait;
          throw new TypeError(`reconnect.delay returned ${String(wait)}: expected milliseconds, or undefined to end`);
        }, FALLBACK_DELAY as number | undefined),
      transport: transport && guarded(transport),
      logger:
        logger &&
        shielded<[Parameters<typeof logger>[0]], void>((entry) => logger(entry), undefined),
    },
  };
}
