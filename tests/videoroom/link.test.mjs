// What a link does on two servers that are played: in which order, and when a server's threads are slow.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { JanusError } from '../../dist/index.js';
import { until } from '../page/lib/wait.mjs';
import { PlayedRoom } from './lib/played.mjs';

const ADA = 7;
const sound = { type: 'audio', mindex: 0, mid: 'a', codec: 'opus', description: 'microphone' };
const picture = { type: 'video', mindex: 1, mid: 'v', codec: 'vp8', description: 'camera', simulcast: true };
const screen = { type: 'video', mindex: 2, mid: 's', codec: 'vp8', description: 'screen' };

describe('a link', () => {
  let here;
  let there;
  const link = (to = {}, more = {}) => here.rooms.linkPublisher({
    room: 1, publisherId: ADA, to: { rooms: there.rooms, room: 1, host: '10.0.0.2', ...to }, ...more,
  });
  const copy = () => there.people.get(ADA);
  const shown = (what, fits) => until(what, () => copy() && fits(copy()));
  const times = (request) => there.asked.filter((asked) => asked === request).length;
  const fails = (promise) => promise.then(() => 'linked', (error) => {
    assert.ok(error instanceof JanusError, `${error.name}: ${error.message}`);
    return error.code;
  });

  beforeEach(() => {
    here = new PlayedRoom();
    there = new PlayedRoom();
    here.publish(ADA, [sound, picture]);
  });

  it('names streams by their place, as the other server does', async () => {
    await link();
    here.publish(ADA, [sound, { ...picture, description: 'other camera' }]);
    await shown('the other words', ({ streams }) => streams[1].description === 'other camera');
    here.publish(ADA, [sound, picture, screen]);
    await shown('the screen', ({ streams }) => streams.length === 3);
    here.publish(ADA, [sound, picture, { type: 'video', mindex: 2, mid: 's', disabled: true }]);
    await shown('the screen to be off', ({ streams }) => streams[2].disabled === true);
    here.publish(ADA, [sound, picture, screen]);
    await shown('the screen to be back', ({ streams }) => streams[2].disabled === false);
    assert.deepEqual(copy().streams.map(({ mid, codec }) => [mid, codec]), [['0', 'opus'], ['1', 'vp8'], ['2', 'vp8']]);
    assert.equal(times('add_remote_publisher'), 1);
  });

  it('makes another copy where a stream has become another', async () => {
    await link();
    for (const change of [{ codec: 'vp9' }, { simulcast: undefined }, { svc: true }]) {
      const before = times('add_remote_publisher');
      here.publish(ADA, [sound, { ...picture, ...change }]);
      await shown(JSON.stringify(change), ({ streams }) =>
        Object.entries(change).every(([name, value]) => streams[1][name] === value));
      assert.equal(times('add_remote_publisher'), before + 1);
    }
    await until('the media to go there', () => here.remotes.size === 1 && here.asked.at(-1) === 'publish_remotely');
  });

  it('tells a new name although all streams have words, and leaves the words as they are', async () => {
    await link();
    here.rename(ADA, 'Ada L.');
    const watcher = await there.rooms.joinPublisher({ room: 1 });
    await until('the new name', () => watcher.publishers.get(ADA)?.display === 'Ada L.');
    await until('the old words', () => watcher.publishers.get(ADA).streams[0].description === 'microphone');
    const told = [];
    watcher.on('publishers', ({ publishers }) => told.push(publishers[0].display));
    here.rename(ADA, 'Countess');
    await until('to be told', () => told.at(-1) === 'Countess');
    await until('the words', () => copy().streams[0].description === 'microphone');
  });

  it('takes the place of a copy that was left behind, however slowly that goes', async () => {
    await link();
    there.slow = { adding: 50, removing: 200, telling: 50 };
    const second = await link({ replace: true });
    assert.equal(second.state, 'linked');
    here.publish(ADA, [sound, { ...picture, codec: 'vp9' }]);
    await shown('the new codec', ({ streams }) => streams[1].codec === 'vp9');
    await second.close();
    await until('nobody to be left', () => !there.people.has(ADA));
  });

  it('goes on when it is told late that its copy went', async () => {
    const made = await link();
    there.slow.telling = 2_500;
    here.tell({ unpublished: ADA });
    await until('the copy to be gone', () => !there.people.has(ADA));
    here.publish(ADA, [sound]);
    let told = false;
    const watcher = await there.rooms.joinPublisher({ room: 1 });
    watcher.on('leaving', () => (told = true));
    await shown('the copy to be back', () => made.state === 'linked');
    await until('the late word', () => told);
    assert.equal(made.state, 'linked');
    await made.close();
    await until('nobody to be left', () => !there.people.has(ADA));
  });

  it('ends when its copy is sent out, and takes nobody away who has its place by then', async () => {
    const made = await link();
    there.tell({ kicked: ADA });
    await until('the end', () => made.state === 'ended');
    assert.deepEqual([there.people.has(ADA), here.remotes.size], [true, 0]);
  });

  it('closed as soon as it is there leaves nobody behind', async () => {
    there.slow.adding = 100;
    await (await link()).close();
    await until('nobody to be left', () => there.came === 1 && !there.people.has(ADA));
    assert.equal(here.remotes.size, 0);
  });

  it('says why it cannot be made when one of its ends goes meanwhile', async () => {
    there.silent.add('add_remote_publisher');
    const asked = () => until('it to be asked for', () => there.asked.includes('add_remote_publisher'));
    const first = fails(link());
    await asked();
    here.leave(ADA);
    assert.equal(await first, 'feed-not-found');
    there.asked.length = 0;
    here.publish(ADA, [sound]);
    const second = fails(link());
    await asked();
    there.tell({ videoroom: 'destroyed' });
    assert.equal(await second, 'closed');
  });

  it('ends when the publisher left while the connection was away, and waits when the server forgot everybody', async () => {
    const first = await link();
    here.session('lost', { error: undefined, renewing: true });
    here.people.delete(ADA);
    here.session('renewed', {});
    await until('it to wait', () => first.state === 'waiting' && !there.people.has(ADA));
    here.publish(ADA, [sound]);
    await until('it to be back', () => first.state === 'linked' && there.people.has(ADA));
    here.people.delete(ADA);
    here.session('resumed');
    await until('the end', () => first.state === 'ended' && !there.people.has(ADA));
  });

  it('refuses options there are not', async () => {
    assert.equal(await fails(link({}, { colour: 'red' })), 'invalid-argument');
    assert.equal(await fails(link({ replce: true })), 'invalid-argument');
    assert.equal(await fails(link({ replace: 'yes' })), 'invalid-argument');
    assert.equal(await fails(link({}, { pin: 5 })), 'invalid-argument');
    assert.deepEqual([here.asked, there.asked], [[], []]);
  });
});
