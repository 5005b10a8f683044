import { JanusError, internal } from '../index.js';
import type { ToneOptions } from '../dtmf.js';

/** What can be dialled: tones, and a comma for two seconds of silence. */
const TONES = /^[0-9A-D#*,]+$/i;

/** Sends them. @internal */
export async function sendTones(
  sender: RTCRtpSender | null | undefined,
  tones: string,
  options: ToneOptions,
): Promise<void> {
  if (!TONES.test(tones)) throw internal.invalidArgument('tones: expected digits, A to D, #, * and commas');
  const dtmf = sender?.dtmf;
  if (!dtmf?.canInsertDTMF) {
    const text = 'this audio was negotiated without telephone-event, so that no tones can be sent';
    throw new JanusError(text, { code: 'unsupported', retryable: false });
  }
  await new Promise<void>((resolve) => {
    const heard = (event: RTCDTMFToneChangeEvent): void => {
      if (event.tone !== '') return;
      dtmf.removeEventListener('tonechange', heard);
      resolve();
    };
    dtmf.addEventListener('tonechange', heard);
    dtmf.insertDTMF(tones, options.duration ?? 100, options.gap ?? 70);
  });
}
