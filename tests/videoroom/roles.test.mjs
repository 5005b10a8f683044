// The two roles against a server that is played: answers late, in two parts, or never, in the order that matters.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JanusError } from '../../dist/index.js';
import { videoRoom } from '../../dist/videoroom/index.js';

const OFFER = { type: 'offer', sdp: 'v=0' };
const ANSWER = { type: 'answer', sdp: 'v=0' };
const line = (mid, feed) => ({ type: 'video', mindex: Number(mid), mid, active: true, ready: true, send: true, feed_id: feed });

/** What a promise has come to by now; what happens at once has happened. */
async function now(promise) {
  const waiting = new Promise((resolve) => setImmediate(resolve, 'waiting'));
  return Promise.race([promise.then((value) => value ?? 'done', (error) => (error instanceof JanusError ? error.code : error.name)), waiting]);
}

/** A handle whose answers the test gives: `answer(request, data, jsep)` to the oldest one of that name. */
function play() {
  const asked = [];
  const played = { asked, tell: () => {} };
  const core = {
    id: 1,
    send: (body, jsep, request, apart) => new Promise((resolve, reject) => {
      asked.push({ request, body: JSON.parse(body), jsep, apart, resolve, reject });
    }),
    trickle: async () => {},
    hangup: async () => {},
    detach: async () => {},
  };
  const text = (data, jsep) => ({ data: JSON.stringify(data), ...(jsep && { jsep: JSON.stringify(jsep) }) });
  const take = (request) => asked.splice(asked.findIndex((one) => one.request === request), 1)[0];
  played.answer = (request, data, jsep) => take(request).resolve(text(data, jsep));
  played.fail = (request, code) => take(request).reject(new JanusError('played', { code, retryable: true, mayHaveExecuted: true }));
  played.event = (data, jsep, answers) => played.tell('event', { ...text(data, jsep), ...(answers && { answers }) });
  const attach = async (tell) => {
    played.tell = tell;
    return core;
  };
  played.rooms = videoRoom(core, { attach, version: 1102, session: {} });
  return played;
}

async function subscriber() {
  const server = play();
  const joining = server.rooms.joinSubscriber({ room: 1, streams: [{ feed: 7, mid: '0' }] });
  await now(joining);
  server.answer('join', { videoroom: 'attached', room: 1, streams: [line('0', 7)] }, OFFER);
  const { subscriber: role } = await joining;
  const started = role.start({ jsep: ANSWER });
  await now(started);
  server.answer('start', { videoroom: 'event', started: 'ok' });
  await started;
  const told = [];
  role.on('updated', (mapping) => told.push(mapping));
  role.on('event', (event) => told.push(event));
  await now(new Promise(() => {}));
  return { server, role, told };
}

async function publisher() {
  const server = play();
  const joining = server.rooms.joinPublisher({ room: 1 });
  await now(joining);
  server.answer('join', { videoroom: 'joined', room: 1, id: 1, private_id: 2, publishers: [] });
  const role = await joining;
  await now(new Promise(() => {}));
  return { server, role };
}

const updated = (...streams) => ({ videoroom: 'updated', room: 1, streams });
const switched = (...streams) => ({ videoroom: 'event', switched: 'ok', room: 1, changes: streams.length, streams });
const onto = (feed) => ({ streams: [{ feed, mid: '0', subMid: '0' }] });

describe('a switch in two parts', () => {
  it('that is called off leaves its offer and its lines, and nothing to the next', async () => {
    const { server, role, told } = await subscriber();
    const controller = new AbortController();
    const first = role.switch({ ...onto(8), signal: controller.signal });
    assert.equal(await now(first), 'waiting');
    controller.abort();
    assert.equal(await now(first), 'AbortError');
    const second = role.switch(onto(9));
    server.answer('switch', updated(line('0', 8)), OFFER);
    server.event(switched(line('0', 8)), undefined, true);
    assert.equal(await now(second), 'waiting');
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER, undefined]);
    assert.equal(role.streams[0].feedId, 8);
    server.answer('switch', updated(line('0', 9)), OFFER);
    assert.equal(await now(second), 'waiting');
    server.event(switched(line('0', 9)), undefined, true);
    assert.deepEqual((await second).streams[0].feedId, 9);
  });

  it('that timed out leaves nothing to the next', async () => {
    const { server, role, told } = await subscriber();
    const first = role.switch(onto(8));
    await now(first);
    server.fail('switch', 'timeout');
    assert.equal(await now(first), 'timeout');
    server.event(updated(line('0', 8)), OFFER, true);
    server.event(switched(line('0', 8)), undefined, true);
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER, undefined]);
    const second = role.switch(onto(9));
    await now(second);
    server.answer('switch', updated(line('0', 9)), OFFER);
    server.event(switched(line('0', 9)), undefined, true);
    assert.deepEqual((await second).streams[0].feedId, 9);
  });
});

