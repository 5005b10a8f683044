// Every request, event and error of VideoRoom that a real server can produce, step by step, in one page.
import { Janus, JanusError } from '/dist/index.js';
import {
  PUBLISHER_EVENTS, SUBSCRIBER_EVENTS, expect, picturesMove, receivingPeer, record, same, sendingPeer, toSubstream, until,
} from './peers.js';

const SECRET = 'conformance';
const PIN = '0815';

/** The items that were seen, and what went wrong. */
const covered = new Map();
const failures = [];

/** One step: its items are covered if nothing in it fails. */
async function step(items, work) {
  try {
    const result = await work();
    for (const item of items) covered.set(item, true);
    return result;
  } catch (error) {
    failures.push(`${items.join(', ')}: ${error?.stack ?? error}`);
    throw error;
  }
}

/** A refusal with the right number and a code of its own. */
async function refused(status, promise, code) {
  await step([String(status)], async () => {
    const error = await promise.then(() => undefined, (thrown) => thrown);
    expect(error instanceof JanusError, `a refusal (${status}) instead of ${error}`);
    same([error.status, error.code], [status, code], 'the error');
    expect(error.message.includes(`(${status})`), `the server's words are in "${error.message}"`);
  });
}

/** Ids of the kind the server has; integers lie beyond what JavaScript's numbers hold. */
function idsOf(strings, run) {
  const number = (text) => 9007199254740993n + BigInt([...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e9, 7));
  return (name) => (strings ? `${name}-${run}-ö` : number(name + run));
}

async function rooms({ api, id }) {
  const room = id('room');
  await step(['create'], async () => {
    const made = await api.create({
      room, description: 'Conformance "room"', secret: SECRET, pin: PIN, isPrivate: false, permanent: false,
      publishers: 3, bitrate: 512_000, bitrateCap: false, firFreq: 10, audiocodec: 'opus', videocodec: 'vp8,h264',
      opusFec: true, opusDtx: false, audiolevelExt: true, audiolevelEvent: true, audioActivePackets: 10,
      audioLevelAverage: 60, videoorientExt: true, playoutdelayExt: true, transportWideCcExt: true, record: false,
      recDir: '/tmp', lockRecord: false, notifyJoining: true, requireE2ee: false, dummyPublisher: false,
      requirePvtid: false, signedTokens: false,
    });
    same(made, { room, permanent: false }, 'created');
  });
  await step(['list'], async () => {
    const info = (await api.list()).find((entry) => entry.room === room);
    const { description, pinRequired, maxPublishers, bitrate, videocodec, notifyJoining, numParticipants } = info;
    same([description, pinRequired, maxPublishers, bitrate, videocodec, notifyJoining, numParticipants],
      ['Conformance "room"', true, 3, 512_000, 'vp8,h264', true, 0], 'listed');
  });
  await step(['exists'], async () => {
    same([await api.exists(room), await api.exists(id('nowhere'))], [true, false], 'exists');
  });
  await step(['edit'], async () => {
    const edited = await api.edit({
      room, secret: SECRET, newDescription: 'Edited', newIsPrivate: false, newBitrate: 0, newFirFreq: 0,
      newPublishers: 4, newRequirePvtid: false, newLockRecord: false,
    });
    same(edited, { room, permanent: false }, 'edited');
    const info = (await api.list()).find((entry) => entry.room === room);
    same([info.description, info.bitrate, info.maxPublishers], ['Edited', 0, 4], 'listed after edit');
  });
  await step(['allowed'], async () => {
    const change = (action, allowed) => api.allowed({ room, secret: SECRET, action, allowed });
    same((await change('add', ['a', 'b'])).sort(), ['a', 'b'], 'added');
    same(await change('remove', ['a']), ['b'], 'removed');
    same(await change('enable'), ['b'], 'enabled');
    const closed = await api.joinPublisher({ room, pin: PIN }).catch((error) => error.status);
    same(closed, 433, 'without a token');
    same(await change('disable'), [], 'disabled');
  });
  return room;
}

