/** What a page loads, in bytes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT } from './paths.mjs';

const FILES = ['dist/index.js', 'dist/janus_bg.wasm'];
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

/** The most it may be, and what it should be: bytes of brotli at quality 11. */
export const LIMIT = 110_000;
export const AIM = 80_000;

/** Each file and their sum: { name, raw, gzip, brotli }. */
export async function measure() {
  const rows = await Promise.all(FILES.map(async (name) => {
    const bytes = await readFile(join(ROOT, name));
    const [gzip, brotli] = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes, BROTLI)];
    return { name, raw: bytes.length, gzip: gzip.length, brotli: brotli.length };
  }));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  return [...rows, { name: 'total', raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') }];
}
