import { JanusError, internal } from '../index.js';

/** For how long the sound may not come, beyond its duration, ms. */
const PATIENCE_MS = 3_000;

/** A major third, and how loud it is at most, from 0 to 1. */
const TONES_HZ = [523.25, 659.25];
const LOUDNESS = 0.3;

/** Which part of a tone's time it swells in, before it fades. */
const ATTACK = 0.1;

/** Silence after the tones, so that what is still on its way is heard, s. */
const TAIL_S = 0.1;

/** @internal Where the sound goes, how long it takes in ms, and what ends it early. */
export interface TestSound {
  deviceId: string;
  duration: number;
  signals: (AbortSignal | undefined)[];
}

/** @internal Plays two tones and resolves when they ended. Whatever happens, nothing of it is left. */
export async function playTestSound({ deviceId, duration, signals }: TestSound): Promise<void> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(noSound()), duration + PATIENCE_MS);
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = output.stream;
  try {
    const playing = play({ context, output, element, deviceId, seconds: duration / 1000, ending: ending.signal });
    await [...signals, ending.signal].reduce((promise, signal) => internal.abortable(promise, signal), playing);
  } finally {
    clearTimeout(timer);
    ending.abort();
    element.pause();
    element.srcObject = null;
    output.stream.getTracks().forEach((track) => track.stop());
    // Not waited for: without a sound device, closing may take for ever.
    context.close().catch(() => undefined);
  }
}

function noSound(): JanusError {
  const message = 'no sound could be played: the machine has no working speaker, or the page must be clicked first';
  return new JanusError(message, { code: 'timeout', retryable: true });
}

interface Player {
  context: AudioContext;
  output: AudioNode;
  element: HTMLAudioElement;
  deviceId: string;
  seconds: number;
  ending: AbortSignal;
}

/** The browser takes a click for both, so that both begin at once. */
async function play({ context, output, element, deviceId, seconds, ending }: Player): Promise<void> {
  await Promise.all([context.resume(), startElement(element, deviceId)]);
  if (!ending.aborted) await playTones(context, output, seconds);
}

/** The speaker comes first: nothing is to be heard from another. */
async function startElement(element: HTMLAudioElement, deviceId: string): Promise<void> {
  if (deviceId !== '') await element.setSinkId(deviceId);
  await element.play();
}

function playTones(context: AudioContext, output: AudioNode, seconds: number): Promise<void> {
  const oscillator = new OscillatorNode(context);
  const volume = new GainNode(context, { gain: 0 });
  const begin = context.currentTime;
  const length = seconds / TONES_HZ.length;
  TONES_HZ.forEach((frequency, index) => {
    const time = begin + index * length;
    oscillator.frequency.setValueAtTime(frequency, time);
    volume.gain.setValueAtTime(0, time);
    volume.gain.linearRampToValueAtTime(LOUDNESS, time + ATTACK * length);
    volume.gain.linearRampToValueAtTime(0, time + length);
  });
  oscillator.connect(volume).connect(output);
  oscillator.start();
  oscillator.stop(begin + seconds + TAIL_S);
  return new Promise((resolve) => oscillator.addEventListener('ended', () => resolve(), { once: true }));
}
