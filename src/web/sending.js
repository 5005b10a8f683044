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
/** Pictures of fewer pixels have no use for a smaller layer; Chromium would leave it out by the same measure. */
const AREAS = [960 * 540, 480 * 270];
/** bit/s per pixel and picture: what VP8 needs for talking heads. */
const DENSITY = 0.055;
/** What even the smallest picture takes, bit/s. */
const FLOOR = 80_000;
/**
 * A picture of more pixels that is sent alone Chromium begins with less than this, bit/s, by leaving out the first ones and
 * making the others smaller, whenever its track is another.
 *
 * @type {[pixels: number, bitrate: number][]}
 */
const STARTS = [[640 * 480, 530_000], [320 * 240, 320_000]];
/** Screens hold still, and have to be sharp when they move. */
const SCREEN_BITRATE = 2_500_000;
const SCREEN_RATE = 15;
/** Codecs that serve others; they stay whatever is preferred. */
const HELPERS = /\/(rtx|red|ulpfec|flexfec-03|telephone-event|CN)$/i;

/** What is not said anew holds no longer. */
const LIMITS = ['maxBitrate', 'maxFramerate', 'priority', 'networkPriority'];
/** The server makes this of a room's bit rate that is less, bit/s. */
const LEAST_ROOM_BITRATE = 64_000;

/**
 * @typedef {object} Place Where a picture is sent.
 * @property {number} [count] how many layers its m-line has; as many as its size is worth otherwise
 * @property {number} [roomBitrate] the most the room lets through, bit/s, as far as that is known; 0 for no limit
 */

/**
 * What a layer takes that nobody limits, bit/s. With SVC smaller ones are in the same encoding.
 *
 * @param {number} pixels a second, before it is scaled down
 * @param {number} scale
 * @param {Sending} options
 */
function bitrateOf(pixels, scale, { source, scalabilityMode = '' }) {
  if (source === 'screen' && scale === 1) return SCREEN_BITRATE;
  const sizes = Number(/^[LS](\d)/.exec(scalabilityMode)?.[1] ?? 1);
  const scales = [scale, 2 * scale, 4 * scale].slice(0, sizes);
  return scales.reduce((sum, one) => sum + FLOOR + (pixels * DENSITY) / one ** 2, 0);
}

/**
 * The encodings of a picture of this size, best first. On an m-line with more layers than the size is worth the last one
 * alone is sent, as large as the picture is: the server finds its viewers a lesser layer by itself, and never a better one
 * than they asked for; and Chromium leaves out the last of several that it finds too many.
 *
 * @param {{ width?: number, height?: number, frameRate?: number }} picture
 * @param {Sending} options
 * @param {Place} place
 * @returns {RTCRtpEncodingParameters[]}
 */
export function videoEncodings({ width, height, frameRate }, options, { count, roomBitrate } = {}) {
  const { simulcast, scalabilityMode, maxBitrate, maxFrameRate, source, priority, layers } = options;
  const isScreen = source === 'screen';
  const rate = Math.min(maxFrameRate ?? (isScreen ? SCREEN_RATE : 30), frameRate || 30);
  const area = (width || 640) * (height || 360);
  const worth = simulcast ? 1 + AREAS.filter((least) => area >= least).length : 1;
  const all = RIDS.slice(0, count ?? worth);
  // Of a picture whose size is not known yet all layers are sent.
  const unused = width && worth < all.length ? all.length - 1 : 0;
  const scales = all.map((_, at) => 2 ** Math.max(0, at - unused));
  const start = (all.length - unused === 1 && STARTS.find(([pixels]) => area > pixels)?.[1]) || 0;
  const bitrates = scales.map((scale) => Math.max(start, bitrateOf(area * rate, scale, options)));
  const sum = bitrates.slice(unused).reduce((total, bitrate) => total + bitrate, 0);
  const limit = roomBitrate ? Math.max(roomBitrate, LEAST_ROOM_BITRATE) : Infinity;
  // Alone, a picture may take all it is given; several share what there is.
  const most = all.length === 1 && maxBitrate !== undefined ? Infinity : sum;
  const share = Math.min(most, maxBitrate ?? Infinity, limit) / sum;
  const isWished = (/** @type {number} */ at) => layers?.[at] ?? true;
  const isAnyWished = all.some((_, at) => isWished(at));
  return all.map((rid, at) => ({
    ...(all.length > 1 && { rid, scaleResolutionDownBy: scales[at] }),
    ...(scalabilityMode !== undefined && { scalabilityMode }),
    ...((maxFrameRate !== undefined || isScreen) && { maxFramerate: rate }),
    ...(priority !== undefined && { priority, networkPriority: priority }),
    active: unused > 0 ? at === unused && isAnyWished : isWished(at),
    maxBitrate: Math.round((bitrates[at] ?? 0) * share),
  }));
}