async function refusals({ api, id, strings, raw, session }, room) {
  const nowhere = id('nowhere');
  await refused(426, api.listParticipants(nowhere), 'room-not-found');
  await refused(427, api.create({ room }), 'room-exists');
  await refused(429, api.destroy({ room }), 'missing-element');
  await refused(433, api.destroy({ room, secret: 'wrong' }), 'unauthorized');
  await refused(430, api.exists(strings ? 1 : 'text'), 'invalid-element');
  await refused(428, api.kick({ room, secret: SECRET, id: nowhere }), 'feed-not-found');
  await refused(433, api.joinPublisher({ room, pin: 'wrong' }), 'unauthorized');
  await refused(429, api.joinPublisher({ room }), 'missing-element');
  // The API has no way to these; a raw body has, and the number is in the answer.
  const words = async (handle, body, jsep) => (await handle.send(body, jsep && { jsep })).data.error_code;
  await step(['423'], async () => same(await words(raw, { request: 'list_remotes' }), 423, 'an unknown request'));
  await step(['424'], async () => same(await words(raw, { request: 'configure' }), 424, 'before joining'));
  const join = { request: 'join', ptype: 'publisher', room, pin: PIN };
  const twice = await session.attach('janus.plugin.videoroom');
  await twice.send(join);
  await step(['425'], async () => same(await words(twice, join), 425, 'joining twice'));
  await twice.detach();
}

/** People in a room, with pictures and sound. */
async function people(context, room) {
  const { api, id } = context;
  const bob = await step(['join (publisher)'], async () => {
    const joined = await api.joinPublisher({
      room, pin: PIN, id: id('bob'), display: 'Bob', audioActivePackets: 10, audioLevelAverage: 60,
    });
    same([joined.joined.room, joined.id, joined.joined.description], [room, id('bob'), 'Edited'], 'joined');
    return joined;
  });
  const bobHears = record(bob, PUBLISHER_EVENTS);
  await refused(436, api.joinPublisher({ room, pin: PIN, id: id('bob') }), 'id-taken');

  const camera = await sendingPeer({ simulcast: true, data: true });
  const [ada, adaHears] = await step(['joinandconfigure', 'joining', 'publishers: new'], async () => {
    const descriptions = [{ mid: '0', description: 'voice' }];
    const { publisher, streams, jsep } = await api.joinAndConfigure({
      room, pin: PIN, id: id('ada'), display: 'Ada', bitrate: 1_000_000, record: false, descriptions, jsep: camera.offer,
    });
    const hears = record(publisher, PUBLISHER_EVENTS);
    camera.ready(publisher);
    await camera.accept(jsep);
    same(streams.map(({ type, mid }) => [type, mid]), [['audio', '0'], ['video', '1'], ['data', '2']], 'own streams');
    same(publisher.joined.attendees, [{ id: id('bob'), display: 'Bob' }], 'attendees');
    await bobHears.until('joining', (event) => event.id === id('ada') && event.display === 'Ada');
    const { publishers } = await bobHears.until('publishers');
    same([publishers[0].id, publishers[0].streams[0].description], [id('ada'), 'voice'], 'announced');
    expect(publishers[0].streams[1].simulcast === true, 'announced as a simulcast');
    return [publisher, hears];
  });
  same([...bob.publishers.keys()], [id('ada')], 'who publishes');
  await adaHears.until('webrtcup');
  await step(['listparticipants'], async () => {
    const list = await api.listParticipants(room);
    same(list.map(({ id: who, display, publisher }) => [who, display, publisher]).sort((a, b) => (a[1] < b[1] ? -1 : 1)),
      [[id('ada'), 'Ada', true], [id('bob'), 'Bob', false]], 'participants');
  });
  return { ada, adaHears, bob, bobHears, camera };
}

