// A page builder: joins, shows everybody, leaves.
import { JanusError, Room, checkConnection, createLocalTracks, load, openDevices } from 'janus-wasm';
import type { LocalTrackPublication, PrepareOptions, PublishSettings, RemoteTrackPublication, RoomCredentials, TrackPublishOptions } from 'janus-wasm';
import type { CheckReport, DebugBundle, Moderation, ReconnectAttempt, Trouble } from 'janus-wasm';
import type { ChatMessage, Id, LocalTrack, Participant, RemoteParticipant, RemoteTrack, RoomState, TrackKind, TrackSource } from 'janus-wasm';

/** Media first. */
const soon = ({ what, number, elapsed }: ReconnectAttempt): number | undefined =>
  what === 'media' ? 0 : elapsed < 60_000 ? number * 500 : undefined;

export async function conference(grid: HTMLElement, signal: AbortSignal): Promise<Room> {
  await load(new URL('https://pages.example/janus.wasm'));
  const room = new Room({
    servers: ['wss://sfu.example/janus', 'https://sfu.example/janus'],
    iceServers: [{ urls: 'stun:stun.example' }],
    iceTransportPolicy: 'relay',
    token: 'token',
    apiSecret: 'secret',
    connectTimeout: 5_000,
    requestTimeout: 5_000,
    reconnect: { delay: soon },
  });

  const stop: () => void = room.on('trackSubscribed', ({ track, participant, publication }) => {
    const element = track.attach();
    element.title = participant.display;
    grid.append(element);
    const kind: TrackKind = publication.kind;
    const source: TrackSource = track.source;
    element.dataset['kind'] = `${kind} ${source}`;
  });
  room.on('trackUnsubscribed', ({ track }) => track.detach().forEach((element) => element.remove()), { signal });
  room.on('speakingChanged', ({ participant, speaking }) => {
    grid.classList.toggle('speaking', speaking && !participant.isLocal);
  });
  room.on('activeSpeakersChanged', ({ speakers }) => {
    const [loudest]: readonly Participant[] = speakers;
    grid.title = `${loudest?.display ?? ''} ${loudest?.audioLevel ?? 0} ${room.activeSpeakers.length}`;
  });
  room.on('connectionQualityChanged', ({ participant, quality }) => {
    const same: boolean = participant.connectionQuality === quality;
    grid.dataset['quality'] = same && quality === 'lost' ? 'lost' : '';
  });
  room.on('trackStalled', ({ publication }) => grid.classList.toggle('stalled', publication.isStalled));
  room.on('slowLink', ({ direction, lost, publication }) => console.log(direction === 'send', lost, publication?.mid));
  room.on('playbackChanged', ({ canPlayback }) => {
    if (!canPlayback) {
      void room.startPlayback();
    }
  });
  room.on('mediaError', ({ source, error }) => {
    const why: DOMException | JanusError = error;
    const refused = error instanceof JanusError && error.code === 'room-full';
    grid.textContent = refused ? 'full' : `${source}: ${why.name}`;
  });
  room.on('stateChanged', ({ state, reason, error }) => {
    const next: RoomState = state;
    if (next === 'disconnected' && reason === 'connection-lost') {
      grid.textContent = error?.message ?? 'lost';
    }
  });

  await room.prepare();
  const ahead: PrepareOptions = { tracks: await createLocalTracks({ camera: true }), reserveScreen: true };
  await room.prepare(ahead);
  try {
    await room.join({
      room: 1234,
      display: 'Ada',
      pin: '4321',
      camera: { width: 640, height: 480, frameRate: 25, simulcast: true },
      microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: false },
      reserveScreen: true,
      signal,
    });
  } catch (error) {
    if (error instanceof JanusError && error.code === 'room-full' && error.retryable) {
      grid.textContent = `${error.message} (${error.status ?? 'no number'}, ${error.request ?? 'no request'})`;
    }
    throw error;
  }
  stop();
  return room;
}

export async function withOwnTracks(room: Room, screen: MediaStreamTrack): Promise<void> {
  const tracks: LocalTrack[] = await createLocalTracks({ camera: true, microphone: { deviceId: 'default' } });
  const [camera] = tracks;
  if (camera) {
    const preview: HTMLVideoElement = camera.attach(document.createElement('video'));
    preview.muted = true;
    const stop: () => void = camera.monitorLevel((level: number) => {
      preview.setAttribute('aria-valuenow', `${level}`);
    });
    stop();
  }
  await room.join({ room: 2n ** 60n, tracks: [...tracks, screen] });
  await room.localParticipant.setCameraEnabled(false);
  await room.localParticipant.setCameraEnabled(true, { deviceId: 'other' });
  await room.localParticipant.setMicrophoneEnabled(false);
  tracks.forEach((track) => track.stop());
  await room.leave();
}

