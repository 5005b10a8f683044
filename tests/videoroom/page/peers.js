// Peer connections of a page that speaks VideoRoom itself: the library carries the words.

/** How long anything may take, ms. */
const PATIENCE = 40_000;

/** Waits for a condition, looking at it again and again. */
export async function until(what, check) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every event of a role from now on, to be waited for by name and content. */
export function record(role, names) {
  const heard = [];
  for (const name of names) role.on(name, (event) => heard.push({ name, ...event }));
  return {
    heard,
    until: (name, fits = () => true) =>
      until(`the event ${name}`, () => heard.find((event) => event.name === name && fits(event))),
    /** What is heard from here on. */
    clear: () => heard.splice(0),
    /** As if an event of this name had not been heard yet; others come once only, and may have come already. */
    forget: (gone) => heard.splice(0, Infinity, ...heard.filter(({ name }) => name !== gone)),
  };
}

export const PUBLISHER_EVENTS = [
  'publishers', 'joining', 'unpublished', 'leaving', 'kicked', 'kickedOurselves', 'changed', 'moderated', 'talking',
  'stoppedTalking', 'destroyed', 'slowLink', 'event', 'webrtcup', 'media', 'slowlink', 'hangup', 'detached',
];
export const SUBSCRIBER_EVENTS = ['updated', 'layerChanged', 'slowLink', 'event', 'webrtcup', 'hangup', 'detached'];

/** Sends candidates as they are found, once there is somebody to send them with. */
function trickling(pc) {
  let role;
  const early = [];
  const send = (candidate) => role.trickle([candidate]).catch(() => {});
  pc.onicecandidate = ({ candidate }) => {
    const found = candidate ? candidate.toJSON() : { completed: true };
    if (role) send(found);
    else early.push(found);
  };
  return (ready) => {
    role = ready;
    for (const candidate of early.splice(0)) send(candidate);
  };
}

/** So long without a packet nothing is under way any more. */
const QUIET_MS = 300;

async function packetsSent(pc) {
  const stats = [...(await pc.getStats()).values()];
  return stats.filter(({ type }) => type === 'outbound-rtp').reduce((sum, { packetsSent: sent = 0 }) => sum + sent, 0);
}

/** A peer connection that sends; `simulcast` in three layers, `svc` in one with layers in it. */
export async function sendingPeer({ audio = true, video = true, data = false, simulcast = false, svc = false } = {}) {
  const stream = await navigator.mediaDevices.getUserMedia({
    ...(audio && { audio: true }), ...(video && { video: { width: 640, height: 360 } }),
  });
  const pc = new RTCPeerConnection();
  for (const track of stream.getTracks()) {
    const layers = ['h', 'm', 'l'].map((rid, index) => ({ rid, scaleResolutionDownBy: 2 ** index }));
    const sendEncodings = simulcast ? layers : [{ scalabilityMode: 'L3T3' }];
    const layered = track.kind === 'video' && (simulcast || svc);
    const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [stream], ...(layered && { sendEncodings }) });
    if (svc && track.kind === 'video') {
      const { codecs } = RTCRtpSender.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/VP9'));
    }
  }
  if (data) pc.createDataChannel('JanusDataChannel');
  const ready = trickling(pc);
  await pc.setLocalDescription();
  return {
    pc,
    stream,
    ready,
    offer: pc.localDescription,
    accept: (jsep) => pc.setRemoteDescription(jsep),
    /** Nothing is sent any longer: Janus before 1.2.2 may abort over a packet of what it takes apart. */
    async hush() {
      await Promise.all(pc.getSenders().map((sender) => sender.replaceTrack(null)));
      let [count, since] = [0, 0];
      await until('no more packets', async () => {
        const now = await packetsSent(pc);
        if (now !== count) [count, since] = [now, performance.now()];
        return performance.now() - since > QUIET_MS;
      });
    },
    close() {
      for (const track of stream.getTracks()) track.stop();
      pc.close();
    },
    /** The server notices that it is closed, and says so to who hears it. */
    async hangUp(hears) {
      this.close();
      await hears.until('hangup');
    },
  };
}

/** A peer connection that receives: answers each offer. */
export function receivingPeer() {
  const pc = new RTCPeerConnection();
  const ready = trickling(pc);
  return {
    pc,
    ready,
    async answer(jsep) {
      await pc.setRemoteDescription(jsep);
      await pc.setLocalDescription();
      return pc.localDescription;
    },
    async frames() {
      const stats = [...(await pc.getStats()).values()];
      return stats.filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')
        .reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0);
    },
    close: () => pc.close(),
  };
}

/** Frames are decoded from now on. */
export async function picturesMove(peer) {
  const before = await peer.frames();
  await until('decoded frames', async () => (await peer.frames()) > before + 5);
}

/** Janus asks a sender for a key frame at most once a second, and forgets whoever wants one sooner. */
const AGAIN_MS = 1_150;

/** Has the server send this layer of a simulcast: asked for again until it says that it does. */
export async function toSubstream(subscriber, hears, { mid, substream }) {
  const isThere = () => hears.heard.some((event) =>
    event.name === 'layerChanged' && event.mid === mid && event.substream === substream);
  let asked = -Infinity;
  await until(`substream ${substream}`, async () => {
    if (!isThere() && performance.now() - asked > AGAIN_MS) {
      asked = performance.now();
      await subscriber.configure({ streams: [{ mid, substream }] });
    }
    return isThere();
  });
}

export function expect(condition, text) {
  if (!condition) throw new Error(text);
}

export function same(actual, wanted, what) {
  const show = (value) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  expect(show(actual) === show(wanted), `${what}: ${show(actual)} instead of ${show(wanted)}`);
}
