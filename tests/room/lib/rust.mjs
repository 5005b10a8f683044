/** The page of `examples/call/` as a person uses it: by its elements alone. Its camera shows a picture with a number. */
import { join } from 'node:path';
import { RUST_EXAMPLE, buildRustExample } from '../../../scripts/lib/rust-example.mjs';
import { extendPath } from '../../../scripts/lib/tools.mjs';
import { ROOT, serveFolders, stageWith } from '../../page/lib/stage.mjs';

const FOLDERS = {
  '/call/': join(ROOT, 'tests', 'media', 'page'),
  '/room/': join(ROOT, 'tests', 'room', 'page'),
  '/rust/': RUST_EXAMPLE,
};

/** A Janus, and a site that has pages of both kinds. */
export async function setRustStage() {
  extendPath();
  await buildRustExample();
  return stageWith(() => serveFolders(FOLDERS));
}

/** Runs in the page before anything else, and is sent there as text. */
function installCamera() {
  const devices = navigator.mediaDevices;
  // The page before the page.
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ video, audio }) => {
    const { Pattern } = await import('/call/pattern.js');
    const stream = audio ? await open({ audio }) : new MediaStream();
    const number = Number(new URLSearchParams(location.search).get('number'));
    if (video) stream.addTrack(new Pattern(number).track);
    return stream;
  };
}

/** What there is of somebody. Runs in the page, as what follows. */
async function see(of) {
  const { look } = await import('/call/pattern.js');
  const tile = [...document.querySelectorAll('#people > div')].find((one) => one.querySelector('button').textContent === of);
  if (!tile) return { there: false };
  const { id, dataset: { camera, microphone, hand } } = tile;
  const video = tile.querySelector('video');
  return { there: true, id, camera, microphone, hand, sounds: tile.querySelector('audio') !== null, ...(video && look(video)) };
}

async function choose([name, type, length]) {
  const { digest, noise } = await import('/room/bytes.js');
  const file = new File([noise(length)], name, { type });
  const chosen = new DataTransfer();
  chosen.items.add(file);
  const input = document.querySelector('#file');
  input.files = chosen.files;
  input.dispatchEvent(new Event('change'));
  return digest(file);
}

async function files() {
  const { digest } = await import('/room/bytes.js');
  const links = [...document.querySelectorAll('#said a[download]')];
  return Promise.all(links.map(async ({ href, textContent: name }) => {
    const blob = await (await fetch(href)).blob();
    return { name, type: blob.type, size: blob.size, digest: await digest(blob) };
  }));
}

export class RustPage {
  static async open(browser, { site, janus }, { number, room }) {
    const address = `${site.url}rust/?number=${number}&room=${room}&server=${encodeURIComponent(janus.ws)}`;
    const page = new RustPage();
    page.page = await browser.open(address, { init: installCamera });
    await page.isIn('disconnected');
    return page;
  }

  isIn(state) {
    return this.page.waitFor(`the state ${state}`, (wanted) => document.body.dataset.state === wanted, state);
  }

  async join(name) {
    await this.page.fill('#name', name);
    await this.page.click('#join button');
    await this.isIn('connected');
  }

  async leave() {
    await this.page.click('#leave');
    await this.isIn('disconnected');
  }

  async write(text) {
    // Not by keys: not every character has one.
    await this.page.evaluate((line) => (document.querySelector('#line').value = line), text);
    await this.page.click('#chat button');
  }

  /** `camera`, `microphone` or `hand`. */
  press(what) {
    return this.page.click(`#${what}`);
  }

  isPressed(what) {
    return this.page.evaluate((id) => document.querySelector(id).getAttribute('aria-pressed') === 'true', `#${what}`);
  }

  see({ of }) {
    return this.page.evaluate(see, of);
  }

  async wave({ of }) {
    const { id } = await this.see({ of });
    await this.page.click(`#${id} button`);
  }

  /** Takes down from now on when words about oneself leave the page; `announced()` has them. */
  watchAnnouncements() {
    return this.page.evaluate(async () => void (await import('/room/announcing.js')));
  }

  announced() {
    return this.page.evaluate(async () => (await import('/room/announcing.js')).announced());
  }

  /** Every line of what was said. */
  said() {
    return this.page.evaluate(() => [...document.querySelectorAll('#said li')].map((line) => line.textContent));
  }

  /** Chooses a file, which sends it; its digest. */
  send(name, type, length) {
    return this.page.evaluate(choose, [name, type, length]);
  }

  /** Those that arrived. */
  files() {
    return this.page.evaluate(files);
  }
}
