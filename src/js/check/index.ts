/** Whether a call would work from here. Loaded when somebody asks. */
import { Janus, internal } from '../index.js';
import type { ConnectionOptions } from '../types.js';
import { checkCandidates } from './candidates.js';
import { shownAddress } from '../live/scrub.js';
import { ECHO, checkEcho, skipRest } from './echo.js';
import type { CheckOptions, CheckReport, CheckStep, CheckStepName } from './types.js';
import { browserStep, deviceStep, hiddenStep, reportOf } from './verdicts.js';

const { abortable, checked, invalidArgument, serverList, signalOf } = internal;

const TIMEOUT_MS = 20_000;
const CONNECT_MS = 5_000;
const GATHER_MS = 6_000;
const MEDIA_MS = 3_000;
/** No timer of a browser's takes more, ms. */
const LONGEST_MS = 2 ** 31 - 1;
/** Options that are not the connection's. */
const OWN = ['servers', 'iceServers', 'iceTransportPolicy', 'onStep', 'timeout', 'mediaDuration', 'signal'];
const DEVICES = ['camera', 'microphone'] as const;
/** How often the server is asked for a sign of life. */
const PINGS = 3;

/** Aborted after so long, or with another signal. */
function limited(ms: number, signal: AbortSignal | undefined): AbortSignal {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  setTimeout(end, ms);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  return ending.signal;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A check that is under way. */
class Check {
  readonly #options: CheckOptions;
  readonly #signal: AbortSignal;
  readonly #steps: CheckStep[] = [];
  #relay = Promise.resolve(false);

  constructor(options: CheckOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<CheckReport> {
    const missing = missingIn(globalThis);
    this.#tell(browserStep(missing, isSecureContext));
    if (missing.length === 0) await Promise.all([this.#candidates(), this.#reach(), this.#devices()]);
    return reportOf(this.#steps);
  }

  /** After the check was called off nobody is told any more. */
  readonly #tell = (step: CheckStep): void => {
    if (this.#options.signal?.aborted) return;
    this.#steps.push(step);
    try {
      this.#options.onStep?.(step);
    } catch (error) {
      reportError(error);
    }
  };

  /** What fails in a way that was not thought of is a step that failed. */
  async #guard(names: readonly CheckStepName[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const [late, told] = [this.#signal.aborted, new Set(this.#steps.map(({ name }) => name))];
      const text = late ? 'There was not enough time for this.' : words(error);
      for (const name of names.filter((one) => !told.has(one))) this.#tell({ name, verdict: 'failed', text, details: {} });
    }
  }

  #candidates(): Promise<void> {
    const gathering = (async () => checkCandidates(this.#options.iceServers ?? [], limited(GATHER_MS, this.#signal)))();
    this.#relay = gathering.then((steps) => steps.some(({ name, verdict }) => name === 'relay' && verdict === 'passed'), () => false);
    return this.#guard(['host', 'srflx', 'relay'], async () => (await gathering).forEach(this.#tell));
  }

  async #devices(): Promise<void> {
    if (!isSecureContext) return DEVICES.forEach((kind) => this.#tell(hiddenStep(kind)));
    await this.#guard(DEVICES, async () => {
      const { Devices } = await import('../media/index.js');
      const devices = new Devices();
      try {
        for (const kind of DEVICES) {
          const asked = Promise.all([devices.list(kind), devices.permission(kind)]);
          // Firefox does not say it to a page in the background.
          const [list, permission] = await abortable(asked, this.#signal);
          this.#tell(deviceStep(kind, list.length, permission));
        }
      } finally {
        devices.close();
      }
    });
  }

  /** All addresses at once, and media over the first in the list that answers. */
  async #reach(): Promise<void> {
    const reached = await Promise.all([this.#options.servers].flat().map((url) => this.#server(url)));
    const [janus, ...others] = reached.filter((one) => one !== undefined);
    others.forEach((other) => other.close());
    try {
      await this.#guard(['media', 'video', 'audio', 'quality'], () => this.#media(janus));
    } finally {
      janus?.close();
    }
  }

  async #server(url: string): Promise<Janus | undefined> {
    const shown = shownAddress(url);
    const begun = performance.now();
    let janus: Janus | undefined;
    try {
      janus = await Janus.connect([url], { ...this.#connection(), signal: this.#signal });
      const took = Math.round(performance.now() - begun);
      const roundTrip = Math.round(await roundTripOf(janus, this.#signal));
      const { version_string: version, name } = await janus.info({ signal: this.#signal });
      const text = `${shown} answers: Janus ${version}, connected in ${took} ms, round trip ${roundTrip} ms.`;
      this.#tell({ name: 'server', verdict: 'passed', text, details: { url: shown, took, roundTrip, version, server: name } });
      return janus;
    } catch (error) {
      janus?.close();
      const text = this.#signal.aborted ? `${shown} did not answer in time.` : `${shown}: ${words(error)}`;
      const code = (error as { code?: unknown })?.code;
      this.#tell({ name: 'server', verdict: 'failed', text, details: { url: shown, code } });
      return undefined;
    }
  }

  async #media(janus: Janus | undefined): Promise<void> {
    const skip = (text: string): void => {
      this.#tell({ name: 'media', verdict: 'skipped', text, details: {} });
      skipRest(this.#tell, text);
    };
    if (!janus) return skip('No server answers, so media was not tried.');
    const { plugins } = await janus.info({ signal: this.#signal });
    if (!plugins?.[ECHO]) return skip(`The server has no EchoTest (${ECHO}), so media was not tried: enable it on the server.`);
    const { iceServers = [], iceTransportPolicy: policy = 'all', mediaDuration: duration = MEDIA_MS } = this.#options;
    await checkEcho(janus, { iceServers, policy, relay: () => this.#relay, duration }, this.#signal, this.#tell);
  }

  /** A check finds out what is so now: nothing is tried again behind its back. */
  #connection(): ConnectionOptions {
    const given = Object.entries(this.#options).filter(([name]) => !OWN.includes(name));
    return { connectTimeout: CONNECT_MS, ...Object.fromEntries(given), reconnect: false };
  }
}

/** What a call needs and this browser lacks. */
function missingIn(scope: object): string[] {
  return ['RTCPeerConnection', 'WebSocket', 'MediaStream'].filter((name) => !(name in scope));
}

async function roundTripOf(janus: Janus, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < PINGS; count += 1) {
    const begun = performance.now();
    await janus.ping({ signal });
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[PINGS >> 1] ?? 0;
}

/** @internal */
export async function check(options: CheckOptions): Promise<CheckReport> {
  const signal = signalOf(options);
  const servers = serverList(options?.servers, options);
  const given = { ...checked('connection', options, ''), servers };
  const { timeout = TIMEOUT_MS, mediaDuration = MEDIA_MS, onStep } = given;
  if (onStep !== undefined && typeof onStep !== 'function') throw invalidArgument('onStep: expected a function');
  for (const [name, value] of Object.entries({ timeout, mediaDuration })) {
    if (!(typeof value === 'number' && value > 0 && value <= LONGEST_MS)) throw invalidArgument(`${name}: expected a number of milliseconds`);
  }
  signal?.throwIfAborted();
  return abortable(new Check(given, limited(timeout, signal)).run(), signal);
}
