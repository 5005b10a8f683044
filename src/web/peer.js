/**
 * The steps of a negotiation, each one promise, and the few words of SDP that browsers give no other way to say.
 *
 * What Opus does is said in the `fmtp` lines of both descriptions (RFC 7587): the encoder goes by what the other side
 * wants, so that our wishes are written into the offer the server gets and into its answer as our browser hears it.
 */
import { clearFree, optionsOf } from './sending.js';

/**
 * The part in front of the first m-line, and each m-line.
 *
 * @param {string} sdp
 */
const sections = (sdp) => sdp.split(/(?=^m=)/m);

/** @param {string} section */
const midOf = (section) => /^a=mid:(\S+)/m.exec(section)?.[1];

/**
 * An m-line whose Opus has these parameters, among those it had.
 *
 * @param {string} section
 * @param {Record<string, string | number>} parameters
 */
function withOpus(section, parameters) {
  const payload = /^a=rtpmap:(\d+) opus\//m.exec(section)?.[1];
  const names = Object.keys(parameters);
  if (payload === undefined || names.length === 0) return section;
  const line = new RegExp(`^a=fmtp:${payload} (.*?)\\r?\\n`, 'm');
  const present = (line.exec(section)?.[1] ?? '').split(';').map((one) => one.trim());
  const kept = present.filter((one) => one && !names.includes(one.split('=')[0] ?? ''));
  const fmtp = `a=fmtp:${payload} ${[...kept, ...names.map((name) => `${name}=${parameters[name]}`)].join(';')}\r\n`;
  if (line.test(section)) return section.replace(line, fmtp);
  return section.replace(new RegExp(`^a=rtpmap:${payload} .*\\r?\\n`, 'm'), (map) => map + fmtp);
}

/**
 * The description with the wishes of each m-line written into it.
 *
 * @param {string} sdp
 * @param {(mid: string) => import('./sending.js').Sending | undefined} wishes
 */
export function tuned(sdp, wishes) {
  return sections(sdp).map((section) => {
    const { dtx, fec, stereo, maxBitrate } = wishes(midOf(section) ?? '') ?? {};
    const all = {
      usedtx: dtx, useinbandfec: fec, stereo, 'sprop-stereo': stereo,
      maxaveragebitrate: maxBitrate,
    };
    const said = Object.entries(all).filter(([, value]) => value !== undefined);
    return withOpus(section, Object.fromEntries(said.map(([name, value]) => [name, Number(value)])));
  }).join('');
}

/**
 * The answer, taking stereo where the offer has it: Chromium plays both channels as one otherwise.
 *
 * @param {string} offer
 * @param {string} answer
 */
export function stereoAsOffered(offer, answer) {
  const stereo = sections(offer).filter((section) => /^a=fmtp:.*\bstereo=1\b/m.test(section)).map(midOf);
  if (stereo.length === 0) return answer;
  return sections(answer).map((section) => stereo.includes(midOf(section)) ? withOpus(section, { stereo: 1 }) : section)
    .join('');
}

/** What an answer to an m-line that carries nothing says of it, beside the way it goes, which is that of the others. */
const KEPT = /^(m=|c=|a=(mid|inactive|rtcp-mux|rtpmap|fmtp)\b)/;

/**
 * The answer, taking what was offered `inactive`: Janus refuses it where nothing was sent before, and browsers use what was
 * refused again under another mid, which Janus does not hear of.
 *
 * @param {string} offer
 * @param {string} answer
 */
export function withInactive(offer, answer) {
  const offered = sections(offer);
  // Firefox takes an ICE restart of some m-lines for an error, and these would seem to have none.
  const way = ['ufrag', 'pwd'].map((name) => new RegExp(`^a=ice-${name}:.*\\r?\\n`, 'm').exec(answer)?.[0] ?? '').join('');
  // Everything is refused: there is no way the others go.
  if (!way) return answer;
  const mids = [];
  const [head = '', ...rest] = sections(answer).map((section, at) => {
    const own = offered[at] ?? '';
    if (!/^m=\S+ 0 /.test(section) || !/^a=inactive/m.test(own)) return section;
    mids.push(` ${midOf(own)}`);
    // Firefox offers with port 0 what is to go the way of others.
    return own.replace(/^m=(\S+) 0 /, 'm=$1 9 ').split(/(?<=\n)/).filter((line) => KEPT.test(line)).join('') + way;
  });
  return [head.replace(/^a=group:BUNDLE.*/m, (group) => group.trimEnd() + mids.join('')), ...rest].join('');
}

/**
 * The index of each m-line by its mid.
 *
 * @param {string} sdp
 * @returns {Map<string | undefined, number>}
 */
export const indexes = (sdp) => new Map(sections(sdp).slice(1).map((section, index) => [midOf(section), index]));

/** @param {RTCPeerConnection} pc */
function wishesOf(pc) {
  const transceivers = new Map(pc.getTransceivers().map((one) => [one.mid, one]));
  return (/** @type {string} */ mid) => optionsOf(transceivers.get(mid));
}

/**
 * Creates an offer and sets it. What is returned is for the server, which is told what Opus is to do, and the SVC modes
 * by m-line, as JSON.
 *
 * @param {RTCPeerConnection} pc
 * @param {boolean} restart with new ICE credentials
 * @returns {Promise<[sdp: string, svc: string | undefined]>}
 */
export async function offer(pc, restart) {
  if (restart) pc.restartIce();
  clearFree(pc);
  const { sdp = '' } = await pc.createOffer();
  await pc.setLocalDescription({ type: 'offer', sdp });
  const wishes = wishesOf(pc);
  const modes = [...indexes(sdp)].map(([mid, mindex]) => ({ mindex, svc: wishes(mid ?? '')?.scalabilityMode }));
  const svc = modes.filter((mode) => mode.svc !== undefined);
  return [tuned(sdp, wishes), svc.length > 0 ? JSON.stringify(svc) : undefined];
}

/**
 * Applies an offer, creates an answer and sets it.
 *
 * @param {RTCPeerConnection} pc
 * @param {string} offered
 * @returns {Promise<[sdp: string]>}
 */
export async function answer(pc, offered) {
  await pc.setRemoteDescription({ type: 'offer', sdp: offered });
  const { sdp = '' } = await pc.createAnswer();
  const answered = stereoAsOffered(offered, sdp);
  await pc.setLocalDescription({ type: 'answer', sdp: answered });
  return [answered];
}

/**
 * Applies an answer.
 *
 * @param {RTCPeerConnection} pc
 * @param {string} sdp
 * @returns {Promise<undefined>}
 */
export async function apply(pc, sdp) {
  const answered = withInactive(pc.localDescription?.sdp ?? '', sdp);
  await pc.setRemoteDescription({ type: 'answer', sdp: tuned(answered, wishesOf(pc)) });
}

/**
 * Adds candidates of the server's. One that does not fit is of no harm: there are others.
 *
 * @param {RTCPeerConnection} pc
 * @param {string} text candidates as JSON
 * @returns {Promise<undefined>}
 */
export async function addCandidates(pc, text) {
  for (const { candidate = '', sdpMid, sdpMLineIndex = 0 } of JSON.parse(text)) {
    await pc.addIceCandidate({ candidate, sdpMid, sdpMLineIndex }).catch(() => undefined);
  }
}
