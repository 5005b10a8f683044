// Every request, event and error of VideoRoom on a real server, and a table of what was seen.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch } from '../page/lib/browser.mjs';
import { nothingLeft, rooms } from '../page/lib/janus-admin.mjs';
import { openDriver, setDriverStage } from './lib/driver.mjs';

/** Chromium makes SVC and temporal layers, and keyframes of the simulcast layer asked for; Firefox does not. */
const RUNS = [
  { kind: 'chromium', transport: 'ws', strings: false, layers: true },
  { kind: 'chromium', transport: 'http', strings: false, layers: true },
  { kind: 'chromium', transport: 'ws', strings: true, layers: true },
  { kind: 'chromium', transport: 'http', strings: true, layers: true },
  { kind: 'firefox', transport: 'ws', strings: false, layers: false },
];
const LAYERS = ['substream', 'temporal', 'spatial_layer', 'temporal_layer'];

const items = JSON.parse(await readFile(new URL('items.json', import.meta.url), 'utf8'));
const all = [...items.requests, ...items.events, ...items.errors];
const seen = new Map(all.map((item) => [item, []]));

function table() {
  const line = (item) => {
    const runs = seen.get(item).length;
    const reason = items.leftOut[item];
    return `${item.padEnd(28)} ${reason === undefined ? `${runs > 0 ? 'yes' : 'NO'} (${runs} of ${RUNS.length})` : `left out: ${reason}`}`;
  };
  return ['requests', 'events', 'errors'].map((group) => `${group}\n${items[group].map((item) => `  ${line(item)}`).join('\n')}`).join('\n');
}

describe('VideoRoom, all of it', () => {
  const stages = new Map();
  const browsers = new Map();

  before(async () => {
    for (const strings of [false, true]) stages.set(strings, await setDriverStage({ stringIds: strings }));
    for (const kind of ['chromium', 'firefox']) browsers.set(kind, await launch(kind));
  });

  after(async () => {
    for (const browser of browsers.values()) await browser.close();
    for (const stage of stages.values()) await stage.close();
  });

  for (const { kind, transport, strings, layers } of RUNS) {
    it(`${kind}, ${transport}, ${strings ? 'string' : 'integer'} ids`, async () => {
      const stage = stages.get(strings);
      const page = await openDriver(browsers.get(kind), stage);
      const { covered, failures, log } = await page.evaluate(
        (argument) => globalThis.__drive('conformance', 'conform', argument),
        { server: stage.janus[transport], strings, layers, run: `${kind}-${transport}` },
      );
      if (log !== undefined) await writeFile(join(tmpdir(), 'janus-wasm-conformance.json'), log);
      for (const item of covered) seen.get(item)?.push(`${kind} ${transport}`);
      assert.ok(failures.length === 0, failures.join('\n'));
      const wanted = all.filter((item) => !(item in items.leftOut) && (layers || !LAYERS.includes(item)));
      assert.deepEqual(wanted.filter((item) => !covered.includes(item)), [], 'not covered');
      assert.deepEqual(covered.filter((item) => !all.includes(item)), [], 'not in the list');
      await page.close();
      await nothingLeft(stage.janus);
    });
  }

  it('the list is whole: every item was seen or has a reason', () => {
    console.log(table());
    assert.deepEqual(all.filter((item) => seen.get(item).length === 0 && !items.leftOut[item]), []);
    assert.deepEqual(Object.keys(items.leftOut).filter((item) => !seen.has(item) || seen.get(item).length > 0), []);
  });

  it('the same servers still answer', async () => {
    for (const { janus } of stages.values()) {
      assert.equal(janus.crashes, 0);
      assert.ok((await rooms(janus)).length > 0);
    }
  });
});
