/**
 * Calls of a page with itself, over two peer connections: `near` and `far`. Sent to the browser as text: it may use
 * nothing from this module.
 */
export function installCalls() {
  const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
  const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
  const REPAIRED = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id';
  const peers = {};
  const readers = {};
  let StatsReader;

  function makePeers() {
    for (const name of ['near', 'far']) {
      peers[name] = new RTCPeerConnection();
      readers[name] = new StatsReader(peers[name]);
    }
    peers.far.ontrack = ({ track }) => show(track);
    peers.near.ontrack = ({ track }) => show(track);
    return peers;
  }

  function show(track) {
    const element = document.createElement(track.kind);
    Object.assign(element, { srcObject: new MediaStream([track]), autoplay: true });
    document.body.append(element);
  }

  function gathered(pc) {
    return new Promise((resolve) => {
      const look = () => pc.iceGatheringState === 'complete' && resolve(pc.localDescription.sdp);
      pc.addEventListener('icegatheringstatechange', look);
      look();
    });
  }

  /** Sound both ways, pictures one way, and an m-line that is not used. */
  async function meet() {
    const { near, far } = makePeers();
    near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
    far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
    near.addTrack(stream.getAudioTracks()[0], stream);
    near.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly' });
    near.addTransceiver('video', { direction: 'inactive' });
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    far.addTrack(stream.getAudioTracks()[0].clone());
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
  }

  /** The offer of layers as one of several m-lines: browsers send layers and receive none. */
  function ridsToMids(sdp, rids) {
    const [head, media] = sdp.split(/(?=^m=)/m);
    const lines = media.split('\r\n')
      .filter((line) => line && !line.includes(MID) && !line.includes(REPAIRED))
      .filter((line) => !/^a=(mid|rid|simulcast|ssrc|ssrc-group|msid):/.test(line))
      .map((line) => line.replace(RID, MID));
    const parts = rids.map((rid) => [...lines, `a=mid:${rid}`, `a=msid:${rid} ${rid}`, ''].join('\r\n'));
    return head.replace(/^a=group:BUNDLE .*$/m, `a=group:BUNDLE ${rids.join(' ')}`) + parts.join('');
  }

  /** And the answer back. */
  function midsToRids(sdp, rids, mid) {
    const [head, media] = sdp.split(/(?=^m=)/m);
    const lines = media.split('\r\n').filter((line) => line && !/^a=(mid|msid|ssrc)/.test(line))
      .map((line) => line.replace(MID, RID));
    const received = rids.map((rid) => `a=rid:${rid} recv`);
    const layers = [`a=mid:${mid}`, ...received, `a=simulcast:recv ${rids.join(';')}`, ''];
    return head.replace(/^a=group:BUNDLE .*$/m, `a=group:BUNDLE ${mid}`) + [...lines, ...layers].join('\r\n');
  }

  /** Pictures in three sizes. */
  async function simulcast() {
    const { near, far } = makePeers();
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
    const rids = ['h', 'm', 'l'];
    const sendEncodings = rids.map((rid, index) => ({ rid, scaleResolutionDownBy: 2 ** index }));
    const [track] = stream.getVideoTracks();
    const transceiver = near.addTransceiver(track, { direction: 'sendonly', sendEncodings });
    // However slow the machine is, each is a fixed part of the picture.
    const parameters = transceiver.sender.getParameters();
    await transceiver.sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
    await near.setLocalDescription();
    await far.setRemoteDescription({ type: 'offer', sdp: ridsToMids(await gathered(near), rids) });
    await far.setLocalDescription();
    await near.setRemoteDescription({ type: 'answer', sdp: midsToRids(await gathered(far), rids, transceiver.mid) });
  }

  async function switchOff(...rids) {
    const [sender] = peers.near.getSenders();
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) if (rids.includes(encoding.rid)) encoding.active = false;
    await sender.setParameters(parameters);
  }

  /** On its way to the test `undefined` would be lost. */
  const told = (stats) => JSON.parse(JSON.stringify(stats, (_, value) => (value === undefined ? null : value)));

  function plain({ at, connection, tracks, returned }) {
    const shown = [...document.querySelectorAll('video')].map((element) => {
      return { width: element.videoWidth, height: element.videoHeight };
    });
    return told({ at, connection, tracks: Object.fromEntries(tracks), returned: Object.fromEntries(returned), shown });
  }

  /** A report as of a browser that does not say to which m-line its streams belong. */
  async function namelessStats(pc) {
    const report = await pc.getStats();
    return new Map([...report].map(([id, { mid, ...entry }]) => [id, entry]));
  }

  globalThis.calls = {
    meet,
    simulcast,
    switchOff,
    async load(script) {
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      ({ StatsReader } = await import(url));
    },
    read: async (name) => plain(await readers[name].read()),
    readNameless: async (name) => {
      const pc = peers[name];
      const nameless = {
        signalingState: pc.signalingState,
        getStats: () => namelessStats(pc),
        getTransceivers: () => pc.getTransceivers(),
      };
      return plain(await new StatsReader(nameless).read());
    },
    async askTogether(count) {
      const pc = peers.near;
      let asked = 0;
      pc.getStats = (...args) => {
        asked += 1;
        return RTCPeerConnection.prototype.getStats.apply(pc, args);
      };
      const all = await Promise.all(Array.from({ length: count }, () => readers.near.read()));
      return { asked, same: all.every((stats) => stats === all[0]) };
    },
    /** Reads, and closes before the browser can have answered; each who asked. */
    async closeWhileRead() {
      const { near, far } = readers;
      const asked = [near.read(), near.read(), far.read()];
      peers.near.close();
      peers.far.close();
      return Promise.all(asked.map((reading) => reading.then(() => 'answered', ({ code }) => code)));
    },
    async readClosed() {
      peers.near.close();
      return readers.near.read().then(() => 'answered', ({ name, code }) => ({ name, code }));
    },
  };
}
