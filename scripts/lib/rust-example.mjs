/** Pages in Rust, made as an app in Rust is: by cargo, and by wasm-bindgen into their folder. */
import { join } from 'node:path';
import { ROOT, TARGET } from './paths.mjs';
import { run } from './proc.mjs';

/** What a web server is to have at an address of its own. */
export const RUST_EXAMPLE = join(ROOT, 'examples', 'call');

const WASM = 'wasm32-unknown-unknown';

/**
 * Builds this package of a workspace, and puts `<name>.js` beside its WebAssembly into a folder. Each workspace has a `target`
 * of its own: cargo takes this crate as it was built for one, with other features below it, for that of the other.
 */
export async function buildRustPage({ workspace, crate, folder, name, target = join(workspace, 'target'), locked = false }) {
  // Not for release, which takes longer to make and checks less of what it does.
  const args = ['build', '--target', WASM, '--package', crate, '--target-dir', target];
  await run('cargo', [...args, ...(locked ? ['--locked'] : [])], { cwd: workspace });
  const made = join(target, WASM, 'debug', `${crate.replaceAll('-', '_')}.wasm`);
  await run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-dir', folder, '--out-name', name, made]);
}

/** The page of `examples/call/`. */
export const buildRustExample = () =>
  buildRustPage({ workspace: ROOT, target: TARGET, crate: 'janus-wasm-call', folder: join(RUST_EXAMPLE, 'pkg'), name: 'call', locked: true });
