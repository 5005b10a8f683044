/** The workbench: a bare page in which a test uses the library step by step. */
import assert from 'node:assert/strict';

/**
 * Runs in the page before anything else, and is sent there as text: it may use nothing from this module.
 */
export function installWorkbench() {
  const ECHO = 'janus.plugin.echotest';
  /** Longer than any time limit of the library's own. */
  const PATIENCE = 25_000;
  // A test may take the page's timers away.
  const later = globalThis.setTimeout.bind(globalThis);
  const sessions = [];
  const handles = [];
  /** What the connection and the sessions told without having been asked. */
  const told = [];
  const logged = [];
  let janus;
  let library;

  const factsOf = (error) => error && {
    name: error.name,
    typed: library !== undefined && error instanceof library.JanusError,
    ...Object.fromEntries(['code', 'status', 'request', 'retryable', 'message'].map((key) => [key, error[key]])),
  };

  /** A token as a page gets one: from a server of its own. */
  const fetchToken = (desk) => async () => {
    const response = await fetch(desk);
    if (!response.ok) throw new Error(`the desk says ${response.status}`);
    return response.text();
  };

  const bench = {
    /** `desk`: where tokens are asked for. `rubbish`: a function in text, to be the token function. */
    async connect({ server, desk, rubbish, ...options }) {
      library = await import('/dist/index.js');
      if (desk !== undefined) options.token = fetchToken(desk);
      // What was there before belongs to another connection.
      for (const list of [sessions, handles, told]) list.length = 0;
      if (rubbish !== undefined) options.token = (0, eval)(rubbish);
      const logger = ({ text }) => logged.push(text);
      janus = await library.Janus.connect(server, { logger, logLevel: 'debug', ...options });
      janus.on('stateChanged', ({ state, error }) => told.push({ what: state, error: factsOf(error) }));
      return janus.state;
    },
    async createSession() {
      const session = await janus.createSession();
      for (const what of ['lost', 'renewed', 'resumed']) {
        session.on(what, ({ error }) => told.push({ what, error: factsOf(error) }));
      }
      sessions.push(session);
      return session.id;
    },
    async attach({ of = 0, plugin = ECHO, ...options } = {}) {
      const handle = await sessions[of].attach(plugin, options);
      return handles.push(handle) - 1;
    },
    async send({ on = 0 } = {}) {
      const { data } = await handles[on].send({ audio: true });
      return data.result;
    },
    /** From a new handle to the plugin's answer. */
    async roundTrip(options) {
      return bench.send({ on: await bench.attach(options) });
    },
    destroy: ({ of = 0 } = {}) => sessions[of].destroy(),
    ping: () => janus.ping(),
    look: () => ({ state: janus?.state, ids: sessions.map((session) => session.id), told }),
    /** All that anybody could read later. */
    records: () => [janus?.exportLog() ?? '', ...logged].join('\n'),
  };

  async function run(step, argument) {
    try {
      const fail = (reject) => later(() => reject(new Error(`${step} does not settle`)), PATIENCE);
      const late = new Promise((resolve, reject) => fail(reject));
      return { value: await Promise.race([bench[step](argument), late]) };
    } catch (error) {
      return { error: factsOf(error) };
    }
  }
  globalThis.__workbench = { run };
}

/** Opens a page with the workbench; `options` are those of `browser.open`. */
export function openWorkbench(browser, site, { inits = [], ...options } = {}) {
  return browser.open(site.url, { ...options, inits: [installWorkbench, ...inits] });
}

/** Does one step: `{ value }`, or `{ error }` with what can be told of it. */
export function attempt(page, step, argument = {}) {
  return page.evaluate(({ step, argument }) => globalThis.__workbench.run(step, argument), { step, argument });
}

/** Does one step that has to work and returns what it gave. */
export async function works(page, step, argument) {
  const { value, error } = await attempt(page, step, argument);
  assert.equal(error, undefined, `${step}: ${JSON.stringify(error)}`);
  return value;
}

/** Does one step that has to be refused with an error of the library's and returns that. */
export async function fails(page, step, argument) {
  const { value, error } = await attempt(page, step, argument);
  assert.ok(error, `${step} works and should not: ${JSON.stringify(value)}`);
  assert.ok(error.typed, `${step} rejects with something else than a JanusError: ${JSON.stringify(error)}`);
  return error;
}

/** A connection and a session with a handle that EchoTest answers. Returns the session's id. */
export async function settle(page, connection) {
  await works(page, 'connect', connection);
  const id = await works(page, 'createSession');
  assert.equal(await works(page, 'roundTrip'), 'ok');
  return id;
}
