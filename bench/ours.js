/** The same call by this library, as its README writes it. */
import { Room } from '/dist/index.js';

const first = (room, type, wanted = () => true) =>
  new Promise((resolve) => room.on(type, (event) => wanted(event) && resolve(event)));

/** A room that is ready before the click. */
export async function prepared({ server }) {
  const room = new Room({ servers: server });
  await room.prepare();
  return room;
}

/** Joins to watch; resolves to the first video track and a way to leave. */
export async function watchFirst({ server, room: id, ready }) {
  const room = ready ?? new Room({ servers: server });
  const subscribed = first(room, 'trackSubscribed', ({ track }) => track.kind === 'video');
  await room.join({ room: id, display: 'us' });
  const { track } = await subscribed;
  return { track: track.mediaStreamTrack, leave: () => room.leave() };
}

/** Joins to watch, and stays. */
export async function stay({ server, room: id, video }) {
  const room = new Room({ servers: server });
  const subscribed = first(room, 'trackSubscribed', ({ track }) => track.kind === 'video');
  await room.join({ room: id, display: 'us' });
  (await subscribed).track.attach(video);
  return {
    resumed: () => first(room, 'stateChanged', ({ state }) => state === 'connected'),
    leave: () => room.leave(),
  };
}

/** Joins and publishes a track; resolves when its media is up. */
export async function publish({ server, room: id, track }) {
  const room = new Room({ servers: server });
  await room.join({ room: id, display: 'us', tracks: [track] });
  const { publisher } = room.peerConnections;
  while (publisher.connectionState !== 'connected') {
    await new Promise((resolve) => publisher.addEventListener('connectionstatechange', resolve, { once: true }));
  }
  return { leave: () => room.leave() };
}

/** Somebody with data: `send` and `received`. */
export async function talk({ server, room: id }) {
  const room = new Room({ servers: server });
  await room.join({ room: id, display: 'us', data: true });
  return { room, leave: () => room.leave() };
}
