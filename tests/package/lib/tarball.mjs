/** The package as npm would publish it, unpacked in a directory of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Packs what is built and unpacks it as `node_modules/janus-wasm` of an empty project.
 *
 * @returns {Promise<{ project: string, folder: string, files: string[], remove: () => Promise<void> }>}
 */
export async function unpackTarball() {
  if (!existsSync(join(ROOT, 'dist', 'index.js'))) {
    throw new Error('there is no dist/index.js: run "npm run build" first');
  }
  const project = await mkdtemp(join(tmpdir(), 'janus-package-test-'));
  // Scripts would build again: the tests look at what was built.
  const options = ['--json', '--ignore-scripts', '--pack-destination', project];
  const { stdout } = await run('npm', ['pack', ...options], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout);
  const folder = join(project, 'node_modules', 'janus-wasm');
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', join(project, filename), '-C', folder, '--strip-components=1']);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return {
    project,
    folder,
    files: entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
      .sort(),
    remove: () => rm(project, { recursive: true, force: true }),
  };
}
