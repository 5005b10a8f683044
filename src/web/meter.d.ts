/** Tells how loud an audio track is, 0 to 1, about 16 times a second; the returned function ends that. */
export function startMeter(track: MediaStreamTrack, listener: (level: number) => void): () => void;
