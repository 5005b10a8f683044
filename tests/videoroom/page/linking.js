// The parts people play in a test of links: who publishes, who links, who watches.
import { Janus } from '/dist/index.js';
import {
  PUBLISHER_EVENTS, SUBSCRIBER_EVENTS, expect, picturesMove, receivingPeer, record, sendingPeer, toSubstream, until,
} from './peers.js';

const scene = {};

async function connect(server) {
  const janus = await Janus.connect(server);
  const session = await janus.createSession();
  return { janus, session, rooms: await session.videoRoom() };
}

const show = (value) => JSON.parse(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)));

/** Somebody with camera, microphone and data. */
export async function publish({ server, room, display = 'Ada' }) {
  const { rooms } = await connect(server);
  const camera = await sendingPeer({ data: true, simulcast: true });
  const { publisher, jsep } = await rooms.joinAndConfigure({
    room, display, descriptions: [{ mid: '1', description: 'camera' }], jsep: camera.offer,
  });
  const hears = record(publisher, PUBLISHER_EVENTS);
  camera.ready(publisher);
  await camera.accept(jsep);
  await hears.until('webrtcup');
  Object.assign(scene, { publisher, camera, hears });
  return publisher.id;
}

/** Somebody with a microphone alone. */
export async function publishSound({ server, room, secret, id, display = 'Ada', videocodec }) {
  const { rooms } = await connect(server);
  await rooms.create({ room, secret, videocodec });
  const camera = await sendingPeer({ video: false });
  const { publisher, jsep } = await rooms.joinAndConfigure({
    room, id, display, descriptions: [{ mid: '0', description: 'microphone' }], jsep: camera.offer,
  });
  const hears = record(publisher, PUBLISHER_EVENTS);
  camera.ready(publisher);
  await camera.accept(jsep);
  await hears.until('webrtcup');
  Object.assign(scene, { publisher, camera, hears });
  return publisher.id;
}

/** One more stream of the same peer connection. */
export async function addPicture({ description }) {
  const { pc, stream } = scene.camera;
  const media = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } });
  const [track] = media.getTracks();
  stream.addTrack(track);
  const transceiver = pc.addTransceiver(track, { direction: 'sendonly' });
  await pc.setLocalDescription();
  const descriptions = [{ mid: transceiver.mid, description }];
  const { jsep } = await scene.publisher.configure({ descriptions, jsep: pc.localDescription });
  await pc.setRemoteDescription(jsep);
}

export async function createRoom({ server, room, secret, videocodec }) {
  const { rooms } = await connect(server);
  await rooms.create({ room, secret, videocodec });
}

export async function rename({ display }) {
  await scene.publisher.configure({ display });
}

export async function describe({ description }) {
  await scene.publisher.configure({ descriptions: [{ mid: '1', description }] });
}

/**
 * Publishes no more. Not by the request: Janus before 1.2.2 aborts if a stream goes by that while it forwards a packet of
 * it. It notices by itself that the peer connection is closed.
 */
export const hangUp = () => scene.camera.hangUp(scene.hears);

export async function publishAgain() {
  scene.camera = await sendingPeer({});
  scene.hears.clear();
  const { jsep } = await scene.publisher.publish({ jsep: scene.camera.offer });
  scene.camera.ready(scene.publisher);
  await scene.camera.accept(jsep);
  await scene.hears.until('webrtcup');
}

export async function leave() {
  await hangUp();
  await scene.publisher.leave();
}

/** Somebody who links the publisher to another server, on which rooms have other secrets. */
export async function link({ from, to, room, publisherId, secret, ...more }) {
  const [here, there] = await Promise.all([connect(from), connect(to)]);
  const states = [];
  const target = { rooms: there.rooms, room, secret, host: '127.0.0.1', ...more };
  Object.assign(scene, { here, there, states, resumed: 0 });
  for (const { session } of [here, there]) session.on('resumed', () => (scene.resumed += 1));
  const made = await here.rooms.linkPublisher({ room, secret, publisherId, to: target });
  made.on('stateChanged', ({ state, error }) => states.push([state, error?.code ?? null]));
  scene.link = made;
  return show({ state: made.state, id: made.id });
}