async function publishing(context, room, { ada, adaHears, bob, bobHears, camera }) {
  const { api, id } = context;
  await refused(435, bob.unpublish(), 'not-published');
  const microphone = await sendingPeer({ video: false });
  await step(['publish'], async () => {
    const { streams, jsep } = await bob.publish({ audiocodec: 'opus', display: 'Bob', jsep: microphone.offer });
    same(streams.map(({ type, codec }) => [type, codec]), [['audio', 'opus']], 'own streams');
    microphone.ready(bob);
    await microphone.accept(jsep);
    await bobHears.until('webrtcup');
    await adaHears.until('publishers', ({ publishers }) => publishers[0].id === id('bob'));
  });
  await refused(434, bob.publish({ jsep: microphone.offer }), 'already-published');

  await step(['configure (publisher)', 'display changed', 'publishers: described anew'], async () => {
    await ada.configure({
      display: 'Ada L.', bitrate: 2_000_000, keyframe: true, audioActivePackets: 12, audioLevelAverage: 58,
      descriptions: [{ mid: '1', description: 'face' }],
    });
    await bobHears.until('changed', (event) => event.id === id('ada') && event.display === 'Ada L.');
    await bobHears.until('publishers', ({ publishers }) => publishers[0].streams.some(({ description }) => description === 'face'));
    await ada.configure({ streams: [{ mid: '1', send: true, keyframe: true, minDelay: 0, maxDelay: 10 }] });
  });
  await refused(428, ada.configure({ streams: [{ mid: 'none', send: true }] }), 'feed-not-found');
  await step(['publishers: renegotiated'], async () => {
    bobHears.forget('publishers');
    await camera.pc.setLocalDescription(await camera.pc.createOffer({ iceRestart: true }));
    const { jsep, streams } = await ada.configure({ jsep: camera.pc.localDescription });
    await camera.accept(jsep);
    expect(streams.length === 3, 'all streams are still there');
    await bobHears.until('publishers', ({ publishers }) => publishers[0].id === id('ada') && publishers[0].streams.length === 3);
  });
  await step(['talking', 'stopped-talking'], async () => {
    const speech = (name) => bobHears.until(name, (event) => event.id === id('ada') && event.mid === '0');
    const { level } = await speech('talking');
    expect(typeof level === 'number' && level < 60, `a level, not ${level}`);
    for (const track of camera.stream.getAudioTracks()) track.enabled = false;
    await speech('stoppedTalking');
    for (const track of camera.stream.getAudioTracks()) track.enabled = true;
  });
  await step(['moderate', 'moderation: muted', 'moderation: unmuted'], async () => {
    for (const mute of [true, false]) {
      await api.moderate({ room, secret: SECRET, id: id('ada'), mid: '0', mute });
      const told = ({ id: who, mid, muted }) => who === id('ada') && mid === '0' && muted === mute;
      await Promise.all([adaHears.until('moderated', told), bobHears.until('moderated', told)]);
    }
  });
  await step(['enable_recording'], async () => {
    same(await api.enableRecording({ room, secret: SECRET, record: true }), true, 'recording');
    same(await api.enableRecording({ room, secret: SECRET, record: false }), false, 'recording');
  });
  return microphone;
}

async function watching(context, room, { ada }) {
  const { api, id } = context;
  const [peer, answers] = [receivingPeer(), []];
  peer.pc.createDataChannel('JanusDataChannel');
  const [subscriber, hears] = await step(['join (subscriber)', 'attached', 'start'], async () => {
    const { subscriber: watcher, streams, jsep } = await api.joinSubscriber({
      room, pin: PIN, privateId: ada.joined.privateId, useMsid: true, autoupdate: true,
      streams: [{ feed: id('ada'), mid: '0' }, { feed: id('ada'), mid: '1', crossrefid: 'big', substream: 2, temporal: 2, fallback: 500_000 }],
    });
    same(streams.map(({ type, feedId, feedMid, crossrefid }) => [type, feedId, feedMid, crossrefid]),
      [['audio', id('ada'), '0', undefined], ['video', id('ada'), '1', 'big']], 'mapping');
    const heard = record(watcher, SUBSCRIBER_EVENTS);
    peer.ready(watcher);
    await watcher.start({ jsep: await peer.answer(jsep) });
    return [watcher, heard];
  });
  const apply = async (mapping) => {
    if (mapping.jsep) await subscriber.start({ jsep: await peer.answer(mapping.jsep) });
    return mapping;
  };
  subscriber.on('updated', (mapping) => answers.push(apply(mapping)));
  await hears.until('webrtcup');
  await picturesMove(peer);
  await step(['configure (subscriber)'], async () => {
    await subscriber.configure({ streams: [{ mid: '1', substream: 1, temporal: 0, fallback: 250_000, minDelay: 0, maxDelay: 20 }] });
    if (context.layers) {
      await step(['substream', 'temporal'], async () => {
        await toSubstream(subscriber, hears, { mid: '1', substream: 1 });
        await hears.until('layerChanged', ({ mid, temporal }) => mid === '1' && temporal === 0);
      });
    }
    await picturesMove(peer);
    await apply(await subscriber.configure({ restart: true }));
    await picturesMove(peer);
  });
  await step(['pause'], async () => {
    await subscriber.pause();
    const stopped = await until('stillness', async () => {
      const before = await peer.frames();
      await new Promise((resolve) => setTimeout(resolve, 700));
      return before === (await peer.frames());
    });
    expect(stopped, 'no frames in a pause');
    await subscriber.start();
    await picturesMove(peer);
  });
  const missing = api.joinSubscriber({ room, pin: PIN, streams: [{ feed: id('ada'), mid: 'none' }] });
  await refused(428, missing, 'feed-not-found');
  const raw = await context.session.attach('janus.plugin.videoroom');
  const words = async (body, jsep) => (await raw.send(body, jsep && { jsep })).data.error_code;
  const legacy = { request: 'join', ptype: 'subscriber', room, pin: PIN, feed: id('ada') };
  const nothing = { offer_audio: false, offer_video: false, offer_data: false };
  await step(['437'], async () => same(await words({ ...legacy, ...nothing }), 437, 'nothing to subscribe to'));
  await raw.detach();
  await offering(context, room);
  return { subscriber, hears, peer, apply, answers };
}

