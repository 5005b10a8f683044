/** Tells how loud an audio track is now, 0 to 1, about 16 times a second; the returned function ends that. */
export function startMeter(current: () => MediaStreamTrack, listener: (level: number) => void): () => void;
