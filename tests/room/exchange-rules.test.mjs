// What people say to each other beside media, over a line that loses what is said too early: without a browser.
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { exchange } from './lib/exchange-module.mjs';

const { AttributeExchange, Chat, Files, Introduction, Queue, Requests, Settling, fitName, readHead, unwrap, wrap, wrapPiece } = exchange;
const SEEDS = 300;

/** Repeatable chance (mulberry32). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Some JSON, with the words that mean something more often than others. */
function grow(random, depth = 0) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const kind = random();
  if (depth > 3 || kind < 0.4) {
    return pick([0, -1, 1e300, 7, 0.5, true, null, '', 'x', 'a'.repeat(20_000), 'attributes', 'chat', 'ask', 'answer', 'file', 'no-file', '1', '2']);
  }
  if (kind < 0.5) return Array.from({ length: Math.floor(random() * 4) }, () => grow(random, depth + 1));
  const names = ['is', 'all', 'number', 'text', 'to', 'method', 'payload', 'ok', 'value', 'reason', 'name', 'type', 'size', '__proto__', 'hand'];
  return JSON.parse(`{${Array.from({ length: Math.floor(random() * 6) }, () =>
    `${JSON.stringify(pick(names))}:${JSON.stringify(grow(random, depth + 1))}`).join(',')}}`);
}

/** Turns of the event loop until what was begun is done. */
const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

/** A server that passes words about a person on, or not. */
const introduction = (introduces, person) => ({
  passesOn: async () => introduces,
  say: async () => person.introduced.push(person.attributes),
});

/** People who hear what the others say, through envelopes, if the line lets it pass. */
function meet(names, passes = () => true, introduces = false) {
  const people = names.map((id) => ({
    id, attributes: {}, publications: new Map(), heard: [], overheard: [], introduced: [], seen: new Map(),
  }));
  for (const person of people) {
    for (const other of people) person.seen.set(other, { id: other.id, attributes: {} });
    const deliver = (envelope) => {
      assert.ok(envelope, 'it fits');
      for (const other of people) if (other !== person && passes(person, other)) other.take(person, envelope);
    };
    const line = {
      ownId: () => person.id,
      say: async (words) => deliver(wrap(words)),
      sayPiece: async (number, at, bytes) => deliver(wrapPiece({ number, at, bytes })),
      isSettled: () => true,
      settled: async () => {},
    };
    person.handlers = new Map();
    person.exchanges = {
      attributes: new AttributeExchange(line, person, introduction(introduces, person), (who, changed) => person.heard.push([who.id, changed])),
      chat: new Chat(line, person, (message) => person.heard.push(message)),
      requests: new Requests(line, person.handlers),
      files: new Files(line, (file) => person.heard.push(file)),
    };
    person.take = (from, envelope) => {
      const inside = unwrap(envelope.slice().buffer);
      const sender = { from: from.id, participant: person.seen.get(from) };
      if (!inside) return;
      if (inside.words?.is === 'ask') person.overheard.push(inside.words);
      if (inside.piece) person.exchanges.files.takePiece(sender, inside.piece);
      else for (const part of Object.values(person.exchanges)) part.take(sender, inside.words);
    };
    person.close = () => Object.values(person.exchanges).forEach((part) => part.over());
  }
  return people;
}

describe('envelopes', () => {
  it('hold what was put in, and nothing else makes sense', () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = chance(seed);
      const words = { is: 'x', value: grow(random) };
      const envelope = wrap(words);
      if (envelope) assert.deepEqual(unwrap(envelope.buffer), { words: JSON.parse(JSON.stringify(words)) });
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256));
      const [number, at] = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 40)];
      assert.deepEqual(unwrap(wrapPiece({ number, at, bytes }).buffer), { piece: { number, at, bytes } });
      bytes.set([0x4a, 0x57, 0x58, 1 + Math.floor(random() * 3)].slice(0, bytes.length));
      unwrap(bytes.buffer);
    }
    assert.equal(wrap({ is: 'x', value: 'x'.repeat(60_000) }), undefined);
    for (const value of [1n, () => 1, Symbol('x'), NaN, [Infinity], { deep: [() => 1] }]) assert.equal(wrap({ is: 'x', value }), undefined);
    assert.ok(wrap({ is: 'x', value: undefined }), 'of what may be left out nothing has to be said');
  });

  it('that are nonsense harm nobody', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = chance(seed);
      const [ada, bob] = meet(['1', '2']);
      bob.handlers.set('x', ({ payload }) => payload);
      for (let round = 0; round < 30; round += 1) {
        const words = { ...grow(random), ...(random() < 0.7 && { is: ['attributes', 'chat', 'ask', 'answer', 'file', 'no-file'][Math.floor(random() * 6)] }) };
        const envelope = wrap(words);
        if (envelope) bob.take(ada, envelope);
        bob.take(ada, wrapPiece({ number: Math.floor(random() * 3), at: Math.floor(random() * 20), bytes: new Uint8Array(5) }));
      }
      await turns();
      const { attributes } = bob.seen.get(ada);
      assert.ok(Object.values(attributes).every((value) => typeof value === 'string'));
      assert.equal({}.hand, undefined);
      [ada, bob].forEach((person) => person.close());
    }
  });
});

