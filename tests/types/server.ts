// An operator and a WebRTC engineer: sessions, rooms, any plugin.
import { Janus, JanusError } from 'janus-wasm';
import type { Handle, Id, Mapping, Publisher, PublisherInfo, PublisherLink, Session, Subscriber, VideoRoom } from 'janus-wasm';

export async function makeRoom(signal: AbortSignal): Promise<Id> {
  const janus: Janus = await Janus.connect(['wss://sfu.example/janus', 'https://sfu.example/janus'], {
    token: 'token',
    connectTimeout: 3_000,
    signal,
  });
  await janus.info();
  await janus.ping();
  const session: Session = await janus.createSession();
  const rooms: VideoRoom = await session.videoRoom();
  const { room, permanent } = await rooms.create({
    room: 12345678,
    description: 'myroomFirst',
    secret: '1234',
    pin: '1234',
    isPrivate: true,
    permanent: false,
    publishers: 6,
    bitrate: 512_000,
  });
  const known: boolean = await rooms.exists(room);
  for (const { room: id, description, numParticipants } of await rooms.list()) {
    console.log(id, description, numParticipants, known, permanent);
  }
  for (const participant of await rooms.listParticipants(room)) {
    console.log(participant.display);
  }
  await rooms.destroy({ room, secret: '1234' });
  await rooms.detach();
  await session.destroy();
  janus.close();
  return room;
}

export async function echo(session: Session, offer: RTCSessionDescriptionInit): Promise<unknown> {
  const handle: Handle = await session.attach('janus.plugin.echotest', { opaqueId: 'me' });
  const id: number = handle.id;
  try {
    const { data, jsep } = await handle.send({ audio: true, video: true }, { jsep: offer });
    return { id, data, type: jsep?.type };
  } catch (error) {
    return error instanceof JanusError ? error.code : undefined;
  } finally {
    await handle.detach();
  }
}

export async function publish(rooms: VideoRoom, room: Id, peer: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  await peer.setLocalDescription();
  const offer = { ...peer.localDescription!.toJSON(), rid_order: 'hml' as const };
  const { publisher, streams, jsep } = await rooms.joinAndConfigure({ room, display: 'Ada', jsep: offer, bitrate: 1e6, signal });
  await peer.setRemoteDescription(jsep);
  const disabled: boolean = streams.some((stream) => stream.disabled);
  const ada: Publisher = publisher;
  const stop = ada.on('talking', ({ id, level }) => console.log(id, level.toFixed(0), disabled));
  ada.on('publishers', ({ publishers }) => publishers.forEach((one: PublisherInfo) => console.log(one.streams[0]?.codec)));
  for await (const event of ada.events({ signal })) {
    if (event.type === 'moderated' && event.id === ada.id) console.log(event.mid, event.muted);
    if (event.type === 'kickedOurselves') break;
  }
  stop();
  await ada.configure({ streams: [{ mid: '1', keyframe: true }] });
  const again = await ada.configure({ jsep: peer.localDescription! });
  console.log(again.streams.length, [...ada.publishers.keys()]);
  await ada.leave();
}

export async function watch(rooms: VideoRoom, room: Id, feed: Id): Promise<void> {
  const joined: Mapping & { subscriber: Subscriber } = await rooms.joinSubscriber({ room, streams: [{ feed, mid: '1', substream: 1 }] });
  const { subscriber } = joined;
  subscriber.on('layerChanged', ({ mid, substream }) => console.log(mid, substream));
  const { changes } = await subscriber.switch({ streams: [{ feed, mid: '1', subMid: '0' }] });
  await subscriber.update({ unsubscribe: [{ feed }], subscribe: [{ feed, mid: '0', send: false }] });
  console.log(changes, subscriber.streams.map(({ feedId, simulcast }) => [feedId, simulcast?.substreamTarget]));
  await subscriber.leave();
}

export async function link(here: VideoRoom, there: VideoRoom, publisherId: Id): Promise<PublisherLink> {
  const made = await here.linkPublisher({ room: 1, publisherId, to: { rooms: there, room: 1, host: '10.0.0.2', srtpSuite: 80 } });
  made.on('stateChanged', ({ state, error }) => console.log(state === 'ended', error?.status));
  return made;
}
