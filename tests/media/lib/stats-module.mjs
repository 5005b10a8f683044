/** The statistics module as one script, and the fields it has. */
import { build } from 'esbuild';
import { ROOT } from '../../page/lib/stage.mjs';

export const FIELDS = ['mid', 'direction', 'kind', 'codec', 'bitrate', 'packets', 'packetsLost', 'lossRate', 'jitter', 'roundTripTime',
  'frameWidth', 'frameHeight', 'framesPerSecond', 'frames', 'keyFrames', 'freezeCount', 'freezeDuration',
  'jitterBufferDelay', 'audioLevel', 'limitation', 'nackCount', 'pliCount', 'firCount', 'layers'].sort();
export const CONNECTION_FIELDS = ['roundTripTime', 'availableOutgoingBitrate', 'bytesSent', 'bytesReceived',
  'localCandidateType', 'remoteCandidateType', 'protocol', 'relayed'].sort();
export const LAYER_FIELDS = ['rid', 'bitrate', 'frameWidth', 'frameHeight', 'framesPerSecond', 'active'].sort();

/** The module as one script. */
async function bundle() {
  const contents = `export { StatsReader } from './stats.ts'; export { digest } from './digest.ts';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${ROOT}src/js/media`, loader: 'ts' },
    bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent',
  });
  return outputFiles[0].text;
}

export const SCRIPT = await bundle();
export const { StatsReader, digest } = await import(`data:text/javascript,${encodeURIComponent(SCRIPT)}`);