describe('attributes', () => {
  it('go to the server where it passes them on, and not over data while something is published', async () => {
    const [ada, bob] = meet(['1', '2'], () => true, true);
    ada.publications.set('0', {});
    ada.exchanges.attributes.set({ seat: '1' });
    ada.exchanges.attributes.begin();
    await turns();
    ada.exchanges.attributes.set({ seat: '2' });
    await turns();
    assert.deepEqual(ada.introduced, [{ seat: '1' }, { seat: '2' }]);
    assert.deepEqual(bob.heard, []);
    // By nothing else do the others know of her, and so they do not know of her now.
    ada.publications.clear();
    ada.exchanges.attributes.announce();
    await turns();
    assert.deepEqual([bob.heard, bob.seen.get(ada).attributes], [[['1', ['seat']]], { seat: '2' }]);
    [ada, bob].forEach((person) => person.close());
  });

  it('come to be the same for everybody, whatever is lost', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = chance(seed);
      let loss = 0.6;
      const people = meet(['1', '2', '3'], () => random() >= loss);
      people.forEach(({ exchanges }) => exchanges.attributes.begin());
      for (let step = 0; step < 20; step += 1) {
        const { exchanges } = people[Math.floor(random() * 3)];
        exchanges.attributes.set({ [`k${Math.floor(random() * 3)}`]: random() < 0.4 ? null : String(step) });
        await turns(3);
        mock.timers.tick(Math.floor(random() * 2_000));
      }
      loss = 0;
      mock.timers.tick(10_000);
      await turns();
      for (const one of people) {
        for (const other of people) if (one !== other) assert.deepEqual(other.seen.get(one).attributes, one.attributes, `seed ${seed}`);
        one.close();
      }
    }
    mock.timers.reset();
  });
});

describe('metadata', () => {
  /** Somebody on a server that takes one thing after the other, when the test lets it, and loses some. */
  function introduce(random) {
    const server = { asked: [], has: undefined };
    const stay = new AbortController();
    const local = {
      metadata: undefined,
      attributes: {},
      _setMetadata: (text) => (local.metadata = JSON.parse(text)),
    };
    const wait = (work) => new Promise((resolve, reject) => server.asked.push(() => {
      if (random() < 0.2) reject(new Error('lost'));
      else resolve(work());
    }));
    const janus = { info: () => wait(() => '{"version":1400}'), free() {} };
    const core = { parts: () => [janus, { free() {} }, { free() {} }], setMetadata: (text) => wait(() => void (server.has = text)) };
    return { stay, server, local, introduction: new Introduction({ core: () => core, room: { localParticipant: local } }, stay.signal) };
  }

  it('and attributes that are said at once are both known', async () => {
    for (const isTurned of [false, true]) {
      const { server, local, introduction } = introduce(() => 1);
      const serve = async () => {
        for (let step = 0; step < 10; step += 1) {
          await turns();
          server.asked.shift()?.();
        }
      };
      const first = introduction.set({ seat: 1 });
      await serve();
      await first;
      local.attributes = { hand: 'up' };
      const calls = [() => introduction.set({ seat: 2 }), () => introduction.say()];
      const both = [];
      for (const call of isTurned ? calls.toReversed() : calls) {
        both.push(call());
        await turns();
      }
      await serve();
      await Promise.all(both);
      assert.deepEqual(JSON.parse(server.has), { seat: 2, attributes: { hand: 'up' } });
      assert.deepEqual(local.metadata, { seat: 2 });
    }
  });

  it('that is asked for within a stay is told to no server after it', async () => {
    const { stay, server, local, introduction } = introduce(() => 1);
    const [first, second] = [introduction.set({ seat: 1 }), introduction.set({ seat: 2 })];
    await turns();
    server.asked.shift()();
    stay.abort(new Error('left'));
    await assert.rejects(first, /left/);
    await assert.rejects(second, /left/);
    assert.deepEqual([server.asked.length, local.metadata], [0, undefined]);
  });

  it('is what the server knows of somebody, in whatever order it is said, and whatever is lost', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = chance(seed);
      const { server, local, introduction } = introduce(random);
      const failed = [];
      const note = (promise) => promise.catch(({ message }) => failed.push(message));
      for (let step = 0; step < 30; step += 1) {
        const kind = random();
        if (kind < 0.3) note(introduction.set({ seat: step }));
        else if (kind < 0.6) {
          local.attributes = { step: String(step) };
          note(introduction.say());
        } else server.asked.shift()?.();
        await turns(Math.floor(random() * 4));
      }
      const settle = async () => {
        for (let step = 0; step < 100; step += 1) {
          await turns();
          server.asked.shift()?.();
        }
      };
      await settle();
      // What was lost is said again.
      while (failed.length > 0) {
        failed.length = 0;
        note(introduction.say());
        await settle();
      }
      assert.deepEqual(JSON.parse(server.has), { ...local.metadata, attributes: local.attributes }, `seed ${seed}`);
    }
  });
});