describe('a subscription', () => {
  it('that is called off counts until the server is done with it', async () => {
    const { server, role, told } = await subscriber();
    const controller = new AbortController();
    const subscribed = role.subscribe({ streams: [{ feed: 8 }], signal: controller.signal });
    await now(subscribed);
    controller.abort();
    assert.equal(await now(subscribed), 'AbortError');
    assert.equal(await now(role.configure({ restart: true })), 'invalid-state');
    server.answer('subscribe', updated(line('0', 7), line('1', 8)), OFFER);
    await now(subscribed);
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER]);
    assert.equal(role.streams.length, 2);
  });

  it('that timed out leaves its offer', async () => {
    const { server, role, told } = await subscriber();
    server.event({ videoroom: 'event', configured: 'ok', room: 1 }, OFFER, true);
    server.event({ videoroom: 'event', paused: 'ok', room: 1 }, undefined, true);
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER], 'and no receipts');
    assert.equal(await now(role.configure({ update: true })), 'invalid-state');
  });
});

describe('the wish for an offer', () => {
  it('that an offer crosses settles with it, and waits for nobody', async () => {
    const { server, role, told } = await subscriber();
    const restarted = role.configure({ restart: true });
    await now(restarted);
    assert.equal(server.asked.at(-1).apart, true, 'nothing waits behind it');
    server.event(updated(line('0', 7)), OFFER);
    assert.deepEqual(await now(restarted), {}, 'the offer was told by the event alone');
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER]);
    const started = role.start({ jsep: ANSWER });
    await now(started);
    assert.equal(await now(role.configure({ restart: true })), 'invalid-state', 'the answer is on its way');
    server.answer('start', { videoroom: 'event', started: 'ok' });
    await started;
    const again = role.configure({ update: true });
    await now(again);
    // The server got to the first one after all.
    server.answer('configure', { videoroom: 'event', configured: 'ok' }, OFFER);
    server.answer('configure', { videoroom: 'event', configured: 'ok' }, OFFER);
    assert.deepEqual((await again).jsep, OFFER);
    assert.deepEqual(told.map(({ jsep }) => jsep), [OFFER, OFFER]);
  });

  it('is refused while a switch may bring one', async () => {
    const { server, role } = await subscriber();
    const moved = role.switch(onto(8));
    await now(moved);
    assert.equal(await now(role.configure({ restart: true })), 'invalid-state');
    server.answer('switch', switched(line('0', 8)));
    await moved;
    assert.equal(await now(role.configure({ restart: true })), 'waiting');
  });
});

describe('odd arguments and spent handles', () => {
  it('start(null) goes on, as start() does', async () => {
    const { server, role } = await subscriber();
    const started = role.start(null);
    assert.equal(await now(started), 'waiting');
    server.answer('start', { videoroom: 'event', started: 'ok' });
    await started;
  });

  it('what is no object is refused before anything is sent', async () => {
    const { server, role } = await subscriber();
    for (const method of ['subscribe', 'update', 'switch', 'configure']) {
      for (const given of [null, 5, 'all']) assert.equal(await now(role[method](given)), 'invalid-argument', method);
    }
    assert.deepEqual(server.asked, []);
  });

  it('of a role that has left nothing can be asked', async () => {
    for (const { server, role } of [await subscriber(), await publisher()]) {
      server.tell('detached', {});
      assert.equal(await now(role.trickle([{ completed: true }])), 'invalid-state');
      if (role.hangup) assert.equal(await now(role.hangup()), 'invalid-state');
    }
  });
});

describe('a publisher', () => {
  const somebody = (...streams) => ({ videoroom: 'event', room: 1, publishers: [{ id: 'ok', display: 'Named ok', streams }] });
  const sound = { type: 'audio', mindex: 0, mid: '0', codec: 'opus' };
  const picture = { type: 'video', mindex: 1, mid: '1', codec: 'vp8' };

  it('is told nothing of answers that come too late', async () => {
    const { server, role } = await publisher();
    const told = [];
    for (const name of ['unpublished', 'leaving', 'event']) role.on(name, (event) => told.push(event));
    server.event(somebody(sound));
    for (const data of [{ unpublished: 'ok' }, { leaving: 'ok' }, { configured: 'ok' }]) {
      server.event({ videoroom: 'event', room: 1, ...data }, undefined, true);
    }
    assert.deepEqual(told, []);
    assert.deepEqual([...role.publishers.keys()], ['ok']);
    server.event({ videoroom: 'event', room: 1, unpublished: 'ok' });
    assert.deepEqual([told, role.publishers.size], [[{ id: 'ok' }], 0]);
  });

  it('remembers whose sound is muted, which is told once', async () => {
    const { server, role } = await publisher();
    const muted = () => role.publishers.get('ok').streams.map(({ moderated }) => moderated);
    server.event(somebody(sound, picture));
    for (const mid of ['0', '1']) server.event({ videoroom: 'event', room: 1, id: 'ok', mid, moderation: 'muted' });
    const told = [];
    role.on('publishers', ({ publishers }) => told.push(publishers[0]));
    server.event(somebody(sound, picture));
    assert.deepEqual(muted(), [true, undefined], 'of pictures it is told each time');
    assert.equal(told[0], role.publishers.get('ok'));
    server.event({ videoroom: 'event', room: 1, id: 'ok', mid: '0', moderation: 'unmuted' });
    server.event(somebody(sound, picture));
    assert.deepEqual(muted(), [undefined, undefined]);
    server.event({ videoroom: 'event', room: 1, id: 'ok', mid: '0', moderation: 'muted' });
    server.event({ videoroom: 'event', room: 1, unpublished: 'ok' });
    server.event(somebody(sound, picture));
    assert.deepEqual(muted(), [undefined, undefined], 'until it stops publishing');
  });
});
