/**
 * Devices, levels and elements, and what is kept for the next page, in the browser's words.
 *
 * One file for all of it: each one more is one more request of a page that takes the crate without a bundler, and the
 * server of wasm-bindgen's test runner loses one of five that come at once.
 */

// Opening cameras, microphones and screens.

/** @param {string | undefined} text */
const read = (text) => text && JSON.parse(text);

/** @param {string | undefined} id */
const device = (id) => id && { deviceId: { exact: id } };

/** @param {Record<string, number | undefined>} wishes */
const ideal = (wishes) =>
  Object.fromEntries(Object.entries(wishes).filter(([, value]) => value).map(([key, value]) => [key, { ideal: value }]));

/** The browser's media devices. */
function devices() {
  if (navigator.mediaDevices) return navigator.mediaDevices;
  throw new DOMException('cameras and microphones need a secure context: https:, or localhost', 'NotSupportedError');
}

/**
 * Opens devices, with one prompt for both.
 *
 * @param {string} [camera] `CameraOptions` as JSON
 * @param {string} [microphone] `MicrophoneOptions` as JSON
 * @returns {Promise<MediaStreamTrack[]>}
 */
export async function capture(camera, microphone) {
  const { deviceId: cameraId, width = 640, height = 360, frameRate = 30 } = read(camera) ?? {};
  const { deviceId: microphoneId, ...processing } = read(microphone) ?? {};
  const { echoCancellation = true, noiseSuppression = true, autoGainControl = true, channelCount } = processing;
  const stream = await devices().getUserMedia({
    video: camera ? { ...device(cameraId), ...ideal({ width, height, frameRate }) } : false,
    audio: microphone
      ? { ...device(microphoneId), echoCancellation, noiseSuppression, autoGainControl, ...ideal({ channelCount }) }
      : false,
  });
  return stream.getTracks();
}

/**
 * Asks for a screen, a window or a tab; with its sound where the browser gives it.
 *
 * @param {string} screen `ScreenOptions` as JSON
 * @returns {Promise<MediaStreamTrack[]>}
 */
export async function captureScreen(screen) {
  const { width, height, frameRate = 15, audio = true } = read(screen);
  const stream = await devices().getDisplayMedia({ video: ideal({ width, height, frameRate }), audio });
  return stream.getTracks();
}

/** How long a camera may take to its first picture, ms. */
const SLOWEST = 1000;

/**
 * Waits for the first picture of a camera, as far as it comes soon.
 *
 * @param {MediaStreamTrack} track
 */
export async function firstPicture(track) {
  // `playsInline`: iOS goes full screen otherwise.
  const wishes = { muted: true, playsInline: true, srcObject: new MediaStream([track]) };
  const element = Object.assign(document.createElement('video'), wishes);
  const shows = new Promise((resolve) => element.addEventListener('loadeddata', resolve));
  element.play().catch(() => undefined);
  await Promise.race([shows, new Promise((resolve) => setTimeout(resolve, SLOWEST))]);
  element.srcObject = null;
}

// How loud a track is.

/** How often the level is told, ms. */
const PERIOD = 60;

/**
 * Listens to a track; what is returned tells its level, and ends that.
 *
 * @param {MediaStreamTrack} track
 */
function listen(track) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  // Suspended until the person has touched the page, in some browsers; resuming is best effort.
  context.resume().catch(() => undefined);
  const samples = new Float32Array(1024);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0);
      // Root mean square, with the square root once more.
      return Math.min(1, (power / samples.length) ** 0.25);
    },
    end: () => context.close().catch(() => undefined),
  };
}

/**
 * Tells the level of an audio track about 16 times a second, from 0 (silence) to 1 (as loud as can be), on a scale that
 * follows the ear: half the bar is about a quarter of the power. The returned function ends that.
 *
 * @param {() => MediaStreamTrack} current the track, which may be another from one moment to the next
 * @param {(level: number) => void} listener
 */
export function startMeter(current, listener) {
  let track = current();
  let ear = listen(track);
  const timer = setInterval(() => {
    const now = current();
    if (now !== track) {
      track = now;
      ear.end();
      // A context of its own: devices differ in their sample rates, and Firefox mixes none.
      ear = listen(track);
    }
    listener(ear.level());
  }, PERIOD);
  return () => {
    clearInterval(timer);
    ear.end();
  };
}

// Tracks in elements.

/** Whether an element has something to play and does not. */
const isStill = ({ srcObject, paused }) => srcObject && paused;

