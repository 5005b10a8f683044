import { JanusError, internal } from '../index.js';
import type { RoomModel } from '../model.js';
import type { RemoteTrack } from '../track.js';

/** @internal Whether sound can be sent to a speaker other than the default one. */
export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
}

/** @internal */
export function unsupported(message: string): JanusError {
  return new JanusError(message, { code: 'unsupported', retryable: false });
}

/** @internal */
export function checkSpeaker(deviceId: unknown): asserts deviceId is string {
  if (typeof deviceId !== 'string') throw internal.invalidArgument('deviceId must be a string');
  if (deviceId !== '' && !canChooseSpeaker()) throw unsupported('this browser knows the default speaker only');
}

/** The last wish of a room. */
const wishes = new WeakMap<RoomModel, object>();

/** @internal Plays what a room receives through a speaker, now and later; all of it, or none if that fails. */
export async function setSpeaker(model: RoomModel, deviceId: string): Promise<void> {
  checkSpeaker(deviceId);
  if (!canChooseSpeaker()) return;
  const wish = {};
  wishes.set(model, wish);
  // One element is asked first, so that a speaker that is not there leaves the others where they are.
  await new Audio().setSinkId(deviceId);
  if (wishes.get(model) !== wish) return;
  const route = (element: HTMLMediaElement): Promise<void> => element.setSinkId(deviceId);
  // A speaker that goes while an element is attached is the browser's to replace.
  model.route = (element) => void route(element).catch(() => undefined);
  const tracks = tracksOf(model);
  for (const track of tracks) track._route = model.route;
  await Promise.all(tracks.filter(({ kind }) => kind === 'audio').flatMap((track) => track.attachedElements.map(route)));
}

function tracksOf(model: RoomModel): RemoteTrack[] {
  const publications = [...model.remote.values()].flatMap((participant) => [...participant.publications.values()]);
  return publications.flatMap(({ track }) => track ?? []);
}
