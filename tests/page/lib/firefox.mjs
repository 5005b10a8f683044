/** Firefox behind the driver interface of browser.mjs. */
import puppeteer from 'puppeteer-core';

const PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  'media.autoplay.default': 0,
  // Hidden windows are not slowed down: several people sit in one browser.
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'widget.windows.window_occlusion_tracking.enabled': false,
};

export async function launchFirefox({ executable, devices, permission }) {
  const granted = permission === 'granted';
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: true,
    extraPrefsFirefox: {
      ...PREFERENCES,
      'media.navigator.streams.fake': devices,
      'media.navigator.permission.disabled': granted,
      'permissions.default.camera': granted ? 1 : 2,
      'permissions.default.microphone': granted ? 1 : 2,
    },
  });
  return {
    close: () => browser.close(),
    async newPage({ viewport, colorScheme }) {
      const context = await browser.createBrowserContext();
      // A window of its own: a tab behind another one would be hidden, and its animation frames would stop.
      const page = await context.newPage({ type: 'window' });
      await page.setViewport(viewport);
      return new FirefoxPage(page, colorScheme);
    },
  };
}

class FirefoxPage {
  complaints = [];
  #page;

  constructor(page, colorScheme) {
    this.#page = page;
    if (colorScheme === 'dark') {
      throw new Error('the dark colour scheme is looked at in Chromium');
    }
    page.on('console', (message) => {
      if (['error', 'warn', 'warning', 'assert'].includes(message.type())) {
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

  async addInit(fn) {
    await this.#page.evaluateOnNewDocument(fn);
  }

  goto(url) {
    return this.#page.goto(url);
  }

  evaluate(fn, argument) {
    return this.#page.evaluate(fn, argument);
  }

  click(selector) {
    return this.#page.click(selector);
  }

  async fill(selector, text) {
    await this.#page.$eval(selector, (input) => {
      input.focus();
      input.select();
    });
    await this.#page.keyboard.press('Backspace');
    await this.#page.keyboard.type(text);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  setPermission() {
    throw new Error('Firefox takes its permission at launch');
  }

  /** Closes the tab as a person does. Its context stays: removing that too would cut off the page's last words. */
  close() {
    return this.#page.close();
  }
}
