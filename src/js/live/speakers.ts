import type { Participant } from '../participant.js';
import type { Room } from '../room.js';
import type { Host } from './index.js';
import { Levels } from './levels.js';
import { SpeakerOrder, type Voice } from './speakers-order.js';
import type { Writable } from './writable.js';

/** How often is listened, ms. */
const PERIOD_MS = 100;

/**
 * Tells who speaks. There is one place where that is decided, `SpeakerOrder`: the server's word and what is heard meet
 * there, so that `isSpeaking`, `speakingChanged` and `activeSpeakers` never disagree. The server's word goes first
 * because everybody in the room has the same, and because it is there for people whose sound is not received.
 *
 * @internal
 */
export function tellSpeakers({ room, emit }: Host): () => void {
  const levels = new Levels(room);
  const order = new SpeakerOrder<Participant>();
  let last = performance.now();
  const step = (voices: ReadonlyMap<Participant, Voice>): void => {
    const { began, ceased, speakers } = order.step(last, voices);
    // All state first: whoever hears of one can ask for the others.
    for (const one of began) (one as Writable<Participant>).isSpeaking = true;
    for (const one of ceased) (one as Writable<Participant>).isSpeaking = false;
    const isNew = speakers !== room.activeSpeakers && speakers.length + room.activeSpeakers.length > 0;
    if (isNew) (room as Writable<Room>).activeSpeakers = speakers;
    for (const participant of ceased) emit('speakingChanged', { participant, speaking: false });
    for (const participant of began) emit('speakingChanged', { participant, speaking: true });
    if (isNew) emit('activeSpeakersChanged', { speakers });
  };
  const timer = setInterval(() => {
    const now = performance.now();
    levels.step(now, now - last);
    last = now;
    step(voicesOf(room));
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    levels.stop();
    step(new Map());
  };
}

function voicesOf(room: Room): Map<Participant, Voice> {
  const voices = new Map<Participant, Voice>();
  for (const participant of [room.localParticipant, ...room.remoteParticipants.values()]) {
    const muted = !participant.isMicrophoneEnabled || isGone(participant);
    // The server keeps its word about somebody who ceases to send: it holds only as long as there is a microphone.
    if (muted) participant._announced = undefined;
    voices.set(participant, { level: participant.audioLevel, announced: participant._announced, muted });
  }
  return voices;
}

/** Whether all that should be heard of somebody has stalled. */
function isGone(participant: Participant): boolean {
  const sounds = [...participant.publications.values()].filter(({ kind, isMuted }) => kind === 'audio' && !isMuted);
  return sounds.length > 0 && sounds.every((sound) => 'isStalled' in sound && sound.isStalled);
}
