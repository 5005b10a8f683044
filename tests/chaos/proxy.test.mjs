// The proxy does to connections what it says it does, and stops when it is told.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../page/lib/wait.mjs';
import { MessageEnds, textFrame } from './lib/frames.mjs';
import { startProxy } from './lib/proxy.mjs';
import { closing, open, openWebSocket, startEcho, startWebSocketServer, texts } from './lib/servers.mjs';

/** Long enough for bytes to make their way over the loopback interface, where none are expected. */
const MOMENT = 100;
const hears = (client, text) => until(`"${text}"`, () => client.text === text, { explain: () => client.text });

describe('a proxy in front of an echo', () => {
  let echo;
  let proxy;

  beforeEach(async () => {
    echo = await startEcho();
    proxy = await startProxy({ target: echo.target });
  });

  afterEach(async () => {
    await proxy.close();
    await echo.close();
  });

  async function talking() {
    const client = await open(proxy.port);
    client.socket.write('hello');
    await hears(client, 'hello');
    return client;
  }

  async function ends(client, how) {
    await client.closed;
    assert.equal(client.ended, how);
  }

  it('passes bytes and ends on, and counts', async () => {
    assert.equal(proxy.url('http', '/janus'), `http://127.0.0.1:${proxy.port}/janus`);
    const [one, other] = [await talking(), await talking()];
    assert.deepEqual([proxy.connections, proxy.accepted], [2, 2]);
    one.socket.end();
    await ends(one, 'fin');
    await until('one connection', () => proxy.connections === 1);
    for (const socket of echo.sockets) socket.destroySoon();
    await ends(other, 'fin');
  });

  it('passes a reset on, either way', async () => {
    const one = await talking();
    one.socket.resetAndDestroy();
    await until('the server to be told', () => echo.heard.errors === 1 && proxy.connections === 0);
    const other = await talking();
    for (const socket of echo.sockets) socket.resetAndDestroy();
    await ends(other, 'reset');
  });

  it('resets when there is no server', async () => {
    await echo.close();
    const client = await open(proxy.port);
    await ends(client, 'reset');
    await until('no connection', () => proxy.connections === 0);
  });

  it('cleanClose: both sides hear a proper end', async () => {
    const client = await talking();
    proxy.faults.cleanClose();
    await ends(client, 'fin');
    await until('the server to hear the end', () => echo.heard.ends === 1 && proxy.connections === 0);
    assert.equal(echo.heard.errors, 0);
    await talking();
  });

  it('reset: both sides hear a break', async () => {
    const client = await talking();
    proxy.faults.reset();
    await ends(client, 'reset');
    await until('the server to hear the break', () => echo.heard.errors === 1 && proxy.connections === 0);
    await talking();
  });

  for (const fault of ['refuse', 'cleanClose', 'reset']) {
    it(`${fault} for new connections: those there are stay, and heal() lets new ones in`, async () => {
      const there = await talking();
      proxy.faults[fault]({ on: 'new' });
      // The break may be there before `connect` has said a word.
      const refused = connect(proxy.port, '127.0.0.1').on('error', () => {}).resume();
      await closing(refused);
      there.socket.write('!');
      await hears(there, 'hello!');
      assert.equal(echo.sockets.size, 1, 'the server heard nothing of it');
      proxy.heal();
      await talking();
    });
  }

  it('blackhole: nothing arrives and nothing ends; a connection that lost nothing goes on', async () => {
    const [loser, idle] = [await talking(), await talking()];
    proxy.faults.blackhole();
    loser.socket.write('lost');
    const late = await open(proxy.port);
    late.socket.write('lost as well');
    await pause(MOMENT);
    assert.deepEqual([loser.text, late.text, echo.heard.text], ['hello', '', 'hellohello']);
    assert.equal(proxy.connections, 3);

    proxy.heal();
    idle.socket.write('!');
    await hears(idle, 'hello!');
    assert.equal(loser.ended, undefined, 'nobody has said anything on it');
    loser.socket.write('more');
    late.socket.write('more');
    await ends(loser, 'reset');
    await ends(late, 'reset');
    assert.equal(echo.heard.text, 'hellohello!');
  });

  it('blackhole: an end that got lost is heard of after heal()', async () => {
    const client = await talking();
    proxy.faults.blackhole();
    for (const socket of echo.sockets) socket.end();
    await pause(MOMENT);
    assert.equal(client.ended, undefined);
    proxy.heal();
    await ends(client, 'reset');
  });

  it('halfOpen: only one direction is lost', async () => {
    const client = await talking();
    proxy.faults.halfOpen('toClient');
    client.socket.write('1');
    await until('the server to hear it', () => echo.heard.text === 'hello1');
    await pause(MOMENT);
    assert.equal(client.text, 'hello');
    proxy.heal();
    client.socket.write('2');
    await ends(client, 'reset');

    const other = await talking();
    const [socket] = echo.sockets;
    proxy.faults.halfOpen('toServer');
    other.socket.write('3');
    socket.write(' there');
    await hears(other, 'hello there');
    assert.ok(!echo.heard.text.includes('3'));
  });

  it('stall: everything is held, new connections too, and then arrives in order', async () => {
    const client = await talking();
    proxy.faults.stall(300);
    const began = performance.now();
    for (const digit of '123456789') client.socket.write(digit);
    const late = await open(proxy.port);
    late.socket.end('late');
    await pause(MOMENT);
    assert.deepEqual([client.text, late.text, echo.heard.text], ['hello', '', 'hello']);
    await hears(client, 'hello123456789');
    await hears(late, 'late');
    await ends(late, 'fin');
    assert.ok(performance.now() - began >= 299);
    client.socket.write('!');
    await hears(client, 'hello123456789!');
  });

  it('stall: heal() ends it early', async () => {
    const client = await talking();
    proxy.faults.stall(60_000);
    client.socket.write('!');
    proxy.heal();
    await hears(client, 'hello!');
  });

  it('latency: each direction takes longer, in order, until heal()', async () => {
    const client = await talking();
    proxy.faults.latency(100);
    const began = performance.now();
    client.socket.write('1');
    client.socket.write('2');
    await hears(client, 'hello12');
    assert.ok(performance.now() - began >= 199);
    proxy.faults.latency(60_000);
    client.socket.write('3');
    proxy.heal();
    client.socket.write('4');
    await hears(client, 'hello1234');
  });

  it('drip: the answer comes a few bytes at a time, and at once after heal()', async () => {
    const client = await talking();
    proxy.faults.drip({ bytes: 2, every: 50 });
    const began = performance.now();
    client.socket.write('12345');
    await until('the first pieces', () => client.text.length > 5);
    assert.ok(client.text.length < 10);
    await hears(client, 'hello12345');
    assert.ok(performance.now() - began >= 99);
    proxy.faults.drip({ bytes: 1, every: 60_000 });
    client.socket.write('12345');
    proxy.heal();
    await hears(client, 'hello1234512345');
  });

  it('garbage is for WebSockets only', async () => {
    const client = await talking();
    proxy.faults.garbage({ on: 'both' });
    client.socket.write('!');
    await hears(client, 'hello!');
  });
});

