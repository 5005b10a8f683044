// Many people, and much coming and going: in the end everybody sees everybody, each in the right tile.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Random } from '../chaos/lib/random.mjs';
import { BROWSERS, launch } from '../page/lib/browser.mjs';
import { createRoom, nothingLeft, videoroom } from '../page/lib/janus-admin.mjs';
import { until } from '../page/lib/wait.mjs';
import { openCalls, setCallStage } from './lib/call.mjs';

const SEEDS = process.env.JANUS_WASM_LONG ? [1, 2, 3, 4] : [1];
const STEPS = 50;
const PEOPLE = ['Ada', 'Bob', 'Cem', 'Dee', 'Eve', 'Fay'];
const CROWD = 20;
const ROOM = 4712;
const SECRET = 'adminpwd';
const SIZE = { width: 160, height: 90, rate: 8 };

/** Six people who do as chance says, and what is to be seen of each. */
class Story {
  constructor(call, janus, seed) {
    this.call = call;
    this.janus = janus;
    this.chance = new Random(seed);
    this.number = 1;
    /** By name: the number shown, `null` for one who publishes nothing; whether muted. */
    this.here = new Map();
  }

  next() {
    this.number = (this.number % 250) + 1;
    return this.number;
  }

  async enter(name) {
    const number = this.next();
    await this.call.join({ name, room: ROOM, number, size: SIZE });
    // Where making the offer takes long, joining does not wait for it.
    await until(`${name} to publish`, async () => (await this.call.sources({ name })).includes('camera/video'));
    this.here.set(name, { number, muted: false });
  }

  async step() {
    const name = this.chance.pick(PEOPLE);
    const one = this.here.get(name);
    if (!one) return this.enter(name);
    const what = this.chance.weighted({ leave: 2, kick: 1, mute: 3, swap: 3, unpublish: 3 });
    return this[what](name, one);
  }

  async leave(name) {
    this.here.delete(name);
    await this.call.leave({ name });
  }

  async kick(name) {
    const { participants } = await videoroom(this.janus, { request: 'listparticipants', room: ROOM });
    const { id } = participants.find(({ display }) => display === name);
    await videoroom(this.janus, { request: 'kick', room: ROOM, id, secret: SECRET });
    this.here.delete(name);
    await until(`${name} to be out`, async () => (await this.call.state({ name })) === 'disconnected');
  }

  async mute(name, one) {
    if (one.number === null) return;
    one.muted = !one.muted;
    await (one.muted ? this.call.mute : this.call.unmute)({ name, of: 'camera' });
  }

  async swap(name, one) {
    if (one.number === null) return;
    one.number = this.next();
    await this.call.replace({ name, of: 'camera', number: one.number, size: SIZE });
  }

  async unpublish(name, one) {
    if (one.number !== null) {
      one.number = null;
      one.muted = false;
      await this.call.unpublish({ name, of: 'camera' });
      return;
    }
    one.number = this.next();
    await this.call.publish({ name, number: one.number, size: SIZE, source: 'camera' });
  }

  /** What is wrong with what people see, in words; nothing in the end. */
  async wrong(before) {
    const all = await this.call.seeAll();
    const complaints = [];
    for (const viewer of this.here.keys()) {
      const others = Object.keys(all[viewer]).sort();
      const expected = [...this.here.keys()].filter((name) => name !== viewer).sort();
      if (others.join() !== expected.join()) complaints.push(`${viewer} knows ${others}, not ${expected}`);
      for (const name of expected) complaints.push(...this.#wrongTile(viewer, name, all, before));
    }
    return [complaints, all];
  }

  async explain() {
    const [complaints] = await this.wrong();
    const sees = complaints.map((words) => /^(\w+) sees \w+ for (\w+)/.exec(words)).filter(Boolean);
    const examined = await Promise.all(sees.map(([, name, of]) => this.call.examine({ name, of })));
    return [complaints, JSON.stringify(examined)];
  }

  #wrongTile(viewer, name, all, before) {
    const { number, muted } = this.here.get(name);
    const tiles = all[viewer][name] ?? [];
    if (number === null) return tiles.length === 0 ? [] : [`${viewer} sees ${name}, who publishes nothing`];
    if (tiles.length !== 1) return [`${viewer} has ${tiles.length} tiles of ${name}`];
    const [tile] = tiles;
    if (tile.muted !== muted) return [`${viewer} takes ${name} for ${tile.muted ? 'muted' : 'unmuted'}`];
    if (muted) return [];
    if (tile.number !== number) return [`${viewer} sees ${tile.number} for ${name}, not ${number}`];
    return before?.[viewer]?.[name]?.[0]?.counter === tile.counter ? [`${viewer} sees ${name} stand still`] : [];
  }
}

for (const kind of BROWSERS) {
  describe(`a crowd: ${kind}`, () => {
    let stage;
    let browser;
    let call;

    before(async () => {
      stage = await setCallStage();
      await createRoom(stage.janus, ROOM, { publishers: 30 });
      browser = await launch(kind);
    });

    afterEach(() => browser.closePages());

    after(async () => {
      await browser?.close();
      await stage?.close();
    });

    for (const seed of SEEDS) {
      it(`${STEPS} comings and goings of six people, seed ${seed}`, async () => {
        call = await openCalls(browser, stage.site);
        for (const name of PEOPLE) await call.create({ name, servers: stage.janus.ws });
        const story = new Story(call, stage.janus, seed);
        for (let step = 0; step < STEPS; step += 1) await story.step();
        for (const name of PEOPLE) if (!story.here.has(name)) await story.enter(name);
        let before;
        await until('everybody to see everybody', async () => {
          const [complaints, all] = await story.wrong(before);
          before = all;
          return complaints.length === 0;
        }, { timeout: 40_000, explain: () => story.explain() });
        assert.deepEqual(call.page.complaints, []);
        for (const name of PEOPLE) await call.leave({ name });
        await nothingLeft(stage.janus);
      });
    }

    it(`${CROWD} people announced together cost at most three negotiations`, async () => {
      call = await openCalls(browser, stage.site);
      await call.create({ name: 'Zoe', servers: stage.janus.ws, wire: true });
      await call.join({ name: 'Zoe', room: ROOM });
      await call.hold();
      for (let number = 1; number <= CROWD; number += 1) {
        const name = `guest ${number}`;
        await call.create({ name, servers: stage.janus.ws });
        await call.join({ name, room: ROOM, number, size: SIZE, options: { subscribe: false } });
      }
      await until('all of them to publish', async () => {
        const { participants } = await videoroom(stage.janus, { request: 'listparticipants', room: ROOM });
        return participants.filter(({ publisher }) => publisher).length === CROWD;
      }, { timeout: 40_000 });
      await until('word of all of them to be held', async () => (await call.waiting()) >= CROWD);
      const negotiations = await call.countNegotiations({ name: 'Zoe' });
      assert.equal(negotiations, 0);
      await call.release();
      await until('a picture in every tile', async () => {
        const { Zoe } = await call.seeAll();
        return Array.from({ length: CROWD }, (_, index) => index + 1)
          .every((number) => Zoe[`guest ${number}`]?.[0]?.number === number);
      }, { timeout: 60_000, explain: async () => (await call.seeAll()).Zoe });
      const count = await call.countNegotiations({ name: 'Zoe' });
      assert.ok(count >= 1 && count <= 3, `${count} negotiations`);
      assert.deepEqual(call.page.complaints, []);
    });
  });
}
