// What the README shows is what people try first: its ten lines, run as they stand.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { transform } from 'esbuild';
import { TARGET } from '../../scripts/lib/paths.mjs';
import { buildRustPage } from '../../scripts/lib/rust-example.mjs';
import { extendPath } from '../../scripts/lib/tools.mjs';
import { serveBare } from './lib/bare-site.mjs';
import { BROWSERS } from './lib/browser.mjs';
import { nothingLeft } from './lib/janus-admin.mjs';
import { ROOT, serveFolders, stageWith } from './lib/stage.mjs';
import { onStage } from './lib/suite.mjs';

/** The first example, as a module for pages of this site that talk to this server. */
async function firstExample(site, janus) {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /^## A call in ten lines\n+```ts\n(.*?)^```/ms.exec(readme);
  const places = {
    "'janus-wasm'": `'${site.url}dist/index.js'`, 'wss://sfu.example/janus': janus.ws, 'https://sfu.example/janus': janus.http,
  };
  let placed = code;
  for (const [there, here] of Object.entries(places)) {
    assert.ok(placed.includes(there), `the example names ${there}`);
    placed = placed.replaceAll(there, here);
  }
  const { code: script } = await transform(`${placed}\nexport { room };\n`, { loader: 'ts', format: 'esm' });
  return script;
}

/** Runs in the page; sent there as text. */
async function run(script) {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  globalThis.__room = (await import(address)).room;
}

/** Whether one person is seen, moving, and heard. Runs in the page, and is sent there as text. */
async function isMet() {
  if (globalThis.__wrong) throw new Error(globalThis.__wrong);
  const playing = [...document.querySelectorAll('video, audio')].filter(({ paused, currentTime }) => !paused && currentTime > 0);
  const names = playing.map(({ localName, videoWidth }) => localName + (videoWidth === 0 ? ' without a picture' : ''));
  const frames = (await globalThis.__witness.inbound()).map((stream) => stream.frames);
  return `${names.sort()}` === 'audio,video' && Math.max(...frames) > 10;
}

/** What is around the lines in Rust: a page says which server is meant. */
const AROUND = `
use wasm_bindgen::prelude::*;

thread_local!(static SERVER: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) });

#[wasm_bindgen]
pub async fn begin(server: String) -> Result<(), JsError> {
    SERVER.set(server);
    let document = web_sys::window().and_then(|window| window.document());
    let place = document.and_then(|document| document.body()).ok_or_else(|| JsError::new("a page has a body"))?;
    call(place).await.map_err(|failure| JsError::new(&failure.to_string()))
}
`;

const MANIFEST = `
[package]
name = "janus-wasm-lines"
version = "0.0.0"
edition = "2024"

[workspace]

[lib]
crate-type = ["cdylib"]

[dependencies]
janus-wasm = { path = ${JSON.stringify(ROOT)} }
wasm-bindgen = "0.2.130"
wasm-bindgen-futures = "0.4"
web-sys = { version = "0.3", features = ["Document", "HtmlElement", "Window"] }
`;

/** The example in Rust, as a crate of its own that depends on this one; the folder its page is in. */
async function buildLines() {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /^The same in Rust.*?^```rust\n(.*?)^```/ms.exec(readme);
  const address = '["wss://sfu.example/janus"]';
  assert.ok(code.includes(address), `the example names ${address}`);
  const workspace = join(TARGET, 'readme-lines');
  await mkdir(join(workspace, 'src'), { recursive: true });
  const files = { 'Cargo.toml': MANIFEST, 'src/lib.rs': code.replace(address, '[SERVER.take()]') + AROUND };
  for (const [name, text] of Object.entries(files)) await writeFile(join(workspace, name), text);
  // The versions that are tested here, not the newest.
  await copyFile(join(ROOT, 'Cargo.lock'), join(workspace, 'Cargo.lock'));
  const folder = join(workspace, 'pkg');
  await buildRustPage({ workspace, crate: 'janus-wasm-lines', folder, name: 'lines' });
  return folder;
}

/** Begins the call in Rust, which goes on until the page goes. Runs in the page, and is sent there as text. */
async function begin(server) {
  const { default: load, begin: call } = await import('/lines/lines.js');
  await load();
  globalThis.__wrong = undefined;
  call(server).catch((error) => (globalThis.__wrong = String(error)));
}

let lines;

/** The page of the lines in Rust, which are built once. */
async function serveLines() {
  extendPath();
  lines ??= buildLines();
  return serveFolders({ '/lines/': await lines });
}

for (const kind of BROWSERS) {
  describe(`the lines in Rust: ${kind}`, () => {
    const on = onStage(kind, () => stageWith(serveLines), { soundCard: true });

    it('are a call', async () => {
      const address = `${on.stage.site.url}examples/`;
      const pages = [await on.browser.open(address), await on.browser.open(address)];
      for (const page of pages) await page.evaluate(begin, on.stage.janus.ws);
      for (const page of pages) await page.waitFor('somebody to be seen and heard', isMet);
      for (const page of pages) assert.deepEqual(page.complaints, []);
      await on.browser.closePages();
      await nothingLeft(on.stage.janus);
    });
  });

  describe(`ten lines: ${kind}`, () => {
    const on = onStage(kind, () => stageWith(() => serveBare()), { soundCard: true });

    it('are a call', async () => {
      const { site, janus } = on.stage;
      const script = await firstExample(site, janus);
      const pages = [await on.browser.open(site.url), await on.browser.open(site.url)];
      for (const page of pages) await page.evaluate(run, script);
      for (const page of pages) await page.waitFor('somebody to be seen and heard', isMet);
      // What the last line says for later.
      await pages[0].evaluate(() => globalThis.__room.localParticipant.setCameraEnabled(false));
      await pages[1].waitFor('the camera to be off', () => [...globalThis.__room.remoteParticipants.values()].every((one) => !one.isCameraEnabled));
      for (const page of pages) await page.evaluate(() => globalThis.__room.leave());
      await nothingLeft(janus);
      for (const page of pages) {
        assert.equal(await page.evaluate(() => document.querySelectorAll('video, audio').length), 0);
        assert.deepEqual(page.complaints, []);
      }
    });
  });
}
