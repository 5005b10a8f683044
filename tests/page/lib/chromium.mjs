/** Chromium behind the driver interface of browser.mjs. */
import { chromium } from 'playwright-core';

/**
 * What no page here has to do with. Chromium minds the last list alone, so this holds what Playwright switches off as well;
 * the first two are pages of the address bar's own, which cost more of a small machine than many a test does.
 */
const OFF = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
  `--disable-features=${OFF.join()}`,
];

export async function launchChromium({ executable, devices, permission, backForwardCache, autoplay, screen, collects }) {
  const args = [...ARGUMENTS];
  if (devices) {
    const count = typeof devices === 'number' ? `=device-count=${devices}` : '';
    args.push(`--use-fake-device-for-media-stream${count}`);
  }
  if (screen) {
    args.push('--use-fake-ui-for-media-stream');
  }
  if (!autoplay) {
    args.push('--autoplay-policy=document-user-activation-required');
  }
  if (collects) {
    args.push('--js-flags=--expose-gc');
  }
  const ignoreDefaultArgs = backForwardCache ? ['--disable-back-forward-cache'] : [];
  const browser = await chromium.launch({ executablePath: executable, headless: true, args, ignoreDefaultArgs });
  const control = await browser.newBrowserCDPSession();
  return {
    close: () => browser.close(),
    async newPage({ viewport, colorScheme, beside }) {
      const context = beside?.context ?? (await browser.newContext({ viewport, colorScheme }));
      const page = await context.newPage();
      const driver = new ChromiumPage(context, page, control);
      await driver.setPermission(permission);
      return driver;
    },
  };
}

class ChromiumPage {
  complaints = [];
  #context;
  #page;
  #control;

  constructor(context, page, control) {
    this.#context = context;
    this.#page = page;
    this.#control = control;
    page.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        this.complaints.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // What the page itself called off, a long poll above all, is nobody's failure.
      if (!/ABORTED/.test(reason)) this.complaints.push(`request failed: ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.complaints.push(`status ${response.status()}: ${response.url()}`);
      }
    });
  }

  get context() {
    return this.#context;
  }

  addInit(fn) {
    return this.#page.addInitScript(fn);
  }

  goto(url) {
    return this.#page.goto(url);
  }

  evaluate(fn, argument) {
    return this.#page.evaluate(fn, argument);
  }

  click(selector) {
    return this.#page.click(selector, { timeout: 10_000 });
  }

  fill(selector, text) {
    return this.#page.fill(selector, text, { timeout: 10_000 });
  }

  type(text) {
    return this.#page.keyboard.type(text);
  }

  press(key) {
    return this.#page.keyboard.press(key);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  /** The person's answer, given ahead. Without a fake prompt in between, a refusal is the browser's own. */
  async setPermission(setting) {
    const browserContextId = await this.#contextId();
    for (const name of ['camera', 'microphone']) {
      await this.#control.send('Browser.setPermission', { permission: { name }, setting, browserContextId });
    }
  }

  async #contextId() {
    const session = await this.#context.newCDPSession(this.#page);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    await session.detach();
    return targetInfo.browserContextId;
  }

  /** Closes the tab as a person does. Its context stays: removing that too would cut off the page's last words. */
  close() {
    return this.#page.close();
  }
}
