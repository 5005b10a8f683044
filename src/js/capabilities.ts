/** What this browser can do; what it cannot, the library does without or refuses with a clear error. */
export interface Capabilities {
  /** Share a screen. */
  screenShare: boolean;
  /** Share the sound of a screen, a window or a tab with it. */
  screenSound: boolean;
  /** Play through a speaker of one's choice. */
  chooseSpeaker: boolean;
  /** Have a video codec preferred (`codec` of `TrackPublishOptions`). */
  codecPreferences: boolean;
  /** The video codecs it can send: `vp8`, `vp9`, `h264`, `av1`, ... */
  videoCodecs: readonly string[];
  /** Send a picture in SVC layers (`scalabilityMode`). */
  svc: boolean;
  /** Play video later when asked to (`setPlayoutDelay`). */
  playoutDelay: boolean;
  /** Say what a track shows or sounds like (`contentHint`). */
  contentHints: boolean;
  /** Transform what is sent and received (`RTCRtpScriptTransform`), for end-to-end encryption above all. */
  transforms: boolean;
  /** Capture a canvas as a track. */
  canvasCapture: boolean;
}

/** What the browser sends of a kind, ways to repair it among it. @internal */
export const codecsOf = (kind: string): readonly { mimeType: string }[] =>
  globalThis.RTCRtpSender?.getCapabilities?.(kind)?.codecs ?? [];

/** @internal */
export const nameOf = ({ mimeType }: { mimeType: string }): string => mimeType.slice(mimeType.indexOf('/') + 1).toLowerCase();

/**
 * What this browser can do.
 *
 * @example
 * shareButton.hidden = !capabilities().screenShare;
 */
export function capabilities(): Capabilities {
  const devices = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  const extensions = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.headerExtensions ?? [];
  const codecs = codecsOf('video');
  const videoCodecs = [...new Set(codecs.map(nameOf))].filter((name) => !['rtx', 'red', 'ulpfec', 'flexfec-03'].includes(name));
  const has = (name: string, member: string): boolean =>
    member in ((globalThis as unknown as Record<string, { prototype?: object }>)[name]?.prototype ?? {});
  return {
    screenShare: typeof devices?.getDisplayMedia === 'function',
    // No browser says so; those that share sound let a page silence it here, and say that.
    screenSound: 'suppressLocalAudioPlayback' in (devices?.getSupportedConstraints?.() ?? {}),
    chooseSpeaker: has('HTMLMediaElement', 'setSinkId'),
    codecPreferences: has('RTCRtpTransceiver', 'setCodecPreferences'),
    videoCodecs,
    // Asked only by who wants to know: finding out may cost a connection.
    get svc() {
      return (svc ??= codecs.some((codec) => 'scalabilityModes' in codec) || readsScalability());
    },
    playoutDelay: extensions.some(({ uri }) => uri.endsWith('/playout-delay')),
    contentHints: has('MediaStreamTrack', 'contentHint'),
    transforms: 'RTCRtpScriptTransform' in globalThis,
    canvasCapture: has('HTMLCanvasElement', 'captureStream'),
  };
}

let svc: boolean | undefined;

/** Whether a browser reads `scalabilityMode` at all: those that do not, do not ask for it. */
function readsScalability(): boolean {
  if (typeof globalThis.RTCPeerConnection !== 'function') return false;
  let asked = false;
  const encoding = {
    get scalabilityMode(): string {
      asked = true;
      return 'L1T1';
    },
  };
  const connection = new RTCPeerConnection();
  try {
    connection.addTransceiver('video', { sendEncodings: [encoding as RTCRtpEncodingParameters] });
  } catch {
    // A browser that refuses it has read it.
  }
  connection.close();
  return asked;
}