/** A subscriber that offers, which only raw bodies can do. */
async function offering({ session, id }, room) {
  const peer = receivingPeer();
  const raw = await session.attach('janus.plugin.videoroom');
  const up = new Promise((resolve) => raw.on('webrtcup', resolve));
  peer.ready(raw);
  const join = { request: 'join', ptype: 'subscriber', room, pin: PIN, streams: [{ feed: id('ada'), mid: '0' }] };
  const { jsep } = await raw.send(join);
  await raw.send({ request: 'start' }, { jsep: await peer.answer(jsep) });
  await up;
  await step(['431'], async () => {
    const told = [];
    raw.on('event', ({ data }) => told.push(data.error_code));
    const { data } = await raw.send({ request: 'start' }, { jsep: await peer.pc.createOffer() });
    told.push(data.error_code);
    // The request may be answered before its offer is refused.
    await until('a refusal (431)', () => told.includes(431));
  });
  peer.close();
  await raw.detach();
}

async function changing({ id }, { subscriber, hears, peer, apply, answers }) {
  await step(['subscribe', 'updated: our request'], async () => {
    const mapping = await apply(await subscriber.subscribe({ streams: [{ feed: id('bob'), mid: '0', send: true }] }));
    same(mapping.streams.map(({ feedId }) => feedId), [id('ada'), id('ada'), id('bob')], 'mapping');
  });
  await step(['updating'], async () => {
    const first = await subscriber.unsubscribe({ streams: [{ subMid: '2' }] });
    expect(first.jsep, 'the first brings an offer');
    // The offer of the first is outstanding: this brings none, and the next offer holds both.
    const second = await subscriber.subscribe({ streams: [{ feed: id('bob'), mid: '0' }] });
    same([second.streams, second.jsep], [undefined, undefined], 'an answer without an offer');
    hears.clear();
    await apply(first);
    await hears.until('updated', ({ streams }) => streams?.some(({ feedId }) => feedId === id('bob')));
    // Whatever comes before the answer brings no offer either.
    await Promise.all(answers);
  });
  await step(['unsubscribe'], async () => {
    const mid = await until('the line of Bob', () => subscriber.streams.find(({ feedId }) => feedId === id('bob'))?.mid);
    await apply(await subscriber.unsubscribe({ streams: [{ subMid: mid }] }));
    expect(!subscriber.streams.some(({ feedId }) => feedId === id('bob')), 'Bob is gone from the mapping');
  });
  await step(['update'], async () => {
    await apply(await subscriber.update({
      subscribe: [{ feed: id('bob'), mid: '0' }], unsubscribe: [{ feed: id('ada'), mid: '0' }],
    }));
    same(subscriber.streams.map(({ active, feedId }) => active && feedId), [id('bob'), id('ada'), false], 'mapping');
  });
  await step(['switch', 'switched'], async () => {
    const { changes, streams } = await subscriber.switch({ streams: [{ feed: id('ada'), mid: '0', subMid: '0' }] });
    same([changes, streams[0].feedId], [1, id('ada')], 'switched');
    const line = streams[2].mid;
    hears.clear();
    // The line is inactive: an offer comes first, and the answer all the same.
    const second = await subscriber.switch({ streams: [{ feed: id('bob'), mid: '0', subMid: line }] });
    same([second.changes, second.streams[2].feedId], [1, id('bob')], 'switched to an inactive line');
    const { jsep } = await hears.until('updated');
    expect(jsep, 'an offer for the line that was inactive');
    await Promise.all(answers);
  });
  await picturesMove(peer);
}

