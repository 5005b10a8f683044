/**
 * What a track is sent with: sizes, rates and codecs. Done in JavaScript because every word of it is the browser's.
 */

/**
 * @typedef {object} Sending What `PublishOptions` of the crate come to as JSON.
 * @property {string} [source]
 * @property {boolean} [simulcast]
 * @property {string} [scalabilityMode]
 * @property {string} [codec]
 * @property {number} [maxBitrate] bit/s
 * @property {number} [maxFrameRate]
 * @property {RTCPriorityType} [priority]
 * @property {RTCDegradationPreference} [degradationPreference]
 * @property {string} [contentHint]
 * @property {boolean[]} [layers] which layers are sent, best first
 * @property {boolean} [dtx]
 * @property {boolean} [fec]
 * @property {boolean} [stereo]
 */

/** Sizes of a simulcast, best first as Janus expects them. */
const RIDS = ['h', 'm', 'l'];
/** Below these widths, px, a smaller layer of the picture is of no use to anybody. */
const WIDTHS = [960, 480];
/** bit/s per pixel and picture: what VP8 needs for talking heads. */
const DENSITY = 0.055;
/** What even the smallest picture takes, bit/s. */
const FLOOR = 80_000;
/** Screens hold still, and have to be sharp when they move. */
const SCREEN_BITRATE = 2_500_000;
const SCREEN_RATE = 15;
/** Codecs that serve others; they stay whatever is preferred. */
const HELPERS = /\/(rtx|red|ulpfec|flexfec-03|telephone-event|CN)$/i;

/**
 * The encodings of a picture of this size, best first.
 *
 * @param {{ width?: number, height?: number, frameRate?: number }} picture
 * @param {Sending} options
 * @returns {RTCRtpEncodingParameters[]}
 */
export function videoEncodings({ width = 640, height = 360, frameRate = 30 }, options) {
  const { simulcast, scalabilityMode, maxBitrate, maxFrameRate, source, priority, layers } = options;
  const isScreen = source === 'screen';
  const rate = Math.min(maxFrameRate ?? (isScreen ? SCREEN_RATE : 30), frameRate || 30);
  const side = Math.max(width, height);
  const count = simulcast ? 1 + WIDTHS.filter((least) => side >= least).length : 1;
  const wanted = RIDS.slice(0, count).map((rid, at) => {
    const scale = 2 ** at;
    const bitrate = isScreen && at === 0 ? SCREEN_BITRATE : FLOOR + (width * height * rate * DENSITY) / scale ** 2;
    return { rid, scale, bitrate };
  });
  const sum = wanted.reduce((total, { bitrate }) => total + bitrate, 0);
  // Alone, a picture may take all it is given; several share what there is.
  const share = maxBitrate === undefined ? 1 : count === 1 ? maxBitrate / sum : Math.min(1, maxBitrate / sum);
  return wanted.map(({ rid, scale, bitrate }, at) => ({
    ...(count > 1 && { rid, scaleResolutionDownBy: scale }),
    ...(scalabilityMode !== undefined && { scalabilityMode }),
    ...((maxFrameRate !== undefined || isScreen) && { maxFramerate: rate }),
    ...(priority !== undefined && { priority, networkPriority: priority }),
    active: layers?.[at] ?? true,
    maxBitrate: Math.round(bitrate * share),
  }));
}

/**
 * @param {MediaStreamTrack} track
 * @param {Sending} options
 * @returns {RTCRtpEncodingParameters[]}
 */
function encodings(track, options) {
  if (track.kind === 'video') return videoEncodings(track.getSettings(), options);
  const { maxBitrate, priority } = options;
  return [{
    active: options.layers?.[0] ?? true,
    ...(maxBitrate !== undefined && { maxBitrate }),
    ...(priority !== undefined && { priority, networkPriority: priority }),
  }];
}

/**
 * The preferred codec alone with its helpers; all of them where the browser has none of that name, or none is preferred.
 *
 * @param {RTCRtpTransceiver} transceiver
 * @param {string} kind
 * @param {string | undefined} codec
 */
function prefer(transceiver, kind, codec) {
  if (!('setCodecPreferences' in transceiver)) return;
  const all = RTCRtpSender.getCapabilities?.(kind)?.codecs ?? [];
  const isIt = (/** @type {RTCRtpCodec} */ { mimeType }) => mimeType.toLowerCase() === `${kind}/${codec}`.toLowerCase();
  const wanted = all.some(isIt) ? all.filter((one) => isIt(one) || HELPERS.test(one.mimeType)) : [];
  try {
    transceiver.setCodecPreferences(wanted);
  } catch {
    // Some browsers go by what they can receive; theirs is the choice then.
    transceiver.setCodecPreferences([]);
  }
}

/**
 * @param {MediaStreamTrack} track
 * @param {Sending} options
 */
