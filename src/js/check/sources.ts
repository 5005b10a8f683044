/** A picture that changes and a sound, without a camera or a microphone. */
export interface Sources {
  video: MediaStreamTrack | undefined;
  /** Missing where the browser lets the page make no sound yet. */
  audio: MediaStreamTrack | undefined;
  close(): void;
}

export const FRAME_RATE = 15;
const SIZE = { width: 320, height: 180 };
/** A tone nobody hears: it is only sent. Hz. */
const TONE = 440;
/** How long a browser may take to begin with sound, ms. */
const SOUND_MS = 300;

function makePicture(): { track: MediaStreamTrack | undefined; stop: () => void } {
  const canvas = Object.assign(document.createElement('canvas'), SIZE);
  const context = canvas.getContext('2d');
  let count = 0;
  const draw = (): void => {
    if (!context) return;
    count += 1;
    context.fillStyle = `hsl(${(count * 7) % 360} 80% 50%)`;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    context.fillStyle = '#fff';
    context.fillRect((count * 5) % SIZE.width, 0, 20, SIZE.height);
  };
  draw();
  const [track] = canvas.captureStream(FRAME_RATE).getVideoTracks();
  const timer = setInterval(draw, 1000 / FRAME_RATE);
  const stop = (): void => {
    clearInterval(timer);
    track?.stop();
  };
  return { track, stop };
}

async function makeSound(): Promise<{ track: MediaStreamTrack | undefined; stop: () => void }> {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const [track] = output.stream.getAudioTracks();
  const oscillator = new OscillatorNode(context, { frequency: TONE });
  oscillator.connect(output);
  oscillator.start();
  // Before a click it may stay suspended for ever.
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, SOUND_MS))]);
  const stop = (): void => {
    track?.stop();
    context.close().catch(() => undefined);
  };
  return { track: context.state === 'running' ? track : undefined, stop };
}

export async function makeSources(): Promise<Sources> {
  const picture = makePicture();
  const sound = await makeSound().catch(() => undefined);
  return {
    video: picture.track,
    audio: sound?.track,
    close() {
      picture.stop();
      sound?.stop();
    },
  };
}
