/** The page of `examples/call/`, made as an app in Rust is: by cargo, and by wasm-bindgen into its folder. */
import { join } from 'node:path';
import { ROOT, TARGET } from './paths.mjs';
import { run } from './proc.mjs';

/** What a web server is to have at an address of its own. */
export const RUST_EXAMPLE = join(ROOT, 'examples', 'call');

const WASM = 'wasm32-unknown-unknown';
const MADE = join(TARGET, WASM, 'debug', 'janus_wasm_call.wasm');

/** Not for release, which takes longer to make and checks less of what it does. */
export async function buildRustExample() {
  await run('cargo', ['build', '--locked', '--target', WASM, '--package', 'janus-wasm-call'], { cwd: ROOT });
  const out = ['--out-dir', join(RUST_EXAMPLE, 'pkg'), '--out-name', 'call'];
  await run('wasm-bindgen', ['--target', 'web', '--no-typescript', ...out, MADE]);
}
