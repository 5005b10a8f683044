/** The stage of the recovery tests: a real Janus, proxies in front of it, and a page that reaches it through them. */
import { serve } from '../../../scripts/lib/serve.mjs';
import { launch } from '../../page/lib/browser.mjs';
import { ROOT, TestJanus } from '../../page/lib/stage.mjs';
import { startProxy } from './proxy.mjs';
import { installScene } from './scene.mjs';

/** A page of the site on which nothing happens by itself. */
const QUIET_PAGE = 'examples/';
const HOST = '127.0.0.1';

/** What is to be undone in the end, in reverse order. */
class Undoing {
  #steps = [];

  add(step) {
    this.#steps.push(step);
  }

  async run() {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

/** Does `work` with something to note what is to be undone; when it fails all is undone, else by `close()`. */
async function withUndoing(work) {
  const undoing = new Undoing();
  try {
    return { ...(await work(undoing)), close: () => undoing.run() };
  } catch (error) {
    await undoing.run();
    throw error;
  }
}

/** Proxies of its own in front of Janus's two transports, and a page. */
function openPlace({ janus, site, browser }) {
  return withUndoing(async (undoing) => {
    const proxies = {};
    for (const transport of ['ws', 'http']) {
      proxies[transport] = await startProxy({ target: { host: HOST, port: janus.ports[transport] } });
      undoing.add(() => proxies[transport].close());
    }
    const page = await browser.open(`${site.url}${QUIET_PAGE}`, { init: installScene });
    undoing.add(() => page.close());
    const servers = { ws: proxies.ws.url('ws'), http: proxies.http.url('http', '/janus') };
    return { proxies, servers, page };
  });
}

/**
 * Sets the stage. `open()` gives another `{ proxies, servers, page, close() }` in front of the same Janus: faults of one
 * do not touch the other. `root` is the folder with `www/` and `dist/`; more options are those of Janus.
 */
export function setChaosStage({ root = ROOT, ...options } = {}) {
  return withUndoing(async (undoing) => {
    // Long enough to outlast every fault: what is lost then was lost by the client.
    const janus = await TestJanus.start({ reclaimSessionTimeout: 60, ...options });
    undoing.add(() => janus.remove());
    const site = await serve({ root, port: 0, config: {} });
    undoing.add(() => site.close());
    const browser = await launch('chromium', { devices: false });
    undoing.add(() => browser.close());
    const open = () => openPlace({ janus, site, browser });
    const place = await open();
    undoing.add(() => place.close());
    return { janus, proxies: place.proxies, servers: place.servers, page: place.page, open };
  });
}