/**
 * @param {MediaStreamTrack} track
 * @param {Sending} options
 * @param {Place} place
 * @returns {RTCRtpEncodingParameters[]}
 */
function encodings(track, options, place) {
  if (track.kind === 'video') {
    const picture = track.getSettings();
    if (picture.width) pictures.set(track, picture);
    return videoEncodings(pictures.get(track) ?? picture, options, place);
  }
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
 * @param {Sending} [before] what was asked for until now
 */
function hint(track, options, before = {}) {
  const of = (/** @type {Sending} */ { contentHint, source }) =>
    contentHint ?? (source === 'screen' && track.kind === 'video' ? 'detail' : undefined);
  const wanted = of(options) ?? (of(before) === undefined ? undefined : '');
  if (wanted !== undefined && 'contentHint' in track) track.contentHint = wanted;
}

/** What a transceiver was made for, which cannot be changed later, and what it was asked for last. */
const made = new WeakMap();

/** How large pictures are, or were: of a camera that is closed browsers do not say it. */
const pictures = new WeakMap();

/**
 * @param {RTCRtpTransceiver | undefined} transceiver
 * @returns {Sending | undefined}
 */
export const optionsOf = (transceiver) => transceiver && made.get(transceiver)?.options;

/**
 * How many layers it can send: of an m-line that is not used Firefox forgets all but one.
 *
 * @param {RTCRtpTransceiver} transceiver
 */
const layersOf = (transceiver) => transceiver.sender.getParameters().encodings?.length || made.get(transceiver)?.count;

/** What is said in descriptions alone; of sound, the most it may take as well. */
const DESCRIBED = ['dtx', 'fec', 'stereo'];

/**
 * What an m-line is made for: a track that wants something else takes another.
 *
 * @param {string} kind
 * @param {Sending} options
 */
const shapeOf = (kind, { scalabilityMode, codec }) => `${kind} ${scalabilityMode} ${codec}`;

/**
 * Makes m-lines for a screen that is shared later, and for its sound where the browser gives it. The next offer holds them,
 * sending nothing.
 *
 * @param {RTCPeerConnection} pc
 * @param {number} [roomBitrate] the most the room lets through, bit/s
 * @returns {RTCRtpTransceiver[]}
 */
export function reserveScreen(pc, roomBitrate) {
  const options = { source: 'screen' };
  // No browser says so; those that share sound let a page silence it here, and say that.
  const hasSound = 'suppressLocalAudioPlayback' in (navigator.mediaDevices?.getSupportedConstraints?.() ?? {});
  return (hasSound ? ['video', 'audio'] : ['video']).map((kind) => {
    const sendEncodings = kind === 'video' ? videoEncodings({}, options, { roomBitrate }) : [{}];
    const transceiver = pc.addTransceiver(kind, { direction: 'sendonly', sendEncodings });
    made.set(transceiver, { shape: shapeOf(kind, options), count: 1, options, roomBitrate, place: 'free' });
    prefer(transceiver, kind, undefined);
    return transceiver;
  });
}

/**
 * Makes m-lines for nothing until there are so many: what is added next has the mid it had before.
 *
 * @param {RTCPeerConnection} pc
 * @param {number} count
 */
export function fill(pc, count) {
  while (pc.getTransceivers().length < count) pc.addTransceiver('audio', { direction: 'inactive' });
}

/**
 * Whether a track can be sent at once where a place is reserved: as nothing but another description would say.
 *
 * @param {RTCRtpTransceiver} transceiver
 * @param {Sending} options
 */
const isPlaceFor = (transceiver, { source, ...rest }) => source === 'screen' && made.get(transceiver)?.place === 'free'
  // Not where the server refused it.
  && [null, 'sendonly'].includes(transceiver.currentDirection)
  && (transceiver.receiver.track.kind === 'video' || DESCRIBED.every((name) => rest[name] === undefined));

/**
 * Sends a track on a free m-line that fits, or on a new one. The next offer holds it, unless it takes a reserved place.
 *
 * @param {RTCPeerConnection} pc
 * @param {MediaStreamTrack} track
 * @param {string} text `Sending` as JSON
 * @param {boolean} anyCodec the room refused the preferred one
 * @param {number} [roomBitrate] the most the room lets through, bit/s
 * @returns {RTCRtpTransceiver}
 */
export function addSender(pc, track, text, anyCodec, roomBitrate) {
  const options = JSON.parse(text);
  const sendEncodings = encodings(track, options, { roomBitrate });
  const count = sendEncodings.length;
  const shape = shapeOf(track.kind, anyCodec ? { ...options, codec: '' } : options);
  hint(track, options);
  // Whether layers are forgotten shows when it is negotiated that an m-line is not used.
  const isFree = (/** @type {RTCRtpTransceiver} */ one) =>
    one.direction !== 'stopped' && made.get(one)?.left && !one.sender.track
    && (count === 1 || one.currentDirection === 'inactive');
  const fitting = pc.getTransceivers().filter((one) => made.get(one)?.shape === shape && layersOf(one) === count);
  const place = fitting.find((one) => isPlaceFor(one, options));
  const free = place ?? fitting.find(isFree);
  const transceiver = free ?? pc.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  made.set(transceiver, { shape, count, options, roomBitrate, place: place && 'taken' });
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
  const wanted = encodings(track, options, { count: layersOf(transceiver), roomBitrate: made.get(transceiver)?.roomBitrate });
  // Asked for last: only the latest parameters can be set. Before the first negotiation Firefox has none to change; what
  // was asked for on adding holds.
  const parameters = sender.getParameters();
  parameters.encodings?.forEach((encoding, at) => {
    for (const name of LIMITS) delete encoding[name];
    Object.assign(encoding, wanted[at]);
  });
  delete parameters.degradationPreference;
  if (options.degradationPreference) parameters.degradationPreference = options.degradationPreference;
  await sender.setParameters(parameters);
  made.set(transceiver, { ...made.get(transceiver), options });
  hint(track, options, before);
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
 * Ceases to send; the m-line is free for another track, and the next offer says so. A reserved place stays one.
 *
 * @param {RTCRtpTransceiver} transceiver
 */
export function removeSender(transceiver) {
  if (transceiver.currentDirection === 'stopped' || transceiver.direction === 'stopped') return;
  const entry = made.get(transceiver);
  if (entry?.place) made.set(transceiver, { ...entry, place: 'free' });
  else made.set(transceiver, { ...entry, left: true });
  transceiver.sender.replaceTrack(null).catch(() => undefined);
}

/**
 * Before an offer: nothing is sent on what is free. What was never offered gets no m-line at all: servers refuse one that
 * sends nothing from the start, and browsers use a refused one again under another mid, which Janus does not hear of.
 *
 * @param {RTCPeerConnection} pc
 */
export function clearFree(pc) {
  for (const one of pc.getTransceivers()) {
    if (one.direction === 'stopped' || !made.get(one)?.left) continue;
    if (one.mid) one.direction = 'inactive';
    else one.stop();
  }
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
