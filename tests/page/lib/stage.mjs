/** The stage of a test file: a real Janus in a directory of its own and the page on a web server. */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CRASH } from '../../../scripts/lib/counts.mjs';
import { startJanus } from '../../../scripts/lib/janus.mjs';
import { isFree } from '../../../scripts/lib/ports.mjs';
import { serve } from '../../../scripts/lib/serve.mjs';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Below those that systems give to connections, which may take one at any moment; above those browsers refuse. */
const PORTS = { from: 11_000, to: 20_000 };

/** What was given away here: nothing may listen on it yet. */
const given = new Set();

/** A port nothing listens on. */
export async function freePort() {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

export async function freePorts() {
  return { ws: await freePort(), http: await freePort(), admin: await freePort() };
}

/** A Janus that can be stopped, killed and started again under the same addresses. */
export class TestJanus {
  #directory;
  #options;
  #process;
  #restarting;
  /** How often it ended by itself. */
  crashes = 0;

  static async start(options = {}) {
    const janus = await TestJanus.prepare(options);
    await janus.start();
    return janus;
  }

  /** Addresses without a server behind them yet. */
  static async prepare(options = {}) {
    const janus = new TestJanus();
    janus.#directory = await mkdtemp(join(tmpdir(), 'janus-page-test-'));
    janus.ports = await freePorts();
    // Debian's own setting, and the one that shows at once what is left: a test that wants another says so.
    janus.#options = { reclaimSessionTimeout: 0, ...options };
    return janus;
  }

  get ws() {
    return `ws://127.0.0.1:${this.ports.ws}`;
  }

  get http() {
    return `http://127.0.0.1:${this.ports.http}/janus`;
  }

  get admin() {
    return this.#process.admin;
  }

  get adminSecret() {
    return this.#process.adminSecret;
  }

  /** What the server printed lately. */
  get log() {
    return this.#process.log();
  }

  async start() {
    const process = await startJanus({ dir: this.#directory, ports: this.ports, ...this.#options });
    this.#process = process;
    process.exited.then(() => {
      if (this.#process === process) this.#restarting = this.#startAgain();
    });
  }

  /** As a service manager does. Debian's Janus dies of faults of its own now and then, and clients have to live with it. */
  async #startAgain() {
    this.crashes += 1;
    // The runner prints this line too: what failed may have failed for want of the server.
    console.error(`${CRASH}: ${this.log.trimEnd().split('\n').at(-1)}`);
    try {
      await this.start();
    } catch (error) {
      console.error(`Janus could not be started again: ${error.message}`);
    }
  }

  async stop() {
    await (await this.#give())?.stop();
  }

  /** The process dies at once, without a word to anybody. */
  async kill() {
    await (await this.#give()).kill();
  }

  /** The process, for whoever ends it: from now on it may go. */
  async #give() {
    await this.#restarting;
    const process = this.#process;
    this.#process = undefined;
    return process;
  }

  async remove() {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The page, told of the given servers by its `/config.json`. */
export function serveSite(servers) {
  return serve({ root: ROOT, port: 0, config: { servers, room: 1234 } });
}

/** What there is, and what a test has for pages: a folder for each address. */
export function serveFolders(folders) {
  return serve({ root: ROOT, port: 0, config: {}, folders });
}

/** A running Janus and a site that `open` makes, which may want to know it; `options` are the server's. */
export async function stageWith(open, options) {
  const janus = await TestJanus.start(options);
  const site = await open(janus);
  return {
    janus,
    site,
    async close() {
      await site.close();
      await janus.remove();
    },
  };
}

/** A running Janus and the page that knows it over WebSocket first and HTTP second. */
export function setStage(options) {
  return stageWith((janus) => serveSite([janus.ws, janus.http]), options);
}
