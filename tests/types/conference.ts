// A page builder: joins, shows everybody, leaves.
import { JanusError, Room, createLocalTracks, load } from 'janus-wasm';
import type { Id, LocalTrack, RemoteTrack, RoomState, TrackKind, TrackSource } from 'janus-wasm';

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
  try {
    await room.join({
      room: 1234,
      display: 'Ada',
      pin: '4321',
      camera: { width: 640, height: 480, frameRate: 25, simulcast: true },
      microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: false },
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
