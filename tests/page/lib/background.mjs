/**
 * Browsers whose pages are tabs of one window and are slowed down when another is in front, as those of people are. The
 * other launchers keep every page awake.
 */
import puppeteer from 'puppeteer-core';
import { setAsleep } from './processes.mjs';
import { PuppeteerPage } from './puppeteer-page.mjs';

const CHROMIUM = {
  // After so long in the background timers run once a minute; people's browsers wait five minutes.
  args: ['--no-sandbox', '--allow-loopback-in-peer-connection', '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1'],
  ignoreDefaultArgs: [
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--disable-back-forward-cache',
  ],
};

/** Firefox comes to such delays by a budget, in time. Where no camera may be opened it takes no way over loopback. */
const FIREFOX = { browser: 'firefox', extraPrefsFirefox: {
  'dom.min_background_timeout_value': 60_000, 'media.peerconnection.ice.loopback': true, 'permissions.default.camera': 1,
} };

export async function launchBackground({ kind, executable }) {
  const options = kind === 'firefox' ? FIREFOX : CHROMIUM;
  const browser = await puppeteer.launch({ executablePath: executable, headless: true, ...options });
  return {
    close: () => browser.close(),
    setAsleep: (asleep) => setAsleep(browser.process().pid, asleep),
    newPage: async () => new PuppeteerPage(await browser.newPage()),
  };
}
