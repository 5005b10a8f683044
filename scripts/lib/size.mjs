/** What a page loads, in bytes: for a call, and when it asks for more. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT } from './paths.mjs';

const FILES = ['dist/index.js', 'dist/janus_bg.wasm'];
/**
 * Loaded once a call is up; when a page asks for the typed VideoRoom; and for data, devices or
 * statistics; and for a check before a call.
 */
const LATER = ['dist/live/index.js', 'dist/videoroom/index.js', 'dist/media/index.js', 'dist/check/index.js'];
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

/** The most it may be, and what it should be: bytes of brotli at quality 11. */
export const LIMIT = 162_000;
export const AIM = 80_000;

async function sizes(name) {
  const bytes = await readFile(join(ROOT, name));
  const [gzip, brotli] = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes, BROTLI)];
  return { name, raw: bytes.length, gzip: gzip.length, brotli: brotli.length };
}

/** Each file that is loaded later: { name, raw, gzip, brotli }. */
export function measureLater() {
  return Promise.all(LATER.map(sizes));
}

/** Each file a call needs and their sum: { name, raw, gzip, brotli }. */
export async function measure() {
  const rows = await Promise.all(FILES.map(sizes));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  return [...rows, { name: 'total', raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') }];
}
