/** What follows from what was measured, in words. Nothing here knows a browser. */
import type { CheckReport, CheckStep, CheckStepName } from './types.js';

const ORDER: readonly CheckStepName[] = ['browser', 'server', 'host', 'srflx', 'relay', 'media', 'video', 'audio',
  'quality', 'camera', 'microphone'];
const RANK = { skipped: 0, passed: 0, warning: 1, failed: 2 } as const;
const VERDICTS = ['passed', 'warning', 'failed'] as const;

/** From where on people notice: round trip and jitter in ms, losses as a part of all. */
export const NOTICEABLE = { roundTripTime: 300, jitter: 50, lossRate: 0.03 } as const;
/** Fewer pictures of those that should come back are a warning. */
const FEW = 0.5;

const round = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.round(value));

/** The steps as a report. */
export function reportOf(steps: readonly CheckStep[]): CheckReport {
  const sorted = [...steps].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  // A server that is down is what several addresses are for.
  const reached = steps.some(({ name, verdict }) => name === 'server' && verdict === 'passed');
  const ranks = steps.map(({ name, verdict }) => (name === 'server' && reached ? Math.min(RANK[verdict], 1) : RANK[verdict]));
  return { verdict: VERDICTS[Math.max(0, ...ranks)] ?? 'failed', steps: sorted };
}

/** What a call needs, and the browser lacks; and whether the page is one that gets devices. */
export function browserStep(missing: readonly string[], isSecure: boolean): CheckStep {
  const details = { missing, secure: isSecure };
  if (missing.length > 0) {
    return { name: 'browser', verdict: 'failed', text: `This browser cannot do calls: ${missing.join(', ')} missing.`, details };
  }
  if (isSecure) return { name: 'browser', verdict: 'passed', text: 'This browser has what a call needs.', details };
  const text = 'This page is not secure, and browsers keep cameras and microphones from such pages: it has to come by https:, or from localhost.';
  return { name: 'browser', verdict: 'failed', text, details };
}

/** A device of which an insecure page is told nothing. */
export function hiddenStep(name: 'camera' | 'microphone'): CheckStep {
  const text = `Whether there is a ${name} is kept from a page that is not secure, so this was not tried.`;
  return { name, verdict: 'skipped', text, details: {} };
}

/** What a browser gathered: how many candidates of each type, and what its servers said. */
export interface Gathered {
  counts: Partial<Record<string, number>>;
  errors: { code: number; url: string }[];
  /** The addresses of STUN and TURN servers that were asked. */
  urls: readonly string[];
}

const SERVER = { srflx: ['stun', 'turn'], relay: ['turn'] } as const;

/** Whether there is a candidate of a type. */
export function candidateStep(name: 'host' | 'srflx' | 'relay', { counts, errors, urls }: Gathered): CheckStep {
  const count = counts[name] ?? 0;
  if (name === 'host') return hostStep(count);
  const asked = urls.filter((url) => SERVER[name].some((scheme) => url.startsWith(scheme)));
  const [word] = name === 'srflx' ? ['STUN'] : ['TURN'];
  const own = errors.filter(({ url }) => asked.some((one) => sameServer(one, url)));
  const details = { count, servers: asked, errors: own.map(({ code }) => code) };
  if (asked.length === 0) {
    return { name, verdict: 'skipped', text: `No ${word} server was given, so none was asked.`, details };
  }
  if (count > 0) {
    const text = name === 'srflx' ? 'STUN works: this browser knows how it is seen from outside.' : 'TURN works: media can be relayed.';
    return { name, verdict: 'passed', text, details };
  }
  const refused = own.some(({ code }) => code >= 400 && code < 500);
  if (refused) {
    return { name, verdict: 'failed', text: 'The TURN server refused the user name or the credential.', details };
  }
  // Without being behind an address translator one is seen from outside as one is.
  if (name === 'srflx' && own.length === 0) {
    const text = 'STUN gave no other address: this machine is seen from outside as it is, or the server did not answer.';
    return { name, verdict: 'warning', text, details };
  }
  const text = `The ${word} server could not be reached: check its address and port, and whether the network lets UDP or TCP pass to it.`;
  return { name, verdict: name === 'relay' ? 'failed' : 'warning', text, details };
}

