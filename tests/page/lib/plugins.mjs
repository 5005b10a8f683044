/**
 * A page that speaks to a plugin as it is, with a peer connection of its own: all the library does is carry words.
 *
 * `installPlugins` is sent to the browser as text: it may use nothing from this module.
 */
export function installPlugins() {
  const EVENTS = ['event', 'webrtcup', 'media', 'slowlink', 'icefailed', 'hangup', 'trickle', 'detached'];

  const plugin = { heard: [], read: [] };
  let peer;
  /** How many candidates of ours were sent. */
  let sent = 0;
  /** Candidates may come before the description they belong to. */
  let early = [];

  async function attach(server, name) {
    const { Janus } = await import('/dist/index.js');
    const janus = await Janus.connect(server);
    const session = await janus.createSession();
    const handle = await session.attach(name, { opaqueId: 'a page' });
    for (const type of EVENTS) handle.on(type, (event) => plugin.heard.push({ type, ...event }));
    handle.on('trickle', ({ candidate }) => {
      if (peer?.remoteDescription) add(candidate);
      else early.push(candidate);
    });
    Object.assign(plugin, { janus, session, handle });
  }

  function add(candidate) {
    return peer.addIceCandidate(candidate.completed ? undefined : candidate);
  }

  /** A peer connection whose candidates are sent as they are found, and the end of them. */
  function newPeer() {
    peer = new RTCPeerConnection();
    const gathered = new Promise((resolve) => {
      peer.addEventListener('icecandidate', async ({ candidate }) => {
        if (candidate?.candidate === '') return;
        if (candidate) sent += 1;
        await plugin.handle.trickle([candidate?.toJSON() ?? { completed: true }]);
        if (!candidate) resolve();
      });
    });
    return { gathered };
  }

  async function take(description) {
    await peer.setRemoteDescription(description);
    await Promise.all(early.splice(0).map(add));
  }

  /** Calls a plugin that sends back what it gets. */
  async function callEcho() {
    const { gathered } = newPeer();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) peer.addTransceiver(track, { streams: [stream] });
    await peer.setLocalDescription();
    const { data, jsep } = await plugin.handle.send({ audio: true, video: true }, { jsep: peer.localDescription });
    await take(jsep);
    await gathered;
    return { data, jsep: jsep.type, candidates: sent };
  }

  /** Says what brings an offer, and answers it. */
  async function answer(first, second) {
    newPeer();
    const { jsep } = await plugin.handle.send(first);
    await take(jsep);
    if (jsep.sdp.includes('m=application')) openChannel();
    await peer.setLocalDescription();
    const { data } = await plugin.handle.send(second, { jsep: peer.localDescription });
    return { offered: jsep.type, data };
  }

  function openChannel() {
    plugin.channel = peer.createDataChannel('JanusDataChannel');
    plugin.channel.onmessage = ({ data }) => plugin.read.push(JSON.parse(data));
  }

  async function errorOf(promise) {
    const { JanusError } = await import('/dist/index.js');
    const error = await promise.then(() => ({ code: 'no error' }), (error) => error);
    const { code, status, request, message } = error;
    return { typed: error instanceof JanusError, code, status, request, message };
  }

  globalThis.__plugin = Object.assign(plugin, { attach, callEcho, answer, errorOf });
}
