// What must not compile. Every line below an expectation is a mistake people make.
import { Janus, JanusError, Room, createLocalTracks } from 'janus-wasm';
import type { RemoteParticipant, Session, Track, VideoRoom, VideoRoom as VideoRoomClass } from 'janus-wasm';

// @ts-expect-error a room needs its servers
new Room({});
// @ts-expect-error servers are addresses
new Room({ servers: 5 });
// @ts-expect-error options are spelt as they are
new Room({ servers: 'wss://sfu.example/janus', iceServer: [] });
// @ts-expect-error a room's signals belong to its calls
new Room({ servers: 'wss://sfu.example/janus', signal: new AbortController().signal });

export async function mistakes(room: Room, session: Session, rooms: VideoRoom, track: Track,
  participant: RemoteParticipant): Promise<void> {
  // @ts-expect-error the room to join is missing
  await room.join({ display: 'Ada' });
  // @ts-expect-error an id is a number, a bigint or a text
  await room.join({ room: { id: 1234 } });
  // @ts-expect-error a camera is on, off or options
  await room.join({ room: 1234, camera: 'front' });
  // @ts-expect-error there is no such event
  room.on('trackAdded', () => {});
  // @ts-expect-error this event has no track
  room.on('participantJoined', ({ track: missing }) => console.log(missing));
  // @ts-expect-error state is for reading
  room.state = 'connected';
  // @ts-expect-error people in the room are for reading
  room.remoteParticipants.clear();
  // @ts-expect-error only oneself has a camera to switch
  await participant.setCameraEnabled(true);
  // @ts-expect-error on or off
  await room.localParticipant.setMicrophoneEnabled('off');
  // @ts-expect-error a picture needs a media element
  track.attach(document.createElement('div'));
  // @ts-expect-error a plugin has a name
  await session.attach();
  // @ts-expect-error which room?
  await rooms.destroy({ secret: '1234' });
  // @ts-expect-error participants of which room?
  await rooms.listParticipants();
  // @ts-expect-error such a room has no colour
  await rooms.create({ colour: 'red' });
  // @ts-expect-error what to do with the tokens?
  await rooms.allowed({ room: 1 });
  // @ts-expect-error a publisher joins by a method, and once
  await rooms.joinPublisher({ room: 1 }).then((publisher) => publisher.join({ room: 2 }));
  // @ts-expect-error publishing takes an offer
  await rooms.joinPublisher({ room: 1 }).then((publisher) => publisher.publish({ bitrate: 1 }));
  // @ts-expect-error nobody makes a VideoRoom by hand
  new VideoRoomClass();
  // @ts-expect-error where to?
  await Janus.connect();
  // @ts-expect-error a screen is no camera
  await createLocalTracks({ screen: true });
  const error = new Error('no') as JanusError;
  // @ts-expect-error a code is for reading
  error.code = 'timeout';
}
