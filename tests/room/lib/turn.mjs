/** A STUN and TURN server as far as gathering candidates goes: it gives addresses, and relays nothing. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const COOKIE = 0x2112a442;
const REALM = 'test';
const [BINDING, ALLOCATE] = [0x0001, 0x0003];
const ATTRIBUTE = { username: 0x0006, integrity: 0x0008, error: 0x0009, lifetime: 0x000d, realm: 0x0014, nonce: 0x0015,
  relayed: 0x0016, mapped: 0x0020 };
/** Addresses for documentation: nobody has them. */
const OUTSIDE = { mapped: '203.0.113.5', relayed: '203.0.113.6' };

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function address(type, host, port) {
  const value = Buffer.alloc(8);
  value[1] = 1;
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  value.writeUInt32BE((Buffer.from(host.split('.').map(Number)).readUInt32BE() ^ COOKIE) >>> 0, 4);
  return attribute(type, value);
}

function message(type, id, attributes, key) {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  head.writeUInt32BE(COOKIE, 4);
  id.copy(head, 8);
  const plain = Buffer.concat([head, body]);
  return key ? Buffer.concat([plain, attribute(ATTRIBUTE.integrity, createHmac('sha1', key).update(plain).digest())]) : plain;
}

/** The user name, and whether the message is sealed with the key of the credential. */
function sealedBy(bytes, key) {
  let username;
  for (let at = 20; at + 4 <= bytes.length;) {
    const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    if (type === ATTRIBUTE.username) username = bytes.toString('utf8', at + 4, at + 4 + length);
    if (type === ATTRIBUTE.integrity) {
      const before = Buffer.from(bytes.subarray(0, at));
      before.writeUInt16BE(at + 24 - 20, 2);
      const wanted = createHmac('sha1', key).update(before).digest();
      return { username, sealed: wanted.equals(bytes.subarray(at + 4, at + 4 + length)) };
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { username, sealed: false };
}

export async function openTurn({ username, credential }) {
  const socket = createSocket('udp4');
  const nonce = Buffer.from(randomBytes(8).toString('hex'));
  const key = createHash('md5').update(`${username}:${REALM}:${credential}`).digest();
  const mapped = address(ATTRIBUTE.mapped, OUTSIDE.mapped, 40_001);
  socket.on('message', (bytes, from) => {
    if (bytes.length < 20 || bytes.readUInt32BE(4) !== COOKIE) return;
    const [type, id] = [bytes.readUInt16BE(0), bytes.subarray(8, 20)];
    const answer = (...all) => socket.send(message(...all), from.port, from.address);
    if (type === BINDING) return answer(BINDING | 0x0100, id, [mapped]);
    const { username: told, sealed } = sealedBy(bytes, key);
    if (told === username && sealed) {
      const lifetime = Buffer.from([0, 0, 2, 88]);
      const relayed = address(ATTRIBUTE.relayed, OUTSIDE.relayed, 40_002);
      return answer(type | 0x0100, id, [...(type === ALLOCATE ? [relayed, mapped] : []), attribute(ATTRIBUTE.lifetime, lifetime)], key);
    }
    const refusal = attribute(ATTRIBUTE.error, Buffer.concat([Buffer.from([0, 0, 4, 1]), Buffer.from('Unauthorized')]));
    return answer(type | 0x0110, id, [refusal, attribute(ATTRIBUTE.realm, Buffer.from(REALM)), attribute(ATTRIBUTE.nonce, nonce)]);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}
