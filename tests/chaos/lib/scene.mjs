/**
 * The scene: what a page does with the library in a run. It keeps a ledger of every promise, so that one that never
 * settles is found.
 *
 * `installScene` is sent to the browser as text: it may use nothing from this module.
 */
export function installScene() {
  const PLUGIN = 'janus.plugin.echotest';
  const MESSAGE_EVERY = 100;
  const CREATE_EVERY = 50;
  const LOOK_EVERY = 100;

  const began = performance.now();
  const ledger = [];
  const story = [];
  let janus;
  let closedBy;
  /** The session and the handle every run begins with. */
  let first;
  let running = false;

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const at = () => Math.round(performance.now() - began);
  const factsOf = (error) => error && {
    name: error.name, code: error.code, message: error.message, mayHaveExecuted: error.mayHaveExecuted,
  };
  const happened = (what) => story.some((entry) => entry.what === what);

  function tell(what, { error, ...more } = {}) {
    story.push({ at: at(), what, ...more, ...(error && { error: factsOf(error) }) });
  }

  /** Enters a promise into the ledger. */
  function track(what, promise) {
    const entry = { what, at: at() };
    ledger.push(entry);
    const settled = (outcome) => Object.assign(entry, { settledAt: at(), ...outcome });
    promise.then(() => settled({ ok: true }), (error) => settled({ ok: false, error: factsOf(error) }));
    return promise;
  }

  const createSession = () => track('createSession', janus.createSession());
  const attach = (session) => track('attach', session.attach(PLUGIN));
  const send = (handle) => track('send', handle.send({ audio: true }));
  const destroy = (session) => track('destroy', session.destroy());

  async function open({ module, server, options }) {
    const { Janus } = await import(module);
    janus = await track('connect', Janus.connect([server], options));
    janus.on('stateChanged', ({ state, error }) => {
      tell(state, { error });
      if (state === 'closed') closedBy = error;
    });
    const session = await createSession();
    for (const event of ['lost', 'renewed', 'resumed']) session.on(event, (detail) => tell(event, detail));
    first = { session, id: session.id, handle: await attach(session) };
    await send(first.handle);
  }

  async function sendMessages() {
    for (; running; await pause(MESSAGE_EVERY)) {
      // The next does not wait for the answer to this one. What fails is in the ledger.
      send(first.handle).catch(() => {});
    }
  }

  async function createSessions() {
    for (; running; await pause(CREATE_EVERY)) {
      try {
        // Over HTTP each session takes one of the browser's few connections: none may be left over.
        await destroy(await createSession());
      } catch {
        // It is in the ledger.
      }
    }
  }

  function begin(meanwhile) {
    running = true;
    ({ idle: () => {}, messages: sendMessages, creating: createSessions })[meanwhile]();
  }

  async function roundTrip(session) {
    await send(await attach(session));
  }

  /** Goes through all that has to work on a connection that is said to work; throws where it does not. */
  async function prove() {
    const session = await createSession();
    await roundTrip(session);
    await destroy(session);
    if (!happened('lost')) {
      if (first.session.id !== first.id) throw new Error('the session has a new id and was never lost');
      await send(first.handle);
    } else {
      if (!happened('renewed')) throw new Error('the session was lost and is not renewed');
      await roundTrip(first.session);
    }
  }

  /** Waits for one of the two good ends: all works, or the connection is closed and says why. */
  async function settle(ms) {
    running = false;
    const end = performance.now() + ms;
    let failure;
    for (; performance.now() < end; await pause(LOOK_EVERY)) {
      if (janus.state === 'closed' && closedBy !== undefined) return { end: 'closed', error: factsOf(closedBy) };
      if (janus.state !== 'connected') continue;
      try {
        // A request that never settles must not keep the run from its end.
        await Promise.race([prove(), pause(end - performance.now()).then(() => Promise.reject(failure))]);
        return { end: 'connected' };
      } catch (error) {
        // It may have failed because the loss was noticed only now: then the state is another, or soon will be.
        failure = error;
      }
    }
    return { end: 'neither', state: janus.state, error: factsOf(failure) };
  }

  globalThis.__scene = {
    open,
    begin,
    settle,
    /** Whether everything that was begun has come to an end. */
    allSettled: () => ledger.every((entry) => entry.ok !== undefined),
    report: () => ({
      state: janus?.state,
      sameId: first !== undefined && first.session.id === first.id,
      story,
      pending: ledger.filter((entry) => entry.ok === undefined),
      failed: ledger.filter((entry) => entry.ok === false),
      succeeded: ledger.filter((entry) => entry.ok).length,
    }),
    log: () => janus?.exportLog() ?? 'there was no connection',
  };
}
