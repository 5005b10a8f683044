// Wrong types and ranges thrown at the public API: each call has to settle, and the server to live on.
import { Janus, JanusError } from '/dist/index.js';
import { Random } from '/chaos/random.mjs';
import { receivingPeer, sendingPeer } from './peers.js';

const SECRET = 'abuse';
/** Longer than any time limit of the library's own. */
const PATIENCE = 25_000;

const WRONG = [
  undefined, null, NaN, Infinity, -1, 0, 1.5, 3, 65536, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 2n ** 62n, 2n ** 64n, '', 'x',
  '\0', '\ud800', 'ö'.repeat(3000), '1234', true, false, [], [null], [[]], [{}], {}, { feed: 1 }, () => 1, Symbol('s'), new Date(0),
  new Map(), Object.create(null), { toJSON: () => { throw new Error('no'); } }, 'a\u202eb', '../../etc', '%s%n',
];

const entry = (feed) => ({ feed, mid: '0' });

/** What would be right, for each method. */
function calls({ rooms, publisher, subscriber, room, feed, offer }) {
  const own = { room, secret: SECRET };
  const streams = [{ mid: '0', mindex: 0, type: 'audio', codec: 'opus' }];
  return [
    [rooms, 'create', { ...own, description: 'x', publishers: 3, bitrate: 0, allowed: [], audiocodec: 'opus', dummyStreams: [] }],
    [rooms, 'edit', { ...own, newDescription: 'x', newBitrate: 0, newPublishers: 9 }],
    [rooms, 'exists', room], [rooms, 'list', {}], [rooms, 'listParticipants', room],
    [rooms, 'allowed', { ...own, action: 'disable' }],
    [rooms, 'kick', { ...own, id: 1 }], [rooms, 'moderate', { ...own, id: feed, mid: '0', mute: false }],
    [rooms, 'enableRecording', { ...own, record: false }],
    [rooms, 'rtpForward', { ...own, publisherId: feed, host: '127.0.0.1', streams: [{ mid: '0', port: 9 }] }],
    [rooms, 'stopRtpForward', { ...own, publisherId: feed, streamId: 1 }], [rooms, 'listForwarders', own],
    [rooms, 'publishRemotely', { ...own, publisherId: feed, remoteId: 'r', host: '127.0.0.1', port: 9 }],
    [rooms, 'unpublishRemotely', { ...own, publisherId: feed, remoteId: 'r' }],
    [rooms, 'listRemotes', { ...own, publisherId: feed }],
    [rooms, 'addRemotePublisher', { ...own, id: 77, streams }], [rooms, 'updateRemotePublisher', { ...own, id: 77, streams }],
    [rooms, 'removeRemotePublisher', { ...own, id: 77 }],
    [rooms, 'joinPublisher', { room, id: 5, display: 'x' }], [rooms, 'joinAndConfigure', { room, jsep: offer, bitrate: 1 }],
    [rooms, 'joinSubscriber', { room, streams: [entry(feed)], privateId: 1 }],
    [publisher, 'configure', { bitrate: 0, display: 'x', streams: [{ mid: '0', send: true, minDelay: 0 }] }],
    [publisher, 'publish', { jsep: offer, descriptions: [{ mid: '0', description: 'x' }] }],
    [publisher, 'trickle', [{ candidate: '', sdpMid: '0' }]],
    [subscriber, 'subscribe', { streams: [{ ...entry(feed), substream: 1, temporal: 1, spatialLayer: 1, temporalLayer: 1 }] }],
    [subscriber, 'unsubscribe', { streams: [{ subMid: '7' }] }],
    [subscriber, 'update', { subscribe: [entry(feed)], unsubscribe: [{ subMid: '7' }] }],
    [subscriber, 'configure', { streams: [{ mid: '0', substream: 1, send: true }] }],
    [subscriber, 'switch', { streams: [{ ...entry(feed), subMid: '0' }] }],
    [subscriber, 'start', {}], [subscriber, 'pause', {}],
  ];
}

/** The same with one value in it wrong, at any depth. */
function spoilt(value, random) {
  const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isBranch || random.next() < 0.1) return random.pick(WRONG);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const key = random.pick(Object.keys(copy));
  copy[random.next() < 0.1 ? 'surprise' : key] = spoilt(copy[key], random);
  return copy;
}

function settled(promise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE, 'unsettled')));
  const kind = (error) => (error instanceof JanusError ? (error.status ? 'server' : error.code) : `untyped ${error}`);
  return Promise.race([promise.then(() => 'done', kind), late]).finally(() => clearTimeout(timer));
}

async function setUp(server) {
  const janus = await Janus.connect(server, { requestTimeout: 20_000 });
  const session = await janus.createSession();
  const rooms = await session.videoRoom();
  const { room } = await rooms.create({ secret: SECRET, publishers: 50, notifyJoining: true });
  const sending = await sendingPeer({ video: false });
  const { publisher, jsep } = await rooms.joinAndConfigure({ room, jsep: sending.offer });
  const up = new Promise((resolve) => publisher.on('webrtcup', resolve));
  sending.ready(publisher);
  await sending.accept(jsep);
  await up;
  const receiving = receivingPeer();
  const { subscriber, jsep: offered } = await rooms.joinSubscriber({ room, streams: [entry(publisher.id)] });
  receiving.ready(subscriber);
  const answer = (mapping) => mapping.jsep && receiving.answer(mapping.jsep).then((jsep) => subscriber.start({ jsep }));
  subscriber.on('updated', (mapping) => answer(mapping)?.catch(() => {}));
  await subscriber.start({ jsep: await receiving.answer(offered) });
  return { janus, session, rooms, publisher, subscriber, room, feed: publisher.id, offer: sending.offer, answer };
}

export async function abuse({ server, seed, count }) {
  const random = new Random(seed);
  const scene = await setUp(server);
  const outcomes = {};
  for (let index = 0; index < count; index += 1) {
    const [target, method, right] = random.pick(calls(scene));
    const given = spoilt(right, random);
    const promise = (async () => target[method](given))();
    const outcome = await settled(promise);
    // An offer that came of it is answered, as pages do.
    if (target === scene.subscriber && outcome === 'done') await settled(promise.then((mapping) => scene.answer(mapping ?? {})));
    const entered = outcome === 'done' && method.startsWith('join') && (await promise);
    await (entered?.publisher ?? entered?.subscriber ?? entered)?.leave?.().catch(() => {});
    const known = ['done', 'server'].includes(outcome) || /^[a-z-]+$/.test(outcome);
    outcomes[known ? outcome : `${method}: ${outcome}`] = (outcomes[known ? outcome : `${method}: ${outcome}`] ?? 0) + 1;
    if (outcome === 'unsettled') outcomes[`unsettled: ${method}`] = String(Object.keys(given ?? {}));
  }
  const alive = (await scene.rooms.exists(scene.room)) && (await scene.rooms.listParticipants(scene.room)).length > 0;
  await scene.session.destroy();
  scene.janus.close();
  return { outcomes, alive };
}
