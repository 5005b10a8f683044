/**
 * One small driver over two tools: Chromium through playwright-core, Firefox through puppeteer-core (WebDriver BiDi).
 * Both drive the browser that is installed on the machine.
 */
import { execFileSync } from 'node:child_process';
import { launchBackground } from './background.mjs';
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
 * @param {boolean | number} [options.devices] false: no camera and no microphone (the machine is taken to have none);
 *   a number: so many cameras, Chromium only
 * @param {'granted' | 'denied'} [options.permission] what the person answers when asked for devices
 * @param {boolean} [options.backForwardCache] keeps pages that were left, as browsers of people do; Firefox always does
 * @param {boolean} [options.autoplay] false: sound needs a click first
 * @param {boolean} [options.soundCard] plays sound although the machine has no speaker; Chromium always does
 * @param {boolean} [options.screen] there is a screen to share, and the person chooses it; Firefox gets a display of its own
 * @param {boolean} [options.collects] pages may have what nobody holds collected: `gc` in Chromium, `TestUtils.gc` in Firefox
 * @param {boolean} [options.background] pages can be hidden and are slowed down then; without devices
 */
export async function launch(kind, options = {}) {
  const { devices = true, permission = 'granted', backForwardCache = false, background = false } = options;
  const { autoplay = true, soundCard = false, screen = false, collects = false } = options;
  const launcher = background ? launchBackground : LAUNCHERS[kind];
  const executable = findBrowser(kind);
  const settings = { kind, executable, devices, permission, backForwardCache, autoplay, soundCard, screen, collects };
  return new Browser(kind, await launcher(settings));
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
   * Opens a page of its own context (own storage, own permissions), or `beside` another in that one's, and goes to
   * `url`.
   *
   * @param {string} url
   * @param {object} [options]
   * @param {() => void} [options.init] runs in the page before anything else; may use nothing from outside itself
   * @param {(() => void)[]} [options.inits] more of these, in order
   * @param {Page} [options.beside] a page that is still open: the new one is another tab of the same profile
   * @param {{ width: number, height: number }} [options.viewport]
   * @param {'light' | 'dark'} [options.colorScheme]
   */
  async open(url, { init, inits = [], beside, viewport = { width: 900, height: 700 }, colorScheme = 'light' } = {}) {
    const driver = await this.#driver.newPage({ viewport, colorScheme, beside: beside?.driver });
    const page = new Page(this.kind, driver, () => this.#pages.delete(page));
    this.#pages.add(page);
    await page.start(url, [installWitness, init, ...inits].filter(Boolean));
    return page;
  }

  /** Stops every process of a browser launched with `background`, as a machine that sleeps, or has them go on. */
  setAsleep(asleep) {
    this.#driver.setAsleep(asleep);
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

/** A tab. Drivers give `goto`, `evaluate`, `click`, `fill`, `type`, `press`, `screenshot`, `addInit`, `close` and `complaints`. */
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

  /** For another page beside this one. */
  get driver() {
    return this.#driver;
  }

  /** Errors and warnings of the console, uncaught errors, failed requests and answers of 400 and more. */
  get complaints() {
    return this.#driver.complaints;
  }

  goto(url) {
    return this.#driver.goto(url);
  }

  /** Goes back in the history, maybe to a page that was put aside: it is there when it says so. */
  back() {
    return this.evaluate(() => void setTimeout(() => history.back()));
  }

  /** Puts another tab in front of the page, or the page in front; of browsers launched with `background`. */
  async setHidden(hidden) {
    await this.#driver.setHidden(hidden);
    const state = hidden ? 'hidden' : 'visible';
    await this.waitFor(`the page to be ${state}`, (wanted) => document.visibilityState === wanted, state);
  }

  /** Freezes a hidden page as browsers do in the background, or thaws it; Chromium launched with `background`. */
  setFrozen(frozen) {
    return this.#driver.setFrozen(frozen);
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

  /** Types where the focus is, key by key. */
  type(text) {
    return this.#driver.type(text);
  }

  /** Presses one key where the focus is, maybe with another held: `Shift+Enter`. */
  press(key) {
    return this.#driver.press(key);
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
