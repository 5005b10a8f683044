// An operator and a WebRTC engineer: sessions, rooms, any plugin.
import { Janus, JanusError } from 'janus-wasm';
import type { Handle, Id, Session, VideoRoom } from 'janus-wasm';

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
