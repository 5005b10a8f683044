/** How tones are sent. */
export interface ToneOptions {
  /** How long each lasts, ms, 40 to 6000 (100). */
  duration?: number | undefined;
  /** The silence between two, ms, 30 to 6000 (70). */
  gap?: number | undefined;
}

/**
 * Whether a sender can send DTMF tones: its audio is negotiated with telephone-event. AudioBridge, SIP and NoSIP of
 * Janus do that, VideoRoom and EchoTest do not.
 */
export function canInsertDTMF(sender: RTCRtpSender | null | undefined): boolean {
  return sender?.dtmf?.canInsertDTMF ?? false;
}

/**
 * Sends DTMF tones; resolves when the last has been sent (W3C WebRTC, 7).
 *
 * @example
 * if (canInsertDTMF(sender)) await insertDTMF(sender, '1234#');
 */
export async function insertDTMF(
  sender: RTCRtpSender | null | undefined,
  tones: string,
  options: ToneOptions = {},
): Promise<void> {
  const { sendTones } = await import('./media/index.js');
  await sendTones(sender, tones, options);
}
