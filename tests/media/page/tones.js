/** A call of a page with itself that negotiates telephone-event, as a plugin for telephones does. */
import { canInsertDTMF, insertDTMF } from '/dist/index.js';

let near;
let far;
let sender;
const heard = [];

/** Resolves when tones can be sent. */
export async function call() {
  [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
  const [track] = new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
  sender = near.addTrack(track);
  const before = canInsertDTMF(sender);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  while (near.connectionState !== 'connected') await new Promise((resolve) => near.addEventListener('connectionstatechange', resolve, { once: true }));
  sender.dtmf.addEventListener('tonechange', ({ tone }) => heard.push(tone));
  return { before, now: canInsertDTMF(sender) };
}

/** Sends tones; which were, and how it ended. */
export async function dial({ tones, options }) {
  heard.length = 0;
  const end = await insertDTMF(sender, tones, options).then(() => 'sent', ({ code, name }) => code ?? name);
  return { end, heard };
}

/** Hangs up while tones are sent. */
export async function end({ tones }) {
  const dialled = dial({ tones });
  await new Promise((resolve) => sender.dtmf.addEventListener('tonechange', resolve, { once: true }));
  near.close();
  far.close();
  return dialled;
}
