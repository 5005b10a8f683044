/** How loud a track is. In JavaScript because every word of it is the browser's. */

/** How often the level is told, ms. */
const PERIOD = 60;

/**
 * Tells the level of an audio track about 16 times a second, from 0 (silence) to 1 (as loud as can be), on a scale that
 * follows the ear: half the bar is about a quarter of the power. The returned function ends that.
 *
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} listener
 */
export function startMeter(track, listener) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  // Suspended until the person has touched the page, in some browsers; resuming is best effort.
  context.resume().catch(() => undefined);
  const samples = new Float32Array(1024);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0);
    // Root mean square, with the square root once more.
    listener(Math.min(1, (power / samples.length) ** 0.25));
  }, PERIOD);
  return () => {
    clearInterval(timer);
    context.close().catch(() => undefined);
  };
}
