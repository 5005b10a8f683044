/** Opening cameras, microphones and screens. */

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
