/** What is called off, asked at the wrong time, or said while the connection is away; publishers are of RTP, without media. */
import { Janus } from '/dist/index.js';
import { until } from './peers.js';

const scene = {};

function transport(url, events) {
  const socket = new WebSocket(url, 'janus-protocol');
  scene.socket = socket;
  scene.sent = [];
  socket.onopen = () => events.open();
  socket.onclose = () => events.close('cut');
  socket.onmessage = ({ data }) => events.message(data);
  return {
    send(text) {
      scene.sent.push(JSON.parse(text).body?.request);
      socket.send(text);
    },
    close: () => socket.close(),
  };
}

export async function open({ server, room, feeds }) {
  scene.janus = await Janus.connect(server, { transport });
  scene.session = await scene.janus.createSession();
  scene.rooms = await scene.session.videoRoom();
  scene.room = room;
  await scene.rooms.create({ room, publishers: 10 });
  const streams = [{ mid: '0', mindex: 0, type: 'video', codec: 'vp8' }];
  for (const id of feeds) await scene.rooms.addRemotePublisher({ room, id, streams });
  // The server answers before they are there.
  await until('them to be there', async () => (await scene.rooms.listParticipants(room)).length === feeds.length);
}

/** An answer without a peer connection. */
const answer = ({ sdp }) => ({
  type: 'answer',
  sdp: sdp.replace(/a=setup:\w+/g, 'a=setup:active').replace(/a=sendonly/g, 'a=recvonly')
    .replace(/a=(candidate|end-of-candidates|msid:|ssrc).*\r\n/g, ''),
});

const codeOf = (promise) => promise.then(() => 'done', (error) => error.code ?? error.name);
const subscribe = (feed, more) => scene.subscriber.subscribe({ streams: [{ feed, mid: '0' }], ...more });
const next = (target, type) => new Promise((resolve) => {
  const stop = target.on(type, (event) => {
    stop();
    resolve(event);
  });
});

/** Called off before it began: what came of it, and what was sent. */
export async function calledOffBefore() {
  const before = scene.sent.length;
  const come = await codeOf(scene.rooms.destroy({ room: scene.room, signal: AbortSignal.abort() }));
  return { come, sent: scene.sent.slice(before), exists: await scene.rooms.exists(scene.room) };
}

/** A subscription that is called off on its way: its offer comes as an event, and the next one works. */
export async function calledOffOnTheWay() {
  const { subscriber, jsep } = await scene.rooms.joinSubscriber({ room: scene.room, streams: [{ feed: 1, mid: '0' }] });
  scene.subscriber = subscriber;
  await subscriber.start({ jsep: answer(jsep) });
  const updated = next(subscriber, 'updated');
  const controller = new AbortController();
  const called = codeOf(subscribe(2, { signal: controller.signal }));
  controller.abort();
  const come = await called;
  const { jsep: late } = await updated;
  const lines = subscriber.streams.length;
  await subscriber.start({ jsep: answer(late) });
  const { jsep: another } = await subscribe(3);
  return { come, lines, another: another?.type };
}

/** What cannot be answered while there is an offer, in the order it is tried. */
export async function beforeTheAnswer() {
  const { subscriber } = scene;
  const update = await codeOf(subscriber.configure({ update: true }));
  const wrong = await codeOf(subscriber.start({ jsep: { type: 'offer', sdp: 'v=0' } }));
  const restart = await codeOf(subscriber.configure({ restart: true }));
  return { update, wrong, restart };
}

/** Leaving while the connection is away. */
export async function leaveWhileAway() {
  const publisher = await scene.rooms.joinPublisher({ room: scene.room, id: 50 });
  const resumed = next(scene.session, 'resumed');
  scene.socket.close();
  const come = await codeOf(publisher.leave());
  await resumed;
  const again = await codeOf(publisher.leave());
  const here = (await scene.rooms.listParticipants(scene.room)).map(({ id }) => id).sort();
  return { come, again, here };
}

/** Asked on a handle there is no more. */
export async function refusedByTheCore() {
  const rooms = await scene.session.videoRoom();
  await rooms.detach();
  const error = await rooms.listParticipants(scene.room).catch((thrown) => thrown);
  return { code: error.code, request: error.request };
}

/** A publisher of the list that a moderator mutes. */
export async function moderatedInTheList() {
  const publisher = await scene.rooms.joinPublisher({ room: scene.room, id: 60 });
  const moderated = next(publisher, 'moderated');
  await scene.rooms.moderate({ room: scene.room, id: 1, mid: '0', mute: true });
  await moderated;
  const { streams } = publisher.publishers.get(1);
  await publisher.leave();
  return streams[0].moderated;
}
