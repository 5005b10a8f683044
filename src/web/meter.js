/** How loud a track is. In JavaScript because every word of it is the browser's. */

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