async function relaying({ api, id }, room) {
  const from = { room, publisherId: id('ada'), secret: SECRET };
  await step(['rtp_forward', 'listforwarders', 'stop_rtp_forward'], async () => {
    const { forwarders } = await api.rtpForward({
      ...from, host: '127.0.0.1', hostFamily: 'ipv4', srtpSuite: 80, srtpCrypto: btoa('x'.repeat(30)),
      streams: [{ mid: '0', port: 40_000, ssrc: 1, pt: 111 }, { mid: '1', port: 40_002, rtcpPort: 40_003, simulcast: true }],
    });
    same(forwarders.map(({ type, port, srtp }) => [type, port, srtp]),
      [['audio', 40_000, true], ['video', 40_002, true]], 'forwarders');
    const listed = await api.listForwarders({ room, secret: SECRET });
    same([listed[0].publisherId, listed[0].forwarders.length], [id('ada'), 2], 'listed');
    for (const { streamId } of forwarders) await api.stopRtpForward({ ...from, streamId });
    same((await api.listForwarders({ room, secret: SECRET })).flatMap((entry) => entry.forwarders), [], 'none left');
  });
  const other = id('other');
  await api.create({ room: other, secret: SECRET, notifyJoining: true });
  const eve = await api.joinPublisher({ room: other, display: 'Eve' });
  const hears = record(eve, PUBLISHER_EVENTS);
  const there = { room: other, secret: SECRET, id: id('ada') };
  const streams = [
    { mid: '0', mindex: 0, type: 'audio', codec: 'opus', description: 'voice' },
    { mid: '1', mindex: 1, type: 'video', codec: 'vp8', simulcast: true },
  ];
  const remoteId = 'other-server';
  await step(['add_remote_publisher', 'publish_remotely', 'listremotes', 'unpublish_remotely'], async () => {
    const added = await api.addRemotePublisher({ ...there, display: 'Ada', streams });
    same([added.room, added.id], [other, id('ada')], 'added');
    await hears.until('publishers', ({ publishers }) => publishers[0].id === id('ada') && publishers[0].streams.length === 2);
    const { port, rtcpPort } = added;
    await api.publishRemotely({ ...from, remoteId, host: '127.0.0.1', port, rtcpPort });
    await refused(436, api.publishRemotely({ ...from, remoteId, host: '127.0.0.1', port }), 'id-taken');
    same(await api.listRemotes(from), [{ remoteId, host: '127.0.0.1', port, rtcpPort }], 'remotes');
    const info = (await api.listParticipants(other)).find((entry) => entry.id === id('ada'));
    expect(info.remote === true || info.publisher, 'the copy is a participant');
    await api.unpublishRemotely({ ...from, remoteId });
    same(await api.listRemotes(from), [], 'no remotes');
  });
  await step(['update_remote_publisher', 'remove_remote_publisher'], async () => {
    hears.clear();
    await api.updateRemotePublisher({ ...there, streams: [{ ...streams[0], description: 'silence', disabled: true }] });
    await hears.until('publishers', ({ publishers }) => publishers[0].streams[0].disabled === true);
    await api.removeRemotePublisher(there);
    await hears.until('leaving', (event) => event.id === id('ada'));
  });
  await eve.leave();
  await api.destroy({ room: other, secret: SECRET });
}

async function going(context, room, { ada, adaHears, bob, bobHears, camera, microphone }, { subscriber, hears }) {
  const { api, id } = context;
  await step(['unpublish', 'unpublished', 'updated: by itself'], async () => {
    hears.clear();
    await microphone.hush();
    await bob.unpublish();
    await adaHears.until('unpublished', (event) => event.id === id('bob'));
    await hears.until('updated', ({ streams }) => streams && !streams.some(({ active, feedId }) => active && feedId === id('bob')));
    same([...ada.publishers.keys()].includes(id('bob')), false, 'Bob among who publishes');
  });
  await step(['kick', 'kicked: somebody', 'kicked: ourselves'], async () => {
    const carol = await api.joinPublisher({ room, pin: PIN, id: id('carol'), display: 'Carol' });
    const carolHears = record(carol, PUBLISHER_EVENTS);
    await api.kick({ room, secret: SECRET, id: id('carol') });
    await carolHears.until('kickedOurselves');
    await bobHears.until('kicked', (event) => event.id === id('carol'));
    const spent = await carol.configure({}).catch((error) => error.code);
    same(spent, 'invalid-state', 'a spent publisher');
  });
  await step(['leave (subscriber)'], async () => {
    await subscriber.leave();
    same(await subscriber.pause().catch((error) => error.code), 'invalid-state', 'a spent subscriber');
  });
  await step(['leave (publisher)', 'leaving'], async () => {
    // As with unpublishing; Firefox goes on sending without a track.
    adaHears.clear();
    await camera.hangUp(adaHears);
    await ada.leave();
    await bobHears.until('leaving', (event) => event.id === id('ada'));
    same(await ada.configure({}).catch((error) => error.code), 'invalid-state', 'a spent publisher');
  });
  await step(['destroy', 'destroyed'], async () => {
    same(await api.destroy({ room, secret: SECRET }), { room, permanent: false }, 'destroyed');
    await bobHears.until('destroyed');
    same(await api.exists(room), false, 'exists');
  });
  microphone.close();
}

