/** Tracks of the page's own, which rooms are given and elements show. */
import { createLocalTracks } from '/dist/index.js';
import { person } from '/call/call.js';

let camera;
let preview;

/** These join with one camera. */
export async function joinWithOneCamera({ names, room }) {
  [camera] = await createLocalTracks({ camera: true });
  await Promise.all(names.map((name) => person(name).room.join({ room, display: name, tracks: [camera] })));
}

/** What this person publishes, by the kind of it. */
const ownOf = (name, what) => [...person(name).room.localParticipant.publications.values()].find(({ kind }) => kind === what);

/** Closes the camera these joined with: by the track the page opened, or by what was published of it. */
export const stopCamera = ({ name, by }) => (by === 'published' ? ownOf(name, 'video').track : camera).stop();

/** What this person's page knows of their camera. */
export function ownCamera({ name }) {
  const { localParticipant: me } = person(name).room;
  const { isMuted, track } = ownOf(name, 'video');
  return { enabled: me.isCameraEnabled, muted: isMuted, is: track.mediaStreamTrack.readyState, of: me.publications.size };
}

/** Publishes a canvas, and stops what was published of it. */
export async function stopCanvas({ name }) {
  const { localParticipant: me } = person(name).room;
  const canvas = document.createElement('canvas');
  canvas.getContext('2d').fillRect(0, 0, 9, 9);
  const { track } = await me.publishTrack(canvas.captureStream(5).getVideoTracks()[0]);
  track.stop();
  return me.publications.size;
}

export const cameraIs = () => camera.mediaStreamTrack.readyState;

/** How many pictures this person was sent of another. */
export async function picturesOf({ name, of }) {
  const them = [...person(name).room.remoteParticipants.values()].find(({ display }) => display === of);
  const [publication] = them?.publications.values() ?? [];
  const report = [...((await publication?.track?.receiver.getStats()) ?? new Map()).values()];
  return report.find(({ type }) => type === 'inbound-rtp')?.framesDecoded ?? 0;
}

/** Joins with a camera that is shown, and keeps nothing of it but the element that shows it. */
export async function showAndJoin({ name, room }) {
  const [opened] = await createLocalTracks({ camera: true });
  const element = opened.attach();
  document.body.append(element);
  preview = { element, opened: new WeakRef(opened) };
  await person(name).room.join({ room, display: name, tracks: [opened] });
}

export const previewIs = () => ({ held: preview.opened.deref() !== undefined, shows: preview.element.srcObject !== null });

/** The element is given the same picture by what was published of it, and taken from what showed it first. */
export function showPublished({ name }) {
  const [{ track }] = person(name).room.localParticipant.publications.values();
  const [before] = [preview.opened.deref()];
  track.attach(preview.element);
  const left = before.detach();
  const shown = preview.element.srcObject !== null;
  const last = track.detach();
  return { left: left.length, shown, last: last.length, empty: preview.element.srcObject === null };
}

/** Publishes a sound, does this with it, and takes it back; whether it is enabled then, and another in its place. */
export async function lend({ name, enabled, meanwhile }) {
  const sound = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  const [track, other] = [sound(), sound()];
  track.enabled = enabled;
  const publication = await person(name).room.localParticipant.publishTrack(track);
  if (meanwhile === 'unmute') await publication.unmute();
  if (meanwhile === 'disable') track.enabled = false;
  if (meanwhile === 'replace') {
    await publication.unmute();
    other.enabled = false;
    await publication.replaceTrack(other);
  }
  await publication.unpublish();
  return [track.enabled, other.enabled];
}
