import init, * as core from '../../pkg/janus.js';
import { JanusError, type ErrorDetails } from './errors.js';
import { lazily } from './lazily.js';

/** Where the WebAssembly comes from: an address, a response, its bytes, or a compiled module. */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

/** @internal The exports, loaded once. */
export const loadCore = lazily(async (source?: WasmSource): Promise<typeof core> => {
  await init(source === undefined ? undefined : { module_or_path: source });
  core.setErrorFactory((message: string, details: ErrorDetails) => new JanusError(message, details));
  return core;
});

/**
 * Loads the WebAssembly part ahead of time, or from another place. Optional: whatever needs it loads it.
 *
 * @example
 * await load('/assets/janus_bg.wasm');
 */
export async function load(source?: WasmSource): Promise<void> {
  await loadCore(source);
}