/**
 * What each element was given last and by whom, and what plays it anew and sees to it if that is refused.
 *
 * @type {Map<HTMLMediaElement, { owner: number, stream: MediaStream, again?: (element: HTMLMediaElement) => void }>}
 */
const attached = new Map();

/** Browsers pause the elements of a page they freeze, and leave it at that when it goes on. */
const asleep = [];
const onFreeze = () => asleep.push(...[...attached.keys()].filter((element) => !isStill(element)));
const onResume = () => asleep.splice(0).forEach((element) => {
  const { again = () => play([element]) } = attached.get(element) ?? {};
  again(element);
});

/**
 * Browsers pause what is taken out of the page, and leave it at that when it is put back: a picture goes on meanwhile. Sound
 * does not, which would be heard.
 *
 * @param {Event & { target: HTMLMediaElement }} event
 */
const onPause = ({ target }) => {
  if (!target.isConnected && attached.has(target) && target.localName === 'video') play([target]);
};

/** How long playing is waited for, ms: what is refused is refused at once, and what has no picture yet stays open. */
const PATIENCE = 1000;

/**
 * Plays a track in an element, or in a new one.
 *
 * @param {MediaStreamTrack} track
 * @param {number} owner whose element it is from now on
 * @param {HTMLMediaElement} [element]
 * @param {(element: HTMLMediaElement) => void} [again] plays it anew, after browsers paused it of themselves
 */
export function attach(track, owner, element, again) {
  if (!element) {
    element = document.createElement(track.kind);
    element.autoplay = true;
    if (track.kind === 'video') {
      // Sound comes from audio tracks alone, and browsers play muted video without being asked.
      element.muted = true;
      // iOS goes full screen otherwise.
      element.setAttribute('playsinline', '');
    }
  }
  const stream = element.srcObject = new MediaStream([track]);
  attached.set(element, { owner, stream, again });
  element.addEventListener('pause', onPause);
  document.addEventListener('freeze', onFreeze);
  document.addEventListener('resume', onResume);
  return element;
}

/**
 * Whether an element still has what this owner gave it, the same track given by another not being it.
 *
 * @param {HTMLMediaElement} element
 * @param {number} owner
 */
export function keeps(element, owner) {
  const last = attached.get(element);
  return last?.owner === owner && element.srcObject === last.stream;
}

/**
 * An element is this owner's no longer.
 *
 * @param {HTMLMediaElement} element
 * @param {number} owner
 * @param {boolean} empties whether it is to play nothing. One that was given something else meanwhile keeps that.
 */
export function release(element, owner, empties) {
  if (empties && keeps(element, owner)) element.srcObject = null;
  if (attached.get(element)?.owner === owner) attached.delete(element);
}

/**
 * Plays elements, all at once: a click may count for no more than what is called within it. Resolves to those that the
 * browser does not let play; those that have nothing to play any longer are passed over.
 *
 * @param {HTMLMediaElement[]} elements
 */
export async function play(elements) {
  const blocked = [];
  const tries = elements.filter(({ srcObject }) => srcObject).map((element) => element.play().catch(({ name }) => {
    // Anything else, an AbortError above all, only says that the element was given something new.
    if (name === 'NotAllowedError') blocked.push(element);
  }));
  await Promise.race([Promise.all(tries), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  return blocked.filter(isStill);
}

/** What may free a blocked element: the page or the person plays it, or it is given something else. */
const CHANGES = ['playing', 'emptied'];

/**
 * Resolves when an element that was blocked plays after all, or has nothing to play any longer.
 *
 * @param {HTMLMediaElement} element
 */
export function freed(element) {
  return new Promise((resolve) => {
    const look = () => {
      if (isStill(element)) return;
      CHANGES.forEach((type) => element.removeEventListener(type, look));
      resolve();
    };
    CHANGES.forEach((type) => element.addEventListener(type, look));
    look();
  });
}

// Notes for the next page in this tab.

/**
 * Adds a word to a note, or takes it away if there is nothing to add. What it was before; storage may be forbidden, or full.
 *
 * @param {string} about
 * @param {string} word
 * @returns {string}
 */
export function keep(about, word) {
  try {
    const name = `janus-wasm left ${about}`;
    const before = sessionStorage[name] ?? '';
    if (word) sessionStorage[name] = `${before} ${word}`;
    else delete sessionStorage[name];
    return before;
  } catch {
    return '';
  }
}
