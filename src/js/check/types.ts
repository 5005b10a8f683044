import type { Abortable } from '../events.js';
import type { ConnectionOptions } from '../types.js';

/** How a step went. `skipped` could not be tried, or was not asked for. */
export type CheckVerdict = 'passed' | 'warning' | 'failed' | 'skipped';

/**
 * What is looked at.
 *
 * - `browser`: has what a call needs, and the page may use devices: it came by `https:`, or from localhost
 * - `server`: answers at one of the addresses; a step for each of them
 * - `host`, `srflx`, `relay`: this browser has addresses of its own, sees itself from outside by STUN, gets one by TURN
 * - `media`: packets find a way to the server and back, encrypted (ICE and DTLS)
 * - `video`, `audio`: a picture and a sound that are sent come back (EchoTest)
 * - `quality`: round trip, losses and jitter meanwhile
 * - `camera`, `microphone`: there is one, and the page may open it; nobody is asked
 */
export type CheckStepName =
  | 'browser'
  | 'server'
  | 'host'
  | 'srflx'
  | 'relay'
  | 'media'
  | 'video'
  | 'audio'
  | 'quality'
  | 'camera'
  | 'microphone';

/** A step that is done. */
export interface CheckStep {
  name: CheckStepName;
  verdict: CheckVerdict;
  /** A sentence for people: what was found, and what to do about it. */
  text: string;
  /** Numbers for programs. */
  details: Record<string, unknown>;
}

/** What was found. */
export interface CheckReport {
  /** Of all steps the worst; steps that were skipped do not count, and one address of several is enough. */
  verdict: 'passed' | 'warning' | 'failed';
  /** In the order of {@link CheckStepName}. */
  steps: CheckStep[];
}

/** What is checked, and how. */
export interface CheckOptions extends ConnectionOptions, Abortable {
  /** Server addresses, as for a room. Each is tried; media is tried over the first that answers. */
  servers: string | readonly string[];
  /** STUN and TURN servers. */
  iceServers?: readonly RTCIceServer[] | undefined;
  /** `relay` sends media over TURN only. */
  iceTransportPolicy?: RTCIceTransportPolicy | undefined;
  /** Hears of each step as soon as it is done. */
  onStep?: ((step: CheckStep) => void) | undefined;
  /** After how long what is not done yet has failed, ms (20000). */
  timeout?: number | undefined;
  /** For how long media is measured, ms (3000). */
  mediaDuration?: number | undefined;
}
