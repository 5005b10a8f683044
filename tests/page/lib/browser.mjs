/**
 * One small driver over two tools: Chromium through playwright-core, Firefox through puppeteer-core (WebDriver BiDi).
 * Both drive the browser that is installed on the machine.
 */
import { execFileSync } from 'node:child_process';
import { launchChromium } from './chromium.mjs';
import { launchFirefox } from './firefox.mjs';
import { until } from './wait.mjs';
import { installWitness } from './witness.mjs';

/** The browsers every test that is not about one engine runs in. */
export const BROWSERS = ['chromium', 'firefox'];

const LAUNCHERS = { chromium: launchChromium, firefox: launchFirefox };
const COMMANDS = {
  chromium: { variable: 'CHROMIUM', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  firefox: { variable: 'FIREFOX', names: ['firefox', 'firefox-esr'] },
};

/**
 * Starts a browser.
 *
 * @param {'chromium' | 'firefox'} kind
 * @param {object} [options]
 * @param {boolean} [options.devices] false: no camera and no microphone (the machine is taken to have none)
 * @param {'granted' | 'denied'} [options.permission] what the person answers when asked for devices
 */
export async function launch(kind, { devices = true, permission = 'granted' } = {}) {
  const driver = await LAUNCHERS[kind]({ executable: findBrowser(kind), devices, permission });
  return new Browser(kind, driver);
}

function findBrowser(kind) {
  const { variable, names } = COMMANDS[kind];
  if (process.env[variable]) {
    return process.env[variable];
  }
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not under this name.
    }
  }
  throw new Error(`no ${kind} found: install it or name it in the environment variable ${variable}`);
}

class Browser {
  #driver;
  #pages = new Set();

  constructor(kind, driver) {
    this.kind = kind;
    this.#driver = driver;
  }

  /**
   * Opens a page of its own context (own storage, own permissions) and goes to `url`.
   *
   * @param {string} url
   * @param {object} [options]
   * @param {() => void} [options.init] runs in the page before anything else; may use nothing from outside itself
   * @param {{ width: number, height: number }} [options.viewport]
   * @param {'light' | 'dark'} [options.colorScheme]
   */
  async open(url, { init, viewport = { width: 900, height: 700 }, colorScheme = 'light' } = {}) {
    const page = new Page(this.kind, await this.#driver.newPage({ viewport, colorScheme }), () => {
      this.#pages.delete(page);
    });
    this.#pages.add(page);
    await page.start(url, [installWitness, init].filter(Boolean));
    return page;
  }

  /** Closes the pages that tests left open: for `afterEach`. */
  async closePages() {
    await Promise.all([...this.#pages].map((page) => page.close()));
  }

  async close() {
    await this.closePages();
    await this.#driver.close();
  }
}

/** A tab. Drivers give `goto`, `evaluate`, `click`, `fill`, `screenshot`, `addInit`, `close` and `complaints`. */
class Page {
  #driver;
  #onClose;
  #closed = false;

  constructor(kind, driver, onClose) {
    this.kind = kind;
    this.#driver = driver;
    this.#onClose = onClose;
  }

  async start(url, inits) {
    for (const init of inits) {
      await this.#driver.addInit(init);
    }
    await this.goto(url);
  }

  /** Errors and warnings of the console, uncaught errors, failed requests and answers of 400 and more. */
  get complaints() {
    return this.#driver.complaints;
  }

  goto(url) {
    return this.#driver.goto(url);
  }

  /** Runs a function in the page; it may use nothing but its one argument, and both ways go through JSON. */
  evaluate(fn, argument) {
    return this.#driver.evaluate(fn, argument);
  }

  /** A real click in the middle of a visible element. */
  async click(selector) {
    await this.waitFor(`${selector} to be visible and enabled`, isClickable, selector, { timeout: 10_000 });
    await this.#driver.click(selector);
  }

  /** Replaces the text of an input. */
  async fill(selector, text) {
    await this.#driver.fill(selector, text);
  }

  screenshot(path) {
    return this.#driver.screenshot(path);
  }

  /** Answers the next device prompts differently; Chromium only. */
  setPermission(setting) {
    return this.#driver.setPermission(setting);
  }

  /** Waits until `fn(argument)` is truthy in the page and returns what it gave. */
  waitFor(what, fn, argument, { timeout } = {}) {
    return until(`${what} (${this.kind})`, () => this.evaluate(fn, argument), {
      timeout,
      explain: () => this.describe(),
    });
  }

  /** What the page looks like, for failure texts. */
  async describe() {
    const seen = await this.evaluate(describeInPage);
    return { browser: this.kind, ...seen, complaints: this.complaints.slice(-8) };
  }

  async close() {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#onClose();
    await this.#driver.close();
  }
}

function isClickable(selector) {
  const element = document.querySelector(selector);
  return Boolean(element) && element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
}

function describeInPage() {
  const message = document.querySelector('#message');
  return {
    url: location.href,
    state: document.body?.dataset.state,
    message: message && { code: message.dataset.code, text: message.textContent.trim() },
    tiles: [...document.querySelectorAll('.tile')].map((tile) => ({
      participant: tile.dataset.participant,
      name: tile.querySelector('.name')?.textContent,
      camera: tile.dataset.camera,
      microphone: tile.dataset.microphone,
      video: tile.querySelector('video')?.videoWidth,
    })),
    connections: globalThis.__witness?.connections(),
    errors: globalThis.__witness?.errors,
  };
}
