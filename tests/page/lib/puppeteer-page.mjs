/** A page driven by puppeteer-core, behind the driver interface of browser.mjs. */
export class PuppeteerPage {
  complaints = [];
  #page;

  constructor(page) {
    this.#page = page;
    page.on('console', (message) => {
      if (['error', 'warn', 'warning', 'assert'].includes(message.type())) {
        this.complaints.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('pageerror', ({ message }) => {
      // Firefox says so of each way that was in vain, to whoever reads its console; the page throws nothing.
      if (!message.startsWith('WebRTC: ICE failed')) this.complaints.push(`uncaught: ${message}`);
    });
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
    return this.#page.browserContext();
  }

  async addInit(fn) {
    await this.#page.evaluateOnNewDocument(fn);
  }

  goto(url) {
    return this.#page.goto(url);
  }

  /** Puts another tab in front of this one, or this one in front of all. */
  async setHidden(hidden) {
    const front = hidden ? await this.context.newPage() : this.#page;
    await front.bringToFront();
  }

  /** Freezes a hidden page, or thaws it. */
  async setFrozen(frozen) {
    const control = await this.#page.createCDPSession();
    await control.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
    await control.detach();
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

  type(text) {
    return this.#page.keyboard.type(text);
  }

  async press(key) {
    const keys = key.split('+');
    const last = keys.pop();
    for (const held of keys) await this.#page.keyboard.down(held);
    await this.#page.keyboard.press(last);
    for (const held of keys.reverse()) await this.#page.keyboard.up(held);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  setPermission() {
    throw new Error('it takes its permission at launch');
  }

  /** Closes the tab as a person does. Its context stays: removing that too would cut off the page's last words. */
  close() {
    return this.#page.close();
  }
}
