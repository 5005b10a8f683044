/** The statistics module as one script, and the fields it has. */
import { moduleFrom, scriptOf } from '../../page/lib/module.mjs';
import { ROOT } from '../../page/lib/stage.mjs';

export const FIELDS = ['mid', 'direction', 'kind', 'codec', 'bitrate', 'packets', 'packetsLost', 'lossRate', 'jitter', 'roundTripTime',
  'frameWidth', 'frameHeight', 'framesPerSecond', 'frames', 'keyFrames', 'freezeCount', 'freezeDuration',
  'jitterBufferDelay', 'audioLevel', 'limitation', 'nackCount', 'pliCount', 'firCount', 'layers'].sort();
export const CONNECTION_FIELDS = ['roundTripTime', 'availableOutgoingBitrate', 'bytesSent', 'bytesReceived',
  'localCandidateType', 'remoteCandidateType', 'protocol', 'relayed'].sort();
export const LAYER_FIELDS = ['rid', 'bitrate', 'frameWidth', 'frameHeight', 'framesPerSecond', 'active'].sort();

export const SCRIPT = await scriptOf({
  stdin: {
    contents: `export { StatsReader } from './stats.ts'; export { digest } from './digest.ts';`,
    resolveDir: `${ROOT}src/js/media`,
    loader: 'ts',
  },
});
export const { StatsReader, digest } = await moduleFrom(SCRIPT);
