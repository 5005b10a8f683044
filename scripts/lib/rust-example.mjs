/** Pages in Rust, made as an app in Rust is: by cargo, and by wasm-bindgen into their folder. */
import { join } from 'node:path';
import { ROOT, TARGET } from './paths.mjs';
import { run } from './proc.mjs';

/** What a web server is to have at an address of its own. */
export const RUST_EXAMPLE = join(ROOT, 'examples', 'call');

const WASM = 'wasm32-unknown-unknown';

/** Builds this package of a workspace, and puts `<name>.js` beside its WebAssembly into a folder. */
export async function buildRustPage({ workspace, crate, folder, name, locked = false }) {
  // Not for release, which takes longer to make and checks less of what it does.
  const args = ['build', '--target', WASM, '--package', crate, '--target-dir', TARGET];
  await run('cargo', [...args, ...(locked ? ['--locked'] : [])], { cwd: workspace });
  const made = join(TARGET, WASM, 'debug', `${crate.replaceAll('-', '_')}.wasm`);
  await run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-dir', folder, '--out-name', name, made]);
}

/** The page of `examples/call/`. */
export const buildRustExample = () =>
  buildRustPage({ workspace: ROOT, crate: 'janus-wasm-call', folder: join(RUST_EXAMPLE, 'pkg'), name: 'call', locked: true });
