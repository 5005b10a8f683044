/** Firefox behind the driver interface of browser.mjs. */
import puppeteer from 'puppeteer-core';
import { openDisplay } from './display.mjs';
import { PuppeteerPage } from './puppeteer-page.mjs';

const PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  // Hidden windows are not slowed down: several people sit in one browser.
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'widget.windows.window_occlusion_tracking.enabled': false,
};

export async function launchFirefox({ executable, devices, permission, autoplay, soundCard, screen, collects }) {
  const granted = permission === 'granted';
  const display = screen ? await openDisplay() : undefined;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: !screen,
    env: display ? { ...process.env, DISPLAY: display.name } : process.env,
    extraPrefsFirefox: {
      ...PREFERENCES,
      'media.autoplay.default': autoplay ? 0 : 1,
      'media.autoplay.blocking_policy': autoplay ? 0 : 2,
      'media.cubeb.force_mock_context': soundCard,
      'dom.testing.testutils.enabled': collects,
      'media.navigator.streams.fake': devices,
      'media.navigator.permission.disabled': granted,
      'permissions.default.camera': granted ? 1 : 2,
      'permissions.default.microphone': granted ? 1 : 2,
    },
  });
  return {
    async close() {
      await browser.close();
      await display?.close();
    },
    async newPage({ viewport, colorScheme, beside }) {
      const context = beside?.context ?? (await browser.createBrowserContext());
      // A window of its own: a tab behind another one would be hidden, and its animation frames would stop.
      const page = await context.newPage({ type: 'window' });
      await page.setViewport(viewport);
      if (colorScheme === 'dark') throw new Error('the dark colour scheme is looked at in Chromium');
      return new PuppeteerPage(page);
    },
  };
}