describe('chat', () => {
  it('is heard once, however often it is said', async () => {
    const [ada, bob] = meet(['1', '2']);
    const sent = await ada.exchanges.chat.send('hello');
    const again = wrap({ is: 'chat', number: Number(sent.id.split('-')[1]), text: 'hello' });
    for (let round = 0; round < 3; round += 1) bob.take(ada, again);
    assert.deepEqual(bob.heard.map(({ id, text }) => [id, text]), [[sent.id, 'hello']]);
  });
});

describe('chat that is said again', () => {
  it('is heard once, though it is much, and who said it was away meanwhile', async () => {
    const [ada, bob] = meet(['1', '2']);
    const words = Array.from({ length: 1_000 }, (_, number) => wrap({ is: 'chat', number, text: String(number) }));
    for (const one of words) bob.take(ada, one);
    bob.exchanges.chat.parted(bob.seen.get(ada));
    bob.seen.set(ada, { id: ada.id, attributes: {} });
    for (const one of words) bob.take(ada, one);
    assert.deepEqual(bob.heard.map(({ text }) => text), words.map((_, number) => String(number)));
  });

  it('takes no memory without end', () => {
    const [ada, bob] = meet(['1', '2']);
    const chats = bob.exchanges.chat;
    const participant = bob.seen.get(ada);
    for (let number = 0; number < 10_000; number += 1) {
      chats.take({ from: String(number % 5_000), participant }, { is: 'chat', number, text: 'x' });
    }
    chats.take({ from: '4999', participant }, { is: 'chat', number: 9_999, text: 'x' });
    chats.take({ from: '1', participant }, { is: 'chat', number: 1, text: 'forgotten' });
    assert.deepEqual([bob.heard.length, bob.heard.at(-1).text], [10_001, 'forgotten']);
  });
});

describe('requests', () => {
  it('are answered over a line that loses most of what is said, and handled once', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    for (let seed = 1; seed <= SEEDS / 3; seed += 1) {
      const random = chance(seed);
      const [ada, bob] = meet(['1', '2', '3'], () => random() < 0.3);
      let handled = 0;
      bob.handlers.set('double', ({ payload }) => {
        handled += 1;
        return payload * 2;
      });
      const asked = ada.exchanges.requests.ask(ada.seen.get(bob), 'double', 21, { timeout: 300_000 });
      let answer;
      asked.then((value) => (answer = value));
      for (let step = 0; step < 200 && answer === undefined; step += 1) {
        await turns();
        mock.timers.tick(1_000);
      }
      assert.deepEqual([answer, handled], [42, 1], `seed ${seed}`);
    }
    mock.timers.reset();
  });

  it('are answered by whom they were for only', async () => {
    const [ada, bob, eve] = meet(['1', '2', '3'], (from, to) => !(from.id === '2' && to.id === '1'));
    const asked = ada.exchanges.requests.ask(ada.seen.get(bob), 'x', null, { timeout: 50 });
    assert.equal(eve.overheard.length, 1);
    for (const { number } of eve.overheard) ada.take(eve, wrap({ is: 'answer', number, to: '1', ok: true, value: 'forged' }));
    await assert.rejects(asked, ({ code }) => code === 'timeout');
  });

  it('of one person are not handled without end', async () => {
    const [ada, bob] = meet(['1', '2']);
    let handled = 0;
    bob.handlers.set('slow', () => {
      handled += 1;
      return new Promise(() => {});
    });
    for (let number = 0; number < 1_000; number += 1) bob.take(ada, wrap({ is: 'ask', number, to: '2', method: 'slow' }));
    await turns();
    assert.equal(handled, 64);
  });
});