function hint(track, { contentHint, source }) {
  const wanted = contentHint ?? (source === 'screen' && track.kind === 'video' ? 'detail' : undefined);
  if (wanted !== undefined && 'contentHint' in track) track.contentHint = wanted;
}

/** What a transceiver was made for, which cannot be changed later, and what it was asked for last. */
const made = new WeakMap();

/**
 * @param {RTCRtpTransceiver | undefined} transceiver
 * @returns {Sending | undefined}
 */
export const optionsOf = (transceiver) => transceiver && made.get(transceiver)?.options;

/**
 * Sends a track on a free m-line that fits, or on a new one. The next offer holds it.
 *
 * @param {RTCPeerConnection} pc
 * @param {MediaStreamTrack} track
 * @param {string} text `Sending` as JSON
 * @param {boolean} anyCodec the room refused the preferred one
 * @returns {RTCRtpTransceiver}
 */
export function addSender(pc, track, text, anyCodec) {
  const options = JSON.parse(text);
  const sendEncodings = encodings(track, options);
  const shape = `${track.kind} ${sendEncodings.length} ${options.scalabilityMode} ${anyCodec ? '' : options.codec}`;
  hint(track, options);
  const free = pc.getTransceivers().find((one) =>
    made.get(one)?.shape === shape && one.direction === 'inactive' && !one.sender.track);
  const transceiver = free ?? pc.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  made.set(transceiver, { shape, options });
  if (free) {
    free.direction = 'sendonly';
    // Rejects only for tracks of another kind, or when the connection is closed.
    free.sender.replaceTrack(track).then(() => changeSender(free, track, text)).catch(() => undefined);
  }
  prefer(transceiver, track.kind, anyCodec ? undefined : options.codec);
  // Encodings can be given on adding, what gives way only later; browsers that take it not before an offer are few.
  if (!free && options.degradationPreference) changeSender(transceiver, track, text).catch(() => undefined);
  return transceiver;
}

/** What an m-line is made for. */
const SHAPING = ['codec', 'simulcast', 'scalabilityMode'];
/** What is said in descriptions alone; of sound, the most it may take as well. */
const DESCRIBED = ['dtx', 'fec', 'stereo'];

/**
 * Sends what is sent already in another way.
 *
 * @param {RTCRtpTransceiver} transceiver
 * @param {MediaStreamTrack} track
 * @param {string} text `Sending` as JSON
 * @returns {Promise<'m-line' | 'offer' | undefined>} what it takes besides
 */
export async function changeSender(transceiver, track, text) {
  const { sender } = transceiver;
  const options = JSON.parse(text);
  const before = optionsOf(transceiver) ?? {};
  const differs = (/** @type {string} */ name) => options[name] !== before[name];
  if (SHAPING.some(differs)) return 'm-line';
  const parameters = sender.getParameters();
  const wanted = encodings(track, options);
  const at = ({ rid }, /** @type {number} */ index) => wanted.find((one) => rid && one.rid === rid) ?? wanted[index];
  // Before the first negotiation Firefox has none to change; what was asked for on adding holds.
  for (const [index, encoding] of (parameters.encodings ?? []).entries()) Object.assign(encoding, at(encoding, index));
  if (options.degradationPreference) parameters.degradationPreference = options.degradationPreference;
  await sender.setParameters(parameters);
  made.set(transceiver, { ...made.get(transceiver), options });
  hint(track, options);
  return [...DESCRIBED, ...(track.kind === 'audio' ? ['maxBitrate'] : [])].some(differs) ? 'offer' : undefined;
}

/**
 * Sends another track in the place of one. Other sizes want other rates; the old ones do until the browser takes them.
 *
 * @param {RTCRtpTransceiver} transceiver
 * @param {MediaStreamTrack} track
 * @param {string} text `Sending` as JSON
 * @returns {Promise<unknown>}
 */
export const replaceSender = (transceiver, track, text) =>
  transceiver.sender.replaceTrack(track).then(() => changeSender(transceiver, track, text).catch(() => undefined));

/**
 * Whether the server refused the m-line.
 *
 * @param {RTCRtpTransceiver} transceiver
 */
export const isRefused = ({ currentDirection }) => currentDirection === 'stopped';

/**
 * Ceases to send; the m-line is free for another track.
 *
 * @param {RTCRtpTransceiver} transceiver
 */
export function removeSender(transceiver) {
  if (transceiver.currentDirection === 'stopped' || transceiver.direction === 'stopped') return;
  transceiver.direction = 'inactive';
  transceiver.sender.replaceTrack(null).catch(() => undefined);
}

/**
 * @param {RTCPeerConnection} pc
 * @param {string} label
 * @param {string} text `RTCDataChannelInit` as JSON
 * @returns {RTCDataChannel}
 */
export function openChannel(pc, label, text) {
  const channel = pc.createDataChannel(label, JSON.parse(text));
  channel.binaryType = 'arraybuffer';
  return channel;
}