/** One link after the other takes the place of the one before, which is not told first. */
export async function replace({ times, options: { room, publisherId, secret } }) {
  const to = { rooms: scene.there.rooms, room, secret, host: '127.0.0.1', replace: true };
  for (let index = 0; index < times; index += 1) {
    const before = scene.link;
    scene.link = await scene.here.rooms.linkPublisher({ room, secret, publisherId, to });
    await until('the link before to end', () => before.state === 'ended');
  }
  return scene.link.state;
}

export async function linkFails(options) {
  const error = await link(options).then(() => undefined, (thrown) => thrown);
  expect(error !== undefined, 'the link to fail');
  return { code: error.code, status: error.status };
}

export const closeFails = () => scene.link.close().then(() => 'done', ({ code }) => code);
export const closeLink = () => scene.link.close();
export const look = () => ({ state: scene.link.state, states: scene.states });
export const untilState = ({ state }) => until(`the link to be ${state}`, () => scene.link.state === state);

export const untilResumed = ({ times }) => until(`${times} sessions to be resumed`, () => scene.resumed >= times);

/** How many are in the room, whoever they are. */
export const present = async () => (await scene.rooms.listParticipants(scene.room)).length;
export const untilPresent = ({ count }) => until(`${count} in the room`, async () => (await present()) === count);

/** It stood so, one after the other, since it was made. */
export const untilStates = ({ states }) => until(`the link to have been ${states}`, () => {
  const seen = scene.states.map(([state]) => state);
  return states.every((state, index) => seen[index] === state);
}, 40_000);

/** What the servers have of the link. */
export async function traces({ room, publisherId, secret }) {
  const remotes = await scene.here.rooms.listRemotes({ room, secret, publisherId }).catch((error) => error.code);
  return show(remotes);
}

/** Somebody in the other room, who subscribes to whom there is. */
export async function watch({ server, room }) {
  const { rooms } = await connect(server);
  const watcher = await rooms.joinPublisher({ room, display: 'Bob' });
  Object.assign(scene, { rooms, watcher, room });
  return true;
}

/** What the watcher knows of who publishes. */
export async function people({ count }) {
  await until(`${count} publishers`, () => scene.watcher.publishers.size === count);
  return show([...scene.watcher.publishers.values()]);
}

export const untilPeople = ({ text }) =>
  until(`"${text}" among the people`, () => JSON.stringify(show([...scene.watcher.publishers.values()])).includes(text));

export const untilNamed = ({ name }) => until(`somebody named ${name}`, () =>
  [...scene.watcher.publishers.values()].some(({ display }) => display === name));

/** Pictures of the one who publishes are decoded here; with `substream`, those of another simulcast layer too. */
export async function see({ substream }) {
  // A copy may be about to go for another.
  const feed = await until('somebody who publishes', () => [...scene.watcher.publishers.values()][0]);
  const streams = feed.streams.filter(({ type, disabled }) => type !== 'data' && !disabled)
    .map(({ mid }) => ({ feed: feed.id, mid }));
  const peer = receivingPeer();
  const { subscriber, jsep } = await scene.rooms.joinSubscriber({ room: scene.room, streams });
  peer.ready(subscriber);
  await subscriber.start({ jsep: await peer.answer(jsep) });
  await picturesMove(peer);
  if (substream !== undefined) {
    const mid = subscriber.streams.find(({ type }) => type === 'video').mid;
    const hears = record(subscriber, SUBSCRIBER_EVENTS);
    await toSubstream(subscriber, hears, { mid, substream });
    await picturesMove(peer);
  }
  peer.close();
  await subscriber.leave();
}

export async function kick({ id, secret }) {
  await scene.rooms.kick({ room: scene.room, id, secret });
}