describe('files', () => {
  it('arrive whole or not at all', async () => {
    for (const length of [0, 1, 59_984, 59_985, 300_000]) {
      const [ada, bob] = meet(['1', '2']);
      const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
      await ada.exchanges.files.send(new Blob([bytes]), {});
      const [file] = bob.heard;
      assert.deepEqual(new Uint8Array(await (await file.blob()).arrayBuffer()), bytes);
    }
    let pieces = 0;
    const [ada, bob] = meet(['1', '2'], () => (pieces += 1) !== 3);
    await ada.exchanges.files.send(new Blob([new Uint8Array(300_000)]), {});
    await assert.rejects(bob.heard[0].blob(), ({ code }) => code === 'connection-lost');
  });

  it('have names that are no paths, and show what they are', () => {
    assert.deepEqual(['a.txt', '../../x', 'C:\\y', 'cod\u202egpj.exe', '\u0000', '', '..', ' a '].map(fitName),
      ['a.txt', '.._.._x', 'C:_y', 'cod_gpj.exe', '_', 'file', 'file', 'a']);
    assert.equal(readHead({ is: 'file', name: 'a', type: 'text/html; x="<b>"', size: 1 }).type, '');
    assert.equal(readHead({ is: 'file', name: 'a', type: 'image/svg+xml', size: 2 ** 40 }), undefined);
  });

  it('that are more than others take from one person wait for each other, and arrive all', async () => {
    const [ada, bob] = meet(['1', '2']);
    const sent = Array.from({ length: 20 }, (_, index) =>
      ada.exchanges.files.send(new Blob([new Uint8Array(1_000 * (index + 1))]), { name: String(index) }));
    await Promise.all(sent);
    assert.deepEqual(bob.heard.map(({ name, size }) => [name, size]), sent.map((_, index) => [String(index), 1_000 * (index + 1)]));
    const blobs = await Promise.all(bob.heard.map((file) => file.blob()));
    assert.deepEqual(blobs.map(({ size }) => size), bob.heard.map(({ size }) => size));
  });

  it('wait for their turn, as many and as large as they are, unless they are called off', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = chance(seed);
      const queue = new Queue();
      const [begun, under, off] = [[], new Map(), new Set()];
      const all = Array.from({ length: 30 }, (_, index) => {
        const size = Math.floor(random() ** 4 * 268_435_456);
        const controller = new AbortController();
        const turn = queue.turn(size, controller.signal).then((end) => {
          begun.push(index);
          under.set(index, { size, end });
          const sizes = [...under.values()].map((one) => one.size);
          assert.ok(sizes.length <= 8 && sizes.reduce((sum, one) => sum + one, 0) <= 268_435_456, `seed ${seed}`);
        }, () => off.add(index));
        return { controller, turn };
      });
      for (let step = 0; step < 500 && begun.length + off.size < 30; step += 1) {
        await turns(8);
        const [first] = under;
        if (random() < 0.2) all[Math.floor(random() * 30)].controller.abort();
        else if (first) {
          under.delete(first[0]);
          first[1].end();
        }
      }
      await Promise.all(all.map(({ turn }) => turn));
      assert.deepEqual(begun, begun.toSorted((one, other) => one - other), `seed ${seed}`);
      assert.equal(begun.length + off.size, 30, `seed ${seed}`);
    }
  });

  it('do not wait for ever while people keep coming', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const settling = new Settling();
    let waited = false;
    settling.disturb();
    const patient = settling.wait();
    settling.wait(3_000).then(() => (waited = true));
    for (let second = 1; second <= 3; second += 1) {
      assert.equal(waited, false);
      mock.timers.tick(1_000);
      settling.disturb();
      await turns();
    }
    assert.equal(waited, true);
    assert.equal(settling.isSettled, false);
    mock.timers.tick(3_000);
    await patient;
    mock.timers.reset();
  });

  it('that wait when the room is left are called off', async () => {
    const [ada] = meet(['1', '2']);
    const { files } = ada.exchanges;
    const queue = new Queue();
    const ends = await Promise.all(Array.from({ length: 8 }, () => queue.turn(1)));
    const [waiting, other] = [queue.turn(1), queue.turn(1)];
    queue.over();
    for (const turn of [waiting, other]) await assert.rejects(turn, ({ code }) => code === 'aborted');
    ends.forEach((end) => end());
    files.over();
  });

  it('of one person are not taken without end', () => {
    const [ada, bob] = meet(['1', '2']);
    for (let number = 0; number < 100; number += 1) bob.take(ada, wrap({ is: 'file', number, name: 'a', type: '', size: 1e6 }));
    assert.equal(bob.heard.length, 8);
    bob.close();
  });
});