/** More publishers than a room takes. */
async function full({ api, id }) {
  const room = id('full');
  await api.create({ room, secret: SECRET, publishers: 1 });
  const first = await sendingPeer({ video: false });
  const { publisher, jsep } = await api.joinAndConfigure({ room, jsep: first.offer });
  const hears = record(publisher, PUBLISHER_EVENTS);
  first.ready(publisher);
  await first.accept(jsep);
  await hears.until('webrtcup');
  const second = await sendingPeer({ video: false });
  await refused(432, api.joinAndConfigure({ room, jsep: second.offer }), 'room-full');
  // Janus keeps who was refused in the room; the library does not.
  await until('nobody else in the room', async () => (await api.listParticipants(room)).length === 1);
  first.close();
  second.close();
  await publisher.leave();
  await api.destroy({ room, secret: SECRET });
}

/** Layers within one stream. Janus 1.1.2 looks for them in publishers of other servers only: so this one is its own. */
async function layered({ api, id }) {
  const [room, copy] = [id('svc'), id('svc-copy')];
  await api.create({ room, secret: SECRET, videocodec: 'vp9', videoSvc: true });
  await api.create({ room: copy, secret: SECRET, videocodec: 'vp9' });
  const camera = await sendingPeer({ audio: false, svc: true });
  const { publisher, jsep, streams } = await api.joinAndConfigure({ room, jsep: camera.offer });
  same(streams[0].codec, 'vp9', 'own stream');
  const told = record(publisher, PUBLISHER_EVENTS);
  camera.ready(publisher);
  await camera.accept(jsep);
  await told.until('webrtcup');
  const remote = { mid: '0', mindex: 0, type: 'video', codec: 'vp9', svc: true };
  const { id: feed, port, rtcpPort } = await api.addRemotePublisher({ room: copy, secret: SECRET, streams: [remote] });
  await until('the copy to be there', async () => (await api.listParticipants(copy)).some((entry) => entry.id === feed));
  await api.publishRemotely({
    room, secret: SECRET, publisherId: publisher.id, remoteId: 'copy', host: '127.0.0.1', port, rtcpPort,
  });
  const peer = receivingPeer();
  const joined = await api.joinSubscriber({ room: copy, streams: [{ feed, mid: '0' }] });
  const hears = record(joined.subscriber, SUBSCRIBER_EVENTS);
  peer.ready(joined.subscriber);
  await joined.subscriber.start({ jsep: await peer.answer(joined.jsep) });
  await picturesMove(peer);
  await step(['spatial_layer', 'temporal_layer'], async () => {
    await joined.subscriber.configure({ streams: [{ mid: '0', spatialLayer: 0, temporalLayer: 0 }] });
    await hears.until('layerChanged', ({ mid, spatialLayer }) => mid === '0' && spatialLayer === 0);
    await hears.until('layerChanged', ({ mid, temporalLayer }) => mid === '0' && temporalLayer === 0);
  });
  camera.close();
  peer.close();
  await joined.subscriber.leave();
  await publisher.leave();
  for (const made of [room, copy]) await api.destroy({ room: made, secret: SECRET });
}

export async function conform({ server, strings, layers, run }) {
  const janus = await Janus.connect(server);
  let log;
  try {
    const session = await janus.createSession();
    const api = await session.videoRoom();
    const raw = await session.attach('janus.plugin.videoroom');
    const context = { api, id: idsOf(strings, run), strings, raw, session, layers };
    const room = await rooms(context);
    await refusals(context, room);
    const who = await people(context, room);
    who.microphone = await publishing(context, room, who);
    const watcher = await watching(context, room, who);
    await changing(context, watcher);
    await relaying(context, room);
    await going(context, room, who, watcher);
    watcher.peer.close();
    await full(context);
    if (layers) await layered(context);
    await session.destroy();
  } catch (error) {
    if (failures.length === 0) failures.push(String(error?.stack ?? error));
    log = janus.exportLog();
  } finally {
    janus.close();
  }
  return { covered: [...covered.keys()], failures, log };
}