describe('a proxy in front of a WebSocket server', () => {
  let server;
  let proxy;

  beforeEach(async () => {
    server = await startWebSocketServer();
    proxy = await startProxy({ target: server.target });
  });

  afterEach(async () => {
    await proxy.close();
    await server.close();
  });

  async function upgraded() {
    const client = await openWebSocket(proxy.port);
    await until('the handshake', () => client.text.endsWith('\r\n\r\n'));
    return client;
  }

  const gets = (client, count) => until(`${count} messages`, () => texts(client).length === count);

  it('garbage and messages of an unknown kind come between the server\'s own', async () => {
    const client = await upgraded();
    proxy.faults.garbage();
    server.send('{"a":1}');
    await gets(client, 2);
    proxy.faults.unknownKind();
    await gets(client, 3);
    const [garbage, own, unknown] = texts(client);
    assert.throws(() => JSON.parse(garbage));
    assert.equal(own, '{"a":1}');
    assert.equal(typeof JSON.parse(unknown).janus, 'string');
  });

  it('never in the middle of a frame or of a message in fragments', async () => {
    const client = await upgraded();
    const whole = textFrame('{"a":1}');
    const [first, last] = [Buffer.from(whole), Buffer.from(whole)];
    first[0] = 0x01;
    last[0] = 0x80;
    const ping = Buffer.from([0x89, 0]);
    server.write(Buffer.concat([first, ping, last.subarray(0, 4)]));
    await until('the beginning', () => texts(client).length === 2);
    proxy.faults.garbage();
    await pause(MOMENT);
    assert.equal(texts(client).length, 2);
    server.write(Buffer.concat([last.subarray(4), whole]));
    await gets(client, 5);
    assert.deepEqual(texts(client).map((text) => text[0] ?? ''), ['{', '', '{', '{', 'W']);
  });

  it('for a new connection it comes right after the handshake', async () => {
    proxy.faults.garbage({ on: 'new' });
    const client = await openWebSocket(proxy.port);
    await gets(client, 1);
  });
});

describe('the ends of messages', () => {
  const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n');

  it('are found in one piece and byte by byte, whatever the length', () => {
    const lengths = [0, 1, 125, 126, 60_000];
    const frames = lengths.map((length) => textFrame('x'.repeat(length)));
    const long = Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
    const all = Buffer.concat([head, ...frames, long]);
    const expected = [head, ...frames, long].map((sum => (part) => (sum += part.length))(0));

    assert.equal(new MessageEnds().push(all), all.length);
    const ends = new MessageEnds();
    const found = [...all.keys()].filter((at) => ends.push(all.subarray(at, at + 1)) !== undefined);
    assert.deepEqual(found.map((at) => at + 1), expected);
  });

  it('are not looked for in plain HTTP', () => {
    const ends = new MessageEnds();
    assert.equal(ends.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), undefined);
    assert.equal(ends.push(textFrame('x')), undefined);
    assert.equal(ends.between, false);
  });
});
