import { JanusError, internal } from '../index.js';
import type { ToneOptions } from '../dtmf.js';

/** What can be dialled: tones, and a comma for two seconds of silence. */
const TONES = /^[0-9A-D#*,]+$/i;

/** How long a tone may last, and the silence after it, ms: of others a browser would make the nearest. */
const DURATION_MS = [40, 6_000] as const;
const GAP_MS = [30, 6_000] as const;

/** How often it is looked whether the connection is still there: of its end by `close()` no browser tells, ms. */
const WATCH_MS = 200;

/** Sends them. @internal */
export async function sendTones(
  sender: RTCRtpSender | null | undefined,
  tones: string,
  options: ToneOptions | null,
): Promise<void> {
  const { invalidArgument } = internal;
  if (typeof tones !== 'string' || !TONES.test(tones)) throw invalidArgument('tones: expected digits, A to D, #, * and commas');
  const [duration, gap] = [options?.duration ?? 100, options?.gap ?? 70];
  const isOf = (value: unknown, [least, most]: readonly [number, number]): boolean => typeof value === 'number' && value >= least && value <= most;
  if (!isOf(duration, DURATION_MS)) throw invalidArgument('duration: expected 40 to 6000 ms');
  if (!isOf(gap, GAP_MS)) throw invalidArgument('gap: expected 30 to 6000 ms');
  const dtmf = sender?.dtmf;
  if (!dtmf?.canInsertDTMF) {
    const text = 'this audio was negotiated without telephone-event, so that no tones can be sent';
    throw new JanusError(text, { code: 'unsupported', retryable: false });
  }
  await new Promise<void>((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearInterval(watch);
      dtmf.removeEventListener('tonechange', heard);
      done();
    };
    const heard = ({ tone }: RTCDTMFToneChangeEvent): void => {
      if (tone === '') settle(resolve);
    };
    const watch = setInterval(() => {
      const isOver = ['closed', 'failed'].includes(sender?.transport?.state ?? 'closed');
      if (!isOver && dtmf.canInsertDTMF) return;
      const text = 'the connection ended before all tones were sent';
      settle(() => reject(new JanusError(text, { code: 'closed', retryable: false })));
    }, WATCH_MS);
    dtmf.addEventListener('tonechange', heard);
    try {
      dtmf.insertDTMF(tones, duration, gap);
    } catch (error) {
      settle(() => reject(error as Error));
    }
  });
}