export function roster(room: Room): string[] {
  const id: Id | undefined = room.id;
  const lines = [`${String(id)} ${room.description ?? ''} ${room.canPlayback}`];
  for (const [key, participant] of room.remoteParticipants) {
    lines.push(`${key}: ${participant.display} ${participant.isSpeaking} ${participant.isCameraEnabled}`);
    for (const [mid, publication] of participant.publications) {
      const track: LocalTrack | RemoteTrack | undefined = publication.track;
      lines.push(`  ${mid} ${publication.kind} ${publication.isMuted} ${track?.mediaStreamTrack.id ?? '-'}`);
    }
  }
  return lines;
}

export async function everything(room: Room, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const event of room.events({ signal })) {
    // The type of an event tells what else is in it.
    if (event.type === 'participantJoined' || event.type === 'participantLeft') {
      count += event.participant.display.length;
    }
    if (event.type === 'participantLeft' && event.reason === 'kicked') {
      break;
    }
  }
  return count;
}

export async function support(room: Room, trouble: Trouble, signal: AbortSignal): Promise<CheckReport> {
  const moderation: Moderation = await room.moderation('secret');
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.publications.values()) {
      if (publication.isModerated) await moderation.unmute(publication, { signal });
      else await moderation.mute(publication);
    }
    await moderation.kick(participant);
  }
  await moderation.kick(7n);
  await moderation.lock('pin');
  await moderation.unlock();
  const recorded: boolean = await moderation.setRecording(true);
  if (recorded) await moderation.end();
  room.on('trackModerated', ({ publication, participant, moderated }) => console.log(publication.kind, participant.display, moderated));
  await room.simulate(trouble);
  const bundle: DebugBundle = await room.debugBundle({ addresses: true });
  console.log(bundle.summary, bundle.log.length);
  const onStep = ({ name, verdict, text }: CheckReport['steps'][number]): void => console.log(name, verdict, text);
  return checkConnection({ servers: 'wss://sfu.example/janus', timeout: 10_000, mediaDuration: 1_000, onStep, signal });
}

export async function messages(room: Room, bob: RemoteParticipant, signal: AbortSignal): Promise<ChatMessage> {
  const me = room.localParticipant;
  await me.setAttributes({ language: 'pt', role: null });
  await me.setHandRaised(!bob.isHandRaised);
  const language: string | undefined = bob.attributes['language'];
  room.on('attributesChanged', ({ participant, changed }) => console.log(participant.display, changed.join(), language));
  room.on('chatMessage', ({ message }) => console.log(message.id, message.text, message.time.getTime(), message.participant.display));
  const stop = room.onRequest('vote', async ({ participant, payload }) => ({ from: participant.display, payload }));
  const answer: unknown = await me.request(bob, 'vote', { question: 1 }, { timeout: 1_000, signal });
  console.log(answer);
  stop();
  room.on('fileOffered', ({ file }) => {
    file.on('progress', ({ received, size }) => console.log(received / size));
    file.blob().then((blob: Blob) => console.log(file.name, blob.size), () => file.cancel());
  });
  await me.sendFile(new Blob(['hello']), { name: 'hello.txt', onProgress: ({ sent, size }) => console.log(sent, size), signal });
  return me.sendChatMessage('hello');
}

export async function publishing(room: Room, canvas: HTMLCanvasElement): Promise<PublishSettings> {
  const me = room.localParticipant;
  const [track] = canvas.captureStream(15).getVideoTracks();
  if (!track) throw new Error('no picture');
  const options: TrackPublishOptions = { name: 'Whiteboard', simulcast: true, maxBitrate: 500_000, contentHint: 'detail' };
  const publication: LocalTrackPublication = await me.publishTrack(track, options);
  await publication.configure({ degradationPreference: 'maintain-resolution' });
  await publication.mute({ release: true });
  await publication.unmute();
  await publication.switchDevice('another');
  await me.setScreenShareEnabled(true, { audio: true }, { codec: 'vp9', scalabilityMode: 'L3T3' });
  await me.sendData(new Uint8Array(4), { reliable: false, ordered: true, maxLifetime: 300 });
  const devices = await openDevices();
  devices.on('devicesChanged', ({ devices: all }) => console.log(all.length));
  await room.setIceServers([{ urls: 'turn:turn.example', username: 'ada', credential: 'new' }]);
  room.restartIce();
  const credentials: RoomCredentials = { pin: '1815', token: undefined };
  room.setCredentials(credentials);
  room.on('trackReplaced', ({ track: again }) => console.log(again.mediaStreamTrack.id));
  await room.join({ room: 1234, roomBitrate: 512_000, awaitRoom: 10_000, create: { description: 'On demand', isPrivate: true }, tracks: [{ track, name: 'Again' }] });
  return publication.settings;
}

export function receiving(publication: RemoteTrackPublication): void {
  publication.setLayers({ spatial: 1, temporal: 2 });
  publication.setPlayoutDelay({ max: 200 });
  publication.setPaused(!publication.isPaused);
  publication.setSubscribed(false);
  publication.requestKeyFrame();
}