function hostStep(count: number): CheckStep {
  const details = { count };
  if (count > 0) return { name: 'host', verdict: 'passed', text: 'This browser has network addresses to use for media.', details };
  const text = 'This browser shows no network address of its own: a setting, an extension or a policy hides them.';
  return { name: 'host', verdict: 'warning', text, details };
}

/** `turn:host:3478?transport=udp` and `turn:host:3478` are one server to the browser that complains. */
function sameServer(given: string, told: string): boolean {
  const bare = (url: string): string => url.replace(/\?.*$/, '').replace(/^(stun|turn)s?:/, '');
  return told === '' || bare(told).startsWith(bare(given)) || bare(given).startsWith(bare(told));
}

/** Why media did not find its way. */
export function mediaFailure(state: string, relay: boolean, policy: RTCIceTransportPolicy): string {
  if (state === 'connected-without-encryption') {
    return 'Packets pass, but encryption (DTLS) was not agreed upon: something in between meddles with them.';
  }
  if (policy === 'relay' && !relay) {
    return 'Media is to be relayed only, and no TURN server could be used: check the TURN server.';
  }
  const remedy = relay
    ? 'The TURN server could be used, but does not reach the media ports of the server.'
    : 'A TURN server would help, or opening the media ports of the server (rtp_port_range).';
  return `No way for media was found: the network blocks UDP to the server, or the server tells addresses that cannot be reached. ${remedy}`;
}

/** A stream that was sent and should have come back. */
export interface Echo {
  /** Pictures or packets that came back. */
  came: number;
  /** How many there should have been. */
  expected: number;
  seconds: number;
}

export function echoStep(name: 'video' | 'audio', { came, expected, seconds }: Echo): CheckStep {
  const details = { came, expected, seconds };
  const [what, things] = name === 'video' ? ['The picture', 'pictures'] : ['The sound', 'packets'];
  if (came === 0) {
    const text = `${what} that was sent did not come back, though packets pass.`;
    return { name, verdict: 'failed', text, details };
  }
  const few = came < expected * FEW;
  const text = `${what} came back: ${came} ${things} in ${seconds.toFixed(1)} s${few ? ', which is little' : ''}.`;
  return { name, verdict: few ? 'warning' : 'passed', text, details };
}

/** How well media passes. */
export interface Quality {
  /** ms */
  roundTripTime: number | undefined;
  /** ms */
  jitter: number | undefined;
  /** 0..1 */
  lossSent: number | undefined;
  /** 0..1 */
  lossReceived: number | undefined;
}

export function qualityStep(quality: Quality): CheckStep {
  const { roundTripTime, jitter, lossSent, lossReceived } = quality;
  const details = { ...quality };
  const loss = Math.max(lossSent ?? 0, lossReceived ?? 0);
  if (Object.values(quality).every((value) => value === undefined)) {
    return { name: 'quality', verdict: 'skipped', text: 'The browser did not say how well media passes.', details };
  }
  const complaints = [
    (roundTripTime ?? 0) > NOTICEABLE.roundTripTime && 'the way to the server is long, and people will talk over each other',
    (jitter ?? 0) > NOTICEABLE.jitter && 'packets come irregularly',
    loss > NOTICEABLE.lossRate && 'packets get lost, which is heard and seen',
  ].filter((complaint) => typeof complaint === 'string');
  const numbers = [
    roundTripTime !== undefined && `round trip ${round(roundTripTime)} ms`,
    jitter !== undefined && `jitter ${round(jitter)} ms`,
    `losses ${(loss * 100).toFixed(1)} %`,
  ].filter(Boolean).join(', ');
  const text = `Media passes with ${numbers}${complaints.length > 0 ? `: ${complaints.join('; ')}` : ''}.`;
  return { name: 'quality', verdict: complaints.length > 0 ? 'warning' : 'passed', text, details };
}

/** A device and the page's right to open it, as far as the browser says without asking anybody. */
export function deviceStep(
  name: 'camera' | 'microphone',
  count: number,
  permission: 'granted' | 'denied' | 'prompt' | 'unknown',
): CheckStep {
  const details = { count, permission };
  if (count === 0) return { name, verdict: 'warning', text: `There is no ${name}.`, details };
  if (permission === 'denied') {
    const text = `The ${name} is blocked for this page: allow it in the browser's settings for this page.`;
    return { name, verdict: 'failed', text, details };
  }
  const text = permission === 'granted' ? `The ${name} may be opened.` : `There is a ${name}; the browser will ask for it.`;
  return { name, verdict: 'passed', text, details };
}
