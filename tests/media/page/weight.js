/** What a page holds on to, above all its WebAssembly. */

const all = (kind) => Object.values(globalThis.__exports ?? {}).filter((one) => one instanceof kind);
const [SMALL, ALIGNED] = [48, 4];

/** Bytes of WebAssembly memory, as far as the page's spy saw it made. */
export const memory = () => all(WebAssembly.Memory)[0]?.buffer.byteLength;

/**
 * What is held: objects and closures by the WebAssembly, and how many places its tables have for them, and open peer
 * connections.
 */
export function held() {
  const tables = all(WebAssembly.Table);
  const contents = tables.map((table) => Array.from({ length: table.length }, (_, at) => table.get(at)));
  // There is another one, of functions. What is null is free.
  const objects = contents.find((places) => places.includes(true))?.filter((one) => one !== null);
  const open = globalThis.__witness.peers.filter(({ connectionState }) => connectionState !== 'closed');
  return { places: tables.map(({ length }) => length), objects: objects?.length, open: open.length };
}

/**
 * Bytes of memory that the WebAssembly uses: without what can be had of it in small blocks before it has to grow, as it does
 * by this. `take` and `give` are the names of its own functions for that.
 */
export function inUse({ take, give }) {
  const [{ [take]: allocate, [give]: free }, [whole]] = [globalThis.__exports, all(WebAssembly.Memory)];
  const { byteLength } = whole.buffer;
  const blocks = [];
  while (whole.buffer.byteLength === byteLength) blocks.push(allocate(SMALL, ALIGNED) >>> 0);
  for (const block of blocks) free(block, SMALL, ALIGNED);
  // The last one is in what came by growing.
  const places = blocks.slice(0, -1).sort((one, other) => one - other);
  const distance = places.slice(1).reduce((least, place, index) => Math.min(least, place - places[index]), Infinity);
  return byteLength - places.length * distance;
}

/** Time for what follows from a collection. */
const pause = () => new Promise((resolve) => setTimeout(resolve));

/** What nobody holds is collected: at once in browsers launched so, and in others where rubbish makes them, most of it. */
export async function collect() {
  const { gc, TestUtils } = globalThis;
  const now = gc ? () => gc({ type: 'major', execution: 'async' }) : TestUtils && (() => TestUtils.gc());
  for (let round = 0; now && round < 3; round += 1) {
    await now();
    await pause();
  }
  for (let round = 0; !now && round < 60; round += 1) {
    Array.from({ length: 500_000 }, () => ({}));
    await pause();
  }
}
