// People who write TypeScript: the consumers in tests/types compile against the packed declarations, and what is
// wrong in them on purpose (`@ts-expect-error`) is an error.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
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

/** What later examples have from earlier ones. */
const KNOWN = `
  import type { Published, Session, VideoRoom } from 'janus-wasm';
  declare global {
    const session: Session;
    const rooms: VideoRoom;
    const there: VideoRoom;
    const room: number;
    const ada: any;
    const streams: Published['streams'];
  }
`;

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

  it('the examples of the documentation compile', async () => {
    const folder = join(tarball.project, 'examples');
    await mkdir(folder);
    await writeFile(join(folder, 'known.d.ts'), KNOWN);
    const documents = ['README.md', 'docs/videoroom.md'];
    for (const name of await readdir(join(ROOT, 'docs', 'guides'))) documents.push(`docs/guides/${name}`);
    let examples = 0;
    for (const document of documents) {
      const text = await readFile(join(ROOT, document), 'utf8');
      for (const [, code] of text.matchAll(/^```ts\n(.*?)^```/gms)) {
        const name = `${document.replaceAll(/\W/g, '-')}-${examples += 1}.ts`;
        await writeFile(join(folder, name), `${code}\nexport {};\n`);
      }
    }
    assert.ok(examples > 5, `${examples} examples`);
    await compile('tsconfig.examples.json', { ...OPTIONS, module: 'nodenext', moduleResolution: 'nodenext' }, ['examples']);
  });

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
