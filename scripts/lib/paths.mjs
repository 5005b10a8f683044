/** Where things are. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** Tools built from crates, shared by all clones. */
export const TOOLS = join(cache, 'janus-wasm', 'tools');

/** Where cargo is and keeps what it downloads. */
export const CARGO_HOME = process.env.CARGO_HOME || join(homedir(), '.cargo');

/** Where cargo puts what it builds. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target');

/** What installing said. */
export const INSTALL_LOGS = join(TARGET, 'install-logs');

/** What the test programs said. */
export const LOGS = join(TARGET, 'test-logs');
