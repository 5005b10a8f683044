// People who write TypeScript: the consumers in tests/types compile against the packed declarations, and what is
// wrong in them on purpose (`@ts-expect-error`) is an error.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT, run, unpackTarball } from './lib/tarball.mjs';

const RESOLUTIONS = [
  { moduleResolution: 'bundler', module: 'esnext' },
  { moduleResolution: 'nodenext', module: 'nodenext' },
];

const OPTIONS = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  // The declarations themselves are checked too.
  skipLibCheck: false,
  noEmit: true,
};

describe('types', () => {
  let tarball;

  before(async () => {
    tarball = await unpackTarball();
    await writeFile(join(tarball.project, 'package.json'), '{ "private": true, "type": "module" }\n');
    await mkdir(join(tarball.project, 'src'));
    await cp(join(ROOT, 'tests', 'types'), join(tarball.project, 'src'), { recursive: true });
  });

  after(() => tarball?.remove());

  for (const { moduleResolution, module } of RESOLUTIONS) {
    it(`consumers compile: ${moduleResolution}`, async () => {
      const sources = (await readdir(join(tarball.project, 'src'))).filter((name) => name.endsWith('.ts'));
      assert.ok(sources.length > 0, 'there are consumers');
      await compile(`tsconfig.${moduleResolution}.json`, { ...OPTIONS, module, moduleResolution }, ['src']);
    });
  }

  it('a mistake in a consumer is found', async () => {
    await mkdir(join(tarball.project, 'wrong'));
    await writeFile(join(tarball.project, 'wrong', 'main.ts'),
      "import { Room } from 'janus-wasm';\nnew Room({ servers: 5 });\n");
    await assert.rejects(
      compile('tsconfig.wrong.json', { ...OPTIONS, module: 'esnext', moduleResolution: 'bundler' }, ['wrong']),
      /TS2322/,
    );
  });

  async function compile(name, compilerOptions, include) {
    await writeFile(join(tarball.project, name), JSON.stringify({ compilerOptions, include }));
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    try {
      await run(process.execPath, [compiler, '--project', join(tarball.project, name)]);
    } catch (error) {
      throw new Error(error.stdout || error.message);
    }
  }
});
