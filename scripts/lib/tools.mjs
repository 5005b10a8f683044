/** Node, Rust, the WebAssembly tools and the node packages: the needs that are no Debian packages. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LINKER } from './apt.mjs';
import { CARGO_HOME, INSTALL_LOGS, ROOT, TOOLS } from './paths.mjs';
import { run, which } from './proc.mjs';
import { step } from './progress.mjs';

const WASM = 'wasm32-unknown-unknown';
const WASM_PACK = '0.15.1';
const GECKODRIVER = '0.37.1';

const text = (name) => readFile(join(ROOT, name), 'utf8');

/** Tools of the project and of its cache come before those of the system; a rustup of this hour is found too. */
export function extendPath() {
  const own = [join(TOOLS, 'bin'), join(ROOT, 'node_modules', '.bin')];
  process.env.PATH = [...own, process.env.PATH, join(CARGO_HOME, 'bin')].join(delimiter);
}

/** Whether a version is another one or later. */
export function atLeast(version, wanted) {
  const [a, b] = [version, wanted].map((numbers) => numbers.split('.').map(Number));
  const at = b.findIndex((number, index) => (a[index] ?? 0) !== number);
  return at === -1 || (a[at] ?? 0) > b[at];
}

const NODE = {
  async lacks() {
    const wanted = /\d+/.exec(JSON.parse(await text('package.json')).engines.node)[0];
    if (atLeast(process.versions.node, wanted)) return;
    throw new Error(`Node ${wanted} or newer is needed, this is ${process.versions.node}: https://nodejs.org`);
  },
};

const RUST = {
  async lacks() {
    if (which('cargo') === undefined) {
      throw new Error('Rust is missing. To install it:\n'
        + "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y");
    }
    const wanted = /^rust-version = "(.+)"/m.exec(await text('Cargo.toml'))[1];
    const { code, output } = await run('rustc', ['--version'], { check: false });
    if (code !== 0) throw new Error(`There is no Rust toolchain. To install one:\n  rustup default stable\n${output}`);
    const version = /rustc (\d+\.\d+\.\d+)/.exec(output)[1];
    if (!atLeast(version, wanted)) {
      throw new Error(`Rust ${wanted} or newer is needed, this is ${version}. To update it:\n  rustup update stable`);
    }
  },
};

async function withRustup(what, args) {
  if (which('rustup') === undefined) {
    throw new Error(`This Rust has no ${what}, and there is no rustup to add it. To install Rust with rustup:\n`
      + "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y");
  }
  await step(`rustup ${args.join(' ')}`, () => run('rustup', args));
}

const WASM_TARGET = {
  async lacks() {
    const { code, output } = await run('rustc', ['--print', 'sysroot'], { check: false });
    // Without a toolchain there is nothing to say here: that is the need above.
    if (code !== 0 || existsSync(join(output.trim(), 'lib', 'rustlib', WASM))) return undefined;
    return `the ${WASM} target of Rust`;
  },
  install: () => withRustup(`${WASM} target`, ['target', 'add', WASM]),
};

/** A part of the toolchain that small installations lack. */
const component = (name, program) => ({
  async lacks() {
    const { code } = await run('cargo', [program, '--version'], { check: false }).catch(() => ({ code: 0 }));
    return code === 0 ? undefined : `Rust's ${name}`;
  },
  install: () => withRustup(name, ['component', 'add', name]),
});

/** A program that a crate has, of a version that `fits`; installed into the cache. */
const crate = (name, program, wanted, fits) => ({
  async lacks() {
    const version = await wanted();
    if (which(program) !== undefined) {
      const { output } = await run(program, ['--version'], { check: false });
      const present = /\d+\.\d+\.\d+/.exec(output)?.[0];
      if (present !== undefined && fits(present, version)) return undefined;
    }
    return `${name} ${version}, built from its crate into ${TOOLS} (some minutes, once)`;
  },
  async install() {
    await mkdir(INSTALL_LOGS, { recursive: true });
    const version = await wanted();
    // Debug builds of these tools install three times faster and are quick enough. A lock file of theirs may name
    // versions that a mirror does not have yet, so it is not asked for.
    const args = ['install', '--debug', '--force', '--root', TOOLS, name, '--version', version];
    await step(`cargo install ${name} ${version}`, () =>
      run('cargo', args, { log: join(INSTALL_LOGS, `${name}.log`) }));
  },
});

const lockedWasmBindgen = async () => /name = "wasm-bindgen"\nversion = "(.+)"/.exec(await text('Cargo.lock'))[1];

/** The tool must be of the very version of the crate. */
const WASM_BINDGEN = crate('wasm-bindgen-cli', 'wasm-bindgen', lockedWasmBindgen,
  (present, wanted) => present === wanted);
const WASM_PACK_TOOL = crate('wasm-pack', 'wasm-pack', async () => WASM_PACK, atLeast);
const GECKODRIVER_TOOL = crate('geckodriver', 'geckodriver', async () => GECKODRIVER, atLeast);

/** The packages of package-lock.json; installed again only when it changed. */
const NODE_PACKAGES = {
  stamp: join(ROOT, 'node_modules', '.installed-lock.json'),
  async lacks() {
    const lock = await text('package-lock.json');
    const installed = await readFile(this.stamp, 'utf8').catch(() => undefined);
    return installed === lock ? undefined : 'the node packages of package-lock.json';
  },
  async install() {
    await mkdir(INSTALL_LOGS, { recursive: true });
    await step('npm ci', async () => {
      // Scripts are not needed: the packages that have some ship what they would fetch.
      await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'],
        { cwd: ROOT, log: join(INSTALL_LOGS, 'npm.log') });
      await copyFile(join(ROOT, 'package-lock.json'), this.stamp);
    });
  },
};

/** What compiling for the host takes. */
export const HOST_NEEDS = [NODE, RUST, LINKER];
/** What making the package takes. */
export const BUILD_NEEDS = [...HOST_NEEDS, WASM_TARGET, WASM_BINDGEN, NODE_PACKAGES];
export const CHECK_NEEDS = [...BUILD_NEEDS, component('rustfmt', 'fmt'), component('clippy', 'clippy')];
/** What the crate's tests in browsers take, besides Debian packages. */
export const BROWSER_NEEDS = [...BUILD_NEEDS, WASM_PACK_TOOL, GECKODRIVER_TOOL];
