/** Where things are. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** Tools built from crates, shared by all clones. */
export const TOOLS = join(cache, 'janus-wasm', 'tools');

/** Where cargo puts what it builds. */
export const TARGET = process.env.CARGO_TARGET_DIR || join(ROOT, 'target');

export const LOGS = join(TARGET, 'test-logs');
