/** Short names between the WebAssembly and its glue, which nobody else sees. */
import { readFile, writeFile } from 'node:fs/promises';

/** What wasm-opt is told, and what it prints then: `{"imports": [[module, name, short]], "exports": [[name, short]]}`. */
export const SHORTEN = '--minify-imports-and-exports-and-modules';

/** Gives the names in the glue that wasm-opt gave them in the WebAssembly. */
export function shorten(glue, printed) {
  const { imports, exports } = JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1));
  const imported = new Map(imports.map(([, name, short]) => [name, short]));
  const exported = new Map(exports);
  const modules = new Set(imports.map(([module]) => module));
  let left = imported.size + modules.size;
  const rename = (whole, name, short) => {
    if (short === undefined) return whole;
    left -= 1;
    return whole.replace(name, short);
  };
  const short = glue
    .replace(/(?<=^ +)([\w$]+)(?=: function\()/gm, (whole, name) => rename(whole, name, imported.get(name)))
    .replace(/"([^"\n]+)"(?=: import\d)/g, (whole, module) => rename(whole, module, modules.has(module) ? 'a' : undefined))
    .replace(/(?<=\bwasm\.)([\w$]+)/g, (whole, name) => exported.get(name) ?? whole);
  if (left !== 0) throw new Error('the glue is not what scripts/lib/shorten.mjs expects: was wasm-bindgen updated?');
  return short;
}

/** The same for the file of the glue. */
export async function shortenFile(path, printed) {
  await writeFile(path, shorten(await readFile(path, 'utf8'), printed));
}
