/**
 * The witness: a script that runs in a page before the page's own, so that tests can see peer connections, captured
 * devices and errors for themselves instead of believing the library under test.
 *
 * `installWitness` is sent to the browser as text: it may use nothing from this module.
 */
export function installWitness() {
  const peers = [];
  const captured = [];
  const errors = [];

  const Native = globalThis.RTCPeerConnection;
  class WitnessedPeerConnection extends Native {
    constructor(...args) {
      super(...args);
      this.__applied = [];
      peers.push(this);
    }

    async setLocalDescription(...args) {
      await super.setLocalDescription(...args);
      // Without an argument the browser decides between offer and answer: only the result can tell.
      this.__applied.push(`local ${args[0]?.type ?? this.localDescription?.type}`);
    }

    async setRemoteDescription(description) {
      await super.setRemoteDescription(description);
      this.__applied.push(`remote ${description.type}`);
    }
  }
  globalThis.RTCPeerConnection = WitnessedPeerConnection;

  const devices = globalThis.MediaDevices?.prototype;
  if (devices) {
    const getUserMedia = devices.getUserMedia;
    devices.getUserMedia = async function witnessed(...args) {
      const stream = await getUserMedia.apply(this, args);
      captured.push(...stream.getTracks());
      return stream;
    };
  }
  // A copy keeps the device open as much as its original does.
  const cloneTrack = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function witnessed() {
    const copy = cloneTrack.call(this);
    if (captured.includes(this)) {
      captured.push(copy);
    }
    return copy;
  };

  let sockets = 0;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      sockets += 1;
    }
  };

  addEventListener('error', (event) => errors.push(`error: ${event.message}`));
  addEventListener('unhandledrejection', (event) => errors.push(`unhandled rejection: ${event.reason}`));
  addEventListener('securitypolicyviolation', (event) => {
    errors.push(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
  });

  /** Devices of paint and silence, for machines and moments without real ones. */
  async function paintedDevices({ audio, video }) {
    const tracks = [];
    if (video) {
      const canvas = document.createElement('canvas');
      const paint = canvas.getContext('2d');
      setInterval(() => {
        paint.fillStyle = `hsl(${performance.now() % 360} 80% 50%)`;
        paint.fillRect(0, 0, canvas.width, canvas.height);
      }, 50);
      tracks.push(...canvas.captureStream(20).getTracks());
    }
    if (audio) {
      tracks.push(...new AudioContext().createMediaStreamDestination().stream.getTracks());
    }
    return new MediaStream(tracks);
  }

  const isOpen = (pc) => pc.signalingState !== 'closed';

  /** Firefox never answers for a connection that was closed before it could. */
  function reportOf(pc) {
    let looking;
    const closed = new Promise((resolve) => {
      looking = setInterval(() => isOpen(pc) || resolve(new Map()), 100);
    });
    return Promise.race([pc.getStats(), closed]).finally(() => clearInterval(looking));
  }

  async function statsOf(pc, index) {
    const receivers = new Map();
    const report = await reportOf(pc);
    for (const receiver of pc.getReceivers()) {
      receivers.set(receiver.track.id, receiver.track);
    }
    const inbound = [];
    for (const entry of report.values()) {
      if (entry.type !== 'inbound-rtp') {
        continue;
      }
      const track = receivers.get(entry.trackIdentifier);
      inbound.push({
        key: `${index}/${entry.mid ?? entry.trackIdentifier}/${entry.ssrc}`,
        kind: entry.kind,
        track: entry.trackIdentifier,
        live: track?.readyState === 'live',
        frames: entry.framesDecoded ?? 0,
        energy: entry.totalAudioEnergy ?? 0,
        packets: entry.packetsReceived ?? 0,
      });
    }
    return inbound;
  }

  globalThis.__witness = {
    peers,
    captured,
    errors,
    paintedDevices,
    /** How many WebSockets the page ever opened. */
    sockets: () => sockets,
    /** Every peer connection the page ever made. */
    connections: () =>
      peers.map((pc) => ({
        closed: !isOpen(pc),
        state: pc.connectionState,
        applied: [...pc.__applied],
      })),
    /** What arrives at the page, one entry for each RTP stream. */
    inbound: async () => {
      const open = peers.map((pc, index) => [pc, index]).filter(([pc]) => isOpen(pc));
      return (await Promise.all(open.map(([pc, index]) => statsOf(pc, index)))).flat();
    },
    /** The captured tracks of a kind that still hold their device. */
    liveCaptures: (kind) => captured.filter((track) => track.kind === kind && track.readyState === 'live'),
  };
}
