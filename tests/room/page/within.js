/** What people of `/call/call.js` do within the events of their rooms. */
import { person } from '/call/call.js';
import { Pattern } from '/call/pattern.js';
import { noise } from './bytes.js';

/** By name: within which event somebody leaves, and which events were told. */
const leavers = new Map();
let number = 100;

/** What happens within other events, and can be said at once. */
const WITHIN_ROOM = ['participantJoined', 'participantLeft', 'trackPublished', 'trackSubscribed', 'trackUnsubscribed', 'trackMuted',
  'trackUnmuted', 'localTrackPublished', 'localTrackUnpublished', 'attributesChanged', 'chatMessage', 'fileOffered', 'dataReceived',
  'speakingChanged', 'activeSpeakersChanged', 'connectionQualityChanged'];

/** All that can be done in a room without leaving it. What is refused there is not what this is about. */
function doEverything(room) {
  const { localParticipant: me } = room;
  const { track } = new Pattern((number += 1));
  const [other] = room.remoteParticipants.values();
  const publications = [...me.publications.values()];
  const received = [...room.remoteParticipants.values()].flatMap((one) => [...one.publications.values()]);
  const wishes = [
    () => me.setHandRaised(true),
    () => me.setAttributes({ number: String(number), hand: null }),
    () => me.sendChatMessage('from within'),
    () => me.sendData('from within'),
    () => me.sendFile(new Blob([noise(100)])),
    () => me.setMetadata({}),
    () => me.request(other, 'nothing', 1, { timeout: 2_000 }),
    () => me.publishTrack(track).then((publication) => publication.unpublish()),
    ...publications.flatMap((publication) => [() => publication.mute(), () => publication.unmute()]),
    ...received.flatMap((publication) => [
      () => publication.requestKeyFrame(), () => publication.setPaused(true), () => publication.setPaused(false),
      () => publication.setSubscribed(false), () => publication.setSubscribed(true),
    ]),
    () => room.setReceivingPaused(true),
    () => room.setReceivingPaused(false),
    () => room.join({ room: 1 }),
    () => room.prepare(),
    () => room.getStats(),
    () => room.debugBundle(),
  ];
  for (const wish of wishes) {
    try {
      Promise.resolve(wish()).catch(() => undefined);
    } catch {
      // Refused at once.
    }
  }
}

/** Does everything within the first event of each kind, and within the progress of the first file, which is cancelled there. */
export function actWithin({ name }) {
  const { room } = person(name);
  const told = new Set();
  leavers.set(name, { told });
  const first = (kind, work) => {
    if (told.has(kind)) return;
    told.add(kind);
    work();
  };
  for (const kind of WITHIN_ROOM) room.on(kind, () => first(kind, () => doEverything(room)));
  room.on('stateChanged', ({ state }) => first(state, () => doEverything(room)));
  room.on('fileOffered', ({ file }) => file.on('progress', () => first('progress', () => {
    doEverything(room);
    file.cancel();
  })));
}

export const toldWithin = ({ name }) => [...leavers.get(name).told];

/** Leaves within an event when it is told to, and joins again within the event of having left. */
export function leaveWithin({ name, room: id }) {
  const { room } = person(name);
  const leaver = { within: undefined, stays: 0, ends: [] };
  leavers.set(name, leaver);
  const hears = (kind) => {
    if (leaver.within !== kind) return;
    leaver.within = undefined;
    leaver.ends.push(room.leave());
  };
  for (const kind of [...WITHIN_ROOM, 'trackStalled', 'trackResumed']) room.on(kind, () => hears(kind));
  room.on('fileOffered', ({ file }) => file.on('progress', () => hears('progress')));
  room.on('stateChanged', ({ state }) => {
    if (state === 'connected') leaver.stays += 1;
    if (state === 'disconnected' && !leaver.isOver) leaver.ends.push(room.join({ room: id, display: name }));
  });
}

/** Within which event to leave next; how often they were in the room by then. */
export function leaveNext({ name, kind }) {
  const leaver = leavers.get(name);
  leaver.within = kind;
  return leaver.stays;
}

/** Whether they left and are back, and how often they were in the room; nothing of it may have failed. */
export async function whereabouts({ name }) {
  const leaver = leavers.get(name);
  return { isDue: leaver.within !== undefined, stays: leaver.stays, state: person(name).room.state };
}

/** How all that was begun ended. */
export async function endWithin({ name }) {
  const leaver = leavers.get(name);
  leaver.isOver = true;
  const ends = await Promise.allSettled([...leaver.ends, person(name).room.leave()]);
  return ends.filter(({ status }) => status === 'rejected').map(({ reason }) => String(reason));
}

const tones = new Map();

/** Publishes a sound, or ends it. */
export async function sound({ name, isOn }) {
  const { localParticipant: me } = person(name).room;
  if (!tones.has(name)) {
    const context = new AudioContext();
    const [oscillator, out] = [new OscillatorNode(context, { frequency: 330 }), context.createMediaStreamDestination()];
    oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(out);
    oscillator.start();
    void context.resume();
    tones.set(name, await me.publishTrack(out.stream.getAudioTracks()[0], { source: 'microphone' }));
  }
  await (isOn ? tones.get(name).unmute() : tones.get(name).mute());
}
