/** The same call by janus.js, as a careful page writes it: everything it lets one do at once is done at once. */
import adapter from 'webrtc-adapter';
import Janus from 'janus-gateway';

// It reads a global when it has not been given one.
globalThis.adapter = adapter;

const ready = new Promise((resolve) => Janus.init({ debug: false, callback: resolve }));

/** `lost` hears of connections that break. */
function connect(server, lost = () => undefined) {
  return new Promise((resolve, reject) => {
    const failed = (error) => {
      reject(error);
      lost();
    };
    const janus = new Janus({ server, success: () => resolve(janus), error: failed, destroyed: () => undefined });
  });
}

function attach(janus, events) {
  return new Promise((resolve, reject) => {
    janus.attach({ plugin: 'janus.plugin.videoroom', success: resolve, error: reject, ...events });
  });
}

/** Receives everything of those who publish; resolves to the first video track. */
async function watch(janus, { room, publishers, privateId }) {
  return new Promise((resolve, reject) => {
    let handle;
    const streams = publishers.flatMap(({ id, streams: all }) => all.map(({ mid }) => ({ feed: id, mid })));
    attach(janus, {
      onmessage: (message, jsep) => {
        if (!jsep) return;
        const answered = (answer) => handle.send({ message: { request: 'start', room }, jsep: answer });
        handle.createAnswer({ jsep, tracks: [{ type: 'data' }], success: answered, error: reject });
      },
      onremotetrack: (track, mid, on) => {
        if (on && track.kind === 'video') resolve(track);
      },
    }).then((attached) => {
      handle = attached;
      const join = { request: 'join', ptype: 'subscriber', room, streams, private_id: privateId };
      handle.send({ message: join });
    }, reject);
  });
}

/** Joins to watch; resolves to the first video track and a way to leave. */
export async function watchFirst({ server, room, lost }) {
  await ready;
  const janus = await connect(server, lost);
  const track = await new Promise((resolve, reject) => {
    attach(janus, {
      onmessage: (message) => {
        if (!message.publishers?.length) return;
        watch(janus, { room, publishers: message.publishers, privateId: message.private_id }).then(resolve, reject);
      },
    }).then((handle) => handle.send({ message: { request: 'join', ptype: 'publisher', room, display: 'them' } }), reject);
  });
  return { track, janus, leave: () => janus.destroy({}) };
}

/** Between two attempts to reach a server that does not answer, ms. */
const PAUSE_MS = 250;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Joins to watch, and stays: the session is claimed, or where there is none any more, everything begins anew. */
export async function stay({ server, room, video }) {
  let [call, left, tell] = [undefined, false, () => undefined];
  const begin = async () => {
    call = await watchFirst({ server, room, lost: () => call && void recover(call) });
    video.srcObject = new MediaStream([call.track]);
  };
  const claim = ({ janus }) => new Promise((resolve) => {
    janus.reconnect({ success: () => resolve(true), error: () => resolve(false) });
  });
  async function recover(broken) {
    if (left || call !== broken) return;
    if (!(await claim(broken))) {
      call = undefined;
      while (!left && !(await begin().then(() => true, () => false))) await pause();
    }
    tell();
  }
  await begin();
  return {
    resumed: () => new Promise((resolve) => (tell = resolve)),
    leave() {
      left = true;
      return call?.leave();
    },
  };
}

/** Joins and publishes a track; resolves when its media is up, by the browser's word as with ours. */
export async function publish({ server, room, track }) {
  await ready;
  const janus = await connect(server);
  await new Promise((resolve, reject) => {
    let handle;
    attach(janus, {
      // The server says so as well, `webrtcState`, a while after the browser.
      connectionState: (state) => state === 'connected' && resolve(),
      onmessage: (message, jsep) => {
        if (jsep) handle.handleRemoteJsep({ jsep });
        if (message.videoroom !== 'joined') return;
        handle.createOffer({
          tracks: [{ type: 'video', capture: track, recv: false }],
          success: (offer) => handle.send({ message: { request: 'configure', video: true }, jsep: offer }),
          error: reject,
        });
      },
    }).then((attached) => {
      handle = attached;
      handle.send({ message: { request: 'join', ptype: 'publisher', room, display: 'them' } });
    }, reject);
  });
  return { leave: () => janus.destroy({}) };
}
