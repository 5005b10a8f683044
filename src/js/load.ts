import init, * as core from '../../pkg/janus.js';
import { JanusError, type ErrorDetails } from './errors.js';

/** Where the WebAssembly comes from: an address, a response, its bytes, or a compiled module. */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

let loading: Promise<typeof core> | undefined;

/** @internal The exports, loaded once. A failed attempt is forgotten, so that the next can succeed. */
export function loadCore(source?: WasmSource): Promise<typeof core> {
  loading ??= init(source === undefined ? undefined : { module_or_path: source }).then(
    () => {
      core.setErrorFactory((message: string, details: ErrorDetails) => new JanusError(message, details));
      return core;
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/**
 * Loads the WebAssembly part ahead of time, or from another place. Optional: whatever needs it loads it.
 *
 * @example
 * await load('/assets/janus_bg.wasm');
 */
export async function load(source?: WasmSource): Promise<void> {
  await loadCore(source);
}
