/** Data channels through the same server with nothing between them and the page. */
import { Janus } from '/dist/index.js';

const PLUGIN = 'janus.plugin.videoroom';
const HIGH_BYTES = 1_048_576;
const LOW_BYTES = 262_144;

const opened = (channel) => new Promise((resolve) => channel.addEventListener('open', resolve, { once: true }));

/** Waits for the candidates, so that none has to be sent apart. */
async function complete(connection) {
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  return { type: connection.localDescription.type, sdp: connection.localDescription.sdp, trickle: false };
}

export async function open({ server, room }) {
  const janus = await Janus.connect(server);
  const session = await janus.createSession();
  const [sending, receiving] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const channel = sending.createDataChannel('bare');
  channel.bufferedAmountLowThreshold = LOW_BYTES;
  await sending.setLocalDescription();
  const publisher = await session.attach(PLUGIN);
  const jsep = await complete(sending);
  const joined = await publisher.send({ request: 'joinandconfigure', ptype: 'publisher', room, display: 'bare' }, { jsep });
  await sending.setRemoteDescription(joined.jsep);
  await opened(channel);
  const subscriber = await session.attach(PLUGIN);
  const watch = { request: 'join', ptype: 'subscriber', room, streams: [{ feed: joined.data.id }] };
  const attached = await subscriber.send(watch);
  const arrived = new Promise((resolve) => {
    receiving.ondatachannel = ({ channel: theirs }) => theirs.label !== 'JanusDataChannel' && resolve(theirs);
  });
  receiving.createDataChannel('JanusDataChannel');
  await receiving.setRemoteDescription(attached.jsep);
  await receiving.setLocalDescription();
  await subscriber.send({ request: 'start' }, { jsep: await complete(receiving) });
  // The server opens a way to us with the first message, and what comes before it is ready is lost.
  const calling = setInterval(() => channel.send('hello'), 50);
  const theirs = await arrived;
  clearInterval(calling);
  theirs.binaryType = 'arraybuffer';
  return { janus, channel, theirs };
}

/** Sends so many messages; resolves when all have arrived, to the time that took, ms. */
export async function run({ channel, theirs }, { count, bytes }) {
  let missing = count;
  const done = new Promise((resolve) => {
    theirs.onmessage = ({ data }) => {
      if ((data.byteLength ?? data.length) === bytes) missing -= 1;
      if (missing === 0) resolve();
    };
  });
  const message = new Uint8Array(bytes);
  const began = performance.now();
  for (let sent = 0; sent < count; sent += 1) {
    channel.send(message);
    if (channel.bufferedAmount > HIGH_BYTES) {
      await new Promise((resolve) => channel.addEventListener('bufferedamountlow', resolve, { once: true }));
    }
  }
  await done;
  return performance.now() - began;
}
